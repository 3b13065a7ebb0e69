"""Customers as columns that conditions can ask about.

Columns are compact arrays, made when they are first asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from retention.display import displayed
from retention.errors import DataError
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.orders.orders import Orders
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.products import Purchases, purchases_of
from retention.own_segments.reorders import (
    DUE_KEYS,
    Listed,
    due_lists,
    first_products,
    most_bought,
)
from retention.products.due import THIS_WEEK
from retention.products.product_history import BY, By
from retention.segments.rules import TRAITS
from retention.validation import aligned, all_unknown, rows_of

#: Stands for a day that is not known, among days counted from 1970.
NO_DAY = np.iinfo(np.int32).min
#: A wait longer than this is beyond all counting, and unknown.
LONGEST_WAIT = 3650
#: The feature from which each trait follows, beside the one that the scores bring.
_TRAIT_NEEDS = {
    "big_spender": "revenue",
    "high_order_value": "average_order_value",
    "full_price": "discount_share",
    "discount_shopper": "discount_share",
}
#: Features that are gone without amounts, though they are no amounts themselves.
_ABOUT_MONEY = (*_TRAIT_NEEDS, "discount_share")
_NEEDS_AMOUNTS = "Appears as soon as the file has a column of amounts."
_KEPT = 400  # answers; 250 kB each in a store of 1,000,000 customers
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A feature's values.

    Attributes:
        values: One element a customer. Numbers, money and shares are numbers, NaN where unknown.
            Dates are days since 1970, `NO_DAY` where unknown. Categories are positions in `names`,
            -1 where unknown. Flags are 1, 0 or -1 (unknown).
        names: The values of a category, the most frequent first.
    """

    values: np.ndarray
    names: tuple[str, ...] = ()


#: How to make each column, by the feature's key.
Makers = dict[str, Callable[[], Column]]


