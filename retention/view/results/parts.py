"""One result, from its figures to what it teaches."""

from __future__ import annotations

from html import escape

import streamlit as st

from retention import wording
from retention.charts.experiments import groups as charts
from retention.charts.experiments.segments import segment_differences_chart
from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.metrics import Metric
from retention.experiments.result import CampaignResult, GroupResult
from retention.experiments.words import (
    best_group,
    explained_words,
    lift_sentence,
    metric_label,
    segments_sentence,
)
from retention.view import forecast_panels, text, widgets
from retention.view.results import data as data_of, frames, sent_list, take_along, words
from retention.view.results.costs import draw_unset_cost
from retention.view.session import campaign_tests
from retention.view.session.loaded import Loaded

GROUPS = ":material/compare_arrows: Both groups"
SEGMENTS = ":material/donut_small: By segment"
CHECKS = ":material/fact_check: Checks"
PARTS = (GROUPS, SEGMENTS, CHECKS)
_BY_SEGMENT: tuple[Metric, ...] = ("bought", "orders", "revenue", "margin")


def draw_result(data: Loaded, test: CampaignTest, result: CampaignResult, said: str) -> None:
    """Draw what a test has shown below its sentence.

    Args:
        data: The session's data.
        test: The test.
        result: What it has shown.
        said: The sentence of the page, for the report.
    """
    st.subheader(text.plain(test.name, limit=80), anchor=False)
    st.caption(text.plain(_head(test, result), limit=400))
    if test.name in campaign_tests.drawn_again():
        st.caption(
            ":material/replay: Its groups were not kept when it went out. The audience was "
            "computed again from the orders before the start, and the draw repeated from its name."
        )
    if result.state == "running":
        st.progress(
            result.day / result.total_days,
            text=f"Day {result.day} of {result.total_days}. Look on "
            f"{wording.day(result.window.look_on)}: whoever stops a test at a good moment finds "
            "effects that are not there.",
        )
    group = _choose_group(test, result)
    if group is None:
        _draw_without_holdout(data, result)
    else:
        _draw_figures(group, data.orders.currency)
        if group.gain is not None:
            draw_unset_cost(test)
        _draw_doubts(result)
        _draw_part(data, test, result, group)
        _draw_lesson(data, test, result)
    take_along.draw_report(data, test, result, group, said)


def _head(test: CampaignTest, result: CampaignResult) -> str:
    sizes = ", ".join(
        f"{wording.count(size)} {_lower(frames.group_label(name, result.control))}"
        for name, size in result.customers.items()
    )
    days = f"{wording.day(test.start)} to {wording.day(test.end)}"
    return f"{days}, {wording.days(test.days)}: {sizes}.{_strangers(result)}"


def _strangers(result: CampaignResult) -> str:
    """How many customers of the groups have no order that counts; "" where all have one."""
    if not result.strangers:
        return ""
    have = "has" if result.strangers == 1 else "have"
    return (
        f" {wording.plural(result.strangers, 'customer')} of them {have} no valid order up to "
        f"{wording.day(result.until)}: cancelled ones do not count."
    )


def _lower(label: str) -> str:
    return label.lower() if label in ("Addressed", "Held out") else label


def _choose_group(test: CampaignTest, result: CampaignResult) -> GroupResult | None:
    """The group that is shown beside the control; asked where there are several."""
    if len(result.groups) < 2:
        return next(iter(result.groups), None)
    best = best_group(result)
    groups = {group.group: group for group in result.groups}
    chosen = st.segmented_control(
        "Group",
        list(groups),
        default=None if best is None else best.group,
        format_func=lambda name: text.plain(name, 40),
        # Another campaign has other groups.
        key=f"result_group_{campaign_tests.digest_of(test)}",
        required=True,
        help="Each group is compared with the one that got nothing. Ranges are wider, so that they "
        "hold for all groups together.",
    )
    return groups.get(chosen or "", best)


