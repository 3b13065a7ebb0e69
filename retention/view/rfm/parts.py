"""The parts of the RFM page, from the grid to one group's customers."""

from functools import partial
from html import escape
from math import isfinite
from typing import cast

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from retention import wording
from retention.charts import rfm as charts
from retention.charts.clickable_rows import PICKED
from retention.csv_export import to_csv
from retention.errors import DataError
from retention.notation import rewritten
from retention.own_segments.rfm_rule import rfm_rule
from retention.playbook import strategies
from retention.segments.rfm import CONVENTIONAL_NAMES, RFM_CELLS, RFM_GROUPS, present_name
from retention.segments.rfm_totals import CELLS, members
from retention.view import customer_lists, page_table, text, widgets
from retention.view.chart_clicks import chart_key, clicked_in
from retention.view.plan_button import keep_segment, plan_button, plan_own_segment
from retention.view.rfm import frames
from retention.view.rfm.data import RfmBasis, RfmView
from retention.view.rfm.words import (
    ADVICE,
    DEFINITIONS,
    LABELS,
    GroupAdvice,
    advice_for,
    cell_words,
    is_gone,
    reservation,
)
from retention.view.session.contact import contact_for
from retention.view.session.loaded import Loaded

GROUP, CELL, MAP, SAVED = "rfm_group", "rfm_cell", "rfm_map", "rfm_saved"
TABLE = "rfm_table"
NOTE = "From the RFM grid, with the cut points that were in force."
OWN_PAGE = "pages/own_segments.py"
#: Which group to show first: the first of these with customers.
OPENS_ON = ("Cannot lose them", "Slipping away", "Need attention", "Champions")


def conclusion(view: RfmView, currency: str | None) -> str:
    """Which group matters most, and whom to look at first, as Markdown."""
    groups = view.groups
    has_amounts = bool(groups["revenue"].notna().any())
    by = "revenue_share" if has_amounts else "customer_share"
    best = str(groups[by].idxmax())
    row = cast(pd.Series, groups.loc[best])
    words = f"**{text.plain(best)}** are {wording.percent(row['customer_share'])} of your customers"
    if has_amounts:
        words += f" and brought {wording.percent(row['revenue_share'])} of the revenue"
    first = opens_on(view)
    look = cast(pd.Series, groups.loc[first])
    if first == best or not look["customers"]:
        return f"{words}."
    number = wording.plural(look["customers"], "customer")
    worth = ""
    if has_amounts:
        amount = text.plain(wording.money(look["revenue"], currency, short=True))
        worth = f" who brought {amount} so far"
    ahead = ""
    if isfinite(look["expected_value"]):
        value = text.plain(wording.money(look["expected_value"], currency, short=True))
        ahead = f", and {value} is expected of them within 12 months"
    return (
        f"{words}. **{text.plain(first)}** are {number}{worth}; half of them ordered "
        f"{wording.days(look['median_days'])} ago or earlier{ahead}."
    )


def opens_on(view: RfmView) -> str:
    """Which group to look at first: one with customers of whom something is expected."""
    groups = view.groups
    held = [group for group in OPENS_ON if groups["customers"][group]]
    return next(
        (group for group in held if not is_gone(cast(pd.Series, groups.loc[group]), groups)),
        held[0] if held else RFM_GROUPS[0],
    )


def model_state(basis: RfmBasis) -> None:
    """Say what is off where the orders carry no model."""
    if basis.problem is not None:
        widgets.no_model_panel(basis.problem, "The grid works as usual. The expected value is off.")


def choose_group(view: RfmView) -> str | None:
    """The pills of the eleven groups, and which one is chosen; None for none."""
    _read_former_address()
    return st.pills(
        "Look at one group",
        list(RFM_GROUPS),
        default=opens_on(view),
        key=GROUP,
        wrap=True,
        bind="query-params",
        on_change=_whole_group,
    )


def _elsewhere() -> str:
    """The groups that have another name in other tools."""
    return ", ".join(f"“{theirs}” is {ours} here" for ours, theirs in CONVENTIONAL_NAMES.items())


def _read_former_address() -> None:
    """Follow an address from the days when a group had the name of a lifecycle stage."""
    group = st.query_params.get(GROUP)
    if group is not None and present_name(group) != group:
        del st.query_params[GROUP]
        st.session_state[GROUP] = present_name(group)


def chosen_cell(group: str | None) -> tuple[int, int] | None:
    """The cell that was clicked, as long as its group is the one to look at."""
    cell = st.session_state.get(CELL)
    return cell if cell in RFM_CELLS and RFM_CELLS[cell] == group else None


