"""Can I trust it? The backtest, the checks, and what the model says in words."""

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import trust as charts
from retention.errors import RetentionError
from retention.evaluation.backtest import BASELINES, MIN_HOLDOUT, Backtest, default_holdout
from retention.models.model import CltvModel
from retention.models.purchases import PURCHASE_MODELS
from retention.view import findings, forecast_panels, text, widgets
from retention.view.session.loaded import Loaded
from retention.view.session.results import backtest_for, checks_for, peaks_for
from retention.view.value import model_words, past_misses, season

DEFINE = text.DEFINITIONS
#: Columns of the table of models that need amounts.
_IN_MONEY = ("Revenue", "Revenue bias", "Best 10%", "Best 20%", "Ranking")


def proof(data: Loaded) -> None:
    """Draw the backtest: its verdict, its charts, and the other predictions beside it."""
    st.subheader("What it would have foreseen", anchor=False, help=DEFINE["backtest"])
    usual = default_holdout(data.orders)
    span = (data.orders.end - data.orders.start).days
    days = usual
    if span > 6 * MIN_HOLDOUT:
        days = st.slider(
            "Days to hide at the end",
            min_value=MIN_HOLDOUT,
            max_value=span - 2 * MIN_HOLDOUT,
            value=usual,
            key="holdout",
            bind="query-params",
            help=DEFINE["holdout"],
        )
    try:
        result = backtest_for(data, None if days == usual else days)
    except RetentionError as error:
        widgets.problem("The model cannot be tested on the past of these orders", error)
        return
    with st.container(border=True):
        st.markdown(f":material/fact_check: **{text.plain(result.verdict, limit=600)}**")
        st.caption(
            f"Fitted to the {wording.plural(result.customers, 'customer')} known on "
            f"{wording.day(result.cut)}, who then were followed to {wording.day(result.end)}. "
            f"Foreseen: {wording.count(result.orders.low)} to {wording.count(result.orders.high)} "
            f"repeat orders (80% range). {wording.percent(result.coverage)} of the customers kept "
            "to their own 80% range; whole orders make that more than 80."
        )
    st.altair_chart(
        charts.tracking_chart(result.tracking, pd.Timestamp(result.cut)),
        key="tracking",
        alt=f"Repeat orders a week, actual and expected. {result.verdict}",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**As likely as predicted?**", help=DEFINE["calibration"])
        st.altair_chart(
            charts.calibration_chart(result.calibration),
            key="calibration",
            alt="Share of customers who ordered, against the predicted probability. "
            + _widest_miss(result.calibration),
        )
    with right:
        st.markdown("**By how often they had come back**", help=DEFINE["by_frequency"])
        st.altair_chart(
            charts.frequency_chart(result.by_frequency),
            key="by_frequency",
            alt="Orders a customer after the cut, foreseen and actual, by repeat purchases before "
            "it. " + _widest_miss_by_frequency(result.by_frequency),
        )
    _models_table(result, data.orders.currency)


def _widest_miss(calibration: pd.DataFrame) -> str:
    """Say which group of customers ordered least as predicted."""
    place = findings.widest_gap(calibration["predicted"], calibration["observed"])
    if place is None:
        return "Nothing to compare"
    group = calibration.iloc[place]
    return (
        f"The widest gap: predicted {wording.percent(group['predicted'])}, ordered "
        f"{wording.percent(group['observed'])}"
    )


def _widest_miss_by_frequency(by_frequency: pd.DataFrame) -> str:
    """Say after how many repeat purchases the orders were foreseen worst."""
    place = findings.widest_gap(by_frequency["expected"], by_frequency["actual"])
    if place is None:
        return "Nothing to compare"
    group = by_frequency.iloc[place]
    return (
        f"The widest gap, with {group['frequency']}: foreseen {group['expected']:.2f}, actual "
        f"{group['actual']:.2f}"
    )


def _models_table(result: Backtest, currency: str | None) -> None:
    st.markdown("**Against other models and simple guesses**", help=DEFINE["accuracy"])
    labels = PURCHASE_MODELS | BASELINES
    models = result.models
    shown = pd.DataFrame(
        {
            "Prediction": [
                f"{labels[kind]} (used here)" if kind == result.purchase_model else labels[kind]
                for kind in models.index
            ],
            "Orders": models["orders"],
            "Bias": models["bias"],
            "Error": models["mae"],
            "Deviance": [
                wording.decimal(value, 4) if np.isfinite(value) else wording.MISSING
                for value in models["deviance"]
            ],
            "RMSE": models["rmse"],
            "Revenue": models["revenue"],
            "Revenue bias": models["revenue_bias"],
            "Best 10%": models["top_10"],
            "Best 20%": models["top_20"],
            "Ranking": models["gini"],
        }
    )
    # The browser would cut digits off where the texts round.
    shown = shown.round({"Orders": 0, "Error": 3, "RMSE": 3, "Revenue": 0})
    if result.revenue is None:
        shown = shown.drop(columns=[name for name in _IN_MONEY if name in shown])
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    unit = f" ({currency})" if currency else ""
    actual = models.iloc[0]
    st.dataframe(
        shown,
        key="models",
        hide_index=True,
        placeholder=wording.MISSING,
        column_config={
            "Prediction": words(pinned=True, width=190),
            "Orders": number(
                format="localized", step=1, help=f"Actual: {wording.count(actual['actual_orders'])}"
            ),
            "Bias": number(
                format="percent", help="Predicted orders against actual ones, less 100%."
            ),
            "Error": number(
                "Error a customer",
                format="localized",
                step=0.001,
                help="Mean absolute error of the orders.",
            ),
            "Deviance": words(
                help="Mean Poisson deviance of a customer's orders; the lower the better. “Auto” "
                "decides by it. No number where orders came that the prediction ruled out.",
            ),
            "RMSE": number(
                format="localized",
                step=0.001,
                help="Root mean square error of a customer's orders.",
            ),
            "Revenue": number(
                "Revenue" + unit,
                format="localized",
                step=1,
                help=f"Actual: {wording.count(actual['actual_revenue'])}",
            ),
            "Revenue bias": number(
                format="percent", help="Predicted revenue against actual, less 100%."
            ),
            "Best 10%": number(
                format="percent",
                help="Share of the actual revenue from the tenth predicted highest.",
            ),
            "Best 20%": number(
                format="percent",
                help="Share of the actual revenue from the fifth predicted highest.",
            ),
            "Ranking": number(format="percent", help="Gini: 100% is hindsight, 0% is chance."),
        },
    )
    revenue = ""
    if result.revenue is not None:
        amount = wording.money(actual["actual_revenue"], currency, short=True)
        revenue = f", with {text.plain(amount)} of revenue"
    st.caption(f"In truth {wording.count(actual['actual_orders'])} repeat orders came{revenue}.")


def health(data: Loaded, model: CltvModel) -> None:
    """Draw the checks beside the fitted parameters in words."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Health of the model", anchor=False)
        st.caption("The last ones rest on the usual cut, whatever the slider above says.")
        forecast_panels.check_list(checks_for(data))
    with right:
        st.subheader("How your customers buy", anchor=False)
        for point in model_words.describe(model, data.orders.currency):
            st.markdown(
                f"{point.icon} **{point.title}**  \n{text.plain(point.sentence)}", help=point.caveat
            )
        season.season(model.season, peaks_for(data))
        past_misses.past_misses(model)
        if model.choice:
            st.markdown(
                f":material/rule: **Why this model**  \n{text.plain(model.choice, limit=600)}"
            )
        with st.expander("Fitted parameters", icon=":material/function:"):
            st.dataframe(
                model_words.parameters(model),
                hide_index=True,
                column_config={
                    "Parameter": st.column_config.TextColumn(width=170),
                    "Value": st.column_config.NumberColumn(
                        format="localized", step=0.0001, width=120
                    ),
                },
            )