def _draw_figures(group: GroupResult, currency: str | None) -> None:
    # The shares as they were counted; the difference between them is adjusted below.
    counted = group.unadjusted[group.unadjusted["metric"] == "bought"].to_dict("records")[0]
    orders = group.extra("orders")
    metrics = [
        widgets.Metric(
            label="Extra orders",
            value=wording.signed(orders.value),
            about="extra_orders",
            note=f"{wording.percent(0.95)} range: {wording.signed(orders.low)} to "
            f"{wording.signed(orders.high)}",
        ),
        widgets.Metric(
            label="Bought",
            value=wording.percent(counted["addressed"]),
            about="share_bought",
            note=f"{wording.percent(counted['held_out'])} of the held out",
        ),
    ]
    for label, gain, about in (
        ("Gain after cost", group.gain, "campaign_gain"),
        ("Gain over a year", group.year_gain, "year_gain"),
    ):
        if gain is not None:
            total = gain.total
            between = wording.money_range(total.low, total.high, currency)
            metrics.append(
                widgets.Metric(
                    label=label,
                    value=wording.money(total.expected, currency, short=True),
                    about=about,
                    note=f"{wording.percent(0.8)} range: {between}",
                )
            )
    widgets.metric_row(metrics, definitions=words.DEFINITIONS, key="results")


def _draw_doubts(result: CampaignResult) -> None:
    """The checks that a reader must know of before anything else."""
    for check in result.checks:
        if check.status == "bad":
            st.warning(
                f"**{text.plain(check.name)}.** {text.plain(check.finding, 600)} "
                f"{text.plain(check.advice, 600)}",
                icon=":material/warning:",
            )


def _draw_part(
    data: Loaded, test: CampaignTest, result: CampaignResult, group: GroupResult
) -> None:
    part = widgets.choose_part(PARTS, "results_part")
    if part == GROUPS:
        _draw_groups(data, test, result, group)
    elif part == SEGMENTS:
        _draw_segments(data, test, result, group)
    else:
        forecast_panels.check_list(result.checks)
        for assumption in result.assumptions:
            st.caption(f":material/info: {text.plain(assumption, 400)}")
        sent_list.draw_sent_list(data, test)


def _draw_groups(
    data: Loaded, test: CampaignTest, result: CampaignResult, group: GroupResult
) -> None:
    currency = data.orders.currency
    labels = [frames.group_label(name, result.control) for name in result.customers]
    colours = charts.group_colours(
        sorted(
            labels, key=lambda label: label == frames.group_label(result.control, result.control)
        ),
        frames.group_label(result.control, result.control),
    )
    drawn = data_of.drawn_for(data, test)
    columns = st.columns(len(drawn.groups), gap="medium")
    for column, (metric, frame) in zip(columns, drawn.groups.items(), strict=True):
        with column:
            st.altair_chart(
                charts.groups_chart(
                    frame,
                    metric_label(metric),
                    colours,
                    is_share=metric == "bought",
                    unit=(currency or "") if metric == "revenue" else None,
                ),
                key=f"results_groups_{metric}",
                alt=f"{metric_label(metric)}: "
                + "; ".join(f"{row.label} {row.said}" for row in frame.itertuples()),
            )
    st.caption(
        f"As counted, with {wording.percent(0.95)} ranges."
        + (
            " The differences below leave out what the forecast expected."
            if group.metrics["adjusted"].any()
            else ""
        )
    )
    st.markdown("**Who has bought, day by day**")
    days = drawn.days
    last = days.groupby("label", sort=False).tail(1)
    st.altair_chart(
        charts.days_chart(days, colours),
        key="results_days",
        alt="Share that has bought by day. At the end: "
        + "; ".join(f"{row.label} {row.said}" for row in last.itertuples()),
    )
    _draw_table(result, group, currency)


def _draw_table(result: CampaignResult, group: GroupResult, currency: str | None) -> None:
    can_adjust = bool(group.metrics["adjusted"].any())
    plain = can_adjust and st.toggle(
        "Without the forecast",
        key="results_unadjusted",
        help="Both groups as they are. With the forecast, what was expected of each customer from "
        "orders before the start is taken off first, which leaves less to chance.",
    )
    rows = frames.metric_rows(group, currency, forecast=not plain)
    st.html(metrics_table(rows))
    st.caption(text.plain(explained_words(result), 400))
    by_draws = group.metrics["by_draws"]
    if by_draws.any():
        st.caption(
            "Few customers bought, or a few spent much: the ranges come from drawing the groups "
            "again and again."
        )
    if "revenue" in result.outcomes:
        st.caption(
            "Revenue per customer is orders times order value: a difference often shows in one "
            "of them, and is lost in their product."
        )


