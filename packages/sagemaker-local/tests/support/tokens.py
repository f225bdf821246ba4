"""JSON Web Tokens for tests: keys, signatures, and tokens that somebody changed."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sagemaker_local import rs256

Json = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key that signs."""

    kid: str
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65_537, 2048))

    def sign(self, message: bytes) -> bytes:
        """The RS256 signature of a message."""
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def jwk(self) -> dict[str, str]:
        """Its public part as a JSON Web Key."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "kid": self.kid,
            **{
                name: base64url(value.to_bytes((value.bit_length() + 7) // 8))
                for name, value in (("n", numbers.n), ("e", numbers.e))
            },
        }

    def token(self, header: Json, claims: Json) -> str:
        """A signed token."""
        content = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{content}.{base64url(self.sign(content.encode()))}"


def base64url(value: bytes) -> str:
    """Base64 for tokens: RFC 7515, 2."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def header(token: str) -> Json:
    """The header of a token."""
    return _part(token, 0)


def claims(token: str) -> Json:
    """The claims of a token."""
    return _part(token, 1)


def forged(token: str, **changes: Any) -> str:
    """The same token with other claims and the signature of the original."""
    head, _, signature = token.split(".")
    return f"{head}.{base64url(json.dumps(claims(token) | changes).encode())}.{signature}"


def _part(token: str, index: int) -> Json:
    return dict(json.loads(rs256.from_base64url(token.split(".")[index])))
