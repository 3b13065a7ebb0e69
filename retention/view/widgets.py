"""Controls and panels that more than one page shows."""

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from html import escape
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import RetentionError
from retention.orders.orders import Orders
from retention.periods import PRESETS
from retention.view import text

_DOWNLOADS = "number_of_downloads"
SETTINGS_PAGE = "pages/settings.py"
#: The option of a period picker whose dates the page asks for.
OWN_DATES = "Own dates"


#: The definitions of numbers that a forecast makes. They are greyed where it is not to be used.
FORECAST_NUMBERS = frozenset(
    {
        "base_value",
        "cltv_total",
        "cltv",
        "cltv_by_group",
        "cltv_per_customer",
        "cltv_range",
        "expected",
        "expected_orders",
        "expected_orders_sum",
        "gap_worth",
        "gone_for_good",
        "next_order",
        "p_purchase",
        "p_purchase_30d",
        "range_80",
        "returning",
        "top_share",
        "value",
        "what_if",
    }
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A headline number.

    Attributes:
        label: What the number is.
        value: The number as text.
        about: Key of its definition in `text.DEFINITIONS`, or in the page's own definitions.
        note: A short line below the number, as text.
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
    """Draw up to four headline numbers side by side, with what the glossary does not explain.

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
        for place, metric in enumerate(metrics):
            if metric.about in FORECAST_NUMBERS:
                with st.container(key=f"expected-{place}-{key or metrics[0].about}"):
                    draw_metric(metric, definitions)
            else:
                draw_metric(metric, definitions)


def draw_metric(metric: Metric, definitions: Mapping[str, str] = text.DEFINITIONS) -> None:
    """Draw one headline number in a card; its amounts may bear a currency that a file made up.

    A number that the glossary explains has no mark: the page's header leads there.

    Args:
        metric: The number.
        definitions: Where its `about` is looked up.
    """
    about = None if metric.about in text.ON_GLOSSARY else definitions[metric.about]
    st.metric(
        metric.label,
        text.plain(metric.value),
        help=None if about is None else text.plain(about, limit=1000),
        border=True,
        delta=text.plain(metric.note) if metric.note else None,
        delta_color="off",
        delta_arrow="off",
    )


def settings_line(words: str, name: str) -> None:
    """Draw what a page takes from the store settings, with the way there.

    Args:
        words: What it takes, a sentence.
        name: Names the line among those of the app.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key=f"settings-line-{name}"
    ):
        st.caption(text.plain(words, limit=600), width="content")
        st.page_link(SETTINGS_PAGE, label="Change in store settings", icon=":material/settings:")


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
    about: str | None,
    own_dates: bool = False,
    width: int | Literal["stretch"] = "stretch",
) -> str | None:
    """Select box for a period, kept in the address. It is drawn in the container that is open.

    Args:
        presets: Keys of `retention.periods.PRESETS` to choose from.
        key: The widget's key, which is also its query parameter.
        opens_on: The preset that is chosen at first.
        about: The tooltip, if any.
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


def choose_part(names: Sequence[str], key: str, opens_on: str | None = None) -> str:
    """Pills for the parts of a page of which only the open one is drawn.

    For parts that sliders redraw. Tabs look through everything inside them whenever anything
    changes, which takes the browser longer than a slider may.

    Args:
        names: Of the parts.
        key: Of the pills.
        opens_on: The part that is open at first; by default the first one.

    Returns:
        The name of the open part.
    """
    names = list(names)
    return st.pills(
        "Show",
        names,
        default=opens_on or names[0],
        key=key,
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )


def kept_parts(names: Mapping[str, str], key: str) -> tuple[str, dict[str, DeltaGenerator]]:
    """Pills for the parts of a page that are all drawn and of which one is seen.

    For sliders that stand in the address: one that is not drawn would drop out of it.

    Args:
        names: What each part is called, by its key.
        key: Of the pills. The keys of the parts' containers begin with it.

    Returns:
        The key of the open part, and the container of each part.
    """
    chosen = choose_part(tuple(names.values()), key)
    opened = next(part for part, name in names.items() if name == chosen)
    places = {part: st.container(key=f"{key}-{part}") for part in names}
    hidden = ", ".join(f"div:has(> .st-key-{key}-{part})" for part in names if part != opened)
    st.html(_hidden_parts().replace("PARTS", hidden))
    return opened, places


@cache
def _hidden_parts() -> str:
    return (Path(__file__).parent / "assets" / "hidden_parts.html").read_text(encoding="utf-8")


def show_so_far() -> None:
    """Let what is drawn reach the browser before the rest is computed.

    Streamlit sends what is there every 10 ms, but not while the script keeps the interpreter busy.
    """
    time.sleep(0.012)


def order_metrics(customers: int, placed: int, revenue: float, orders: Orders) -> list[Metric]:
    """Headline numbers of orders: customers, orders and, where there are amounts, revenue.

    Args:
        customers: Number of customers.
        placed: Number of orders.
        revenue: Sum of the orders, in their currency.
        orders: The orders, for their days and their currency.
    """
    span = (orders.end - orders.start).days + 1
    metrics = [
        Metric(
            label="Customers",
            value=wording.count(customers, short=customers >= 1e6),
            about="customers",
            note=f"Over {wording.days(span)}",
        ),
        Metric(
            label="Orders",
            value=wording.count(placed, short=placed >= 1e6),
            about="orders",
            note=f"{wording.decimal(placed / customers, 1)} per customer",
        ),
    ]
    if orders.has_amounts:
        amount = wording.money(revenue, orders.currency, short=True)
        each = wording.money(revenue / placed, orders.currency)
        metrics.append(
            Metric(label="Revenue", value=amount, about="revenue", note=f"{each} per order")
        )
    return metrics


def customer_query(key: str, width: int | Literal["stretch"] = "stretch") -> str:
    """Search box for customers by a part of their name."""
    return st.text_input(
        "Find a customer",
        placeholder="Part of an e-mail or number",
        icon=":material/search:",
        key=key,
        width=width,
    )


def no_customer(query: str) -> None:
    """Say in place of the customers that the search matches none."""
    st.info(f"No customer has “{text.plain(query)}” in the name.", icon=":material/search_off:")


def problem(title: str, error: RetentionError) -> None:
    """Draw a panel for what could not be done: the finding and the advice, as plain text."""
    st.error(f"**{text.plain(title)}**  \n{text.plain(error, limit=1000)}", icon=":material/error:")


def guarded(title: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Decorate a fragment so that a `RetentionError` becomes a panel under `title`.

    It goes below `st.fragment`, which hands no error on: a `try` around the call would catch
    nothing.
    """

    def guard(draw: Callable[[], None]) -> Callable[[], None]:
        @wraps(draw)
        def draw_or_explain() -> None:
            try:
                draw()
            except RetentionError as error:
                problem(title, error)

        return draw_or_explain

    return guard


