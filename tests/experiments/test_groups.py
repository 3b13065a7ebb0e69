"""Groups of a test from a plan, from this app's files and from lists of other tools."""

import gzip
import io
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import retention
from retention import Campaign, DataError, read_groups
from retention.experiments.campaign_test import CampaignTest, left_to_tests
from retention.experiments.groups import likely_control


@pytest.fixture(scope="module")
def customers():
    return pd.DataFrame(
        {"email": [f"ann{n}@shop.test" if n % 2 else "" for n in range(40)]},
        index=pd.Index([f"C{n:03}" for n in range(40)], name="customer_id"),
    )


def csv(text):
    return io.BytesIO(text.encode())


def test_a_plan_gives_each_customer_one_group():
    orders = retention.sample_orders("store", customers=400)
    frame = retention.summarise_customers(orders)
    model = retention.fit_cltv(frame)
    plan = retention.plan_campaign(model, frame, Campaign("Reminder", holdout_share=0.3))
    groups = retention.experiment_groups(plan)
    assert groups["customer_id"].is_unique
    sizes = groups["group"].value_counts()
    assert sizes["addressed"] == plan.economics.customers
    assert sizes["held_out"] == plan.held
    assert set(groups["customer_id"]) <= set(frame.index)
    again = retention.experiment_groups(
        retention.plan_campaign(model, frame, Campaign("Reminder", holdout_share=0.3))
    )
    assert groups.equals(again)


def test_a_list_is_matched_without_case_and_blanks(customers):
    rows = "Email Address,Variation\n ANN1@shop.test ,Treatment\nann3@SHOP.test,Hold-out\n"
    rows += "ann5@shop.test,Treatment\nnobody@shop.test,Hold-out\n"
    listed = read_groups(csv(rows), customers, name="klaviyo.csv")
    groups = listed.groups.set_index("customer_id")["group"]
    assert groups.to_dict() == {
        "C001": "Treatment",
        "C003": "Hold-out",
        "C005": "Treatment",
        "nobody@shop.test": "Hold-out",
    }
    assert (listed.rows, listed.without_orders) == (4, 1)
    assert listed.columns == {"customer": "Email Address", "group": "Variation"}
    assert likely_control(listed.sizes) == "Hold-out"
    assert listed.words() == "4 rows: 3 customers with valid orders, 1 without a valid one."


def test_who_stands_in_two_groups_counts_in_none(customers):
    rows = "id,group\nC001,mail\nC001,control\nC002,mail\nC002,mail\nC004,control\n,mail\nC006,\n"
    listed = read_groups(csv(rows), customers)
    assert set(listed.groups["customer_id"]) == {"C002", "C004"}
    assert (listed.in_two_groups, listed.repeated, listed.unnamed, listed.rows) == (1, 1, 2, 7)
    assert listed.words() == (
        "7 rows: 2 customers with valid orders, 1 in two groups, left out, "
        "2 rows without a customer or a group, 1 row said again."
    )


def test_two_lists_are_two_groups(customers):
    listed = read_groups(
        {
            "addressed": csv("email\nann1@shop.test\nann3@shop.test\n"),
            "held_out": pd.DataFrame({"customer": ["C004", "C006", "C008"], "name": list("abc")}),
        },
        customers,
    )
    assert listed.sizes == {"addressed": 2, "held_out": 3}
    assert (listed.rows, listed.without_orders) == (5, 0)


