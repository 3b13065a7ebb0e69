"""The step between a file and its use: which column is what, with a preview that follows every correction."""

import zlib
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import RetentionError
from retention.orders.mapping import Mapping
from retention.orders.money import CODES
from retention.orders.orders import Orders, build_orders
from retention.orders.report import Question
from retention.orders.roles import CONTACT_ROLES, ORDER_ROLES, ROLES, SIGNAL_ROLES
from retention.orders.rows import CARRIED
from retention.orders.sheet import Sheet
from retention.view import text, widgets
from retention.view.front import left_out as rows_report, sources as load_flow
from retention.view.session import loaded
from retention.view.session.loaded import Loaded

# What a question is about, by its setting: read out, not shown.
ASKED = {
    "day_first": "Day or month first",
    "decimal": "Thousands or decimals",
    "currency": "Currency",
    "per_order": "The order's amount or the line's",
}
ALWAYS_SHOWN = ("customer_id", "ordered_at", "revenue", "order_id")
NO_COLUMN = ""
FEW_ORDERS = 20
ALONE = 1.03
"""Orders a customer up to which practically everybody has ordered once."""
READINGS = 4  # kept, so that going back to an earlier choice is instant
_READ = "check_read"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the chosen columns make of the file: the orders, their totals, and the first of them."""

    orders: Orders
    placed: int
    customers: int
    revenue: float
    timed: bool
    """Whether any order has a time of day."""
    first: pd.DataFrame


def check_columns(opened: load_flow.Draft, data: Loaded | None) -> None:
    """The questions, the way on, what comes out, and the mapping; each correction is read anew."""
    sheet = opened.sheet
    st.title("Check the columns", anchor=False)
    st.markdown(
        f":gray[{text.plain(sheet.name)} · {wording.plural(sheet.rows, 'row')} · "
        f"{_recognised(opened.detected)}]"
    )
    questions = st.container()
    with st.container(horizontal=True):
        use = st.empty()
        if st.button("Choose another file" if data is None else "Cancel", icon=":material/close:"):
            _leave()
    outcome = st.empty()
    left, right = st.columns([2, 3], gap="large")
    with left:
        mapping = _mapping_form(opened)
    found = _read(opened, mapping, use, outcome)
    if found is not None and found.orders.currency is None:
        with left:
            currency = _currency(opened)
        if currency:
            mapping = replace(mapping, currency=currency)
            found = _read(opened, mapping, use, outcome)
    if found is not None:
        with questions:
            answered = _ask(found.orders.report.questions, sheet, mapping)
        if answered != mapping:
            mapping = answered
            found = _read(opened, mapping, use, outcome)
    with right:
        if found is not None:
            _first_orders(found)
        with st.expander("The file as it is", icon=":material/table:", expanded=found is None):
            st.dataframe(opened.preview, hide_index=True, key="raw_preview")
    if found is not None:
        with outcome.container():
            _numbers(found)
            _alarms(found, mapping)
    label = "Use these orders" if found is None else _label(found.orders)
    if use.button(
        label, type="primary", icon=":material/check:", disabled=found is None, key="use_orders"
    ):
        with outcome:
            _use(opened, found.orders)


def _label(orders: Orders) -> str:
    """The button's words; they name what an unanswered question costs."""
    if any(question.setting == "currency" for question in orders.report.questions):
        return f"Use {text.plain(orders.currency)} orders only"
    return "Use these orders"


