"""What the cohorts page draws: its view of the cohorts, and the rows of its charts."""

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
from retention.reports import cohort_calendar as cohort_periods, cohorts
from retention.view.cohorts.charts import HIGHLIGHTS
from retention.view.session.loaded import Loaded

#: Months up to whose ends the forecast is drawn; a line between them is straight enough.
MONTHS = (1, 2, 3, 4, 6, 8, 10, 12)
FURTHEST = {"week": 183, "month": 366, "quarter": 366}  # days that the curves look ahead
NEWEST = 3  # cohorts that are highlighted
_LENGTH = {"week": 7.0, "month": 30.4375, "quarter": 91.3125}
_ENDS = {"value": "", "low": "_low", "high": "_high"}


@dataclass(frozen=True, slots=True)
class View:
    """What the settings ask for: cohorts by `period`, or by the value of column `by` (ages in months then)."""

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
        """Where the session holds the chosen cohort: a month and a week may begin on the same day."""
        return f"cohort_of_{self.by or self.period}"

    @property
    def map_key(self) -> str:
        """Where it holds the row that was clicked."""
        return f"cohort_map_{self.by or self.period}"


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The numbers of a view.

    - `table`, `second`: as from `cohort_table` and `second_orders`.
    - `forecast`: as from `cohort_forecast`, in orders; or the `problem` that stands in its way.
    - `names`: each cohort's words by its key.
    - `older`: how many of the first cohorts probably hold customers from before the orders begin.
    - `orders_per_day`: orders of a day with an order, by which the forecast's days became orders.
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
    foreseen: pd.DataFrame | None,
    problem: ModelError | None,
    view: View,
    start: date,
    orders_per_day: float,
) -> Cohorts:
    """The numbers of a view put together; `start` is the first order day.

    A cohort has one size on the page: all its customers, those of the month that is not over among them.
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
    return Cohorts(table, second, foreseen, problem, names, older, orders_per_day)


def in_orders(forecast: pd.DataFrame, orders_per_day: float) -> pd.DataFrame:
    """A forecast of purchase days as one of orders, with its key: what customers have brought is counted in these."""
    columns = ["orders", "orders_low", "orders_high"]
    return keyed(forecast.assign(**{name: forecast[name] * orders_per_day for name in columns}))


def keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with each row's cohort as text in `key`."""
    return frame.assign(key=keys_of(frame["cohort"]))


def keys_of(cohort: pd.Series) -> pd.Series:
    """Cohorts as text: what a click on a chart gives back."""
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


def shown_keys(view: View, found: Cohorts) -> list[str]:
    """The cohorts to draw, as they stand below each other: the newest, oldest first; or the largest."""
    if view.by is None:
        return found.second["key"].tolist()[-view.cohorts :]
    return found.second.sort_values("customers", ascending=False, kind="stable")["key"].tolist()[
        : view.cohorts
    ]


def triangle_frame(
    drawn: pd.DataFrame,
    keys: list[str],
    found: Cohorts,
    show: str,
    period: str = "month",
    gaps: Sequence[OrderGap] = (),
) -> pd.DataFrame:
    """The rows of `triangle_chart`; * marks cohorts that probably hold older customers.

    A cell of a time with a gap in the orders is as incomplete as one whose `period` is not over.
    """
    names, older = found.names, set(list(found.names)[: found.older])
    frame = (
        drawn.set_index("key").loc[[key for key in keys if key in set(drawn["key"])]].reset_index()
    )
    measure = frame["share"] if show == "Share" else frame["active"].astype(float)
    most = measure[frame["age"] > 0].max()
    thin = frame["observed"] < ENOUGH
    missing = _in_gap(frame, period, gaps)
    complete = frame["complete"] & ~missing
    notes = np.select(
        [missing, ~frame["complete"], frame["key"].isin(older), frame["small"], thin],
        [
            "The orders of half of this period or more seem to be missing",
            "This period is not over: the number will still rise",
            "Probably holds customers who had ordered before the file begins",
            f"Fewer than {ENOUGH} customers in the cohort",
            f"Fewer than {ENOUGH} customers have reached this age",
        ],
        "This period is over",
    )
    sizes = [
        f"{names[key]} · "
        f"{'only ' if small else ''}{wording.count(size)}{' *' if key in older else ''}"
        for key, size, small in zip(frame["key"], frame["customers"], frame["small"], strict=True)
    ]
    share = [
        f"{100 * x:.0f}" if x >= 0.0095 or x == 0 else f"{100 * x:.1f}" for x in frame["share"]
    ]
    return pd.DataFrame(
        {
            "key": frame["key"],
            "label": sizes,
            "name": frame["key"].map(names),
            "age": frame["age"],
            "words": share
            if show == "Share"
            else [wording.count(n, short=True) for n in frame["active"]],
            # Age 0 is everybody and stands outside the scale of the others; what is not over is drawn half as strong.
            "strength": np.where(frame["age"] == 0, 0.2, measure / (most if most > 0 else 1))
            * np.where(complete, 1.0, 0.5),
            "first": frame["age"] == 0,
            "complete": complete,
            "sure": ~frame["small"] & ~thin,
            "note": notes,
            **{name: frame[name] for name in ("customers", "observed", "active", "share")},
        }
    )


