"""Short texts of records: tables by their size, nothing of a customer, HTML that escapes."""

import dataclasses
import inspect
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

import retention
from retention.display import displayed, key_text

RECORDS = [
    record
    for record in (getattr(retention, name) for name in retention.__all__)
    if inspect.isclass(record) and dataclasses.is_dataclass(record)
]


@displayed
@dataclass(frozen=True, slots=True)
class Shop:
    """A record that holds what records of the package hold."""

    name: str
    customers: pd.DataFrame
    amounts: np.ndarray
    share: float = 0.25
    _cache: int = 0
    secret: str = field(default="hidden", repr=False)


@pytest.fixture
def shop() -> Shop:
    people = pd.DataFrame({"email": ["ada@example.com"] * 2_000, "orders": 1})
    return Shop("<b>Corner</b> shop", people, np.zeros((3, 2)), np.float64(1 / 3))


def test_every_public_record_has_both_texts():
    assert len(RECORDS) > 40
    assert [record.__name__ for record in RECORDS if not hasattr(record, "_repr_html_")] == []


def test_tables_and_arrays_show_their_sizes_alone(shop):
    assert "<DataFrame: 2,000 rows × 2 columns>" in repr(shop)
    assert "<array: 3 × 2>" in repr(shop)
    assert "ada@example.com" not in repr(shop) + shop._repr_html_()


def test_private_and_hidden_fields_stay_out(shop):
    assert "_cache" not in repr(shop)
    assert "hidden" not in repr(shop) + shop._repr_html_()


def test_numbers_have_six_figures(shop):
    assert "share=0.333333," in repr(shop)


def test_html_escapes_what_comes_from_a_file(shop):
    assert "<b>" not in shop._repr_html_()
    assert "&lt;b&gt;Corner&lt;/b&gt;" in shop._repr_html_()


def test_a_record_that_fits_is_one_line():
    period = retention.Period("2026-01-01", "2026-04-01")
    assert repr(period) == (
        "Period(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 4, 1))"
    )


def test_a_plan_of_the_sample_store_is_short():
    orders = retention.sample_orders("store", customers=300)
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    plan = retention.plan_campaign(
        model, customers, retention.usual_campaign("reactivation", order_value=40, margin=0.4)
    )
    for record in (plan, model, orders, plan.campaign, plan.economics):
        assert len(repr(record)) <= 1_000
        assert len(record._repr_html_()) <= 4_000


def test_keys_say_all_that_the_short_text_leaves_out():
    many = {f"role {n}": f"column {n}" for n in range(9)}
    one, other = retention.Mapping(many), retention.Mapping(many | {"role 8": "another"})
    assert repr(one) == repr(other)
    assert key_text((1, one)) != key_text((1, other))
    near, nearer = (
        retention.SegmentRules(vip_value=90.0),
        retention.SegmentRules(vip_value=90 + 1e-9),
    )
    assert key_text(near) != key_text(nearer)
    assert key_text(near) == key_text(retention.SegmentRules(vip_value=90.0))


def test_a_table_is_no_part_of_a_key(shop):
    with pytest.raises(TypeError, match="no part of a key"):
        key_text(shop)
