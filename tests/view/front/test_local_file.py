"""A file by its path: only where the server listens for this computer alone."""

from pathlib import Path

import pytest
import streamlit as st

from retention import DataError
from retention.view.front import local_file


@pytest.fixture
def address(monkeypatch):
    """Set the address that the server listens on."""

    def listen(value: str | None) -> None:
        monkeypatch.setattr(st, "get_option", lambda name: {"server.address": value}[name])

    return listen


@pytest.mark.parametrize("value", ["localhost", "127.0.0.1", "::1", "[::1]", "LOCALHOST"])
def test_the_loopback_address_is_this_computer_alone(address, value):
    address(value)
    assert local_file.is_allowed()


@pytest.mark.parametrize("value", [None, "", "0.0.0.0", "192.168.1.4", "shop.example.com", "::"])
def test_every_other_address_is_not(address, value):
    address(value)
    assert not local_file.is_allowed()
    with pytest.raises(DataError, match="for it alone"):
        local_file.local_path("/etc/passwd")


def test_a_path_may_stand_in_quotes_and_begin_with_the_home_folder(address):
    address("localhost")
    assert local_file.local_path(' "/tmp/my orders.csv" ') == Path("/tmp/my orders.csv")
    assert local_file.local_path("~/orders.csv") == Path.home() / "orders.csv"