def _mapping_form(opened: load_flow.Draft) -> Mapping:
    """A choice of column for each role, the needed ones first."""
    detected, columns = opened.detected.columns, opened.sheet.columns
    rest = [role for role in ORDER_ROLES if role not in ALWAYS_SHOWN]
    people = [*CONTACT_ROLES, *SIGNAL_ROLES]

    def key(role: str) -> str:
        return f"role_{role}_{opened.sheet.digest[:12]}"

    def absent(role: str) -> str:
        """What stands where no column is chosen."""
        parts = [
            st.session_state.get(key(part), detected.get(part))
            for part in ("quantity", "unit_price")
        ]
        if role == "revenue" and all(parts):
            return f"Computed: {parts[0]} × {parts[1]}"
        return "Empty in this file" if role in opened.empty else "Not in this file"

    def choose(role: str) -> str | None:
        options, nothing = [NO_COLUMN, *columns], absent(role)
        name = st.selectbox(
            ROLES[role].label,
            options,
            index=options.index(detected.get(role, NO_COLUMN)),
            format_func=lambda name: name or nothing,
            key=key(role),
            persist_state="session",
            help=text.plain(ROLES[role].help),
        )
        return name or None

    st.subheader("Which column is what", anchor=False)
    chosen = {role: choose(role) for role in ALWAYS_SHOWN}
    with st.expander(
        f"More columns ({sum(role in detected for role in rest)} found)", icon=":material/tune:"
    ):
        chosen |= {role: choose(role) for role in rest}
    found = sum(role in detected for role in people)
    with st.expander(
        f"Contact details and signals ({found} found)", icon=":material/contact_mail:"
    ):
        st.caption(
            "To send messages, to leave people out, and for groups such as subscribers. The other "
            "numbers do without."
        )
        chosen |= {role: choose(role) for role in people}
    return opened.detected.with_columns(**chosen)


def _currency(opened: load_flow.Draft) -> str | None:
    """The currency of amounts of which the file does not say it."""
    return st.selectbox(
        "Currency of the amounts",
        sorted(CODES),
        index=None,
        placeholder="The file does not say",
        key=f"currency_{opened.sheet.digest[:12]}",
        persist_state="session",
        help="It stands beside every amount, and in briefs and files. Nothing is converted.",
    )


def _ask(questions: tuple[Question, ...], sheet: Sheet, mapping: Mapping) -> Mapping:
    """What the file leaves open, each with the assumption made; returns the mapping with the answers."""
    answers = {}
    for question in questions:
        values = list(question.options)
        place = zlib.crc32(repr(sorted(mapping.columns.items())).encode())
        with st.container(border=True, gap="xsmall"):
            st.markdown(":orange[:material/help: **Please confirm before you go on**]")
            # The question names columns and cells. As a label it would reach a screen reader with its escapes.
            st.markdown(text.plain(question.text))
            choice = st.radio(
                ASKED[question.setting],
                values,
                index=values.index(question.assumed) if question.assumed in values else None,
                format_func=lambda value, options=question.options: text.plain(options[value]),
                key=f"ask_{question.setting}_{place}_{sheet.digest[:12]}",
                persist_state="session",
                label_visibility="collapsed",
            )
        if choice is not None and choice != question.assumed:
            answers[question.setting] = choice
    return replace(mapping, **answers)


def _numbers(found: Reading) -> None:
    """What the chosen columns make of the file, in four numbers."""
    report = found.orders.report
    left_out = report.rows_read - report.rows_kept
    skipped = widgets.Metric(
        "Rows left out",
        wording.percent(left_out / report.rows_read),
        "rows_left_out",
        f"{wording.count(left_out)} of {wording.count(report.rows_read)}",
    )
    sums = widgets.order_metrics(found.customers, found.placed, found.revenue, found.orders)
    widgets.metric_row([*sums, skipped])


def _alarms(found: Reading, mapping: Mapping) -> None:
    """What is likely to be a mistake, said before anything is used."""
    if FEW_ORDERS <= found.placed <= ALONE * found.customers:
        st.warning(
            f"**Is {text.plain(mapping.columns['customer_id'], 80)} really the customer?**  \n"
            f"{wording.plural(found.customers, 'customer')} with "
            f"{wording.plural(found.placed, 'order')}: nearly nobody ordered twice. If another "
            "column repeats for the same person (a customer number, an e-mail), choose it as the "
            "customer.",
            icon=":material/person_alert:",
        )
    rows_report.much_left_out(
        found.orders, found.revenue, "Look below, under “Rows left out, and why”, before you go on."
    )


