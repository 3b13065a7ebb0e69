"""Controls and panels that more than one page shows."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import RetentionError
from retention.evaluation.backtest import Backtest
from retention.models.checks import Check
from retention.models.uncertainty import Total
from retention.orders.orders import Orders
from retention.periods import PRESETS
from retention.view import palette, text
from retention.view.session.choices import Plan

CHECKS_PAGE = "pages/lifetime_value.py"
#: The option of a period picker whose dates the page asks for.
OWN_DATES = "Own dates"
#: What each status of a check is called, the worst first.
STATUS_WORDS = {
    "bad": "Doubtful",
    "caution": "With care",
    "unknown": "Cannot be told yet",
    "good": "Good",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A headline number.

    Attributes:
        label: What the number is.
        value: The number as text.
        about: Key of its definition in `text.DEFINITIONS`, or in the page's own definitions.
        note: A short line below the number, as Markdown: what comes from a file goes through
            `text.plain` first.
    """

    label: str
    value: str
    about: str
    note: str | None = None


def metric_row(
    metrics: Sequence[Metric],
    *,
    definitions: Mapping[str, str] = text.DEFINITIONS,
    key: str | None = None,
) -> None:
    """Draw up to four headline numbers side by side, each with its definition one hover away.

    Args:
        metrics: The numbers, from left to right.
        definitions: Where each metric's `about` is looked up.
        key: Names the row among those of a page; by default the first metric's `about`.

    Raises:
        ValueError: There are more than four.
    """
    if len(metrics) > 4:
        raise ValueError("A row has room for four metrics.")
    with st.container(key=f"metrics-{key or metrics[0].about}"):
        for metric in metrics:
            st.metric(
                metric.label,
                metric.value,
                help=text.plain(definitions[metric.about], limit=1000),
                border=True,
                delta=metric.note,
                delta_color="off",
                delta_arrow="off",
            )


def no_model_panel(problem: str, consequence: str) -> None:
    """Warn that the orders carry no model, with the reason and what the page lacks without one.

    Args:
        problem: Why there is no model: the text of a `ModelError`.
        consequence: What still works and what is off, as Markdown.
    """
    st.warning(
        "**These orders carry no model of future purchases.** "
        f"{text.plain(problem, limit=1000)}  \n{consequence}",
        icon=":material/warning:",
    )


def choose_period(
    presets: Collection[str] = PRESETS,
    *,
    key: str,
    opens_on: str,
    about: str,
    own_dates: bool = False,
    width: int | Literal["stretch"] = "stretch",
) -> str | None:
    """Select box for a period, kept in the address. It is drawn in the container that is open.

    Args:
        presets: Keys of `retention.periods.PRESETS` to choose from.
        key: The widget's key, which is also its query parameter.
        opens_on: The preset that is chosen at first.
        about: The tooltip.
        own_dates: Whether “Own dates” is the last option. The page draws the date inputs.
        width: As of `st.selectbox`.

    Returns:
        The key of the chosen preset; None for own dates.
    """
    keys = {PRESETS[preset]: preset for preset in PRESETS if preset in presets}
    chosen = st.selectbox(
        "Period",
        [*keys, OWN_DATES] if own_dates else list(keys),
        index=list(keys.values()).index(opens_on),
        key=key,
        bind="query-params",
        help=about,
        width=width,
    )
    return keys.get(chosen)


def choose_part(names: Sequence[str], key: str) -> str:
    """Several parts of a page of which one is drawn: which one is open.

    For parts that sliders redraw. Tabs look through all that is inside them whenever anything changes, which takes the
    browser longer than a slider may.
    """
    names = list(names)
    return st.pills(
        "Show",
        names,
        default=names[0],
        key=key,
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )


def kept_parts(names: Mapping[str, str], key: str) -> tuple[str, dict[str, DeltaGenerator]]:
    """Several parts of which one is seen and all are drawn: the key of the one that is open, and a place for each.

    For sliders that stand in the address: one that is not drawn would drop out of it. `names` by key.
    """
    label = choose_part(tuple(names.values()), key)
    shown = next(name for name, said in names.items() if said == label)
    places = {name: st.container(key=f"{key}-{name}") for name in names}
    # With what Streamlit wraps around it, which would leave a gap.
    away = ", ".join(f"div:has(> .st-key-{key}-{name})" for name in names if name != shown)
    st.html(f"<style>{away} {{ display: none; }}</style>")
    return shown, places


def show_so_far() -> None:
    """Let what is drawn reach the browser before the rest is worked out.

    Streamlit sends what is there every 10 ms, but not while the script keeps the interpreter busy.
    """
    time.sleep(0.012)


def order_metrics(
    customers: int, placed: int, revenue: float, orders: "Orders"
) -> tuple[Metric, Metric, Metric]:
    """Customers, orders and revenue of `orders`, whose sums the caller has at hand."""
    span = (orders.end - orders.start).days + 1
    return (
        Metric(
            "Customers",
            wording.count(customers, short=customers >= 1e6),
            "customers",
            f"Over {wording.days(span)}",
        ),
        Metric(
            "Orders",
            wording.count(placed, short=placed >= 1e6),
            "orders",
            f"{placed / customers:.1f} per customer",
        ),
        Metric(
            "Revenue",
            wording.money(revenue, orders.currency, short=True),
            "revenue",
            f"{wording.money(revenue / placed, orders.currency)} per order",
        ),
    )


