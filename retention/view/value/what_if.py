"""What if customers came back more often, spent more, stayed longer? Four levers and what they add."""

from dataclasses import fields

import pandas as pd
import streamlit as st

from retention import wording
from retention.models.model import CltvModel
from retention.models.what_if import Levers
from retention.view import text, widgets
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, what_if_for
from retention.view.value import forecast_charts as charts
from retention.wording import signed_percent

LABELS = {
    "repeat_rate": "Repeat rate",
    "order_value": "Order value",
    "margin": "Margin",
    "retention": "Retention",
}

#: What the levers stand at before anybody moves one: the question asked most, "+5 % retention".
FIRST = {"repeat_rate": 0, "order_value": 0, "margin": 0, "retention": 5}

CAPPED = {
    "retention": "Nobody leaves any more before retention rises this far: what lies beyond is left out.",
    "margin": "The margin cannot rise above 100%: what lies beyond is left out.",
}


def what_if_panel(data: Loaded, plan: Plan) -> None:
    """Four sliders, the value of the base under them, and what each alone would add."""
    st.subheader("What if", anchor=False, help=text.DEFINITIONS["what_if"])
    st.markdown(":gray[Move a lever: the value of today's customers over the horizon follows.]")
    changes = {}
    for column, field in zip(st.columns(4, gap="medium"), fields(Levers), strict=True):
        name = field.name
        # All of the revenue is kept already: there is no more to keep until today's margin is set.
        off = name == "margin" and plan.margin == 1
        moved = column.slider(
            LABELS[name],
            *(-20, 50, FIRST[name], 1, "%+d%%"),
            key=f"lever_{name}",
            bind="query-params",
            disabled=off,
            help=text.DEFINITIONS[f"{name}_lever"],
        )
        changes[name] = 0.0 if off else moved / 100
    model = model_for(data)
    together = what_if_for(data, plan, Levers(**changes))
    currency = data.orders.currency
    gain, share = together.gain, together.gain.expected / together.today.expected
    widgets.metric_row(
        [
            widgets.Metric(
                "Value today",
                wording.money(together.today.expected, currency, short=True),
                "range_80",
                f"80% range: {wording.money_range(together.today.low, together.today.high, currency)}",
            ),
            widgets.Metric(
                "With the levers",
                wording.money(together.changed.expected, currency, short=True),
                "range_80",
                f"80% range: {wording.money_range(together.changed.low, together.changed.high, currency)}",
            ),
            widgets.Metric(
                "Difference",
                wording.money(gain.expected, currency, short=True),
                "what_if",
                f"{signed_percent(share)}; 80% range: {wording.money_range(gain.low, gain.high, currency)}",
            ),
        ]
    )
    rows = []
    for name, change in changes.items():
        if change:
            alone = what_if_for(data, plan, Levers(**{name: change}))
            label = f"{LABELS[name]} {signed_percent(change)}{_shares(name, change, model, plan)}"
            rows.append((label, alone.gain.expected, alone.gain.low, alone.gain.high))
    if not rows:
        st.info("All levers stand at 0: nothing changes.", icon=":material/info:")
        return
    if len(rows) > 1:
        rows.append(("All together", gain.expected, gain.low, gain.high))
    st.altair_chart(
        charts.levers_chart(pd.DataFrame(rows, columns=["lever", "gain", "low", "high"]), currency),
        key="levers",
        alt="; ".join(
            f"{label}: {wording.money(expected, currency, short=True)}"
            for label, expected, _, _ in rows
        ),
    )
    notes = [CAPPED[name] for name in together.capped]
    if len(rows) > 2:
        notes.append("Levers multiply each other: together they bring more than their sum.")
    if plan.margin == 1:
        notes.append("The margin stands at 100%: set today's margin at the top to move that lever.")
    if notes:
        st.caption(f":material/info: {' '.join(notes)}")


def _shares(name: str, change: float, model: CltvModel, plan: Plan) -> str:
    """From what share to what share a lever goes that moves one: " (40% → 42%)"."""
    share = {"margin": plan.margin, "retention": model.b / (model.a + model.b)}.get(name)
    if share is None:
        return ""
    return f" ({wording.percent(share)} → {wording.percent(min(share * (1 + change), 1.0))})"
