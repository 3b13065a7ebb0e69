"""Every list of customers says beside its button how many may be written to."""

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from retention.view import customer_lists
from tests.pages.steps import button, open_page, open_tab, order_file, use_upload, words


@pytest.fixture
def given(monkeypatch) -> dict[str, tuple[pd.DataFrame, Callable[[], pd.DataFrame]]]:
    """The lists that pages hand out, by the keys of their buttons."""
    lists = {}
    draw = customer_lists.draw_download

    def listen(data, contact, make, *, file_name, key):
        lists[key] = (contact, make)
        draw(data, contact, make, file_name=file_name, key=key)

    monkeypatch.setattr(customer_lists, "draw_download", listen)
    return lists


PAGES = {
    "pages/segments.py": "download_segment",
    "pages/rfm.py": "download_rfm",
    "pages/own_segments.py": "own_csv",
    "pages/cohorts.py": "download_cohort",
    "pages/lifetime_value.py": "download_customers",
    "pages/products.py": "products_due_csv",
    "pages/movement.py": "download_movers",
}


def opened(at: AppTest, path: str) -> AppTest:
    at = at.switch_page(path).run()
    if path == "pages/movement.py":
        at = at.selectbox(key="movement_pair").set_value(("at_risk", "lapsed")).run()
    if path == "pages/lifetime_value.py":
        at = open_tab(at, "All customers")
    assert not at.exception
    return at


def test_every_list_carries_consent_and_the_reason_not_to_write(given):
    at = open_page("pages/segments.py")
    at = button(at, "Load the sample store").click().run()
    for path, key in PAGES.items():
        at = opened(at, path)
        contact, make = given[key]
        table = customer_lists.with_contact(make(), contact)
        assert list(table.columns[:2]) == ["consent", "do_not_write"]
        assert len(table) == len(contact)
        assert set(table["consent"]) <= {"yes", "no", "unknown"}
        assert (table.loc[table["consent"] == "no", "do_not_write"] != "").all()
        reachable = int((table["do_not_write"] == "").sum())
        assert f"{reachable:,} of {len(table):,} may be written to" in words(at), path


def test_who_opted_out_of_the_lapsed_is_said_and_written(given):
    at = open_page("pages/segments.py", segment="Lapsed")
    at = button(at, "Load the sample store").click().run()
    contact, make = given["download_segment"]
    table = customer_lists.with_contact(make(), contact)
    opted_out = (table["do_not_write"] == "Opted out").sum()
    assert 0 < opted_out < len(table)
    assert f"{opted_out:,} opted out" in words(at)
    assert (table.loc[table["do_not_write"] == "Opted out", "consent"] == "no").all()


def test_a_file_without_consent_says_so(front, given):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + 3 * k) % 9:02d}-{1 + i % 28:02d},{10 + i}"
        for i in range(90)
        for k in range(1 + i % 3)
    ]
    at = use_upload(front, order_file(rows))
    at = opened(at, "pages/segments.py")
    contact, make = given["download_segment"]
    assert set(customer_lists.with_contact(make(), contact)["consent"]) == {"unknown"}
    assert f"Consent unknown for all {len(contact)}: the file has no such column." in words(at)
