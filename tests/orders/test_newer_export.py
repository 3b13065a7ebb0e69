"""A newer export is added to loaded orders: each order counts once, as it is now."""

from dataclasses import replace
from datetime import date, datetime

import ibis
import pandas as pd
import pytest

from retention import DataError, add_export, read_orders
from retention.orders.orders import Orders
from tests.orders.joining.exports import (
    LAST_MONTH,
    NOW,
    OLD,
    Sale,
    changed,
    export,
    refund_row,
    rows,
    shop,
)


def test_the_last_month_is_added():
    joined, added = add_export(export(OLD), export(LAST_MONTH))
    assert rows(joined) == rows(export(NOW))
    assert (added.new, added.changed, added.missing, added.unchanged) == (30, 4, 0, 16)
    assert (added.refunded, added.cancelled, added.amended, added.reassigned) == (2, 1, 1, 0)
    assert added.samples["cancelled"] == ("#1043",)
    assert added.samples["new"] == ("#1060", "#1061", "#1062", "#1063", "#1064")
    assert added.period == (date(2024, 2, 10), date(2024, 3, 30))
    assert added.kept_period == (date(2024, 1, 1), date(2024, 2, 29))
    assert (joined.start, joined.end, joined.currency) == (
        date(2024, 1, 1),
        date(2024, 3, 30),
        "EUR",
    )
    assert added.sentence == (
        "30 orders are new, 4 have changed (2 refunded, 1 cancelled, 1 with another amount)."
    )
    assert not added.warnings
    assert added.same_shop


def test_the_whole_history_stands_in_place_of_the_old_one():
    joined, added = add_export(export(OLD), export(NOW))
    assert rows(joined) == rows(export(NOW))
    assert (added.new, added.changed, added.missing, added.unchanged) == (30, 4, 0, 56)


def test_what_overlaps_by_days_counts_once():
    joined, added = add_export(export(shop(60)), export(shop(30, start=57)))
    assert rows(joined) == rows(export(shop(87)))
    assert (added.new, added.unchanged, added.missing) == (27, 3, 0)


def test_the_same_file_again_adds_nothing():
    kept = export(OLD)
    joined, added = add_export(kept, export(OLD))
    assert joined is kept
    assert added.sentence.startswith("Nothing is new")
    month, _ = add_export(kept, export(LAST_MONTH))
    again, added = add_export(month, export(LAST_MONTH))
    assert again is month
    assert (added.new, added.changed, added.unchanged) == (0, 0, 49)


def test_an_older_export_says_so_and_changes_nothing():
    now = export(LAST_MONTH)
    joined, added = add_export(now, export(OLD))
    assert rows(joined) == rows(export(NOW))
    assert added.is_older
    assert (added.new, added.changed) == (40, 0)
    assert "older than the loaded orders" in added.warnings[0]
    assert added.warnings[0] in joined.report.warnings


def test_an_order_that_was_cancelled_stays_so_after_an_older_export():
    cancelled = export(changed(OLD, n1005={"status": "cancelled"}))
    joined, _ = add_export(cancelled, export(OLD[:30]))
    assert "#1005" not in joined.table.to_pandas()["order_id"].tolist()
    again, added = add_export(joined, export(OLD[:20]))
    assert "#1005" not in again.table.to_pandas()["order_id"].tolist()
    assert added.new == 0


def test_missing_orders_are_kept_and_named():
    newer = [sale for sale in LAST_MONTH if sale.number not in (1045, 1046)]
    joined, added = add_export(export(OLD), export(newer))
    assert rows(joined) == rows(export(NOW))
    assert added.missing == 2
    assert added.samples["missing"] == ("#1045", "#1046")
    assert "2 are missing from the newer file" in added.sentence
    listed = added.listed[added.listed["change"] == "missing"]
    assert listed["order_id"].tolist() == ["#1045", "#1046"]


def test_an_order_that_is_cancelled_no_more_is_new():
    old = export(changed(OLD, n1050={"status": "cancelled"}))
    joined, added = add_export(old, export(LAST_MONTH))
    assert rows(joined) == rows(export(NOW))
    assert added.new == 31


def test_a_customer_who_goes_by_another_name_keeps_the_order():
    newer = changed(LAST_MONTH, n1045={"buyer": "new@shop.com"})
    joined, added = add_export(export(OLD), export(newer))
    assert rows(joined) == rows(export(OLD[:40] + newer))
    assert added.reassigned == 1


def test_numbers_that_start_anew_are_told_apart_by_their_customers():
    old = [Sale(number=n, buyer=f"a{n}@x.com", minutes=n * 1440) for n in range(20)]
    new = [Sale(number=n, buyer=f"b{n}@x.com", minutes=(n + 400) * 1440) for n in range(20)]
    joined, added = add_export(export(old), export(new))
    assert rows(joined) == rows(export(old + new))
    assert added.new == 20
    again, added = add_export(joined, export(new))
    assert again is joined
    assert added.new == 0


# --- without order numbers ------------------------------------------------------------------------


