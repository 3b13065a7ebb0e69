"""Two exports side by side: which orders are the same, which changed, and which are missing."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from ibis.backends.duckdb import Backend

from retention.engines import store
from retention.errors import DataError
from retention.orders.joining.added import (
    CHANGES,
    LISTED_COLUMNS,
    MISSING,
    MOST_LISTED,
    AddedOrders,
    first_numbers,
)
from retention.orders.joining.matching import keyed, match_orders, order_number
from retention.orders.orders import Orders
from retention.orders.set_aside import SetAside
from retention.wording import count, percent

#: Share of the orders of the shared period that are the same where both are of one shop.
SAME_SHARE = 0.5
#: Orders of the shared period below which nothing is said about the shop.
FEW_SHARED = 5
#: Share of the newer export's customers that are known, where the periods share no orders.
KNOWN_SHARE, FEW_KNOWN = 0.05, 5
#: By how much the share of customers of a kind may differ between two exports.
_OTHER_KIND = 0.6
#: From here on places are those of orders that do not count.
_APART = 2**40


@dataclass(frozen=True, slots=True)
class Side:
    """One of two exports, in the engine that joins them.

    Attributes:
        orders: The export's orders.
        table: Them, with place, number, gross and exact.
        timed: Whether any of them has a time of day.
    """

    orders: Orders
    table: ir.Table
    timed: bool

    @property
    def numbered(self) -> str:
        """Which of the orders have a number."""
        return aside_of(self.orders).numbered


class Matches(NamedTuple):
    """Which orders of two exports are the same.

    Attributes:
        pairs: From `match_orders`.
        cancelled: Those of the earlier export that do not count in the newer one, alike.
        gone: The places of both in the earlier export.
    """

    pairs: ir.Table
    cancelled: ir.Table | None
    gone: ir.Table


def aside_of(orders: Orders) -> SetAside:
    """Return what an export says beside its orders.

    Raises:
        DataError: If the orders are those of a database's table.
    """
    if orders.aside is None:
        raise DataError(
            "Only orders read from files can be joined. Orders of a database's table stay in its "
            "engine: load the newer table in their place."
        )
    return orders.aside


def side_of(con: Backend, orders: Orders, name: str) -> Side:
    """Return an export whose orders are copied to the engine that joins them."""
    rows = orders.table.to_pyarrow()
    places = pa.array(np.arange(rows.num_rows, dtype="int64"))
    table = con.create_table(name, rows.append_column("place", places))
    refunded = table.refunded.fill_null(0.0) if "refunded" in table.columns else 0.0
    table = table.mutate(
        number=order_number(table, aside_of(orders).numbered),
        gross=(table.revenue + refunded).round(6),
        exact=ibis.literal(False),
    )
    moment = table.ordered_at
    timed = (moment != moment.truncate("D")).any().fill_null(False).execute()
    return Side(orders=orders, table=table, timed=bool(timed))


def check_customers(kept: ir.Table, newer: ir.Table) -> None:
    """Check that both name their customers alike: by e-mails, by numbers, or by names."""
    words = (("e-mail addresses", "mail"), ("numbers", "digits"))
    shares = []
    for table in (kept, newer):
        facts = table.aggregate(
            mail=table.customer_id.contains("@").mean(),
            digits=table.customer_id.re_search(r"^\+?\d+$").mean(),
        )
        shares.append(facts.to_pandas().iloc[0])
    for kind, column in words:
        ours, theirs = float(shares[0][column]), float(shares[1][column])
        if abs(ours - theirs) > _OTHER_KIND:
            where, share = ("loaded orders", ours) if ours > theirs else ("newer export", theirs)
            raise DataError(
                f"Customers are {kind} in {percent(share)} of the {where}, and something else in "
                "the other file. The same person would count twice. Choose the same customer "
                "column for both."
            )


def matched(con: Backend, earlier: Side, later: Side) -> Matches:
    """Return which orders of two exports are the same, and which do not count any longer.

    Args:
        con: The engine of both.
        earlier: The export that ends first.
        later: The other one.

    Raises:
        DataError: If the two name the same customers otherwise.
    """
    by_day = not (earlier.timed and later.timed)
    keep = partial(store, con)
    left = keep("keyed_earlier", keyed(earlier.table, by_day=by_day))
    right = keyed(later.table, by_day=by_day)
    lost = aside_of(later.orders).cancelled
    if lost is not None:
        # Both at once: what does not count is nearer to an order of its amount than another order.
        lost_later = con.create_table("lost_later", lost.to_pyarrow())
        right = right.union(keyed(_places_apart(lost_later, later), by_day=by_day))
    right = keep("keyed_later", right)
    matches = keep("matches", match_orders(left, right, (earlier.numbered, later.numbered), keep))
    pairs = matches.filter(matches.later < _APART)
    _check_names(pairs)
    cancelled = None if lost is None else matches.filter(matches.later >= _APART)
    return Matches(pairs=pairs, cancelled=cancelled, gone=matches.select("earlier"))


def _places_apart(lost: ir.Table, side: Side) -> ir.Table:
    """Return orders that do not count as `keyed` wants them, with places beyond all others."""
    in_time = ibis.window(order_by=[lost.ordered_at, lost.order_id])
    return lost.mutate(
        place=ibis.row_number().over(in_time) + _APART,
        number=order_number(lost, side.numbered),
        gross=lost.amount,
        exact=(lost.amount > 0).fill_null(False),
    )


def _check_names(pairs: ir.Table) -> None:
    """Check that orders with the same number are those of the same customers."""
    times = pairs.group_by("match").aggregate(pairs=pairs.count()).to_pandas()
    counts = dict(zip(times["match"], times["pairs"].astype(int), strict=True))
    others = counts.get("day", 0)
    if others > max(FEW_SHARED, counts.get("number", 0)):
        raise DataError(
            f"{count(others)} orders have the same number and day in both files, and other "
            "customers: one file names them otherwise. Choose the same customer column for both."
        )


def _inside(side: Side, other: Side, orders: ir.Table) -> ir.BooleanValue:
    """Return whether orders of a side are within the days that the other one covers."""
    moment = other.table.ordered_at
    ends = other.table.aggregate(first=moment.min(), last=moment.max()).to_pandas().iloc[0]
    if side.timed and other.timed:
        inside = orders.ordered_at.between(ends["first"], ends["last"])
    else:
        day = orders.ordered_at.date()
        first, last = ends["first"].date(), ends["last"].date()
        # Where only one of the two has times, its first and its last day may be cut.
        inside = day.between(first, last)
        if side.timed or other.timed:
            inside = inside & (day > first) & (day < last)
    return inside


def shared_orders(sides: list[Side], match: Matches, *, is_older: bool) -> tuple[int, int]:
    """Return of the period that both cover how many orders are the same, and how many could be."""
    kept, newer = sides
    counts = [
        int(own.table.filter(_inside(own, other, own.table)).count().execute())
        for own, other in ((kept, newer), (newer, kept))
    ]
    known = match.pairs.filter(match.pairs.match != "day").count().execute()
    lost = 0 if match.cancelled is None else match.cancelled.count().execute()
    possible = min(counts[0], counts[1] + int(lost) * (not is_older))
    return min(int(known) + int(lost), possible), possible


def is_same_shop(sides: list[Side], shared: tuple[int, int]) -> bool | None:
    """Return whether both are exports of one shop; None where nothing tells.

    Args:
        sides: The loaded orders and the newer export.
        shared: From `shared_orders`.
    """
    same, possible = shared
    if possible >= FEW_SHARED:
        return same >= SAME_SHARE * possible
    kept, newer = (side.table.select("customer_id").distinct() for side in sides)
    known = int(newer.semi_join(kept, "customer_id").count().execute())
    if known >= max(FEW_KNOWN, KNOWN_SHARE * int(newer.count().execute())):
        return True
    return None


def listed_changes(
    sides: list[Side], match: Matches, *, is_older: bool
) -> tuple[pd.DataFrame, AddedOrders]:
    """Return the orders that changed or are missing, and how many there are of each kind."""
    kept, newer = sides
    mine, others = ("later", "earlier") if is_older else ("earlier", "later")
    pairs = match.pairs.select(mine=match.pairs[mine], others=match.pairs[others], match="match")
    unknown = kept.table.anti_join(pairs, kept.table.place == pairs.mine)
    fresh = newer.table.anti_join(pairs, newer.table.place == pairs.others)
    parts = []
    if is_older:
        # What the loaded orders say of an order stands. The older file knows no newer state.
        if match.cancelled is not None:
            fresh = fresh.anti_join(match.cancelled, fresh.place == match.cancelled.earlier)
    else:
        parts.append(_changed(kept.table, newer.table, pairs))
        if match.cancelled is not None:
            lost = unknown.semi_join(match.cancelled, unknown.place == match.cancelled.earlier)
            parts.append(_as_listed(lost, "cancelled"))
            unknown = unknown.anti_join(match.cancelled, unknown.place == match.cancelled.earlier)
    parts.append(_as_listed(unknown.filter(_inside(kept, newer, unknown)), MISSING))
    listed = ibis.union(*parts) if len(parts) > 1 else parts[0]
    times = listed.group_by("change").aggregate(orders=listed.count()).to_pandas()
    number = dict(zip(times["change"], times["orders"].astype(int), strict=True))
    frame = listed.order_by(["ordered_at", "order_id"]).limit(MOST_LISTED).to_pandas()
    first = {
        kind: first_numbers(frame.loc[frame["change"] == kind, "order_id"].tolist())
        for kind in (*CHANGES, MISSING)
        if number.get(kind)
    }
    new = int(fresh.count().execute())
    if new:
        newest = fresh.order_by(["ordered_at", "order_id"]).select("order_id").limit(5)
        first["new"] = first_numbers(newest.to_pandas()["order_id"].tolist())
    changed = sum(number.get(kind, 0) for kind in ("refunded", "amount", "customer"))
    return frame, AddedOrders(
        new=new,
        refunded=number.get("refunded", 0),
        cancelled=number.get("cancelled", 0),
        amended=number.get("amount", 0),
        reassigned=number.get("customer", 0),
        missing=number.get(MISSING, 0),
        unchanged=int(pairs.count().execute()) - changed,
        kept_period=(kept.orders.start, kept.orders.end),
        period=(newer.orders.start, newer.orders.end),
        samples=first,
    )


def _changed(kept: ir.Table, newer: ir.Table, pairs: ir.Table) -> ir.Table:
    before = kept.select(
        "order_id",
        "customer_id",
        "ordered_at",
        mine="place",
        was=kept.revenue,
        gross_was=kept.gross,
    )
    after = newer.select(others="place", now=newer.revenue, gross_now=newer.gross)
    both = pairs.inner_join(before, "mine").inner_join(after, "others")
    back_was, back_now = both.gross_was - both.was, both.gross_now - both.now
    change = ibis.cases(
        (back_now > back_was + 0.005, "refunded"),
        ((both.now - both.was).abs() > 0.005, "amount"),
        (both.match == "day", "customer"),
        else_=ibis.null("string"),
    )
    both = both.mutate(change=change).filter(lambda t: t.change.notnull())
    return both.select(
        "order_id",
        "customer_id",
        "ordered_at",
        "change",
        revenue_before="was",
        revenue_after="now",
    )


def _as_listed(orders: ir.Table, change: str) -> ir.Table:
    after = ibis.literal(0.0) if change == "cancelled" else orders.revenue
    return orders.select(
        "order_id",
        "customer_id",
        "ordered_at",
        change=ibis.literal(change),
        revenue_before="revenue",
        revenue_after=after,
    ).select(*LISTED_COLUMNS)


def says_the_same(earlier: Side, later: Side, match: Matches, *, is_older: bool) -> bool:
    """Return whether the newer export says nothing else of the orders that both hold."""
    if is_older:
        return set(earlier.table.columns) <= set(later.table.columns)
    if set(later.table.columns) - set(earlier.table.columns):
        return False
    columns = [c for c in later.table.columns if c not in ("place", "number", "exact", "order_id")]
    both = match.pairs.inner_join(
        earlier.table.select(earlier="place", **{f"was_{c}": earlier.table[c] for c in columns}),
        "earlier",
    ).inner_join(later.table.select(later="place", **{c: later.table[c] for c in columns}), "later")
    differ = [~both[c].identical_to(both[f"was_{c}"]) for c in columns]
    differs = differ[0]
    for cell in differ[1:]:
        differs = differs | cell
    return not bool(both.filter(differs).limit(1).count().execute())
