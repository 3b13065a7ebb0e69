"""The step between a file and its use: its columns, with a preview that follows every change."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.columns.detection import unread_amount
from retention.columns.mapping import Mapping
from retention.columns.roles import ROLES
from retention.display import key_text
from retention.errors import RetentionError
from retention.kept_work.work import OpenPage
from retention.orders.orders import Orders, build_orders, table_orders
from retention.orders.report import ONE_ORDER_EACH
from retention.orders.rows import CARRIED
from retention.view import text, widgets
from retention.view.front import added_export, left_out, sources
from retention.view.front.added_export import Offer
from retention.view.front.drafts import PREVIEW_ROWS, Draft
from retention.view.front.mapping_form import (
    answer_questions,
    choose_columns,
    choose_currency,
    choose_statuses,
    folded,
)
from retention.view.session import loaded
from retention.view.session.kept_work import record
from retention.view.session.loaded import Loaded

#: Orders below which nothing is said about how often customers come back.
FEW_ORDERS = 20
#: Readings that are kept, so that going back to an earlier choice is instant.
KEPT_READINGS = 4
_READ = "check_read"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the chosen columns make of the file.

    Attributes:
        orders: The orders.
        placed: Number of orders.
        customers: Number of customers.
        revenue: Sum of the orders, in their currency; NaN where the file has no amounts.
        timed: Whether any order has a time of day.
        first: The first orders, as they were read.
    """

    orders: Orders
    placed: int
    customers: int
    revenue: float
    timed: bool
    first: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Places:
    """Places of the page that are filled once the file has been read.

    Attributes:
        questions: What the file leaves open.
        use: The button that goes on.
        outcome: The numbers, or why there are none.
        form: The choice of columns.
    """

    questions: DeltaGenerator
    use: DeltaGenerator
    outcome: DeltaGenerator
    form: DeltaGenerator


def check_columns(draft: Draft, data: Loaded | None) -> None:
    """Draw the questions, the way on, the numbers and the mapping; each change reads the file anew.

    Args:
        draft: The opened file.
        data: What is loaded so far.
    """
    st.title("Check the columns", anchor=False)
    st.markdown(
        f":gray[{text.plain(draft.sheet.name)} · {wording.plural(draft.rows, 'row')} · "
        f"{_recognised(draft.detected)}]"
    )
    _draw_files(draft)
    questions = st.container()
    with st.container(horizontal=True):
        use = st.empty()
        if st.button(
            f"Choose another {draft.kind}" if data is None else "Cancel", icon=":material/close:"
        ):
            _leave(draft)
    outcome = st.empty()
    form, preview = st.columns([2, 3], gap="large")
    places = _Places(questions=questions, use=use, outcome=outcome, form=form)
    mapping, reading = _choose_and_read(draft, places)
    proposed = None
    if reading is not None:
        with outcome:
            proposed = added_export.offer(data, reading.orders, draft.sheet.name)
    with preview:
        if reading is not None:
            _draw_first_orders(reading, _doubts(proposed))
        with folded(
            f"The {draft.kind} as it is", "table", "folded_raw_preview", is_open=reading is None
        ) as is_open:
            if is_open:
                st.dataframe(draft.preview, hide_index=True, key="raw_preview")
    if reading is not None:
        with outcome.container():
            if data is not None and proposed is not None:
                added_export.draw_offer(data, proposed)
            _draw_numbers(reading)
            _draw_warnings(reading, mapping, is_added=_doubts(proposed) is not None)
            if not reading.orders.has_amounts:
                _warn_without_amounts(draft, mapping)
    pressed = _draw_buttons(use, reading, proposed)
    if pressed == "use" and reading is not None:
        with outcome:
            _use(draft, reading.orders, mapping)
    elif pressed == "add" and data is not None and proposed is not None:
        with outcome:
            _add(draft, data, proposed)


def _draw_buttons(
    place: DeltaGenerator, reading: Reading | None, proposed: Offer | None
) -> Literal["use", "add"] | None:
    """Draw the ways on, and return the one that was chosen.

    The first button adds the orders to the loaded ones where they are likely of the same shop.
    """
    with place.container(horizontal=True):
        adds_first = proposed is not None and proposed.is_likely
        added = False
        if proposed is not None and proposed.fits:
            added = st.button(
                "Add to the loaded orders",
                type="primary" if adds_first else "secondary",
                icon=":material/playlist_add:",
                key="add_orders",
            )
        used = st.button(
            "Use these orders" if reading is None else _use_label(reading.orders),
            type="secondary" if adds_first else "primary",
            icon=":material/check:",
            disabled=reading is None,
            key="use_orders",
        )
    return "add" if added else "use" if used else None


