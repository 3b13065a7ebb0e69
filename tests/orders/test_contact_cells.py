"""Cells of contact columns and signals, as the order table holds them."""

import ibis
import pandas as pd
import pytest

from retention import Mapping, open_sheet
from retention.orders.contact_cells import (
    NO,
    NOT_OPEN,
    NOT_SUBSCRIBED,
    YES,
    contact_cells,
    shared_columns,
    with_shared,
)
from tests.support.order_files import csv_bytes

DAY = pd.Timestamp("2024-03-05 10:30")


def cells_of(role: str, *cells: str, name: str = "Column") -> dict[str, list]:
    """What becomes of a column of these cells that plays the role."""
    raw = open_sheet(csv_bytes((name, "Filled"), [(cell, "x") for cell in cells])).table
    mapping = Mapping(columns={role: name})
    columns = contact_cells(raw, {role: "c0"}, mapping, ibis.literal(DAY))
    frame = raw.select(**columns).to_pandas()
    return {
        column: [None if pd.isna(value) else value for value in frame[column]] for column in frame
    }


def test_answers_are_written_as_they_are_compared_and_never_mean_both():
    for answers in (YES, NOT_SUBSCRIBED, NOT_OPEN):
        plain = [answer.lower().replace("_", " ").replace("-", " ") for answer in answers]
        assert plain == list(answers)
    assert not set(YES) & set(NO)


@pytest.mark.parametrize("change", [str.upper, str.title, lambda answer: f" {answer} "])
def test_answers_compare_without_case_and_blanks(change):
    assert cells_of("consent", *map(change, YES)) == {"consent": [True] * len(YES)}
    assert cells_of("consent", *map(change, NO)) == {"consent": [False] * len(NO)}


def test_a_yes_below_a_name_of_refusal_is_no_consent():
    assert cells_of("consent", "yes", "no", "", name="Opted out") == {
        "consent": [False, None, None]
    }


def test_what_ends_a_subscription_or_a_complaint_is_a_no():
    assert cells_of("subscription", "Paused", "one-time", "Monthly", "") == {
        "subscription": [False, False, True, None]
    }
    assert cells_of("complaint", "Resolved", "no complaints", "Broken", "") == {
        "complaint": [False, False, True, None]
    }


def test_a_full_name_becomes_a_first_and_a_last_one():
    assert cells_of("full_name", "Ann Lee", "Lee, Ann", "Cher", "") == {
        "first_name": ["Ann", "Ann", "Cher", None],
        "last_name": ["Lee", "Lee", None, None],
    }


def test_phones_and_postcodes_lose_what_spreadsheets_add():
    assert cells_of("phone", "'0812345678", "812345678.0", " ") == {
        "phone": ["0812345678", "812345678", None]
    }
    assert cells_of("zip", "'02108", "SW1A 1AA") == {"zip": ["02108", "SW1A 1AA"]}


def test_a_cart_is_left_on_its_day_or_with_the_order_where_it_only_says_yes():
    assert cells_of("abandoned", "2024-03-01", "yes", "no", "1889-03-01") == {
        "abandoned": [pd.Timestamp("2024-03-01"), DAY, None, None]
    }


def test_a_rating_is_above_zero():
    assert cells_of("rating", "4/5", "★★★", "0", "-2", "good") == {
        "rating": [4.0, 3.0, None, None, None]
    }


def test_a_column_that_plays_two_roles_is_held_once():
    mapping = Mapping(
        columns={
            "customer_id": "Email",
            "email": "Email",
            "region": "Country",
            "country": "Country",
            "city": "City",
        }
    )
    assert shared_columns(mapping) == {"email": "customer_id", "country": "region"}
    raw = open_sheet(csv_bytes(("Email", "Country", "City"), [("a@x.com", "TH", "Cebu")])).table
    column = {"customer_id": "c0", "email": "c0", "region": "c1", "country": "c1", "city": "c2"}
    assert set(contact_cells(raw, column, mapping, ibis.literal(DAY))) == {"city"}


def test_a_shared_column_is_shown_under_both_names_and_a_number_is_no_address():
    frame = pd.DataFrame({"customer_id": ["a@example.com", "17850"]})
    table = ibis.duckdb.connect().create_table("orders", frame)
    mapping = Mapping(columns={"customer_id": "Customer", "email": "Customer"})
    shown = with_shared(table, mapping).to_pandas()["email"]
    assert shown[0] == "a@example.com"
    assert pd.isna(shown[1])
    assert with_shared(table, Mapping(columns={"customer_id": "Customer"})) is table