def _in_gap(frame: pd.DataFrame, period: str, gaps: Sequence[OrderGap]) -> pd.Series:
    """Which cells' calendar periods lie in a gap by half of their days or more; none of cohorts by a value."""
    if not gaps or not pd.api.types.is_datetime64_dtype(frame["cohort"]):
        return pd.Series(False, index=frame.index)
    days = frame["cohort"].to_numpy().astype("datetime64[D]")
    numbers = cohort_periods.period_numbers(days, period) + frame["age"].to_numpy()
    starts = cohort_periods.period_starts(numbers, period).astype("datetime64[D]")
    length = cohort_periods.period_days(starts, period)
    lost = np.zeros(len(frame), dtype=int)
    for gap in gaps:
        first, after = np.datetime64(gap.first, "D"), np.datetime64(gap.last, "D") + 1
        inside = np.minimum(starts + length, after) - np.maximum(starts, first)
        lost += np.maximum(inside.astype(int), 0)
    return pd.Series(2 * lost >= length, index=frame.index)


def highlighted(view: View, found: Cohorts, keys: list[str], chosen: str | None) -> list[str]:
    """The newest (largest) cohorts that are not small, and the one looked at."""
    sized = found.second.loc[~found.second["small"], "key"]
    some = [key for key in keys if key in set(sized)] or keys
    # The newest overlap each other and what is expected of them; values have all of their curves to tell apart.
    lit = some[: len(HIGHLIGHTS) - 1] if view.by else some[::-1][:NEWEST]
    return [*lit, chosen] if chosen in found.names and chosen not in lit else lit


def past_frame(
    view: View, found: Cohorts, keys: list[str], lit: list[str], what: str, data: Loaded
) -> pd.DataFrame:
    """The curves up to now, for `growth_chart`."""
    table = found.table
    # Of the highlighted intakes all is drawn: the forecast goes on from where they are.
    whole = table["key"].isin([] if view.by else lit)
    rows = table[whole | (table["key"].isin({*keys, *lit}) & (table["age"] <= view.ages))]
    # Where cohorts are values, few customers reach the last ages: what they do would bend the curve.
    rows = rows[(rows["observed"] >= np.minimum(ENOUGH, rows["customers"])) | (rows["age"] == 0)]
    age = rows["age"].to_numpy(float)
    partial_period = ~rows["complete"].to_numpy()
    if partial_period.any():
        # What has happened in a period that is not over stands where it is now, not where it will be.
        age = np.where(partial_period, np.maximum(age - 1 + _part_gone(view.period, data), 0), age)
    amounts = rows[f"cumulative_{what}"]
    return pd.DataFrame(
        {
            "key": rows["key"],
            "label": rows["key"].map({key: found.names[key] for key in lit}),
            "name": rows["key"].map(found.names),
            "age": age,
            "value": amounts,
            "words": [_amount(x, what, data.orders.currency) for x in amounts],
            "customers": rows["customers"],
        }
    ).sort_values(
        "key",
        key=lambda key: key.map({name: place for place, name in enumerate(lit)}),
        kind="stable",
    )


