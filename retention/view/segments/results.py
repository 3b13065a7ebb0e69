"""What follows the sliders: counts, shares, the map, the table, and one segment to take away."""

from collections.abc import Hashable, Mapping
from functools import partial
from html import escape
from math import isfinite, isnan, nan
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.customers.search import best_first
from retention.segments import labels
from retention.segments.inputs import SegmentInputs, value_cutoffs
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes, label_frame, members
from retention.segments.totals import Placement, map_counts
from retention.view import customer_lists, forecast_panels, text, widgets
from retention.view.live_chart import live_chart
from retention.view.plan_button import plan_button, plan_segment
from retention.view.segments import frames
from retention.view.segments.strips import map_parts, shares_spec
from retention.view.session import choices
from retention.view.session.contact import contact_for
from retention.view.session.loaded import Loaded
from retention.view.session.segments import Basis

LABELS, COLOURS = labels.LABELS, frames.COLOURS

EXPECTED_VALUE = (
    "Margin expected over the next 12 months, discounted. Margin and rate: store settings."
)
RANGE = f"80% range. {text.DEFINITIONS['range_80']}"


def expected_value_words() -> str:
    """What the expected value is, by the store settings."""
    terms = forecast_panels.terms(choices.standard_plan())
    return f"Expected value: over the next 12 months. {terms}."


def without_unknown(summary: pd.DataFrame, off: Mapping[str, str]) -> pd.DataFrame:
    """The summary with missing numbers, instead of zeros, for groups that are `unavailable`."""
    if not off:
        return summary
    known = summary.astype({"customers": float})
    known.loc[list(off)] = nan
    return known


def conclusion(summary: pd.DataFrame) -> str:
    """How many customers are leaving, and what the best bring, as Markdown."""
    quiet = summary.loc[["at_risk", "lapsed"], "customer_share"].sum()
    best = summary.loc[["loyal", "vip"]]
    customers, revenue = best["customers"].sum(), best["revenue_share"].sum(min_count=1)
    words = (
        f"**{wording.percent(quiet)}** of your customers are at risk or lapsed. "
        f"**{wording.count(customers)}** are loyal or VIP"
    )
    if isnan(revenue):
        return f"{words}."
    return f"{words} and brought **{wording.percent(revenue)}** of the revenue."


def draw_counts(counts: np.ndarray, off: Mapping[str, str], definitions: Mapping[str, str]) -> None:
    """How many customers each stage has: it follows a slider first, and is the charts' legend."""
    total = counts.sum()
    entries = []
    for stage, customers in zip(STAGES, counts.tolist(), strict=True):
        number, share = wording.MISSING, ""
        if stage not in off:
            number = wording.count(customers)
            share = f"<span>{wording.percent(customers / total)}</span>"
        entries.append(
            f'<div role=listitem title="{escape(definitions[stage])}">'
            f'<i style="background:{COLOURS[stage]}"></i>'
            f"<em>{LABELS[stage]}</em><b>{number}</b>{share}</div>"
        )
    st.html(f"<div class=segs role=list>{''.join(entries)}</div>")


def draw_problem(basis: Basis) -> None:
    """Say what is off where the orders carry no model."""
    if basis.problem is None:
        return
    widgets.no_model_panel(
        basis.problem,
        "The stages by orders and days work as usual. VIP, “ready to buy”, the expected value and "
        "the map of customers need a model and are off.",
    )


def draw_shares(
    summary: pd.DataFrame, definitions: Mapping[str, str], currency: str | None
) -> None:
    """Who brings the revenue and the expected value."""
    rows = frames.share_rows(summary, definitions, currency)
    words = ", ".join(
        f"{LABELS[stage]} {wording.percent(summary['customer_share'].iloc[n])}"
        for n, stage in enumerate(STAGES)
    )
    live_chart(
        shares_spec(),
        {"shares": rows},
        key="segment_shares",
        alt_text=f"Share of customers: {words}",
    )
    if summary["expected_value"].notna().any():
        st.caption(text.plain(expected_value_words()))


