"""Everything that pages compute from the session's data, kept for the session.

Frames are shared and not copied: a caller that wants to change one makes its own copy.
"""

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from retention.errors import RetentionError
from retention.evaluation.all_checks import all_checks
from retention.evaluation.backtest import Backtest, backtest
from retention.evaluation.backtest_checks import backtest_checks
from retention.evaluation.past_misses import past_misses
from retention.evaluation.recent_checks import recent_checks
from retention.evaluation.value_checks import largest_customer
from retention.history.order_history import OrderHistory, order_history
from retention.history.peaks import Peak, yearly_peaks
from retention.history.revenue import revenue_history
from retention.models.checks import Check, check_enough_customers
from retention.models.cltv import fit_cltv, predict_cltv, purchase_probability
from retention.models.groups import (
    GroupModels,
    fit_groups,
    group_scores,
    group_value_uncertainty,
)
from retention.models.model import CltvModel
from retention.models.months import expected_by_calendar_month, month_ranges
from retention.models.uncertainty import Uncertainty, value_uncertainty
from retention.models.value_distribution import concentration, top_shares, value_histogram
from retention.models.what_if import Levers, WhatIf, what_if
from retention.products.likely import likely_columns, likely_next
from retention.view.session.cache import kept
from retention.view.session.choices import Plan, purchase_model
from retention.view.session.loaded import Loaded


class Spread(NamedTuple):
    """How the value spreads over customers.

    Attributes:
        histogram: As `value_histogram` returns.
        curve: As `concentration` returns.
        top: As `top_shares` returns.
    """

    histogram: pd.DataFrame
    curve: pd.DataFrame
    top: pd.DataFrame


def model_for(data: Loaded) -> CltvModel:
    """Return the fitted model, by the session's choice of a purchase model.

    Raises:
        ModelError: The orders carry no model.
    """
    return _model(data, purchase_model())


def backtest_for(data: Loaded, holdout_days: int | None = None) -> Backtest:
    """Return the backtest of the session's purchase model.

    With the usual cut and "auto" it is the one that picked the model. With another cut it tests the
    model that was picked.

    Args:
        data: The session's data.
        holdout_days: Days to hide at the end; None for the usual cut.

    Raises:
        DataError: The history is too short for the cut.
        ModelError: The orders before the cut carry no model.
    """
    kind: str = purchase_model()
    if kind == "auto" and holdout_days is not None:
        kind = model_for(data).purchase_model
    outcome = _backtest(data, kind, holdout_days)
    if isinstance(outcome, RetentionError):
        raise outcome.with_traceback(None)
    return outcome


def usual_backtest_for(data: Loaded) -> Backtest | None:
    """Return the backtest of the usual cut; None where the history is too short for one."""
    try:
        return backtest_for(data)
    except RetentionError:
        return None


@kept(max_entries=4, spinner="Checking the forecast…", by_model=True, by_orders_alone=True)
def checks_for(data: Loaded) -> tuple[Check, ...]:
    """Return all checks of the forecast: of the latest orders, the backtest and the model.

    Raises:
        ModelError: As `model_for`.
    """
    model = model_for(data)
    try:
        of_backtest = backtest_checks(backtest_for(data))
    except RetentionError as error:
        untested = Check(
            name="Backtest",
            status="caution",
            finding=f"The forecast could not be tested on the past of these orders. {error}",
            advice="Load a longer period, so that its end can be hidden and predicted.",
        )
        of_backtest = (untested,)
    of_latest_orders = recent_checks(model, data.customers, order_history_for(data))
    # A share of the value: the margin is no part of it, so that another one needs no new checks.
    plan = Plan(purchase_model=purchase_model())
    of_value = largest_customer(scores_for(data, plan))
    return all_checks(of_latest_orders, (*of_backtest, of_value), model.checks)


# The standard plan, and the one that a page looks at.
@kept(max_entries=2, spinner="Scoring customers…", by_orders_alone=True)
def scores_for(data: Loaded, plan: Plan) -> pd.DataFrame:
    """Return `predict_cltv` of every customer; ModelError as `model_for`."""
    return predict_cltv(_model(data, plan.purchase_model), data.customers, **plan.terms())


@kept(max_entries=2, by_orders_alone=True)
def uncertainty_for(data: Loaded, plan: Plan) -> Uncertainty:
    """Return `value_uncertainty` of all customers; ModelError as `model_for`."""
    return value_uncertainty(_model(data, plan.purchase_model), data.customers, **plan.terms())


def groups_for(data: Loaded, column: str) -> GroupModels:
    """Return the models of the values of a column of the customers; ModelError as `model_for`.

    Every page that shows a value by such a group takes it from here.
    """
    return _groups(data, purchase_model(), column)


