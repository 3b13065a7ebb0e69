"""Panels about the forecast that more than one page shows."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import palette
from retention.evaluation.backtest import Backtest
from retention.history.peaks import Peak
from retention.models.checks import Check
from retention.models.uncertainty import Total
from retention.view import text
from retention.view.session.choices import Plan
from retention.view.session.store_settings import MODELS, store_settings
from retention.view.widgets import Metric

#: What each status of a check is called, the worst first.
STATUS_WORDS = {
    "bad": "Doubtful",
    "caution": "With care",
    "unknown": "Cannot be told yet",
    "good": "Good",
}


def forecast_metrics(
    scores: pd.DataFrame, total: Total | None, currency: str | None, *, label: str, about: str
) -> list[Metric]:
    """Headline numbers of a forecast: the value, who will order again, and the expected orders.

    Args:
        scores: As `predict_cltv` returns.
        total: Value of all customers with its range; None where the orders have no amounts.
        currency: Of the value.
        label: What the value is called.
        about: Key of the value's definition.
    """
    customers = len(scores)
    returning, orders = (float(scores[name].sum()) for name in ("p_purchase", "expected_orders"))
    value = []
    if total is not None:
        note = f"80% range: {wording.money_range(total.low, total.high, currency)}"
        value = [
            Metric(
                label=label,
                value=wording.money(total.expected, currency, short=True),
                about=about,
                note=note,
            )
        ]
    return [
        *value,
        Metric(
            label="Will order again",
            value=wording.percent(returning / customers),
            about="returning",
            note=f"About {wording.count(returning)} of {wording.count(customers)}",
        ),
        Metric(
            label="Expected orders",
            value=wording.count(orders, short=orders >= 1e5),
            about="expected_orders_sum",
            note=f"{wording.decimal(orders / customers, 2)} per customer",
        ),
    ]


def terms(plan: Plan) -> str:
    """Return what a value is net of, in the few words that fit below a number."""
    basis = "Before margin" if plan.margin == 1 else f"At {wording.percent(plan.margin)} margin"
    rate = plan.annual_discount_rate
    return (
        f"{basis}, discounted {wording.percent(rate)} a year"
        if rate
        else f"{basis}, not discounted"
    )


def assumptions(plan: Plan, *, has_amounts: bool = True) -> str:
    """Return what a forecast takes from the store settings, as a sentence or two.

    Args:
        plan: What it assumes.
        has_amounts: Whether the orders have amounts: without them there is no margin.
    """
    label = next(label for label, kind in MODELS.items() if kind == plan.purchase_model)
    model = f"Purchase model: {label}."
    if not has_amounts:
        return model
    rate = wording.percent(plan.annual_discount_rate)
    margin = f"Margin {wording.percent(plan.margin)}{assumed_margin()}"
    return f"{margin}, discount {rate} a year. {model}"


def assumed_margin() -> str:
    """Return what follows a margin that nobody has set; nothing where the marketer has."""
    return "" if store_settings().margin_is_known else " (assumed until you set yours)"


def track_record(result: Backtest | None, plan: Plan, *, has_amounts: bool = True) -> None:
    """Draw a line below a forecast: how far off a backtest was."""
    if result is None:
        words = "Not tested on the past: the history is too short."
    else:
        orders = wording.deviation_figure(result.bias, "too many", "too few")
        revenue = ""
        if has_amounts:
            figure = wording.deviation_figure(result.revenue_bias, "too high", "too low")
            revenue = f" and revenue {figure}"
        hidden = wording.days(result.holdout_days)
        words = f"On the last {hidden}, hidden from it, the model had orders {orders}{revenue}"
        words += ", the weeks of a gap in the orders not counted." if len(result.gap) else "."
        if plan.horizon_days > 1.5 * result.holdout_days:
            words += " Nothing further ahead than that has been tested."
        elif plan.horizon_days < 0.5 * result.holdout_days:
            words += (
                " Over a shorter time it may be further off: move the cut under “Can I trust it?”."
            )
    st.caption(text.plain(words, limit=600))


def expected(name: str) -> DeltaGenerator:
    """Return a frame for what a forecast makes: it is greyed where that is not to be used.

    Args:
        name: Of the frame, among those of the page.
    """
    return st.container(key=f"expected-{name}")


def check_list(checks: Sequence[Check]) -> None:
    """List checks, the worst first: status, name, finding, and what to do about it."""
    good_began = False
    for check in sorted(checks, key=_severity):
        colour, icon = palette.STATUS_COLOURS[check.status], palette.STATUS_ICONS[check.status]
        name, finding = text.plain(check.name), text.plain(check.finding, limit=1000)
        if check.status == "good":
            if not good_began:
                st.caption("In order, with nothing to do:")
            good_began = True
            st.markdown(f":{colour}[{icon} **{name}:**] {finding}")
            continue
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":{colour}[{icon} **{STATUS_WORDS[check.status]}:** {name}]")
            st.markdown(finding)
            st.markdown(f"**What to do:** {text.plain(check.advice, limit=1000)}")


def _severity(check: Check) -> int:
    return list(STATUS_WORDS).index(check.status)


def peak_words(peaks: Sequence[Peak]) -> str:
    """Return what the forecast does with days that sell far more each year; empty without any."""
    if not peaks:
        return ""
    named = ", ".join(
        f"{peak.when}: {wording.decimal(peak.times, 1)} times the usual" for peak in peaks[:3]
    )
    return (
        f"A few days a year sell far more ({named}). The forecast spreads them: expect more then "
        "and less around."
    )
