"""What the cohorts page draws: its view of the cohorts, and the rows of the triangle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention import wording
from retention.csv_export import to_csv
from retention.errors import ModelError
from retention.history.changes import ENOUGH
from retention.orders.gaps import OrderGap
from retention.reports import cohort_calendar, cohorts
from retention.validation import all_unknown

#: Months up to whose ends the forecast is drawn; a line between them is straight enough.
MONTHS = (1, 2, 3, 4, 6, 8, 10, 12)


@dataclass(frozen=True, slots=True)
class CohortView:
    """Which cohorts the page shows.

    Attributes:
        period: "month", "week" or "quarter": the period of the first order, and the unit of ages.
        by: The column whose value in the first order makes a cohort, with ages in months; None for
            cohorts by period.
        show: What a cell of the triangle says: "Share" or "Customers".
        cohorts: How many cohorts are drawn.
        ages: Up to which age they are drawn, in periods.
    """

    period: str
    by: str | None
    show: str
    cohorts: int
    ages: int

    @property
    def unit(self) -> str:
        """The period with a capital letter."""
        return self.period.capitalize()

    @property
    def pick_key(self) -> str:
        """Where the session holds the chosen cohort.

        A month and a week that begin on the same day have different keys.
        """
        return f"cohort_of_{self.by or self.period}"

    @property
    def map_key(self) -> str:
        """Where the session holds the row that was clicked."""
        return f"cohort_map_{self.by or self.period}"


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The numbers of a view.

    Attributes:
        table: `cohort_table`, with each cohort's `key`.
        second: `second_orders`, with each cohort's `key`.
        forecast: `cohort_forecast` in orders instead of purchase days; None without a model.
        problem: Why there is no forecast.
        names: Each cohort's words by its key.
        older: How many of the first cohorts probably hold customers from before the orders begin.
        orders_per_day: Mean orders on a day with an order. It turns expected purchase days into
            orders.
    """

    table: pd.DataFrame
    second: pd.DataFrame
    forecast: pd.DataFrame | None
    problem: ModelError | None
    names: dict[str, str]
    older: int = 0
    orders_per_day: float = 1.0


def cohorts_of(
    table: pd.DataFrame,
    second: pd.DataFrame,
    forecast: pd.DataFrame | None,
    problem: ModelError | None,
    view: CohortView,
    start: date,
    orders_per_day: float,
) -> Cohorts:
    """The numbers of a view put together; `start` is the first order day.

    A cohort has one size on the page: all its customers, also those of the unfinished month.
    """
    by_key = second.set_index("key")
    table = table.assign(
        customers=table["key"].map(by_key["customers"]), small=table["key"].map(by_key["small"])
    )
    names = {
        key: name_of(cohort, view.period)
        for key, cohort in zip(second["key"], second["cohort"], strict=True)
    }
    older = 0 if view.by else cohorts.cohorts_with_older(second, start, view.period)
    return Cohorts(
        table=table,
        second=second,
        forecast=forecast,
        problem=problem,
        names=names,
        older=older,
        orders_per_day=orders_per_day,
    )


def in_orders(forecast: pd.DataFrame, orders_per_day: float) -> pd.DataFrame:
    """A forecast of purchase days as one of orders, with each cohort's key."""
    columns = ["orders", "orders_low", "orders_high"]
    return keyed(forecast.assign(**{name: forecast[name] * orders_per_day for name in columns}))


def keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with each row's cohort as text in `key`."""
    return frame.assign(key=keys_of(frame["cohort"]))


def keys_of(cohort: pd.Series) -> pd.Series:
    """Cohorts as text: measure a click on a chart gives back."""
    return (
        cohort.dt.strftime("%Y-%m-%d")
        if pd.api.types.is_datetime64_dtype(cohort)
        else cohort.astype("str")
    )


def name_of(cohort: pd.Timestamp | str, period: str) -> str:
    """A cohort in words: 5 Jan 2026 (a week), Jan 2026, Q1 2026, or the value."""
    if isinstance(cohort, str):
        return cohort
    if period == "week":
        return wording.day(cohort)
    return (
        f"Q{cohort.quarter} {cohort.year}"
        if period == "quarter"
        else wording.day(cohort).split(" ", 1)[1]
    )


def shown_keys(view: CohortView, intakes: Cohorts) -> list[str]:
    """The cohorts to draw from the top down: the newest, oldest first, or the largest."""
    if view.by is None:
        return intakes.second["key"].tolist()[-view.cohorts :]
    largest = intakes.second.sort_values("customers", ascending=False, kind="stable")
    return largest["key"].tolist()[: view.cohorts]