def _draw_files(draft: Draft) -> None:
    """What was read of each file or sheet, where the rows come from several."""
    rows = draft.sheet.rows_by_name()
    if len(rows) < 2:
        return
    with st.expander(f"{len(rows)} files or sheets read as one", icon=":material/stacks:"):
        st.markdown(
            "\n".join(
                f"- {text.plain(name)}: {wording.plural(count, 'row')}"
                for name, count in rows.items()
            )
        )


def _choose_and_read(draft: Draft, places: _Places) -> tuple[Mapping, Reading | None]:
    """The columns and answers as chosen, and what they make of the file: None if no orders."""
    with places.form:
        mapping = choose_columns(draft)
    reading = _read(draft, mapping, places)
    if reading is not None and reading.orders.has_amounts and reading.orders.currency is None:
        with places.form:
            currency = choose_currency(draft)
        if currency:
            mapping = replace(mapping, currency=currency)
            reading = _read(draft, mapping, places)
    asked: set[str] = set()
    if reading is not None:
        questions = reading.orders.report.questions
        asked = {question.about for question in questions}
        with places.questions:
            answered = answer_questions(questions, draft.sheet, mapping)
        if answered != mapping:
            mapping = answered
            reading = _read(draft, mapping, places)
    if reading is not None:
        with places.form:
            others = [m for m in reading.orders.report.statuses if m.text not in asked]
            settled = choose_statuses(draft, others, mapping)
        if settled != mapping:
            mapping = settled
            reading = _read(draft, mapping, places)
    return mapping, reading


def _use_label(orders: Orders) -> str:
    """The button's words. They name what an unanswered question costs."""
    if any(question.setting == "currency" for question in orders.report.questions):
        return f"Use {text.plain(orders.currency)} orders only"
    return "Use these orders"


def _draw_numbers(reading: Reading) -> None:
    """What the chosen columns make of the file, in four numbers."""
    report = reading.orders.report
    skipped_rows = report.rows_read - report.rows_kept
    skipped = widgets.Metric(
        label="Rows left out",
        value=wording.percent(skipped_rows / report.rows_read),
        about="rows_left_out",
        note=f"{wording.count(skipped_rows)} of {wording.count(report.rows_read)}",
    )
    sums = widgets.order_metrics(reading.customers, reading.placed, reading.revenue, reading.orders)
    widgets.metric_row([*sums, skipped])


def _doubts(proposed: Offer | None) -> tuple[str, ...] | None:
    """What to doubt of the joined orders; None where the file is not likely to be added."""
    return proposed.doubts if proposed is not None and proposed.is_likely else None


def _draw_warnings(reading: Reading, mapping: Mapping, *, is_added: bool) -> None:
    """What is likely to be a mistake, said before anything is used.

    A short file is judged by the orders that it is likely to be added to.
    """
    if not is_added and FEW_ORDERS <= reading.placed <= ONE_ORDER_EACH * reading.customers:
        st.warning(
            f"**Is {text.plain(mapping.columns['customer_id'], 80)} really the customer?**  \n"
            f"{wording.plural(reading.customers, 'customer')} with "
            f"{wording.plural(reading.placed, 'order')}: nearly nobody ordered twice. If another "
            "column repeats for the same person (a customer number, an e-mail), choose it as the "
            "customer.",
            icon=":material/person_alert:",
        )
    left_out.warn_if_much(
        reading.orders,
        reading.revenue,
        "Look below, under “Rows left out, and why”, before you go on.",
    )


def _warn_without_amounts(draft: Draft, mapping: Mapping) -> None:
    """What is lost without amounts, and the column that is named like them."""
    unread = unread_amount(draft.sheet, mapping)
    advice = "If a column holds the amount paid, choose it below."
    if unread is not None:
        advice = f"Is it {text.plain(unread, 80)}? If so, choose it below as the amount paid."
    st.warning(
        f"**No column holds amounts.** {advice}  \nYou can go on without: who comes back, when and "
        "how often works as usual. Revenue, order values, the value of customers, VIPs and big "
        "spenders are left out, and campaigns ask you for an order value.",
        icon=":material/money_off:",
    )


def _draw_first_orders(reading: Reading, doubts: Sequence[str] | None) -> None:
    """The first orders as they were read, what was assumed, and what was left out.

    `doubts` are those of the joined orders, where these are likely to be added to others.
    """
    orders = reading.orders
    st.subheader(
        "What comes out",
        anchor=False,
        help=f"{wording.day(orders.start)} to {wording.day(orders.end)}",
    )
    st.dataframe(
        reading.first,
        hide_index=True,
        key="orders_preview",
        column_config=_order_columns(orders.currency, timed=reading.timed),
    )
    left_out.draw_notes(left_out.notes(orders, doubts), orders.report.unused)
    if orders.report.reasons:
        with folded("Rows left out, and why", "filter_alt_off", "folded_left_out") as is_open:
            if is_open:
                left_out.draw_reasons(orders, key="left_out_preview")


