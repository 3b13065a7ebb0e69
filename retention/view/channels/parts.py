"""The parts of the channels page, from the settings at the top to the table at the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from retention import wording
from retention.errors import ModelError
from retention.history.changes import DOWN, ENOUGH, UP
from retention.orders.orders import Orders
from retention.orders.roles import ROLES
from retention.orders.rows import BOUGHT
from retention.periods import PRESETS, preset_period
from retention.reports.breakdown import Breakdown, breakdown_of
from retention.reports.breakdown_history import ATTRIBUTIONS, DimensionHistory, dimension_history
from retention.reports.breakdown_verdict import LESS, MORE, THIN
from retention.view import text
from retention.view.channels import charts
from retention.view.channels.table import ABOUT, LABELS, PLURALS
from retention.view.session import choices, loaded
from retention.view.session.cache import kept
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import uncertainty_for
from retention.wording import span

NAMED = 3  # values that the sentence names on each side


@dataclass(frozen=True, slots=True)
class Choice:
    """What the settings say; `preset` is a key of `PRESETS`."""

    dimension: str
    attribution: str
    preset: str


def settings(data: Loaded, dimensions: Sequence[str]) -> Choice:
    """Three controls in one row, kept in the URL."""
    orders = data.orders
    names = {ROLES[name].label: name for name in dimensions}
    kinds = {label: key for key, label in ATTRIBUTIONS.items()}
    periods = {label: key for key, label in PRESETS.items() if _holds_orders(key, orders)}
    with st.container(border=True, horizontal=True, gap="medium"):
        dimension = st.segmented_control(
            "Break down by",
            list(names),
            default=next(iter(names)),
            key="dimension",
            bind="query-params",
            required=True,
            help=ABOUT["dimension"],
            wrap=True,
        )
        attribution = st.segmented_control(
            "Orders count to",
            list(kinds),
            default=ATTRIBUTIONS["first_order"],
            key="attribution",
            bind="query-params",
            required=True,
            help=ABOUT["attribution"],
            wrap=True,
        )
        period = st.selectbox(
            "Period",
            list(periods),
            index=list(periods).index(PRESETS["365"]),
            key="period",
            bind="query-params",
            help=ABOUT["period"],
            width=220,
        )
    return Choice(names[dimension], kinds[attribution], periods[period])


def _holds_orders(preset: str, orders: Orders) -> bool:
    period = preset_period(preset, orders.start, orders.end)
    return period.end > orders.start and period.start <= orders.end


def found_for(data: Loaded, choice: Choice) -> tuple[Breakdown, ModelError | None]:
    """The breakdown, and why it has no value per customer where the model cannot be had."""
    plan, problem = None, None
    if choice.attribution == "first_order":
        plan = choices.standard_plan()
        try:
            uncertainty_for(data, plan)
        except ModelError as error:
            plan, problem = None, error
    return _breakdown(data, choice, plan), problem


def headline(found: Breakdown) -> None:
    """What to do more and less of, in words."""
    rows = found.values[found.values["kind"] != "others"]
    if (
        found.dimension != "coupon"
    ):  # to win more customers without a coupon is a choice, without a channel is not
        rows = rows[rows["kind"] == "value"]
    more, less = (rows[rows["verdict"] == verdict] for verdict in (MORE, LESS))
    first = found.attribution == "first_order"
    said = (
        ("Do more of", "Do less of") if first else ("Customers come back more often", "Less often")
    )
    lines = [
        f"{icon} **{words}:** {_named(found, part)}"
        for icon, words, part in (
            (":material/trending_up:", said[0], more.sort_values(found.basis, ascending=False)),
            (":material/trending_down:", said[1], less.sort_values(found.basis)),
        )
        if len(part)
    ]
    if lines:
        st.markdown("  \n".join(lines))
    elif (rows["verdict"] == THIN).all():
        st.markdown(
            f"**Too little data.** No two {PLURALS[found.dimension]} can be compared: each needs "
            f"{ENOUGH} {'new ' if found.basis == 'value_per_customer' else ''}customers in the "
            "period. Pick a longer one."
        )
    else:
        st.markdown(
            f"**No {found.dimension} stands out.** What differs between them in this period may "
            "be chance: there is nothing yet to do more or less of."
        )
    st.caption(
        "An association, not a cause: customers differ in more than this. Set the value against "
        "what a customer costs to win, and try a change on a part before moving all of it."
        if first
        else "This says who orders from it, not whom it brings: an offer to returning customers "
        "looks good by its nature. To decide what to win customers with, let orders count to the "
        "first order."
    )


def _named(found: Breakdown, rows: pd.DataFrame) -> str:
    """The first few values with their number, and the growth where it is clear."""
    words = []
    for name, row in rows.head(NAMED).iterrows():
        amount = _amount(found, row[found.basis])
        change = row["new_customers_growth"]
        clear = row["new_customers_growth_verdict"] in (UP, DOWN)
        grown = (
            f", new customers {'+' if change > 0 else ''}{wording.percent(change)}" if clear else ""
        )
        words.append(f"**{text.plain(name)}** ({text.plain(amount + grown)})")
    rest = len(rows) - NAMED
    return ", ".join(words) + (f" and {rest:,} more" if rest > 0 else "")


def _amount(found: Breakdown, x: float) -> str:
    return (
        wording.money(x, _currency()) if found.basis == "value_per_customer" else wording.percent(x)
    )


def _currency() -> str | None:
    data = loaded.get()
    return data.orders.currency if data else None


def comparison(data: Loaded, found: Breakdown) -> None:
    """Every value beside the average of all."""
    value = found.basis == "value_per_customer"
    title = "Value per new customer, next 12 months" if value else "Repeat purchase rate"
    st.subheader(
        title, anchor=False, help=text.plain(f"{ABOUT[found.basis]} {ABOUT['verdict']}", limit=1200)
    )
    headline(found)
    rows = in_order(found)
    rows = rows[rows[found.basis].notna()]
    if rows.empty:
        st.info("The period has no new customers.", icon=":material/info:")
        return
    middle, words = rows["average"].iloc[0], charts.VERDICTS[found.attribution]
    drawn, left_out = charts.in_reach(
        rows, found.basis, "compare_low", "compare_high", "verdict", middle
    )
    average = _amount(found, middle)
    st.html(charts.legend(charts.verdict_labels(drawn, words), words))
    st.altair_chart(
        charts.verdict_chart(drawn, found.basis, words, title, data.orders.currency),
        key="comparison",
        alt=f"{title} by {found.dimension}, best first, beside the average of {average}",
    )
    who = "new customers" if value else "customers"
    # Those who come back order from several values, so that it lies above the rate of the store.
    average += (
        ""
        if found.attribution == "first_order"
        else f", in which a customer counts to each {found.dimension}"
    )
    said = [
        f"Dashed: the average of all, {average}. Where a line does not reach it, the difference "
        f"is more than chance (95%, for all of them at once). A larger dot has more {who}."
    ]
    if (drawn["verdict"] == THIN).any():
        said.append(f"Pale dots have fewer than {ENOUGH}.")
    if found.folded:
        small = wording.plural(
            found.folded, f"smaller {found.dimension}", f"smaller {PLURALS[found.dimension]}"
        )
        said.append(f"“All others” are {small} together.")
    said += _too_far(left_out)
    st.caption(text.plain(" ".join(said), limit=800))


def in_order(found: Breakdown) -> pd.DataFrame:
    """The values as the charts list them: the best first, after all others those with too little data."""
    rows = found.values.assign(thin=found.values["verdict"] == THIN)
    return rows.sort_values(
        ["thin", found.basis], ascending=[True, False], na_position="last"
    ).drop(columns="thin")


def _too_far(left_out: int) -> list[str]:
    if not left_out:
        return []
    return [f"{left_out:,} more with too little data would lie far outside: see the table."]


def growth(found: Breakdown, orders: Orders) -> None:
    """How every value grows against the period before, one measure at a time."""
    st.subheader("Growth", anchor=False, help=text.plain(ABOUT["growth"], limit=600))
    period = found.period
    before = period.previous()
    if found.previous is None:
        st.info(
            f"There is no growth to show: the {wording.days(period.days)} before this period "
            f"begin on {wording.day(before.start)}, and the orders only on "
            f"{wording.day(orders.start)}. Pick a shorter period.",
            icon=":material/info:",
        )
        return
    labels = {label: name for name, label in LABELS.items()}
    chosen = st.segmented_control(
        "Growth of",
        list(labels),
        default=LABELS["new_customers"],
        key="growth_of",
        bind="query-params",
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    name = labels[chosen]
    rows = in_order(found)
    rows = rows[rows[f"{name}_growth"].notna()]
    store = found.store[f"{name}_growth"]
    if rows.empty:
        st.info(f"None of them had {chosen.lower()} in both periods.", icon=":material/info:")
        return
    column = f"{name}_growth"
    drawn, left_out = charts.in_reach(
        rows, column, f"{column}_low", f"{column}_high", f"{column}_verdict", 1.0
    )
    st.html(charts.legend(drawn[f"{column}_verdict"].map(charts.GROWTH_WORDS), charts.GROWTH_WORDS))
    st.altair_chart(
        charts.growth_chart(drawn, name, f"{chosen}, change", store),
        key="growth",
        alt=f"Change of {chosen.lower()} by {found.dimension}, with 95% ranges",
    )
    said = [
        f"{span(period)} against {span(before)}, in the order of the chart above. Dashed: all "
        f"together, {'+' if store > 0 else ''}{wording.percent(store)}. Seasons are part of it.",
        *_too_far(left_out),
    ]
    st.caption(text.plain(" ".join(said), limit=800))


def notes(found: Breakdown, orders: Orders) -> None:
    """What to bear in mind of the period, and of what an order counts to."""
    if found.period.start < orders.start:
        st.caption(
            f"The period begins on {wording.day(found.period.start)} and the orders on "
            f"{wording.day(orders.start)}: its first days are empty."
        )
    if orders.items is not None and found.dimension in BOUGHT:
        if found.attribution == "first_order":
            said = (
                f"A customer counts to the {found.dimension} on the first line of the first order."
            )
        else:
            said = (
                f"An order counts to every {found.dimension} in it, and its revenue is split over "
                "them by what the lines cost, or evenly where the file does not say. Customers "
                "and orders of all rows are therefore more than the store has; revenue adds up."
            )
        st.caption(said)


def nothing_to_compare(found: Breakdown) -> bool:
    """Say so where all orders of the period have the same value, or none."""
    rows = found.values
    if len(rows) > 1:
        return False
    if rows["kind"].iloc[0] == "missing":
        words = f"No order of this period has a {found.dimension}."
    else:
        words = (
            f"Every order of this period counts to the same {found.dimension}: "
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


@kept(max_entries=40)
def _breakdown(data: Loaded, choice: Choice, plan: Plan | None) -> Breakdown:
    history = _history(data, choice.dimension, choice.attribution)
    period = preset_period(choice.preset, data.orders.start, data.orders.end)
    if plan is None:
        return breakdown_of(history, period)
    known = uncertainty_for(data, plan)
    return breakdown_of(history, period, customers=data.customers, uncertainty=known)
