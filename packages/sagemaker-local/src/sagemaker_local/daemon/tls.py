"""The certificate of one run, for clients that speak to AppSync over TLS only, such as Amplify's.

Made by `openssl`, for this machine's names and those of Event APIs, good for a week. Its private key stays with the
daemon; who trusts the certificate trusts this emulator, until the next start.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local import settings

_NAMES = (
    "DNS:localhost",
    f"IP:{settings.HOST}",
    *(f"DNS:*.{kind}.{settings.REGION}.amazonaws.com" for kind in ("appsync-api", "appsync-realtime-api")),
)
_REQUEST = f"""[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = sagemaker-local
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {",".join(_NAMES)}
"""


class NoCertificateError(Exception):
    """There is no TLS; the text is a sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate that its holder signed itself, and its private key, both as PEM files."""

    path: Path
    key: Path


def make_certificate(state: settings.StateFolder) -> Certificate:
    """Make a key and a certificate in a state folder.

    Raises
    ------
    NoCertificateError
        When there is no openssl, or it fails.
    """
    made = Certificate(path=state.certificate, key=state.temporary / "tls-key.pem")
    request = state.temporary / "tls-request.cnf"
    request.write_text(_REQUEST)
    made.key.touch(mode=0o600)
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(made.key))
    options = ("-x509", "-new", "-sha256", "-days", "7", "-config", str(request))
    _openssl("req", *options, "-key", str(made.key), "-out", str(made.path))
    return made


def _openssl(*arguments: str) -> None:
    try:
        subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True, timeout=20)  # noqa: S607
    except FileNotFoundError as error:
        msg = "openssl is not installed"
        raise NoCertificateError(msg) from error
    except subprocess.CalledProcessError as error:
        msg = f"openssl {arguments[0]} failed: {error.stderr.strip()[-300:]}"
        raise NoCertificateError(msg) from error
    except subprocess.TimeoutExpired as error:
        msg = f"openssl {arguments[0]} took longer than {error.timeout:.0f} seconds"
        raise NoCertificateError(msg) from error
