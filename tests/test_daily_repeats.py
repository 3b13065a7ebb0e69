import io
from datetime import date

import numpy as np
import pandas as pd

from retention.daily_repeats import DailyRepeats, carried, carried_end, carry


def table() -> pd.DataFrame:
    frame = pd.DataFrame({"frequency": [2, 0], "T": [9, 3]}, index=["ann", "bob"])
    return carry(frame, DailyRepeats(date(2024, 2, 29), np.array([0, 1, 0, 1])))


def test_a_table_carries_its_daily_repeats_to_what_is_made_of_it():
    for frame in (table(), table().copy(), table().iloc[:1], table().assign(x=1)):
        repeats = carried(frame)
        assert repeats is not None
        assert repeats.end == carried_end(frame) == date(2024, 2, 29)
        assert repeats.counts.tolist() == [0, 1, 0, 1]


def test_a_table_without_them_says_so():
    assert carried(pd.DataFrame()) is None
    assert carried_end(pd.DataFrame()) is None


def test_they_survive_a_parquet_file():
    file = io.BytesIO()
    table().to_parquet(file)
    read = carried(pd.read_parquet(file))
    assert read is not None
    assert read.counts.tolist() == [0, 1, 0, 1]
