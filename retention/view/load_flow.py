"""The front page's way in: choose a source, check the columns, read what became of the rows."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd
import streamlit as st

from retention.columns import Mapping, detect_columns
from retention.errors import RetentionError
from retention.exports import to_csv
from retention.files import Sheet, open_sheet
from retention.formats import ROLES
from retention.lines import DIMENSIONS
from retention.orders import Orders, Question, build_orders
from retention.samples import SAMPLES
from retention.view import loaded as session
from retention.view import text, widgets
from retention.view.loaded import Loaded

FILE_TYPES = ["csv", "tsv", "txt", "gz", "zip", "parquet", "xlsx", "xlsm", "xlsb", "xls", "ods"]
ALWAYS_SHOWN = ("customer_id", "ordered_at", "revenue", "order_id")
PREVIEW_ROWS = 8
RECOGNISED = ("Shopify", "WooCommerce", "BigCommerce", "Squarespace", "Stripe", "Square", "Etsy", "Magento")
_NO_COLUMN = ""
T = TypeVar("T")
_DRAFT, _REFUSED = "load_draft", "load_refused"


@dataclass(frozen=True, slots=True)
class Draft:
    """An opened file whose columns the marketer is checking."""

    sheet: Sheet
    detected: Mapping


def draft() -> Draft | None:
    """The file being checked, if there is one."""
    return st.session_state.get(_DRAFT)


def choosing() -> bool:
    """Whether the marketer asked for other orders than the loaded ones."""
    return st.query_params.get("load") == "other"


def choose_source(data: Loaded | None) -> None:
    """Three ways in: the sample store, CDNOW, a file."""
    if data is None:
        st.title("Know who will come back", anchor=False)
        st.markdown(
            "Load your orders and see, within a minute, who will buy again, what each customer is worth, "
            "and which groups to talk to."
        )
    else:
        st.title("Load other orders", anchor=False)
        st.markdown(f"{text.plain(data.name)} stays loaded until other orders have been read.")
        if st.button(f"Back to {text.plain(data.name, 60)}", icon=":material/arrow_back:", type="tertiary"):
            _finish()
    store, cdnow, own = st.columns(3, gap="medium")
    with store, _card(":material/storefront:", "Sample store"):
        st.markdown(f"{SAMPLES['store'].description} {_sentence(SAMPLES['store'].size)}")
        if st.button("Open the sample store", type="primary", width="stretch"):
            _load_sample("store")
    with cdnow, _card(":material/album:", "CDNOW, real orders"):
        st.markdown(f"{SAMPLES['cdnow'].description} 2,357 customers, 6,919 orders.")
        if st.button("Open CDNOW", width="stretch"):
            _load_sample("cdnow")
    with own, _card(":material/upload_file:", "Your own orders"):
        st.markdown("An order export as CSV, TSV, Excel or Parquet, plain or in .zip or .gz.")
        upload = st.file_uploader("Order file", FILE_TYPES, key="order_file", label_visibility="collapsed")
    if upload is not None:
        _open(upload)
    _what_is_needed()


def check_columns(opened: Draft, data: Loaded | None) -> None:
    """The mapping, a preview of what comes out that follows each correction, and the button to go on."""
    sheet = opened.sheet
    st.title("Check the columns", anchor=False)
    st.markdown(
        f":gray[{text.plain(sheet.name)} · {text.plural(sheet.rows, 'row')} · {_recognised(opened.detected)}]"
    )
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
            _finish()


def report(data: Loaded) -> None:
    """What became of the file's rows, in words, with the rows that were left out as a download."""
    found = data.orders.report
    left_out = found.rows_read - found.rows_kept
    st.subheader("What was read", anchor=False)
    if not left_out:
        st.markdown(
            f":green[:material/check_circle:] All {text.plural(found.rows_read, 'row')} became orders."
        )
    else:
        share = text.percent(left_out / found.rows_read)
        st.markdown(
            f"{text.count(left_out)} of {text.plural(found.rows_read, 'row')} ({share}) were left out:"
        )
        st.dataframe(
            reasons_table(data.orders),
            hide_index=True,
            key="left_out",
            column_config={
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Amount": st.column_config.NumberColumn(
                    format="localized", help="What these rows add up to."
                ),
            },
        )
        widgets.csv_download(
            "Download the rows left out",
            "rows-left-out.csv",
            lambda: to_csv(data.orders.dropped_rows(), index=False),
            key="download_left_out",
        )
    for note in _notes(data.orders):
        _note(note)


def reasons_table(orders: Orders) -> pd.DataFrame:
    """One row a reason: why, how many rows, what they add up to, and where the first ones stand."""
    return pd.DataFrame(
        {
            "Why": [entry.reason for entry in orders.report.reasons],
            "Rows": [entry.rows for entry in orders.report.reasons],
            "Amount": [round(entry.revenue, 2) for entry in orders.report.reasons],
            "First rows in the file": [
                ", ".join(map(text.count, entry.first_lines)) for entry in orders.report.reasons
            ],
        }
    )