def triangle_frame(
    drawn: pd.DataFrame,
    keys: list[str],
    intakes: Cohorts,
    show: str,
    period: str = "month",
    gaps: Sequence[OrderGap] = (),
) -> pd.DataFrame:
    """The rows of `triangle_chart`; * marks cohorts that probably hold older customers.

    A cell of a time with a gap in the orders is as incomplete as one whose `period` is not over.
    """
    names, older = intakes.names, set(list(intakes.names)[: intakes.older])
    drawn_keys = set(drawn["key"])
    frame = drawn.set_index("key").loc[[key for key in keys if key in drawn_keys]].reset_index()
    missing = _in_gap(frame, period, gaps)
    complete = frame["complete"] & ~missing
    return pd.DataFrame(
        {
            "key": frame["key"],
            "label": _cohort_labels(frame, names, older),
            "name": frame["key"].map(names),
            "age": frame["age"],
            "words": _cell_words(frame, show),
            "strength": _strengths(frame, complete, show),
            "first": frame["age"] == 0,
            "complete": complete,
            "sure": ~frame["small"] & (frame["observed"] >= ENOUGH),
            "note": _notes(frame, missing, older),
            **{name: frame[name] for name in ("customers", "observed", "active", "share")},
        }
    )


def _cohort_labels(frame: pd.DataFrame, names: dict[str, str], older: set[str]) -> list[str]:
    """Each cohort's name with its size; * marks those that probably hold older customers."""
    rows = zip(frame["key"], frame["customers"], frame["small"], strict=True)
    return [
        f"{names[key]} · {'only ' if small else ''}{wording.count(size)}"
        f"{' *' if key in older else ''}"
        for key, size, small in rows
    ]


def _cell_words(frame: pd.DataFrame, show: str) -> list[str]:
    """What stands in each cell: percent, with a decimal below 1 %, or the number of customers."""
    if show != "Share":
        return [wording.count(active, short=True) for active in frame["active"]]
    return [
        wording.count(100 * share)
        if share >= 0.0095 or share == 0
        else wording.decimal(100 * share, 1)
        for share in frame["share"]
    ]


def _strengths(frame: pd.DataFrame, complete: pd.Series, show: str) -> np.ndarray:
    """How strongly each cell is coloured: half as strong where its period is not over.

    Age 0 is everybody and stands outside the scale of the others.
    """
    measure = frame["share"] if show == "Share" else frame["active"].astype(float)
    most = measure[frame["age"] > 0].max()
    scaled = np.where(frame["age"] == 0, 0.2, measure / (most if most > 0 else 1))
    return scaled * np.where(complete, 1.0, 0.5)


def _notes(frame: pd.DataFrame, missing: pd.Series, older: set[str]) -> np.ndarray:
    """What to bear in mind about each cell."""
    notes = {
        "The orders of half of this period or more seem to be missing": missing,
        "This period is not over: the number will still rise": ~frame["complete"],
        "Probably holds customers who had ordered before the file begins": frame["key"].isin(older),
        f"Fewer than {ENOUGH} customers in the cohort": frame["small"],
        f"Fewer than {ENOUGH} customers have reached this age": frame["observed"] < ENOUGH,
    }
    return np.select(list(notes.values()), list(notes), "This period is over")


def _in_gap(frame: pd.DataFrame, period: str, gaps: Sequence[OrderGap]) -> pd.Series:
    """Which cells have half of their calendar period's days or more in a gap.

    Cohorts by a value have no calendar period, and so no such cell.
    """
    if not gaps or not pd.api.types.is_datetime64_dtype(frame["cohort"]):
        return pd.Series(False, index=frame.index)
    days = frame["cohort"].to_numpy().astype("datetime64[D]")
    numbers = cohort_calendar.period_numbers(days, period) + frame["age"].to_numpy()
    starts = cohort_calendar.period_starts(numbers, period).astype("datetime64[D]")
    length = cohort_calendar.period_days(pd.DatetimeIndex(starts), period)
    lost = np.zeros(len(frame), dtype=int)
    for gap in gaps:
        first, after = np.datetime64(gap.first, "D"), np.datetime64(gap.last, "D") + 1
        inside = np.minimum(starts + length, after) - np.maximum(starts, first)
        lost += np.maximum(inside.astype(int), 0)
    return pd.Series(2 * lost >= length, index=frame.index)


def cohorts_csv(frame: pd.DataFrame) -> bytes:
    """A table of cohorts as a file; a cohort is its first day, or its value.

    Columns of revenue that nothing is known of are left out.
    """
    unknown = [name for name in frame if "revenue" in str(name) and all_unknown(frame[name])]
    frame = frame.drop(columns=unknown)
    return to_csv(frame.assign(cohort=frame["key"]).drop(columns="key").round(4), index=False)
