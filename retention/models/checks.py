"""Whether the model can be trusted on these customers: findings, each with one thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from retention import wording
from retention.display import displayed
from retention.errors import ModelError
from retention.models.file_start.fit import FROM_THE_FIRST_DAY, FileStart
from retention.models.histories import customer_counts
from retention.models.purchases import PARAMETERS, PurchaseModel
from retention.models.spend import SpendModel, StoreAverage, spend_columns

#: Fewer customers than this are few for a model that describes how customers differ. Prediction
#: tools in use need about as many.
ENOUGH_CUSTOMERS, TOO_FEW_CUSTOMERS = 500, 30
#: Days of history from which leaving shows; shorter than that, a pause and a goodbye look the same.
ENOUGH_DAYS = 180
#: Repeat customers below which the fitted parameters are guesswork.
ENOUGH_REPEATERS, TOO_FEW_REPEATERS = 100, 10
#: Share of one-time buyers above which almost all of the fit rests on them.
MANY_ONE_TIME_BUYERS = 0.95
#: Standard error, as a share of a parameter: the parameter might as well be half or double.
WIDE_ERROR = 0.5
#: Past this the error says nothing as a number: the parameter might as well be anything.
HOPELESS_ERROR = 1.0
#: A shape parameter past this describes customers as all alike.
ALIKE = 1000
#: Repeat purchases expected of the newest customers so far, for a comparison to say anything.
ENOUGH_EXPECTED = 20
#: Difference between the newest customers and the others that is worth a warning, as a share of
#: the expected purchases.
DIFFERENT_COHORT = 0.15
#: Probability to leave after an order below which nobody does.
HARDLY_LEAVING = 0.001
#: Where the newest quarter of the customers has been known for this share of the time, none is new.
EARLY = 0.5
#: Share of one-time buyers below which customers who all came early are a panel of shoppers.
FEW_ONE_TIME_BUYERS = 0.1
#: A parameter a this close to 1 is worth a word: the closed form has a pole there.
NEAR_ONE = 0.02
#: Gamma-Gamma takes spend to be independent of frequency. A correlation past this is worth a
#: warning.
STRONG_CORRELATION = 0.3


#: How much a finding matters.
CheckStatus = Literal["good", "caution", "bad", "unknown"]
#: On which side of the truth a forecast lies.
Leaning = Literal["", "high", "low"]


@displayed
@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding about the data or the model.

    Attributes:
        name: What was checked.
        status: "good", "caution" (usable with care), "bad" (do not act on it) or "unknown" (the
            orders cannot tell yet).
        finding: A sentence with the number.
        advice: The one thing to do; empty when the status is "good".
        leans: "high" or "low" where the check says on which side of the truth the forecast lies.
    """

    name: str
    status: CheckStatus
    finding: str
    advice: str = ""
    leans: Leaning = ""


def model_checks(
    customers: pd.DataFrame,
    purchases: PurchaseModel,
    spend: SpendModel | None,
    companion: PurchaseModel,
    file_start: FileStart = FROM_THE_FIRST_DAY,
) -> tuple[Check, ...]:
    """Return the checks of a fitted model, in the order in which they are best read.

    Args:
        customers: The customers the model was fitted to.
        purchases: The purchase model.
        spend: The spend model; None where the orders have no amounts.
        companion: The MBG/NBD model that answers for one-time buyers.
        file_start: Whether the file begins in the middle of the shop's life.

    Returns:
        The checks.
    """
    frequency, counts = customers["frequency"].to_numpy(), customer_counts(customers)
    number = int(counts.sum())
    one_time = float(counts[frequency == 0].sum() / number)
    by_age = _by_age(customers)
    # Where customers came before the file, its first days seem to have won most of them.
    none_is_new = by_age.newest >= EARLY * float(by_age.ages[-1]) > 0 and not file_start.in_mid_life
    return (
        _enough_customers(number),
        _enough_history(int(customers["T"].max())),
        *((_file_start(file_start),) if file_start.in_mid_life else ()),
        _enough_repeaters(int(counts[frequency > 0].sum())),
        _enough_orders(int(counts[frequency > 1].sum())),
        _one_time_buyers(one_time),
        _parameters(purchases, companion, is_panel=none_is_new and one_time < FEW_ONE_TIME_BUYERS),
        _precision(purchases),
        _no_newest() if none_is_new else _newest_customers(by_age, purchases, file_start),
        *(() if spend is None else (_spend(spend), _spend_and_frequency(customers, spend))),
    )