def metrics_table(rows: list[list[str]]) -> str:
    """The table of metrics as HTML. A row of a metric that was cut is indented.

    Args:
        rows: From `metric_rows`.
    """
    head = ("", "Addressed", "Held out", "Difference", f"{wording.percent(0.95)} range")
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = ""
    for row in rows:
        kind = " class=beside" if row[0] == frames.CAPPED else ""
        # On a phone each number stands below its own heading, and nothing scrolls sideways.
        numbers = "".join(
            f'<td data-head="{escape(label)}">{escape(cell)}</td>'
            for label, cell in zip(head[1:], row[1:], strict=True)
        )
        body += f"<tr{kind}><td>{escape(row[0])}</td>{numbers}</tr>"
    return (
        '<div class=result-scroll tabindex=0 role=region aria-label="Both groups">'
        '<table class="result-table stacks">'
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _draw_segments(
    data: Loaded, test: CampaignTest, result: CampaignResult, group: GroupResult
) -> None:
    known = [metric for metric in _BY_SEGMENT if metric in result.outcomes]
    metric = st.segmented_control(
        "Difference in",
        known,
        default=known[0],
        format_func=lambda key: metric_label(key).partition(",")[0],
        key="results_segment_metric",
        required=True,
    )
    try:
        differences = data_of.by_segment_for(data, test, metric, group.group)
    except RetentionError as error:
        widgets.problem("Nobody can be told apart before the start", error)
        return
    st.markdown(f"**{text.plain(segments_sentence(differences), 400)}**")
    currency = data.orders.currency
    frame = frames.segment_frame(differences, metric, currency)
    if frame.empty:
        return
    factor = 100 if metric == "bought" else 1
    title = f"{metric_label(metric).partition(',')[0]}, difference"
    title += " in points" if metric == "bought" else ""
    st.altair_chart(
        segment_differences_chart(
            frame,
            title,
            factor * differences.common,
            unit=(currency or "") if metric in ("revenue", "margin") else None,
        ),
        key="results_segments",
        alt=f"Difference by lifecycle stage before the start. {segments_sentence(differences)}",
    )
    st.caption(
        "Lifecycle stages of the day before the start. Small segments swing most. Drawn together: "
        "each moves to the common difference (dashed), as far as its swing looks like chance."
    )
    few = differences.table[differences.table["difference"].isna()]
    if len(few):
        st.caption(f"Too few customers to compare: {text.plain(', '.join(map(str, few.index)))}.")


def _draw_without_holdout(data: Loaded, result: CampaignResult) -> None:
    st.info(f"**Why this proves nothing.** {words.WHY_NO_PROOF}", icon=":material/help:")
    rows = frames.expected_rows(result, data.orders.currency)
    if rows:
        head = "".join(f"<th>{cell}</th>" for cell in ("Per customer", "Came", "Expected before"))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        st.html(
            '<div class=result-scroll tabindex=0 role=region aria-label="Came and expected">'
            "<table class=result-table>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
    forecast_panels.check_list(result.checks)


def _draw_lesson(data: Loaded, test: CampaignTest, result: CampaignResult) -> None:
    """What the next plan of the same kind starts from, once a test is finished."""
    data_of.learn(data, test, result)
    best = best_group(result)
    lift = None if best is None else data_of.lift_of(data, test, result, best)
    if lift is None:
        if result.state == "finished" and data_of.is_spoiled(result):
            st.caption("The next plan learns nothing from this test: see its checks.")
        return
    with st.container(border=True, gap="xsmall", key="results-lesson"):
        st.markdown("**What was learned**")
        st.markdown(text.plain(lift_sentence(lift), 400))
        st.caption(
            "The next plan of the same kind joins it with your other tests and with the usual lift."
        )
