"""Small frames to draw and to download, made from a scorecard."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from retention.history.metrics import IN_MONEY, METRICS, metrics_of
from retention.history.period_counts import quartiles
from retention.periods import Period
from retention.reports.industry import Comparison
from retention.reports.metric_gaps import Gap
from retention.reports.scorecard import Scorecard
from retention.reports.scorecard_verdict import Reading
from retention.view.scorecard import words

SPARK_MONTHS = 24
#: Bars of a distribution; the longest 2 % of the waits share the last one.
BARS, LONGEST = 24, 0.98
LOOKS_BACK = (
    "It looks back at earlier orders: what moves in the first months of a file is the file's "
    "beginning rather than the store."
)
#: Digits of a value in a file, by the kind of its metric.
DIGITS = {"rate": 6, "money": 2, "number": 4, "count": 0, "days": 0}

#: Names of a change's columns in `metrics_table`, behind the name of the earlier period.
CHANGE_COLUMNS = {
    "value": "",
    "change": "_change",
    "low": "_low_95",
    "high": "_high_95",
    "verdict": "_verdict",
    "why": "_why",
    "now": "_same_look_back",
    "total": "_change_in_all",
    "mix": "_change_by_age",
    "look_back": "_look_back_days",
    "basis": "_basis",
}
READING_COLUMNS = [
    "metric",
    "value",
    "standing",
    "since_the_period_before",
    "since_the_year_before",
    "why_unknown",
    "rank_of_the_gap",
    "gap_to",
    "store",
    "store_low_80",
    "store_high_80",
    "aim",
    "change_needed",
    "worth",
    "worth_low_80",
    "worth_high_80",
    "worth_basis",
    "gap_in_the_period",
    "gap_in_the_period_basis",
]
#: Columns of a gap in `reading_table`, in the metric's unit and in money.
GAP_NUMBERS = ("store", "store_low_80", "store_high_80", "aim", "change_needed")
GAP_MONEY = ("worth", "worth_low_80", "worth_high_80", "gap_in_the_period")


def spark(trend: pd.DataFrame, name: str, period: Period) -> list[float]:
    """A metric in the last whole months before the period's end, at most 24, oldest first."""
    until = trend[(trend["month"] < pd.Timestamp(period.end)) & trend["complete"]].tail(
        SPARK_MONTHS
    )
    return until[name].dropna().tolist()


def trend_names(trend: pd.DataFrame) -> list[str]:
    """The metrics with two months or more; with one month, where no metric has two."""
    months = trend[list(METRICS)].notna().sum()
    return [name for name in METRICS if months[name] >= min(2, months.max())]


def first_trend(trend: pd.DataFrame, names: list[str]) -> int:
    """The position of the metric to show first.

    It is the first with at least half the months of the metric that has most.
    """
    months = trend[names].notna().sum()
    return next(place for place, name in enumerate(names) if months[name] * 2 >= months.max())


def trend_frame(
    trend: pd.DataFrame, name: str, period: Period, currency: str | None
) -> pd.DataFrame:
    """All months of a metric that have a value.

    Returns:
        `month`, `end`, `value`, `shown` (the value as text), `complete`, and `inside`: whether the
        month lies in the period.
    """
    frame = trend[["month", "complete"]].assign(
        value=trend[name], end=trend["month"] + pd.offsets.MonthBegin(1)
    )
    inside = (frame["end"] > pd.Timestamp(period.start)) & (
        frame["month"] < pd.Timestamp(period.end)
    )
    shown = [words.shown(name, value, currency) for value in frame["value"]]
    return frame.assign(inside=inside, shown=shown).dropna(subset=["value"])


