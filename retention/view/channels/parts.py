"""The parts of the channels page, from the settings at the top to the table at the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import channels as charts
from retention.charts.clickable_rows import PICKED
from retention.columns.roles import ROLES
from retention.errors import ModelError
from retention.history.changes import DOWN, ENOUGH, UP
from retention.orders.orders import Orders
from retention.orders.rows import BOUGHT
from retention.periods import PRESETS, preset_period
from retention.reports.breakdown import Breakdown, breakdown_of
from retention.reports.breakdown_history import ATTRIBUTIONS, DimensionHistory, dimension_history
from retention.reports.breakdown_verdict import LESS, MORE, THIN, UNNAMED
from retention.view import findings, text, widgets
from retention.view.channels.choice import choice_of
from retention.view.channels.table import ABOUT, LABELS, PLURALS, labels_of
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import group_uncertainty_for

NAMED = 3  # values that the sentence names on each side
COST_HELP = "Set the value against what a customer costs to win."

FIRST_IN_FILE = "New: first order in the file."


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the visitor has chosen on the channels page.

    Attributes:
        dimension: The role of the column to break down by, such as "channel".
        attribution: Which order a customer's orders count to: a key of `ATTRIBUTIONS`.
        preset: The period: a key of `PRESETS`.
    """

    dimension: str
    attribution: str
    preset: str


def choose_settings(data: Loaded, dimensions: Sequence[str]) -> ChannelSettings:
    """Three controls in one row, kept in the URL."""
    orders = data.orders
    names = {ROLES[name].label: name for name in dimensions}
    kinds = {label: key for key, label in ATTRIBUTIONS.items()}
    presets = [preset for preset in PRESETS if _holds_orders(preset, orders)]
    about = text.one_help(
        {
            "Break down by": ABOUT["dimension"],
            "Orders count to": ABOUT["attribution"],
            "Period": ABOUT["period"],
        }
    )
    with st.container(border=True, horizontal=True, gap="medium"):
        dimension = st.segmented_control(
            "Break down by",
            list(names),
            default=next(iter(names)),
            key="dimension",
            bind="query-params",
            required=True,
            help=about,
            wrap=True,
        )
        attribution = st.segmented_control(
            "Orders count to",
            list(kinds),
            default=ATTRIBUTIONS["first_order"],
            key="attribution",
            bind="query-params",
            required=True,
            wrap=True,
        )
        preset = widgets.choose_period(
            presets,
            key="channels_period",
            opens_on=_named_in_old_address(presets) or "365",
            about=None,
            width=220,
        )
    return ChannelSettings(
        dimension=names[dimension], attribution=kinds[attribution], preset=preset or "365"
    )


def _named_in_old_address(presets: Sequence[str]) -> str | None:
    """The period of an address from when this page and the scorecard shared the parameter."""
    named = st.query_params.get("period")
    return next((preset for preset in presets if PRESETS[preset] == named), None)


def _holds_orders(preset: str, orders: Orders) -> bool:
    period = preset_period(preset, orders.start, orders.end)
    return period.end > orders.start and period.start <= orders.end


def breakdown_for(data: Loaded, settings: ChannelSettings) -> tuple[Breakdown, ModelError | None]:
    """The breakdown, and why it has no value per customer where there is no model.

    Without amounts there is no value either, which the page says above.
    """
    if settings.attribution != "first_order" or not data.orders.has_amounts:
        return _breakdown(data, settings, None), None
    plan = choices.standard_plan()
    try:
        group_uncertainty_for(data, plan, f"first_{settings.dimension}")
    except ModelError as error:
        return _breakdown(data, settings, None), error
    return _breakdown(data, settings, plan), None


