"""The session's work as a record, and a record as the session's work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from retention.columns.mapping import Mapping
from retention.kept_work.work import OpenPage, OrdersSource, SourceKind, Work
from retention.orders.orders import Orders
from retention.view import page_table
from retention.view.session import (
    campaign_tests,
    campaigns,
    choices,
    fixed_choices,
    loaded,
    own_segments,
    people,
    signal_files,
)
from retention.view.session.cache import empty_caches
from retention.view.session.customer_links import PARAMETER
from retention.view.session.loaded import Loaded, Origin, SampleName
from retention.view.session.store_settings import keep_store_settings, store_settings

_WAITING = "work_waiting"
#: Settings of addresses that mean nothing in another session, or would open the ways in again.
_NOT_KEPT = frozenset({PARAMETER, "load", "add"})


def session_work(*, with_orders: bool) -> Work:
    """Return all that the visitor of this session has made.

    Args:
        with_orders: Whether the orders and the files of signals are a part of it. Those of a
            warehouse never are.
    """
    data = loaded.peek()
    holds_orders = with_orders and data is not None and not data.in_warehouse
    orders = own_orders(data) if holds_orders and data is not None else None
    path = choices.open_page()
    return Work(
        saved_at=datetime.now(UTC).replace(microsecond=0),
        source=None if data is None else _source(data),
        mapping=None if data is None else data.mapping,
        rules=choices.segment_rules(),
        settings=store_settings(),
        order_value=choices.order_value(),
        own_segments=own_segments.session_library(),
        targets=choices.targets(),
        campaigns=campaigns.kept(),
        campaigns_for=campaigns.kept_for(),
        on_table=campaigns.on_table(),
        edited=campaigns.edited(),
        left_alone=replace(people.left_alone(), home_country=""),
        tests=campaign_tests.tests(),
        notes=campaign_tests.notes(),
        lifts=campaign_tests.lifts(),
        choices=fixed_choices.all_choices(),
        page=OpenPage(path=path, settings=_address()) if path else None,
        signals=() if orders is None or data is None else signal_files.files_of(data.orders),
        orders=orders,
    )


def own_orders(data: Loaded) -> Orders:
    """Return the orders as they were read, without the currency of the store settings."""
    return replace(data.orders, currency=None) if data.currency_is_set else data.orders


def signal_digests(data: Loaded) -> tuple[str, ...]:
    """Return what tells the files of signals apart that were added to the orders."""
    return signal_files.key_of(data.orders)


def _source(data: Loaded) -> OrdersSource:
    kind: SourceKind = "file" if data.origin.kind == "path" else data.origin.kind
    return OrdersSource(
        name=data.name,
        kind=kind,
        digest=data.orders.digest,
        customers=len(data.customers),
        placed=int(data.customers["orders"].sum()),
        until=data.orders.end,
        files=data.files,
    )


def _address() -> dict[str, list[str]]:
    return {
        name: st.query_params.get_all(name) for name in st.query_params if name not in _NOT_KEPT
    }


def apply(work: Work, progress: Callable[[str], None] = lambda _: None) -> bool:
    """Make saved work the session's, in the place of what was there.

    Args:
        work: As it was saved.
        progress: Is told each step in words.

    Returns:
        Whether its orders are loaded. If not, the work waits for them.

    Raises:
        RetentionError: The orders have no customer. Nothing has changed then.
    """
    data = _load_orders(work, progress)
    if data is not None:
        empty_caches()
    keep_store_settings(work.settings)
    choices.keep_segment_rules(work.rules)
    choices.keep_order_value(work.order_value)
    choices.keep_targets(work.targets)
    own_segments.keep_library(work.own_segments)
    campaigns.restore(work.campaigns, work.campaigns_for, work.on_table, work.edited)
    people.keep_left_alone(work.left_alone)
    campaign_tests.keep_all_tests(work.tests)
    campaign_tests.keep_all_notes(work.notes)
    campaign_tests.keep_all_lifts(work.lifts)
    fixed_choices.keep_all_choices(work.choices)
    loaded.follow_currency()
    if data is not None:
        signal_files.keep_all_files(data.orders, work.signals)
    is_complete = data is not None or work.source is None
    st.session_state[_WAITING] = None if is_complete else replace(work, orders=None, signals=())
    return is_complete


def _load_orders(work: Work, progress: Callable[[str], None]) -> Loaded | None:
    source = work.source
    if source is None:
        return None
    sample: SampleName | None = source.kind if source.kind in ("store", "cdnow") else None
    if sample and (work.orders is None or loaded.is_made(sample)):
        return loaded.put_sample(sample, progress)
    if work.orders is not None:
        origin = Origin(source.kind)
        return loaded.put(source.name, work.orders, progress, origin, work.mapping, source.files)
    here = loaded.peek()
    return here if here is not None and here.orders.digest == source.digest else None


def waiting() -> Work | None:
    """Return the work that was opened without its orders, until they are loaded."""
    return st.session_state.get(_WAITING)


def stop_waiting() -> None:
    """Keep what was opened, and wait for its orders no longer: the next ones count as others."""
    st.session_state[_WAITING] = None


def meet(data: Loaded) -> OpenPage | None:
    """Let work that waits for orders have these, and return the page that was open.

    Customers who were chosen from the orders of before are those of the new ones.
    """
    work = waiting()
    if work is None:
        return None
    stop_waiting()
    before = "" if work.source is None else work.source.digest
    fixed_choices.follow_orders(before, data.orders.digest)
    campaigns.follow_orders(before, data.orders.digest)
    return known_page(work.page)


def known_page(page: OpenPage | None) -> OpenPage | None:
    """Return a page that the app has; None for others."""
    paths = {known.path for known in page_table.pages()}
    return page if page is not None and page.path in paths else None


def mapping_for(columns: tuple[str, ...], opened: Work | None = None) -> Mapping | None:
    """Return how the export of the work was read, where this file has all of its columns.

    Args:
        columns: Those of the file.
        opened: Work that is being opened; that of the session where left out.
    """
    work, data = opened or waiting(), loaded.peek()
    mapping = work.mapping if work is not None else data.mapping if data is not None else None
    if mapping is None or not set(mapping.columns.values()) <= set(columns):
        return None
    # Which currency counts is asked anew: an export in another one could not be read at all.
    return replace(mapping, currency=None) if "currency" in mapping.columns else mapping
