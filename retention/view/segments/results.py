"""What the sliders bring about: counts, shares, the map, the table, and one segment to take away."""

from collections.abc import Mapping
from functools import partial
from html import escape
from math import isfinite, isnan, nan

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.csv_export import to_csv
from retention.segments.rules import SegmentRules
from retention.segments.stages import (
    STAGES,
    TRAITS,
    Placement,
    SegmentInputs,
    assign_codes,
    label_frame,
    map_counts,
    members,
    value_cutoffs,
)
from retention.view import palette, text, widgets
from retention.view.charts import live_chart
from retention.view.segments import frames
from retention.view.segments.strips import map_parts, shares_spec
from retention.view.session.loaded import Loaded
from retention.view.session.results import checks_for
from retention.view.session.segments import Basis

LABELS, COLOURS = text.LABELS, frames.COLOURS

_PAGE = f"light-dark({palette.BACKGROUNDS['light']},{palette.BACKGROUNDS['dark']})"
# Phones get the table's rows as cards of three figures a line, and counts that scroll away with the page.
STYLE = """<style>
.segs{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.9rem;font-variant-numeric:tabular-nums}
.segs div{white-space:nowrap;cursor:help;line-height:1.6}
.segs i,.segt i{width:.7rem;height:.7rem;border-radius:.2rem;display:inline-block;margin-right:.45rem}
.segs em{font-style:normal;margin-right:.4rem} .segs b{font-weight:600}
.segs span{opacity:.75;font-size:.8125rem;margin-left:.35rem}
.segt table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
.segt th,.segt td{padding:.42rem .6rem;text-align:right;white-space:nowrap;vertical-align:baseline;
border-bottom:1px solid rgba(128,140,146,.25)}
.segt thead th{font-weight:600;opacity:.75;font-size:.8rem;cursor:help;vertical-align:bottom}
.segt thead th:first-child{cursor:default}
.segt th:first-child{text-align:left;padding-left:0}
.segt tbody th{font-weight:500;cursor:help}
.segt small{opacity:.75;margin-left:.4rem;display:inline-block;min-width:2.9rem}
.segt th small{margin-left:1.15rem;display:block;font-weight:400}
.segt tr.on>*{background:color-mix(in srgb,PAGE 86%,gray)}
.segt td span{display:block;font-size:.78rem;opacity:.75;cursor:help}
.segt tr.gap th{padding-top:1.1rem;font-size:.8rem;font-weight:600;opacity:.75;cursor:default}
[class*=st-key-strip_place]{margin:-1.65rem 0 -1rem;padding:0 6px}
[class*=st-key-strip_place] [data-testid=stElementToolbar]{display:none}
THUMB:has(+THUMB)>[data-testid=stSliderThumbValue]{left:auto!important;right:calc(50% + 3px)!important}
THUMB+THUMB>[data-testid=stSliderThumbValue]{left:calc(50% + 3px)!important;right:auto!important}
@media(min-width:641px){
[data-testid=stLayoutWrapper]:has(>.st-key-segment_counts){position:sticky;top:3.75rem;z-index:90;background:PAGE;
padding:.35rem 0 .5rem}
.segt thead small{display:block;margin:0;font-weight:400}
}
@media(max-width:640px){
.segs{display:grid;grid-template-columns:1fr 1fr}
.segt table,.segt tbody{display:block} .segt thead{display:none}
.segt tr{display:grid;grid-template-columns:repeat(3,1fr);gap:.35rem .75rem;padding:.65rem 0;
border-bottom:1px solid rgba(128,140,146,.25)}
.segt tr.on{--on:color-mix(in srgb,PAGE 86%,gray);background:var(--on);
box-shadow:-.5rem 0 var(--on),.5rem 0 var(--on)}
.segt th,.segt td,.segt tr.gap th{border:0;padding:0;text-align:left;white-space:normal}
.segt tbody th{grid-column:1/-1;font-weight:600} .segt tr.gap th{padding-top:.75rem}
.segt td::before{content:attr(data-name);display:block;font-size:.75rem;opacity:.75}
.segt td small{min-width:0}
}
</style>""".replace("PAGE", _PAGE).replace("THUMB", "div:has(>[data-testid=stSliderThumbValue])")

