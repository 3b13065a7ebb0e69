"""A result as one page of HTML, charts included, that needs no network."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from retention import wording
from retention.charts.experiments import groups as charts
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.experiments.metrics import Metric
from retention.experiments.result import CampaignResult, GroupResult
from retention.experiments.words import explained_words, lift_sentence, metric_label
from retention.view import forecast_panels, widgets
from retention.view.documents import document_template, svg_of
from retention.view.results import data as data_of, frames, words
from retention.view.results.forgetting import draw_forget
from retention.view.session import campaign_tests
from retention.view.session.loaded import Loaded

WIDTH, WIDE = 240, 820


def draw_report(
    data: Loaded,
    test: CampaignTest,
    result: CampaignResult,
    group: GroupResult | None,
    said: str,
) -> None:
    """Draw the buttons that take the result along, and that forget it.

    Args:
        data: The session's data.
        test: The test.
        result: What it has shown.
        group: The group that got the campaign; None where nobody was held out.
        said: The sentence of the page.
    """
    lift = None if group is None else data_of.lift_of(data, test, result, group)
    again = test.name in campaign_tests.drawn_again()
    with st.container(horizontal=True):
        widgets.download_button(
            "Report (HTML)",
            # Written when it is clicked, outside the session: everything it needs is passed in.
            partial(
                report_html,
                data.name,
                data.orders.currency,
                test,
                result,
                group,
                said,
                lift=lift,
                drawn_again=again,
            ),
            file_name=f"{widgets.file_name(test.name)}-result.html",
            mime="text/html",
            icon=":material/description:",
            key="results_report",
            on_click="ignore",
        )
        draw_forget(test)


def report_html(
    name: str,
    currency: str | None,
    test: CampaignTest,
    result: CampaignResult,
    group: GroupResult | None,
    said: str,
    *,
    lift: MeasuredLift | None = None,
    drawn_again: bool = False,
    made: date | None = None,
) -> bytes:
    """Return the report of a result.

    Args:
        name: What the orders are called; escaped, like every text in it.
        currency: Of the money.
        test: The test.
        result: What it has shown.
        group: The group that got the campaign; None where nobody was held out.
        said: What to conclude.
        lift: What was learned.
        drawn_again: Whether the groups were drawn after the fact.
        made: The day on it; today unless given.
    """
    sizes = [
        (frames.group_label(label, result.control), wording.count(size))
        for label, size in result.customers.items()
    ]
    page = document_template(__file__, "result.html").render(
        title=test.name,
        orders=f"{name}, {wording.day(result.start)} to {wording.day(result.end)}",
        made=wording.day(made or date.today()),
        said=said,
        state=_state(result),
        sizes=sizes,
        figures=_figures(result, currency),
        days=_days(result),
        level=wording.percent(0.95),
        rows=[] if group is None else frames.metric_rows(group, currency, forecast=True),
        plain=[] if group is None else frames.metric_rows(group, currency, forecast=False),
        explained="" if group is None else explained_words(result),
        expected=frames.expected_rows(result, currency) if group is None else [],
        why="" if group is not None else words.WHY_NO_PROOF,
        checks=[
            (forecast_panels.STATUS_WORDS[check.status], check.name, check.finding, check.advice)
            for check in result.checks
        ],
        lesson="" if lift is None else lift_sentence(lift),
        assumptions=result.assumptions,
        drawn_again=drawn_again,
        definitions=[
            ("Gain after cost", words.DEFINITIONS["campaign_gain"]),
            ("Over a year", words.DEFINITIONS["year_gain"]),
        ],
    )
    return page.encode()


def _state(result: CampaignResult) -> str:
    """How far a test is that is not finished, and when to look."""
    if result.state == "finished":
        return ""
    look_on = wording.day(result.window.look_on)
    return f"Day {result.day} of {result.total_days}: look on {look_on}"


def _colours(result: CampaignResult) -> dict[str, str]:
    names = sorted(result.customers, key=lambda name: name == result.control)
    control = frames.group_label(result.control, result.control)
    return charts.group_colours(
        [frames.group_label(name, result.control) for name in names], control
    )


def _figures(result: CampaignResult, currency: str | None) -> list[tuple[object, str]]:
    shown: list[Metric] = [metric for metric in frames.CHARTED if metric in result.outcomes]
    return [
        (
            svg_of(
                charts.groups_chart(
                    frames.groups_frame(result, metric, currency),
                    metric_label(metric),
                    _colours(result),
                    is_share=metric == "bought",
                    unit=(currency or "") if metric == "revenue" else None,
                ),
                WIDTH,
            ),
            metric_label(metric),
        )
        for metric in shown
    ]


def _days(result: CampaignResult) -> object:
    return svg_of(charts.days_chart(frames.days_frame(result), _colours(result)), WIDE)