def check_enough_customers(customers: pd.DataFrame) -> None:
    """Refuse customers that are too few for any forecast.

    Args:
        customers: From `summarise_customers`.

    Raises:
        ModelError: They are fewer than 30, or fewer than 10 have bought on a second day.
    """
    repeaters = int((customers["frequency"] > 0).sum())
    if len(customers) >= TOO_FEW_CUSTOMERS and repeaters >= TOO_FEW_REPEATERS:
        return
    raise ModelError(
        f"There are {wording.plural(len(customers), 'customer')}, of whom "
        f"{wording.count(repeaters)} bought on "
        f"a second day. A forecast asks for {TOO_FEW_CUSTOMERS} customers and {TOO_FEW_REPEATERS} "
        "who came back: load more orders. Everything that is counted works meanwhile."
    )


def _enough_customers(number: int) -> Check:
    name = "Customers"
    if number < TOO_FEW_CUSTOMERS:
        return Check(
            name=name,
            status="bad",
            finding=f"The model rests on {wording.count(number)} customers; below "
            f"{TOO_FEW_CUSTOMERS} "
            "chance decides the result.",
            advice="Load more of the store's customers before acting on these numbers.",
        )
    if number < ENOUGH_CUSTOMERS:
        return Check(
            name=name,
            status="caution",
            finding=f"The model rests on {wording.count(number)} customers; {ENOUGH_CUSTOMERS} "
            "or more are "
            "usual.",
            advice="Read totals and rankings rather than single customers, and load more data if "
            "there is any.",
        )
    return Check(
        name=name, status="good", finding=f"The model rests on {wording.count(number)} customers."
    )


def _enough_history(days: int) -> Check:
    name = "History"
    if days < ENOUGH_DAYS:
        return Check(
            name=name,
            status="caution",
            finding=f"The orders reach back {wording.count(days)} days; below {ENOUGH_DAYS} a "
            "pause and a "
            "goodbye look alike.",
            advice="Load a longer period, a year or more where possible.",
        )
    return Check(
        name=name, status="good", finding=f"The orders reach back {wording.count(days)} days."
    )


def _file_start(file_start: FileStart) -> Check:
    finding = f"{file_start.in_words} The forecast allows for that."
    return Check(name="Start of the file", status="good", finding=finding)


def _enough_repeaters(number: int) -> Check:
    name = "Repeat customers"
    advice = "Load a longer period, so that more customers have had the time to come back."
    if number < TOO_FEW_REPEATERS:
        return Check(
            name=name,
            status="bad",
            finding=f"Only {wording.count(number)} customers have bought on a second day.",
            advice=advice,
        )
    if number < ENOUGH_REPEATERS:
        return Check(
            name=name,
            status="caution",
            finding=f"{wording.count(number)} customers have bought on a second day, which is few.",
            advice=advice,
        )
    return Check(
        name=name,
        status="good",
        finding=f"{wording.count(number)} customers have bought on a second day.",
    )


def _enough_orders(number: int) -> Check:
    name = "Third purchases"
    if not number:
        return Check(
            name=name,
            status="caution",
            finding="No customer has bought on three days or more, so leaving after a second "
            "purchase is a guess.",
            advice="Load a longer period, so that some customers reach a third purchase.",
        )
    return Check(
        name=name,
        status="good",
        finding=f"{wording.count(number)} customers have bought on three days or more.",
    )


def _one_time_buyers(share: float) -> Check:
    name = "One-time buyers"
    finding = f"{wording.percent(share, 1)} of the customers have bought on one day only."
    if share > MANY_ONE_TIME_BUYERS:
        return Check(
            name=name,
            status="caution",
            finding=finding,
            advice="Check that guests and changed e-mail addresses are not counted as new "
            "customers.",
        )
    return Check(
        name=name,
        status="good",
        finding=finding,
    )


def _precision(model: PurchaseModel) -> Check:
    name = "Fit"
    errors = np.array(model.relative_errors)
    if not np.isfinite(errors).all():
        return Check(
            name=name,
            status="caution",
            finding="The fit ends on a plateau: these customers leave at least one parameter of "
            "the model open.",
            advice="Look no further ahead than a year, and load a longer period.",
        )
    widest = int(errors.argmax())
    symbol = PARAMETERS[widest]
    value = getattr(model, symbol)
    if errors[widest] > HOPELESS_ERROR:
        finding = (
            f"These customers hardly pin down one parameter of the model, {symbol}: its standard "
            "error is larger than the parameter itself."
        )
        return Check(
            name=name,
            status="caution",
            finding=finding,
            advice="Load more customers or a longer period to narrow it down.",
        )
    error = f"a standard error of {wording.percent(errors[widest], 0)}"
    finding = (
        f"The least certain parameter is {symbol} = {wording.general(value, 3)}, with {error}."
    )
    if errors[widest] > WIDE_ERROR:
        return Check(
            name=name,
            status="caution",
            finding=finding,
            advice="Load more customers or a longer period to narrow it down.",
        )
    return Check(name=name, status="good", finding=f"The fit has converged. {finding}")


