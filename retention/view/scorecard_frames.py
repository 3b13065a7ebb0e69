"""Small frames to draw and to download, made from a scorecard."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from retention.benchmarks import Comparison
from retention.metrics import METRICS
from retention.period_counts import quartiles
from retention.periods import Period
from retention.scorecard import Scorecard
from retention.view import scorecard_words as words

SPARK_MONTHS = 24
#: Bars of a distribution; the longest waits, one in fifty, share the last.
BARS, LONGEST = 24, 0.98


def spark(trend: pd.DataFrame, name: str, period: Period) -> list[float]:
    """A metric in the whole months up to the period's end, at most 24, oldest first."""
    until = trend[(trend["month"] < pd.Timestamp(period.end)) & trend["complete"]].tail(SPARK_MONTHS)
    return until[name].dropna().tolist()


def trend_frame(trend: pd.DataFrame, name: str, period: Period, currency: str | None) -> pd.DataFrame:
    """All months of a metric: `month`, `end`, `value`, `shown`, `complete`, and `inside`, whether the period has it."""
    frame = trend[["month", "complete"]].assign(value=trend[name], end=trend["month"] + pd.offsets.MonthBegin(1))
    inside = (frame["end"] > pd.Timestamp(period.start)) & (frame["month"] < pd.Timestamp(period.end))
    shown = [words.shown(name, value, currency) for value in frame["value"]]
    return frame.assign(inside=inside, shown=shown).dropna(subset=["value"])


def spread_frames(spread: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bins of a distribution of days, and its quartiles.

    The first has `from_day`, `to_day`, `number`, `share` and `span` (text), the second `days` and `label`.
    """
    days, number = spread["days"].to_numpy(), spread.iloc[:, 1].to_numpy()
    most = days[np.searchsorted(number.cumsum(), LONGEST * number.sum())]
    width = max(1, -(-(int(most) + 1) // BARS))
    place = np.minimum(days // width, most // width)
    total = np.bincount(place, weights=number)
    start = np.arange(len(total)) * width
    last = len(total) - 1
    bins = pd.DataFrame(
        {
            "from_day": start,
            "to_day": start + width,
            "number": total.astype(int),
            "share": total / number.sum(),
            "span": [
                f"{day} or more" if place == last and days.max() >= day + width else _span(day, width)
                for place, day in enumerate(start)
            ],
        }
    )
    labels = ["A quarter", "Half", "Three quarters"]
    return bins, pd.DataFrame({"days": quartiles(spread), "label": labels})


def buyers_frame(card: Scorecard) -> pd.DataFrame:
    """New and returning customers with the columns' names on screen."""
    names = {"new": "New: first order in the period", "returning": "Returning: ordered before it"}
    frame = card.buyers.rename(index=names).rename_axis("Buyers").reset_index()
    return frame.rename(
        columns={
            "customers": "Customers",
            "orders": "Orders",
            "revenue": "Revenue",
            "share": "Share of revenue",
            "order_value": "Order value",
        }
    )


def metrics_table(card: Scorecard, comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """Every metric with its range, its changes and what it is held against, for a file."""
    frame = card.metrics.rename(columns={"low": "low_95", "high": "high_95", "n": "customers_or_waits"})
    for name, against in (("previous", card.against_previous), ("year_before", card.against_year)):
        for column, label in (("value", ""), ("change", "_change"), ("low", "_low_95"), ("high", "_high_95")):
            frame[f"{name}{label}"] = against[column].reindex(frame.index)
        frame[f"{name}_verdict"] = against["verdict"].reindex(frame.index)
    first: dict[str, Comparison] = {}
    for comparison in comparisons:
        first.setdefault(comparison.metric, comparison)
    held = pd.DataFrame(
        {
            name: {
                "against_low": one.low,
                "against_high": one.high,
                "store_by_its_definition": one.store.value,
                "standing": one.status,
                "definition_of_the_benchmark": words.explanation(one),
            }
            for name, one in first.items()
        }
    ).T
    frame = frame.join(held)
    frame.insert(0, "metric", [METRICS[name].label for name in frame.index])
    frame["definition"] = [METRICS[name].definition for name in frame.index]
    frame["period"] = f"{card.period.start} to {card.period.last}"
    frame["active_days"] = card.active_days
    return frame


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