class Memory:
    """Answers kept by their question; the longest unused go first."""

    def __init__(self, size: int = _KEPT) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        """Return the kept answer, or keep what `answer` returns.

        Args:
            question: What the answer belongs to.
            answer: Finds the answer where none is kept.

        Returns:
            The answer.
        """
        if question in self._known:
            self._known.move_to_end(question)
        else:
            self._known[question] = answer()
        kept: _T = self._known[question]
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return kept


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What can be asked about customers; made by `features`.

    Attributes:
        index: The customers, in their order.
        as_of: The day from which days are counted.
        currency: The currency of the money; None where the orders name none.
        revenue: Each customer's revenue so far, in money; NaN without amounts.
        value: Each customer's expected value, in money; None without scores or amounts.
        group_values: How to make the expected values by the models of groups, by the key of the
            feature that makes the groups, such as "first_channel".
        makers: How to make each column that there is, by the feature's key.
        lists: How to make each list that there is, by the feature's key.
        off: Why each of the other features cannot be had, by its key.
        purchases: Answers what was bought; None where no orders were given.
        memory: Answers to earlier questions.
        columns: The columns made so far, by the feature's key.
        scratch: Memory that sums use again.
    """

    index: pd.Index
    as_of: date
    currency: str | None
    revenue: np.ndarray
    value: np.ndarray | None
    makers: Mapping[str, Callable[[], Column]]
    off: Mapping[str, str]
    purchases: Purchases | None
    lists: Mapping[str, Callable[[], Listed]] = field(default_factory=dict)
    group_values: Mapping[str, Callable[[], np.ndarray]] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory, repr=False)
    columns: dict[str, Column] = field(default_factory=dict, repr=False)
    scratch: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.index)

    @property
    def available(self) -> tuple[str, ...]:
        """The keys of the features that there are, in the order of the menu."""
        return tuple(key for key in FEATURES if key not in self.off)

    def column(self, key: str) -> Column:
        """Return the values of a feature.

        Args:
            key: The feature's key.

        Returns:
            One value a customer.

        Raises:
            DataError: These orders have none; the message says what brings it.
        """
        if key not in self.columns:
            if key not in self.makers:
                raise DataError(self.missing(key))
            self.columns[key] = self.makers[key]()
        return self.columns[key]

    def listed(self, key: str) -> Listed:
        """Return the values of a feature of which a customer has several.

        Args:
            key: The feature's key.

        Returns:
            The values of each customer.

        Raises:
            DataError: These orders have none; the message says what brings it.
        """
        if key not in self.lists:
            raise DataError(self.missing(key))
        values: Listed = self.memory.get(("list", key), self.lists[key])
        return values

    def missing(self, key: str) -> str:
        """Return why a feature cannot be had.

        Args:
            key: The feature's key.

        Returns:
            A sentence on what brings it; empty where it can be had.
        """
        return self.off.get(key, "")

    def ascending(self, key: str) -> np.ndarray:
        """Return the known values of a feature that is a number.

        Args:
            key: The feature's key.

        Returns:
            The values in ascending order.

        Raises:
            DataError: These orders have none.
        """

        def sort() -> np.ndarray:
            values = self.column(key).values
            return np.sort(values[~np.isnan(values)] if values.dtype.kind == "f" else values)

        return self.memory.get(("ascending", key), sort)

    def choices(self, key: str) -> tuple[str, ...]:
        """Return the values of a category or of what was bought.

        Args:
            key: The feature's key.

        Returns:
            The values, the most frequent first.
        """
        if FEATURES[key].kind == "products":
            return self.purchases.values(key) if self.purchases and not self.missing(key) else ()
        if FEATURES[key].kind == "list":
            return self.listed(key).names if not self.missing(key) else ()
        return self.column(key).names


def features(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    *,
    as_of: date,
    labels: pd.DataFrame | None = None,
    signals: pd.DataFrame | None = None,
    contacts: pd.DataFrame | None = None,
    orders: Orders | None = None,
    model: CltvModel | None = None,
    no_scores: str = "",
    group_values: Mapping[str, Callable[[], np.ndarray]] | None = None,
) -> Features:
    """Gather everything that a condition can ask about these customers.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv` over 365 days; without them what needs a model is off.
        as_of: The day to which the customers were summarised.
        labels: From `assign_segments`.
        signals: Indexed by `customer_id`, with those columns that the file brings: `last_rating`,
            `rated_on`, `subscribed`, `complained_on`, `cart_abandoned_on`, `last_channel`,
            `last_region`, `last_category`, `last_product`, `last_coupon`. From `join_signals` also
            those of further files.
        contacts: Indexed by `customer_id`, with those columns that the file brings: `email`,
            `phone`, `country`, `state`, `city`, `zip`, `consent`.
        orders: For what was bought in any order, and for the currency.
        model: From `fit_cltv`, for the typical wait and the day the next order is due.
        no_scores: Why there are no scores, for the reader.
        group_values: How to make the expected values of all customers by the models of groups
            (`group_scores`), by the feature that makes the groups. A segment that asks about that
            feature is then worth what they say.

    Returns:
        The features, by the keys of `FEATURES`. A missing value is unknown: it satisfies neither a
        condition nor its opposite.

    Raises:
        DataError: `as_of` is not the day of the customers, or the scores or labels are not of these
            customers.

    Source: the wait is a Lomax variable, of which this is the median. Its rate has a gamma
    distribution after the last order, gamma(r + frequency, alpha + recency), Fader, Hardie and Lee
    (2005), section 4.2.
    """
    _check_day(customers, as_of)
    index = customers.index
    scores = None if scores is None else aligned(scores, index)
    makers = _of_customers(customers) | _of_model(model, customers)
    if scores is not None:
        makers |= _of_scores(scores)
    if labels is not None:
        makers |= _of_labels(aligned(labels, index), scores is not None, makers)
    makers |= _of_signals(rows_of(signals, index), as_of)
    makers |= _of_contacts(rows_of(contacts, index))
    purchases = None if orders is None else purchases_of(orders, index, as_of)
    lists: dict[str, Callable[[], Listed]] = {}
    if orders is not None and purchases is not None:
        bought, lists = _of_products(orders, index, as_of, purchases.columns)
        makers |= bought
    return Features(
        index=index,
        as_of=as_of,
        currency=None if orders is None else orders.currency,
        revenue=customers["revenue"].to_numpy(float),
        value=None if scores is None or "cltv" not in scores else scores["cltv"].to_numpy(float),
        makers=makers,
        off=_reasons(
            {*makers, *lists, *(purchases.columns if purchases else ())},
            no_scores,
            has_amounts="revenue" in makers,
        ),
        purchases=purchases,
        lists=lists,
        group_values=group_values or {},
    )


def _reasons(known: set[str], no_scores: str, *, has_amounts: bool) -> dict[str, str]:
    """Why each feature that is not known cannot be had."""
    return {
        key: _NEEDS_AMOUNTS
        if not has_amounts and (feature.kind == "money" or key in _ABOUT_MONEY)
        else no_scores
        if no_scores and feature.group == "Forecast"
        else feature.needs or "Not given."
        for key, feature in FEATURES.items()
        if key not in known
    }


def typical_wait(model: CltvModel, customers: pd.DataFrame) -> np.ndarray:
    """Return each customer's median wait for the next order after the last.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.

    Returns:
        Days, one element a customer; NaN beyond `LONGEST_WAIT`.
    """
    purchases = model.seen_with(customers).purchases
    histories = group_histories(customers)
    silence = histories.T - histories.recency
    recency = purchases.age(histories.T) - purchases.age(silence)
    with np.errstate(over="ignore"):
        scale = np.expm1(np.log(2) / (purchases.r + histories.frequency))
        waits = purchases.days_ahead((purchases.alpha + recency) * scale, since=silence)
    within_reach = np.where(waits <= LONGEST_WAIT, waits, np.nan)
    medians: np.ndarray = within_reach[histories.codes]
    return medians


def day_number(day: date) -> int:
    """Return a day as it stands in a column of dates.

    Args:
        day: The day.

    Returns:
        Days since 1970.
    """
    return int(np.datetime64(day, "D").astype(np.int64))


def _check_day(customers: pd.DataFrame, as_of: date) -> None:
    if not len(customers):
        raise DataError("There are no customers to ask about. Load orders first.")
    first = customers.iloc[0]
    silent = pd.Timedelta(days=int(first["T"] - first["recency"]))
    day = (first["last_order"] + silent).date()
    if day != pd.Timestamp(as_of).date():
        raise DataError(
            f"These customers were summarised as of {day}, not {as_of}. Give that day as as_of."
        )


def _of_customers(customers: pd.DataFrame) -> Makers:
    makers: Makers = {
        "purchase_days": lambda: Column(customers["frequency"].to_numpy() + 1),
        "days_since_first_order": _numbers(customers["T"]),
        "days_since_last_order": lambda: Column((customers["T"] - customers["recency"]).to_numpy()),
        "first_order": _dates(customers["first_order"]),
        "last_order": _dates(customers["last_order"]),
    }
    for key in ("orders", "revenue", "average_order_value", "discount_share"):
        if not all_unknown(customers[key]):
            makers[key] = _numbers(customers[key])
    for name in customers:
        if name in FEATURES and name.startswith("first_") and name != "first_order":
            makers[name] = _categories(customers[name])
    return makers


def _of_scores(scores: pd.DataFrame) -> Makers:
    makers: Makers = {}
    if "cltv" in scores:
        makers["expected_value"] = lambda: Column(scores["cltv"].to_numpy(float))
    for key in (
        "p_purchase",
        "p_purchase_30d",
        "p_alive",
        "expected_orders",
        "expected_order_value",
    ):
        if key in scores:
            makers[key] = _numbers(scores[key])
    return makers


def _of_model(model: CltvModel | None, customers: pd.DataFrame) -> Makers:
    if model is None:
        return {}
    return {
        "typical_wait": lambda: Column(typical_wait(model, customers)),
        "due": lambda: _due(customers, typical_wait(model, customers)),
    }


def _numbers(column: pd.Series) -> Callable[[], Column]:
    return lambda: Column(column.to_numpy())


def _dates(column: pd.Series) -> Callable[[], Column]:
    def make() -> Column:
        days = pd.to_datetime(column).to_numpy().astype("datetime64[D]")
        return Column(np.where(np.isnat(days), NO_DAY, days.astype(np.int64)).astype(np.int32))

    return make


def _due(customers: pd.DataFrame, waits: np.ndarray) -> Column:
    last = _dates(customers["last_order"])().values
    # Rounded up: by that day half have ordered.
    due = last + np.ceil(np.nan_to_num(waits)).astype(np.int32)
    return Column(np.where(np.isnan(waits), NO_DAY, due).astype(np.int32))


def _categories(column: pd.Series) -> Callable[[], Column]:
    def make() -> Column:
        encoded = pa.array(column.astype("str"), from_pandas=True).dictionary_encode()
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        names = encoded.dictionary.to_pylist()
        counts = np.bincount(codes + 1, minlength=len(names) + 1)[1:]
        order = sorted(
            (n for n in range(len(names)) if names[n]), key=lambda n: (-counts[n], names[n])
        )
        place = np.full(len(names) + 1, -1, dtype=np.int32)
        place[order] = np.arange(len(order))
        return Column(values=place[codes], names=tuple(names[n] for n in order))

    return make


def _flags(column: pd.Series) -> Callable[[], Column]:
    def make() -> Column:
        known = column.notna().to_numpy()
        flags = np.full(len(column), -1, dtype=np.int8)
        flags[known] = column[known].astype(bool).to_numpy()
        return Column(flags)

    return make


def _of_labels(labels: pd.DataFrame, scored: bool, known: Makers) -> Makers:
    stages = labels["stage"].cat
    makers: Makers = {
        "stage": lambda: Column(
            values=stages.codes.to_numpy().astype(np.int32), names=tuple(stages.categories)
        )
    }
    for trait in TRAITS:
        is_known = scored if trait == "ready_to_buy" else _TRAIT_NEEDS[trait] in known
        if is_known:
            makers[trait] = _flags(labels[trait])
    return makers


def _of_products(
    orders: Orders, index: pd.Index, as_of: date, columns: tuple[str, ...]
) -> tuple[Makers, dict[str, Callable[[], Listed]]]:
    """What the orders say of products: columns, and lists of which a customer has several values.

    What is due is found once, for all that ask about it.
    """
    makers: Makers = {}
    lists: dict[str, Callable[[], Listed]] = {}
    for by in BY:
        if by not in columns:
            continue
        keys = DUE_KEYS[by]
        due = cache(partial(due_lists, orders, index, as_of, by))
        makers[f"most_bought_{by}"] = partial(_most_bought, orders, index, as_of, by)
        makers[keys.due] = partial(_anything_due, due, keys.lists[THIS_WEEK])
        makers[keys.own_due] = partial(_anything_due, due, keys.own_list)
        lists[_FIRST[by]] = partial(first_products, orders, index, as_of, by)
        lists |= {
            key: partial(_due_list, due, key) for key in (*keys.lists.values(), keys.own_list)
        }
    return makers, lists


#: The keys of what the first order held.
_FIRST: Mapping[By, str] = {"product": "first_products", "category": "first_categories"}


def _most_bought(orders: Orders, index: pd.Index, as_of: date, by: By) -> Column:
    return _categories(most_bought(orders, index, as_of, by))()


def _anything_due(due: Callable[[], dict[str, Listed]], key: str) -> Column:
    return _on_list(due()[key])


def _due_list(due: Callable[[], dict[str, Listed]], key: str) -> Listed:
    return due()[key]


def _on_list(listed: Listed) -> Column:
    """Whether a customer has any value on a list."""
    flags = np.zeros(listed.customers, dtype=np.int8)
    flags[listed.places] = 1
    return Column(flags)


#: Days of signals. A file of them may be newer than the orders.
_SIGNAL_DAYS = (
    *("rated_on", "complained_on", "cart_abandoned_on", "nps_on", "csat_on"),
    *("email_opened_on", "email_clicked_on"),
)
_SIGNAL_NUMBERS = (
    *("last_rating", "nps_score", "csat_score", "loyalty_points", "email_opens", "email_clicks"),
    "cart_value",
)
_SIGNAL_GROUPS = ("nps_group", "csat_group", "loyalty_tier", "subscription_status")


def _of_signals(signals: pd.DataFrame, as_of: date) -> Makers:
    makers: Makers = {}
    for name in map(str, signals):
        if name in _SIGNAL_DAYS:
            makers[name] = _days_so_far(signals[name], as_of)
        elif name == "next_charge_on":
            makers[name] = _dates(signals[name])
        elif name in ("subscribed", "unsubscribed"):
            makers[name] = _flags(signals[name])
        elif name in _SIGNAL_NUMBERS:
            makers[name] = _floats(signals[name])
        elif name in _SIGNAL_GROUPS or _is_latest_value(name):
            makers[name] = _categories(signals[name])
    # A customer without an entry in the file's column did not do it, as far as the file knows.
    for flag, day in (("complained", "complained_on"), ("cart_abandoned", "cart_abandoned_on")):
        if day in signals:
            makers[flag] = _flags(signals[day].notna())
    return makers


def _is_latest_value(name: str) -> bool:
    """Return whether a signal is a value on the latest order, such as the channel."""
    return name.startswith("last_") and name in FEATURES and FEATURES[name].kind == "category"


def _floats(column: pd.Series) -> Callable[[], Column]:
    return lambda: Column(pd.to_numeric(column).to_numpy(float, na_value=np.nan))


def _days_so_far(column: pd.Series, as_of: date) -> Callable[[], Column]:
    """Days up to the end of the orders: what came after it counts as of that day."""
    end = pd.Timestamp(as_of)
    return _dates(column.where(column.isna() | (column <= end), end))


def _of_contacts(contacts: pd.DataFrame) -> Makers:
    makers: Makers = {}
    for name in contacts:
        if name in ("country", "state", "city", "zip"):
            makers[name] = _categories(contacts[name])
        elif name == "consent":
            makers[name] = _flags(contacts[name])
        elif name in ("email", "phone"):
            makers[f"has_{name}"] = _flags(contacts[name].notna() & (contacts[name] != ""))
    return makers
