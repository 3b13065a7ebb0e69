"""Two public data sets, read as anybody would upload them, give their published sizes."""

import gzip

import numpy as np
import pandas as pd
import pytest

from retention import read_orders
from retention.lifetimes_package import cdnow_file
from tests.support.order_files import assert_nothing_vanished, rows_dropped

# --- CDNOW ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow_rows() -> pd.DataFrame:
    names = ["customer", "date", "number of CDs", "amount"]
    return pd.read_csv(
        cdnow_file("CDNOW_master.txt"), sep=r"\s+", skiprows=1, names=names, dtype={"customer": str}
    )


@pytest.fixture(scope="module")
def cdnow(cdnow_rows):
    return read_orders(cdnow_rows.to_csv(index=False).encode(), name="cdnow.csv")


def test_cdnow_has_its_published_size(cdnow, cdnow_rows):
    table = cdnow.table.to_pandas()
    assert cdnow.report.rows_read == cdnow.report.rows_kept == len(table) == 69_659
    assert table["customer_id"].nunique() == 23_570
    assert (cdnow.start.isoformat(), cdnow.end.isoformat()) == ("1997-01-01", "1998-06-30")
    assert table["revenue"].sum() == pytest.approx(cdnow_rows["amount"].sum())
    assert set(table["customer_id"]) == set(cdnow_rows["customer"])


def test_cdnow_keeps_free_orders_and_identical_rows(cdnow):
    table = cdnow.table.to_pandas()
    assert (table["revenue"] == 0).sum() == 80
    assert table.duplicated(["customer_id", "ordered_at", "revenue", "quantity"]).sum() == 255


def test_cdnow_second_purchases_on_a_day_stay_orders(cdnow):
    assert cdnow.table.to_pandas().duplicated(["customer_id", "ordered_at"]).sum() == 2_068


# --- UCI Online Retail ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def retail_lines(online_retail_file) -> pd.DataFrame:
    """The lines of known customers, as pandas reads them."""
    with gzip.open(online_retail_file, "rt", encoding="utf-8") as file:
        lines = pd.read_csv(file, dtype={"InvoiceNo": str}, parse_dates=["InvoiceDate"])
    assert len(lines) == 541_909
    lines = lines[lines["CustomerID"].notna()].copy()
    lines["customer"] = lines["CustomerID"].astype(int).astype(str)
    lines["amount"] = lines["Quantity"] * lines["UnitPrice"]
    return lines


@pytest.fixture(scope="module")
def gross_orders(retail_lines) -> pd.DataFrame:
    """Invoices with money on them, credit notes left out."""
    sold = retail_lines[
        ~retail_lines["InvoiceNo"].str.startswith("C") & (retail_lines["amount"] > 0)
    ]
    groups = sold.groupby("InvoiceNo")
    return groups.agg(
        customer=("customer", "first"), at=("InvoiceDate", "min"), gross=("amount", "sum")
    )


def test_online_retail_accounts_for_every_line(online_retail):
    assert online_retail.report.rows_read == 541_909
    assert rows_dropped(online_retail, "customer") == 135_080
    assert_nothing_vanished(online_retail)


def test_online_retail_orders_are_those_published(online_retail, gross_orders):
    table = online_retail.table.to_pandas()
    assert len(gross_orders) == len(table) == 18_532
    assert table["customer_id"].nunique() == 4_338
    assert set(table["order_id"]) == set(gross_orders.index)
    assert gross_orders["gross"].mean() == pytest.approx(480.87, abs=0.005)


def test_online_retail_credit_notes_lower_the_customers_latest_earlier_order(
    online_retail, retail_lines, gross_orders
):
    """The same rule written down independently: each credit note in turn, as far as its order
    reaches, that of its amount first."""
    credits = retail_lines[retail_lines["InvoiceNo"].str.startswith("C")]
    credits = credits.groupby("InvoiceNo").agg(
        customer=("customer", "first"), at=("InvoiceDate", "min"), back=("amount", "sum")
    )
    assert len(credits) == 3_654
    left = gross_orders["gross"].to_dict()
    history = gross_orders.sort_values("at", kind="stable").groupby("customer")
    history = {customer: (orders["at"].to_numpy(), orders.index) for customer, orders in history}
    gross, matched = gross_orders["gross"].round(2).to_dict(), set()
    nowhere = 0.0
    for note in credits.sort_values("at").itertuples():
        times, numbers = history.get(note.customer, (np.array([], "datetime64[ns]"), []))
        place = np.searchsorted(times, np.datetime64(note.at), side="right") - 1
        if place < 0:
            nowhere -= note.back
            continue
        # The latest order worth exactly the note goes first, for the first note that fits it.
        equal = [n for n in numbers[: place + 1] if gross[n] == round(-note.back, 2)]
        number = equal[-1] if equal and equal[-1] not in matched else numbers[place]
        if equal:
            matched.add(equal[-1])
        nowhere += max(0.0, -note.back - left[number])
        left[number] = max(0.0, left[number] + note.back)
    found = online_retail.table.to_pandas().set_index("order_id")["revenue"]
    expected = pd.Series(left)
    assert found.mean() < 480.87
    assert found.sum() == pytest.approx(expected.sum(), rel=1e-9)
    assert (found - expected.reindex(found.index)).abs().max() < 0.01
    assert nowhere > 0
    assert (found >= 0).all()


def test_online_retail_repeat_share_and_reorder_time(online_retail):
    table = online_retail.table.to_pandas().sort_values(["customer_id", "ordered_at"])
    orders = table.groupby("customer_id").size()
    assert (orders > 1).mean() == pytest.approx(0.656, abs=0.0005)
    rank = table.groupby("customer_id").cumcount()
    first = table[rank == 0].set_index("customer_id")["ordered_at"].dt.normalize()
    second = table[rank == 1].set_index("customer_id")["ordered_at"].dt.normalize()
    assert (second - first.reindex(second.index)).dt.days.median() == 50


def test_online_retail_customers_are_whole_numbers(online_retail):
    ids = online_retail.table.to_pandas()["customer_id"]
    assert ids.str.fullmatch(r"\d{5}").all()
