"""From rows to customers: what each customer's rows say now."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from retention.signal_files.kinds import KindKey, SignalKind
from retention.signal_files.report import OLDER

#: Highest answer of a detractor and of a passive. Source: Reichheld (2003), "The One Number You
#: Need to Grow", Harvard Business Review 81 (12).
DETRACTORS, PASSIVES = 6, 8
NPS_GROUPS = ("Detractor", "Passive", "Promoter")
#: Shares of the highest score up to which a customer is dissatisfied, and from which satisfied:
#: 1 and 2, or 4 and 5, of 5.
DISSATISFIED, SATISFIED = 0.4, 0.8
CSAT_GROUPS = ("Dissatisfied", "Neutral", "Satisfied")
#: Of several subscriptions the first of these statuses counts.
STATUSES = ("active", "paused", "cancelled")
_NAMES: dict[KindKey, tuple[str, str]] = {
    "nps": ("nps_score", "nps_on"),
    "csat": ("csat_score", "csat_on"),
    "reviews": ("last_rating", "rated_on"),
    "points": ("loyalty_points", ""),
    "carts": ("cart_value", "cart_abandoned_on"),
}


def customer_rows(
    kind: SignalKind, rows: pd.DataFrame, scale: float | None
) -> tuple[pd.DataFrame, pd.Series]:
    """Return what each customer's rows say now, and why some rows are not used.

    Args:
        kind: The kind of file.
        rows: `row`, `customer` and the roles' values, a row for each row of the file and customer
            that it is about.
        scale: The highest possible score.

    Returns:
        A row for each customer (index: `customer`) with the columns of `SignalFile.frame`. And a
        reason by `row` for rows that another one replaced.
    """
    if kind.key == "subscriptions":
        return _subscriptions(rows), _no_reasons()
    if kind.key == "engagement":
        return _engagement(rows), _no_reasons()
    latest = _latest(kind, rows)
    older = set(rows["row"]) - set(latest["row"])
    reasons = pd.Series(OLDER, index=sorted(older), dtype=object)
    return _named(kind, latest.set_index("customer"), scale), reasons


def _no_reasons() -> pd.Series:
    return pd.Series(dtype=object)


def _latest(kind: SignalKind, rows: pd.DataFrame) -> pd.DataFrame:
    """The latest row of each customer; of those of one moment the lowest or highest value.

    The order of the file's rows does not matter.
    """
    value = next(name for name in ("score", "points", "value", "day") if name in rows)
    sortable = rows.assign(
        moment=rows["day"] if "day" in rows else pd.Series(pd.NaT, index=rows.index),
        tie=rows["tier"].fillna("") if "tier" in rows else "",
        size=0 if value == "day" else rows[value] * (-1 if kind.ties == "lowest" else 1),
    )
    ordered = sortable.sort_values(["moment", "size", "tie", "row"], na_position="first")
    return ordered.drop_duplicates("customer", keep="last").drop(columns=["moment", "tie", "size"])


def _named(kind: SignalKind, latest: pd.DataFrame, scale: float | None) -> pd.DataFrame:
    value, day = _NAMES[kind.key]
    role = {"points": "points", "carts": "value"}.get(kind.key, "score")
    frame = pd.DataFrame(index=latest.index)
    if role in latest:
        frame[value] = latest[role].astype(float)
    if kind.key == "nps":
        frame["nps_group"] = _groups(latest["score"], (DETRACTORS, PASSIVES), NPS_GROUPS)
    if kind.key == "csat":
        share = latest["score"] / (scale or 1.0)
        frame["csat_group"] = np.select(
            [share <= DISSATISFIED, share < SATISFIED], CSAT_GROUPS[:2], CSAT_GROUPS[2]
        )
    if day and "day" in latest:
        frame[day] = latest["day"].dt.normalize()
    if "tier" in latest:
        frame["loyalty_tier"] = latest["tier"]
    return frame


def _groups(scores: pd.Series, limits: tuple[float, float], names: tuple[str, ...]) -> np.ndarray:
    return np.select([scores <= limits[0], scores <= limits[1]], names[:2], names[2])


def _subscriptions(rows: pd.DataFrame) -> pd.DataFrame:
    """All subscriptions of a customer together."""
    places = {status: place for place, status in enumerate(STATUSES)}
    best = rows["status"].map(places).groupby(rows["customer"]).min()
    frame = pd.DataFrame(
        {"subscription_status": best.map(dict(enumerate(STATUSES))), "subscribed": best == 0}
    )
    active = rows[rows["status"] == STATUSES[0]]
    if "due" in rows:
        due = active["due"].groupby(active["customer"]).min().dt.normalize()
        frame["next_charge_on"] = due.reindex(frame.index)
    if "product" in rows:
        named = active[active["product"].notna()]
        frame["subscribed_products"] = _products(named, frame.index)
    return frame


def _products(rows: pd.DataFrame, customers: pd.Index) -> pd.Series:
    """The different products of each customer, sorted, as a tuple."""
    products: dict[int, set[str]] = {}
    for customer, product in zip(rows["customer"], rows["product"], strict=True):
        products.setdefault(customer, set()).add(product)
    tuples = [tuple(sorted(products.get(customer, ()))) for customer in customers]
    return pd.Series(tuples, index=customers, dtype=object)


def _engagement(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows of a customer together: the last days, the sums, and any unsubscription."""
    by_customer = rows["customer"]
    frame = pd.DataFrame(index=pd.Index(sorted(by_customer.unique()), name="customer"))
    together: dict[str, tuple[str, Callable[[pd.Series], pd.Series]]] = {
        "opened_on": ("email_opened_on", lambda days: days.groupby(by_customer).max()),
        "clicked_on": ("email_clicked_on", lambda days: days.groupby(by_customer).max()),
        "opens": ("email_opens", lambda counts: counts.groupby(by_customer).sum(min_count=1)),
        "clicks": ("email_clicks", lambda counts: counts.groupby(by_customer).sum(min_count=1)),
    }
    for role, (name, join) in together.items():
        if role in rows:
            joined = join(rows[role]).reindex(frame.index)
            frame[name] = joined.dt.normalize() if name.endswith("_on") else joined.astype(float)
    if "consent" in rows:
        # One refusal outweighs any number of consents.
        frame["email_consent"] = rows["consent"].groupby(by_customer).min().reindex(frame.index)
        frame["unsubscribed"] = frame["email_consent"].eq(False).fillna(False).astype(bool)
    return frame
