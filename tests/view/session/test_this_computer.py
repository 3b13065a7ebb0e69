"""Whether the app runs for this computer alone: the server's address, and who asks."""

import pytest
import streamlit as st

from retention.view.session.kept_work import this_computer


@pytest.fixture
def asked(monkeypatch):
    """Set the address that the server listens on, and the headers of the visitor's request."""

    def ask(address: str | None, **headers: str) -> bool:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        monkeypatch.setattr(st, "get_option", lambda name: {"server.address": address}[name])
        monkeypatch.setattr(this_computer, "_headers", lambda: named)
        return this_computer.is_local()

    return ask


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1", "[::1]", "LOCALHOST"])
@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LocalHost"])
def test_on_the_loopback_address_its_visitor_is_local(asked, address, host):
    assert asked(address, Host=host)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "shop.example.com"])
def test_on_any_other_address_nobody_is(asked, address):
    assert not asked(address, Host="localhost:8501")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "shop.example.com"},
        {"Host": "localhost.example.com:8501"},
        {"Host": "localhost", "X_Forwarded_For": "203.0.113.9"},
        {"Host": "localhost", "Forwarded": "for=203.0.113.9"},
        {"Host": "localhost", "X_Real_Ip": "203.0.113.9"},
    ],
)
def test_whom_a_proxy_lets_in_is_not_local(asked, headers):
    assert not asked("localhost", **headers)
