"""The numbers behind the cohorts page, kept for the session."""

import pandas as pd

from retention.errors import ModelError
from retention.history.order_history import gaps_of
from retention.orders.gaps import OrderGap
from retention.reports import cohorts
from retention.reports.cohort_forecast import cohort_forecast, orders_per_purchase_day
from retention.view.cohorts import frames
from retention.view.cohorts.frames import Cohorts, CohortView
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.results import groups_for, model_for, order_history_for


def cohorts_for(data: Loaded, view: CohortView) -> Cohorts:
    """The numbers behind the page."""
    per_day = orders_per_purchase_day(order_history_for(data))
    expected, problem = None, None
    try:
        expected = _forecast(data, view.period, view.by, per_day)
    except ModelError as error:
        problem = error
    return frames.cohorts_of(
        _table(data, view.period, view.by),
        _second_orders(data, view.period, view.by),
        expected,
        problem,
        view,
        data.orders.start,
        per_day,
    )


@kept(max_entries=8, spinner="Forming cohorts…", by_orders_alone=True)
def _table(data: Loaded, period: str, by: str | None) -> pd.DataFrame:
    if by is None:
        return frames.keyed(cohorts.cohort_table_of(order_history_for(data), period))
    # Nearly every value has customers in the last month: until it is over, no age is complete.
    return frames.keyed(cohorts.cohort_table(data.orders, period, by, partial=False))


@kept(max_entries=8, spinner="Timing second orders…", by_orders_alone=True)
def _second_orders(data: Loaded, period: str, by: str | None) -> pd.DataFrame:
    values = None if by is None else cohorts.first_values(data.orders, by)
    return frames.keyed(cohorts.second_orders_of(order_history_for(data), period, values))


@kept(max_entries=8, spinner="Looking ahead…", by_model=True, by_orders_alone=True)
def _forecast(data: Loaded, period: str, by: str | None, per_day: float) -> pd.DataFrame:
    labels = cohorts.cohort_of(data.customers, period, by)
    model = model_for(data) if by is None else groups_for(data, f"first_{by}")
    return frames.in_orders(cohort_forecast(model, data.customers, labels, frames.MONTHS), per_day)


def gaps_for(data: Loaded) -> tuple[OrderGap, ...]:
    """The stretches in which orders seem to be missing."""
    return gaps_of(order_history_for(data))


def file_name(table: str, view: CohortView, data: Loaded) -> str:
    """A table's name as a file: the table, what makes the cohorts, and the days of the orders."""
    return f"{table}-by-{view.by or view.period}-{data.orders.start}-to-{data.orders.end}.csv"
