"""What the segment being built is worth, how it spreads over the stages, and its customers."""

from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import overlaps as charts
from retention.charts.axes import live_spec
from retention.customers.search import best_first
from retention.models.uncertainty import Total, Uncertainty
from retention.own_segments.conditions import (
    Group,
    Rule,
    Totals,
    groups_asked,
    matches,
    totals,
    weighed,
)
from retention.own_segments.features import Features
from retention.segments import labels
from retention.segments.rules import STAGES
from retention.view import customer_lists, text, widgets
from retention.view.live_chart import live_chart
from retention.view.session import choices
from retention.view.session.contact import contact_for
from retention.view.session.loaded import Loaded
from retention.view.session.own_segments import READY_DAYS
from retention.view.session.results import (
    group_scores_for,
    group_uncertainty_for,
    scores_for,
    uncertainty_for,
)
from retention.view.widgets import file_name

SMALL = 30


def draw_worth(data: Loaded, rule: Rule, features: Features) -> None:
    """The segment's money, its probability to buy, and its spread over the stages."""
    customers = totals(rule, features).customers
    widgets.metric_row(_metrics(data, rule, features))
    if 0 < customers < SMALL:
        st.caption(
            f":orange[:material/warning:] A small group: {wording.plural(customers, 'customer')}. "
            "Shares say little."
        )
    inside, everybody = stage_counts(rule, features)
    shares = ", ".join(
        f"{labels.STAGE_LABELS[stage]} {wording.percent(number / max(customers, 1))}"
        for stage, number in zip(STAGES, inside, strict=True)
    )
    st.markdown(
        "**Lifecycle stages**",
        help="The segment's customers by lifecycle stage, with the thresholds in force. The tick "
        "is the share of all customers.",
    )
    live_chart(
        _stages_spec(),
        {"stages": charts.stage_rows(inside, everybody)},
        key="own_stages",
        alt_text=f"Customers of the segment by lifecycle stage: {shares}",
    )


def _metrics(data: Loaded, rule: Rule, features: Features) -> list[widgets.Metric]:
    if np.isnan(features.revenue[0]):
        return _metrics_without_amounts(rule, features)
    sums, currency = totals(rule, features), features.currency
    by_group = bool(groups_asked(rule, features))
    customers, all_revenue = sums.customers, totals_of_all(features).revenue
    share = of_each = between = probability = None
    if all_revenue > 0:
        share = f"{wording.percent(sums.revenue / all_revenue)} of all"
    if customers:
        of_each = f"{wording.money(sums.revenue / customers, currency)} a customer so far"
    mean = np.nan
    if customers and features.value is not None:
        total = value_range(data, rule, features)
        between = f"12 months, 80% range {wording.money_range(total.low, total.high, currency)}"
        if by_group:
            of_store = wording.money(store_value(data, rule, features), currency, short=True)
            between += f"; by the whole store's model, as on other pages, {of_store}"
        mean = mean_probability(rule, features)
    if not np.isnan(mean):
        buyers = wording.count(mean * customers)
        probability = f"Within {READY_DAYS} days, about {buyers}"
    expected = wording.money(sums.expected_value, currency, short=True)
    average = wording.money(average_order(rule, features), currency)
    return [
        widgets.Metric(
            label="Revenue so far",
            value=wording.money(sums.revenue, currency, short=True),
            about="revenue",
            note=share,
        ),
        widgets.Metric(
            label=text.BY_GROUP if by_group else "Expected value",
            value=expected,
            about="cltv_by_group" if by_group else "cltv",
            note=between,
        ),
        widgets.Metric(
            label="Will buy", value=wording.percent(mean), about="p_purchase_30d", note=probability
        ),
        widgets.Metric(
            label="Average order", value=average, about="average_order_value", note=of_each
        ),
    ]


def _metrics_without_amounts(rule: Rule, features: Features) -> list[widgets.Metric]:
    customers, note, mean = totals(rule, features).customers, None, np.nan
    if customers and not features.missing("p_purchase_30d"):
        mean = mean_probability(rule, features)
        note = f"Within {READY_DAYS} days, about {wording.count(mean * customers)}"
    return [
        widgets.Metric(
            label="Will buy", value=wording.percent(mean), about="p_purchase_30d", note=note
        )
    ]


