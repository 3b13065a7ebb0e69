"""Compute what each page answers of the sample store, and write `answers.toml`.

Run `python -m retention.view.welcome.sample_answers` when the numbers of a page change.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from retention import wording
from retention.actions.ranking import next_actions
from retention.customers.contacts import contacts
from retention.customers.signals import signals
from retention.customers.summary import summarise_customers
from retention.errors import DataError
from retention.evaluation.backtest import backtest
from retention.evaluation.past_misses import past_misses
from retention.experiments.measure import measure_test
from retention.experiments.words import result_sentence
from retention.kept_work.store_settings import USUAL_MARGIN
from retention.models.cltv import fit_cltv, predict_cltv
from retention.models.model import CltvModel
from retention.models.uncertainty import value_uncertainty
from retention.models.value_distribution import top_shares
from retention.orders.orders import Orders
from retention.own_segments.conditions import matches
from retention.own_segments.features import features
from retention.own_segments.ready_made import ready_made
from retention.products.due import reorders_due
from retention.products.table import product_table
from retention.reports.breakdown import breakdown
from retention.reports.cohorts import second_orders
from retention.reports.scorecard import scorecard
from retention.samples.data_sets import sample_orders
from retention.segments.movement import movement
from retention.segments.rfm import rfm
from retention.segments.rfm_totals import rfm_table
from retention.segments.stages import assign_segments
from retention.view.session.sample_tests import sample_tests
from retention.view.welcome.answers import FILE

_MONTH, _YEAR = dt.timedelta(days=30), dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Store:
    """The sample store, with what the pages compute of it.

    Attributes:
        orders: Its orders.
        customers: One row per customer.
        model: The fitted model.
        scores: As `predict_cltv` returns.
    """

    orders: Orders
    customers: pd.DataFrame
    model: CltvModel
    scores: pd.DataFrame

    def money(self, amount: float) -> str:
        """Return an amount in the store's currency."""
        return wording.money(amount, self.orders.currency, short=True)


def compute() -> dict[str, str]:
    """Return the sentences as the sample store gives them today."""
    orders = sample_orders("store")
    customers = summarise_customers(orders)
    # As pages fit it: with the purchase model that did better, and ranges that know past misses.
    model = fit_cltv(customers, "auto", backtest=backtest(orders, None, "auto"))
    model = replace(model, misses=past_misses(orders, model.purchase_model))
    store = _Store(
        orders=orders,
        customers=customers,
        model=model,
        scores=predict_cltv(model, customers, margin=USUAL_MARGIN),
    )
    return {name: answer(store) for name, answer in _ANSWERS.items()}


def _scorecard(store: _Store) -> str:
    end = store.orders.end
    metrics = scorecard(store.orders, end - _YEAR + dt.timedelta(days=1), end).metrics["value"]
    return (
        f"In the last 12 months {wording.percent(metrics['returning_revenue_share'])} of the "
        "revenue came from returning customers, and an order was worth "
        f"{store.money(metrics['average_order_value'])}."
    )


def _cohorts(store: _Store) -> str:
    table = second_orders(store.orders)
    table = table[table["observed_90"] > 0]
    again = table["within_90"].sum() / table["observed_90"].sum()
    whole = table[table["observed_90"] == table["customers"]]
    best = whole.nlargest(1, "share_90").iloc[0]
    return (
        f"{wording.percent(again)} of new customers order again within 90 days. Best were those of "
        f"{best['cohort']:%B %Y}, with {wording.percent(best['share_90'])}."
    )


def _channels(store: _Store) -> str:
    rates = breakdown(store.orders, "channel", customers=store.customers).values[
        "repeat_purchase_rate"
    ]
    best, worst = rates.idxmax(), rates.idxmin()
    return (
        f"Of the customers who came through {best}, {wording.percent(rates.max())} ordered again. "
        f"Of those who came through {worst}, {wording.percent(rates.min())} did."
    )


def _products(store: _Store) -> str:
    table = product_table(store.orders)
    rates = table.loc[table["enough_customers"], "repeat_rate"]
    due = reorders_due(store.orders)
    this_week = due.loc[due["week"] == "this week", "customer_id"].nunique()
    return (
        f"{rates.idxmax()} is bought again most: {wording.percent(rates.max())} of its buyers do. "
        f"{wording.plural(this_week, 'customer')} are due to buy something again this week."
    )


def _lifetime_value(store: _Store) -> str:
    total = value_uncertainty(store.model, store.customers, margin=USUAL_MARGIN).total()
    top = top_shares(store.scores["cltv"].to_numpy()).set_index("share")["value_share"]
    return (
        f"Today's customers should be worth {store.money(total.expected)} in the next 12 months "
        f"(80% range {store.money(total.low)} to {store.money(total.high)}). One in ten of them "
        f"holds {wording.percent(top[0.10])} of it."
    )


