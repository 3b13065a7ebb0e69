"""The facts of one customer as the page and its copy show them: metrics, tables and pieces of HTML.

Everything that comes from a file is escaped here.
"""

from html import escape

import pandas as pd

from retention import wording
from retention.charts import customer_life as charts, palette
from retention.customers.timeline import order_affinity
from retention.models.next_order import NextOrder
from retention.products.fees import fee_names
from retention.segments import labels
from retention.view import text
from retention.view.customer import words
from retention.view.customer.data import Customer
from retention.view.customer.habit import Habit
from retention.view.widgets import Metric

#: Bars of products, channels and the like at most.
MOST_BARS = 5
#: Columns of the table of orders, from left to right; those that say nothing are left out.
ORDER_COLUMNS = (
    "ordered_at",
    "revenue",
    "held",
    "discount",
    "refunded",
    "channel",
    "coupon",
    "rating",
    "subscription",
    "order_id",
)
#: What the orders have in common, by the column that says so.
AFFINITIES = {"products": "Products", "categories": "Categories", "channel": "Channels"}
#: The mark of what a signal or a role says.
_MOODS = {
    "good": f'<i style="background:{palette.GAIN}"></i>',
    "bad": f'<i style="background:{palette.LOSS}"></i>',
    "": "",
}
#: Roles in a campaign that are no reason to leave somebody out.
_ROLES = {"Addressed": "good", "Held out": "", "Below the cut": ""}


def head_html(customer: Customer) -> str:
    """Return who the customer is: initials, name, address, and the stage with the traits."""
    colour = palette.STAGE_COLOURS[customer.stage]
    name = text.one_line(customer.name, 80)
    known = [
        customer.customer_id,
        str(customer.contact.get("email", "")),
        words.place(customer.contact),
    ]
    details = [
        text.one_line(entry, 90) for entry in dict.fromkeys(known) if entry and entry != name
    ]
    since = wording.day(pd.Timestamp(customer.summary["first_order"]).date())
    entered = wording.day(customer.path["start"].iloc[-1])
    stage = labels.STAGE_LABELS[customer.stage]
    stage = stage if customer.stage == "vip" else f"{stage} since {entered}"
    traits = "".join(
        f'<span><i style="background:{palette.TRAIT_COLOURS[trait]}"></i>'
        f"{labels.TRAIT_LABELS[trait]}</span>"
        for trait in customer.traits
    )
    return (
        f'<div class=person><i class=face style="border-color:{colour}" aria-hidden=true>'
        f"{escape(words.initials(name))}</i><div><h2>{escape(name)}</h2>"
        f"<p>{escape(' · '.join([*details, f'customer since {since}']))}</p>"
        f'<p class=tags><span class=stage><i style="background:{colour}"></i>{stage}</span>'
        f"{traits}</p></div></div>"
    )


def metrics_of(customer: Customer) -> list[Metric]:
    """Return the headline numbers: so far, ahead, the next order, and whether one comes."""
    summary, currency = customer.summary, customer.currency
    orders = wording.plural(int(summary["orders"]), "order")
    metrics = []
    if customer.has_amounts:
        each = wording.money(summary["average_order_value"], currency)
        metrics.append(
            Metric(
                label="Revenue so far",
                value=wording.money(summary["revenue"], currency),
                about="revenue",
                note=f"{orders}, {each} on average",
            )
        )
    else:
        metrics.append(
            Metric(
                label="Orders so far",
                value=wording.count(summary["orders"]),
                about="orders",
                note=f"On {wording.plural(customer.history.frequency + 1, 'day')}",
            )
        )
    return metrics + _expected_metrics(customer)


def _expected_metrics(customer: Customer) -> list[Metric]:
    score, due, currency = customer.scores, customer.due, customer.currency
    if score is None or due is None:
        habit = customer.habit
        return [
            Metric(
                label="Last order",
                value=f"{wording.days(customer.history.silence)} ago",
                about="recency",
                note=None if habit is None else words.habit_sentence(habit),
            )
        ]
    ordering = wording.percent(score["p_purchase"])
    number = f"{wording.count(score['orders_low'])} to {wording.count(score['orders_high'])}"
    if "cltv" in score:
        between = wording.money_range(score["cltv_low"], score["cltv_high"], currency)
        unlikely = score["p_purchase"] < words.HARDLY_ORDERS
        ahead = Metric(
            label="Expected value",
            value=wording.money(score["cltv"], currency),
            about="cltv_range",
            note=f"Most likely nothing: orders with {ordering}"
            if unlikely
            else f"80% range: {between}; {wording.decimal(score['expected_orders'], 1)} orders "
            f"({number})",
        )
    else:
        ahead = Metric(
            label="Expected orders",
            value=wording.decimal(score["expected_orders"], 1),
            about="expected_orders",
            note=f"80% range: {number}",
        )
    return [
        ahead,
        _next_order(customer.habit, due),
        Metric(
            label="Will order again",
            value=ordering,
            about="p_purchase",
            note=f"Within 30 days {wording.percent(due.within)}; gone for good "
            f"{wording.percent(due.never)}",
        ),
    ]


