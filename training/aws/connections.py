"""HTTP connections to what was deployed, through the proxy that the shell names, as boto3's own go.

urllib3 reads no variables; botocore reads `HTTPS_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE` for its own requests alone.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import PoolManager, ProxyManager

_THIS_MACHINE = (None, "localhost", "127.0.0.1")


def connections(url: str, **options: Any) -> PoolManager:
    """Connections for an address and others like it.

    Parameters
    ----------
    url
        The address; the local machine is never accessed through a proxy.
    options
        Of urllib3's `PoolManager`.
    """
    if urlsplit(url).hostname in _THIS_MACHINE:
        return PoolManager(**options)
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        options["ca_certs"] = bundle
    proxy = proxy_for(url)
    return ProxyManager(proxy, **options) if proxy else PoolManager(**options)


def proxy_for(url: str) -> str | None:
    """The proxy through which the shell wants an address to be asked; None for this machine and for what it excepts."""
    parts = urlsplit(url)
    if parts.hostname in _THIS_MACHINE or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
