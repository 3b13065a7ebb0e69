"""Downloads of the scorecard page: the report and every table."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from retention.csv_export import to_csv
from retention.errors import ModelError
from retention.reports.scorecard import Scorecard, bridge as base_bridge
from retention.view import widgets
from retention.view.report.cohort_sections import cohort_sections
from retention.view.report.report import report_html
from retention.view.scorecard import data as data_of, frames
from retention.view.scorecard.data import ScorecardSettings
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, order_history_for


def downloads(data: Loaded, card: Scorecard, settings: ScorecardSettings) -> None:
    """Draw the downloads: a report for a meeting, and every table as CSV."""
    st.subheader("Take it with you", anchor=False)
    name = f"{card.period.start}-to-{card.period.last}"
    # A file is made when it is asked for, outside of the session: everything that is kept in it is
    # fetched here.
    history, trend = order_history_for(data), data_of.trend_for(data, settings)
    comparisons = data_of.comparisons_for(data, settings)
    reading = data_of.reading_for(data, settings)
    try:
        model = model_for(data)
    except ModelError:
        model = None

    def report() -> bytes:
        return report_html(
            name=data.name,
            orders=data.orders,
            card=card,
            comparisons=comparisons,
            reading=reading,
            trend=trend,
            bridge=base_bridge(history, card),
            more=cohort_sections(data, history, model),
        ).encode()

    widgets.download_button(
        "Report for a meeting or an e-mail",
        data=report,
        file_name=f"retention-{name}.html",
        mime="text/html",
        icon=":material/description:",
        key="report",
        on_click="ignore",
        help="One HTML file with scorecard and cohorts, charts included. It opens anywhere and "
        "needs no network.",
    )
    st.caption("Every table as CSV:")
    tables: dict[str, Callable[[], pd.DataFrame]] = {
        "Metrics": lambda: frames.metrics_table(card, comparisons),
        "Reading": lambda: frames.reading_table(reading),
        "Monthly trend": lambda: frames.rounded(frames.without_unknown_money(trend)),
        "Customer base": lambda: frames.rounded(
            frames.without_unknown_money(base_bridge(history, card))
        ),
        "New and returning": lambda: frames.buyers_table(card),
        "Waits": lambda: frames.waits_table(card),
    }
    with st.container(horizontal=True):
        for title, make in tables.items():
            slug = title.lower().replace(" ", "-")
            widgets.csv_download(
                title, f"{slug}-{name}.csv", partial(_csv, make), key=f"csv_{slug}"
            )


def _csv(make: Callable[[], pd.DataFrame]) -> bytes:
    return to_csv(make(), index=False)
