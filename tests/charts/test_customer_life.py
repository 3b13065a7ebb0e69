"""The chart of a life: few rows, valid Vega-Lite, stages without a gap."""

from dataclasses import replace

import pytest

from retention import summarise_customers
from retention.charts import customer_life as charts
from retention.view.customer import facts
from retention.view.customer.data import Customer
from tests.support.sample_store import shared_sample
from tests.view.customer.gathered import customers_of


@pytest.fixture(scope="module")
def customers() -> list[Customer]:
    orders = shared_sample("store")
    rows = summarise_customers(orders)
    most, newest, longest = rows["orders"].idxmax(), rows["T"].idxmin(), rows["recency"].idxmax()
    return customers_of(orders, [most, newest, longest, rows.index[5]], {})


def test_charts_are_valid_and_small(customers):
    for customer in customers:
        spec = charts.life_chart(customer.life).to_dict()
        rows = sum(len(data) for data in spec["datasets"].values())
        assert 0 < rows < 600
        assert spec["height"] == charts.LIFE_HEIGHT


def test_stages_follow_each_other_and_say_what_is_ahead(customers):
    for customer in customers:
        frame = charts.stage_frame(customer.life)
        assert (frame["start"][1:].to_numpy() == frame["end"][:-1].to_numpy()).all()
        ahead = frame[frame["when"] == "If nothing comes"]
        # The stage of today runs on, unless it ends today.
        stages = [stage for stage in ahead["stage"] if stage != customer.stage]
        assert stages == customer.ahead["stage"].tolist()


def test_many_orders_are_cut_to_the_latest(customers):
    orders = customers[0].orders
    many = orders.loc[orders.index.repeat(20)].reset_index(drop=True)
    frame = charts.order_frame(replace(customers[0].life, orders=many))
    assert len(frame) == charts.MOST_ORDERS
    assert frame["number"].iloc[-1] == len(many)


def test_amounts_without_money_are_the_number_of_orders(customers):
    customer = replace(customers[0], has_amounts=False)
    frame = charts.order_frame(customer.life)
    assert frame["height"].tolist() == list(range(1, len(frame) + 1))
    assert "revenue" not in facts.order_table(customer)
    charts.life_chart(customer.life).to_dict()


def test_a_free_order_alone_has_a_chart(customers):
    free = customers[3].orders.assign(revenue=0.0)
    charts.life_chart(replace(customers[3].life, orders=free)).to_dict()


def test_each_label_of_the_axis_holds_its_year(customers):
    """Labels without room are left out: the one with the year may be among them."""
    for customer in customers:
        chart = charts.life_chart(customer.life).to_dict()
        (form,) = {
            layer["encoding"]["x"]["axis"]["format"]
            for layer in chart["layer"]
            if "axis" in layer["encoding"]["x"]
        }
        frame = charts.stage_frame(customer.life)
        is_long = (frame["end"].max() - frame["start"].min()).days > charts.SHORT_LIFE + 30
        assert form == "%b %Y" or not is_long