def _parameters(purchases: PurchaseModel, companion: PurchaseModel, *, is_panel: bool) -> Check:
    name = "Parameters"
    if is_panel and all(_leaving(model) < HARDLY_LEAVING for model in (purchases, companion)):
        return Check(
            name=name,
            status="good",
            finding="Practically nobody leaves for good, as in a fixed panel of shoppers.",
        )
    for model in (purchases, companion):
        doubt = _doubt(model)
        if doubt:
            about = "" if model is purchases else " in the model for one-time buyers"
            finding, advice, leans = doubt
            return Check(
                name=name,
                status="caution",
                finding=f"{finding}{about}.",
                advice=advice,
                leans=leans,
            )
    numbers = ", ".join(
        f"{name} = {wording.general(getattr(purchases, name), 3)}" for name in ("r", "a", "b")
    )
    finding = f"The parameters lie well inside their range ({numbers})."
    if abs(purchases.a - 1) < NEAR_ONE:
        finding += (
            " With a this close to 1 the textbook formula divides by nearly nothing; the integral "
            "used here does not."
        )
    return Check(name=name, status="good", finding=finding)


def _leaving(model: PurchaseModel) -> float:
    """Return the mean probability to leave after an order."""
    return model.a / (model.a + model.b)


def _doubt(model: PurchaseModel) -> tuple[str, str, Leaning] | None:
    """A finding without its full stop, advice, and where the forecast leans."""
    leaving = _leaving(model)
    if leaving < HARDLY_LEAVING:
        return (
            "The fit sees practically no customer leave for good: fewer than 1 in 1,000 after an "
            "order",
            "Expect the forecast to be high; a longer period would show who leaves.",
            "high",
        )
    if leaving > 0.95 or min(model.a, model.b) < 0.01:
        return (
            f"The chance to leave after an order ({wording.percent(leaving, 0)}) lies at the edge "
            "of what the model can describe",
            "Read totals rather than single customers, and load a longer period if there is one.",
            "",
        )
    if max(model.r, model.a, model.b) > ALIKE:
        alike = "how often they buy" if model.r > ALIKE else "how likely they are to leave"
        return (
            f"The orders do not show that customers differ in {alike}: all are taken to be alike",
            "Read totals rather than single customers; more customers or a longer period may tell "
            "them apart.",
            "",
        )
    return None


def _spend(model: SpendModel) -> Check:
    name = "Spend model"
    if not isinstance(model, StoreAverage):
        return Check(
            name=name,
            status="good",
            finding=f"The spend model was fitted to {wording.count(model.customers)} customers "
            f"(q = {model.q:.3g}). {_first_orders(model.first_weight)}",
        )
    return Check(
        name=name,
        status="caution" if model.customers else "bad",
        finding=f"{model.reason} Expected order values are the customers' own averages, and "
        f"{wording.decimal(model.mean, 2)} for one-time buyers.",
        advice="Rank customers by expected orders rather than by value.",
    )


def _first_orders(weight: float) -> str:
    if not weight:
        return "First orders do not tell what later ones bring."
    much = "as much as a repeat order" if abs(weight - 1) < 0.05 else ""
    much = much or f"as much as {wording.decimal(weight, 1)} repeat orders"
    return f"A first order tells {much} of what later ones bring."


class _ByAge(NamedTuple):
    """Sums of customers by age: those of one age are alike in what is expected of them.

    Attributes:
        ages: Days since the first purchase day, ascending.
        counts: Customers of each age.
        bought: Their repeat purchases.
        squares: The squares of their repeat purchases, added up.
        newest: The age up to which the newest quarter of the customers goes.
    """

    ages: np.ndarray
    counts: np.ndarray
    bought: np.ndarray
    squares: np.ndarray
    newest: float


def _by_age(customers: pd.DataFrame) -> _ByAge:
    frequency = customers["frequency"].to_numpy(dtype=float)
    weights = customer_counts(customers).astype(float)
    codes, ages = pd.factorize(customers["T"].to_numpy(), sort=True)
    counts, bought, squares = (np.bincount(codes, weights * frequency**power) for power in range(3))
    return _ByAge(
        ages=ages,
        counts=counts,
        bought=bought,
        squares=squares,
        newest=_lower_quartile(ages, counts),
    )


def _no_newest() -> Check:
    return Check(
        name="Newest customers",
        status="good",
        finding="Nearly all customers were won in the first half of these orders, as in a panel or "
        "a single intake: none are new.",
    )