EXPECTED_VALUE = (
    "Revenue expected over the next 12 months, discounted at 10% a year, before margin."
)
RANGE = f"80% range. {text.DEFINITIONS['range_80']}"


def without_unknown(summary: pd.DataFrame, off: Mapping[str, str]) -> pd.DataFrame:
    """The summary with nothing, instead of nobody, for the groups that this data cannot tell (`unavailable`)."""
    if not off:
        return summary
    known = summary.astype({"customers": float})
    known.loc[list(off)] = nan
    return known


def draw_counts(counts: np.ndarray, off: Mapping[str, str], definitions: Mapping[str, str]) -> None:
    """How many customers each stage has: the first thing to follow a slider, and the charts' legend."""
    total = counts.sum()
    shown = [
        (stage, wording.MISSING, "")
        if stage in off
        else (stage, wording.count(n), f"<span>{wording.percent(n / total)}</span>")
        for stage, n in zip(STAGES, counts.tolist(), strict=True)
    ]
    st.html(
        "<div class=segs role=list>"
        + "".join(
            f'<div role=listitem title="{escape(definitions[stage])}"><i style="background:{COLOURS[stage]}"></i>'
            f"<em>{LABELS[stage]}</em><b>{n}</b>{share}</div>"
            for stage, n, share in shown
        )
        + "</div>"
    )


def draw_problem(data: Loaded, basis: Basis) -> None:
    """Say what is off, and why, where the orders carry no model, and where the model is doubtful."""
    if basis.problem is not None:
        st.warning(
            "**These orders carry no model of future purchases.** "
            f"{text.plain(basis.problem, limit=1000)}  \nThe stages by orders and days work as "
            "usual. VIP, “ready to buy”, the expected value and the map of customers need a model "
            "and are off.",
            icon=":material/warning:",
        )
        return
    widgets.forecast_caution(checks_for(data))


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
        st.caption(f"Expected value: {EXPECTED_VALUE[0].lower()}{EXPECTED_VALUE[1:]}")


