"""The sample store's orders: an invented coffee and tea shop, drawn from the truth in `world`."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.samples import world
from retention.samples.baskets import with_baskets
from retention.samples.campaigns import (
    Brought,
    CampaignTruth,
    SentCampaign,
    campaigns_of,
    groups_of,
    orders_brought,
)
from retention.samples.contacts import (
    contact_columns,
    contact_source,
    draw_consent,
    draw_phones,
    draw_ratings,
)
from retention.samples.demand import season
from retention.samples.simulator import Buyers, draw_buyers, draw_order_values, draw_purchases


def store_file_frame(
    seed: int = 1,
    customers: int = 12_000,
    start: date | str = date(2023, 11, 1),
    end: date | str = date(2026, 10, 31),
) -> pd.DataFrame:
    """Return the rows of the sample store's file.

    Args:
        seed: The source of chance.
        customers: How many customers there are.
        start: The first day, as a date or as YYYY-MM-DD.
        end: The last day.

    Returns:
        One row per line of the file; `data_sets.sample_file` names the columns.

    Raises:
        DataError: A setting is out of range, or there is no day from `start` to `end`.
    """
    history = _draw_history(seed, customers, start, end)
    first, people, orders = history.first, history.people, history.orders
    who = orders["who"].to_numpy()
    credit = (orders["Status"] == "Credit note").to_numpy()
    number = np.strings.add(
        np.where(credit, "CN-", "ML-"), (100_001 + np.arange(len(orders))).astype(str)
    )
    seconds = (orders["day"].to_numpy() * 86_400).astype(np.int64)
    moment = first.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "Order ID": number,
            "Order date": np.strings.replace(np.datetime_as_string(moment, unit="s"), "T", " "),
            "Customer e-mail": people["email"].to_numpy()[who],
            "Status": orders["Status"],
            "Currency": "USD",
            "Total": orders["total"],
            "Discount": orders["discount"],
            "Coupon": orders["coupon"],
            "Refunded amount": orders["refund"],
            "Channel": np.array([channel.name for channel in world.CHANNELS])[
                people["channel"].to_numpy()[who]
            ],
            "Region": np.array(world.REGIONS)[people["region"].to_numpy()[who]],
            "Category": orders["category"],
            "Product": orders["product"],
            "Quantity": orders["quantity"],
            **contact_columns(people, orders),
        }
    )


def store_campaigns(
    seed: int = 1,
    customers: int = 12_000,
    start: date | str = date(2023, 11, 1),
    end: date | str = date(2026, 10, 31),
) -> tuple[SentCampaign, ...]:
    """Return the campaigns that the sample store has sent, with their groups and true effects.

    Args:
        seed: As in `store_file_frame`.
        customers: As in `store_file_frame`. A small store has sent none.
        start: As in `store_file_frame`.
        end: As in `store_file_frame`. Campaigns that have not ended by then are not there.

    Returns:
        The campaigns, the earliest first.

    Raises:
        DataError: As in `store_file_frame`.
    """
    return _draw_history(seed, customers, start, end).campaigns


class _History(NamedTuple):
    """What happened in the store."""

    first: np.datetime64
    people: pd.DataFrame
    orders: pd.DataFrame
    campaigns: tuple[SentCampaign, ...]


def _draw_history(seed: int, customers: int, start: date | str, end: date | str) -> _History:
    """Draw the store's people, the rows of its file, oldest first, and its campaigns."""
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    days = int((last - first).astype(int)) + 1
    if customers < 1 or days < 1:
        raise DataError(
            f"The sample store needs a customer and a day, not {customers} customers from {first} "
            f"to {last}."
        )
    rng = np.random.Generator(np.random.PCG64(seed))
    people = _draw_people(customers, first, days, rng)
    orders = pd.concat(
        [_one_off_orders(people, first, days, rng), _deliveries(people, days, rng)],
        ignore_index=True,
    )
    orders = orders.sort_values("day", kind="stable", ignore_index=True)
    orders["Status"], orders["refund"] = _refunds(orders, rng)
    orders = pd.concat(
        [orders, _failed_orders(orders, rng), _credit_notes(orders, days, rng)], ignore_index=True
    )
    orders = orders.sort_values("day", kind="stable", ignore_index=True)
    contact_rng = contact_source(seed)
    people["consent"] = draw_consent(len(people), contact_rng)
    people["phone"] = draw_phones(people, contact_rng)
    orders["rating"] = draw_ratings(orders, people, contact_rng)
    orders, campaigns = _with_campaigns(orders, people, first, days, seed)
    return _History(first=first, people=people, orders=orders, campaigns=campaigns)


