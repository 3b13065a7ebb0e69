"""What if customers came back more often, spent more, stayed longer? Four levers and gains."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts.value import levers_chart
from retention.models.model import CltvModel
from retention.models.what_if import Levers, WhatIf
from retention.view import text, widgets
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, what_if_for

LABELS = {
    "repeat_rate": "Repeat rate",
    "order_value": "Order value",
    "margin": "Margin",
    "retention": "Retention",
}

#: Where the levers stand at first, in percent. It is the question asked most: "+5 % retention".
FIRST_CHANGES = {"repeat_rate": 0, "order_value": 0, "margin": 0, "retention": 5}

CAP_NOTES = {
    "retention": (
        "Nobody leaves any more before retention rises this far: what lies beyond is left out."
    ),
    "margin": "The margin cannot rise above 100%: what lies beyond is left out.",
}


def what_if_panel(data: Loaded, plan: Plan) -> None:
    """Draw four sliders, the value of the base under them, and what each alone would add."""
    st.subheader("What if", anchor=False, help=text.DEFINITIONS["what_if"])
    st.markdown(":gray[Move a lever: the value of today's customers over the horizon follows.]")
    changes = _choose_changes(plan)
    together = what_if_for(data, plan, Levers(**changes))
    _draw_metrics(together, data.orders.currency)
    gains = _gains(data, plan, changes, together)
    if gains.empty:
        st.info("All levers stand at 0: nothing changes.", icon=":material/info:")
        return
    st.altair_chart(
        levers_chart(gains, data.orders.currency),
        key="levers",
        alt="; ".join(
            f"{label}: {wording.money(gain, data.orders.currency, short=True)}"
            for label, gain in zip(gains["lever"], gains["gain"], strict=True)
        ),
    )
    notes = _notes(together.capped, plan, several=len(gains) > 2)
    if notes:
        st.caption(f":material/info: {' '.join(notes)}")


def _choose_changes(plan: Plan) -> dict[str, float]:
    """The change of each lever, as a fraction."""
    changes = {}
    for column, field in zip(st.columns(4, gap="medium"), fields(Levers), strict=True):
        name = field.name
        # All of the revenue is kept already: there is no more to keep until a margin is set.
        off = name == "margin" and plan.margin == 1
        percent = column.slider(
            LABELS[name],
            min_value=-20,
            max_value=50,
            value=FIRST_CHANGES[name],
            step=1,
            format=text.percent_format("%+d"),
            key=f"lever_{name}",
            bind="query-params",
            disabled=off,
            help=text.DEFINITIONS[f"{name}_lever"],
        )
        changes[name] = 0.0 if off else percent / 100
    return changes


def _draw_metrics(together: WhatIf, currency: str | None) -> None:
    today, changed, gain = together.today, together.changed, together.gain
    share = wording.signed_percent(gain.expected / today.expected)
    widgets.metric_row(
        [
            widgets.Metric(
                label="Value today",
                value=wording.money(today.expected, currency, short=True),
                about="range_80",
                note=f"80% range: {wording.money_range(today.low, today.high, currency)}",
            ),
            widgets.Metric(
                label="With the levers",
                value=wording.money(changed.expected, currency, short=True),
                about="range_80",
                note=f"80% range: {wording.money_range(changed.low, changed.high, currency)}",
            ),
            widgets.Metric(
                label="Difference",
                value=wording.money(gain.expected, currency, short=True),
                about="what_if",
                note=f"{share}; 80% range: {wording.money_range(gain.low, gain.high, currency)}",
            ),
        ]
    )


def _gains(
    data: Loaded, plan: Plan, changes: Mapping[str, float], together: WhatIf
) -> pd.DataFrame:
    """What each moved lever adds alone, and what they add together where several moved."""
    model = model_for(data)
    gains = {}
    for name, change in changes.items():
        if change:
            shares = _shares(name, change, model, plan)
            label = f"{LABELS[name]} {wording.signed_percent(change)}{shares}"
            gains[label] = what_if_for(data, plan, Levers(**{name: change})).gain
    if len(gains) > 1:
        gains["All together"] = together.gain
    return pd.DataFrame(
        {
            "lever": list(gains),
            "gain": [gain.expected for gain in gains.values()],
            "low": [gain.low for gain in gains.values()],
            "high": [gain.high for gain in gains.values()],
        }
    )


def _notes(capped: Sequence[str], plan: Plan, *, several: bool) -> list[str]:
    notes = [CAP_NOTES[name] for name in capped]
    if several:
        notes.append("Levers multiply each other: together they bring more than their sum.")
    if plan.margin == 1:
        notes.append(
            "The margin stands at 100%: set today's in the store settings to move that lever."
        )
    return notes


def _shares(name: str, change: float, model: CltvModel, plan: Plan) -> str:
    """The share that a lever changes, before and after: " (40% → 42%)". Empty for others."""
    share = {"margin": plan.margin, "retention": model.b / (model.a + model.b)}.get(name)
    if share is None:
        return ""
    return f" ({wording.percent(share)} → {wording.percent(min(share * (1 + change), 1.0))})"