def grid(data: Loaded, view: RfmView, group: str | None, cell: tuple[int, int] | None) -> None:
    """The heat map, in customers, revenue or expected value."""
    options = [name for name, column in frames.COLUMNS.items() if view.cells[column].notna().any()]
    measure = st.segmented_control(
        "Show",
        options,
        default=options[0],
        key="rfm_measure",
        bind="query-params",
        required=True,
        help=text.one_help(
            {
                "Grid": DEFINITIONS["grid"],
                "Groups": "Every customer is in exactly one of the eleven. Elsewhere some have the "
                f"words of lifecycle stages: {_elsewhere()}.",
            }
        ),
    )
    scored = "orders" if view.cuts.revenue is None else "orders and revenue"
    frame = frames.grid_frame(view.cells, view.cuts, measure, group, cell, data.orders.currency)
    top = frame.iloc[frame["strength"].argmax()]
    st.altair_chart(
        charts.grid_chart(frame, f"{measure} by score", scored),
        key=chart_key(MAP, cell),
        on_select=_clicked,
        selection_mode=PICKED,
        alt=f"{measure} in the 25 cells of recency by {scored}. The most: "
        f"{top['words']} in {top['group']}, recency {top['recency']}, {scored} {top['mean']}",
    )


def _clicked() -> None:
    """Look at the cell that was clicked, and at its group."""
    clicked = clicked_in(MAP, "recency", "mean")
    if clicked is None:
        return
    recency, mean = clicked
    cell = int(cast(int, recency)), int(cast(int, mean))
    if cell in CELLS:
        st.session_state[CELL], st.session_state[GROUP] = cell, RFM_CELLS[cell]


def _whole_group() -> None:
    st.session_state.pop(CELL, None)


def _row_chosen(groups: list[str]) -> None:
    """Look at the group whose row of the table was chosen."""
    rows = st.session_state[TABLE].selection.rows
    if rows:
        st.session_state[GROUP] = groups[rows[0]]
        _whole_group()


def one_group(
    data: Loaded, basis: RfmBasis, view: RfmView, group: str, cell: tuple[int, int] | None
) -> None:
    """One group, or one of its cells: who it is, what it amounts to, what to do, and a file."""
    row = cast(pd.Series, view.groups.loc[group] if cell is None else view.cells.loc[cell])
    customers, currency = int(row["customers"]), data.orders.currency
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute"):
        with st.container(width="content", gap=None):
            st.subheader(group if cell is None else f"{group}: one cell", anchor=False)
            about = (
                ADVICE[group].who
                if cell is None
                else f"Of these: {cell_words(cell, view.cuts, currency)}."
            )
            st.markdown(text.plain(about, limit=600))
        with st.container(horizontal=True, width="content", vertical_alignment="top"):
            if cell is not None:
                st.button(
                    f"All of {group}",
                    icon=":material/grid_view:",
                    on_click=_whole_group,
                    key="rfm_whole",
                )
            if customers:
                _use_and_download(data, basis, view, group, cell)
    _saved()
    if not customers:
        st.info("No customer is here under these cut points.", icon=":material/info:")
        return
    widgets.metric_row(_metrics(row, currency), definitions=DEFINITIONS, key="rfm")
    once = row["ordered_once"]
    if group in ("Champions", "Recent and frequent") and once > 0 and data.orders.has_amounts:
        st.caption(
            f"{wording.percent(once)} of them have ordered once: orders and revenue count alike, "
            "so one large order can carry a customer here."
        )
    reserved = reservation(group, row, view.groups, currency)
    if reserved:
        st.markdown(f":orange[:material/info:] {text.plain(reserved, limit=400)}")
    _what_to_do(advice_for(group, row, view.groups))


def _use_and_download(
    data: Loaded,
    basis: RfmBasis,
    view: RfmView,
    group: str,
    cell: tuple[int, int] | None,
) -> None:
    if plan_button("rfm_plan"):
        plan_own_segment(_segment_name(group, cell), rfm_rule(view.cuts, group, cell), NOTE)
    st.button(
        "Use as a segment",
        icon=":material/bookmark_add:",
        key="rfm_use",
        on_click=_use,
        args=(view, group, cell),
        help=DEFINITIONS["use"],
    )
    customer_lists.draw_download(
        data,
        contact_for(data)[members(view.places, group, cell)],
        partial(frames.group_list, data.customers, basis.scores, view.places, group, cell),
        file_name=f"rfm-{group.lower().replace(' ', '-')}.csv",
        key="download_rfm",
    )


def _use(view: RfmView, group: str, cell: tuple[int, int] | None) -> None:
    """Keep the group as an own segment, unless it is one already."""
    try:
        kept = keep_segment(_segment_name(group, cell), rfm_rule(view.cuts, group, cell), NOTE)
    except DataError as error:
        st.session_state[SAVED] = (False, str(error))
    else:
        st.session_state[SAVED] = (True, kept.name)


def _segment_name(group: str, cell: tuple[int, int] | None) -> str:
    return group if cell is None else f"{group}, {cell[0]} by {cell[1]}"


def _saved() -> None:
    """Say once what became of the last segment."""
    if SAVED not in st.session_state:
        return
    done, words = st.session_state.pop(SAVED)
    if not done:
        st.error(text.plain(words), icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f":green[:material/check_circle:] Kept as the own segment **{text.plain(words)}**."
        )
        page = page_table.page_of(OWN_PAGE)
        st.page_link(page.path, label=f"See it under “{page.view}”", icon=page.icon)