def _newest_customers(by_age: _ByAge, purchases: PurchaseModel, file_start: FileStart) -> Check:
    """The newest quarter of the customers and the others, each beside the fitted purchases."""
    name = "Newest customers"
    ages, counts, bought, squares, limit = by_age
    expected = purchases.expected_purchases_so_far(ages)
    newest = ages <= limit
    if newest.all() or expected[newest] @ counts[newest] < ENOUGH_EXPECTED:
        return Check(
            name=name,
            status="unknown",
            finding="The newest customers have had too little time to be compared with the others.",
            advice="Look again when they have had a few months to come back.",
        )
    ratio, error = {}, 0.0
    for group, inside in (("newest", newest), ("others", ~newest)):
        foreseen = expected[inside]
        total = foreseen @ counts[inside]
        ratio[group] = bought[inside].sum() / total
        scaled = ratio[group] * foreseen
        off = squares[inside] - 2 * scaled * bought[inside] + scaled**2 * counts[inside]
        error = np.hypot(error, np.sqrt(max(off.sum(), 0.0)) / total)
    difference = ratio["newest"] - ratio["others"]
    finding = (
        f"Customers of the last {wording.count(limit)} days have come back "
        f"{_more_or_less(ratio['newest'])} "
        f"the model has it (the others {_more_or_less(ratio['others'], short=True)})."
    )
    if abs(difference) > DIFFERENT_COHORT and abs(difference) > 2 * error:
        direction: Leaning = "high" if difference < 0 else "low"
        cause = (
            "look for what has changed in how they are won, unless the season explains it."
            if not file_start.in_mid_life
            else "load a file that reaches further back: this one begins in the middle of the "
            "shop's life, and its older customers came before."
        )
        return Check(
            name=name,
            status="caution",
            finding=finding,
            advice=f"Take the forecast of recent customers as {direction}, and {cause}",
            leans=direction,
        )
    return Check(name=name, status="good", finding=finding)


def _lower_quartile(values: np.ndarray, counts: np.ndarray) -> float:
    """Return what `numpy.quantile` does, for values in order that occur several times."""
    last = np.cumsum(counts) - 1
    place = 0.25 * last[-1]
    below, above = (
        float(values[np.searchsorted(last, end)]) for end in (np.floor(place), np.ceil(place))
    )
    return below + (above - below) * float(place - np.floor(place))


def _more_or_less(ratio: float, short: bool = False) -> str:
    off = abs(ratio - 1)
    if off < 0.005:
        return "as often as" if not short else "as often"
    more = "more" if ratio > 1 else "less"
    return f"{wording.percent(off, 0)} {more}" + ("" if short else " often than")


def _spend_and_frequency(customers: pd.DataFrame, model: SpendModel) -> Check:
    name = "Spend and frequency"
    columns = spend_columns(customers)
    # Expected spend beside past spend, weighted as customers count in the forecast. Free days are
    # a part of both.
    bought = columns[0] * customer_counts(customers)
    brought = float(bought @ columns[1])
    paid = (columns[0] > 0) & (columns[1] > 0)
    counts = customer_counts(customers)[paid]
    frequency, spend = columns[0][paid].astype(float), columns[1][paid].astype(float)
    payers = int(counts.sum())
    if payers < 3 or np.ptp(frequency) == 0 or np.ptp(spend) <= 1e-9 * spend.max():
        return Check(
            name=name,
            status="unknown",
            finding="Whether frequent buyers spend more cannot be told from "
            f"{wording.count(payers)} repeat "
            "customers.",
            advice="Load more customers, so that they differ in frequency and in spend.",
        )
    covariance = np.cov(frequency, spend, fweights=counts)
    correlation = float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    effect = float(bought @ model.expected_order_value(*columns)) / brought - 1
    priced = (
        "as they were"
        if abs(effect) < 0.005
        else f"{wording.percent(abs(effect), 0)} too {'high' if effect > 0 else 'low'}"
    )
    finding = (
        f"(correlation {wording.decimal(correlation, 2)}); weighted by their orders, repeat orders "
        f"are priced {priced}."
    )
    if abs(correlation) > STRONG_CORRELATION:
        more = "more" if correlation > 0 else "less"
        return Check(
            name=name,
            status="caution",
            finding=f"Frequent buyers spend {more} an order, which the model takes to be unrelated "
            f"{finding}",
            advice="Compare the value of frequent and of rare buyers with care, or analyse them as "
            "two stores.",
        )
    return Check(
        name=name, status="good", finding=f"Spend and frequency are nearly independent {finding}"
    )
