"""The RFM grid: scores by fifths and own cut points, eleven names, and what groups amount to."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    RFM_CELLS,
    RFM_GROUPS,
    DataError,
    RfmRules,
    fit_cltv,
    predict_cltv,
    rfm,
    rfm_cut_points,
    rfm_grid,
    rfm_table,
    summarise_customers,
    value_uncertainty,
)
from retention.segments.rfm import CONVENTIONAL_NAMES, SCORES, present_name
from retention.segments.rfm_totals import (
    CELLS,
    PLACES,
    members,
    place_rfm,
    prepare_rfm,
    summarise_rfm,
)
from tests.support.sample_store import shared_sample

calm = settings(max_examples=60)
COLUMNS = ["recency_score", "frequency_score", "monetary_score"]


def customers_of(days, orders, revenue):
    n = len(days)
    return pd.DataFrame(
        {"recency": 0, "T": days, "orders": orders, "revenue": np.asarray(revenue, float)},
        index=pd.Index([f"c{i}" for i in range(n)], name="customer_id"),
    )


@pytest.fixture(scope="module")
def cdnow():
    customers = summarise_customers(shared_sample("cdnow"))
    model = fit_cltv(customers)
    return customers, predict_cltv(model, customers), value_uncertainty(model, customers)


# --- scores ---------------------------------------------------------------------------------------
# --------------------


def test_fifths_of_ten_different_customers_are_two_each():
    customers = customers_of(range(0, 100, 10), range(1, 11), range(100, 0, -10))
    labels = rfm(customers)
    assert labels["recency_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert labels["frequency_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert labels["monetary_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    # (1 + 5) / 2 = 3 everywhere: the mean of the two that run against each other.
    assert labels["group"].tolist()[::2] == [
        "Recent and frequent",
        "Recent and rising",
        "Recent and rising",
        "Need attention",
        "Slipping away",
    ]


def test_customers_who_tie_share_the_lower_score_and_nobody_fills_the_gap():
    # Six of ten ordered once: nobody is worse than they are. The next beat six tenths, three
    # fifths: a 4.
    customers = customers_of([5] * 10, [1] * 6 + [2, 2, 3, 9], [10.0] * 10)
    labels = rfm(customers)
    assert labels["frequency_score"].tolist() == [1] * 6 + [4, 4, 5, 5]
    assert set(labels["recency_score"]) == set(labels["monetary_score"]) == {1}
    cuts = rfm_cut_points(customers)
    assert cuts.orders == (2.0, 2.0, 2.0, 3.0)
    assert cuts.days == (-math.inf,) * 4
    assert cuts.revenue == (math.inf,) * 4


def test_halves_of_the_mean_are_rounded_up():
    rules = RfmRules(days=(10, 20, 30, 40), orders=(2, 3, 4, 5), revenue=(20, 30, 40, 50))
    labels = rfm(customers_of([5, 5, 45], [1, 4, 1], [20, 50, 10]), rules)
    assert labels[COLUMNS].to_numpy().tolist() == [[5, 1, 2], [5, 4, 5], [1, 1, 1]]
    assert labels["group"].tolist() == ["Recent and rising", "Champions", "Lost"]


def test_own_cut_points_belong_to_the_better_score():
    rules = RfmRules(days=(30, 60, 120, 240), orders=(2, 3, 4, 6), revenue=(25, 50, 100, 200))
    labels = rfm(customers_of([30, 31, 240, 241], [1, 2, 5, 6], [24.99, 25, 199.99, 200]), rules)
    assert labels["recency_score"].tolist() == [5, 4, 2, 1]
    assert labels["frequency_score"].tolist() == [1, 2, 4, 5]
    assert labels["monetary_score"].tolist() == [1, 2, 4, 5]


def test_own_cut_points_of_one_measure_leave_the_others_in_fifths():
    customers = customers_of(range(0, 100, 10), range(1, 11), range(100, 0, -10))
    own, fifths = rfm(customers, RfmRules(orders=(2, 3, 4, 5))), rfm(customers)
    assert own["frequency_score"].tolist() == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]
    assert own[["recency_score", "monetary_score"]].equals(
        fifths[["recency_score", "monetary_score"]]
    )


def test_scores_are_shares_of_customers_who_are_strictly_worse(cdnow):
    # An independent way: pandas ranks, exact in whole numbers.
    customers = cdnow[0]
    n, labels = len(customers), rfm(customers)
    for column, values in (
        ("recency_score", -(customers["T"] - customers["recency"])),
        ("frequency_score", customers["orders"]),
        ("monetary_score", customers["revenue"]),
    ):
        worse = values.rank(method="min").astype(int) - 1
        expected = 1 + sum((5 * worse >= k * n).astype(int) for k in (1, 2, 3, 4))
        assert labels[column].tolist() == expected.tolist()
    mean = np.floor((labels["frequency_score"] + labels["monetary_score"]) / 2 + 0.5).astype(int)
    names = [RFM_CELLS[cell] for cell in zip(labels["recency_score"], mean, strict=True)]
    assert labels["group"].tolist() == names


@calm
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(-2, 6)), min_size=1, max_size=60
    ),
    st.one_of(
        st.none(), st.lists(st.integers(0, 8), min_size=4, max_size=4).map(sorted).map(tuple)
    ),
)
def test_better_never_scores_less_and_equal_scores_equal(rows, cuts):
    customers = customers_of(*zip(*rows, strict=True))
    rules = RfmRules(days=cuts, orders=cuts, revenue=cuts)
    labels = rfm(customers, rules)
    for column, values, sign in (
        ("recency_score", customers["T"], -1),
        ("frequency_score", customers["orders"], 1),
        ("monetary_score", customers["revenue"], 1),
    ):
        by_value = labels.groupby(values.to_numpy())[column]
        assert (by_value.nunique() == 1).all()
        assert (sign * by_value.first().diff().dropna() >= 0).all()
    assert labels["group"].notna().all()
    # What the rules come to cuts the same.
    assert rfm(customers, rfm_cut_points(customers, rules)).equals(labels)


def test_one_customer_beats_nobody():
    labels = rfm(customers_of([3], [7], [500.0]))
    assert labels[COLUMNS].to_numpy().tolist() == [[1, 1, 1]]


def test_no_customers_have_no_scores():
    assert rfm(customers_of([], [], [])).empty


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"days": (30, 20, 60, 90)}, "ascend"),
        ({"orders": (2, 3, 4)}, "four cut points"),
        ({"orders": 5}, "four cut points"),
        ({"revenue": (1, 2, 3, math.nan)}, "number"),
        ({"revenue": (1, 2, 3, "4")}, "number"),
        ({"days": (True, 2, 3, 4)}, "number"),
    ],
)
def test_rules_say_what_is_wrong(rules, words):
    with pytest.raises(DataError, match=words):
        RfmRules(**rules)


def test_a_missing_or_broken_column_is_named():
    customers = customers_of([1, 2], [1, 1], [1.0, 2.0])
    with pytest.raises(DataError, match="'revenue'"):
        rfm(customers.drop(columns="revenue"))
    with pytest.raises(DataError, match="1 of 2 customers"):
        rfm(customers.assign(revenue=[1.0, math.nan]))


# --- names ----------------------------------------------------------------------------------------
# --------------------


def test_every_cell_has_one_of_eleven_names():
    assert set(RFM_CELLS) == {(recency, mean) for recency in SCORES for mean in SCORES}
    assert set(RFM_CELLS.values()) == set(RFM_GROUPS)
    assert len(RFM_GROUPS) == 11
    counts = pd.Series(RFM_CELLS.values()).value_counts()
    assert counts[
        [
            "Champions",
            "Recent and frequent",
            "Recent and rising",
            "Need attention",
            "Slipping away",
        ]
    ].tolist() == [3, 4, 4, 3, 3]


def test_names_of_the_convention_are_understood():
    assert set(CONVENTIONAL_NAMES) < set(RFM_GROUPS)
    assert not set(CONVENTIONAL_NAMES.values()) & set(RFM_GROUPS)
    assert [present_name(name) for name in ("Loyal", "Champions")] == [
        "Recent and frequent",
        "Champions",
    ]
    places = np.arange(PLACES)
    assert members(places, "At risk").tolist() == members(places, "Slipping away").tolist()


def test_the_corners_are_what_they_are_called():
    assert RFM_CELLS[5, 5] == "Champions"
    assert RFM_CELLS[5, 1] == "Recent beginners"
    assert RFM_CELLS[1, 5] == "Cannot lose them"
    assert RFM_CELLS[1, 1] == "Lost"
    assert RFM_CELLS[3, 3] == "Recent and rising"


# --- what groups amount to
# --------------------------------------------------------------------------------------------


def test_groups_and_cells_add_up_to_plain_sums(cdnow):
    customers, scores, uncertainty = cdnow
    labels = rfm(customers)
    groups, cells = (
        rfm_table(labels, customers, scores, uncertainty),
        rfm_grid(labels, customers, scores, uncertainty),
    )
    plain = customers.assign(
        group=labels["group"],
        value=scores["cltv"],
        days=customers["T"] - customers["recency"],
        once=customers["orders"] == 1,
        recency_score=labels["recency_score"],
        mean_score=-(-(labels["frequency_score"].astype(int) + labels["monetary_score"]) // 2),
    )
    for table, by in ((groups, "group"), (cells, ["recency_score", "mean_score"])):
        found = plain.groupby(by, observed=True)
        expected = found.agg(
            customers=("orders", "size"),
            revenue=("revenue", "sum"),
            expected_value=("value", "sum"),
            median_days=("days", "median"),
            ordered_once=("once", "mean"),
        )
        shown = table[table["customers"] > 0]
        assert len(shown) == len(expected)
        for column in expected:
            assert shown[column].to_numpy(float) == pytest.approx(
                expected.reindex(shown.index)[column].to_numpy(float)
            )
    assert groups["customers"].sum() == cells["customers"].sum() == len(customers)
    assert groups[
        ["customer_share", "revenue_share", "expected_value_share"]
    ].sum().tolist() == pytest.approx([1, 1, 1])
    assert (
        cells.groupby("group", observed=False)["customers"].sum().tolist()
        == groups["customers"].tolist()
    )
    assert list(cells.index) == list(CELLS)


def test_ranges_are_those_of_the_groups_customers(cdnow):
    customers, scores, uncertainty = cdnow
    labels = rfm(customers)
    table = rfm_table(labels, customers, scores, uncertainty)
    for group in RFM_GROUPS:
        total = uncertainty.total((labels["group"] == group).to_numpy())
        row = table.loc[group]
        assert row["expected_value"] == pytest.approx(total.expected)
        assert (row["expected_value_low"], row["expected_value_high"]) == pytest.approx(
            (total.low, total.high)
        )


def test_without_scores_there_is_no_value(cdnow):
    customers = cdnow[0]
    table = rfm_table(rfm(customers), customers)
    assert table[["expected_value", "expected_value_share"]].isna().all(axis=None)
    assert table["customers"].sum() == len(customers)
    assert "expected_value_low" not in table


def test_a_moved_cut_point_changes_what_the_labels_would(cdnow):
    customers, scores, uncertainty = cdnow
    inputs = prepare_rfm(customers, scores, uncertainty)
    for rules in (
        RfmRules(),
        RfmRules(days=(30, 60, 90, 180)),
        RfmRules((9, 9, 9, 400), (2, 3, 4, 5), (20, 50, 100, 200)),
    ):
        labels = rfm(customers, rules)
        places = place_rfm(inputs, rules)
        groups, cells = summarise_rfm(inputs, places)
        pd.testing.assert_frame_equal(groups, rfm_table(labels, customers, scores, uncertainty))
        pd.testing.assert_frame_equal(cells, rfm_grid(labels, customers, scores, uncertainty))
        for group in RFM_GROUPS:
            assert (members(places, group) == (labels["group"] == group)).all()
        assert members(places).all()
        assert members(places, cell=(5, 5)).sum() == cells.loc[(5, 5), "customers"]


def test_labels_of_others_are_refused(cdnow):
    customers, scores, _ = cdnow
    labels = rfm(customers)
    with pytest.raises(DataError, match="do not belong"):
        rfm_table(labels.iloc[1:], customers)
    with pytest.raises(DataError, match="recency_score"):
        rfm_table(labels[["group"]], customers)
    shuffled = labels.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        rfm_table(shuffled, customers, scores), rfm_table(labels, customers, scores)
    )
