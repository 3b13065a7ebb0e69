"""From a shop's export to the first list for Klaviyo, by what the front page says to do next."""

import csv
import io
import re

import pytest

from retention.csv_export import to_csv
from retention.samples.simulator import simulate_orders
from tests.browser.steps import button, download, expect, sees, upload

pytestmark = pytest.mark.browser

PRODUCTS = ("House blend", "Filter roast", "Tea", "Mug")
MOST_CLICKS = 6


def shopify_export(orders: int = 3_000) -> bytes:
    """Orders as Shopify exports them, of customers who allow e-mails."""
    frame = simulate_orders(
        1_100, 730, r=0.7, alpha=55.0, a=0.6, b=3.0, p=5.0, q=3.5, v=25.0, seed=5
    ).tail(orders)
    moments = frame["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S +0000")
    export = frame.assign(
        **{
            "Name": [f"#{1000 + row}" for row in range(len(frame))],
            "Email": "c" + frame["customer_id"].astype(str) + "@example.com",
            "Financial Status": "paid",
            "Paid at": moments,
            "Created at": moments,
            "Currency": "USD",
            "Total": frame["revenue"].round(2),
            "Lineitem name": [PRODUCTS[row % 4] for row in range(len(frame))],
            "Lineitem quantity": 1,
            "Accepts Marketing": "yes",
        }
    )
    return to_csv(export.drop(columns=["customer_id", "ordered_at", "revenue"]), index=False)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_first_action_leads_to_a_list_in_at_most_six_clicks_and_no_typing(visit, width):
    page = visit()
    page.set_viewport_size({"width": width, "height": 900})
    upload(page, shopify_export(), "orders_export.csv")
    clicks = 0

    def click(thing):
        nonlocal clicks
        clicks += 1
        thing.click()

    click(button(page, "Use these orders"))
    sees(page, "orders_export.csv")
    plan_it = button(page, "Plan it").first
    expect(plan_it).to_be_visible()
    click(plan_it)
    sees(page, "Plan")
    expect(page.get_by_text(re.compile(r"customers? addressed")).first).to_be_visible()
    click(page.get_by_role("radio", name="Audience files"))
    name, content = download(page, re.compile(r"^Download [\d,]+ addressed"))
    clicks += 1
    assert "klaviyo" in name
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert rows
    assert next(iter(rows[0])) == "Email"
    assert clicks <= MOST_CLICKS
    assert page.evaluate("document.documentElement.scrollWidth") <= width
