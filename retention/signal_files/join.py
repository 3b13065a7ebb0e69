"""Signals of the orders and of further files, joined by customer."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from retention.errors import DataError
from retention.signal_files.report import SignalFile
from retention.signal_files.values import STAR_SCALES
from retention.validation import rows_of

#: Columns that serve `join_contacts`, and are no signals of their own.
_OF_CONTACTS = ("email_consent",)


def join_signals(
    signals: pd.DataFrame, files: Sequence[SignalFile], customers: pd.DataFrame
) -> pd.DataFrame:
    """Return what is known of each customer beside the orders' money, from orders and files.

    - Of two ratings the later one counts; one without a date comes before all others. Where the
      scales differ, the file's stars are brought to the scale of the orders.
    - Of two carts the later one counts. A cart that an order followed is done with.
    - Whether a customer is subscribed, a file of subscriptions says for its customers.

    Args:
        signals: From `signals(orders)`.
        files: From `read_signals`, at most one of a kind.
        customers: From `summarise_customers`, for the day of the last order.

    Returns:
        The frame of signals with the files' columns (see `SignalFile.frame`) beside its own.

    Raises:
        DataError: Two files are of one kind.
    """
    _check_kinds(files)
    joined = signals.copy(deep=False)
    last_order = rows_of(customers, joined.index)["last_order"]
    for file in files:
        frame = rows_of(file.frame, joined.index)
        match file.kind:
            case "reviews":
                joined = _with_reviews(joined, frame, file.scale or STAR_SCALES[0])
            case "carts":
                joined = _with_carts(joined, frame, last_order)
            case "subscriptions":
                joined = _with_subscriptions(joined, frame)
            case _:
                own = [name for name in frame if name not in _OF_CONTACTS]
                joined = joined.assign(**{str(name): frame[name] for name in own})
        if "unsubscribed" in joined:
            # Whom the file does not name has not unsubscribed, as far as it knows.
            joined["unsubscribed"] = joined["unsubscribed"].eq(True).astype(bool)
    return joined


def join_contacts(contacts: pd.DataFrame, files: Sequence[SignalFile]) -> pd.DataFrame:
    """Return the contact details with the consent that files of e-mail engagement bring.

    Who unsubscribed has no consent, whatever the orders say. Who is subscribed has it where the
    orders do not say otherwise.

    Args:
        contacts: From `contacts(orders)`.
        files: From `read_signals`.

    Returns:
        The contacts, with `consent` where orders or files bring it.
    """
    for file in files:
        if "email_consent" not in file.frame:
            continue
        given = rows_of(file.frame, contacts.index)["email_consent"].astype("boolean")
        if "consent" in contacts:
            said = contacts["consent"].astype("boolean")
            given = said.where(said.notna(), given).mask(given.eq(False).fillna(False), False)
        if given.notna().any():
            contacts = contacts.assign(consent=given)
    return contacts


def _check_kinds(files: Sequence[SignalFile]) -> None:
    kinds = [file.kind for file in files]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if twice is not None:
        raise DataError(
            f"There are two files of kind {twice!r}. Read them as one: give read_signals a list."
        )


def _with_reviews(joined: pd.DataFrame, reviews: pd.DataFrame, scale: float) -> pd.DataFrame:
    stars = reviews["last_rating"].astype(float)
    days = reviews["rated_on"] if "rated_on" in reviews else pd.Series(pd.NaT, index=joined.index)
    if "last_rating" not in joined:
        return joined.assign(
            last_rating=stars, **({"rated_on": days} if "rated_on" in reviews else {})
        )
    known = joined["last_rating"].astype(float)
    best = known.max()
    own_scale = next((value for value in STAR_SCALES if not best > value), best)
    is_later = stars.notna() & (known.isna() | (days > joined["rated_on"]))
    return joined.assign(
        last_rating=known.mask(is_later, stars * own_scale / scale),
        rated_on=joined["rated_on"].mask(is_later, days),
    )


def _with_carts(joined: pd.DataFrame, carts: pd.DataFrame, last_order: pd.Series) -> pd.DataFrame:
    left_on = carts["cart_abandoned_on"]
    left_on = left_on.where(left_on >= pd.to_datetime(last_order).dt.normalize())
    value = carts.get("cart_value")
    if "cart_abandoned_on" in joined:
        known = joined["cart_abandoned_on"]
        is_later = left_on.notna() & (known.isna() | (left_on >= known))
        left_on = known.mask(is_later, left_on)
    else:
        is_later = left_on.notna()
    joined = joined.assign(cart_abandoned_on=left_on)
    return joined if value is None else joined.assign(cart_value=value.where(is_later))


def _with_subscriptions(joined: pd.DataFrame, subscriptions: pd.DataFrame) -> pd.DataFrame:
    named = subscriptions["subscription_status"].notna()
    subscribed = subscriptions["subscribed"].eq(True)
    if "subscribed" in joined:
        subscribed = subscribed.where(named, joined["subscribed"].eq(True))
    joined = joined.assign(
        subscribed=subscribed.astype(bool), subscription_status=subscriptions["subscription_status"]
    )
    if "next_charge_on" in subscriptions:
        joined = joined.assign(next_charge_on=subscriptions["next_charge_on"])
    if "subscribed_products" in subscriptions:
        known = joined.get("subscribed_products", pd.Series(index=joined.index, dtype=object))
        own = subscriptions["subscribed_products"]
        products = own.where(named, known)
        empty = pd.Series([()] * len(joined), index=joined.index, dtype=object)
        joined = joined.assign(
            subscribed_products=products.where(
                products.map(lambda value: isinstance(value, tuple)), empty
            )
        )
    return joined
