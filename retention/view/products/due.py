"""What is due now: by product, the customers, and what to do with them."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import products as charts
from retention.errors import RetentionError
from retention.own_segments.conditions import Condition
from retention.own_segments.library import MAX_NAME, OwnSegment
from retention.products.due import NEXT_WEEK, THIS_WEEK
from retention.view import customer_lists, text, widgets
from retention.view.customer_table import TABLE_ROWS
from retention.view.plan_button import keep_segment
from retention.view.products import frames, words
from retention.view.products.data import OWN, history_for, hit_rates_for
from retention.view.session.contact import contact_for
from retention.view.session.loaded import Loaded
from retention.view.session.people import people_for
from retention.view.session.reorders import reorders_for

OWN_INTERVAL, ANY_INTERVAL = "Own interval", "Own or usual interval"
EVERY, OWN_PAGE = "All of them", "pages/own_segments.py"
#: The conditions of own segments, for all products and for chosen ones, by the interval.
_FLAGS = {OWN_INTERVAL: "reorder_due_by_own_interval", ANY_INTERVAL: "reorder_due"}
_LISTS = {OWN_INTERVAL: "due_by_own_interval", ANY_INTERVAL: "due_this_week"}

Plan = Callable[[str], None]


def draw_due(data: Loaded, by: str, plan: Plan) -> None:
    """Draw who is due, by product and as a list.

    Args:
        data: The session's data.
        by: "product" or "category".
        plan: Begins a campaign for an own segment of this name, and opens it.
    """
    due = reorders_for(data, by)
    rates = hit_rates_for(data, by)
    this, following = frames.week_words(history_for(data, by))
    st.subheader(
        "Due now",
        anchor=False,
        help=text.one_help(
            {
                "Due": words.DEFINITIONS["due_this_week"],
                "Due by": "Their own interval is known of customers who bought it three times or "
                "more. Otherwise it is what is usual for it, which says when to ask and not who "
                "will come.",
                "Weeks": f"This week: {this}. Next week: {following}.",
            }
        ),
    )
    if due.empty:
        st.info(
            f"Nobody is due in these two weeks. A usual interval needs a {by} that a customer "
            "bought three times, or one with 30 reorders.",
            icon=":material/event_available:",
        )
        return
    basis, product = _choose(due, by)
    shown = due if basis == ANY_INTERVAL else due[due["basis"] == OWN]
    if tried := words.basis_words(rates, by):
        st.caption(text.plain(tried))
    left, right = st.columns([10, 11], gap="large")
    with left:
        _draw_bars(shown, by)
    listed = shown if product == EVERY else shown[shown["product"] == product]
    with right:
        rows = frames.due_customers(listed, contact_for(data, promotion=True))
        _draw_list(data, listed, rows, product)
        _draw_buttons(listed, rows, by, basis, product, plan)


def _choose(due: pd.DataFrame, by: str) -> tuple[str, str]:
    """By whose interval, and of which product."""
    has_own = bool((due["basis"] == OWN).any())
    options = [OWN_INTERVAL, ANY_INTERVAL] if has_own else [ANY_INTERVAL]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        basis = st.segmented_control(
            "Due by",
            options,
            default=options[0],
            # Other options, another control: its value could not be among them.
            key=f"products_basis_{by}_{len(options)}",
            required=True,
            wrap=True,
        )
        shown = due if basis == ANY_INTERVAL else due[due["basis"] == OWN]
        names = shown["product"].value_counts().index.astype(str).tolist()
        product = st.selectbox(
            f"Of which {by}",
            [EVERY, *names],
            format_func=lambda name: text.one_line(name, frames.LONGEST),
            key=f"products_due_{by}_{basis}",
            width=300,
        )
    return basis, product


def _draw_bars(shown: pd.DataFrame, by: str) -> None:
    frame = frames.due_frame(shown)
    top = frame.groupby("name", sort=False)["customers"].sum()
    st.altair_chart(
        charts.due_chart(frame),
        key="products_due_chart",
        alt=f"Customers due by {by}, this week and the next. The most: "
        f"{top.index[0]}, {wording.plural(int(top.iloc[0]), 'customer')}",
    )
    rest = shown["product"].nunique() - len(top)
    if rest > 0:
        st.caption(f"And {wording.plural(rest, f'other {by}', f'other {words.PLURALS[by]}')}.")


def _draw_list(data: Loaded, listed: pd.DataFrame, rows: pd.DataFrame, product: str) -> None:
    st.dataframe(
        rows.head(TABLE_ROWS),
        key="products_due_list",
        height=min(35 * (len(rows) + 1) + 3, 318),
        hide_index=True,
        placeholder=wording.MISSING,
        column_order=["customer_id", "due", "products", "do_not_write", "last_bought", "interval"],
        column_config={
            "customer_id": st.column_config.TextColumn("Customer", pinned=True, width=150),
            "due": st.column_config.DateColumn("Due", format="D MMM", width=70),
            "products": st.column_config.TextColumn("For", width=170),
            "do_not_write": st.column_config.TextColumn(
                "Do not write", width=110, help="Why a reminder by e-mail leaves the customer out."
            ),
            "last_bought": st.column_config.DateColumn("Last bought", format="D MMM YYYY"),
            "interval": st.column_config.NumberColumn("Interval, days", format="localized"),
        },
    )
    if len(rows) > TABLE_ROWS:
        st.caption(f"The first {TABLE_ROWS} are listed.")
    if "email" not in people_for(data).contacts:
        st.caption("There are no e-mail addresses in these orders.")
    name = "due" if product == EVERY else f"due-{widgets.file_name(product)}"
    customer_lists.draw_download(
        data,
        rows.set_index("customer_id"),
        partial(frames.due_list, listed, contact_for(data, promotion=True)),
        file_name=f"{name}.csv",
        key="products_due_csv",
    )


def _draw_buttons(
    listed: pd.DataFrame, rows: pd.DataFrame, by: str, basis: str, product: str, plan: Plan
) -> None:
    """Make a segment of those due this week, and plan a campaign for it."""
    now = set(listed.loc[listed["week"] == THIS_WEEK, "customer_id"])
    number = len(now)
    later = int(listed.loc[listed["week"] == NEXT_WEEK, "customer_id"].nunique())
    reachable = int((rows["customer_id"].isin(now) & (rows["do_not_write"] == "")).sum())
    reason = None
    if by != "product":
        reason = "Segments ask for products. Break down by product to make one."
    elif not number:
        reason = f"Nobody is due this week, and {wording.count(later)} next week."
    with st.container(horizontal=True, vertical_alignment="center"):
        planned = st.button(
            f"Plan a campaign for {wording.count(reachable)}",
            type="primary",
            icon=":material/campaign:",
            key="products_plan",
            disabled=reason is not None,
            help=reason
            or f"A reminder by e-mail, filled in. {wording.count(number)} are due this week, and "
            f"{wording.count(reachable)} of them may be written to.",
        )
        made = st.button(
            "Make it a segment",
            icon=":material/bookmark_add:",
            key="products_segment",
            disabled=reason is not None,
            help=reason or "Those due this week, under Segments: Mine.",
        )
    if not (planned or made):
        return
    try:
        segment = keep_due_segment(basis, product)
        if planned:
            plan(segment.name)
    except RetentionError as error:
        widgets.problem("This did not work", error)
        return
    st.page_link(
        OWN_PAGE,
        label=f"Saved as “{text.plain(segment.name)}”. Look at it under Segments: Mine",
        icon=":material/check:",
    )


def keep_due_segment(basis: str, product: str) -> OwnSegment:
    """Keep those due this week as an own segment; the same one is kept once.

    Args:
        basis: `OWN_INTERVAL` or `ANY_INTERVAL`.
        product: Its name, or `EVERY`.

    Returns:
        The segment.
    """
    if product == EVERY:
        rule, name = Condition(_FLAGS[basis], "is", True), "Due this week"
    else:
        rule = Condition(_LISTS[basis], "includes", (product,))
        name = f"Due this week: {text.one_line(product, 50)}"
    if basis == OWN_INTERVAL:
        name += ", own interval"
    return keep_segment(name[:MAX_NAME], rule, "From the page Products.")