def conclusion(breakdown: Breakdown, currency: str | None) -> str:
    """What to do more and less of, as Markdown."""
    rows = breakdown.values[breakdown.values["kind"] != "others"]
    if len(breakdown.values) < 2:
        return f"**There is no second {breakdown.dimension} to compare with** in this period."
    if breakdown.dimension != "coupon":
        # More customers without a coupon can be won on purpose, without a channel they cannot.
        rows = rows[rows["kind"] == "value"]
    by_first_order = breakdown.attribution == "first_order"
    more, less = (rows[rows["verdict"] == verdict] for verdict in (MORE, LESS))
    lines = []
    if len(more):
        best_first = more.sort_values(breakdown.basis, ascending=False)
        title = "Do more of" if by_first_order else "Customers come back more often"
        names = _named(breakdown, best_first, currency)
        lines.append(f":material/trending_up: **{title}:** {names}")
    if len(less):
        title = "Do less of" if by_first_order else "Less often"
        names = _named(breakdown, less.sort_values(breakdown.basis), currency)
        lines.append(f":material/trending_down: **{title}:** {names}")
    unnamed = _unnamed_words(rows)
    if unnamed and not lines:
        lines.append(f"**No other {breakdown.dimension} stands out** in this period.")
    lines += unnamed
    if lines:
        return "  \n".join(lines)
    if (rows["verdict"] == THIN).all():
        return (
            f"**Too little data.** No two {PLURALS[breakdown.dimension]} can be compared: each "
            f"needs {ENOUGH} {'new ' if breakdown.basis == 'value_per_customer' else ''}customers "
            "in the period. Pick a longer one."
        )
    return (
        f"**No {breakdown.dimension} stands out.** What differs between them in this period "
        "may be chance: there is nothing yet to do more or less of."
    )


def _unnamed_words(rows: pd.DataFrame) -> list[str]:
    """The values without a verdict because many of their orders name no customer."""
    rows = rows[rows["verdict"] == UNNAMED]
    names = ", ".join(
        f"**{text.plain(name)}** ({wording.percent(share)} of its orders)"
        for name, share in rows["without_customer"].head(NAMED).items()
    )
    if not names:
        return []
    return [
        f":material/help: **Many orders without a customer:** {names}. Among them may be later "
        "orders of customers who then seem to be gone, so there is no verdict."
    ]


def _association(breakdown: Breakdown) -> None:
    """What the comparison cannot say."""
    st.caption(
        "An association, not a cause: customers differ in more than this. Try a change on a part "
        "before moving all of it."
        if breakdown.attribution == "first_order"
        else "This says who orders from it, not whom it brings: an offer to returning customers "
        "looks good by its nature. To decide what to win customers with, let orders count to the "
        "first order."
    )


def _named(breakdown: Breakdown, rows: pd.DataFrame, currency: str | None) -> str:
    """The first few values with their number, and the growth where it is clear."""
    words = []
    for place, (name, row) in enumerate(rows.head(NAMED).iterrows()):
        amount = _amount(breakdown, row[breakdown.basis], currency)
        amount += "" if place else f" {_meaning(breakdown)}"
        if row["new_customers_growth_verdict"] in (UP, DOWN):
            amount += f", new customers {charts.change_words(row['new_customers_growth'])}"
        words.append(f"**{text.plain(name)}** ({text.plain(amount)})")
    rest = len(rows) - NAMED
    return ", ".join(words) + (f" and {wording.count(rest)} more" if rest > 0 else "")


def _amount(breakdown: Breakdown, value: float, currency: str | None) -> str:
    if breakdown.basis == "value_per_customer":
        return wording.money(value, currency)
    return wording.percent(value)


def _meaning(breakdown: Breakdown) -> str:
    """What the number behind a name is, after its amount."""
    return "expected a new customer" if breakdown.basis == "value_per_customer" else "come back"


