"""Customers as columns that conditions can ask about: compact arrays, made when they are first asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from retention.errors import DataError
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.orders.orders import Orders
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.products import Purchases, purchases_of
from retention.segments.rules import TRAITS
from retention.validation import aligned, rows_of

#: Stands for a day that is not known, among days counted from 1970.
NO_DAY = np.iinfo(np.int32).min
#: A wait longer than this is beyond all counting, and unknown.
LONGEST_WAIT = 3650
_KEPT = 400  # answers; 250 kB each in a store of 1,000,000 customers
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A feature's values, one element a customer.

    Numbers, money and shares are numbers, NaN where unknown; dates are days since 1970, `NO_DAY` where unknown;
    categories are positions in `names` (the most frequent first), -1 where unknown; flags are 1, 0 or -1 (unknown).
    """

    values: np.ndarray
    names: tuple[str, ...] = ()


class Memory:
    """Answers kept by their question; the longest unused go first."""

    def __init__(self, size: int = _KEPT) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, question: Hashable, answer: Callable[[], _T]) -> _T:
        """Return the kept answer, or keep what `answer` returns."""
        if question in self._known:
            self._known.move_to_end(question)
            return self._known[question]
        found = self._known[question] = answer()
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What can be asked about the customers of `index`; made by `features`.

    - `as_of`: the day from which days are counted; `currency` of the money.
    - `revenue`, `value`: each customer's revenue so far and expected value (None without scores), to add up.
    - `makers`: how to make each column that there is, by the feature's key; `off`: why each of the others is not.
    - `purchases`: resolves what was bought; None where no orders were given.
    """

    index: pd.Index
    as_of: date
    currency: str | None
    revenue: np.ndarray
    value: np.ndarray | None
    makers: Mapping[str, Callable[[], Column]]
    off: Mapping[str, str]
    purchases: Purchases | None
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
        """Return the values of a feature; DataError, with what brings it, where these orders have none."""
        if key not in self.columns:
            if key not in self.makers:
                raise DataError(self.missing(key))
            self.columns[key] = self.makers[key]()
        return self.columns[key]

    def missing(self, key: str) -> str:
        """Return why a feature cannot be had, empty where it can."""
        return self.off.get(key, "")

    def ascending(self, key: str) -> np.ndarray:
        """Return the known values of a number, in ascending order."""

        def sort() -> np.ndarray:
            values = self.column(key).values
            return np.sort(values[~np.isnan(values)] if values.dtype.kind == "f" else values)

        return self.memory.get(("ascending", key), sort)

    def choices(self, key: str) -> tuple[str, ...]:
        """Return the values that a category, or what was bought, can have here, the most frequent first."""
        if FEATURES[key].kind == "products":
            return self.purchases.values(key) if self.purchases and not self.missing(key) else ()
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
) -> Features:
    """Gather everything that a condition can ask about these customers.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv` over 365 days; without them what needs a model is off.
        as_of: The day to which the customers were summarised.
        labels: From `assign_segments`.
        signals: Indexed by `customer_id`: `last_rating`, `rated_on`, `subscribed`, `complained_on`,
            `cart_abandoned_on`, `last_channel`, `last_region`, `last_category`, `last_product`, `last_coupon`; those
            that the file brings.
        contacts: Indexed by `customer_id`: `email`, `phone`, `country`, `state`, `city`, `zip`, `consent`; those that
            the file brings.
        orders: For what was bought in any order, and for the currency.
        model: From `fit_cltv`, for the typical wait and the day the next order is due.
        no_scores: Why there are no scores, for the reader.

    Returns:
        The features, by the keys of `FEATURES`. A missing value is unknown: it satisfies neither a condition nor its
        opposite.

    Raises:
        DataError: `as_of` is not the day of the customers, or the scores or labels are those of others.

    Source: the median wait is that of a Lomax variable whose rate is what the last order left to believe, gamma
    (r + frequency, alpha + recency), Fader, Hardie and Lee (2005), section 4.2.
    """
    _check_day(customers, as_of)
    index = customers.index
    makers: dict[str, Callable[[], Column]] = {}

    def numbers(key: str, make: Callable[[], np.ndarray]) -> None:
        makers[key] = lambda: Column(make())

    for key in ("orders", "revenue", "average_order_value", "discount_share"):
        if key != "discount_share" or customers[key].notna().any():
            numbers(key, customers[key].to_numpy)
    numbers("purchase_days", lambda: customers["frequency"].to_numpy() + 1)
    numbers("days_since_first_order", customers["T"].to_numpy)
    numbers("days_since_last_order", lambda: (customers["T"] - customers["recency"]).to_numpy())
    for key in ("first_order", "last_order"):
        makers[key] = _dates(customers[key])
    value = None
    if scores is not None:
        scores = aligned(scores, index)
        value = scores["cltv"].to_numpy(float)
        numbers("expected_value", lambda: value)
        for key in (
            "p_purchase",
            "p_purchase_30d",
            "p_alive",
            "expected_orders",
            "expected_order_value",
        ):
            if key in scores:
                numbers(key, scores[key].to_numpy)
    if model is not None:
        numbers("typical_wait", lambda: typical_wait(model, customers))
        makers["due"] = lambda: _due(customers, typical_wait(model, customers))
    for name in customers:
        if name in FEATURES and name.startswith("first_") and name != "first_order":
            makers[name] = _categories(customers[name])
    if labels is not None:
        makers |= _of_labels(aligned(labels, index), scores is not None, "discount_share" in makers)
    makers |= _of_signals(rows_of(signals, index)) | _of_contacts(rows_of(contacts, index))
    purchases = purchases_of(orders, index, as_of) if orders is not None else None
    bought = purchases.columns if purchases else ()
    off = {
        key: no_scores
        if no_scores and feature.group == "Forecast"
        else feature.needs or "Not given."
        for key, feature in FEATURES.items()
        if key not in makers and key not in bought
    }
    currency = orders.currency if orders is not None else None
    revenue = customers["revenue"].to_numpy(float)
    return Features(index, as_of, currency, revenue, value, makers, off, purchases)


def typical_wait(model: CltvModel, customers: pd.DataFrame) -> np.ndarray:
    """Return each customer's median wait for the next order after the last, in days; NaN beyond `LONGEST_WAIT`."""
    histories = group_histories(customers)
    with np.errstate(over="ignore"):
        scale = np.expm1(np.log(2) / (model.purchases.r + histories.frequency))
    waits = (model.purchases.alpha + histories.recency) * scale
    return np.where(waits <= LONGEST_WAIT, waits, np.nan)[histories.codes]


def day_number(day: date) -> int:
    """Return a day as it stands in a column of dates: days since 1970."""
    return int(np.datetime64(day, "D").astype(np.int64))


def _check_day(customers: pd.DataFrame, as_of: date) -> None:
    if not len(customers):
        raise DataError("There are no customers to ask about. Load orders first.")
    one = customers.iloc[0]
    day = (one["last_order"] + pd.Timedelta(days=int(one["T"] - one["recency"]))).date()
    if day != pd.Timestamp(as_of).date():
        raise DataError(
            f"These customers were summarised as of {day}, not {as_of}. Give that day as as_of."
        )


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
        return Column(place[codes], tuple(names[n] for n in order))

    return make


def _flags(column: pd.Series) -> Callable[[], Column]:
    def make() -> Column:
        known = column.notna().to_numpy()
        flags = np.full(len(column), -1, dtype=np.int8)
        flags[known] = column[known].astype(bool).to_numpy()
        return Column(flags)

    return make


def _of_labels(
    labels: pd.DataFrame, scored: bool, discounted: bool
) -> dict[str, Callable[[], Column]]:
    stages = labels["stage"].cat
    made: dict[str, Callable[[], Column]] = {
        "stage": lambda: Column(stages.codes.to_numpy().astype(np.int32), tuple(stages.categories))
    }
    for trait in TRAITS:
        wanting = (trait == "ready_to_buy" and not scored) or (
            trait in ("full_price", "discount_shopper") and not discounted
        )
        if not wanting:
            made[trait] = _flags(labels[trait])
    return made


def _of_signals(signals: pd.DataFrame) -> dict[str, Callable[[], Column]]:
    made: dict[str, Callable[[], Column]] = {}
    for name in signals:
        if name in ("rated_on", "complained_on", "cart_abandoned_on"):
            made[name] = _dates(signals[name])
        elif name == "subscribed":
            made[name] = _flags(signals[name])
        elif name == "last_rating":
            made[name] = lambda: Column(
                pd.to_numeric(signals["last_rating"]).to_numpy(float, na_value=np.nan)
            )
        elif name in FEATURES and name.startswith("last_") and FEATURES[name].kind == "category":
            made[name] = _categories(signals[name])
    # Who is not named in the file's column did not do it, as far as the file knows.
    for flag, day in (("complained", "complained_on"), ("cart_abandoned", "cart_abandoned_on")):
        if day in signals:
            made[flag] = _flags(signals[day].notna())
    return made


def _of_contacts(contacts: pd.DataFrame) -> dict[str, Callable[[], Column]]:
    made: dict[str, Callable[[], Column]] = {}
    for name in contacts:
        if name in ("country", "state", "city", "zip"):
            made[name] = _categories(contacts[name])
        elif name == "consent":
            made[name] = _flags(contacts[name])
        elif name in ("email", "phone"):
            made[f"has_{name}"] = _flags(contacts[name].notna() & (contacts[name] != ""))
    return made