def _part_gone(period: str, data: Loaded) -> float:
    """How much of the last period lies before the end of the orders."""
    end = np.array([np.datetime64(data.orders.end, "D")])
    number = cohort_periods.period_numbers(end, period)
    start = cohort_periods.period_starts(number, period)
    gone = (end - start.astype("datetime64[D]")).astype(int)[0] + 1
    return float(gone / cohort_periods.period_days(start, period)[0])


def ahead_frame(
    view: View, found: Cohorts, lit: list[str], past: pd.DataFrame, what: str, data: Loaded
) -> pd.DataFrame:
    """The dashed continuation of the highlighted curves.

    Empty where cohorts are values: their customers differ in age, so that no curve of theirs ends today.
    """
    if found.forecast is None or view.by is not None or past.empty:
        return pd.DataFrame()
    last = past.groupby("key")[["age", "value"]].last()
    rows = found.forecast[
        found.forecast["key"].isin(lit) & (found.forecast["day"] <= FURTHEST[view.period])
    ]
    today = rows.drop_duplicates("key").assign(
        day=0.0, **{f"{what}{end}": 0.0 for end in ("", "_low", "_high")}
    )
    rows = pd.concat([today, rows]).sort_values(["key", "day"])
    start = last.loc[rows["key"]]
    so_far = start["value"].to_numpy()
    ends = {name: so_far + rows[f"{what}{end}"].to_numpy() for name, end in _ENDS.items()}
    currency = data.orders.currency
    return pd.DataFrame(
        {
            "key": rows["key"].to_numpy(),
            "label": rows["key"].map(found.names).to_numpy(),
            "name": rows["key"].map(found.names).to_numpy(),
            "age": start["age"].to_numpy() + rows["day"].to_numpy() / _LENGTH[view.period],
            **ends,
            "words": [_amount(x, what, currency) for x in ends["value"]],
            "between": [
                _between(*both, what, currency)
                for both in zip(ends["low"], ends["high"], strict=True)
            ],
            "until": [
                wording.day(day)
                for day in pd.Timestamp(data.orders.end) + pd.to_timedelta(rows["day"], unit="D")
            ],
        }
    )


def expected_frame(
    found: Cohorts, keys: list[str], what: str, currency: str | None
) -> pd.DataFrame:
    """The rows of `expected_chart`: what is expected by the last of the months."""
    rows = (
        found.forecast[found.forecast["month"] == MONTHS[-1]]
        .set_index("key")
        .reindex(keys)
        .dropna(subset=what)
    )
    between = zip(rows[f"{what}_low"], rows[f"{what}_high"], strict=True)
    return pd.DataFrame(
        {
            "label": [
                f"{found.names[key]} · {wording.count(n)}"
                for key, n in zip(rows.index, rows["customers"], strict=True)
            ],
            **{name: rows[f"{what}{end}"].to_numpy() for name, end in _ENDS.items()},
            "words": [_amount(x, what, currency) for x in rows[what]],
            "between": [_between(low, high, what, currency) for low, high in between],
            "customers": rows["customers"].to_numpy(),
        }
    )


def _amount(x: float, what: str, currency: str | None) -> str:
    return wording.money(x, currency) if what == "revenue" else f"{x:.2f}"


def _between(low: float, high: float, what: str, currency: str | None) -> str:
    return (
        wording.money_range(low, high, currency)
        if what == "revenue"
        else f"{low:.2f} to {high:.2f}"
    )


def second_frame(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The rows of `second_order_chart`, without shares of too few customers."""
    parts = []
    for days in cohorts.WAITS:
        part = rows[[f"{name}_{days}" for name in ("share", "low", "high", "within", "observed")]]
        part = part.set_axis(["share", "low", "high", "within", "observed"], axis=1)
        label = [
            f"{names[key]} · {wording.count(n)}"
            for key, n in zip(rows.index, rows["customers"], strict=True)
        ]
        parts.append(part.assign(window=f"{days} days", start=rows["cohort"], label=label))
    return pd.concat(parts).dropna(subset="share").reset_index(drop=True)


def cohorts_csv(frame: pd.DataFrame) -> bytes:
    """A table of cohorts as a file, with the first day of the period as the cohort, or the value."""
    return to_csv(frame.assign(cohort=frame["key"]).drop(columns="key").round(4), index=False)
