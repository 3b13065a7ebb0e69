"""What the marketer chooses on the scorecard page."""

from datetime import timedelta
from itertools import chain

import streamlit as st

from retention import wording
from retention.history.metrics import IN_MONEY, METRICS
from retention.periods import Period, preset_period, whole_preset
from retention.reports.industry import Target
from retention.reports.scorecard import ACTIVE_DAYS, LEAST_ACTIVE, MOST_ACTIVE
from retention.view import text, widgets
from retention.view.scorecard.data import ScorecardSettings
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.store_settings import store_settings

_UNITS = {"rate": ", %", "days": ", days"}
#: Metrics that can have a target, in rows.
TARGETS = (
    (
        "customer_retention_rate",
        "repeat_purchase_rate",
        "average_order_value",
        "orders_per_customer",
    ),
    ("churn_rate", "days_to_second_order", "revenue_per_customer", "returning_revenue_share"),
)
#: Days of orders from which the last 365 days, and the last 90, have as many days before them. A
#: tenth of these may be missing.
TWO_YEARS, HALF_A_YEAR = 694, 171


def choose_settings(data: Loaded) -> ScorecardSettings:
    """Period, active days and own targets; all but own dates in the URL.

    Whose benchmarks apply stands in the store settings.
    """
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            preset = widgets.choose_period(
                key="period",
                opens_on=_opens_on(data),
                about=text.one_help(
                    {
                        "Period": "Ends with the last order in the file; “this” quarter or year "
                        "holds the last order.",
                        "Active for": "A customer is active for this number of days after an "
                        "order. About three times the usual wait between two orders is a fair "
                        "choice: “How long it takes” shows it.",
                    }
                ),
                own_dates=True,
            )
        active_days = right.slider(
            "Active for",
            min_value=LEAST_ACTIVE,
            max_value=MOST_ACTIVE,
            value=ACTIVE_DAYS,
            step=5,
            format="%d days",
            key="active_days",
            bind="query-params",
        )
        period = _own_dates(data) if preset is None else _preset(data, preset)
        targets = _targets(has_amounts=data.orders.has_amounts)
        widgets.settings_line(f"Benchmarks: {store_settings().line_of_business}.", "scorecard")
    return ScorecardSettings(
        period=period,
        active_days=active_days,
        line_of_business=store_settings().line_of_business,
        targets=targets,
    )


def _opens_on(data: Loaded) -> str:
    """The longest of the usual periods that has another of its length before it."""
    length = (data.orders.end - data.orders.start).days + 1
    return "90" if HALF_A_YEAR <= length < TWO_YEARS else "365"


def _preset(data: Loaded, preset: str) -> Period:
    """The days of a preset, with a word where the orders have only some of them."""
    first, last = data.orders.start, data.orders.end
    period, whole = preset_period(preset, first, last), whole_preset(preset, first, last)
    if period != whole:
        st.caption(
            f":material/info: The orders begin on {wording.day(first)}, so the period has "
            f"{wording.count(period.days)} of its {wording.count(whole.days)} days."
        )
    return period


def _own_dates(data: Loaded) -> Period:
    first, last = data.orders.start, data.orders.end
    dates = st.date_input(
        "From and to",
        (max(first, last - timedelta(days=89)), last),
        min_value=first,
        max_value=last,
        key="own_dates",
    )
    # Between the two clicks of a new range only its first day is there.
    start, end = (dates[0], dates[-1]) if dates else (first, last)
    return Period(start=start, end=end + timedelta(days=1))


def _targets(*, has_amounts: bool) -> tuple[Target, ...]:
    with st.expander("Own targets in place of benchmarks", icon=":material/flag:"):
        targets = []
        rows = [[name for name in row if has_amounts or name not in IN_MONEY] for row in TARGETS]
        places = [column for row in rows for column in st.columns(len(row), gap="medium")]
        for column, name in zip(places, chain(*rows), strict=True):
            metric = METRICS[name]
            is_rate = metric.kind == "rate"
            _begin_with_kept(name, is_rate=is_rate)
            value = column.number_input(
                f"{metric.label}{_UNITS.get(metric.kind, '')}",
                min_value=0.0,
                max_value=100.0 if is_rate else None,
                value=None,
                step=0.1 if metric.kind == "number" else 1.0,
                placeholder="None",
                key=f"target_{name}",
                bind="query-params",
            )
            if value:
                targets.append(Target(metric=name, value=value / 100 if is_rate else value))
    choices.keep_targets(tuple(targets))
    return tuple(targets)


def _begin_with_kept(name: str, *, is_rate: bool) -> None:
    """Let a target begin at the one that was kept, unless the address or the marketer says one."""
    key = f"target_{name}"
    if key in st.session_state or any(known.startswith("target_") for known in st.query_params):
        return
    for target in choices.targets():
        if target.metric == name:
            st.session_state[key] = round(target.value * 100, 6) if is_rate else target.value
