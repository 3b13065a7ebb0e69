"""What became of a file's rows, in words: kept, left out and why, refunds, assumptions."""

import pandas as pd
import streamlit as st

from retention.exports import to_csv
from retention.orders import Orders
from retention.view import text, widgets
from retention.view.loaded import Loaded


def report(data: Loaded) -> None:
    """What became of the file's rows, in words, with the rows that were left out as a download."""
    found = data.orders.report
    left_out = found.rows_read - found.rows_kept
    st.subheader("What was read", anchor=False)
    if not left_out:
        st.markdown(f":green[:material/check_circle:] All {text.plural(found.rows_read, 'row')} became orders.")
    else:
        share = text.percent(left_out / found.rows_read)
        st.markdown(f"{text.count(left_out)} of {text.plural(found.rows_read, 'row')} ({share}) were left out:")
        st.dataframe(
            reasons_table(data.orders),
            hide_index=True,
            key="left_out",
            column_config={
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Amount": st.column_config.NumberColumn(format="localized", help="What these rows add up to."),
            },
        )
        widgets.csv_download(
            "Download the rows left out",
            "rows-left-out.csv",
            lambda: to_csv(data.orders.dropped_rows(), index=False),
            key="download_left_out",
        )
    for words in notes(data.orders):
        note(words)


def reasons_table(orders: Orders) -> pd.DataFrame:
    """One row a reason: why, how many rows, what they add up to, and where the first ones stand."""
    return pd.DataFrame(
        {
            "Why": [entry.reason for entry in orders.report.reasons],
            "Rows": [entry.rows for entry in orders.report.reasons],
            "Amount": [round(entry.revenue, 2) for entry in orders.report.reasons],
            "First rows in the file": [
                ", ".join(map(text.count, entry.first_lines)) for entry in orders.report.reasons
            ],
        }
    )


def notes(orders: Orders) -> list[str]:
    """What was assumed and noticed while reading, in words."""
    found, currency = orders.report, orders.currency
    words = list(found.notes)
    if found.refunded:
        words.append(f"{text.money(found.refunded, currency)} of refunds were taken off the orders they belong to.")
    if found.unplaced_refunds:
        words.append(
            f"{text.money(found.unplaced_refunds, currency)} of refunds belong to no order in the file, or "
            "exceed it, and were not taken off."
        )
    return words


def note(words: str) -> None:
    """One such remark on the page."""
    st.markdown(f":gray[:material/info:] {text.plain(words)}")
