"""A path that a browser sends: asked for and opened at this computer alone."""

import pytest
import streamlit as st

from retention.view.front import sources
from retention.view.session.loaded import Origin
from retention.view.welcome import lost
from tests.pages.steps import button, open_app, order_file, words

ROWS = [f"{i},a{i % 9}@example.com,2024-01-{1 + i % 28:02},5.50" for i in range(60)]


@pytest.fixture
def listens(monkeypatch):
    """Set the address that the server listens on."""
    real = st.get_option

    def at(address: str) -> None:
        monkeypatch.setattr(
            st, "get_option", lambda name: address if name == "server.address" else real(name)
        )

    return at


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(order_file(ROWS))
    return path


@pytest.fixture
def forged(monkeypatch, path) -> None:
    """A browser that asks for a path in the place of the notice of lost orders."""
    monkeypatch.setattr(
        sources.lost, "draw_notice", lambda *_, **__: Origin("path", str(path)), raising=True
    )


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", ""])
def test_on_a_public_address_no_path_is_asked_for_or_opened(address, listens, forged):
    listens(address)
    at = open_app().run()
    assert not at.exception
    assert "A file on this computer" not in [part.label for part in at.expander]
    assert [field.label for field in at.text_input] == []
    assert at.title[0].value != "Check the columns"
    assert "orders.csv" not in words(at)


def test_at_this_computer_the_same_path_is_opened(listens, forged):
    listens("localhost")
    at = open_app().run()
    assert at.title[0].value == "Check the columns"


def test_at_this_computer_a_typed_path_is_opened(listens, path):
    listens("localhost")
    at = open_app().run()
    at.text_input[0].set_value(str(path))
    at = button(at, "Open the file").click().run()
    assert at.title[0].value == "Check the columns"


@pytest.mark.parametrize(
    "said",
    [
        None,
        "path",
        {},
        {"kind": "table", "path": "store"},
        {"kind": "file", "path": "/etc/passwd"},
        {"kind": ["path"], "path": "/etc/passwd"},
        {"path": "/etc/passwd"},
    ],
)
def test_what_the_notice_does_not_offer_is_nothing(said):
    assert lost.origin_of(said) is None
