"""The stages of one customer by day are those that everybody's segments give on that day."""

from datetime import date, timedelta

import pandas as pd
import pytest

from retention import SegmentRules, assign_segments, summarise_customers
from retention.segments.lifecycle import stage_path, stages_ahead
from tests.support.orders_stub import orders_of

DAYS = ["2024-01-01", "2024-02-15", "2024-02-20", "2024-02-20", "2024-09-01"]
END = date(2024, 12, 31)


def path_of(days: list[str], end: date, **rules: int) -> pd.DataFrame:
    return stage_path(pd.Series(pd.to_datetime(days)), end, SegmentRules(**rules))


def test_a_life_by_hand():
    path = path_of(["2024-01-01", "2024-02-15"], date(2024, 6, 30))
    assert list(path.itertuples(index=False, name=None)) == [
        ("new", date(2024, 1, 1), date(2024, 1, 30), 1, "order"),
        ("first_time", date(2024, 1, 31), date(2024, 2, 14), 1, "silence"),
        ("repeat", date(2024, 2, 15), date(2024, 4, 14), 2, "order"),
        ("at_risk", date(2024, 4, 15), date(2024, 6, 14), 2, "silence"),
        ("lapsed", date(2024, 6, 15), date(2024, 6, 30), 2, "silence"),
    ]


@pytest.mark.parametrize("rules", [{}, {"loyal_orders": 3, "loyal_at_risk": 30, "new_days": 1}])
def test_every_day_has_the_stage_of_that_day(rules):
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": DAYS, "revenue": 1.0})
    orders = orders_of(frame, end=str(END))
    path = path_of(DAYS, END, **rules)
    for days in range(0, 366, 7):
        day = date(2024, 1, 1) + timedelta(days=days)
        customers = summarise_customers(orders, as_of=day)
        stage = assign_segments(customers, None, SegmentRules(**rules))["stage"].iloc[0]
        row = path[(path["start"] <= day) & (path["last"] >= day)]
        assert row["stage"].tolist() == [stage], day


def test_days_follow_each_other_without_a_gap():
    path = path_of(DAYS, END)
    following = [last + timedelta(days=1) for last in path["last"][:-1]]
    assert following == path["start"][1:].tolist()
    assert path["last"].iloc[-1] == END


def test_what_silence_brings_is_what_comes_when_nothing_comes():
    rules = SegmentRules()
    for orders, silence in ((1, 0), (1, 45), (2, 10), (3, 59), (4, 89), (7, 100), (90, 0)):
        ahead = stages_ahead(orders, silence, END, rules)
        first = END - timedelta(days=silence)
        later = stage_path(pd.Series([pd.Timestamp(first)] * orders), END + timedelta(days=400))
        come = later[later["start"] > END]
        assert ahead["stage"].tolist() == come["stage"].tolist()
        assert ahead["start"].tolist() == come["start"].tolist()


def test_nothing_is_ahead_of_who_has_lapsed():
    assert stages_ahead(1, 91, END).empty
    assert stages_ahead(1, 90, END)["stage"].tolist() == ["lapsed"]


def test_vip_is_the_last_stage_alone():
    moments = pd.Series(pd.to_datetime(["2024-12-01", "2024-12-20"]))
    path = stage_path(moments, END, is_vip=True)
    assert path["stage"].tolist() == ["new", "vip"]
    with pytest.raises(ValueError, match="without an order"):
        stage_path(moments[:0], END)
