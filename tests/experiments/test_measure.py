"""Measuring a campaign: counts by hand, published totals, what is too early, what it costs."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import retention
from retention import Campaign, CampaignTest, DataError, Message, Offer, Terms, measure_campaign
from retention.experiments.measure import FREE_MESSAGES, measure_test
from retention.experiments.outcomes import window_offers
from tests.experiments.examples import END, START, drawn, orders_of, store

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def no_effect():
    return store(lift=0.0)


@pytest.fixture(scope="module")
def with_effect():
    return store(customers=2_000, lift=0.12, seed=5)


def by_metric(frame):
    return frame.set_index("metric")


def test_means_and_the_difference_are_those_counted_by_hand(with_effect):
    orders, groups = with_effect
    result = measure_campaign(orders, groups, START, END, cost=0.1, margin=0.5)
    table = orders.table.to_pandas()
    inside = table[table["ordered_at"].between(pd.Timestamp(START), "2026-03-28 23:59:59")]
    group = groups.set_index("customer_id")["group"]
    plain = by_metric(result.groups[0].unadjusted)
    for name, column in (("addressed", "addressed"), ("held_out", "held_out")):
        members = group.index[group == name]
        theirs = inside[inside["customer_id"].isin(members)]
        assert plain.loc["bought", column] == pytest.approx(
            theirs["customer_id"].nunique() / len(members)
        )
        assert plain.loc["orders", column] == pytest.approx(len(theirs) / len(members))
        assert plain.loc["revenue", column] == pytest.approx(theirs["revenue"].sum() / len(members))
        cost = 0.1 if name == "addressed" else 0.0
        assert plain.loc["margin", column] == pytest.approx(
            0.5 * theirs["revenue"].sum() / len(members) - cost
        )
        assert plain.loc["order_value", column] == pytest.approx(theirs["revenue"].mean())
    for _, row in result.metrics.iterrows():
        assert row["difference"] == pytest.approx(row["addressed"] - row["held_out"])
        assert row["low"] < row["difference"] < row["high"]


def test_a_campaign_that_works_is_said_to_work(with_effect):
    result = measure_campaign(*with_effect, START, END, cost=0.05, share_held_out=0.3)
    assert (result.state, result.verdict) == ("finished", "worked")
    row = result.groups[0].row("bought")
    assert row["adjusted"]
    assert not row["by_draws"]
    assert row["p_value"] < 0.001
    size = result.customers["addressed"]
    extra = result.groups[0].extra("orders")
    assert extra.value == pytest.approx(result.groups[0].row("orders")["difference"] * size)
    assert result.gain.total.expected == pytest.approx(result.gain.per_customer.expected * size)
    assert result.gain.total.low > 0


def test_the_forecast_narrows_the_interval_and_moves_it_little(with_effect):
    result = measure_campaign(*with_effect, START, END)
    adjusted, plain = by_metric(result.metrics), by_metric(result.groups[0].unadjusted)
    for metric in ("bought", "orders", "revenue"):
        narrower = adjusted.loc[metric, "standard_error"] / plain.loc[metric, "standard_error"]
        assert narrower < 1
        assert adjusted.loc[metric, "low"] < plain.loc[metric, "difference"]
        assert adjusted.loc[metric, "high"] > plain.loc[metric, "difference"]
    assert result.explained > 0.02


def test_without_an_effect_nothing_is_proven(no_effect):
    result = measure_campaign(*no_effect, START, END, cost=0.02)
    assert result.verdict == "unclear"
    assert result.groups[0].row("orders")["p_value"] > 0.05


def test_an_offer_that_brings_nobody_is_a_loss(no_effect):
    orders, groups = no_effect
    result = measure_campaign(orders, groups, START, END, cost=0.6, offer=Offer("free_delivery", 5))
    assert result.verdict == "did_not"
    assert result.gain.total.high < 0
    assert "used the offer" in " ".join(result.assumptions)


def test_the_offer_comes_off_the_margin_of_buyers_once():
    rows = [(f"c{number}", dt.date(2026, 1, 5), 50.0) for number in range(40)]
    rows += [(f"c{number}", START + dt.timedelta(days=number), 40.0) for number in range(20)]
    rows += [("c1", END, 40.0), ("x", dt.date(2026, 5, 1), 1.0)]
    groups = drawn([f"c{number}" for number in range(40)], share=0.5, seed=2)
    result = measure_campaign(
        orders_of(rows), groups, START, END, margin=0.4, offer=Offer("percentage", 0.2)
    )
    margins = result.outcomes["margin"]
    addressed = groups.set_index("customer_id")["group"] == "addressed"
    paid = 40.0
    kept = 0.4 * paid - 0.6 * (paid * 0.2 / 0.8)
    for name in ("c2", "c5", "c8", "c11"):
        assert margins[name] == pytest.approx(kept if addressed[name] else 0.4 * paid)
    twice = 0.4 * 2 * paid - (0.6 * 10.0 if addressed["c1"] else 0.0)
    assert margins["c1"] == pytest.approx(twice)


@pytest.mark.parametrize(
    ("offer", "cost"),
    [
        (Offer("free_delivery", 5), 5.0),
        (Offer("points", 8, redeemed=0.5), 4.0),
        (Offer("amount", 6), 0.6 * 6),
        (Offer("percentage", 0.2), 0.6 * 40 * 0.2 / 0.8),
        (Offer(), 0.0),
    ],
)
def test_who_did_not_order_used_no_offer(offer, cost):
    names = [f"c{number}" for number in range(40)]
    rows = [(name, dt.date(2026, 1, 5), 50.0) for name in names]
    rows += [(name, START, 40.0) for name in names[:20]] + [("x", dt.date(2026, 5, 1), 1.0)]
    groups = drawn(names, share=0.5, seed=2)
    result = measure_campaign(orders_of(rows), groups, START, END, margin=0.4, offer=offer)
    frame = result.outcomes
    addressed = frame["group"] == "addressed"
    assert (frame.loc[frame["bought"] == 0, "margin"] == 0).all()
    bought = frame["bought"] == 1
    assert np.allclose(frame.loc[bought & addressed, "margin"], 0.4 * 40 - cost)
    assert np.allclose(frame.loc[bought & ~addressed, "margin"], 0.4 * 40)


def test_discounts_that_the_orders_know_count_in_both_groups():
    rows = [(f"c{number}", dt.date(2026, 1, 5), 50.0, 0.0) for number in range(40)]
    rows += [(f"c{n}", START, 40.0, 10.0 if n % 2 else 0.0) for n in range(20)]
    rows.append(("x", dt.date(2026, 5, 1), 1.0, 0.0))
    groups = drawn([f"c{number}" for number in range(40)], share=0.5, seed=2)
    result = measure_campaign(
        orders_of(rows, discount=0), groups, START, END, offer=Offer("amount", 10)
    )
    assert result.outcomes["margin"]["c1"] == pytest.approx(0.4 * 40 - 0.6 * 10)
    assert result.outcomes["margin"]["c2"] == pytest.approx(0.4 * 40)
    assert "read from the discounts" in " ".join(result.assumptions)


def test_the_money_off_of_a_window_is_counted_by_customer():
    rows = [("a", START, 40.0, 10.0), ("a", START, 30.0, 0.0), ("b", END, 20.0, 0.0)]
    rows += [("b", START - dt.timedelta(days=1), 5.0, 5.0), ("x", dt.date(2026, 5, 1), 1.0, 0.0)]
    found = window_offers(orders_of(rows, discount=0), START, END)
    assert found.loc["a"].tolist() == [2, 1, 10, 0]
    assert found.loc["b"].tolist() == [1, 0, 0, 0]
    assert "x" not in found.index


def test_messages_that_cost_nothing_are_said_to_be_assumed(no_effect):
    free = measure_campaign(*no_effect, START, END)
    assert FREE_MESSAGES in free.assumptions
    assert FREE_MESSAGES not in measure_campaign(*no_effect, START, END, cost=0.02).assumptions


def hillstrom(arm, visits, conversions, spend, size):
    """The published counts of one arm beside those of the control, as orders of one day.

    Kevin Hillstrom's e-mail test (2008): 21,306 without a mail, of whom 2,262 visited and 122
    bought for 13,908.33; 21,307 with the men's mail, 21,387 with the women's.
    """
    control = {"visits": 2_262, "conversions": 122, "spend": 13_908.33, "size": 21_306}
    arms = {
        "control": control,
        arm: {"visits": visits, "conversions": conversions, "spend": spend, "size": size},
    }
    groups = pd.DataFrame(
        {
            "customer_id": [f"{name}{n}" for name in arms for n in range(arms[name]["size"])],
            "group": [name for name in arms for _ in range(arms[name]["size"])],
        }
    )
    return arms, groups


@pytest.mark.parametrize(
    ("arm", "totals", "published"),
    [
        ("mens", (3_894, 267, 30_311.67, 21_307), (0.0766, 0.00681, 0.770)),
        ("womens", (3_238, 189, 23_038.11, 21_387), (0.0452, 0.00311, 0.424)),
    ],
)
def test_hillstroms_published_totals(arm, totals, published):
    arms, groups = hillstrom(arm, *totals)
    visits, conversion, spend = published

    def measured(what, amount):
        rows = [
            (f"{name}{n}", START, amount(counts) if amount else 1.0)
            for name, counts in arms.items()
            for n in range(counts[what])
        ]
        orders = orders_of([("x", dt.date(2026, 1, 1), 1.0), *rows, ("x", END + DAY, 1.0)])
        return by_metric(measure_campaign(orders, groups, START, END, control="control").metrics)

    assert measured("visits", None).loc["bought", "difference"] == pytest.approx(visits, abs=5e-5)
    bought = measured(
        "conversions", lambda counts: round(counts["spend"] / counts["conversions"], 4)
    )
    assert bought.loc["bought", "difference"] == pytest.approx(conversion, abs=5e-6)
    assert bought.loc["revenue", "difference"] == pytest.approx(spend, abs=6e-4)
    assert bought.loc["bought", "p_value"] < 0.001


def test_before_its_end_there_is_no_verdict_and_the_interval_is_wider(with_effect):
    orders, groups = with_effect
    finished = measure_campaign(orders, groups, START, END)
    running = measure_campaign(orders, groups, START, dt.date(2026, 6, 30))
    assert (running.state, running.verdict) == ("running", "too_early")
    assert running.day == (orders.end - START).days + 1
    assert running.metrics["p_value"].isna().all()
    row = by_metric(running.metrics).loc["bought"]
    width = (row["high"] - row["low"]) / row["standard_error"]
    assert width > 1.4 * 2 * 1.96
    assert finished.metrics["p_value"].notna().all()


def test_an_export_of_the_last_midday_brings_no_verdict(with_effect):
    orders, groups = with_effect
    # The export was made at noon of the last day: whoever orders in the evening is not in it.
    cut_at_noon = orders.end
    half = measure_campaign(orders, groups, START, cut_at_noon)
    assert (half.state, half.verdict) == ("running", "too_early")
    assert half.day == half.total_days
    assert half.metrics["p_value"].isna().all()
    days = next(check for check in half.checks if check.name == "Days of the test")
    assert days.status == "caution"
    whole = measure_campaign(orders, groups, START, cut_at_noon - DAY)
    assert (whole.state, whole.window.look_on) == ("finished", cut_at_noon)


def test_a_test_that_has_not_begun_has_nothing_to_show(no_effect):
    orders, groups = no_effect
    result = measure_campaign(orders, groups, dt.date(2026, 6, 1))
    assert (result.state, result.verdict, result.groups) == ("planned", "too_early", ())
    assert result.end == dt.date(2026, 6, 28)
    assert result.days.empty


def test_without_a_holdout_nothing_is_claimed(no_effect):
    orders, groups = no_effect
    everybody = groups.assign(group="addressed")
    result = measure_campaign(orders, everybody, START, END, control="")
    assert result.verdict == "no_holdout"
    assert {"bought", "expected_bought"} <= set(result.expected)
    with pytest.raises(DataError, match="Nobody was held out"):
        _ = result.metrics


def test_few_buyers_are_judged_by_the_draw():
    rng = np.random.default_rng(2)
    names = [f"c{number}" for number in range(1_000)]
    rows = [
        (name, dt.date(2025, 9, 1) + dt.timedelta(int(rng.integers(150))), 30) for name in names
    ]
    rows += [(name, START, float(rng.lognormal(4, 1))) for name in names[:14]]
    rows.append(("x", dt.date(2026, 5, 1), 1.0))
    result = measure_campaign(orders_of(rows), drawn(names, share=0.1), START, END)
    metrics = by_metric(result.metrics)
    assert metrics.loc[["bought", "orders", "revenue", "margin"], "by_draws"].all()
    assert not metrics.loc[["bought", "revenue"], "adjusted"].any()
    [buyers] = [check for check in result.checks if check.name == "Buyers among the held out"]
    assert buyers.status == "caution"


def test_several_groups_stand_beside_one_control(with_effect):
    orders, groups = with_effect
    half = groups["customer_id"].str[-1].isin(list("02468"))
    named = groups["group"].mask((groups["group"] == "addressed") & half, "second mail")
    result = measure_campaign(orders, groups.assign(group=named), START, END)
    assert {group.group for group in result.groups} == {"addressed", "second mail"}
    alone = measure_campaign(orders, groups[named != "second mail"], START, END)
    pair = next(group for group in result.groups if group.group == "addressed")
    wide = pair.row("bought")["high"] - pair.row("bought")["low"]
    assert wide > alone.groups[0].row("bought")["high"] - alone.groups[0].row("bought")["low"]


def test_orders_before_the_start_alone_make_the_covariate(with_effect):
    orders, groups = with_effect
    customers = retention.summarise_customers(orders, as_of=START - dt.timedelta(days=1))
    model = retention.fit_cltv(customers)
    result = measure_campaign(orders, groups, START, END, forecast=model)
    scores = retention.predict_cltv(model, customers, horizon_days=28, annual_discount_rate=0.0)
    expected = scores["expected_orders"].reindex(result.outcomes.index).fillna(0)
    assert np.allclose(result.outcomes["expected_orders"], expected)


def test_a_forecast_that_knows_the_window_is_not_used(with_effect):
    orders, groups = with_effect
    later = retention.fit_cltv(retention.summarise_customers(orders))
    result = measure_campaign(orders, groups, START, END, forecast=later)
    assert "test's own days" in result.without_forecast or later.today is None


def test_a_coupon_order_is_no_new_habit(with_effect):
    """Over a year the extra order counts, and no higher pace than before."""
    orders, groups = with_effect
    result = measure_campaign(orders, groups, START, END)
    frame = result.outcomes
    per_order = frame.loc[frame["bought"] > 0, "later_orders"].mean()
    rate = frame.loc[frame["bought"] > 0, "expected_orders"].mean() / 28 * 337
    assert per_order < 1.6 * rate


def test_messages_stop_at_the_order(with_effect):
    orders, groups = with_effect
    campaign = Campaign(
        "Reminder",
        messages=(Message(0), Message(7), Message(14)),
        terms=Terms(contact_cost=0.5, margin=0.4),
        holdout_share=0.3,
    )
    test = CampaignTest(campaign, groups, START, END)
    result = measure_test(orders, test)
    free = measure_test(
        orders, CampaignTest(Campaign("Free", holdout_share=0.3), groups, START, END)
    )
    cost = (
        free.groups[0].unadjusted.set_index("metric").loc["margin", "addressed"]
        - (result.groups[0].unadjusted.set_index("metric").loc["margin", "addressed"])
    )
    first = result.outcomes.loc[result.outcomes["group"] == "addressed", "first_day"]
    sent = (first.isna() | (first >= 14)) * 1 + (first.isna() | (first >= 7)) * 1 + 1
    assert cost == pytest.approx(0.5 * sent.mean())


def test_who_never_ordered_counts_with_nothing(with_effect):
    orders, groups = with_effect
    strangers = pd.DataFrame({"customer_id": ["n1", "n2"], "group": ["addressed", "held_out"]})
    result = measure_campaign(orders, pd.concat([groups, strangers]), START, END)
    assert result.strangers == 2
    assert result.outcomes.loc["n1", ["bought", "orders", "revenue"]].tolist() == [0, 0, 0]
    assert result.outcomes.loc["n1", "expected_orders"] == 0


def test_who_ordered_before_is_known_also_where_no_forecast_can_be_made():
    rows = [(f"c{number}", START - dt.timedelta(days=9), 20.0) for number in range(6)]
    rows.append(("x", dt.date(2026, 5, 1), 1.0))
    groups = drawn([f"c{number}" for number in range(6)] + ["n"], share=0.5, seed=2)
    result = measure_campaign(orders_of(rows), groups, START, END)
    assert result.without_forecast
    assert result.strangers == 1


def test_orders_without_amounts_measure_orders_alone(with_effect):
    orders, groups = with_effect
    bare = retention.read_orders(
        orders.table.to_pandas()[["order_id", "customer_id", "ordered_at"]],
        columns={"revenue": None},
    )
    result = measure_campaign(bare, groups, START, END)
    assert list(result.metrics["metric"]) == ["bought", "orders"]
    assert result.gain is None
    assert result.verdict == "worked"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g.rename(columns={"group": "arm"}), "customer_id and group"),
        (lambda g: pd.concat([g, g.iloc[:2]]), "2 customers of the groups stand twice"),
        (lambda g: g.assign(group="addressed"), "there must be 'held_out'"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(no_effect, change, words):
    orders, groups = no_effect
    with pytest.raises(DataError, match=words):
        measure_campaign(orders, change(groups), START, END)


def test_days_that_do_not_fit_are_refused_or_told(no_effect):
    orders, groups = no_effect
    with pytest.raises(DataError, match="before it starts"):
        measure_campaign(orders, groups, END, START)
    early = measure_campaign(orders, groups, orders.start - dt.timedelta(days=9), END)
    assert early.checks[0].status in ("bad", "unknown")
    assert early.without_forecast
    assert not early.metrics["adjusted"].any()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_another_draw_without_an_effect_finds_differences_around_zero(no_effect, seed):
    orders, groups = no_effect
    redrawn = drawn(groups["customer_id"], share=0.4, seed=seed)
    result = measure_campaign(orders, redrawn, START, END)
    row = result.groups[0].row("orders")
    # The window's buyers were made with one draw; in any other the effect is none.
    assert abs(row["difference"]) < 5 * row["standard_error"]


def test_days_add_up_to_the_whole(with_effect):
    result = measure_campaign(*with_effect, START, END)
    last = result.days[result.days["day"] == 28].set_index("group")
    plain = by_metric(result.groups[0].unadjusted).loc["bought"]
    assert last.loc["addressed", "bought"] == pytest.approx(plain["addressed"])
    assert last.loc["held_out", "bought"] == pytest.approx(plain["held_out"])
    assert (result.days.groupby("group")["bought"].diff().dropna() >= 0).all()