def draw_download(data: Loaded, rule: Rule, features: Features, name: str) -> None:
    """The segment's customers as a file."""
    has_model = not features.missing("p_alive")
    scores, plan, by = None, choices.standard_plan(), groups_asked(rule, features)
    if has_model:
        # A customer has the same expected value in every file. Those by group add up to what the
        # page says.
        scores = scores_for(data, plan)
        if by:
            by_group = group_scores_for(data, plan, by)["cltv"]
            scores = scores.assign(cltv_by_group=by_group)
    inside = matches(rule, features)
    customer_lists.draw_download(
        data,
        contact_for(data)[inside],
        partial(members_list, data.customers, scores, inside),
        file_name=f"{file_name(name)}.csv",
        key="own_csv",
    )


def members_list(
    customers: pd.DataFrame, scores: pd.DataFrame | None, inside: np.ndarray
) -> pd.DataFrame:
    """A segment's customers, those with the highest expected value (or revenue) first."""
    table = customers[inside]
    return best_first(table if scores is None else table.join(scores[inside]))


def totals_of_all(features: Features) -> Totals:
    """What all customers amount to."""
    return totals(Group("all"), features)


def value_range(data: Loaded, rule: Rule, features: Features) -> Total:
    """The segment's expected value with its 80 % range."""
    plan, by = choices.standard_plan(), groups_asked(rule, features)
    uncertainty = group_uncertainty_for(data, plan, by) if by else uncertainty_for(data, plan)
    return features.memory.get(
        ("range", rule), lambda: total_of(uncertainty, matches(rule, features), features)
    )


def store_value(data: Loaded, rule: Rule, features: Features) -> float:
    """The segment's expected value by the model of the whole store."""
    expected = uncertainty_for(data, choices.standard_plan()).expected
    return features.memory.get(
        ("store's value", rule), lambda: weighed(expected, matches(rule, features), features)
    )


def total_of(uncertainty: Uncertainty, inside: np.ndarray, features: Features) -> Total:
    """`uncertainty.total(inside)`, by sums that take a fraction of its time in a large store."""
    sampled = inside[uncertainty.sample]
    expected = uncertainty.expected[uncertainty.sample]
    return uncertainty.totals_of_sums(
        np.array([weighed(uncertainty.expected, inside, features)]),
        np.array([weighed(uncertainty.variance, inside, features)]),
        np.array([expected[sampled].sum()]),
        uncertainty.summed_slopes(np.where(sampled, 0, -1), 1),
    )[0]


def mean_probability(rule: Rule, features: Features) -> float:
    """Mean probability of an order within `READY_DAYS` days of the segment's customers."""

    def mean() -> float:
        inside = matches(rule, features)
        total = weighed(features.column("p_purchase_30d").values, inside, features)
        return total / max(int(inside.sum()), 1)

    return features.memory.get(("probability", rule), mean)


def average_order(rule: Rule, features: Features) -> float:
    """Revenue of the segment's customers divided by their orders."""

    def mean() -> float:
        orders = features.memory.get(
            "orders as numbers", lambda: features.column("orders").values.astype(float)
        )
        placed = weighed(orders, matches(rule, features), features)
        return totals(rule, features).revenue / placed if placed else np.nan

    return features.memory.get(("average order", rule), mean)


def stage_counts(rule: Rule, features: Features) -> tuple[np.ndarray, np.ndarray]:
    """Customers of each stage: in the segment, and in all."""
    codes = features.column("stage").values
    bits = features.memory.get(
        "stages", lambda: [np.packbits(codes == n) for n in range(len(STAGES))]
    )

    def counted() -> np.ndarray:
        inside = np.packbits(matches(rule, features))
        return np.array([int(np.bitwise_count(stage & inside).sum()) for stage in bits])

    everybody = features.memory.get(
        "everybody's stages", lambda: np.bincount(codes, minlength=len(STAGES))
    )
    return features.memory.get(("stages of", rule), counted), everybody


@cache
def _stages_spec() -> dict[str, Any]:
    return live_spec(charts.stages_chart())
