"""The sample store's orders: an invented coffee and tea shop, drawn from the truth in `world`."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.samples import world
from retention.samples.contacts import contact_columns
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
            **contact_columns(people, orders, seed),
        }
    )


def _season(first: np.datetime64, days: int) -> np.ndarray:
    """Return the demand of each day, 1 on the average of four years."""
    calendar = pd.DatetimeIndex(first + np.arange(max(days, 1461)))
    middle = np.array([15.0 + 30.4375 * month for month in range(-1, 13)])
    demand = np.interp(
        calendar.day_of_year, middle, (world.MONTHS[-1], *world.MONTHS, world.MONTHS[0])
    )
    demand *= np.array(world.WEEKDAYS)[calendar.day_of_week]
    demand *= np.where(_sale_weekend(calendar), world.SALE_WEEKEND, 1.0)
    seasons: np.ndarray = (demand / demand[:1461].mean())[:days]
    return seasons


def _sale_weekend(calendar: pd.DatetimeIndex) -> np.ndarray:
    """Tell the days from Black Friday to Cyber Monday.

    Black Friday is the day after November's fourth Thursday.
    """
    november = calendar.to_numpy().astype("datetime64[Y]").astype("datetime64[M]") + 10
    thursday = np.busday_offset(november.astype("datetime64[D]"), 3, roll="forward", weekmask="Thu")
    since = (calendar.to_numpy().astype("datetime64[D]") - thursday).astype(int)
    return (since >= 1) & (since <= 4)


def _draw_people(
    customers: int, first: np.datetime64, days: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw customers and guests with channel, day of the first order and traits.

    Guests come last, have no e-mail and order once.
    """
    guests = round(customers * world.GUESTS)
    size = customers + guests
    channel = rng.choice(len(world.CHANNELS), size, p=[each.share for each in world.CHANNELS])
    edges, season = np.arange(days + 1), _season(first, days)
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
        intake = np.concatenate([[0.0], np.cumsum(season * each.growth ** (edges[1:] / 365.25))])
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
    clock = np.concatenate([[0.0], np.cumsum(_season(first, days))])
    buyers = Buyers(
        rate=people["rate"].to_numpy(),
        leaving=people["leaving"].to_numpy(),
        spend=people["spend"].to_numpy(),
    )
    who, when = draw_purchases(buyers, np.interp(people["joined"], edges, clock), clock[-1], rng)
    day = np.interp(when, clock, edges)
    hours = np.concatenate([[0.0], np.cumsum(world.HOURS)]) / sum(world.HOURS)
    day = np.minimum(np.floor(day), days - 1) + np.interp(day % 1, hours, np.arange(25) / 24)
    total = draw_order_values(buyers, who, people["p"].to_numpy(), rng)
    orders = pd.DataFrame({"who": who, "day": day, "total": total})
    opening = np.arange(len(orders)) < len(people)  # the simulator returns the first orders first
    calendar = pd.DatetimeIndex(first + np.floor(day).astype(int))
    orders["coupon"], orders["discount"] = _coupons(orders, people, opening, calendar, rng)
    orders["category"], orders["product"], orders["quantity"] = _items(
        orders, people, opening, calendar, rng
    )
    return orders


def _coupons(
    orders: pd.DataFrame,
    people: pd.DataFrame,
    opening: np.ndarray,
    calendar: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    who = orders["who"].to_numpy()
    habit = people["coupons"].to_numpy()[who]
    referral = np.array([each.name == "Referral" for each in world.CHANNELS])[
        people["channel"].to_numpy()[who]
    ]
    sale = _sale_weekend(calendar)
    occasions = [
        (sale, "BLACKFRIDAY30", 0.30),
        (opening & referral, "FRIEND20", 0.20),
        (opening, "WELCOME15", 0.15),
        (calendar.month.isin([11, 12]), "WINTER20", 0.20),
        (calendar.month.isin([7, 8]), "SUMMER25", 0.25),
    ]
    when = [occasion for occasion, _, _ in occasions]
    code = np.select(when, [code for _, code, _ in occasions], "THANKS15")
    share = np.select(when, [share for _, _, share in occasions], 0.15)
    chance = np.where(sale, np.sqrt(habit), np.where(opening, habit**0.7, habit))
    used = rng.random(len(orders)) < chance
    discount = np.where(used, np.round(orders["total"] * share / (1 - share), 2), 0.0)
    return np.where(used, code, ""), discount


def _items(
    orders: pd.DataFrame,
    people: pd.DataFrame,
    opening: np.ndarray,
    calendar: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose each order's main item: a popular one whose price suits the order.

    Before Christmas gifts are more popular.
    """
    price = np.array([each.price for each in world.PRODUCTS])
    category = np.array([each.category for each in world.PRODUCTS])
    value = (orders["total"] + orders["discount"]).to_numpy()[:, None]
    liking = (
        np.log([each.popularity for each in world.PRODUCTS])
        - 0.5 * ((np.log(value / price) - 0.3) / 0.6) ** 2
    )
    used_up = np.isin(category, ["Coffee", "Tea"])
    loyalty = people["loyalty"].to_numpy()[orders["who"]]
    liking += np.where(opening, 0.7 * loyalty, 0.5)[:, None] * np.where(used_up, 1.0, -1.0)
    liking += np.where(calendar.month.isin([11, 12]), 1.3, -0.7)[:, None] * (category == "Gifts")
    choice = np.argmax(liking + rng.gumbel(size=liking.shape), axis=1)
    quantity = np.maximum(np.round(value[:, 0] / price[choice]), 1).astype(np.int64)
    return category[choice], np.array([each.name for each in world.PRODUCTS])[choice], quantity


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