def forecast_metrics(
    scores: "pd.DataFrame", total: "Total", currency: str | None, *, label: str, about: str
) -> tuple[Metric, Metric, Metric]:
    """What all customers are worth (under `label`), how many will order again, and their expected orders."""
    n = len(scores)
    returning, orders = (float(scores[name].sum()) for name in ("p_purchase", "expected_orders"))
    note = f"80% range: {wording.money_range(total.low, total.high, currency)}"
    return (
        Metric(label, wording.money(total.expected, currency, short=True), about, note),
        Metric(
            "Will order again",
            wording.percent(returning / n),
            "returning",
            f"About {wording.count(returning)} of {wording.count(n)}",
        ),
        Metric(
            "Expected orders",
            wording.count(orders, short=orders >= 1e5),
            "expected_orders_sum",
            f"{orders / n:.2f} per customer",
        ),
    )


def terms(plan: "Plan") -> str:
    """What a value is net of, in the few words that fit below a number."""
    kept = "Before margin" if plan.margin == 1 else f"At {wording.percent(plan.margin)} margin"
    rate = plan.annual_discount_rate
    return (
        f"{kept}, discounted {wording.percent(rate)} a year" if rate else f"{kept}, not discounted"
    )


def forecast_caution(checks: Sequence["Check"], *, link: bool = True) -> None:
    """One panel beside a forecast with a check that raises a doubt; nothing where none does.

    It says the worst finding in words and how many more there are; `link` adds the way to all checks, for
    pages other than the one that lists them.
    """
    poor = sorted((check for check in checks if check.status in ("bad", "caution")), key=_severity)
    if not poor:
        return
    worst, more = poor[0], len(poor) - 1
    colour, icon = palette.STATUS_COLOURS[worst.status], palette.STATUS_ICONS[worst.status]
    head = (
        "Do not act on this forecast yet."
        if worst.status == "bad"
        else "Read this forecast with care."
    )
    words = f":{colour}[{icon} **{head}**] {text.plain(worst.finding, limit=600)}"
    if more:
        words += f" {wording.plural(more, 'more doubt')}."
    with st.container(border=True, gap="xsmall", key="forecast-caution"):
        if link:
            st.markdown(words)
            st.page_link(
                CHECKS_PAGE,
                label="See what was found, and what to do",
                icon=":material/arrow_forward:",
            )
        else:
            st.markdown(f"{words} What to do stands under “Can I trust it?”.")


def track_record(result: "Backtest | None", plan: "Plan") -> None:
    """One line under a forecast: what its value is net of, and how far off it would have been."""
    words = f"{terms(plan)}. "
    if result is None:
        words += "Not tested on the past: the history is too short."
    else:
        orders = wording.off(result.bias, "too many", "too few")
        revenue = wording.off(result.revenue_bias, "too high", "too low")
        hidden = wording.days(result.holdout_days)
        words += f"On the last {hidden}, hidden from it, the model had orders {orders} and revenue {revenue}"
        words += ", the weeks of a gap in the orders not counted." if len(result.gap) else "."
        if plan.horizon_days > 1.5 * result.holdout_days:
            words += " Nothing further ahead than that has been tested."
        elif plan.horizon_days < 0.5 * result.holdout_days:
            words += (
                " Over a shorter time it may be further off: move the cut under “Can I trust it?”."
            )
    st.caption(text.plain(words, limit=600))


def check_list(checks: Sequence["Check"]) -> None:
    """Checks, the worst first: status as icon, word and colour, the name, the finding, and what to do."""
    asked = False
    for check in sorted(checks, key=_severity):
        if check.status == "good" and not asked:
            asked = True
            st.caption("In order, with nothing to do:")
        colour, icon = palette.STATUS_COLOURS[check.status], palette.STATUS_ICONS[check.status]
        finding = text.plain(check.finding, limit=1000)
        if check.status == "good":
            st.markdown(f":{colour}[{icon} **{text.plain(check.name)}:**] {finding}")
            continue
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                f":{colour}[{icon} **{STATUS_WORDS[check.status]}:** {text.plain(check.name)}]"
            )
            st.markdown(finding)
            st.markdown(f"**What to do:** {text.plain(check.advice, limit=1000)}")


def _severity(check: "Check") -> int:
    return list(STATUS_WORDS).index(check.status)


def customer_query(key: str, width: int | Literal["stretch"] = "stretch") -> str:
    """A search box for customers by a part of their name."""
    return st.text_input(
        "Find a customer",
        placeholder="Part of an e-mail or number",
        icon=":material/search:",
        key=key,
        width=width,
    )


def no_customer(query: str) -> None:
    """What stands in place of the customers where the search has found none."""
    st.info(f"No customer has “{text.plain(query)}” in the name.", icon=":material/search_off:")


def problem(title: str, error: RetentionError) -> None:
    """A panel for something that could not be done: what was found and what to do, as plain text."""
    st.error(f"**{text.plain(title)}**  \n{text.plain(error, limit=1000)}", icon=":material/error:")


def guarded(title: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have what a fragment cannot do told in a panel under `title`.

    It goes below `st.fragment`, which hands no error on: a `try` around the call would catch nothing.
    """

    def guard(draw: Callable[[], None]) -> Callable[[], None]:
        @wraps(draw)
        def told() -> None:
            try:
                draw()
            except RetentionError as error:
                problem(title, error)

        return told

    return guard


def csv_download(label: str, file_name: str, make: Callable[[], bytes], *, key: str) -> None:
    """Download button for a CSV file that `make` writes when it is clicked, with formulas neutralised."""
    st.download_button(
        label,
        data=make,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )


def file_name(name: str) -> str:
    """A segment's name as a file's: letters and digits, in small.

    >>> file_name("Tea, but not: Coffee!"), file_name("/../")
    ('tea-but-not-coffee', 'segment')
    """
    kept = "".join(c if c.isalnum() else " " for c in name.lower())
    return "-".join(kept.split())[:60] or "segment"
