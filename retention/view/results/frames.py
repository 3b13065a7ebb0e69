"""Frames and rows that the page of results draws and writes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from retention import wording
from retention.charts.experiments.segments import MEASURED, SHRUNK
from retention.experiments.by_segment import SegmentDifferences
from retention.experiments.metrics import Metric
from retention.experiments.result import CampaignResult, GroupResult
from retention.experiments.words import amount_words, difference_words, metric_label
from retention.statistics import METRIC_LEVEL, normal_width, wilson
from retention.view import text

#: Names of groups that say by themselves what they got, in the files of a plan and in lists.
_NAMES = ("Addressed", "Held out")
#: Metrics of which the groups have charts.
CHARTED: tuple[Metric, ...] = ("bought", "orders", "revenue")
#: What the row of revenue with the largest buyers cut is called.
CAPPED = "The same, the largest 1% of buyers capped"


def group_label(name: str, control: str) -> str:
    """What a group is called on the page.

    Args:
        name: Of the group, as the list has it.
        control: The group that got nothing.
    """
    in_words = name.replace("_", " ").capitalize()
    if in_words in _NAMES and (control or in_words != "Held out"):
        return in_words
    shown = text.one_line(name, 40)
    return f"{shown} (got nothing)" if name == control else shown


def groups_frame(result: CampaignResult, metric: Metric, currency: str | None) -> pd.DataFrame:
    """One metric of each group with its 95 % range; those that got the campaign first."""
    z, rows = normal_width(METRIC_LEVEL), []
    for name in _in_order(result):
        values = result.outcomes.loc[result.outcomes["group"] == name, metric].to_numpy(float)
        mean = float(values.mean()) if len(values) else 0.0
        if metric == "bought":
            low, high = (float(end) for end in wilson(values.sum(), len(values)))
        else:
            error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
            low, high = max(mean - z * error, 0.0), mean + z * error
        rows.append(
            {
                "label": group_label(name, result.control),
                "value": mean,
                "low": low,
                "high": high,
                "said": amount_words(metric, mean, currency),
                "between": f"{amount_words(metric, low, currency)} to "
                f"{amount_words(metric, high, currency)}",
            }
        )
    return pd.DataFrame(rows)


def days_frame(result: CampaignResult) -> pd.DataFrame:
    """The share of each group that has bought by each day."""
    days = result.days
    return days.assign(
        label=[group_label(name, result.control) for name in days["group"]],
        said=[
            f"{wording.percent(bought)} ({wording.percent(low)} to {wording.percent(high)})"
            for bought, low, high in days[["bought", "low", "high"]].to_numpy(dtype=float)
        ],
    )[["label", "day", "date", "bought", "low", "high", "said"]]


def metric_rows(group: GroupResult, currency: str | None, *, forecast: bool) -> list[list[str]]:
    """The table of metrics: label, addressed, held out, difference, and its 95 % range.

    Args:
        group: The group that got the campaign.
        currency: Of the amounts.
        forecast: Whether what was expected of the customers is taken off first.
    """
    metrics = group.metrics if forecast else group.unadjusted
    counted = group.unadjusted[["addressed", "held_out"]]
    rows = []
    # Both groups stand as they were counted; only their difference is adjusted.
    for row in metrics.assign(**counted).to_dict("records"):
        metric: Metric = row["metric"]
        label = metric_label(metric)
        if metric == "year_margin":
            label = "Margin over a year, after the campaign's cost"
        rows.append(_row(label, metric, row, currency))
        if metric == "revenue" and len(group.capped):
            capped = group.capped.to_dict("records")[0]
            rows.append(_row(CAPPED, metric, capped, currency))
    return rows


def _row(
    label: str, metric: Metric, row: Mapping[Hashable, Any], currency: str | None
) -> list[str]:
    if not np.isfinite(row["difference"]):
        return [label, *[wording.MISSING] * 4]
    return [
        label,
        amount_words(metric, row["addressed"], currency),
        amount_words(metric, row["held_out"], currency),
        difference_words(metric, row["difference"], currency),
        f"{difference_words(metric, row['low'], currency).removesuffix(' points')} to "
        f"{difference_words(metric, row['high'], currency)}",
    ]


def segment_frame(
    differences: SegmentDifferences, metric: Metric, currency: str | None
) -> pd.DataFrame:
    """The difference in each segment, as measured and shrunk; shares in points."""
    factor = 100.0 if metric == "bought" else 1.0
    rows = []
    for segment, row in differences.table.iterrows():
        if not np.isfinite(row["difference"]):
            continue
        for kind, names in (
            (MEASURED, ("difference", "low", "high")),
            (SHRUNK, ("shrunk", "shrunk_low", "shrunk_high")),
        ):
            value, low, high = (float(row[name]) for name in names)
            rows.append(
                {
                    "segment": str(segment),
                    "kind": kind,
                    "value": factor * value,
                    "low": factor * low,
                    "high": factor * high,
                    "said": difference_words(metric, value, currency),
                    "between": f"{difference_words(metric, low, currency)} to "
                    f"{difference_words(metric, high, currency)}",
                }
            )
    columns = ["segment", "kind", "value", "low", "high", "said", "between"]
    return pd.DataFrame(rows, columns=columns)


def expected_rows(result: CampaignResult, currency: str | None) -> list[list[str]]:
    """What came of each group beside what the model from before expected, per customer."""
    rows: list[list[str]] = []
    for row in result.expected.to_dict("records"):
        label = group_label(str(row["group"]), result.control)
        rows.extend(
            [
                f"{label}: {metric_label(metric)[:1].lower()}{metric_label(metric)[1:]}",
                amount_words(metric, row[metric], currency),
                amount_words(metric, row[f"expected_{metric}"], currency),
            ]
            for metric in CHARTED
            if f"expected_{metric}" in row
        )
    return rows


def _in_order(result: CampaignResult) -> list[str]:
    names = [name for name in result.customers if name != result.control]
    return [*names, result.control] if result.control in result.customers else names