def _with_campaigns(
    orders: pd.DataFrame, people: pd.DataFrame, first: np.datetime64, days: int, seed: int
) -> tuple[pd.DataFrame, tuple[SentCampaign, ...]]:
    """Return the orders with those that campaigns brought, and the campaigns."""
    customers = int((people["email"] != "").sum())
    groups: dict[CampaignTruth, pd.DataFrame] = {}
    for truth in campaigns_of(customers, first, days):
        placed = orders[orders["Status"].isin(world.PLACED)]
        groups[truth] = groups_of(truth, placed, people, first, tuple(groups.values()))
        brought = orders_brought(truth, groups[truth], placed, first, seed)
        if len(brought.who):
            orders = pd.concat([orders, _campaign_orders(brought, people, first)])
            orders = orders.sort_values("day", kind="stable", ignore_index=True)
    return orders, tuple(
        SentCampaign(truth=truth, groups=group[["customer_id", "group"]])
        for truth, group in groups.items()
    )


def _campaign_orders(brought: Brought, people: pd.DataFrame, first: np.datetime64) -> pd.DataFrame:
    """Return the rows of orders that a campaign brought, drawn as all others are."""
    who, rng = brought.who, brought.rng
    total = draw_order_values(_buyers(people), who, people["p"].to_numpy(), rng)
    orders = pd.DataFrame({"who": who, "day": brought.day, "total": total})
    orders = with_baskets(orders, people, np.zeros(len(who), dtype=bool), first, rng)
    orders["Status"], orders["refund"] = _refunds(orders, rng)
    orders["rating"] = draw_ratings(orders, people, rng)
    return orders


