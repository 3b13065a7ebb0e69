"""A customer as a file: what comes from the orders is escaped, and nothing is fetched."""

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from retention import summarise_customers
from retention.view.customer.copy import customer_html
from retention.view.customer.data import Customer
from tests.support.sample_store import shared_sample
from tests.view.customer.gathered import customers_of

HOSTILE = "**<b>x</b>** <script>alert(1)</script>"


@pytest.fixture(scope="module")
def customer() -> Customer:
    orders = shared_sample("store")
    customers = summarise_customers(orders)
    roles = {"A": "Addressed", "B": "Opted out"}
    return customers_of(orders, [customers["orders"].idxmax()], roles)[0]


def text_of(customer: Customer, name: str = "shop") -> str:
    writing = "Do not write: opted out."
    return customer_html(customer, name, {"consent"}, writing, made=date(2026, 11, 1)).decode()


def test_it_holds_what_the_page_holds(customer):
    page = text_of(customer)
    for words in (
        customer.name,
        "Do not write: opted out.",
        "Life so far",
        "Signals",
        "Left out: Opted out",
        "Orders",
        "if nothing comes",
        customer.step.strategy.name,
        "80% range",
        "Made on 1 Nov 2026",
    ):
        assert words in page
    assert page.count("<svg") == 1


def test_texts_of_the_orders_are_never_markup(customer):
    orders = customer.orders.assign(
        products=[(HOSTILE,)] * len(customer.orders), channel=HOSTILE, coupon=HOSTILE
    )
    page = text_of(
        replace(
            customer,
            customer_id=HOSTILE,
            name=HOSTILE,
            orders=orders,
            own_segments=(HOSTILE,),
            campaigns={HOSTILE: HOSTILE},
            contact={"email": HOSTILE, "city": HOSTILE},
        ),
        HOSTILE,
    )
    assert "<script" not in page
    assert "<b>x" not in page
    assert page.count("&lt;script&gt;") > 5


def test_nothing_is_fetched(customer):
    page = text_of(customer)
    links = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert all(link.startswith("http://www.w3.org/") for link in links)
    assert "default-src 'none'" in page


def test_the_latest_orders_are_listed_and_the_others_counted(customer):
    many = pd.concat([customer.orders] * 5, ignore_index=True)
    page = text_of(replace(customer, orders=many))
    assert f"And {len(many) - 200} earlier ones." in page
