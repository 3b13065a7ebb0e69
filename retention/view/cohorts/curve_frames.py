"""The rows of the curves of cohorts, of what is expected of them, and of their second orders."""

import numpy as np
import pandas as pd

from retention import wording
from retention.charts.cohorts import HIGHLIGHTS
from retention.history.changes import ENOUGH
from retention.reports import cohort_calendar, cohorts
from retention.view.cohorts.frames import MONTHS, Cohorts, CohortView
from retention.view.session.loaded import Loaded

FURTHEST = {"week": 183, "month": 366, "quarter": 366}  # days that the curves look ahead
NEWEST = 3  # cohorts that are highlighted
_LENGTH = {"week": 7.0, "month": 30.4375, "quarter": 91.3125}
_ENDS = {"value": "", "low": "_low", "high": "_high"}


def highlighted(
    view: CohortView, intakes: Cohorts, keys: list[str], chosen: str | None
) -> list[str]:
    """The newest (largest) cohorts that are not small, and the one looked at."""
    sized = intakes.second.loc[~intakes.second["small"], "key"]
    candidates = [key for key in keys if key in set(sized)] or keys
    # The newest cohorts overlap each other and their forecasts. Cohorts by a value can be told
    # apart over the whole length of their curves, so that more of them are highlighted.
    newest = candidates[::-1][:NEWEST]
    coloured = candidates[: len(HIGHLIGHTS) - 1] if view.by else newest
    if chosen is None or chosen not in intakes.names or chosen in coloured:
        return coloured
    return [*coloured, chosen]


def past_frame(
    view: CohortView,
    intakes: Cohorts,
    keys: list[str],
    highlighted_keys: list[str],
    measure: str,
    data: Loaded,
) -> pd.DataFrame:
    """The curves up to now, for `growth_chart`."""
    table = intakes.table
    # Highlighted cohorts are drawn at all ages: the forecast continues from their last one.
    whole = table["key"].isin([] if view.by else highlighted_keys)
    rows = table[
        whole | (table["key"].isin({*keys, *highlighted_keys}) & (table["age"] <= view.ages))
    ]
    # Of cohorts by a value, few customers reach the last ages: they would bend the curve.
    rows = rows[(rows["observed"] >= np.minimum(ENOUGH, rows["customers"])) | (rows["age"] == 0)]
    age = rows["age"].to_numpy(float)
    partial_period = ~rows["complete"].to_numpy()
    if partial_period.any():
        # The last point of an unfinished period stands at today's age, not at the period's end.
        age = np.where(partial_period, np.maximum(age - 1 + _part_gone(view.period, data), 0), age)
    amounts = rows[f"cumulative_{measure}"]
    return pd.DataFrame(
        {
            "key": rows["key"],
            "label": rows["key"].map({key: intakes.names[key] for key in highlighted_keys}),
            "name": rows["key"].map(intakes.names),
            "age": age,
            "value": amounts,
            "words": [_amount(amount, measure, data.orders.currency) for amount in amounts],
            "customers": rows["customers"],
        }
    ).sort_values(
        "key",
        key=lambda key: key.map({name: place for place, name in enumerate(highlighted_keys)}),
        kind="stable",
    )


def _part_gone(period: str, data: Loaded) -> float:
    """How much of the last period lies before the end of the orders."""
    end = np.array([np.datetime64(data.orders.end, "D")])
    number = cohort_calendar.period_numbers(end, period)
    start = cohort_calendar.period_starts(number, period)
    gone = (end - start.astype("datetime64[D]")).astype(int)[0] + 1
    return float(gone / cohort_calendar.period_days(pd.DatetimeIndex(start), period)[0])


def ahead_frame(
    view: CohortView,
    intakes: Cohorts,
    highlighted_keys: list[str],
    past: pd.DataFrame,
    measure: str,
    data: Loaded,
) -> pd.DataFrame:
    """The dashed continuation of the highlighted curves.

    Empty for cohorts by a value: their customers differ in age, so that no curve ends today.
    """
    if intakes.forecast is None or view.by is not None or past.empty:
        return pd.DataFrame()
    last = past.groupby("key")[["age", "value"]].last()
    rows = intakes.forecast[
        intakes.forecast["key"].isin(highlighted_keys)
        & (intakes.forecast["day"] <= FURTHEST[view.period])
    ]
    today = rows.drop_duplicates("key").assign(
        day=0.0, **{f"{measure}{end}": 0.0 for end in ("", "_low", "_high")}
    )
    rows = pd.concat([today, rows]).sort_values(["key", "day"])
    start = last.loc[rows["key"]]
    so_far = start["value"].to_numpy()
    ends = {name: so_far + rows[f"{measure}{end}"].to_numpy() for name, end in _ENDS.items()}
    currency = data.orders.currency
    return pd.DataFrame(
        {
            "key": rows["key"].to_numpy(),
            "label": rows["key"].map(intakes.names).to_numpy(),
            "name": rows["key"].map(intakes.names).to_numpy(),
            "age": start["age"].to_numpy() + rows["day"].to_numpy() / _LENGTH[view.period],
            **ends,
            "words": [_amount(value, measure, currency) for value in ends["value"]],
            "between": [
                _between(low, high, measure, currency)
                for low, high in zip(ends["low"], ends["high"], strict=True)
            ],
            "until": [
                wording.day(day)
                for day in pd.Timestamp(data.orders.end) + pd.to_timedelta(rows["day"], unit="D")
            ],
        }
    )


def expected_frame(
    forecast: pd.DataFrame,
    names: dict[str, str],
    keys: list[str],
    measure: str,
    currency: str | None,
) -> pd.DataFrame:
    """The rows of `expected_chart`: what is expected by the last of the months."""
    rows = (
        forecast[forecast["month"] == MONTHS[-1]]
        .set_index("key")
        .reindex(keys)
        .dropna(subset=measure)
    )
    ends = zip(rows[f"{measure}_low"], rows[f"{measure}_high"], strict=True)
    return pd.DataFrame(
        {
            "label": _sized_names(rows, names),
            **{name: rows[f"{measure}{end}"].to_numpy() for name, end in _ENDS.items()},
            "words": [_amount(value, measure, currency) for value in rows[measure]],
            "between": [_between(low, high, measure, currency) for low, high in ends],
            "customers": rows["customers"].to_numpy(),
        }
    )


def _sized_names(rows: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """Each row's cohort with its number of customers; `rows` has the cohorts' keys as its index."""
    return [
        f"{names[key]} · {wording.count(size)}"
        for key, size in zip(rows.index, rows["customers"], strict=True)
    ]


def _amount(x: float, measure: str, currency: str | None) -> str:
    return wording.money(x, currency) if measure == "revenue" else wording.decimal(x, 2)


def _between(low: float, high: float, measure: str, currency: str | None) -> str:
    return (
        wording.money_range(low, high, currency)
        if measure == "revenue"
        else f"{wording.decimal(low, 2)} to {wording.decimal(high, 2)}"
    )


def second_frame(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The rows of `second_order_chart`, without shares of too few customers."""
    columns, parts = ["share", "low", "high", "within", "observed"], []
    labels = _sized_names(rows, names)
    for days in cohorts.WAITS:
        part = rows[[f"{name}_{days}" for name in columns]].set_axis(columns, axis=1)
        parts.append(part.assign(window=f"{days} days", start=rows["cohort"], label=labels))
    return pd.concat(parts).dropna(subset="share").reset_index(drop=True)
