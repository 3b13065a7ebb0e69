"""What became of a file's rows, in words: kept, left out and why, refunds, assumptions, doubts."""

import math

import pandas as pd
import streamlit as st

from retention import wording
from retention.csv_export import to_csv
from retention.orders.orders import Orders
from retention.orders.refunds import REFUND_PLACED, REFUND_UNPLACED
from retention.orders.rows import OTHER_CURRENCY
from retention.view import text, widgets
from retention.view.session.loaded import Loaded

MUCH = 0.10
_REFUNDS = (REFUND_PLACED, REFUND_UNPLACED)


def much_left_out(orders: Orders, revenue: float, where: str) -> None:
    """A warning when more than a tenth of the rows, or of the money, did not become orders.

    `revenue` is what the orders add up to; rows that are refunds have done their part and do not count, and
    amounts in another currency are not added. `where` says where the reasons stand.
    """
    lost = [entry for entry in orders.report.reasons if entry.reason not in _REFUNDS]
    rows = sum(entry.rows for entry in lost)
    money = math.fsum(max(entry.revenue, 0.0) for entry in lost if entry.reason != OTHER_CURRENCY)
    of_rows = rows / orders.report.rows_read
    of_money = money / (money + revenue) if money else 0.0
    if max(of_rows, of_money) <= MUCH:
        return
    most = max(lost, key=lambda entry: entry.rows if of_rows >= of_money else entry.revenue)
    amount = wording.money(money, orders.currency, short=True)
    with_them = f", and with them {amount} ({wording.percent(of_money)})"
    apart = "" if len(lost) == len(orders.report.reasons) else ", refunds apart"
    st.warning(
        f"**{wording.percent(of_rows)} of the rows are left "
        f"out{apart}{text.plain(with_them) if money else ''}.**  \nThe most by one reason: "
        f"{text.plain(most.reason)}, {wording.plural(most.rows, 'row')}. {where}",
        icon=":material/filter_alt_off:",
    )


def report(data: Loaded) -> None:
    """What became of the file's rows, in words, with the rows that were left out as a download."""
    found = data.orders.report
    left_out = found.rows_read - found.rows_kept
    st.subheader("What was read", anchor=False)
    if not left_out:
        st.markdown(
            f":green[:material/check_circle:] All {wording.plural(found.rows_read, 'row')} became "
            "orders."
        )
    else:
        share = wording.percent(left_out / found.rows_read)
        st.markdown(
            f"{wording.count(left_out)} of {wording.plural(found.rows_read, 'row')} ({share}) were "
            "left out:"
        )
        st.dataframe(
            reasons_table(data.orders),
            hide_index=True,
            key="left_out",
            column_config={
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Amount": amount_column(data.orders.currency),
            },
        )
        widgets.csv_download(
            "Download the rows left out",
            "rows-left-out.csv",
            lambda: to_csv(data.orders.dropped_rows(), index=False),
            key="download_left_out",
        )
    for words in found.warnings:
        st.markdown(f":orange[:material/warning:] {text.plain(words)}")
    for words in _notes(data.orders):
        note(words)


def reasons_table(orders: Orders) -> pd.DataFrame:
    """One row a reason: why, how many rows, what they add up to, and where the first ones stand."""
    return pd.DataFrame(
        {
            "Why": [entry.reason for entry in orders.report.reasons],
            "Rows": [entry.rows for entry in orders.report.reasons],
            "Amount": [round(entry.revenue, 2) for entry in orders.report.reasons],
            "First rows in the file": [
                ", ".join(map(wording.count, entry.first_lines)) for entry in orders.report.reasons
            ],
        }
    )


def amount_column(currency: str | None):
    """How the amounts of `reasons_table` read."""
    unit = f" ({currency})" if currency else ""
    return st.column_config.NumberColumn(
        f"Amount{unit}", format=text.TABLE_MONEY, help="What these rows add up to."
    )


def notes(orders: Orders) -> list[str]:
    """What to doubt, what was assumed and what was noticed while reading, in words."""
    return [*orders.report.warnings, *_notes(orders)]


def _notes(orders: Orders) -> list[str]:
    found, currency = orders.report, orders.currency
    words = list(found.notes)
    if found.refunded:
        words.append(f"{wording.money(found.refunded, currency)} of refunds were taken off orders.")
    if found.unplaced_refunds:
        words.append(
            f"{wording.money(found.unplaced_refunds, currency)} of refunds belong to no order in "
            "the file, or exceed it, and were not taken off."
        )
    return words


def note(words: str) -> None:
    """One such remark on the page."""
    st.markdown(f":gray[:material/info:] {text.plain(words, limit=1000)}")