def spread_frames(spread: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bins of a distribution of days, and its quartiles.

    Returns:
        The bins: `from_day`, `to_day`, `number`, `share`, `span` (text) and `beyond`, true for a
        last bin that also holds everything longer. The quartiles: `days` and `label`.
    """
    days, number = spread["days"].to_numpy(), spread.iloc[:, 1].to_numpy()
    most = days[np.searchsorted(number.cumsum(), LONGEST * number.sum())]
    width = max(1, -(-(int(most) + 1) // BARS))
    place = np.minimum(days // width, most // width)
    total = np.bincount(place, weights=number)
    start = np.arange(len(total)) * width
    beyond = (np.arange(len(total)) == len(total) - 1) & (days.max() >= start + width)
    bins = pd.DataFrame(
        {
            "from_day": start,
            "to_day": start + width,
            "number": total.astype(int),
            "share": total / number.sum(),
            "span": [
                f"{day} or more" if is_beyond else _span(day, width)
                for day, is_beyond in zip(start.tolist(), beyond, strict=True)
            ],
            "beyond": beyond,
        }
    )
    labels = ["A quarter", "Half", "Three quarters"]
    return bins, pd.DataFrame({"days": quartiles(spread), "label": labels})


def buyers_frame(card: Scorecard) -> pd.DataFrame:
    """New and returning customers with the columns' names on screen, without unknown money."""
    names = {"new": "New in the period", "returning": "Ordered before it"}
    buyers = card.buyers
    if np.isnan(card.counts.revenue):
        buyers = buyers[["customers", "orders"]]
    frame = buyers.rename(index=names).rename_axis("Buyers").reset_index()
    return frame.rename(
        columns={
            "customers": "Customers",
            "orders": "Orders",
            "revenue": "Revenue",
            "share": "Share of revenue",
            "order_value": "Order value",
        }
    )


def rounded(frame: pd.DataFrame, **kinds: str) -> pd.DataFrame:
    """A frame for a file, without the digits that adding up leaves behind.

    Args:
        frame: The table.
        **kinds: Kinds of its columns, as in `METRICS`. Columns named like a metric have the
            metric's kind.
    """
    kinds = {name: metric.kind for name, metric in METRICS.items()} | kinds
    return frame.round({name: DIGITS[kind] for name, kind in kinds.items() if name in frame})


def without_unknown_money(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame for a file, without the columns in money where the orders have no amounts."""
    if not frame["revenue"].isna().all():
        return frame
    return frame.drop(columns=[name for name in frame if name in IN_MONEY])


def buyers_table(card: Scorecard) -> pd.DataFrame:
    """New and returning customers, for a file."""
    return rounded(
        buyers_frame(card),
        **{"Revenue": "money", "Share of revenue": "rate", "Order value": "money"},
    )


def reading_table(reading: Reading) -> pd.DataFrame:
    """Where each metric stands, with its gap and what closing the gap is worth, for a file."""
    gaps = {gap.metric: _gap_cells(rank, gap) for rank, gap in enumerate(reading.gaps, start=1)}
    rows = [
        {
            "metric": METRICS[row.metric].label,
            "value": row.value,
            "standing": row.status,
            "since_the_period_before": row.previous,
            "since_the_year_before": row.year,
            "why_unknown": " ".join(dict.fromkeys(filter(None, row.why))),
            **gaps.get(row.metric, {}),
        }
        for row in reading.metrics
    ]
    # Metrics of all kinds stand in the columns of rates: six digits do for any.
    numbers = dict.fromkeys(GAP_NUMBERS, "rate") | dict.fromkeys(GAP_MONEY, "money")
    return rounded(
        pd.DataFrame(rows, columns=READING_COLUMNS).astype(
            {"rank_of_the_gap": "Int64"} | dict.fromkeys(numbers, float)
        ),
        value="rate",
        **numbers,
    )


def _gap_cells(rank: int, gap: Gap) -> dict[str, object]:
    """The cells of a metric's gap in `reading_table`."""
    cells: dict[str, object] = {
        "rank_of_the_gap": rank,
        "gap_to": gap.against,
        "store": gap.store,
        "store_low_80": gap.low,
        "store_high_80": gap.high,
        "aim": gap.aim,
        "change_needed": gap.change,
        "worth_basis": gap.basis,
        "gap_in_the_period": gap.arithmetic,
        "gap_in_the_period_basis": gap.arithmetic_basis,
    }
    if gap.gain is not None:
        cells |= {
            "worth": gap.gain.expected,
            "worth_low_80": gap.gain.low,
            "worth_high_80": gap.gain.high,
        }
    return cells


def metrics_table(card: Scorecard, comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """Every metric with its range, its changes and its benchmark or target, for a file.

    Without amounts there is none in money.
    """
    frame = card.metrics.loc[list(metrics_of(card.counts))].rename(
        columns={"low": "low_95", "high": "high_95", "n": "customers_or_waits"}
    )
    for name, earlier in (("previous", card.against_previous), ("year_before", card.against_year)):
        for column, label in CHANGE_COLUMNS.items():
            frame[f"{name}{label}"] = earlier[column].reindex(frame.index)
    first: dict[str, Comparison] = {}
    for comparison in comparisons:
        first.setdefault(comparison.metric, comparison)
    # Metrics of all kinds stand in these columns: six digits do for any.
    frame = frame.round(DIGITS["rate"]).join(_comparison_columns(first))
    frame.insert(0, "metric", [METRICS[name].label for name in frame.index])
    frame["definition"] = [METRICS[name].definition for name in frame.index]
    frame["period"] = f"{card.period.start} to {card.period.last}"
    frame["active_days"] = card.active_days
    return frame


def _comparison_columns(comparisons: Mapping[str, Comparison]) -> pd.DataFrame:
    """What each metric is compared with, and how it stands; one row per metric."""
    return pd.DataFrame(
        {
            name: {
                "against_low": comparison.low,
                "against_high": comparison.high,
                "store_by_its_definition": round(comparison.store.value, DIGITS["rate"]),
                "standing": comparison.status,
                "definition_of_the_benchmark": words.explanation(comparison),
            }
            for name, comparison in comparisons.items()
        }
    ).T


def waits_table(card: Scorecard) -> pd.DataFrame:
    """The three distributions of days, one below the other."""
    parts = {
        "first to second order": card.counts.second_waits,
        "between two orders": card.counts.waits,
        "since the last order": card.counts.silences,
    }
    return pd.concat(
        [
            part.set_axis(["days", "number"], axis=1).assign(what=name)[["what", "days", "number"]]
            for name, part in parts.items()
        ],
        ignore_index=True,
    )


def _span(day: int, width: int) -> str:
    return str(day) if width == 1 else f"{day} to {day + width - 1}"