def comparison(data: Loaded, breakdown: Breakdown) -> None:
    """Every value beside the average of all."""
    by_value, currency = breakdown.basis == "value_per_customer", data.orders.currency
    title = "Expected value by group, per new customer" if by_value else "Repeat purchase rate"
    about = f"{ABOUT[breakdown.basis]} {ABOUT['verdict']} {COST_HELP}"
    st.subheader(title, anchor=False, help=text.plain(about, limit=1200))
    _association(breakdown)
    rows = in_order(breakdown)
    rows = rows[rows[breakdown.basis].notna()]
    if rows.empty:
        st.info("The period has no new customers.", icon=":material/info:")
        return
    average, words = rows["average"].iloc[0], charts.VERDICTS[breakdown.attribution]
    choice = choice_of(breakdown)
    drawn, left_out = charts.in_reach(
        rows, breakdown.basis, "compare_low", "compare_high", "verdict", average
    )
    amount = _amount(breakdown, average, currency)
    st.html(charts.legend(charts.verdict_labels(drawn, words), words))
    st.altair_chart(
        charts.verdict_chart(
            drawn,
            breakdown.basis,
            words,
            text.BY_GROUP if by_value else title,  # as short as a phone is narrow
            currency,
            choice.chosen,
        ),
        key=choice.chart_key("comparison"),
        on_select=partial(choice.take_from_chart, "comparison", "name"),
        selection_mode=PICKED,
        alt=f"{title} by {breakdown.dimension}; the average is {amount}. "
        + findings.extremes(
            list(drawn.index),
            list(drawn[breakdown.basis]),
            [_amount(breakdown, value, currency) for value in drawn[breakdown.basis]],
        ),
    )
    notes = [_dots_words(breakdown, amount)]
    if (drawn["verdict"] == THIN).any():
        notes.append(f"Pale dots have fewer than {ENOUGH}.")
    if breakdown.folded:
        name, names = breakdown.dimension, PLURALS[breakdown.dimension]
        small = wording.plural(breakdown.folded, f"smaller {name}", f"smaller {names}")
        notes.append(f"“All others” are {small} together.")
    notes += _too_far(left_out)
    st.caption(text.plain(" ".join(notes), limit=800))


def _dots_words(breakdown: Breakdown, average: str) -> str:
    """How to read the chart, with its average as text."""
    # Customers who come back order from several values: this average lies above the store's rate.
    counted = (
        ""
        if breakdown.attribution == "first_order"
        else f", in which a customer counts to each {breakdown.dimension}"
    )
    size = "new customers" if breakdown.basis == "value_per_customer" else "customers"
    return (
        f"Dashed: the average of all, {average}{counted}. A line that does not reach it is more "
        f"than chance. A larger dot has more {size}."
    )


def in_order(breakdown: Breakdown) -> pd.DataFrame:
    """The values as the charts list them: the best first, those with too little data last."""
    rows = breakdown.values.assign(thin=breakdown.values["verdict"] == THIN)
    return rows.sort_values(
        ["thin", breakdown.basis], ascending=[True, False], na_position="last"
    ).drop(columns="thin")


def _too_far(left_out: int) -> list[str]:
    if not left_out:
        return []
    return [
        f"{wording.count(left_out)} more with too little data would lie far outside: see the table."
    ]