def _order_columns(currency: str | None, *, timed: bool) -> dict[str, Any]:
    column, unit = st.column_config, f" ({currency})" if currency else ""
    labels = {role: ROLES[role].label for role in ("order_id", "customer_id", *CARRIED, "currency")}
    return {
        **labels,
        "ordered_at": column.DatetimeColumn(
            ROLES["ordered_at"].label, format="D MMM YYYY, HH:mm" if timed else "D MMM YYYY"
        ),
        "revenue": column.NumberColumn(f"Revenue{unit}", format="localized", step=0.01),
        "discount": column.NumberColumn(f"Discount{unit}", format="localized", step=0.01),
        "refunded": column.NumberColumn(f"Refunded{unit}", format="localized", step=0.01),
        "quantity": column.NumberColumn("Quantity", format="localized"),
    }


def _recognised(mapping: Mapping) -> str:
    if mapping.layout:
        return f"recognised as {text.plain(mapping.layout)}"
    return "columns found by their names and values"


def _use(draft: Draft, orders: Orders, mapping: Mapping) -> None:
    name = draft.sheet.name
    with draft.busy:
        used = sources.attempt(
            "These orders cannot be used",
            lambda step: loaded.put(name, orders, step, draft.origin, mapping),
        )
        if used:
            draft.sheet.release()
    if used:
        _leave(draft, orders, record.meet(used))


def _add(draft: Draft, data: Loaded, proposed: Offer) -> None:
    with draft.busy:
        added = sources.attempt(
            "These orders cannot be added",
            lambda step: added_export.add(data, proposed, draft.sheet.name, step),
        )
        if added is not None:
            draft.sheet.release()
    if added is not None:
        _leave(draft)


def _read(draft: Draft, mapping: Mapping, places: _Places) -> Reading | None:
    """The orders as mapped. While they are read, the button waits and the old numbers are gone."""
    choices = key_text((draft.sheet.digest, mapping))
    known = st.session_state.setdefault(_READ, [])
    if choices not in known:
        places.use.button(
            "Reading…",
            type="primary",
            icon=":material/hourglass:",
            disabled=True,
            key="reading_orders",
        )
    try:
        with places.outcome:
            reading = _build(
                (draft.sheet.digest, key_text(mapping)), _draft=draft, _mapping=mapping
            )
    except RetentionError as error:
        with places.outcome:
            widgets.problem("These columns do not make orders yet", error)
        return None
    earlier = [entry for entry in known if entry != choices]
    st.session_state[_READ] = [*earlier, choices][-KEPT_READINGS:]
    return reading


# Not `kept`: its key is the digest of loaded orders, and `empty_caches` would drop the readings.
# Here the orders are what is made, from a file that is not loaded yet.
@st.cache_resource(scope="session", max_entries=KEPT_READINGS, show_spinner="Reading the orders…")
def _build(key: tuple[str, str], *, _draft: Draft, _mapping: Mapping) -> Reading:
    del key  # hashed by Streamlit, which passes over names that begin with an underscore
    with _draft.busy:
        if _draft.table is None:
            orders = build_orders(_draft.sheet, _mapping)
        else:
            orders = table_orders(_draft.table, _draft.sheet, _mapping)
        _draft.readings.append(orders)
        return _reading_of(orders)


def _reading_of(orders: Orders) -> Reading:
    table = orders.table
    facts = table.aggregate(
        placed=table.count(),
        customers=table.customer_id.nunique(),
        revenue=table.revenue.sum(),
        timed=(table.ordered_at != table.ordered_at.truncate("D")).any(),
    )
    totals = facts.to_pandas().iloc[0]
    first = table.order_by("ordered_at").limit(PREVIEW_ROWS).to_pandas()
    return Reading(
        orders=orders,
        placed=int(totals["placed"]),
        customers=int(totals["customers"]),
        revenue=float(totals["revenue"]) if orders.has_amounts else math.nan,
        timed=bool(totals["timed"]),
        first=first if orders.has_amounts else first.drop(columns="revenue"),
    )


def _leave(draft: Draft, used: Orders | None = None, page: OpenPage | None = None) -> None:
    """Go on to a page, the front page at first; of the readings only the one in use stays."""
    _build.clear()
    added_export.let_go()
    st.session_state.pop(_READ, None)
    for orders in draft.readings:
        if orders is not used:
            orders.release()
    sources.finish(page)