@pytest.mark.parametrize("dates", ["%Y-%m-%d %H:%M", "%Y-%m-%d"])
def test_orders_without_numbers_are_known_by_customer_moment_and_amount(dates):
    how = {"without": ("Number",), "dates": dates}
    joined, added = add_export(export(OLD, **how), export(LAST_MONTH, **how))
    assert rows(joined, numbered=False) == rows(export(NOW, **how), numbered=False)
    assert (added.new, added.refunded, added.cancelled, added.amended) == (30, 2, 1, 1)
    assert joined.table.order_id.nunique().execute() == len(NOW) - 1
    again, added = add_export(joined, export(LAST_MONTH, **how))
    assert again is joined


@pytest.mark.parametrize("times", [1, 2, 3])
def test_as_many_equal_orders_count_as_the_newer_file_holds(times):
    twins = [Sale(number=n, minutes=1440) for n in range(2)]
    how = {"without": ("Number",)}
    newest = [Sale(number=9, minutes=9000), *(Sale(number=n, minutes=1440) for n in range(times))]
    old = [Sale(number=8, minutes=5), *twins]
    joined, added = add_export(export(old, **how), export(newest, **how))
    # The first moment of the newer file is that of the twins: one of them may be missing.
    assert len(joined.table.to_pandas()) == 2 + max(2, times)
    assert (added.new, added.missing) == (1 + max(0, times - 2), max(0, 2 - times))


@pytest.mark.parametrize("without", ["older", "newer"])
def test_numbers_may_stand_in_one_of_the_two(without):
    old = export(OLD, without=("Number",) * (without == "older"))
    new = export(LAST_MONTH, without=("Number",) * (without == "newer"))
    joined, added = add_export(old, new)
    assert rows(joined, numbered=False) == rows(export(NOW), numbered=False)
    assert (added.new, added.refunded, added.cancelled) == (30, 2, 1)
    ids = joined.table.order_id.to_pandas()
    assert ids.is_unique
    # Of the sixty older orders one was cancelled since.
    assert ids.str.startswith("#").sum() == (59 if without == "newer" else 49)
    _, added = add_export(joined, new)
    assert (added.new, added.changed) == (0, 0)


# --- refunds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1035, 7777], ids=["the order's number", "its own number"])
def test_a_refund_row_comes_off_an_order_of_the_earlier_export(number):
    back = refund_row(number, OLD[35], 15.0, days=6)
    newer = [*shop(50, start=40), back]
    joined, added = add_export(export(OLD), export(newer))
    assert rows(joined) == rows(export([*shop(90), back]))
    assert added.late_refunds == 1
    assert joined.report.refunded == 15.0
    assert joined.report.unplaced_refunds == 0.0


def test_a_refund_row_that_both_exports_show_is_taken_off_once():
    back = refund_row(7777, OLD[35], 15.0, days=10)
    old = [*OLD, back]
    newer = [*shop(50, start=40), back]
    joined, added = add_export(export(old), export(newer))
    assert rows(joined) == rows(export([*shop(90), back]))
    assert added.late_refunds == 0
    third, added = add_export(joined, export([*shop(60, start=44), back]))
    assert rows(third) == rows(export([*shop(104), back]))
    assert added.late_refunds == 0


# --- what goes along ------------------------------------------------------------------------------


def lines_file(sales, **options) -> Orders:
    """Two lines an order, of two products."""
    lines = [replace(s, product=p, paid=s.paid / 2) for s in sales for p in ("Tea", "Cup")]
    return export(lines, **options)


def item_rows(orders: Orders) -> list[tuple]:
    items = orders.items.to_pandas()
    names = ["order_id", "customer_id", "ordered_at", "product", "share"]
    return sorted(items[names].round({"share": 3}).itertuples(index=False, name=None))


def test_items_go_along():
    joined, _ = add_export(lines_file(OLD), lines_file(LAST_MONTH))
    truth = lines_file(NOW)
    assert rows(joined) == rows(truth)
    assert item_rows(joined) == item_rows(truth)


@pytest.mark.parametrize("by_line", ["older", "newer"])
def test_items_of_one_export_stand_beside_orders_of_a_row_each(by_line):
    old, new = (
        (lines_file(shop(30)), export(shop(30, start=25)))
        if by_line == "older"
        else (export(shop(30)), lines_file(shop(30, start=25)))
    )
    joined, _ = add_export(old, new)
    held = joined.items.to_pandas().groupby("order_id")["share"].agg(["size", "sum"])
    assert len(held) == 55
    assert held["sum"].round(6).eq(1).all()
    assert (held["size"] == 2).sum() == (25 if by_line == "older" else 30)


def test_columns_of_one_export_alone_are_kept():
    joined, _ = add_export(export(OLD), export(LAST_MONTH, without=("Channel",)))
    channels = joined.table.to_pandas().set_index("order_id")["channel"]
    assert channels["#1041"] == "store"  # the newer row, with what only the older one says
    assert channels["#1010"] == "web"
    assert pd.isna(channels["#1080"])