def _customer(store: _Store) -> str:
    best = store.scores.nlargest(1, "cltv")
    score, orders = best.iloc[0], int(store.customers["orders"].reindex(best.index).iloc[0])
    return (
        f"The customer with the highest value has ordered {orders} times. The next 12 months "
        f"should be worth {store.money(score['cltv'])} (80% range "
        f"{store.money(score['cltv_low'])} to {store.money(score['cltv_high'])})."
    )


def _segments(store: _Store) -> str:
    stages = assign_segments(store.customers, store.scores)["stage"].value_counts()
    return (
        f"{wording.plural(int(stages['vip']), 'customer')} are VIPs. "
        f"{wording.count(stages['at_risk'])} who came back before are at risk of leaving."
    )


def _own_segments(store: _Store) -> str:
    customers = store.customers
    chosen = customers[(customers["orders"] >= 3) & (customers["T"] - customers["recency"] > 90)]
    return (
        f"“Three orders or more, none for 90 days” are {wording.plural(len(chosen), 'customer')}, "
        f"who have spent {store.money(chosen['revenue'].sum())} so far."
    )


def _ready_made(store: _Store) -> str:
    known = features(
        store.customers,
        store.scores,
        as_of=store.orders.end,
        labels=assign_segments(store.customers, store.scores),
        signals=signals(store.orders),
        contacts=contacts(store.orders),
        orders=store.orders,
        model=store.model,
    )
    groups = [group for group in ready_made(known) if not group.missing]
    sizes = {group.name: int(matches(group.rule, known).sum()) for group in groups}
    largest = max(sizes, key=lambda name: sizes[name])
    return (
        f"{wording.plural(len(groups), 'group')} are ready for a campaign. The largest one, "
        f"“{largest}”, has {wording.plural(sizes[largest], 'customer')}."
    )


def _rfm(store: _Store) -> str:
    table = rfm_table(rfm(store.customers), store.customers)
    best = table.iloc[0]
    return (
        f"{table.index[0]}, who ordered lately, often and for much, are "
        f"{wording.percent(best['customer_share'])} of the customers and bring "
        f"{wording.percent(best['revenue_share'])} of the revenue."
    )


def _movement(store: _Store) -> str:
    end = store.orders.end
    moves = movement(store.orders, end - _MONTH, end, model=store.model)
    to, origin = moves["to"], moves["from"]
    quiet = int(moves.loc[(to == "at_risk") & (origin != "at_risk"), "customers"].sum())
    back = int(
        moves.loc[
            origin.isin(["at_risk", "lapsed"]) & ~to.isin(["at_risk", "lapsed"]), "customers"
        ].sum()
    )
    return (
        f"In the last 30 days {wording.plural(quiet, 'customer')} became at risk, and "
        f"{wording.count(back)} who were at risk or lapsed came back."
    )


def _campaign_calendar(store: _Store) -> str:
    actions = next_actions(store.orders, store.customers, store.model).actions
    people = sum(action.number for action in actions)
    gain = sum(action.gain.expected for action in actions)
    return (
        f"{wording.plural(len(actions), 'campaign')} for {wording.plural(people, 'customer')} are "
        f"worth planning this week. Together they should bring {store.money(gain)} after their "
        "cost."
    )


def _results(store: _Store) -> str:
    for test in sample_tests():
        result = measure_test(store.orders, test)
        if result.verdict == "worked":
            return result_sentence(result, test.name, store.orders.currency)
    raise DataError("No campaign of the sample store worked. Let one have an effect.")


def _campaigns(store: _Store) -> str:
    best = next_actions(store.orders, store.customers, store.model).actions[0]
    return f"{best.reason} {best.promise}"


_ANSWERS: dict[str, Callable[[_Store], str]] = {
    "scorecard": _scorecard,
    "cohorts": _cohorts,
    "channels": _channels,
    "products": _products,
    "lifetime_value": _lifetime_value,
    "customer": _customer,
    "segments": _segments,
    "own_segments": _own_segments,
    "ready_made": _ready_made,
    "rfm": _rfm,
    "movement": _movement,
    "campaigns": _campaigns,
    "campaign_calendar": _campaign_calendar,
    "results": _results,
}


def write() -> None:
    """Write the sentences anew."""
    lines = [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in compute().items()]
    head = "# Written by `python -m retention.view.welcome.sample_answers`: do not edit."
    FILE.write_text("\n".join([head, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    write()