def download_button(
    label: str,
    data: str | bytes | Callable[[], str | bytes],
    *,
    file_name: str,
    mime: str,
    key: str,
    **settings: Any,
) -> None:
    """Draw Streamlit's download button for a file that is never taken for another one.

    Streamlit tells files above 1 MiB apart by their length, their ends and their middle. It would
    hand out one list in the place of another, also to another visitor. The type is a part of what
    it compares: a number of the session and the content's digest stand in it.

    Args:
        label: Of the button.
        data: The file, or what returns it when the button is clicked.
        file_name: What the file is called.
        mime: The file's type.
        key: Of the button.
        settings: What else Streamlit's button takes.
    """
    own = st.session_state.setdefault(_DOWNLOADS, secrets.token_hex(16))
    if callable(data):
        number = secrets.token_hex(16)  # its content is not known yet
    else:
        content = data.encode() if isinstance(data, str) else data
        number = hashlib.sha256(own.encode() + content).hexdigest()
    st.download_button(
        label, data, file_name=file_name, mime=f"{mime};file={number}", key=key, **settings
    )


def csv_download(label: str, file_name: str, make: Callable[[], bytes], *, key: str) -> None:
    """Download button for a CSV file that `make` writes when the button is clicked."""
    download_button(
        label,
        data=make,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        key=key,
        on_click="ignore",
    )


def file_name(name: str) -> str:
    """Return a segment's name as the name of a file: lower-case letters and digits.

    >>> file_name("Tea, but not: Coffee!"), file_name("/../")
    ('tea-but-not-coffee', 'segment')
    """
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "-".join(words)[:60] or "segment"


def draw_hidden_heading(words: str) -> None:
    """Draw a heading of the second level for screen readers: sections have the third."""
    st.html(f"<h2 class=only-read>{escape(words)}</h2>")
