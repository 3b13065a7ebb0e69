"""The numbers behind the cohorts page, kept for the session."""

import pandas as pd
import streamlit as st

from retention.errors import ModelError
from retention.orders.gaps import OrderGap, gaps_of
from retention.reports import cohorts
from retention.reports.cohort_forecast import cohort_forecast, orders_per_purchase_day
from retention.view.cohorts import frames
from retention.view.cohorts.frames import Cohorts, View
from retention.view.session import results as session
from retention.view.session.results import Loaded


def cohorts_for(data: Loaded, view: View) -> Cohorts:
    """The numbers behind the page, kept for the session."""
    of = data.orders.digest, view.period, view.by
    history = session.order_history_for(data)
    per_day = orders_per_purchase_day(history)
    second = _second(*of, _data=data)
    foreseen, problem = None, None
    try:
        foreseen = _forecast(*of, session.purchase_model(), per_day, _data=data)
    except ModelError as error:
        problem = error
    return frames.cohorts_of(
        _table(*of, _data=data), second, foreseen, problem, view, data.orders.start, per_day
    )


@st.cache_resource(scope="session", max_entries=8, show_spinner="Forming cohorts…")
def _table(digest: str, period: str, by: str | None, *, _data: Loaded) -> pd.DataFrame:
    if by is None:
        return frames.keyed(cohorts.cohort_table_of(session.order_history_for(_data), period))
    # Nearly every value has customers in the last month: as long as it lasts, no age of theirs would be complete.
    return frames.keyed(cohorts.cohort_table(_data.orders, period, by, partial=False))


@st.cache_resource(scope="session", max_entries=8, show_spinner="Timing second orders…")
def _second(digest: str, period: str, by: str | None, *, _data: Loaded) -> pd.DataFrame:
    values = None if by is None else cohorts.first_values(_data.orders, by)
    return frames.keyed(cohorts.second_orders_of(session.order_history_for(_data), period, values))


@st.cache_resource(scope="session", max_entries=8, show_spinner="Looking ahead…")
def _forecast(
    digest: str, period: str, by: str | None, kind: str, per_day: float, *, _data: Loaded
) -> pd.DataFrame:
    labels = cohorts.cohort_of(_data.customers, period, by)
    return frames.in_orders(
        cohort_forecast(session.model_for(_data), _data.customers, labels, frames.MONTHS), per_day
    )


def gaps_for(data: Loaded) -> tuple[OrderGap, ...]:
    """The stretches in which orders seem to be missing."""
    return gaps_of(session.order_history_for(data))


def file_name(table: str, view: View, data: Loaded) -> str:
    """What a table is called as a file: its name, what makes the cohorts, and the days of the orders."""
    return f"{table}-by-{view.by or view.period}-{data.orders.start}-to-{data.orders.end}.csv"


session.clear_with_data(_table, _second, _forecast)
