"""The tables behind the sample store hold together."""

import pytest

from retention.samples import world
from retention.samples.world import CHANNELS, PRODUCTS, SUBSCRIPTION


def test_the_shares_of_the_table_are_shares():
    assert sum(each.share for each in CHANNELS) == pytest.approx(1)
    for each in CHANNELS:
        assert sum(each.regions) == pytest.approx(1)
    assert sum(SUBSCRIPTION.price_shares) == pytest.approx(1)


def test_every_score_has_a_share_and_every_region_too():
    for shares in world.RATINGS:
        assert len(shares) == 5
        assert sum(shares) == pytest.approx(1)
    assert {len(channel.regions) for channel in CHANNELS} == {len(world.REGIONS)}


def test_every_category_has_a_share_of_refunds():
    categories = {product.category for product in PRODUCTS} | {SUBSCRIPTION.category}
    assert set(world.REFUNDED) == categories


def test_products_and_names_are_listed_once():
    for names in (
        [product.name for product in PRODUCTS],
        [channel.name for channel in CHANNELS],
        world.FIRST_NAMES,
        world.LAST_NAMES,
    ):
        assert len(set(names)) == len(names)


def test_mails_go_to_domains_that_are_kept_for_examples():
    assert set(world.MAIL_DOMAINS) <= {"example.com", "example.org", "example.net"}