def _next_order(habit: Habit | None, due: NextOrder) -> Metric:
    """When the next order is due: by the customer's own habit first, then by the model."""
    wait, window = words.due_wait(due), words.due_window(due)
    if habit is None:
        return Metric("Next order", wait, about="next_order", note=f"If it comes: in {window}")
    return Metric(
        "Next order",
        words.habit_due(habit),
        about="next_order",
        note=f"{words.habit_sentence(habit)} By the model of all customers: "
        f"{wait[0].lower()}{wait[1:]} ({window} if it comes)",
    )


def orders_in_words(customer: Customer) -> str:
    """Return the orders of the chart in a sentence, for who cannot see it."""
    first, last = (
        wording.day(pd.Timestamp(customer.summary[name]).date())
        for name in ("first_order", "last_order")
    )
    orders = wording.plural(int(customer.summary["orders"]), "order")
    return f"{orders} from {first} to {last}."


def life_caption(customer: Customer) -> str:
    """Return how to read the chart, in a line."""
    parts = ["Below the orders: the stage on each day, pale if nothing comes."]
    if "discount" in customer.orders and (customer.orders["discount"] > 0).any():
        parts.append("Hollow: bought with a discount.")
    if len(customer.orders) > charts.MOST_ORDERS:
        parts.append(f"The latest {charts.MOST_ORDERS} orders.")
    if customer.stage == "vip":
        parts.append("VIP goes by today's expected value.")
    return " ".join(parts)


def order_table(customer: Customer) -> pd.DataFrame:
    """Return the orders, the latest first, with the columns that say something."""
    table = customer.orders.iloc[::-1].reset_index(drop=True)
    held = table.get("products", table.get("categories"))
    if held is not None:
        table["held"] = [wording.first_words(list(names), 8) or None for names in held]
    if not customer.has_amounts:
        table = table.drop(columns=["revenue", "discount", "refunded"], errors="ignore")
    # What did not happen is left empty, so that what did stands out.
    for name in ("discount", "refunded", "subscription"):
        if name in table:
            table[name] = table[name].where(table[name].fillna(0).astype(float) > 0)
    return table[[name for name in ORDER_COLUMNS if name in table and table[name].notna().any()]]


def affinity_html(customer: Customer) -> dict[str, str]:
    """Return bars of what the orders have in common, by their headings."""
    bars = {}
    for column, title in AFFINITIES.items():
        table = order_affinity(customer.orders, column)
        table = table.drop(list(fee_names(table.index)))
        if len(table):
            bars[title] = _bars(table)
    return bars


def likely_html(likely: pd.DataFrame) -> str:
    """Return what the customer is likely to buy next, each with its reason.

    Args:
        likely: The customer's rows of `likely_next`.
    """
    rows = [
        f"<li><span>{escape(text.one_line(product, 80))}</span>"
        f"<small>{words.LIKELY_REASONS[reason]}</small></li>"
        for product, reason in zip(likely["product"], likely["reason"], strict=True)
    ]
    return f"<ul class=bars>{''.join(rows)}</ul>" if rows else ""


def _bars(table: pd.DataFrame) -> str:
    rows = []
    for value, row in table.head(MOST_BARS).iterrows():
        last = wording.day(row["last"].date())
        rows.append(
            f'<li title="{wording.plural(int(row["orders"]), "order")}">'
            f"<span>{escape(text.one_line(value, 80))}</span>"
            f"<small>last on {last}</small>"
            f"<b>{wording.percent(row['share'])}</b>"
            f'<s style="width:{max(100 * min(row["share"], 1), 1):.1f}%"></s></li>'
        )
    more = len(table) - MOST_BARS
    rest = f"<p class=quiet>And {wording.count(more)} more.</p>" if more > 0 else ""
    return f"<ul class=bars>{''.join(rows)}</ul>{rest}"


def signals_html(customer: Customer, columns: set[str]) -> str:
    """Return what is known beside the orders; `columns` are the signals that the orders bring."""
    entries = words.signal_rows(customer.signals, customer.contact, customer.best_rating, columns)
    unknown = words.unknown_signals(columns)
    note = f"<p class=quiet>{unknown}</p>" if unknown else ""
    nothing = "<p>Nothing is known beside the orders.</p>"
    return (_entries(entries) if entries else nothing) + note


def segments_html(customer: Customer) -> str:
    """Return the segments that hold the customer: stage, traits, RFM group and own segments."""
    traits = "".join(f", {labels.TRAIT_LABELS[trait].lower()}" for trait in customer.traits)
    own = ", ".join(customer.own_segments)
    return _entries(
        [
            ("", "Stage and traits", f"{labels.STAGE_LABELS[customer.stage]}{traits}"),
            ("", "RFM group", f"{customer.rfm_group} ({customer.rfm_scores})"),
            ("", "Own segments", own or "None"),
        ]
    )


def campaigns_html(customer: Customer) -> str:
    """Return the session's campaigns that concern the customer, with the role in each."""
    if not customer.campaigns:
        return "<p>No campaign of this session concerns this customer.</p>"
    rows = [
        (_ROLES.get(role, "bad"), name, role if role in _ROLES else f"Left out: {role}")
        for name, role in customer.campaigns.items()
    ]
    return _entries(rows)


def _entries(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<div><dt>{_MOODS[mood]}{escape(text.one_line(name, 80))}</dt>"
        f"<dd>{escape(text.one_line(value, 300))}</dd></div>"
        for mood, name, value in rows
    )
    return f"<dl class=facts>{cells}</dl>"