@pytest.mark.parametrize("kind", ["bare", "heading", "latin", "packed", "excel", "frame"])
def test_a_single_column_of_addresses_is_a_list(customers, kind):
    addresses = ["ann1@shop.test", "ann3@shop.test", "ann5@shop.test"]
    held_out = pd.DataFrame({"mail": ["ann7@shop.test", "ann9@shop.test"]})
    content = {
        "bare": lambda: csv("\n".join(addresses)),
        "heading": lambda: csv('"E-Mail"\r\n' + "\r\n".join(addresses) + "\r\n"),
        "latin": lambda: io.BytesIO("\n".join(["Empfänger", *addresses]).encode("latin-1")),
        "packed": lambda: io.BytesIO(gzip.compress("\n".join(["mail", *addresses]).encode())),
        "excel": lambda: workbook(["E-mail", *addresses]),
        "frame": lambda: pd.DataFrame({"x": addresses}),
    }[kind]()
    listed = read_groups({"addressed": content, "held_out": held_out}, customers)
    assert listed.sizes == {"addressed": 3, "held_out": 2}
    assert listed.without_orders == 0


def workbook(cells):
    content = io.BytesIO()
    pd.DataFrame({"cells": cells}).to_excel(content, header=False, index=False)
    return io.BytesIO(content.getvalue())


def test_a_frame_with_several_groups(customers):
    frame = pd.DataFrame(
        {"customer_id": customers.index[:9], "arm": ["A", "B", "control"] * 3, "note": range(9)}
    )
    listed = read_groups(frame, customers)
    assert listed.sizes == {"A": 3, "B": 3, "control": 3}
    assert likely_control(["A", "B"]) is None
    assert likely_control(["control", "holdout"]) is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("email,group\nx@y.test,a\nz@y.test,b\n", "No column of .* names a customer"),
        ("id,city\nC001,Bonn\nC002,Ulm\n", "No column of .* says who was addressed"),
        ("id,group\nC001,mail\nC002,mail\n", "No column of .* says who was addressed"),
    ],
)
def test_what_is_missing_is_said(customers, rows, words):
    with pytest.raises(DataError, match=words):
        read_groups(csv(rows), customers)


def test_one_group_alone_and_too_many_are_refused(customers):
    with pytest.raises(DataError, match=r"1 group .mail."):
        read_groups(csv("id,g\nC001,mail\nC002,mail\n"), customers, {"group": "g"})
    frame = pd.DataFrame({"id": customers.index, "g": [f"group {n}" for n in range(40)]})
    with pytest.raises(DataError, match="has 40 values"):
        read_groups(frame, customers, {"group": "g"})
    with pytest.raises(DataError, match="nowhere"):
        read_groups(frame, customers, {"group": "nowhere"})


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from(["mail", "control", ""])),
        min_size=2,
        max_size=60,
    )
)
def test_every_row_is_accounted_for(customers, rows):
    frame = pd.DataFrame(rows, columns=["number", "group"])
    frame["id"] = [f"C{number:03}" for number in frame["number"]]
    try:
        listed = read_groups(
            frame[["id", "group"]], customers, {"customer": "id", "group": "group"}
        )
    except DataError:
        return
    named = frame[frame["group"] != ""].drop_duplicates(["id", "group"])
    assert listed.unnamed == (frame["group"] == "").sum()
    assert listed.rows == len(frame)
    assert listed.repeated == len(frame) - listed.unnamed - len(named)
    assert len(listed.groups) + 2 * listed.in_two_groups == len(named)
    known = listed.groups["customer_id"].str.upper().isin(customers.index)
    assert listed.without_orders == (~known).sum()


def test_a_test_knows_its_customers_and_leaves_them_out_of_other_plans():
    groups = pd.DataFrame(
        {"customer_id": ["c", "a", "stranger"], "group": ["addressed", "held_out", "addressed"]}
    )
    test = CampaignTest(
        Campaign("Spring mail"), groups, start=date(2026, 10, 1), end=date(2026, 10, 30)
    )
    customers = pd.Index(["a", "b", "c"])
    assert test.members(customers).tolist() == [True, False, True]
    assert test.held_out(customers).tolist() == [True, False, False]
    left = left_to_tests([test], customers)
    assert {reason: mask.tolist() for reason, mask in left.items()} == {
        "Still in “Spring mail” until 30 Oct 2026": [True, False, True]
    }