def growth(breakdown: Breakdown, orders: Orders) -> None:
    """How every value grows against the period before, one measure at a time."""
    st.subheader("Growth", anchor=False, help=text.plain(ABOUT["growth"], limit=600))
    period = breakdown.period
    before = period.previous()
    if breakdown.previous is None:
        st.info(
            f"There is no growth to show: the {wording.days(period.days)} before this period "
            f"begin on {wording.day(before.start)}, and the orders only on "
            f"{wording.day(orders.start)}. Pick a shorter period.",
            icon=":material/info:",
        )
        return
    labels = {label: name for name, label in labels_of(breakdown).items()}
    measure = st.segmented_control(
        "Growth of",
        list(labels),
        default=LABELS["new_customers"],
        key="growth_of",
        bind="query-params",
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    name, choice = labels[measure], choice_of(breakdown)
    column = f"{name}_growth"
    rows = in_order(breakdown)
    rows = rows[rows[column].notna()]
    store = breakdown.store[column]
    if rows.empty:
        st.info(f"None of them had {measure.lower()} in both periods.", icon=":material/info:")
        return
    drawn, left_out = charts.in_reach(
        rows, column, f"{column}_low", f"{column}_high", f"{column}_verdict", 1.0
    )
    verdicts = drawn[f"{column}_verdict"].map(charts.GROWTH_WORDS)
    st.html(charts.legend(verdicts, charts.GROWTH_WORDS))
    st.altair_chart(
        charts.growth_chart(drawn, name, f"{measure}, change", store, choice.chosen),
        key=choice.chart_key("growth"),
        on_select=partial(choice.take_from_chart, "growth", "name"),
        selection_mode=PICKED,
        alt=f"Change of {measure.lower()} by {breakdown.dimension}; all together "
        f"{charts.change_words(store)}. "
        + findings.extremes(
            list(drawn.index),
            list(drawn[column]),
            [charts.change_words(share) for share in drawn[column]],
        ),
    )
    notes = [
        f"{wording.span(period)} against {wording.span(before)}. Dashed: all together, "
        f"{charts.change_words(store)}.",
        *([FIRST_IN_FILE] if name == "new_customers" else []),
        *_too_far(left_out),
    ]
    st.caption(text.plain(" ".join(notes), limit=800))


def notes(breakdown: Breakdown, orders: Orders) -> None:
    """What to bear in mind of the period, and of what an order counts to."""
    if breakdown.period.start < orders.start:
        st.caption(
            f"The period begins on {wording.day(breakdown.period.start)} and the orders on "
            f"{wording.day(orders.start)}: its first days are empty."
        )
    if orders.items is not None and breakdown.dimension in BOUGHT:
        st.caption(
            f"A customer counts to the {breakdown.dimension} on the first line of the first order."
            if breakdown.attribution == "first_order"
            else _words_on_items(breakdown.dimension, orders)
        )


def _words_on_items(dimension: str, orders: Orders) -> str:
    """How an order of several products counts."""
    if not orders.has_amounts:
        return (
            f"An order counts to every {dimension} in it. Customers and orders of all rows are "
            "therefore more than the store has."
        )
    return (
        f"An order counts to every {dimension} in it, and its revenue is split "
        "over them by what the lines cost, or evenly where the file does not say. Customers "
        "and orders of all rows are therefore more than the store has; revenue adds up."
    )


def nothing_to_compare(breakdown: Breakdown) -> bool:
    """Say so where all orders of the period have the same value, or none."""
    rows = breakdown.values
    if len(rows) > 1:
        return False
    if rows["kind"].iloc[0] == "missing":
        words = f"No order of this period has a {breakdown.dimension}."
    else:
        words = (
            f"Every order of this period counts to the same {breakdown.dimension}: "
            f"{text.plain(rows.index[0])}."
        )
    st.info(
        f"{words} There is nothing to compare; pick another breakdown or period.",
        icon=":material/info:",
    )
    return True


@kept(
    max_entries=2,
    spinner="Counting orders by their values…",
    on_release=lambda history: history.release(),
)
def _history(data: Loaded, dimension: str, attribution: str) -> DimensionHistory:
    return dimension_history(data.orders, dimension, attribution)


@kept(max_entries=40, by_orders_alone=True)
def _breakdown(data: Loaded, settings: ChannelSettings, plan: Plan | None) -> Breakdown:
    history = _history(data, settings.dimension, settings.attribution)
    period = preset_period(settings.preset, data.orders.start, data.orders.end)
    if plan is None:
        return breakdown_of(history, period)
    uncertainty = group_uncertainty_for(data, plan, f"first_{settings.dimension}")
    return breakdown_of(history, period, customers=data.customers, uncertainty=uncertainty)