def _first_orders(found: Reading) -> None:
    """The first orders as they were read, what was assumed, and what was left out."""
    orders = found.orders
    st.subheader(
        "What comes out",
        anchor=False,
        help=f"{wording.day(orders.start)} to {wording.day(orders.end)}",
    )
    st.dataframe(
        found.first,
        hide_index=True,
        key="orders_preview",
        column_config=_order_columns(orders.currency, found.timed),
    )
    for words in rows_report.notes(orders):
        rows_report.note(words)
    if orders.report.reasons:
        with st.expander("Rows left out, and why", icon=":material/filter_alt_off:"):
            st.dataframe(
                rows_report.reasons_table(orders),
                hide_index=True,
                key="left_out_preview",
                column_config={
                    "Rows": st.column_config.NumberColumn(format="localized"),
                    "Amount": rows_report.amount_column(orders.currency),
                },
            )


def _order_columns(currency: str | None, timed: bool) -> dict:
    column, unit = st.column_config, f" ({currency})" if currency else ""
    labels = {role: ROLES[role].label for role in ("order_id", "customer_id", *CARRIED, "currency")}
    return {
        **labels,
        "ordered_at": column.DatetimeColumn(
            ROLES["ordered_at"].label, format="D MMM YYYY, HH:mm" if timed else "D MMM YYYY"
        ),
        "revenue": column.NumberColumn(f"Revenue{unit}", format=text.TABLE_MONEY),
        "discount": column.NumberColumn(f"Discount{unit}", format=text.TABLE_MONEY),
        "quantity": column.NumberColumn("Quantity", format="localized"),
    }


def _recognised(mapping: Mapping) -> str:
    if mapping.layout:
        return f"recognised as {text.plain(mapping.layout)}"
    return "columns found by their names and values"


def _use(opened: load_flow.Draft, orders: Orders) -> None:
    name = opened.sheet.name
    with opened.busy:
        used = load_flow.attempt(
            "These orders cannot be used", lambda step: loaded.put(name, orders, step)
        )
        if used:
            opened.sheet.release()
    if used:
        _leave()


def _read(
    opened: load_flow.Draft, mapping: Mapping, use: DeltaGenerator, outcome: DeltaGenerator
) -> Reading | None:
    """The orders as mapped; while they are read, the button waits and the old numbers are gone."""
    choices = repr((opened.sheet.digest, mapping))
    known = st.session_state.setdefault(_READ, [])
    if choices not in known:
        use.button(
            "Reading…",
            type="primary",
            icon=":material/hourglass:",
            disabled=True,
            key="reading_orders",
        )
    try:
        with outcome:
            found = _build(opened.sheet.digest, repr(mapping), _opened=opened, _mapping=mapping)
    except RetentionError as error:
        with outcome:
            widgets.problem("These columns do not make orders yet", error)
        return None
    st.session_state[_READ] = [*(entry for entry in known if entry != choices), choices][-READINGS:]
    return found


@st.cache_resource(scope="session", max_entries=READINGS, show_spinner="Reading the orders…")
def _build(digest: str, choices: str, *, _opened: load_flow.Draft, _mapping: Mapping) -> Reading:
    with _opened.busy:
        return _reading(build_orders(_opened.sheet, _mapping))


def _reading(orders: Orders) -> Reading:
    table = orders.table
    facts = table.aggregate(
        placed=table.count(),
        customers=table.customer_id.nunique(),
        revenue=table.revenue.sum(),
        timed=(table.ordered_at != table.ordered_at.truncate("D")).any(),
    )
    found = facts.to_pandas().iloc[0]
    return Reading(
        orders,
        int(found["placed"]),
        int(found["customers"]),
        float(found["revenue"]),
        bool(found["timed"]),
        table.order_by("ordered_at").limit(load_flow.PREVIEW_ROWS).to_pandas(),
    )


def _leave() -> None:
    _build.clear()
    st.session_state.pop(_READ, None)
    load_flow.finish()
