"""The sample store tells its stories and follows its tabled truth, for any choice of options."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import hyp2f1

from retention import DataError, sample_file
from retention.samples.world import CHANNELS, PRODUCTS, SUBSCRIPTION
from tests.support.sample_store import END, KEPT, read_store


@pytest.fixture(scope="module")
def one_offs(kept) -> pd.DataFrame:
    """One row per customer, subscription left out: channel, first day and category, repeat days."""
    orders = kept[kept["Category"] != SUBSCRIPTION.category]
    orders = orders.assign(day=orders["Order date"].dt.normalize())
    grouped = orders.groupby("Customer e-mail")
    return pd.DataFrame(
        {
            "channel": grouped["Channel"].first(),
            "first": grouped["day"].min(),
            "repeats": grouped["day"].nunique() - 1,
            "first_category": grouped["Category"].first(),
        }
    )


# --- the store's size and shape


def test_the_store_stays_the_same_from_version_to_version(store, kept):
    assert len(store) == 38_616
    assert kept["Customer e-mail"].nunique() == 12_000
    assert round(store["Total"].sum() * 100) == 142_583_619


def test_one_row_per_order_oldest_first_within_the_dates(store):
    assert store["Order ID"].is_unique
    assert store["Order date"].is_monotonic_increasing
    assert store["Order date"].dt.date.min() == pd.Timestamp("2023-11-01").date()
    assert store["Order date"].dt.date.max() == END.date()
    assert set(store["Currency"]) == {"USD"}


def test_money_adds_up(store):
    credit = store["Status"] == "Credit note"
    assert (store.loc[~credit, "Total"] > 0).all()
    assert (store.loc[credit, "Total"] < 0).all()
    assert (store["Discount"] >= 0).all()
    assert ((store["Discount"] > 0) <= (store["Coupon"] != "")).all()
    assert (store.loc[~credit, "Refunded amount"] <= store.loc[~credit, "Total"]).all()
    full = store["Status"] == "Refunded"
    assert (store.loc[full, "Refunded amount"] == store.loc[full, "Total"]).all()
    assert (
        store.loc[~store["Status"].isin(["Refunded", "Partially refunded"]), "Refunded amount"] == 0
    ).all()


# --- the stories


def test_every_kind_of_row_a_shop_exports_is_there(store):
    share = store["Status"].value_counts(normalize=True)
    assert set(share.index) == {*KEPT, "Cancelled", "Payment failed", "Credit note"}
    assert 0.01 < share["Cancelled"] < 0.03
    assert (store["Status"] == "Credit note").sum() >= 20
    assert 0.005 < (store["Customer e-mail"] == "").mean() < 0.03


def test_refunds_are_a_small_part_and_gear_comes_back_most(kept):
    assert 0.015 < kept["Refunded amount"].sum() / kept["Total"].sum() < 0.04
    refunded = (kept["Refunded amount"] > 0).groupby(kept["Category"]).mean()
    assert refunded["Brewing gear"] > 3 * refunded["Coffee"]


def test_channels_differ_in_repeat_rate_and_value(kept, one_offs):
    repeat = (one_offs["repeats"] > 0).groupby(one_offs["channel"]).mean()
    assert (
        repeat["Referral"]
        > 0.6
        > repeat["Organic search"]
        > 0.4
        > repeat["Paid social"]
        > repeat["Marketplace"]
    )
    assert 0.35 < (one_offs["repeats"] > 0).mean() < 0.5
    value = kept["Total"].groupby(kept["Channel"]).sum() / one_offs["channel"].value_counts()
    assert value["Referral"] > 4 * value["Marketplace"]


def test_late_paid_social_customers_come_back_less(kept, one_offs):
    # Within 60 days of the first order, so that old and new customers are judged alike.
    social = one_offs[
        (one_offs["channel"] == "Paid social") & (one_offs["first"] <= END - pd.Timedelta(days=60))
    ]
    late = social["first"] > END - pd.Timedelta(days=270)
    assert late.sum() > 400
    since = (
        kept["Order date"].dt.normalize() - kept["Customer e-mail"].map(social["first"])
    ).dt.days
    back = social.index.isin(kept.loc[since.between(1, 60), "Customer e-mail"])
    assert back[late].mean() < 0.75 * back[~late].mean()


def test_november_and_december_peak_and_summer_dips(kept):
    by_month = kept.groupby(kept["Order date"].dt.to_period("M")).size()
    winter, summer, spring = (
        by_month[months].mean()
        for months in (["2025-11", "2025-12"], ["2025-07", "2025-08"], ["2025-03", "2025-04"])
    )
    assert winter > 1.6 * summer
    assert summer < spring
    sale = kept["Order date"].dt.date.eq(pd.Timestamp("2025-11-28").date()).sum()
    week_before = kept["Order date"].dt.date.eq(pd.Timestamp("2025-11-21").date()).sum()
    assert sale > 1.4 * week_before


def test_the_shop_grows(kept):
    first = kept.groupby("Customer e-mail")["Order date"].min()
    intake = first.groupby(first.dt.year).size()
    assert intake[2025] > 1.1 * intake[2024]
    revenue = kept["Total"].groupby(kept["Order date"].dt.to_period("Y")).sum()
    assert revenue["2025"] > 1.4 * revenue["2024"]


def test_discount_shoppers_and_full_price_customers_are_both_many(kept):
    sums = kept.groupby("Customer e-mail")[["Discount", "Total"]].sum()
    share = sums["Discount"] / sums.sum(axis=1)
    assert 0.4 < (share == 0).mean() < 0.7
    assert (share > 0.12).mean() > 0.1


def test_loyal_customers_begin_with_what_is_used_up(one_offs):
    repeat = (one_offs["repeats"] > 0).groupby(one_offs["first_category"]).mean()
    assert (
        min(repeat["Coffee"], repeat["Tea"])
        > max(repeat["Brewing gear"], repeat["Mugs and storage"]) + 0.08
    )


def test_the_subscription_comes_about_monthly_at_one_price(kept):
    deliveries = kept[kept["Category"] == SUBSCRIPTION.category]
    assert 0.1 < len(deliveries) / len(kept) < 0.2
    by_customer = deliveries.groupby("Customer e-mail")
    gaps = by_customer["Order date"].diff().dt.total_seconds().dropna() / 86_400
    assert gaps.median() == pytest.approx(SUBSCRIPTION.every_days, abs=0.5)
    assert gaps.between(24, 36).mean() > 0.999
    assert (by_customer["Total"].nunique() == 1).all()
    assert set(deliveries["Total"]) == set(SUBSCRIPTION.prices)


def test_few_customers_hold_much_of_the_revenue_and_many_have_lapsed(kept):
    revenue = kept.groupby("Customer e-mail")["Total"].sum().sort_values(ascending=False)
    assert 0.4 < revenue.head(1_200).sum() / revenue.sum() < 0.65
    quiet = (END - kept.groupby("Customer e-mail")["Order date"].max()).dt.days
    assert (quiet > 365).mean() > 0.25
    assert (quiet < 60).mean() > 0.1


def test_every_product_is_sold(store):
    assert set(store["Product"]) == {each.name for each in PRODUCTS} | {SUBSCRIPTION.product}


# --- the truth


@pytest.mark.parametrize(
    "channel", [each for each in CHANNELS if not each.late_process], ids=lambda each: each.name
)
def test_the_data_follow_the_tabled_process(one_offs, channel):
    customers = one_offs[one_offs["channel"] == channel.name]
    days = (END - customers["first"]).dt.days.to_numpy() + 0.5
    truth = channel.process
    one_time = ((truth.alpha / (truth.alpha + days)) ** truth.r).mean()
    error = np.sqrt(one_time * (1 - one_time) / len(customers))
    # Two extra hundredths: the days are calendar days here, the shop's seasons make some of them
    # longer.
    assert abs((customers["repeats"] == 0).mean() - one_time) < 3 * error + 0.02
    a, b = truth.a, truth.b
    expected = (a + b - 1) / (a - 1) * (
        1 - (truth.alpha / (truth.alpha + days)) ** truth.r
        * hyp2f1(truth.r, b, a + b - 1, days / (truth.alpha + days))
    )  # fmt: skip
    error = customers["repeats"].std() / np.sqrt(len(customers))
    assert abs(customers["repeats"].mean() - expected.mean()) < 3 * error + 0.02 * expected.mean()


@pytest.mark.parametrize(
    "channel", [each for each in CHANNELS if not each.late_process], ids=lambda each: each.name
)
def test_order_values_follow_the_tabled_process(kept, channel):
    first = kept[(kept["Channel"] == channel.name) & (kept["Category"] != SUBSCRIPTION.category)]
    first = first.drop_duplicates("Customer e-mail")["Total"]
    truth = channel.process
    expected = truth.p * truth.v / (truth.q - 1)
    assert abs(first.mean() - expected) < 4 * first.std() / np.sqrt(len(first))


# --- options


def test_same_seed_same_file_other_seed_other_file():
    once, again, other = (sample_file("store", customers=300, seed=seed) for seed in (4, 4, 5))
    assert once == again
    assert once != other


@settings(max_examples=25)
@given(
    customers=st.integers(1, 80),
    seed=st.integers(0, 2**32 - 1),
    start=st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2040-01-01").date()),
    days=st.integers(0, 1500),
)
def test_any_options_give_a_valid_file(customers, seed, start, days):
    end = start + pd.Timedelta(days=days).to_pytimedelta()
    orders = read_store(sample_file("store", customers=customers, seed=seed, start=start, end=end))
    kept = orders[orders["Status"].isin(KEPT) & (orders["Customer e-mail"] != "")]
    assert kept["Customer e-mail"].nunique() == customers
    assert orders["Order ID"].is_unique
    assert orders["Order date"].dt.date.between(start, end).all()
    assert (kept["Total"] > 0).all()
    assert (orders["Quantity"] >= 1).all()


@pytest.mark.parametrize(
    "options", [{"customers": 0}, {"start": "2026-01-02", "end": "2026-01-01"}]
)
def test_a_store_without_customers_or_days_is_refused(options):
    with pytest.raises(DataError, match="needs a customer and a day"):
        sample_file("store", **options)
