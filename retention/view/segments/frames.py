"""What the segments page draws, as small frames."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.segments.inputs import MapGrid
from retention.segments.labels import LABELS
from retention.segments.rules import STAGES

COLOURS = palette.STAGE_COLOURS | palette.TRAIT_COLOURS


def value_range(row: Mapping[Hashable, Any] | pd.Series, currency: str | None) -> str:
    """The 80 % range of a summary's row in words; empty without a model or customers."""
    if not row["customers"] > 0 or "expected_value_low" not in row:
        return ""
    return wording.money_range(row["expected_value_low"], row["expected_value_high"], currency)


def share_rows(
    summary: pd.DataFrame, definitions: Mapping[str, str], currency: str | None
) -> pd.DataFrame:
    """The rows of `shares_chart`, from the stages' rows of `summarise_segments`.

    A measure of which there is nothing has no bar.
    """

    def money(amount: float) -> str:
        return wording.money(amount, currency, short=True)

    measures: dict[str, tuple[str, Callable[[float], str]]] = {
        "Customers": ("customers", wording.count),
        "Revenue so far": ("revenue", money),
        "Expected value": ("expected_value", money),
    }
    rows = []
    for measure, (column, write) in measures.items():
        amounts = np.nan_to_num(summary[column].to_numpy(float)[: len(STAGES)])
        total = amounts.sum()
        if not total > 0:
            continue
        ends = amounts.cumsum() / total
        for stage, amount, end in zip(STAGES, amounts, ends, strict=True):
            share = amount / total
            between = ""
            if column == "expected_value":
                between = value_range(cast(pd.Series, summary.loc[stage]), currency)
            rows.append(
                {
                    "measure": measure,
                    "start": end - share,
                    "end": end,
                    "middle": end - share / 2,
                    "stage": LABELS[stage],
                    "share": share,
                    "amount": f"{write(amount)} ({between})" if between else write(amount),
                    "definition": definitions[stage],
                    "colour": COLOURS[stage],
                    "label": wording.percent(share, 0) if share >= 0.055 else "",
                    "label_colour": _ink_on(COLOURS[stage]),
                }
            )
    return pd.DataFrame(rows)


def map_rows(
    grid: MapGrid, counts: np.ndarray, group: str | None, words: tuple[Sequence[str], Sequence[str]]
) -> pd.DataFrame:
    """The rows of `customer_map_chart`: the cells that hold customers.

    With a group, cells take its colour, the stronger the more of its customers they hold, and the
    others fade. Without one, each cell takes the colour of its most frequent stage.

    Args:
        grid: The edges of the cells.
        counts: `map_counts`, for a trait with that trait.
        group: The stage or trait to highlight, if any.
        words: `map_words`: the ranges of probability and of value for the tooltip.
    """
    stages = counts[:, : len(STAGES)]
    everybody = stages.sum(axis=1)
    kept = np.flatnonzero(everybody)
    stages, everybody = stages[kept], everybody[kept]
    if group is None:
        first = stages.argmax(axis=1)
        inside = stages.max(axis=1)
        names = np.array([LABELS[stage] for stage in STAGES])[first]
        colours = np.array([COLOURS[stage] for stage in STAGES])[first]
        opacity = 0.2 + 0.8 * _strength(everybody)
    else:
        inside = counts[kept, STAGES.index(group) if group in STAGES else -1]
        names = np.full(len(kept), LABELS[group])
        colours = np.where(inside > 0, COLOURS[group], palette.NEUTRAL)
        opacity = np.where(
            inside > 0, 0.3 + 0.7 * _strength(inside), 0.12 + 0.1 * _strength(everybody)
        )
    across = len(grid.probability_edges) - 1
    row, column = np.divmod(kept, across)
    chances, worths = words
    return pd.DataFrame(
        {
            "low_probability": grid.probability_edges[column],
            "high_probability": grid.probability_edges[column + 1],
            "low_value": grid.value_edges[row],
            "high_value": grid.value_edges[row + 1],
            "customers": everybody,
            "who": [f"{wording.count(n)} {name}" for n, name in zip(inside, names, strict=True)],
            "chance": np.asarray(chances)[column],
            "worth": np.asarray(worths)[row],
            "colour": colours,
            "opacity": opacity,
        }
    )


def map_words(grid: MapGrid, currency: str | None) -> tuple[list[str], list[str]]:
    """The ranges of the map's columns and rows in words.

    The lowest and the highest row also hold the customers beyond the map's ends.
    """
    chances = [
        f"{wording.percent(low)} to {wording.percent(high)}"
        for low, high in pairwise(grid.probability_edges)
    ]
    edges = [wording.money(edge, currency) for edge in grid.value_edges]
    worths = [f"{low} to {high}" for low, high in pairwise(edges)]
    worths[0] = f"up to {edges[1]}"
    return chances, worths


def bin_rows(counts: np.ndarray, edges: np.ndarray, write: Sequence[str]) -> pd.DataFrame:
    """The rows of a strip's bars: heights are square roots, so that a long tail stays visible."""
    top = max(counts.max(initial=0), 1)
    return pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "height": np.sqrt(counts / top),
            "about": [
                f"{wording.count(n)} at {words}" for n, words in zip(counts, write, strict=True)
            ],
        }
    )


def cut_rows(
    bins: pd.DataFrame,
    low: float,
    cuts: Sequence[float],
    high: float,
    colours: Sequence[str],
    label: str = "",
) -> dict[str, pd.DataFrame]:
    """The data sets of `cut_strip_chart`: the bars, split at the cuts, and the slider's parts.

    `label` stands beside the last cut.
    """
    bounds = np.array([low, *(min(max(cut, low), high) for cut in cuts), high])
    zones = pd.DataFrame({"start": bounds[:-1], "end": bounds[1:], "colour": list(colours)})
    zones["label"] = [""] * (len(zones) - 1) + [label]
    starts = np.unique(np.append(bins["start"].to_numpy(float), bounds[1:-1]))
    ends = np.append(starts[1:], max(bins["end"].iloc[-1], starts[-1]))
    bar = np.searchsorted(bins["start"].to_numpy(float), starts, side="right") - 1
    part = np.searchsorted(bounds[1:-1], starts, side="right")
    split = {
        "start": starts,
        "end": ends,
        "height": bins["height"].to_numpy()[bar],
        "about": bins["about"].to_numpy()[bar],
        "colour": np.array(colours)[part],
    }
    return {"bins": pd.DataFrame(split), "zones": zones}


def _strength(counts: np.ndarray) -> np.ndarray:
    """0 to 1 on a log scale: ten customers stay visible beside ten thousand."""
    return np.log1p(counts) / max(np.log1p(counts.max(initial=0)), 1e-9)


def _ink_on(colour: str) -> str:
    """Black or white, whichever has more contrast to the colour by WCAG's relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#10181B" if (luminance + 0.05) / 0.055 > 1.05 / (luminance + 0.05) else "#FFFFFF"
