"""What became of a file's rows, in words: kept, left out and why, refunds, assumptions, doubts."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from retention import wording
from retention.csv_export import to_csv
from retention.orders.equal_rows import EQUAL_ROW
from retention.orders.orders import Orders
from retention.orders.refunds import REFUND_PLACED, REFUND_UNPLACED
from retention.orders.repeated_orders import REPEATED, REPLACED
from retention.orders.report import NAMED_COLUMNS, unused_note
from retention.orders.rows import NOT_A_ROW, OTHER_CURRENCY
from retention.view import text, widgets
from retention.view.session.loaded import Loaded

#: Share of the rows, or of the money, above which it is too much to be left out in silence.
MUCH = 0.10
_REFUNDS = {REFUND_PLACED, REFUND_UNPLACED}
_REPEATS = {REPEATED, REPLACED, EQUAL_ROW}


def warn_if_much(orders: Orders, revenue: float, where: str) -> None:
    """Warn where more than a tenth of the rows, or of the money, did not become orders.

    Rows that are refunds have done their part and do not count, nor do rows that stand twice.
    Amounts in another currency are not added, nor is what stands on lines that are no rows, such as
    a total.

    Args:
        orders: The orders, with the report on the file's rows.
        revenue: Sum of the orders, in their currency.
        where: A sentence that says where the reasons stand.
    """
    reasons = [entry for entry in orders.report.reasons if entry.reason not in _REFUNDS | _REPEATS]
    rows = sum(entry.rows for entry in reasons)
    lost = [entry for entry in reasons if entry.reason not in (OTHER_CURRENCY, NOT_A_ROW)]
    money = math.fsum(max(entry.revenue, 0.0) for entry in lost)
    share_of_rows = rows / orders.report.rows_read
    share_of_money = money / (money + revenue) if money else 0.0
    if max(share_of_rows, share_of_money) <= MUCH:
        return
    by_rows = share_of_rows >= share_of_money
    main = (
        max(reasons, key=lambda entry: entry.rows)
        if by_rows
        else max(lost, key=lambda entry: entry.revenue)
    )
    head = f"{wording.percent(share_of_rows)} of the rows are left out"
    if _REFUNDS & set(orders.report.dropped):
        head += ", refunds apart"
    if money:
        amount = wording.money(money, orders.currency, short=True)
        head += text.plain(f", and with them {amount} ({wording.percent(share_of_money)})")
    st.warning(
        f"**{head}.**  \nThe most by one reason: {text.plain(main.reason)}, "
        f"{wording.plural(main.rows, 'row')}. {where}",
        icon=":material/filter_alt_off:",
    )


def draw_report(data: Loaded) -> None:
    """Draw what became of the file's rows: a line, and below it folded why, with a download."""
    report = data.orders.report
    rows = report.rows_read - report.rows_kept
    rows_read = wording.plural(report.rows_read, "row")
    st.subheader("What was read", anchor=False)
    doubts, remarks = _warnings(data.orders), _notes(data.orders)
    doubted = f" {wording.plural(len(doubts), 'doubt')} below." if doubts else ""
    if not rows:
        st.markdown(f":green[:material/check_circle:] All {rows_read} became orders.{doubted}")
    else:
        share = wording.percent(rows / report.rows_read)
        st.markdown(f"{wording.count(rows)} of {rows_read} ({share}) were left out.{doubted}")
    if not (rows or doubts or remarks):
        return
    with st.expander("Why, and what was assumed"):
        if rows:
            draw_reasons(data.orders, key="left_out")
            widgets.csv_download(
                "Download the rows left out",
                "rows-left-out.csv",
                lambda: to_csv(data.orders.dropped_rows(), index=False),
                key="download_left_out",
            )
        for warning in doubts:
            st.markdown(f":orange[:material/warning:] {text.plain(warning)}")
        draw_notes(remarks, report.unused)


def draw_reasons(orders: Orders, *, key: str) -> None:
    """Draw a table with a row for each reason: rows, their amount, and where the first ones stand.

    Args:
        orders: The orders, with the report on the file's rows.
        key: Of the table.
    """
    reasons = orders.report.reasons
    unit = f" ({orders.currency})" if orders.currency else ""
    table = pd.DataFrame(
        {
            "Why": [entry.reason for entry in reasons],
            "Rows": [entry.rows for entry in reasons],
            "Amount": [round(entry.revenue, 2) for entry in reasons],
            "First rows in the file": [", ".join(entry.places) for entry in reasons],
        }
    )
    if not orders.has_amounts:
        table = table.drop(columns="Amount")
    if not any(entry.places for entry in reasons):
        table = table.drop(columns="First rows in the file")  # a warehouse's table has no order
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        column_config={
            "Rows": number(format="localized"),
            "Amount": number(
                f"Amount{unit}", format="localized", step=0.01, help="What these rows add up to."
            ),
        },
    )


def notes(orders: Orders, doubts: Sequence[str] | None = None) -> list[str]:
    """Return what to doubt, what was assumed and what was noticed while reading, in words.

    Args:
        orders: The orders, with the report on the file's rows.
        doubts: What to doubt of them as a part of other orders; what stands in the report if None.
    """
    return [*_warnings(orders, doubts), *_notes(orders)]


def _warnings(orders: Orders, doubts: Sequence[str] | None = None) -> list[str]:
    """What to doubt. That there are no amounts is said further up."""
    all_doubts = orders.report.warnings if doubts is None else doubts
    return [warning for warning in all_doubts if warning != wording.NO_AMOUNTS]


def _notes(orders: Orders) -> list[str]:
    report, currency = orders.report, orders.currency
    sentences = list(report.notes)
    if report.refunded:
        amount = wording.money(report.refunded, currency)
        sentences.append(f"{amount} of refunds were taken off orders.")
    if report.unplaced_refunds:
        amount = wording.money(report.unplaced_refunds, currency)
        sentences.append(
            f"{amount} of refunds belong to no order, or exceed it, and were not taken off."
        )
    return sentences


def draw_notes(remarks: Sequence[str], unused: Sequence[str]) -> None:
    """Draw remarks of `notes`. A hover over the one on unused columns lists all of them.

    Args:
        remarks: The sentences.
        unused: The columns that nothing is read from.
    """
    shortened = unused_note(unused) if len(unused) > NAMED_COLUMNS else None
    for note in remarks:
        everything = None
        if note == shortened:
            everything = ", ".join(text.plain(name, 80) for name in unused)
        st.markdown(f":gray[:material/info:] {text.plain(note, limit=1000)}", help=everything)
