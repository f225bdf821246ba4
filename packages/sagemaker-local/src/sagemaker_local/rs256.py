"""RS256 signatures of JSON Web Tokens (RFC 7518, 3.3) with the standard library alone.

The emulator's environment has no cryptography package, because the emulated functions would see it. Good for throw-away
keys of an emulator only: the arithmetic of Python's integers takes a time that depends on the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass

_BITS = 2048
_EXPONENT = 65_537
_SIEVE = math.prod(number for number in range(3, 2000, 2) if all(number % d for d in range(3, 45, 2) if d < number))
# The DER prefix of a SHA-256 digest in PKCS #1 v1.5: RFC 8017, 9.2, note 1.
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """What verifies."""

    modulus: int
    exponent: int = _EXPONENT

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether that is the signature of the message by this key."""
        size = (self.modulus.bit_length() + 7) // 8
        if len(signature) != size or int.from_bytes(signature) >= self.modulus:
            return False
        found = pow(int.from_bytes(signature), self.exponent, self.modulus)
        return hmac.compare_digest(found.to_bytes(size), _padded(message, size))

    def jwk(self) -> dict[str, str]:
        """As a JSON Web Key; its id is the digest of the key, so it changes with it."""
        modulus = base64url(self.modulus.to_bytes((self.modulus.bit_length() + 7) // 8))
        identifier = base64.b64encode(hashlib.sha256(modulus.encode()).digest()).decode()
        exponent = base64url(self.exponent.to_bytes(3))
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": identifier, "n": modulus, "e": exponent}


@dataclass(frozen=True, kw_only=True)
class PrivateKey:
    """What signs."""

    public: PublicKey
    exponent: int

    def sign(self, message: bytes) -> bytes:
        """PKCS #1 v1.5 signature over the SHA-256 digest of the message."""
        size = (self.public.modulus.bit_length() + 7) // 8
        return pow(int.from_bytes(_padded(message, size)), self.exponent, self.public.modulus).to_bytes(size)


def generate(bits: int = _BITS) -> PrivateKey:
    """A new key; 2048 bits take about half a second."""
    while True:
        first, second = _prime(bits // 2), _prime(bits // 2)
        modulus, order = first * second, math.lcm(first - 1, second - 1)
        if first != second and modulus.bit_length() == bits and math.gcd(_EXPONENT, order) == 1:
            return PrivateKey(public=PublicKey(modulus=modulus), exponent=pow(_EXPONENT, -1, order))


def public_key(jwk: dict[str, str]) -> PublicKey:
    """The key of a JSON Web Key.

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
    return PublicKey(modulus=modulus, exponent=exponent)


def base64url(value: bytes) -> str:
    """Base64 for tokens: RFC 7515, 2."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of `base64url`.

    Raises
    ------
    ValueError
        When it is none.
    """
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def _padded(message: bytes, size: int) -> bytes:
    """The encoded message that is signed: RFC 8017, 9.2."""
    digest = _DIGEST_INFO + hashlib.sha256(message).digest()
    return b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest


def _prime(bits: int) -> int:
    """A prime with its two highest bits set, so that the product of two has twice as many bits."""
    while True:
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if math.gcd(candidate, _SIEVE) == 1 and all(_passes(candidate) for _ in range(5)):
            return candidate


def _passes(candidate: int) -> bool:
    """One round of Miller and Rabin."""
    twos = (candidate - 1 & 1 - candidate).bit_length() - 1
    power = pow(secrets.randbelow(candidate - 3) + 2, candidate >> twos, candidate)
    if power in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % candidate
        if power == candidate - 1:
            return True
    return False
