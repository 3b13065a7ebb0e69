"""Whether the app runs for this computer alone: only then are its files read and written."""

from collections.abc import Mapping

import streamlit as st

#: Addresses that only the computer itself can reach.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: What a proxy adds to a request that it passes on: its visitor sits elsewhere.
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def listens_here() -> bool:
    """Return whether the server listens on the loopback address alone."""
    address = str(st.get_option("server.address") or "")
    return address.strip("[]").lower() in LOOPBACK


def is_local() -> bool:
    """Return whether the server listens on the loopback address, and the visitor sits at it.

    A proxy on the same computer may let others in. Its requests name another host, or say that they
    were passed on.
    """
    if not listens_here():
        return False
    headers = _headers()
    if any(name in headers for name in _PASSED_ON):
        return False
    host = headers.get("Host")
    return host is None or _name_of(host) in LOOPBACK


def _headers() -> Mapping[str, str]:
    """The headers of the visitor's request, in which case does not count."""
    return st.context.headers


def _name_of(host: str) -> str:
    """The name in a `Host` header, without its port.

    >>> _name_of("localhost:8501"), _name_of("[::1]:8501"), _name_of("shop.example.com")
    ('localhost', '::1', 'shop.example.com')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
