"""A newer export beside loaded orders: offered on the check page, added, and told of once."""

import pandas as pd
import pytest

from retention.view import page_table
from retention.view.session import fixed_choices
from tests.pages.steps import (
    as_read,
    button,
    metrics,
    open_app,
    order_file,
    upload,
    use_upload,
    words,
)

HEADER = "Order,Email,Date,Total,Status"


def export(days: range, **states: str) -> bytes:
    """An order a day, of which some have another status: `n7="cancelled"`."""
    first = pd.Timestamp("2024-01-01")
    return order_file(
        [
            f"{1000 + day},c{day % 9}@shop.com,{first + pd.Timedelta(days=day):%Y-%m-%d},"
            f"{20 + day}.50,{states.get(f'n{day}', 'paid')}"
            for day in days
        ],
        HEADER,
    )


OLD = export(range(60))
NEWER = export(range(40, 90), n41="cancelled", n42="refunded")


@pytest.fixture
def loaded_shop():
    at = use_upload(open_app().run(), OLD)
    assert not at.exception
    return at


def other_file(at, content: bytes, name: str = "march.csv"):
    """The check page of another file, beside the loaded orders."""
    at.query_params["load"] = "other"
    at = upload(at.run(), content, name)
    assert not at.exception
    return at


def labels(at) -> list[str]:
    return [b.label for b in at.button]


def test_a_newer_export_is_added(loaded_shop):
    at = other_file(loaded_shop, NEWER)
    said = "30 orders are new, 2 have changed (1 refunded, 1 cancelled)."
    assert said in words(at)
    add = button(at, "Add to the loaded orders")
    assert add.proto.type == "primary"
    assert button(at, "Use these orders").proto.type == "secondary"
    at = add.click().run()
    assert not at.exception
    assert as_read(at.title[0].value) == "orders.csv + 1 newer file"
    assert metrics(at)["Orders"] == "89"
    assert "march.csv was added." in words(at)
    assert words(at).count(said) == 1
    listed = next(frame.value for frame in at.dataframe if "change" in frame.value)
    assert listed["change"].tolist() == ["Cancelled", "Refunded"]
    at = button(at, "Got it").click().run()
    assert said not in words(at)
    assert metrics(at)["Orders"] == "89"


def test_the_name_counts_the_files_that_were_added(loaded_shop):
    at = button(other_file(loaded_shop, NEWER), "Add to the loaded orders").click().run()
    at = other_file(at, export(range(80, 99)), "april.csv")
    at = button(at, "Add to the loaded orders").click().run()
    assert as_read(at.title[0].value) == "orders.csv + 2 newer files"
    at = other_file(at, export(range(-9, 12)), "last year.csv")
    at = button(at, "Add to the loaded orders").click().run()
    assert as_read(at.title[0].value) == "orders.csv + 2 newer files + 1 older file"
    assert not at.exception


def test_the_screen_says_before_a_file_is_chosen_what_is_added_and_what_is_replaced(loaded_shop):
    loaded_shop.query_params["load"] = "other"
    said = words(loaded_shop.run()).replace("**", "")
    assert "Added: a newer export of the same shop is added to orders.csv." in said
    assert "Replaced: the export of another shop, a sample or saved work takes the place of" in said


def test_nothing_is_said_to_be_added_to_a_sample():
    at = button(open_app().run(), "Open CDNOW").click().run()
    at.query_params["load"] = "other"
    said = words(at.run()).replace("**", "")
    assert "Added:" not in said
    assert "Replaced: other orders take the place of" in said


def test_the_length_of_an_added_file_alone_is_no_doubt():
    long = use_upload(open_app().run(), export(range(420)))
    short = export(range(400, 460))
    alone = upload(open_app().run(), short, "short.csv")
    assert "Only 60 days of orders" in words(alone)
    at = other_file(long, short, "short.csv")
    assert button(at, "Add to the loaded orders").proto.type == "primary"
    assert "days of orders; predictions need" not in words(at)


def test_the_doubts_of_an_added_file_are_those_of_both_together(loaded_shop):
    at = other_file(loaded_shop, NEWER)
    assert "Only 90 days of orders" in words(at)
    assert "Only 50 days of orders" not in words(at)


def test_a_short_file_in_which_nobody_came_twice_is_no_doubt_beside_a_long_one():
    long = use_upload(open_app().run(), export(range(420)))
    short = export(range(400, 424)).splitlines()
    fresh = [f"{n},new{n}@shop.com,2025-02-27,20,paid".encode() for n in range(5000, 5400)]
    at = other_file(long, b"\n".join([*short, *fresh]), "short.csv")
    assert button(at, "Add to the loaded orders").proto.type == "primary"
    assert "really the customer" not in words(at)


def test_missing_orders_are_said(loaded_shop):
    lines = NEWER.splitlines()
    newer = b"\n".join(line for line in lines if not line.startswith((b"1045", b"1046")))
    at = button(other_file(loaded_shop, newer), "Add to the loaded orders").click().run()
    assert "2 are missing from the newer file" in words(at)
    assert metrics(at)["Orders"] == "89"


def test_the_same_file_again_changes_nothing(loaded_shop):
    at = other_file(loaded_shop, OLD)
    assert "Nothing is new" in words(at)
    at = button(at, "Add to the loaded orders").click().run()
    assert "Nothing is new" in words(at)
    assert metrics(at)["Orders"] == "60"


def test_the_same_file_read_again_takes_the_place_of_the_first_on_every_page(loaded_shop):
    at, content = loaded_shop, OLD.replace(b"Status", b"Channel")
    for by in ("Month", "First channel"):
        at = other_file(at.switch_page(page_table.FRONT_PAGE), content)
        at = button(at, "Use these orders").click().run()
        at = at.switch_page("pages/cohorts.py").run()
        at = at.selectbox(key="cohorts").set_value(by).run()
        assert not at.exception


def test_orders_of_another_shop_are_not_what_is_meant(loaded_shop):
    other = OLD.replace(b"\n1", b"\n8").replace(b".50", b".75").replace(b"@shop", b"@else")
    at = other_file(loaded_shop, other)
    assert "The file may be of another shop" in words(at)
    assert button(at, "Add to the loaded orders").proto.type == "secondary"
    assert button(at, "Use these orders").proto.type == "primary"
    at = button(at, "Use these orders").click().run()
    assert metrics(at)["Orders"] == "60"
    assert "was added" not in words(at)


def test_what_does_not_fit_is_said(loaded_shop):
    at = other_file(loaded_shop, OLD.replace(b"@shop.com", b"").replace(b",c", b",4000"))
    assert "this file cannot be added. Customers are e-mail addresses" in words(at)
    assert "Add to the loaded orders" not in labels(at)
    assert button(at, "Use these orders").proto.type == "primary"


def test_nothing_is_added_to_a_sample(cdnow):
    at = other_file(cdnow, OLD)
    assert "Add to the loaded orders" not in labels(at)
    assert "Beside" not in words(at)


def test_what_was_made_of_the_orders_stays(loaded_shop):
    at = loaded_shop
    digest = at.session_state["loaded_orders"].orders.digest
    choice = fixed_choices.FixedChoice("Two", "Chosen.", pd.Index(["c1@shop.com"]), digest)
    at.session_state["fixed_choices"] = {"Two": choice}
    at.session_state["campaigns_kept_for"] = digest
    at = button(other_file(at, NEWER), "Add to the loaded orders").click().run()
    now = at.session_state["loaded_orders"].orders.digest
    assert now != digest
    assert at.session_state["fixed_choices"]["Two"].digest == now
    assert at.session_state["campaigns_kept_for"] == now
