"""A newer export beside loaded orders: what it would add, adding it, and what it has added."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from retention import wording
from retention.csv_export import to_csv
from retention.errors import DataError
from retention.orders.joining.added import MISSING, AddedOrders
from retention.orders.newer_export import add_export
from retention.orders.orders import Orders
from retention.view import text, widgets
from retention.view.session import campaigns, fixed_choices, loaded
from retention.view.session.loaded import Loaded

#: Kinds of orders that nothing is added to: all sessions share the samples, and a warehouse keeps
#: its own.
_CLOSED = ("store", "cdnow", "table")
#: Changed and missing orders that the page lists. The file has all of them.
LISTED = 200
_OUTCOME = "added_export"
#: What became of an order, as the list says it.
_LABELS = {
    "refunded": "Refunded",
    "cancelled": "Cancelled",
    "amount": "Another amount",
    "customer": "Another customer",
    MISSING: "Missing from the newer file",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What adding an export to the loaded orders would make.

    Attributes:
        orders: The orders of both; None where the two do not go together.
        added: What the export adds; None alike.
        refusal: Why the two do not go together.
        doubts: What to doubt of the export as a part of the joined orders. Its own length counts
            for nothing there.
    """

    orders: Orders | None = None
    added: AddedOrders | None = None
    refusal: DataError | None = None
    doubts: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the export can be added."""
        return self.orders is not None

    @property
    def is_likely(self) -> bool:
        """Whether the export shows the same shop, so that adding it is what is meant."""
        return self.added is not None and bool(self.added.same_shop)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an export has added.

    Attributes:
        digest: Of the orders of both.
        name: What the export is called.
        added: What it added.
    """

    digest: str
    name: str
    added: AddedOrders


def offer(data: Loaded | None, newer: Orders, name: str) -> Offer | None:
    """Return what adding an export to the loaded orders would make; None where it is not offered.

    Args:
        data: What is loaded.
        newer: The orders of the export.
        name: What the export is called.
    """
    if data is None or not takes_newer(data) or newer.aside is None:
        return None
    return _compare((data.orders.digest, newer.digest), _data=data, _newer=newer, _name=name)


# Not `kept`: its key is the digest of loaded orders alone.
@st.cache_resource(scope="session", max_entries=1, show_spinner="Comparing with the loaded orders…")
def _compare(key: tuple[str, str], *, _data: Loaded, _newer: Orders, _name: str) -> Offer:
    del key  # hashed by Streamlit, which passes over names that begin with an underscore
    kept = _data.orders
    if _data.currency_is_set:
        kept = replace(kept, currency=None)  # the store settings name it, and may change it
    try:
        orders, added = add_export(kept, _newer, names=(_data.name, _name))
    except DataError as error:
        return Offer(refusal=error)
    # What is said of the loaded orders is known, and the warnings of the two stand above.
    known = {*kept.report.warnings, *added.warnings}
    doubts = tuple(doubt for doubt in orders.report.warnings if doubt not in known)
    return Offer(orders=orders, added=added, doubts=doubts)


def takes_newer(data: Loaded) -> bool:
    """Return whether a newer export can be added to what is loaded.

    Args:
        data: What is loaded.
    """
    return data.origin.kind not in _CLOSED and data.orders.aside is not None


def let_go() -> None:
    """Let go of what was compared, once it is decided what becomes of the export."""
    _compare.clear()


def draw_offer(data: Loaded, proposed: Offer) -> None:
    """Say what the export would add, what to doubt, or why it cannot be added.

    Args:
        data: What is loaded.
        proposed: From `offer`.
    """
    beside = f"Beside {text.plain(data.name, 80)}"
    if proposed.added is None:
        st.caption(
            f":material/info: {beside}, this file cannot be added. "
            f"{text.plain(proposed.refusal, limit=1000)}"
        )
        return
    for warning in proposed.added.warnings:
        st.warning(text.plain(warning, limit=1000), icon=":material/warning:")
    st.markdown(f":material/difference: **{beside}:** {text.plain(proposed.added.sentence)}")


def add(
    data: Loaded, proposed: Offer, name: str, progress: Callable[[str], None]
) -> AddedOrders | None:
    """Make the orders of both the session's data. What the visitor has made stays.

    Args:
        data: What is loaded.
        proposed: From `offer`.
        name: What the export is called.
        progress: Is told each step in words.

    Returns:
        What the export added; None where it does not fit.
    """
    if proposed.orders is None or proposed.added is None:
        return None
    progress("Adding the orders")
    before, now = data.orders.digest, proposed.orders.digest
    if before != now:
        loaded.put_added(data, proposed.orders, progress, is_older=proposed.added.is_older)
        fixed_choices.follow_orders(before, now)
        campaigns.follow_orders(before, now)
    st.session_state[_OUTCOME] = _Outcome(digest=now, name=name, added=proposed.added)
    return proposed.added


def draw_outcome(data: Loaded) -> None:
    """Say in one place what the last export has added, and list the orders that it changed.

    Args:
        data: What is loaded.
    """
    outcome: _Outcome | None = st.session_state.get(_OUTCOME)
    if outcome is None or outcome.digest != data.orders.digest:
        return
    added = outcome.added
    with st.container(border=True, key="added-export", gap="small"):
        st.markdown(
            f":green[:material/playlist_add_check:] **{text.plain(outcome.name, 80)} was added.** "
            f"{text.plain(added.sentence)}"
        )
        remarks = list(added.warnings)
        if added.late_refunds:
            came = "refund came" if added.late_refunds == 1 else "refunds came"
            remarks.append(f"{wording.count(added.late_refunds)} {came} off earlier orders.")
        for remark in remarks:
            st.caption(f":material/info: {text.plain(remark, limit=1000)}")
        if len(added.listed):
            _draw_list(data, added)
        if st.button("Got it", key="added_export_seen", type="tertiary", icon=":material/check:"):
            del st.session_state[_OUTCOME]
            st.rerun()


def _draw_list(data: Loaded, added: AddedOrders) -> None:
    """List the orders that have changed or are missing, folded away, with a file."""
    number = added.changed + added.missing
    what = " and ".join(
        words
        for words, has_any in (("changed", added.changed), ("missing", added.missing))
        if has_any
    )
    with st.expander(f"The {wording.plural(number, f'{what} order')}"):
        shown = added.listed.head(LISTED)
        unit = f" ({data.orders.currency})" if data.orders.currency else ""
        column = st.column_config
        frame = shown.assign(change=shown["change"].map(_LABELS))
        if not data.orders.has_amounts:
            frame = frame.drop(columns=["revenue_before", "revenue_after"])
        st.dataframe(
            frame,
            hide_index=True,
            key="added_export_list",
            column_config={
                "order_id": "Order",
                "customer_id": "Customer",
                "ordered_at": column.DatetimeColumn("Order date", format="D MMM YYYY"),
                "change": "What changed",
                "revenue_before": column.NumberColumn(
                    f"Revenue before{unit}", format="localized", step=0.01
                ),
                "revenue_after": column.NumberColumn(
                    f"Revenue now{unit}", format="localized", step=0.01
                ),
            },
        )
        if number > len(shown):
            st.caption(f"The first {wording.count(len(shown))} of {wording.count(number)}.")
        widgets.csv_download(
            "Download the changed and missing orders",
            "changed-orders.csv",
            # A list of customers would need their consent beside them.
            lambda: to_csv(added.listed.drop(columns="customer_id"), index=False),
            key="download_added_export",
        )
