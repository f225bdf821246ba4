"""The emulator's check of RS256 signatures."""

from __future__ import annotations

import pytest

from sagemaker_local import rs256
from support.tokens import Key, base64url


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("one")


def test_only_the_signature_of_that_message_by_that_key_is_verified(key: Key) -> None:
    signature, jwk = key.sign(b"message"), key.jwk()
    assert rs256.verifies(jwk, b"message", signature)
    assert not rs256.verifies(jwk, b"massage", signature)
    assert not rs256.verifies(jwk, b"message", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not rs256.verifies(jwk, b"message", signature[:-1])
    assert not rs256.verifies(jwk, b"message", b"\xff" * len(signature))
    assert not rs256.verifies(Key("one").jwk(), b"message", signature)


@pytest.mark.parametrize("jwk", [{"kty": "EC", "x": "AQAB"}, {"n": base64url(b"\1"), "e": "AQAB"}])
def test_what_is_no_rsa_key_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no RSA key|n must be|modulus|[Kk]ey"):
        rs256.verifies(jwk, b"message", b"signature")
