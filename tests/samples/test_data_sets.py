"""The samples are complete, described as they are, and read as an upload would be."""

import io
import subprocess
import sys

import pandas as pd
import pytest

from retention import SAMPLES, DataError, sample_file, sample_orders
from tests.support.sample_store import END


def test_the_front_page_states_the_size_the_store_has(kept):
    customers, orders = kept["Customer e-mail"].nunique(), len(kept)
    assert (
        f"{customers:,} customers and about {round(orders, -3):,} orders" in SAMPLES["store"].size
    )


def test_an_unknown_sample_is_refused_with_the_names_there_are():
    with pytest.raises(DataError, match="store, cdnow"):
        sample_file("amazon")


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError):
        sample_file("store", customer=3)


# --- CDNOW


def test_cdnow_full_file_has_the_published_size():
    orders = pd.read_csv(io.BytesIO(sample_file("cdnow", customers="all")), dtype=str)
    assert list(orders.columns) == ["customer", "date", "CDs", "amount"]
    assert len(orders) == 69_659
    assert orders["customer"].nunique() == 23_570
    assert (orders["amount"].astype(float) == 0).sum() == 80
    assert orders.duplicated(["customer", "date"]).sum() == 2_068
    assert orders.duplicated().sum() == 255
    assert (orders["date"].min(), orders["date"].max()) == ("1997-01-01", "1998-06-30")


def test_cdnow_sample_has_the_published_size_and_its_first_customer():
    orders = pd.read_csv(
        io.BytesIO(sample_file("cdnow")), dtype={"customer": str}, parse_dates=["date"]
    )
    assert len(orders) == 6_919
    assert orders["customer"].nunique() == 2_357
    assert (orders["customer"].min(), orders["customer"].max()) == ("0001", "2357")
    # Fader, Hardie & Lee 2005: x = 2, t_x = 30.43, T = 38.86 weeks for customer 1 at the end of
    # calibration.
    days = orders.loc[(orders["customer"] == "0001") & (orders["date"] <= "1997-09-30"), "date"]
    assert len(days) - 1 == 2
    assert (days.max() - days.min()).days / 7 == pytest.approx(30.43, abs=0.005)
    assert (pd.Timestamp("1997-09-30") - days.min()).days / 7 == pytest.approx(38.86, abs=0.005)


def test_cdnow_sample_is_part_of_the_full_file():
    sample, full = (
        pd.read_csv(io.BytesIO(sample_file("cdnow", customers=which)), dtype=str)
        for which in ("sample", "all")
    )
    columns = ["date", "CDs", "amount"]
    missing = sample[columns].value_counts().sub(full[columns].value_counts(), fill_value=0)
    assert (missing <= 0).all()


def test_cdnow_other_choices_are_refused():
    with pytest.raises(DataError, match="sample or all"):
        sample_file("cdnow", customers="half")


def test_cdnow_is_read_without_importing_lifetimes():
    code = (
        "import sys; from retention import sample_file; sample_file('cdnow'); "
        "sys.exit('lifetimes' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# --- read as an upload


def test_the_store_reads_as_exactly_the_orders_that_took_place(store, kept):
    orders = sample_orders("store")
    table = orders.table.execute()
    assert orders.currency == "USD"
    assert (orders.start, orders.end) == (kept["Order date"].min().date(), END.date())
    assert set(table["order_id"]) == set(kept["Order ID"])
    assert table["customer_id"].nunique() == 12_000
    assert {"discount", "quantity", "channel", "region", "product", "category", "coupon"} <= set(
        table.columns
    )
    named = store["Customer e-mail"] != ""
    credit = store.loc[named & (store["Status"] == "Credit note"), "Total"].sum()
    net = (kept["Total"] - kept["Refunded amount"]).sum() + credit
    # A credit note above what is left of the order it falls on cannot be placed in full.
    assert net <= table["revenue"].sum() + 0.005 < net - 0.25 * credit


def test_cdnow_reads_with_its_own_customer_numbers():
    table = sample_orders("cdnow").table.execute()
    assert table["customer_id"].nunique() == 2_357
