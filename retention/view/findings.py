"""What a chart shows, as a sentence: the text alternative for those who cannot see it.

The words are plain text. They name extremes and ends, so that nobody has to read all values.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def extremes(names: Sequence[str], values: Sequence[float], amounts: Sequence[str]) -> str:
    """Return the highest and the lowest of several values, by name.

    Args:
        names: Of what is compared.
        values: Of each; NaN is left out.
        amounts: The values as text.

    >>> extremes(["Mail", "Search"], [0.2, 0.5], ["20%", "50%"])
    'The highest: Search, 50%. The lowest: Mail, 20%'
    >>> extremes(["Mail"], [0.2], ["20%"])
    'Mail: 20%'
    >>> extremes([], [], [])
    'Nothing to compare'
    """
    known = [place for place, value in enumerate(values) if not pd.isna(value)]
    if not known:
        return "Nothing to compare"
    if len(known) == 1:
        return f"{names[known[0]]}: {amounts[known[0]]}"
    high = max(known, key=lambda place: values[place])
    low = min(known, key=lambda place: values[place])
    if values[high] == values[low]:
        return f"All the same: {amounts[high]}"
    return f"The highest: {names[high]}, {amounts[high]}. The lowest: {names[low]}, {amounts[low]}"


def course(times: Sequence[str], values: Sequence[float], amounts: Sequence[str]) -> str:
    """Return where a line begins and ends, then its extremes.

    Args:
        times: Of the values, from the earliest on.
        values: At each time; NaN is left out.
        amounts: The values as text.

    >>> course(["May", "June", "July"], [2, 5, 3], ["2", "5", "3"])
    'From 2 in May to 3 in July. The highest: June, 5. The lowest: May, 2'
    """
    known = [place for place, value in enumerate(values) if not pd.isna(value)]
    if len(known) < 2:
        return extremes(times, values, amounts)
    first, last = known[0], known[-1]
    ends = f"From {amounts[first]} in {times[first]} to {amounts[last]} in {times[last]}"
    return f"{ends}. {extremes(times, values, amounts)}"


def widest_gap(expected: pd.Series, actual: pd.Series) -> int | None:
    """Return the place of the pair that lies furthest apart; None where no pair is known.

    >>> widest_gap(pd.Series([1.0, 2.0]), pd.Series([1.1, 1.2]))
    1
    """
    gaps = (expected - actual).abs().to_numpy(float)
    return None if np.isnan(gaps).all() else int(np.nanargmax(gaps))
