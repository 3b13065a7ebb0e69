"""Text alternatives say what a chart shows."""

import numpy as np
import pandas as pd

from retention.view import findings


def test_extremes_leave_out_what_is_not_known():
    words = findings.extremes(["A", "B", "C"], [np.nan, 2.0, 1.0], ["", "two", "one"])
    assert words == "The highest: B, two. The lowest: C, one"
    assert findings.extremes(["A", "B"], [np.nan, 2.0], ["", "two"]) == "B: two"
    assert findings.extremes(["A"], [np.nan], [""]) == "Nothing to compare"
    assert findings.extremes(["A", "B"], [3, 3], ["three", "three"]) == "All the same: three"


def test_a_course_begins_and_ends_with_known_values():
    words = findings.course(["May", "June", "July"], [np.nan, 5.0, 3.0], ["", "5", "3"])
    assert words == "From 5 in June to 3 in July. The highest: June, 5. The lowest: July, 3"
    assert findings.course(["May"], [5.0], ["5"]) == "May: 5"


def test_the_widest_gap_counts_in_both_directions():
    assert findings.widest_gap(pd.Series([1.0, 2.0, np.nan]), pd.Series([4.0, 1.0, 9.0])) == 0
    assert findings.widest_gap(pd.Series([np.nan]), pd.Series([1.0])) is None
    assert findings.widest_gap(pd.Series([], dtype=float), pd.Series([], dtype=float)) is None