def draw_map(
    data: Loaded, basis: Basis, rules: SegmentRules, placement: Placement, group: str | None
) -> None:
    """Customers by probability to buy and expected value, with the thresholds that cut them."""
    grid = basis.inputs.grid
    if grid is None:
        return
    spec, words = map_parts(data, rules.ready_days, _grid=grid)
    cutoff = value_cutoffs(basis.inputs, rules)["vip"]
    counts = map_counts(basis.inputs, placement, group if group in TRAITS else None)
    cells = frames.map_rows(grid, counts, group, words)
    with forecast_panels.expected("segment-map"):
        live_chart(
            spec,
            {
                "cells": cells,
                "across": pd.DataFrame(
                    {"probability": [rules.ready_probability], "label": ["Ready to buy →"]}
                ),
                "up": pd.DataFrame(
                    {"value": [cutoff], "label": ["VIP ↑"]}
                    if isfinite(cutoff)
                    else {"value": [], "label": []}
                ),
            },
            key="segment_map",
            alt_text="Customers by probability to buy and expected value"
            + (f", {LABELS[group]} highlighted" if group else "")
            + _fullest_cell(cells),
        )


def _fullest_cell(cells: pd.DataFrame) -> str:
    """Say where most customers stand on the map."""
    if cells.empty:
        return ""
    fullest = cells.iloc[cells["customers"].argmax()]
    return (
        f". The most, {wording.count(fullest['customers'])}, have a probability of "
        f"{fullest['chance']} and a value of {fullest['worth']}"
    )


def choose_group(basis: Basis, off: Mapping[str, str]) -> str | None:
    """Which stage or trait to look at; None for all. Those in `off` are marked as missing."""
    return st.pills(
        "Look at one segment",
        [*STAGES, *TRAITS],
        format_func=lambda group: (
            f"{LABELS[group]} {wording.MISSING}" if group in off else LABELS[group]
        ),
        default=basis.opens_on,
        key="segment",
        wrap=True,
        bind="query-params",
        help="Stages first: every customer has exactly one. Then traits: a customer may have "
        "several.",
    )


def draw_group(
    data: Loaded,
    summary: pd.DataFrame,
    definitions: Mapping[str, str],
    basis: Basis,
    rules: SegmentRules,
    group: str,
) -> None:
    """One segment: its definition, what it amounts to, and its customers as a file."""
    row, currency = cast(pd.Series, summary.loc[group]), data.orders.currency
    customers = 0 if isnan(row["customers"]) else int(row["customers"])
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="distribute"):
        with st.container(width="content", gap=None):
            st.subheader(LABELS[group], anchor=False)
            st.markdown(text.plain(definitions[group], limit=1000))
        if customers:
            inside = members(assign_codes(basis.inputs, rules), group)
            with st.container(horizontal=True, width="content", vertical_alignment="top"):
                if plan_button("plan_segment"):
                    plan_segment(LABELS[group])
                customer_lists.draw_download(
                    data,
                    contact_for(data)[inside],
                    partial(group_list, data.customers, basis.scores, basis.inputs, rules, group),
                    file_name=f"{group}.csv",
                    key="download_segment",
                )
    between = frames.value_range(row, currency)
    has_amounts = data.orders.has_amounts
    widgets.metric_row(_metrics(row, between, rules.ready_days, currency, has_amounts=has_amounts))
    if not isnan(row["expected_value"]):
        explanation = " 80% range: the truth lies in it in about 8 of 10 cases." if between else ""
        st.caption(text.plain(f"{expected_value_words()}{explanation}"))


def _metrics(
    row: pd.Series, between: str, ready_days: int, currency: str | None, *, has_amounts: bool
) -> list[widgets.Metric]:
    """One segment's headline numbers; `between` is the range of its expected value, or empty."""
    probability = row["mean_probability"]
    metrics = [
        widgets.Metric(
            label="Customers",
            value=wording.count(row["customers"]),
            about="customers",
            note=_of_all(row["customer_share"]),
        ),
        widgets.Metric(
            label="Revenue so far",
            value=wording.money(row["revenue"], currency, short=True),
            about="revenue",
            note=_of_all(row["revenue_share"]),
        ),
        widgets.Metric(
            label="Expected value",
            value=wording.money(row["expected_value"], currency, short=True),
            about="cltv",
            note=f"80% range: {between}"
            if between
            else _of_all(row["expected_value_share"], "12 months, "),
        ),
        widgets.Metric(
            label="Will buy",
            value=wording.percent(probability),
            about="p_purchase",
            note=None if isnan(probability) else f"Within {wording.plural(ready_days, 'day')}",
        ),
    ]
    return metrics if has_amounts else [metrics[0], metrics[-1]]


def _of_all(share: float, before: str = "") -> str | None:
    return None if isnan(share) else f"{before}{wording.percent(share)} of all"


