"""The certificate of one run, for clients that speak to AppSync over TLS only, such as Amplify's.

Made at every start, for this machine's names and those of Event APIs, good for a week. Its private key stays with the
daemon; who trusts the certificate trusts this emulator, until the next start.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sagemaker_local import settings

_LIFE = timedelta(days=7)
_NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address(settings.HOST)),
        *(
            x509.DNSName(f"*.{kind}.{settings.REGION}.amazonaws.com")
            for kind in ("appsync-api", "appsync-realtime-api")
        ),
    ]
)
_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate that its holder signed itself, and its private key, both as PEM files."""

    path: Path
    key: Path


def make_certificate(state: settings.StateFolder) -> Certificate:
    """Make a key and a certificate in a state folder."""
    made = Certificate(path=state.certificate, key=state.temporary / "tls-key.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made.path.write_bytes(_signed(key).public_bytes(serialization.Encoding.PEM))
    return made


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sagemaker-local")])
    now, public = datetime.now(UTC), key.public_key()
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + _LIFE)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_USAGE, True),
        (usage, False),
        (_NAMES, False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
    ):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())
