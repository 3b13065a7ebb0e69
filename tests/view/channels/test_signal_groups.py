"""Groups by what customers say: the sentence above the chart, and its data."""

import pandas as pd

from retention.view.channels import signal_groups as section


def table(**verdicts):
    rates = {"Detractor": 0.2, "Passive": 0.4, "Promoter": 0.6, "No answer": 0.3}
    frame = pd.DataFrame(
        {
            "customers": [100, 80, 90, 400],
            "repeat_purchase_rate": list(rates.values()),
            "repeat_purchase_rate_low": [rate - 0.1 for rate in rates.values()],
            "repeat_purchase_rate_high": [rate + 0.1 for rate in rates.values()],
            "average": [0.4, 0.4, 0.4, None],
        },
        index=pd.Index(rates, name="group"),
    )
    return frame.assign(verdict=[verdicts.get(name, "no clear difference") for name in rates])


def test_the_sentence_names_the_best_and_the_worst_with_their_ranges():
    assert section._finding(table(Promoter="more", Detractor="less")) == (
        "**Promoter: 60% \\(50% to 70%\\) bought again.** Detractor: 20% \\(10% to 30%\\)."
    ).replace("\\", "")


def test_chance_and_too_little_data_are_said():
    assert "may be chance" in section._finding(table())
    thin = dict.fromkeys(("Detractor", "Passive", "Promoter"), "too little data")
    assert "Too little data" in section._finding(table(**thin))


def test_stars_and_groups_stand_in_their_own_order():
    stars = pd.Series([5.0, 1.0, 2.6, None], index=list("abcd"))
    assert section._groups(stars, "last_rating").cat.categories.tolist() == [
        "1 star",
        "3 stars",
        "5 stars",
    ]
    groups = pd.Series(["Promoter", "Detractor", None])
    assert section._groups(groups, "nps_group").cat.categories.tolist() == ["Detractor", "Promoter"]


def test_the_chart_draws_a_row_a_group_and_no_customer():
    chart = section.group_chart(table().reset_index()).to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert len(rows) <= 4
    # The rows to click, the average, the ranges and the rates.
    assert len(chart["layer"]) == 4
