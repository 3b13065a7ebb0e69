"""The sample store's campaigns: fair groups, known effects, and orders like all others."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from retention import (
    assign_segments,
    customer_hashes,
    sample_file,
    sample_orders,
    summarise_customers,
)
from retention.random_draws import draws
from retention.samples import campaigns, store as store_module, world
from retention.samples.data_sets import store_campaigns
from tests.support.sample_store import KEPT, read_store


@pytest.fixture(scope="module")
def sent():
    return store_campaigns()


@pytest.fixture(scope="module")
def worked(sent):
    return sent[0]


@pytest.fixture(scope="module")
def failed(sent):
    return sent[1]


@pytest.fixture(scope="module")
def without_campaigns() -> pd.DataFrame:
    """The store's file as it would be if it had sent nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "campaigns_of", lambda *_: ())
        return read_store(sample_file("store"))


@pytest.fixture(scope="module")
def brought(store, without_campaigns) -> pd.DataFrame:
    """The rows that are there because of the campaigns."""
    columns = store.columns.drop("Order ID").tolist()
    both = store.merge(without_campaigns[columns], on=columns, how="outer", indicator=True)
    assert not (both["_merge"] == "right_only").any()
    return both[both["_merge"] == "left_only"]


def buyers(sent_campaign, kept) -> pd.DataFrame:
    """How many customers each group has, and how many of them ordered in the window."""
    truth, groups = sent_campaign
    day = kept["Order date"].dt.date
    bought = kept.loc[day.between(truth.start, truth.end), "Customer e-mail"]
    table = groups.assign(bought=groups["customer_id"].isin(bought)).groupby("group")["bought"]
    return table.agg(["size", "sum", "mean"])


def comparison(sent_campaign, kept) -> tuple[float, float]:
    """The lift that a comparison of both shares finds, and its z-value."""
    table = buyers(sent_campaign, kept)
    addressed, held_out = table.loc["addressed"], table.loc["held_out"]
    pooled = table["sum"].sum() / table["size"].sum()
    error = np.sqrt(pooled * (1 - pooled) * (1 / addressed["size"] + 1 / held_out["size"]))
    difference = addressed["mean"] - held_out["mean"]
    return difference / (1 - held_out["mean"]), difference / error


# --- what they did


def test_the_reminder_worked_and_the_points_did_not(worked, failed, kept):
    assert worked.truth.lift > 0 == failed.truth.lift
    lift, z = comparison(worked, kept)
    assert lift == pytest.approx(worked.truth.lift, abs=0.02)
    assert z > 3
    assert abs(comparison(failed, kept)[1]) < 1


def test_the_reminder_earns_more_than_it_costs_and_the_points_cost_more_than_they_bring(
    worked, failed, kept
):
    gains = []
    for truth, groups in (worked, failed):
        window = kept[kept["Order date"].dt.date.between(truth.start, truth.end)]
        net = (window["Total"] - window["Refunded amount"]).groupby(window["Customer e-mail"]).sum()
        revenue = net.reindex(groups["customer_id"]).fillna(0.0).to_numpy()
        points = truth.points * groups["customer_id"].isin(net.index).to_numpy()
        is_addressed = (groups["group"] == "addressed").to_numpy()
        margin = 0.4 * revenue - np.where(is_addressed, points, 0.0)
        difference = margin[is_addressed].mean() - margin[~is_addressed].mean()
        error = np.sqrt(
            margin[is_addressed].var() / is_addressed.sum()
            + margin[~is_addressed].var() / (~is_addressed).sum()
        )
        cost = truth.contact_cost * len(truth.messages)
        gains.append(((difference - cost) / error, difference - cost))
    assert gains[0][0] > 2
    assert gains[0][1] > 0
    assert gains[1][0] < -2
    assert gains[1][1] < 0


def test_all_other_orders_are_those_of_a_store_without_campaigns(store, without_campaigns, brought):
    assert len(store) - len(without_campaigns) == len(brought) == 78


def test_only_addressed_customers_who_would_not_have_ordered_were_brought(
    worked, without_campaigns, brought
):
    truth, groups = worked
    window = without_campaigns[
        without_campaigns["Order date"].dt.date.between(truth.start, truth.end)
        & without_campaigns["Status"].isin(KEPT)
    ]
    addressed = groups.loc[groups["group"] == "addressed", "customer_id"]
    idle = addressed[~addressed.isin(window["Customer e-mail"])]
    assert brought["Customer e-mail"].is_unique
    assert brought["Customer e-mail"].isin(idle).all()
    assert brought["Order date"].dt.date.between(truth.start, truth.end).all()
    assert binomtest(len(brought), len(idle), truth.lift).pvalue > 0.05


