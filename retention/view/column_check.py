"""The step between a file and its use: which column is what, with a preview that follows every correction."""

import zlib
from dataclasses import replace

import streamlit as st

from retention.columns import Mapping
from retention.errors import RetentionError
from retention.files import Sheet
from retention.formats import ROLES
from retention.lines import DIMENSIONS
from retention.order_report import Question
from retention.orders import Orders, build_orders
from retention.view import load_flow, rows_report, text, widgets
from retention.view import loaded as session
from retention.view.loaded import Loaded

ALWAYS_SHOWN = ("customer_id", "ordered_at", "revenue", "order_id")
PREVIEW_ROWS = 8
NO_COLUMN = ""


def check_columns(opened: load_flow.Draft, data: Loaded | None) -> None:
    """The mapping, a preview of what comes out that follows each correction, and the button to go on."""
    sheet = opened.sheet
    st.title("Check the columns", anchor=False)
    st.markdown(f":gray[{text.plain(sheet.name)} · {text.plural(sheet.rows, 'row')} · {_recognised(opened.detected)}]")
    actions = st.container(horizontal=True)
    outcome = st.container()
    left, right = st.columns([2, 3], gap="large")
    with left:
        mapping = _mapping_form(opened)
        questions = st.container()
    with outcome:
        orders = _try(sheet, mapping)
    if orders is not None:
        with questions:
            answered = _ask(orders.report.questions, sheet, mapping)
        if answered != mapping:
            with outcome:
                orders = _try(sheet, answered)
    if orders is not None:
        with outcome:
            _numbers(orders)
    with right:
        if orders is not None:
            _first_orders(orders)
        with st.expander("The file as it is", icon=":material/table:", expanded=orders is None):
            st.dataframe(sheet.preview(PREVIEW_ROWS), hide_index=True, key="raw_preview")
    with actions:
        if st.button("Use these orders", type="primary", icon=":material/check:", disabled=orders is None):
            _use(opened, orders)
        if st.button("Choose another file" if data is None else "Cancel", icon=":material/close:"):
            _leave()


def _mapping_form(opened: load_flow.Draft) -> Mapping:
    """A choice of column for each role, the needed ones first."""
    detected, columns = opened.detected.columns, opened.sheet.columns
    rest = [role for role in ROLES if role not in ALWAYS_SHOWN]

    def choose(role: str) -> str | None:
        options = [NO_COLUMN, *columns]
        name = st.selectbox(
            ROLES[role].label,
            options,
            index=options.index(detected.get(role, NO_COLUMN)),
            format_func=lambda name: name or "Not in this file",
            key=f"role_{role}_{opened.sheet.digest[:12]}",
            persist_state="session",
            help=text.plain(ROLES[role].help),
        )
        return name or None

    st.subheader("Which column is what", anchor=False)
    chosen = {role: choose(role) for role in ALWAYS_SHOWN}
    with st.expander(f"More columns ({sum(role in detected for role in rest)} found)", icon=":material/tune:"):
        chosen |= {role: choose(role) for role in rest}
    return opened.detected.with_columns(**chosen)


def _ask(questions: tuple[Question, ...], sheet: Sheet, mapping: Mapping) -> Mapping:
    """What the file leaves open, each with the assumption made; returns the mapping with the answers."""
    answers = {}
    for question in questions:
        values = list(question.options)
        place = zlib.crc32(repr(sorted(mapping.columns.items())).encode())
        with st.container(border=True, gap="xsmall"):
            st.markdown(":orange[:material/help: **Please confirm**]")
            choice = st.radio(
                text.plain(question.text),
                values,
                index=values.index(question.assumed) if question.assumed in values else None,
                format_func=lambda value, options=question.options: text.plain(options[value]),
                key=f"ask_{question.setting}_{place}_{sheet.digest[:12]}",
                persist_state="session",
            )
        if choice is not None and choice != question.assumed:
            answers[question.setting] = choice
    return replace(mapping, **answers)


def _numbers(orders: Orders) -> None:
    """What the chosen columns make of the file, in four numbers."""
    found, table = orders.report, orders.table
    facts = table.aggregate(orders=table.count(), customers=table.customer_id.nunique(), revenue=table.revenue.sum())
    placed, customers, revenue = facts.to_pandas().iloc[0]
    left_out = found.rows_read - found.rows_kept
    widgets.metric_row(
        [
            widgets.Metric(
                "Orders",
                text.count(placed),
                "orders",
                f"Over {text.days((orders.end - orders.start).days + 1)}",
            ),
            widgets.Metric("Customers", text.count(customers), "customers", f"{placed / customers:.1f} orders each"),
            widgets.Metric(
                "Revenue",
                text.money(revenue, orders.currency, short=True),
                "revenue",
                f"{text.money(revenue / placed, orders.currency)} per order",
            ),
            widgets.Metric(
                "Rows left out",
                text.percent(left_out / found.rows_read),
                "rows_left_out",
                f"{text.count(left_out)} of {text.count(found.rows_read)}",
            ),
        ]
    )


def _first_orders(orders: Orders) -> None:
    """The first orders as they were read, what was assumed, and what was left out."""
    st.subheader("What comes out", anchor=False, help=f"{text.day(orders.start)} to {text.day(orders.end)}")
    first = orders.table.order_by("ordered_at").limit(PREVIEW_ROWS)
    st.dataframe(
        first.to_pandas(),
        hide_index=True,
        key="orders_preview",
        column_config=_order_columns(orders.currency),
    )
    for words in rows_report.notes(orders):
        rows_report.note(words)
    if orders.report.reasons:
        with st.expander("Rows left out, and why", icon=":material/filter_alt_off:"):
            st.dataframe(rows_report.reasons_table(orders), hide_index=True, key="left_out_preview")


def _order_columns(currency: str | None) -> dict:
    column, unit = st.column_config, f" ({currency})" if currency else ""
    labels = {role: ROLES[role].label for role in ("order_id", "customer_id", *DIMENSIONS, "currency")}
    return {
        **labels,
        "ordered_at": column.DatetimeColumn(ROLES["ordered_at"].label, format="D MMM YYYY, HH:mm"),
        "revenue": column.NumberColumn(f"Revenue{unit}", format="localized"),
        "discount": column.NumberColumn(f"Discount{unit}", format="localized"),
        "quantity": column.NumberColumn("Quantity", format="localized"),
    }


def _recognised(mapping: Mapping) -> str:
    if mapping.layout:
        return f"recognised as {text.plain(mapping.layout)}"
    return "columns found by their names and values"


def _use(opened: load_flow.Draft, orders: Orders) -> None:
    name = opened.sheet.name
    if load_flow.attempt("These orders cannot be used", lambda step: session.put(name, orders, step)):
        opened.sheet.release()
        _leave()


def _try(sheet: Sheet, mapping: Mapping) -> Orders | None:
    try:
        return _build(sheet.digest, repr(mapping), _sheet=sheet, _mapping=mapping)
    except RetentionError as error:
        widgets.problem("These columns do not make orders yet", error)
        return None


@st.cache_resource(scope="session", max_entries=4, show_spinner="Reading the orders…")
def _build(digest: str, choices: str, *, _sheet: Sheet, _mapping: Mapping) -> Orders:
    return build_orders(_sheet, _mapping)


def _leave() -> None:
    _build.clear()
    load_flow.finish()
