"""A fitted model in sentences a marketer can use, with the caveat that belongs to each."""

from dataclasses import dataclass

import pandas as pd

from retention import wording
from retention.models.model import CltvModel
from retention.models.spend import SpendModel, StoreAverage
from retention.models.value_distribution import typical_customer

TEN_YEARS = 3652  # days


@dataclass(frozen=True, slots=True)
class Point:
    """A finding of the model.

    Attributes:
        icon: Of the finding, as Markdown.
        title: A word or two.
        sentence: The finding.
        caveat: What to bear in mind, shown on hover.
    """

    icon: str
    title: str
    sentence: str
    caveat: str


def describe(model: CltvModel, currency: str | None) -> list[Point]:
    """Return how often customers order, how many stop after an order, and what an order brings."""
    typical = typical_customer(model)
    points = [
        _rhythm(typical.days_between_orders, typical.median_days_between_orders),
        _leaving(typical.leave_share, model),
    ]
    return points if model.spend is None else [*points, _spend(model.spend, currency)]


def parameters(model: CltvModel) -> pd.DataFrame:
    """Return the fitted parameters as a table: `Parameter`, `Value`, `Meaning`."""
    rows = [
        ("r", model.r, "Order rates: shape; the smaller, the more customers differ"),
        ("alpha", model.alpha, "Order rates: scale, in days"),
        ("a", model.a, "Stopping after an order: first shape"),
        ("b", model.b, "Stopping after an order: second shape"),
        ("p", model.p, "Spend: shape within a customer"),
        ("q", model.q, "Spend: shape between customers"),
        ("v", model.v, "Spend: scale between customers, in money"),
        (
            "log-likelihood, orders",
            model.log_likelihood,
            "Higher fits better, for the same customers",
        ),
        (
            "log-likelihood, spend",
            model.spend_log_likelihood,
            "Higher fits better, for the same customers",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["Parameter", "Value", "Meaning"])
    return frame[frame["Value"].notna()].astype({"Value": float})


def one_in(share: float) -> str:
    """Return a share as "1 in 4" where a small whole number is close, else as a percentage.

    >>> one_in(0.246), one_in(0.62), one_in(0.02), one_in(0.001)
    ('1 in 4', '62%', '1 in 50', '0.1%')
    """
    if 0.005 <= share <= 0.55:
        number = round(1 / share)
        if abs(1 / number - share) < 0.12 * share:
            return f"1 in {number}"
    return wording.percent(share)


def _rhythm(mean: float | None, median: float | None) -> Point:
    title, icon = "Rhythm", ":material/schedule:"
    caveat = (
        "While a customer is active, orders come at a rate of their own; over all customers the "
        "rates are gamma distributed. Typical is the median rate, the average is r / alpha."
    )
    if mean is None:
        return Point(
            icon=icon,
            title=title,
            sentence="How often customers order cannot be stated from these orders.",
            caveat=caveat,
        )
    a_year = _orders_a_year(365.25 / mean)
    if median is None or median > TEN_YEARS:
        sentence = (
            f"The typical customer hardly orders again. A few who order often make it {a_year} a "
            "customer and year on average, while active."
        )
    elif median > 1.25 * mean:
        sentence = (
            f"While active, the typical customer would order once in {wording.days(median)}: half "
            "order more often, half less. A few who order far more often lift the average to "
            f"{a_year} a customer and year."
        )
    else:
        sentence = f"While active, your customers order about once in {wording.days(mean)}."
    return Point(icon=icon, title=title, sentence=sentence, caveat=caveat)


def _orders_a_year(number: float) -> str:
    if number < 0.05:
        return "less than one order in twenty years"
    if round(number, 1) == 1:
        return "1 order"
    return (
        f"{wording.decimal(number, 1)} orders" if number < 20 else f"{wording.count(number)} orders"
    )


def _leaving(share: float | None, model: CltvModel) -> Point:
    title, icon = "Leaving", ":material/logout:"
    # BG/NBD takes a customer to stay at least until the second order; MBG/NBD does not.
    from_first = model.purchase_model == "mbg_nbd"
    after = "an order, be it the first or a later one" if from_first else "a repeat order"
    caveat = (
        "Mean of the beta distribution, a / (a + b): the probability that a customer stops for "
        f"good right after {after}."
    )
    if not from_first:
        caveat += " The model cannot see whether a one-time buyer has left."
    if share is None:
        return Point(
            icon=icon,
            title=title,
            sentence="How many stop after an order cannot be stated.",
            caveat=caveat,
        )
    order = "order, the first too" if from_first else "repeat order"
    sentence = f"After each {order}, {one_in(share)} customers never returns."
    if "in" not in one_in(share):
        sentence = f"After each {order}, {one_in(share)} of customers never return."
    if share < 0.001:
        order = "an order" if from_first else "a repeat order"
        sentence = f"After {order} practically nobody stops for good, as far as these orders show."
    elif model.a < 1 and model.b < 1:
        sentence += " Few are in between: some leave at once, others hardly ever."
    return Point(icon=icon, title=title, sentence=sentence, caveat=caveat)


def _spend(spend: SpendModel, currency: str | None) -> Point:
    mean = wording.money(spend.mean, currency)
    sentence = f"A purchase day brings {mean} on average over all customers."
    caveat = (
        "Mean of the spend model (Gamma-Gamma), p v / (q − 1), learnt from repeat purchase days. "
        "A customer's own orders weigh more the more there are."
    )
    if isinstance(spend, StoreAverage):
        caveat = f"{spend.reason} Repeat customers are taken at their own average instead."
    return Point(icon=":material/shopping_bag:", title="Spend", sentence=sentence, caveat=caveat)
