"""The emulator's RS256, held against Node's own cryptography."""

from __future__ import annotations

import json
import subprocess

import pytest
from tools.node import node_binary

from sagemaker_local import rs256

_VERIFY = """
const { createPublicKey, verify } = require("node:crypto");
const [jwk, message, signature] = JSON.parse(process.argv[1]);
const key = createPublicKey({ key: jwk, format: "jwk" });
console.log(verify("RSA-SHA256", Buffer.from(message), key, Buffer.from(signature, "base64url")));
"""


@pytest.fixture(scope="module")
def key() -> rs256.PrivateKey:
    return rs256.generate()


def test_node_verifies_what_is_signed(key: rs256.PrivateKey) -> None:
    given = json.dumps([key.public.jwk(), "a.b", rs256.base64url(key.sign(b"a.b"))])
    answer = subprocess.run([node_binary(), "-e", _VERIFY, given], capture_output=True, text=True, check=False)
    assert answer.stdout == "true\n", answer.stderr


def test_only_the_signature_of_that_message_by_that_key_is_verified(key: rs256.PrivateKey) -> None:
    signature, public = key.sign(b"message"), rs256.public_key(key.public.jwk())
    assert public.verifies(b"message", signature)
    assert not public.verifies(b"massage", signature)
    assert not public.verifies(b"message", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not public.verifies(b"message", signature[:-1])
    assert not public.verifies(b"message", b"\xff" * len(signature))
    assert not rs256.PublicKey(modulus=public.modulus + 2).verifies(b"message", signature)


def test_keys_have_the_size_and_an_identifier_of_their_own(key: rs256.PrivateKey) -> None:
    other = rs256.generate(512)
    assert key.public.modulus.bit_length() == 2048
    assert key.public.jwk()["kid"] != other.public.jwk()["kid"]


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no RSA key"):
        rs256.public_key({"kty": "EC", "x": "AQAB"})