def _notes(orders: Orders) -> list[str]:
    found, currency = orders.report, orders.currency
    notes = list(found.notes)
    if found.refunded:
        notes.append(
            f"{text.money(found.refunded, currency)} of refunds were taken off the orders they belong to."
        )
    if found.unplaced_refunds:
        notes.append(
            f"{text.money(found.unplaced_refunds, currency)} of refunds belong to no order in the file, or "
            "exceed it, and were not taken off."
        )
    return notes


def _load_sample(name: str) -> None:
    if _attempt("These orders cannot be loaded", lambda step: session.put_sample(name, step)):
        _finish()


def _open(upload) -> None:
    """Open an uploaded file once; a file that was refused is not read again with every click."""
    refused = st.session_state.get(_REFUSED)
    if refused and refused[0] == upload.file_id:
        widgets.problem("This file cannot be used", refused[1])
        return

    def work(step: Callable[[str], None]) -> Draft:
        step(f"Reading {text.plain(upload.name, 80)} ({text.count(max(1, upload.size / 1e6))} MB)")
        sheet = open_sheet(upload, upload.name)
        step("Finding the columns")
        return Draft(sheet, detect_columns(sheet))

    opened = _attempt("This file cannot be used", work, remember=upload.file_id)
    if opened:
        st.session_state[_DRAFT] = opened
        st.rerun()


def _use(opened: Draft, orders: Orders) -> None:
    name = opened.sheet.name
    if _attempt("These orders cannot be used", lambda step: session.put(name, orders, step)):
        opened.sheet.release()
        _finish()


def _attempt(title: str, work: Callable[[Callable[[str], None]], T], remember: str | None = None) -> T | None:
    """Run `work` below a progress line; a RetentionError becomes a panel, and the loaded data stays."""
    place = st.empty()
    try:
        with place.status("Starting…") as status:
            return work(lambda step: status.update(label=f"{step}…"))
    except RetentionError as error:
        found = error
    place.empty()
    if remember:
        st.session_state[_REFUSED] = (remember, found)
    widgets.problem(title, found)
    return None


def _finish() -> None:
    """Leave the loading steps and show what is loaded."""
    st.session_state.pop(_DRAFT, None)
    st.session_state.pop(_REFUSED, None)
    st.query_params.pop("load", None)
    _build.clear()
    st.rerun()


def _try(sheet: Sheet, mapping: Mapping) -> Orders | None:
    try:
        return _build(sheet.digest, repr(mapping), _sheet=sheet, _mapping=mapping)
    except RetentionError as error:
        widgets.problem("These columns do not make orders yet", error)
        return None


@st.cache_resource(scope="session", max_entries=4, show_spinner="Reading the orders…")
def _build(digest: str, choices: str, *, _sheet: Sheet, _mapping: Mapping) -> Orders:
    return build_orders(_sheet, _mapping)


def _mapping_form(opened: Draft) -> Mapping:
    """A choice of column for each role, the needed ones first."""
    detected, columns = opened.detected.columns, opened.sheet.columns
    rest = [role for role in ROLES if role not in ALWAYS_SHOWN]

    def choose(role: str) -> str | None:
        options = [_NO_COLUMN, *columns]
        name = st.selectbox(
            ROLES[role].label,
            options,
            index=options.index(detected.get(role, _NO_COLUMN)),
            format_func=lambda name: name or "Not in this file",
            key=f"role_{role}_{opened.sheet.digest[:12]}",
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
    facts = table.aggregate(
        orders=table.count(), customers=table.customer_id.nunique(), revenue=table.revenue.sum()
    )
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
            widgets.Metric(
                "Customers", text.count(customers), "customers", f"{placed / customers:.1f} orders each"
            ),
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
    for note in _notes(orders):
        _note(note)
    if orders.report.reasons:
        with st.expander("Rows left out, and why", icon=":material/filter_alt_off:"):
            st.dataframe(reasons_table(orders), hide_index=True, key="left_out_preview")


def _note(words: str) -> None:
    st.markdown(f":gray[:material/info:] {text.plain(words)}")


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


@contextmanager
def _card(icon: str, title: str) -> Iterator[None]:
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{icon} **{title}**")
        yield


def _what_is_needed() -> None:
    """What a file must have, which exports are recognised, and the limits."""
    st.space("small")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What the file needs", anchor=False)
        for role, icon in (("customer_id", "person"), ("ordered_at", "event"), ("revenue", "payments")):
            st.markdown(f":material/{icon}: **{ROLES[role].label}.** {ROLES[role].help}")
        st.markdown(
            ":gray[Rows may be orders or order lines. Columns are found by themselves, in English, Thai "
            "and Filipino, and you check them before anything is used.]"
        )
    with right:
        limit = st.get_option("server.maxUploadSize")
        st.subheader("Good to know", anchor=False)
        st.markdown(
            f":material/task_alt: **Recognised exports:** {', '.join(RECOGNISED)}. Any other table works too."
        )
        st.markdown(
            f":material/upload: **Up to {limit} MB a file.** Beyond that, zip it (often a tenth of the "
            "size), or export the needed columns only."
        )
        st.markdown(
            ":material/lock: **Private to this session.** The file is read for you alone, kept nowhere, "
            "and forgotten when you leave."
        )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
