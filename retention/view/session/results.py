"""Everything that pages compute from the session's data, kept for the session.

Frames are shared and not copied: a caller that wants to change one makes its own copy.
"""

from typing import NamedTuple

import pandas as pd

from retention.errors import RetentionError
from retention.evaluation.all_checks import all_checks
from retention.evaluation.backtest import Backtest, backtest
from retention.evaluation.backtest_checks import backtest_checks
from retention.evaluation.recent_checks import recent_checks
from retention.history.order_history import OrderHistory, order_history
from retention.history.revenue import revenue_history
from retention.models.checks import Check
from retention.models.cltv import fit_cltv, predict_cltv, purchase_probability
from retention.models.model import CltvModel
from retention.models.months import expected_by_month, month_ranges
from retention.models.uncertainty import Uncertainty, value_uncertainty
from retention.models.value_distribution import concentration, top_shares, value_histogram
from retention.models.what_if import Levers, WhatIf, what_if
from retention.view.session.cache import kept
from retention.view.session.choices import Plan, purchase_model
from retention.view.session.loaded import Loaded


class Spread(NamedTuple):
    """`value_histogram`, `concentration` and `top_shares` of the scores."""

    histogram: pd.DataFrame
    curve: pd.DataFrame
    top: pd.DataFrame


def model_for(data: Loaded) -> CltvModel:
    """The fitted model of the session's choice; ModelError where the data does not carry one."""
    return _model(data, purchase_model())


def backtest_for(data: Loaded, holdout_days: int | None = None) -> Backtest:
    """The backtest of the session's purchase model; DataError or ModelError below the history that it needs.

    With the usual cut (None) and "auto" it is the one that picked the model; with another cut it is of that model.
    """
    kind = purchase_model()
    if kind == "auto" and holdout_days is not None:
        kind = model_for(data).purchase_model
    tested = _tested(data, kind, holdout_days)
    if isinstance(tested, RetentionError):
        raise tested.with_traceback(None)
    return tested


def usual_backtest_for(data: Loaded) -> Backtest | None:
    """The backtest of the usual cut; None where the history is too short for one."""
    try:
        return backtest_for(data)
    except RetentionError:
        return None


@kept(max_entries=4, spinner="Checking the forecast…", by_model=True)
def checks_for(data: Loaded) -> tuple[Check, ...]:
    """All checks of the forecast: of the latest orders, the usual backtest and the model; ModelError as `model_for`."""
    model = model_for(data)
    try:
        tested = backtest_checks(backtest_for(data))
    except RetentionError as error:
        tested = (
            Check(
                "Backtest",
                "caution",
                f"The forecast could not be tested on the past of these orders. {error}",
                "Load a longer period, so that its end can be hidden and predicted.",
            ),
        )
    return all_checks(
        recent_checks(model, data.customers, order_history_for(data)), tested, model.checks
    )


@kept(max_entries=3, spinner="Scoring customers…")
def scores_for(data: Loaded, plan: Plan) -> pd.DataFrame:
    """`predict_cltv` for every customer; ModelError as `model_for`."""
    return predict_cltv(_model(data, plan.purchase_model), data.customers, **plan.terms())


@kept(max_entries=3)
def uncertainty_for(data: Loaded, plan: Plan) -> Uncertainty:
    """`value_uncertainty` of all customers; ModelError as `model_for`."""
    return value_uncertainty(_model(data, plan.purchase_model), data.customers, **plan.terms())


@kept(max_entries=40)
def what_if_for(data: Loaded, plan: Plan, levers: Levers) -> WhatIf:
    """`what_if` of all customers; ModelError as `model_for`."""
    model, known = _model(data, plan.purchase_model), uncertainty_for(data, plan)
    return what_if(model, data.customers, levers, **plan.terms(), uncertainty=known)


@kept(max_entries=12, by_model=True)
def probability_for(data: Loaded, days: int) -> pd.Series:
    """Each customer's probability of at least one order within `days` days; ModelError as `model_for`."""
    return purchase_probability(model_for(data), data.customers, days)


@kept(max_entries=12)
def months_for(data: Loaded, plan: Plan) -> pd.DataFrame:
    """`expected_by_month` of the whole base with `month_ranges`; ModelError as `model_for`."""
    model, customers = _model(data, plan.purchase_model), data.customers
    return month_ranges(model, customers, expected_by_month(model, customers, **plan.terms()))


@kept(max_entries=12)
def spread_for(data: Loaded, plan: Plan) -> Spread:
    """How the value spreads over customers; ModelError as `model_for`."""
    scores = scores_for(data, plan)
    worth = scores["cltv"].to_numpy()
    return Spread(value_histogram(data.customers, scores), concentration(worth), top_shares(worth))


@kept(max_entries=2)
def history_for(data: Loaded, months: int = 24) -> pd.DataFrame:
    """`revenue_history` of the orders."""
    return revenue_history(data.orders, months)


@kept(max_entries=1, spinner="Counting orders by day…")
def order_history_for(data: Loaded) -> OrderHistory:
    """The counts by day from which the numbers of any period follow."""
    return order_history(data.orders)


@kept(max_entries=4, spinner="Fitting the model…")
def _model(data: Loaded, kind: str) -> CltvModel:
    # Where there is too little history to hide a part of it, the model's `choice` says that none was tested.
    tested = _tested(data, kind) if kind == "auto" else None
    return fit_cltv(data.customers, kind, backtest=tested if isinstance(tested, Backtest) else None)


@kept(max_entries=8, spinner="Testing the model on the past…")
def _tested(data: Loaded, kind: str, holdout_days: int | None = None) -> Backtest | RetentionError:
    """The backtest, or why there is none: that is kept too, since finding it out may take as long."""
    try:
        return backtest(data.orders, holdout_days, kind)
    except RetentionError as error:
        return error