def group_list(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    inputs: SegmentInputs,
    rules: SegmentRules,
    group: str,
) -> pd.DataFrame:
    """A segment's customers with their scores and segments, highest expected value first."""
    codes = assign_codes(inputs, rules)
    inside = members(codes, group)
    table = label_frame(codes[inside], customers.index[inside]).join(customers[inside])
    if "revenue" not in inputs.raw:
        table = table.drop(columns=["big_spender", "high_order_value"])
    if scores is not None:
        table = table.join(scores[inside])
        table[f"p_purchase_{rules.ready_days}d"] = inputs.raw["probability"][inside]
    return best_first(table)


COLUMNS = {
    "Customers": "Customers in the segment, and their share of all customers.",
    "Revenue so far": text.DEFINITIONS["revenue"],
    "Expected value": f"{EXPECTED_VALUE} {RANGE}",
    "Average order": text.DEFINITIONS["average_order_value"],
    "Last order": "Median number of days since the last order.",
    "Will buy": (
        "Mean probability of at least one order in the days that “Ready to buy” looks ahead."
    ),
}


#: Columns of the table that need amounts.
IN_MONEY = ("Revenue so far", "Expected value", "Average order")


def draw_table(
    summary: pd.DataFrame,
    definitions: Mapping[str, str],
    off: Mapping[str, str],
    currency: str | None,
    group: str | None,
    *,
    has_amounts: bool = True,
) -> None:
    """Every stage and trait in one table, with its definition one hover away.

    Groups in `off` have the reason instead of numbers.
    """
    body = []
    columns = [name for name in COLUMNS if has_amounts or name not in IN_MONEY]
    for name, row in zip(summary.index, summary.to_dict("records"), strict=True):
        if name == TRAITS[0]:
            body.append(
                "<tr class=gap role=row><th scope=rowgroup role=rowheader "
                f"colspan={len(columns) + 1}>Traits, which overlap</th></tr>"
            )
        reason = f"<small>{escape(off[name])}</small>" if name in off else ""
        cells = dict(zip(COLUMNS, _cells(row, currency), strict=True))
        body.append(
            f"<tr role=row{' class=on' if name == group else ''}>"
            f'<th scope=row role=rowheader title="{escape(definitions[name])}">'
            f'<i style="background:{COLOURS[name]}"></i>{LABELS[name]}{reason}</th>'
            + "".join(_cell_html(column, cells[column]) for column in columns)
            + "</tr>"
        )
    head = "".join(_HEAD[column] for column in columns)
    # The roles are explicit: as cards, a browser would no longer take it for a table.
    st.html(
        "<div class=segt><table role=table><thead><tr role=row><th "
        f"scope=col>Segment</th>{head}</tr></thead><tbody "
        f"role=rowgroup>{''.join(body)}</tbody></table></div>"
    )


_BELOW = {"Expected value": "<small>12 months, 80% range</small>"}
_HEAD = {
    name: f'<th scope=col title="{escape(about)}">{name}{_BELOW.get(name, "")}</th>'
    for name, about in COLUMNS.items()
}


class _Cell(NamedTuple):
    """An amount, its share of all where it has one, and its 80 % range in words."""

    amount: str
    share: float | None = None
    between: str = ""


def _cells(row: Mapping[Hashable, Any], currency: str | None) -> list[_Cell]:
    """The cells of a segment's row, in the order of `COLUMNS`."""
    expected = wording.money(row["expected_value"], currency, short=True)
    return [
        _Cell(wording.count(row["customers"]), row["customer_share"]),
        _Cell(wording.money(row["revenue"], currency, short=True), row["revenue_share"]),
        _Cell(expected, row["expected_value_share"], frames.value_range(row, currency)),
        _Cell(wording.money(row["average_order_value"], currency)),
        _Cell(wording.days(row["median_days"])),
        _Cell(wording.percent(row["mean_probability"])),
    ]


def _cell_html(column: str, cell: _Cell) -> str:
    """A table cell; amounts are escaped, since a currency is whatever the file calls it."""
    share = below = ""
    if cell.share is not None:
        share = f"<small>{'' if isnan(cell.share) else wording.percent(cell.share)}</small>"
    if cell.between:
        below = f'<span title="{escape(RANGE)}">{escape(cell.between)}</span>'
    return f'<td role=cell data-name="{column}">{escape(cell.amount)}{share}{below}</td>'