def test_the_newest_consent_wins():
    def consents(answer: str, sales) -> Orders:
        frame = pd.DataFrame(
            {
                "Number": [f"#{sale.number}" for sale in sales],
                "Email": [sale.buyer for sale in sales],
                "Placed": [sale.placed.isoformat() for sale in sales],
                "Total": [sale.paid for sale in sales],
                "Accepts Marketing": [answer] * len(sales),
            }
        )
        return read_orders(frame)

    joined, added = add_export(consents("yes", OLD), consents("no", OLD))
    assert not joined.table.to_pandas()["consent"].any()
    assert (added.changed, added.unchanged) == (0, 60)


def test_both_reports_count():
    old = export([*OLD, replace(OLD[0], number=1, buyer="")], name="old.csv")
    new = export(LAST_MONTH, name="new.csv")
    joined, _ = add_export(old, new, names=("old.csv", "new.csv"))
    report = joined.report
    assert report.rows_read == 61 + 50
    assert report.rows_kept == 60 + 49
    assert report.dropped == {"No customer (guest order)": 1, "Cancelled or voided": 1}
    assert report.refunded == 67.0
    left_out = joined.dropped_rows()
    assert left_out["file"].tolist() == ["old.csv", "new.csv"]
    assert {entry.first_files for entry in report.reasons} == {("old.csv",), ("new.csv",)}
    # That a month alone is short says nothing of both together.
    assert [w for w in report.warnings if "days of orders" in w] == [
        "Only 90 days of orders; predictions need about 180."
    ]


def test_a_row_left_out_that_stands_in_both_exports_counts_once():
    guest = replace(OLD[0], number=1, buyer="")
    old = export([*OLD, guest, guest], name="old.csv")
    cut = replace(OLD[-1], number=2, buyer="", paid=12.5)
    joined, _ = add_export(old, export([*LAST_MONTH, guest, cut], name="new.csv"))
    joined, _ = add_export(joined, export([*LAST_MONTH, guest, cut], name="newest.csv"))
    lost = {entry.reason: (entry.rows, entry.revenue) for entry in joined.report.reasons}
    # Rows of one number are one order, whose amount counts once.
    assert lost["No customer (guest order)"] == (3, guest.paid + 12.5)
    assert lost["Cancelled or voided"][0] == 1
    rows = joined.report.rows_kept + sum(joined.report.dropped.values())
    assert joined.report.rows_read == rows
    assert len(joined.dropped_rows()) == sum(joined.report.dropped.values())


def test_the_same_exports_make_the_same_digest_and_table():
    first, _ = add_export(export(OLD), export(LAST_MONTH))
    second, _ = add_export(export(OLD), export(LAST_MONTH))
    assert first.digest == second.digest
    assert first.digest not in (export(OLD).digest, export(LAST_MONTH).digest)
    pd.testing.assert_frame_equal(first.table.to_pandas(), second.table.to_pandas())


# --- what does not go together --------------------------------------------------------------------


def test_orders_of_another_shop_are_doubted():
    others = [replace(s, number=s.number + 5000, buyer=f"x{s.buyer}", paid=3.0) for s in OLD]
    joined, added = add_export(export(OLD), export(others))
    assert added.same_shop is False
    assert added.warnings[0].startswith(
        "Of 60 orders in the days that both cover, none is the same"
    )
    assert added.warnings[0] in joined.report.warnings


def test_months_side_by_side_are_known_by_their_customers():
    _, added = add_export(export(OLD), export(shop(30, start=60)))
    assert added.same_shop is True
    strangers = [replace(s, buyer=f"x{s.buyer}") for s in shop(30, start=60)]
    _, added = add_export(export(OLD), export(strangers))
    assert added.same_shop is None


def by_number(sales) -> list[Sale]:
    return [replace(sale, buyer=str(4000 + sale.number % 7)) for sale in sales]


def warehouse() -> Orders:
    frame = pd.DataFrame(
        {
            "order_id": ["1", "2"],
            "customer_id": ["a", "b"],
            "ordered_at": [datetime(2024, 1, 1), datetime(2024, 2, 1)],
            "revenue": [1.0, 2.0],
        }
    )
    return read_orders(ibis.duckdb.connect().create_table("orders", frame))


@pytest.mark.parametrize(
    ("newer", "words"),
    [
        (lambda: export(LAST_MONTH, currency="USD"), "in EUR, and the newer export is in USD"),
        (lambda: export(by_number(LAST_MONTH)), "Customers are e-mail addresses in 100%"),
        (lambda: export(LAST_MONTH, without=("Paid", "Refunded")), "Only the loaded orders have"),
        (
            lambda: export([replace(s, buyer=f"b{s.buyer}") for s in LAST_MONTH]),
            "19 orders have the same number and day in both files, and other customers",
        ),
        (warehouse, "Only orders read from files can be joined"),
    ],
    ids=["currency", "customers", "amounts", "names", "warehouse"],
)
def test_what_does_not_go_together_is_refused(newer, words):
    with pytest.raises(DataError, match=words):
        add_export(export(OLD), newer())
