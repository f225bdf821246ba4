"""RS256 signatures of JSON Web Tokens (RFC 7518, 3.3), verified with the public keys that user pools publish."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def verifies(jwk: dict[str, str], message: bytes, signature: bytes) -> bool:
    """Whether that is the signature of the message by the key of that JSON Web Key.

    Raises
    ------
    ValueError
        When it is no RSA key.
    """
    try:
        modulus, exponent = (int.from_bytes(from_base64url(jwk[name])) for name in ("n", "e"))
    except KeyError as error:
        msg = f"a JSON Web Key without {error} is no RSA key"
        raise ValueError(msg) from error
    try:
        rsa.RSAPublicNumbers(exponent, modulus).public_key().verify(
            signature, message, padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return False
    return True


def from_base64url(text: str) -> bytes:
    """The bytes of Base64 for tokens: RFC 7515, 2.

    Raises
    ------
    ValueError
        When it is none.
    """
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
