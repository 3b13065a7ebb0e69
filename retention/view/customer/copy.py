"""One customer as an HTML file that needs no network. It holds personal data."""

from datetime import date

import pandas as pd
from markupsafe import Markup

from retention import wording
from retention.charts import customer_life as charts, palette
from retention.segments.labels import STAGE_LABELS
from retention.view.customer import facts, words
from retention.view.customer.data import Customer
from retention.view.documents import document_template, svg_of

#: Width of the chart in pixels, and orders in the table at most.
WIDTH, MOST_ORDERS = 860, 200
#: Headings of the table of orders.
HEADINGS = {
    "ordered_at": "Day",
    "held": "Products",
    "revenue": "Amount",
    "discount": "Discount",
    "refunded": "Refunded",
    "channel": "Channel",
    "coupon": "Coupon",
    "rating": "Review",
    "subscription": "Subscription",
    "order_id": "Order",
}
_MONEY = ("revenue", "discount", "refunded")


def customer_html(
    customer: Customer,
    orders_name: str,
    signal_columns: set[str],
    writing: str,
    made: date | None = None,
    likely: pd.DataFrame | None = None,
) -> bytes:
    """Return the page of a customer as a file. Every text of the orders is escaped.

    Args:
        customer: What is known of the customer.
        orders_name: What the orders are called.
        signal_columns: The signals and contact details that the orders bring.
        writing: Whether the customer may be written to, a sentence.
        made: The day on it; today unless given.
        likely: The customer's rows of `likely_next`, where the orders name products.
    """
    template = document_template(__file__, "customer.html")
    table, path = facts.order_table(customer).head(MOST_ORDERS), customer.path
    page = template.render(
        title=customer.name,
        stage=STAGE_LABELS[customer.stage],
        colour=palette.STAGE_COLOURS[customer.stage],
        head=Markup(facts.head_html(customer)),  # escaped there
        writing=writing,
        orders=f"{orders_name}, orders until {wording.day(customer.end)}",
        made=wording.day(made or date.today()),
        silence=words.what_silence_brings(customer.stage, customer.ahead, customer.path),
        step=customer.step,
        metrics=facts.metrics_of(customer),
        life=svg_of(charts.life_chart(customer.life), WIDTH),
        caption=facts.life_caption(customer),
        cards={
            "Signals": Markup(facts.signals_html(customer, signal_columns)),
            "Segments": Markup(facts.segments_html(customer)),
            "Campaigns": Markup(facts.campaigns_html(customer)),
        },
        affinity={name: Markup(bars) for name, bars in facts.affinity_html(customer).items()},
        likely=Markup("" if likely is None else facts.likely_html(likely)),
        path=[
            (STAGE_LABELS[stage], wording.day(start), wording.day(last))
            for stage, start, last in zip(path["stage"], path["start"], path["last"], strict=True)
        ],
        headings=[HEADINGS[str(name)] for name in table],
        rows=[
            [_cell(str(name), value, customer.currency) for name, value in row.items()]
            for row in table.to_dict("records")
        ],
        more=len(customer.orders) - len(table),
    )
    return page.encode()


def _cell(name: str, value: object, currency: str | None) -> str:
    if isinstance(value, pd.Timestamp):
        return wording.day(value.date())
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return wording.MISSING
    if name in _MONEY and isinstance(value, int | float):
        return wording.money(value, currency)
    if name == "subscription":
        return "Yes" if value else wording.MISSING
    return wording.general(value, 6) if isinstance(value, float) else str(value)
