"""The rows of the charts of own segments."""

import numpy as np
import pytest

from retention import STAGES
from retention.charts import overlaps as charts, palette
from retention.own_segments.library import Overlaps


def test_every_pair_of_segments_has_its_share_and_legible_words():
    shared = Overlaps(
        names=("Quiet", "Big", "None"),
        both=np.array([[40, 30, 0], [30, 60, 0], [0, 0, 0]]),
        of_smaller=np.array([[1.0, 0.75, np.nan], [0.75, 1.0, np.nan], [np.nan] * 3]),
        none=10,
        one=40,
        several=30,
        skipped={},
    )
    rows = charts.overlap_rows(shared).set_index(["across", "down"])
    assert len(rows) == 6
    pair = rows.loc[("Quiet", "Big")]
    assert (pair["label"], pair["both"], pair["sizes"]) == ("75%", 30, "40 and 60")
    assert pair["ink"] == "#FFFFFF"
    empty = rows.loc[("Quiet", "None")]
    assert (empty["share"], empty["label"], empty["ink"]) == (0.0, "", palette.TEXT)


def test_the_stages_are_shares_of_the_segment_and_of_all():
    inside, everybody = np.zeros(len(STAGES), int), np.arange(len(STAGES))
    rows = charts.stage_rows(inside, everybody)
    assert rows["share"].tolist() == [0.0] * len(STAGES)
    assert rows["all_share"].sum() == pytest.approx(1)