def draw_map(
    data: Loaded, basis: Basis, rules: SegmentRules, placement: Placement, group: str | None
) -> None:
    """Customers by probability to buy and expected value, with the thresholds that cut them."""
    grid = basis.inputs.grid
    if grid is None:
        return
    spec, words = map_parts(data, rules.ready_days)
    cutoff = value_cutoffs(basis.inputs, rules)["vip"]
    live_chart(
        spec,
        {
            "cells": frames.map_rows(
                grid,
                map_counts(basis.inputs, placement, group if group in TRAITS else None),
                group,
                words,
            ),
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
        alt_text="Customers in cells of probability to buy and expected value"
        + (
            f", {LABELS[group]} highlighted"
            if group
            else ", coloured by their most frequent segment"
        ),
    )


def choose_group(basis: Basis, off: Mapping[str, str]) -> str | None:
    """Which stage or trait to look at; None for all. Those in `off` cannot be told on this data."""
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
    row, currency = summary.loc[group], data.orders.currency
    between = frames.value_range(row, currency)
    n = 0 if isnan(row["customers"]) else int(row["customers"])
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        with st.container(width="content", gap=None):
            st.subheader(LABELS[group], anchor=False)
            st.markdown(text.plain(definitions[group], limit=1000))
        if n:
            widgets.csv_download(
                f"Download {wording.plural(n, 'customer')}",
                f"{group}.csv",
                partial(group_csv, data.customers, basis.scores, basis.inputs, rules, group),
                key="download_segment",
            )
    widgets.metric_row(
        [
            widgets.Metric(
                "Customers",
                wording.count(row["customers"]),
                "customers",
                _of_all(row["customer_share"]),
            ),
            widgets.Metric(
                "Revenue so far",
                wording.money(row["revenue"], currency, short=True),
                "revenue",
                _of_all(row["revenue_share"]),
            ),
            widgets.Metric(
                "Expected value",
                wording.money(row["expected_value"], currency, short=True),
                "cltv",
                f"80% range: {between}"
                if between
                else _of_all(row["expected_value_share"], "12 months, "),
            ),
            widgets.Metric(
                "Will buy",
                wording.percent(row["mean_probability"]),
                "p_purchase",
                None
                if isnan(row["mean_probability"])
                else f"Within {wording.plural(rules.ready_days, 'day')}",
            ),
        ]
    )
    if not isnan(row["expected_value"]):
        sure = (
            " 80% range: if the model holds, the truth lies in it in 8 of 10 cases."
            if between
            else ""
        )
        st.caption(f"Expected value: {EXPECTED_VALUE[0].lower()}{EXPECTED_VALUE[1:]}{sure}")


def _of_all(share: float, before: str = "") -> str | None:
    return None if isnan(share) else f"{before}{wording.percent(share)} of all"


def group_csv(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    inputs: SegmentInputs,
    rules: SegmentRules,
    group: str,
) -> bytes:
    """A segment's customers with their scores and segments, highest expected value first.

    Runs when the button is clicked, outside the session: everything it needs is passed in.
    """
    codes = assign_codes(inputs, rules)
    inside = members(codes, group)
    table = label_frame(codes[inside], customers.index[inside]).join(customers[inside])
    if scores is None:
        return to_csv(table.sort_values("revenue", ascending=False, kind="stable"))
    table = table.join(scores[inside])
    table[f"p_purchase_{rules.ready_days}d"] = inputs.raw["probability"][inside]
    return to_csv(table.sort_values("cltv", ascending=False, kind="stable"))


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


def draw_table(
    summary: pd.DataFrame,
    definitions: Mapping[str, str],
    off: Mapping[str, str],
    currency: str | None,
    group: str | None,
) -> None:
    """Every stage and trait in one table, definitions one hover away; those in `off` with the reason."""
    body = []
    for name, row in zip(summary.index, summary.to_dict("records"), strict=True):
        if name == TRAITS[0]:
            body.append(
                "<tr class=gap role=row><th scope=rowgroup role=rowheader colspan=7>Traits, which "
                "overlap</th></tr>"
            )
        cells = (
            (wording.count(row["customers"]), row["customer_share"]),
            (wording.money(row["revenue"], currency, short=True), row["revenue_share"]),
            (
                wording.money(row["expected_value"], currency, short=True),
                row["expected_value_share"],
                frames.value_range(row, currency),
            ),
            (wording.money(row["average_order_value"], currency),),
            (wording.days(row["median_days"]),),
            (wording.percent(row["mean_probability"]),),
        )
        why = f"<small>{escape(off[name])}</small>" if name in off else ""
        body.append(
            f"<tr role=row{' class=on' if name == group else ''}>"
            f'<th scope=row role=rowheader title="{escape(definitions[name])}">'
            f'<i style="background:{COLOURS[name]}"></i>{LABELS[name]}{why}</th>'
            + "".join(_cell(column, *cell) for column, cell in zip(COLUMNS, cells, strict=True))
            + "</tr>"
        )
    # The roles are said outright: as cards, a browser would no longer take it for a table.
    st.html(
        "<div class=segt><table role=table><thead><tr role=row><th "
        f"scope=col>Segment</th>{_HEAD}</tr></thead><tbody "
        f"role=rowgroup>{''.join(body)}</tbody></table></div>"
    )


_BELOW = {"Expected value": "<small>12 months, 80% range</small>"}
_HEAD = "".join(
    f'<th scope=col title="{escape(about)}">{name}{_BELOW.get(name, "")}</th>'
    for name, about in COLUMNS.items()
)


def _cell(column: str, amount: str, share: float | None = None, between: str = "") -> str:
    """A table cell; amounts are escaped, since a currency is whatever the file calls it."""
    small = (
        "" if share is None else f"<small>{'' if isnan(share) else wording.percent(share)}</small>"
    )
    below = f'<span title="{escape(RANGE)}">{escape(between)}</span>' if between else ""
    return f'<td role=cell data-name="{column}">{escape(amount)}{small}{below}</td>'