@kept(max_entries=3, spinner="Scoring customers…", by_orders_alone=True)
def group_scores_for(data: Loaded, plan: Plan, column: str) -> pd.DataFrame:
    """Return `scores_for` by the models of the values of a column; ModelError as `model_for`."""
    groups = _groups(data, plan.purchase_model, column)
    return group_scores(groups, data.customers, data.customers[column], **plan.terms())


@kept(max_entries=6, by_orders_alone=True)
def group_uncertainty_for(data: Loaded, plan: Plan, column: str) -> Uncertainty:
    """Return `uncertainty_for` by the models of the values of a column; as `model_for`."""
    groups = _groups(data, plan.purchase_model, column)
    return group_value_uncertainty(groups, data.customers, data.customers[column], **plan.terms())


@kept(max_entries=40, by_orders_alone=True)
def what_if_for(data: Loaded, plan: Plan, levers: Levers) -> WhatIf:
    """Return `what_if` of all customers; ModelError as `model_for`."""
    model, uncertainty = _model(data, plan.purchase_model), uncertainty_for(data, plan)
    return what_if(model, data.customers, levers, **plan.terms(), uncertainty=uncertainty)


@kept(max_entries=12, by_model=True, by_orders_alone=True)
def probability_for(data: Loaded, days: int) -> pd.Series:
    """Return each customer's probability of an order within `days`; ModelError as `model_for`."""
    return purchase_probability(model_for(data), data.customers, days)


@kept(max_entries=1, by_orders_alone=True)
def peaks_for(data: Loaded) -> tuple[Peak, ...]:
    """Return `yearly_peaks` of the orders."""
    return yearly_peaks(data.orders)


@kept(max_entries=12, by_orders_alone=True)
def months_for(data: Loaded, plan: Plan) -> pd.DataFrame:
    """Return what the base should bring by calendar month; ModelError as `model_for`.

    With amounts it has the ranges of `month_ranges`.
    """
    model, customers = _model(data, plan.purchase_model), data.customers
    months = expected_by_calendar_month(model, customers, data.orders.end, **plan.terms())
    return months if model.spend is None else month_ranges(model, customers, months)


@kept(max_entries=12, by_orders_alone=True)
def spread_for(data: Loaded, plan: Plan) -> Spread:
    """Return how the value spreads over customers; ModelError as `model_for`."""
    scores = scores_for(data, plan)
    values = scores["cltv"].to_numpy()
    return Spread(
        histogram=value_histogram(data.customers, scores),
        curve=concentration(values),
        top=top_shares(values),
    )


@kept(max_entries=2, by_orders_alone=True)
def history_for(data: Loaded, months: int = 24) -> pd.DataFrame:
    """Return `revenue_history` of the orders."""
    return revenue_history(data.orders, months)


@kept(max_entries=1, spinner="Finding what is likely next…", by_orders_alone=True)
def likely_next_for(data: Loaded) -> pd.DataFrame:
    """Return `likely_next` of the orders, with each product's name kept once."""
    return likely_next(data.orders).astype({"product": "category", "reason": "category"})


def next_products_for(data: Loaded) -> pd.DataFrame:
    """What each customer is likely to buy next, as columns for an audience file."""
    return likely_columns(likely_next_for(data))


@kept(max_entries=1, spinner="Counting orders by day…", by_orders_alone=True)
def order_history_for(data: Loaded) -> OrderHistory:
    """Return the counts by day from which the numbers of any period follow."""
    return order_history(data.orders)


@kept(max_entries=4, spinner="Fitting the model…", by_orders_alone=True)
def _model(data: Loaded, kind: str) -> CltvModel:
    check_enough_customers(data.customers)
    # Where the history is too short to hide a part of it, the model's `choice` says that no model
    # was tested.
    outcome = _backtest(data, kind) if kind == "auto" else None
    tested = outcome if isinstance(outcome, Backtest) else None
    model = fit_cltv(data.customers, kind, backtest=tested)
    return replace(model, misses=past_misses(data.orders, model.purchase_model))


@kept(max_entries=8, spinner="Fitting a model to each group…", by_orders_alone=True)
def _groups(data: Loaded, kind: str, column: str) -> GroupModels:
    return fit_groups(_model(data, kind), data.customers, data.customers[column])


@kept(max_entries=8, spinner="Testing the model on the past…", by_orders_alone=True)
def _backtest(
    data: Loaded, kind: str, holdout_days: int | None = None
) -> Backtest | RetentionError:
    """The backtest, or why there is none. The reason is kept too: it may take as long to find."""
    try:
        return backtest(data.orders, holdout_days, kind)
    except RetentionError as error:
        return error
