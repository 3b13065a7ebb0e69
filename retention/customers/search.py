"""Customers whose id contains a text, and customers in the order of what they promise."""

from __future__ import annotations

import re

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.validation import all_unknown, rows_of

_NO_DIGITS = r"\D"
#: Digits from which a query is looked for as a phone number.
_PHONE_DIGITS = 5

#: What customers are ranked by: the first of these that is known.
RANKINGS = {
    "cltv": "expected value",
    "expected_orders": "expected orders",
    "revenue": "revenue",
    "orders": "number of orders",
}
#: Columns of a customer that say nothing where the orders have no amounts.
IN_MONEY = ("monetary_value", "initial_spend", "revenue", "average_order_value", "discount_share")


def search_texts(customers: pd.Index, contacts: pd.DataFrame | None = None) -> pd.Series:
    """Return what a search looks through: each customer's id, name, addresses and phone.

    Args:
        customers: The customers' ids.
        contacts: From `contacts`; ids alone where there are none.

    Returns:
        Texts in lower case with the customers as index. They are personal data.
    """
    texts = pd.Series(customers.astype("str"), index=customers).str.lower()
    known = rows_of(contacts, customers)
    for name in ("first_name", "last_name", "email", "phone"):
        if name in known:
            texts = texts + "\n" + _known_texts(known[name]).str.lower()
    if "phone" in known:
        phones = _known_texts(known["phone"])
        texts = texts + "\n" + phones.str.replace(_NO_DIGITS, "", regex=True)
    return texts


def find_customers(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    query: str = "",
    limit: int | None = None,
    texts: pd.Series | None = None,
) -> tuple[pd.DataFrame, int]:
    """Find customers whose id contains a text, the most valuable first.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`; without scores the highest revenue comes first. Without
            amounts the most expected orders, or else the most orders, come first.
        query: The text. Upper and lower case are the same, and it is no pattern.
        limit: The most rows to return.
        texts: From `search_texts`, to look through more than the ids. Every word of the query then
            has to be in a customer's text; of a phone number its digits.

    Returns:
        A frame with the customers' index, `orders`, `revenue`, `average_order_value`, `last_order`
        and every score, without the amounts where none are known; and how many customers there are
        in all.
    """
    rows = matching_rows(customers.index, query, texts)
    ranking = ranked_by(customers, scores)
    source = scores if scores is not None and ranking in scores else customers
    rank = source[ranking].to_numpy()
    total = len(rows)
    if limit is not None and total > limit:
        rows = rows[np.argpartition(-rank[rows], limit)[:limit]]
    rows = rows[np.argsort(-rank[rows], kind="stable")]
    names = ["orders", "revenue", "average_order_value", "last_order"]
    if all_unknown(customers["revenue"]):
        names = [name for name in names if name not in IN_MONEY]
    known = customers[names].iloc[rows]
    return (known if scores is None else pd.concat([known, scores.iloc[rows]], axis=1)), total


def customer_of_order(table: ir.Table, number: str) -> str | None:
    """Return who placed the order with a number.

    Args:
        table: The orders' table.
        number: The number, with or without its "#". It is no pattern.

    Returns:
        The customer's id; None where no order has it.
    """
    wanted = number.strip().removeprefix("#").lower()
    if not wanted:
        return None
    same = table.order_id.lower().isin([wanted, f"#{wanted}"])
    found = table.filter(same).select("customer_id").limit(1).to_pyarrow()["customer_id"]
    return str(found[0].as_py()) if len(found) else None


def matching_rows(
    customers: pd.Index, query: str = "", texts: pd.Series | None = None
) -> np.ndarray:
    """Return which customers `find_customers` finds.

    Args:
        customers: The customers' ids.
        query: As in `find_customers`.
        texts: As in `find_customers`.

    Returns:
        Their positions, in the order of the customers.
    """
    wanted = query.strip()
    if not wanted:
        return np.arange(len(customers))
    if texts is not None:
        return np.flatnonzero(_holds(texts, wanted.lower()))
    return np.flatnonzero(customers.str.contains(wanted, case=False, regex=False, na=False))


def _known_texts(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), "").astype("str")


def _holds(texts: pd.Series, wanted: str) -> np.ndarray:
    """Which of the texts hold every word, or the digits of what looks like a phone number."""
    inside = np.ones(len(texts), dtype=bool)
    for word in wanted.split():
        inside &= texts.str.contains(word, regex=False).to_numpy(bool)
    digits = re.sub(_NO_DIGITS, "", wanted)
    if len(digits) >= _PHONE_DIGITS and re.fullmatch(r"[\d\s()+./-]+", wanted):
        # A number in a country begins with a 0 that it lacks after the country's code.
        inside |= texts.str.contains(digits.lstrip("0"), regex=False).to_numpy(bool)
    return inside


def ranked_by(customers: pd.DataFrame, scores: pd.DataFrame | None = None) -> str:
    """Return the column that ranks customers, a key of `RANKINGS`.

    Args:
        customers: From `summarise_customers`, with or without the scores beside it.
        scores: From `predict_cltv`, where they stand in a frame of their own.
    """
    for name in RANKINGS:
        known = scores if scores is not None and name in scores else customers
        if name in known and not all_unknown(known[name]):
            return name
    return "orders"


def best_first(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers the most valuable first, without amounts where none are known.

    Args:
        customers: From `summarise_customers`, with the scores beside it where there are any.
    """
    ordered = customers.sort_values(ranked_by(customers), ascending=False, kind="stable")
    if all_unknown(customers["revenue"]):
        ordered = ordered.drop(columns=[name for name in IN_MONEY if name in ordered])
    return ordered