def _metrics(row: pd.Series, currency: str | None) -> list[widgets.Metric]:
    between = frames.value_range(row, currency)
    metrics = [
        widgets.Metric(
            label="Customers",
            value=wording.count(row["customers"]),
            about="customers",
            note=f"{wording.percent(row['customer_share'])} of all",
        ),
        widgets.Metric(
            label="Revenue so far",
            value=wording.money(row["revenue"], currency, short=True),
            about="revenue",
            note=f"{wording.percent(row['revenue_share'])} of all",
        ),
        widgets.Metric(
            label="Expected value",
            value=wording.money(row["expected_value"], currency, short=True),
            about="value",
            note="Needs a model"
            if between == wording.MISSING
            else f"12 months; 80% range {between}",
        ),
        widgets.Metric(
            label="Last order",
            value=wording.days(row["median_days"]),
            about="days",
            note=f"Ago, median; {wording.percent(row['ordered_once'])} ordered once",
        ),
    ]
    return metrics if isfinite(row["revenue"]) else [metrics[0], metrics[-1]]


def _what_to_do(advice: GroupAdvice) -> None:
    st.markdown(f"**What to do.** {text.plain(advice.what)}")
    by_key = {strategy.key: strategy for strategy in strategies()}
    for strategy in (by_key[key] for key in advice.strategies):
        with st.expander(text.plain(strategy.name)):
            st.markdown("\n".join(f"- {text.plain(step, limit=600)}" for step in strategy.how))
            st.caption(text.plain(f"{rewritten(strategy.evidence)} ({strategy.source})", limit=800))


def table(view: RfmView, scored: bool, currency: str | None) -> None:
    """All groups side by side."""
    st.subheader("All groups", anchor=False)
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn

    def share(label: str) -> ColumnConfig:
        return st.column_config.ProgressColumn(
            label, format="percent", min_value=0, max_value=1, width=110
        )

    has_amounts = view.cuts.revenue is not None
    shares = ["customer_share", "revenue_share", "expected_value_share", "ordered_once"]
    shown = view.groups.reset_index().round({"median_days": 0, "revenue": 0, "expected_value": 0})
    shown = shown.round(dict.fromkeys(shares, 3))
    shown["between"] = [frames.value_range(row, currency) for _, row in view.groups.iterrows()]
    st.dataframe(
        shown,
        key=TABLE,
        on_select=partial(_row_chosen, shown["group"].astype(str).tolist()),
        selection_mode="single-row",
        placeholder=wording.MISSING,
        hide_index=True,
        height=35 * (len(shown) + 1) + 3,
        column_order=[
            "group",
            "customers",
            "customer_share",
            *(["revenue", "revenue_share"] if has_amounts else []),
            *(
                ["expected_value", "between", "expected_value_share"]
                if scored and has_amounts
                else []
            ),
            "ordered_once",
            "median_days",
        ],
        column_config={
            "group": words("Group", pinned=True, width=140),
            "customers": number(
                "Customers", format="localized", width=78, help=DEFINITIONS["customers"]
            ),
            "customer_share": share("Of all"),
            "revenue": number("Revenue", format="localized", width=80, help=DEFINITIONS["revenue"]),
            "revenue_share": share("Of revenue"),
            "expected_value": number(
                "Value", format="localized", width=75, help=DEFINITIONS["value"]
            ),
            "between": words("80% range", width=120, help=DEFINITIONS["value"]),
            "expected_value_share": share("Of value"),
            "ordered_once": number("Once", format="percent", width=60, help=DEFINITIONS["once"]),
            "median_days": number(
                "Days", format="localized", step=1, width=55, help=DEFINITIONS["days"]
            ),
        },
    )
    amounts = f"Amounts in {text.plain(currency)}. " if currency else ""
    value = f"{amounts}Value: expected over the next 12 months. " if has_amounts else ""
    st.caption(f"{value}Once: share who ordered once. Days: median since the last order.")
    widgets.csv_download(
        "Download the table", "rfm.csv", partial(_table_csv, view), key="download_rfm_table"
    )


def _table_csv(view: RfmView) -> bytes:
    return to_csv(view.groups if view.cuts.revenue else view.groups.dropna(axis=1, how="all"))


def score_table(view: RfmView, currency: str | None) -> None:
    """Where each score begins, and how uneven the scores are."""
    st.markdown("**Where scores are cut**")
    rows = frames.score_frame(view.places, view.cuts, currency).to_dict("records")
    scored = [name for name in LABELS if name in rows[0]]
    body = "".join(
        f"<tr><th scope=row>{row['score']}</th>"
        + "".join(_score_cell(row[name], row[f"{name}_share"]) for name in scored)
        + "</tr>"
        for row in rows
    )
    head = "".join(f"<th scope=col>{LABELS[name]}</th>" for name in scored)
    st.html(
        f"<div class=rfms><table><thead><tr><th scope=col></th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _score_cell(words: str, share: float) -> str:
    """Which values have a score, how many customers, and a bar. The currency is the file's."""
    bar = f'<s style="width:{max(share * 100, 1):.1f}%"></s>' if share else ""
    style = "" if share else " class=no"
    return f"<td{style}>{escape(words)}<small>{wording.percent(share)}</small>{bar}</td>"