def test_orders_of_a_campaign_are_like_all_others(kept, brought):
    day = kept["Order date"].dt.date
    summer = kept[
        day.between(dt.date(2026, 8, 1), dt.date(2026, 9, 30))
        & (kept["Category"] != world.SUBSCRIPTION.category)
    ]
    assert set(brought["Status"]) <= set(KEPT)
    assert set(brought["Product"]) <= set(summer["Product"])
    assert set(brought["Coupon"]) <= {"", "SUMMER25", "THANKS15"}
    for column in ("Total", "Quantity"):
        error = summer[column].std() / np.sqrt(len(brought))
        assert abs(brought[column].mean() - summer[column].mean()) < 3 * error
    assert (brought["Discount"] > 0).mean() == pytest.approx(
        (summer["Discount"] > 0).mean(), abs=0.15
    )
    # Most answer in the days after a message, and nobody after the end.
    days = brought["Order date"].dt.date - dt.date(2026, 8, 17)
    assert (days < dt.timedelta(21)).mean() > 0.75


# --- who was in them


def test_groups_can_be_drawn_again_from_the_name(sent):
    for truth, groups in sent:
        ids = pd.Index(groups["customer_id"], dtype=object)
        is_held_out = draws(customer_hashes(ids), truth.name) < truth.holdout_share
        assert ((groups["group"] == "held_out") == is_held_out).all()
        held_out = int(is_held_out.sum())
        assert binomtest(held_out, len(groups), truth.holdout_share).pvalue > 0.05


def test_groups_are_alike_before_the_start(sent, kept):
    for truth, groups in sent:
        before = kept[kept["Order date"].dt.date < truth.start].groupby("Customer e-mail")
        start = pd.Timestamp(truth.start)
        known = {
            "orders": before.size(),
            "revenue": before["Total"].sum(),
            "days since": (start - before["Order date"].max()).dt.days,
        }
        is_addressed = (groups["group"] == "addressed").to_numpy()
        for values in known.values():
            each = values[groups["customer_id"]].to_numpy(dtype=float)
            parts = each[is_addressed], each[~is_addressed]
            error = np.sqrt(sum(part.var() / len(part) for part in parts))
            assert abs(parts[0].mean() - parts[1].mean()) < 1.5 * error


def test_a_customer_is_in_one_campaign_and_may_be_mailed(sent, store):
    ids = pd.concat([groups["customer_id"] for _, groups in sent])
    assert ids.is_unique
    consent = store.groupby("Customer e-mail")["Accepts marketing"].first()
    assert (consent[ids] == "yes").all()


def test_audiences_are_the_segments_that_the_campaign_names_before_its_start(sent):
    orders = sample_orders("store")
    stages = {"At risk": "at_risk", "Lapsed": "lapsed"}
    stages |= {"Repeat": "repeat", "Loyal": "loyal", "VIP": "vip"}
    for truth, groups in sent:
        customers = summarise_customers(orders, as_of=truth.start - dt.timedelta(days=1))
        labels = assign_segments(customers, None).reindex(groups["customer_id"])
        assert labels["stage"].notna().all()
        assert set(labels["stage"]) <= {stages[name] for name in truth.segments}


def test_both_have_ended_and_the_groups_are_large_enough(sent):
    assert [len(groups) for _, groups in sent] == [2_259, 950]
    assert all(truth.end < dt.date(2026, 10, 31) for truth, _ in sent)
    assert [truth.days for truth, _ in sent] == [28, 30]


# --- other stores


def test_small_and_short_stores_have_sent_none():
    assert store_campaigns(customers=campaigns.FEWEST_CUSTOMERS - 1) == ()
    assert store_campaigns(end="2026-09-12") == ()
    assert store_campaigns(start="2025-01-01") == ()
    assert len(store_campaigns(end="2026-10-19")) == 1


def test_a_store_that_ends_on_a_campaigns_last_day_may_not_hold_it_whole():
    assert store_campaigns(end="2026-09-13") == ()
    assert len(store_campaigns(end="2026-09-14")) == 1
    assert len(store_campaigns(end="2026-10-20")) == 1
    assert len(store_campaigns(end="2026-10-21")) == 2


def test_groups_grow_with_the_store_and_another_seed_has_others(worked):
    half = store_campaigns(customers=6_000)[0].groups
    assert len(half) == pytest.approx(len(worked.groups) / 2, rel=0.1)
    other = store_campaigns(seed=2)[0].groups
    assert len(other) == pytest.approx(len(worked.groups), rel=0.1)
    assert set(other["customer_id"]) != set(worked.groups["customer_id"])