def _draw_people(
    customers: int, first: np.datetime64, days: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw customers and guests with channel, day of the first order and traits.

    Guests come last, have no e-mail and order once.
    """
    guests = round(customers * world.GUESTS)
    size = customers + guests
    channel = rng.choice(len(world.CHANNELS), size, p=[each.share for each in world.CHANNELS])
    edges, demand = np.arange(days + 1), season(first, days)
    people = {
        "channel": channel,
        "joined": np.empty(size),
        "region": np.empty(size, dtype=np.int64),
    }
    people |= {
        name: np.empty(size) for name in ("rate", "leaving", "spend", "p", "loyalty", "coupons")
    }
    people["subscriber"] = np.zeros(size, dtype=bool)
    for index, each in enumerate(world.CHANNELS):
        rows = np.flatnonzero(channel == index)
        intake = np.concatenate([[0.0], np.cumsum(demand * each.growth ** (edges[1:] / 365.25))])
        joined = np.interp(rng.random(len(rows)), intake / intake[-1], edges)
        late = (
            joined >= days - world.LATE_DAYS
            if each.late_process
            else np.zeros(len(rows), dtype=bool)
        )
        for chosen, process in ((~late, each.process), (late, each.late_process or each.process)):
            buyers = draw_buyers(process, int(chosen.sum()), rng)
            for name in ("rate", "leaving", "spend"):
                people[name][rows[chosen]] = getattr(buyers, name)
            people["p"][rows[chosen]] = process.p
        # Loyalty, -1 to 1, ranks the purchase rate within the channel. What people buy and how
        # they use coupons follows it. First products and coupons then tell something, and the
        # process stays as tabled.
        loyalty = 2 * (np.argsort(np.argsort(people["rate"][rows])) + 0.5) / max(len(rows), 1) - 1
        people["joined"][rows], people["loyalty"][rows] = joined, loyalty
        people["region"][rows] = rng.choice(len(world.REGIONS), len(rows), p=each.regions)
        people["subscriber"][rows] = rng.random(len(rows)) < each.subscribe * (1 + 0.8 * loyalty)
        kind = rng.random(len(rows)) + each.coupon_lean - 0.12 * loyalty
        people["coupons"][rows] = np.select([kind < 0.45, kind < 0.80], [0.02, 0.22], 0.75)
    guest = np.arange(size) >= customers
    people["rate"][guest], people["subscriber"][guest] = 0.0, False
    people["email"] = np.where(guest, "", _emails(size))
    return pd.DataFrame(people)


def _emails(size: int) -> np.ndarray:
    number = np.arange(size)
    turn = number // len(world.FIRST_NAMES)
    # Every turn shifts the last names against the first ones. A number follows once the pairs are
    # used up.
    name = np.strings.add(np.array(world.FIRST_NAMES)[number % len(world.FIRST_NAMES)], ".")
    name = np.strings.add(
        name,
        np.array(world.LAST_NAMES)[
            (number % len(world.FIRST_NAMES) + turn) % len(world.LAST_NAMES)
        ],
    )
    again = turn // len(world.LAST_NAMES)
    name = np.strings.add(name, np.where(again == 0, "", (again + 1).astype(str)))
    return np.strings.add(
        np.strings.add(name, "@"), np.array(world.MAIL_DOMAINS)[turn % len(world.MAIL_DOMAINS)]
    )


def _one_off_orders(
    people: pd.DataFrame, first: np.datetime64, days: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw all orders outside the subscription."""
    # The process runs on a clock that ticks with demand and whose year is a year. Seasons leave
    # the parameters as they are tabled.
    edges = np.arange(days + 1)
    clock = np.concatenate([[0.0], np.cumsum(season(first, days))])
    buyers = _buyers(people)
    who, when = draw_purchases(buyers, np.interp(people["joined"], edges, clock), clock[-1], rng)
    day = np.interp(when, clock, edges)
    hours = np.concatenate([[0.0], np.cumsum(world.HOURS)]) / sum(world.HOURS)
    day = np.minimum(np.floor(day), days - 1) + np.interp(day % 1, hours, np.arange(25) / 24)
    total = draw_order_values(buyers, who, people["p"].to_numpy(), rng)
    orders = pd.DataFrame({"who": who, "day": day, "total": total})
    opening = np.arange(len(orders)) < len(people)  # the simulator returns the first orders first
    return with_baskets(orders, people, opening, first, rng)


def _buyers(people: pd.DataFrame) -> Buyers:
    return Buyers(
        rate=people["rate"].to_numpy(),
        leaving=people["leaving"].to_numpy(),
        spend=people["spend"].to_numpy(),
    )


def _deliveries(people: pd.DataFrame, days: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the subscription's deliveries: about monthly, the same price every time."""
    plan = world.SUBSCRIPTION
    subscribers = np.flatnonzero(people["subscriber"])
    wait = rng.exponential(plan.starts_after_days, len(subscribers))
    begin = people["joined"].to_numpy()[subscribers] + wait
    price = rng.choice(plan.prices, len(subscribers), p=plan.price_shares)
    count = rng.geometric(plan.cancels, len(subscribers))
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    day = np.repeat(begin, count) + number * plan.every_days
    # Charged in the early morning, a day earlier or later now and then.
    day = np.floor(day + rng.normal(0, plan.jitter_days, len(day))) + rng.uniform(
        0.2, 0.3, len(day)
    )
    orders = pd.DataFrame(
        {"who": np.repeat(subscribers, count), "day": day, "total": np.repeat(price, count)}
    )
    first_day = np.floor(people["joined"].to_numpy()) + 1
    orders = orders.assign(
        coupon="", discount=0.0, category=plan.category, product=plan.product, quantity=1
    )
    after_first_order = orders["day"] >= first_day[orders["who"]]
    delivered: pd.DataFrame = orders[after_first_order & (orders["day"] < days)]
    return delivered


def _refunds(orders: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    total = orders["total"].to_numpy()
    refunded = rng.random(len(orders)) < orders["category"].map(world.REFUNDED).to_numpy()
    full = refunded & (rng.random(len(orders)) < 0.5)
    part = np.round(total * rng.uniform(0.15, 0.6, len(orders)), 2)
    status = np.select([full, refunded], ["Refunded", "Partially refunded"], "Completed")
    return status, np.select([full, refunded], [total, part], 0.0)


def _failed_orders(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Copy some orders to shortly before.

    They were cancelled and placed anew, or a payment failed first.
    """
    kind = rng.random(len(orders))
    failed = orders[kind < world.CANCELLED + world.PAYMENT_FAILED].copy()
    cancelled = kind[failed.index] < world.CANCELLED
    earlier = np.where(
        cancelled, rng.uniform(0.01, 0.6, len(failed)), rng.uniform(0.001, 0.01, len(failed))
    )
    return failed.assign(
        day=np.maximum(failed["day"] - earlier, 0.0),
        Status=np.where(cancelled, "Cancelled", "Payment failed"),
        refund=0.0,
    )


def _credit_notes(orders: pd.DataFrame, days: int, rng: np.random.Generator) -> pd.DataFrame:
    """Give some money back on a row of its own, as bookkeeping exports do."""
    chosen = (rng.random(len(orders)) < world.CREDIT_NOTES) & (orders["Status"] == "Completed")
    notes = orders[chosen & (orders["category"] != world.SUBSCRIPTION.category)]
    notes = notes.assign(
        day=notes["day"] + rng.uniform(2, 20, len(notes)),
        total=-np.maximum(np.round(notes["total"] * rng.uniform(0.2, 1, len(notes)), 2), 0.01),
        Status="Credit note", discount=0.0, coupon="",
    )  # fmt: skip
    return notes[notes["day"] < days]
