"""What is due now: by product, the customers, and what to do with them."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import products as charts
from retention.charts.clickable_rows import PICKED
from retention.errors import RetentionError
from retention.own_segments.conditions import Condition
from retention.own_segments.library import MAX_NAME, OwnSegment
from retention.own_segments.reorders import DUE_KEYS
from retention.products.due import NEXT_WEEK, THIS_WEEK
from retention.products.product_history import By
from retention.view import customer_lists, text, widgets
from retention.view.chart_clicks import chart_key, clicked_in
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
CHART = "products_due_chart"

Plan = Callable[[str], None]


def draw_due(data: Loaded, by: By, plan: Plan) -> None:
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
        _draw_bars(shown, by, product, _product_key(by, basis))
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
            key=_product_key(by, basis),
            width=300,
        )
    return basis, product


def _product_key(by: str, basis: str) -> str:
    return f"products_due_{by}_{basis}"


def _choose_in_chart(key: str, products: frozenset[str]) -> None:
    """Choose the product whose row was clicked, or all of them where it was left."""
    clicked = clicked_in(CHART, "product")
    if clicked is None:
        st.session_state[key] = EVERY
    elif clicked[0] in products:
        st.session_state[key] = clicked[0]


def _draw_bars(shown: pd.DataFrame, by: str, product: str, key: str) -> None:
    frame = frames.due_frame(shown)
    top = frame.groupby("name", sort=False)["customers"].sum()
    st.altair_chart(
        charts.due_chart(frame, product),
        key=chart_key(CHART, (product,)),
        on_select=partial(_choose_in_chart, key, frozenset(frame["product"])),
        selection_mode=PICKED,
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
    sizes = listed.groupby("week")["customer_id"].nunique()
    this, following = (int(sizes.get(week, 0)) for week in (THIS_WEEK, NEXT_WEEK))
    st.caption(
        f"Due this week: {wording.count(this)}. Next week: {wording.count(following)}. The list "
        "and its file have both."
    )
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
    listed: pd.DataFrame, rows: pd.DataFrame, by: By, basis: str, product: str, plan: Plan
) -> None:
    """Make a segment of those due this week, and plan a campaign for it."""
    now = set(listed.loc[listed["week"] == THIS_WEEK, "customer_id"])
    number = len(now)
    later = int(listed.loc[listed["week"] == NEXT_WEEK, "customer_id"].nunique())
    reachable = int((rows["customer_id"].isin(now) & (rows["do_not_write"] == "")).sum())
    reason = None
    if not number:
        reason = f"Nobody is due this week, and {wording.count(later)} next week."
    with st.container(horizontal=True, vertical_alignment="center"):
        planned = st.button(
            f"Plan a campaign for {wording.count(reachable)} due this week",
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
        segment = keep_due_segment(by, basis, product)
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


def keep_due_segment(by: By, basis: str, product: str) -> OwnSegment:
    """Keep those due this week as an own segment; the same one is kept once.

    Args:
        by: "product" or "category".
        basis: `OWN_INTERVAL` or `ANY_INTERVAL`.
        product: Its name, or `EVERY`.

    Returns:
        The segment.
    """
    keys, is_own = DUE_KEYS[by], basis == OWN_INTERVAL
    if product == EVERY:
        rule = Condition(keys.own_due if is_own else keys.due, "is", True)
        name = "Due this week" if by == "product" else "Category due this week"
    else:
        key = keys.own_list if is_own else keys.lists[THIS_WEEK]
        rule = Condition(key, "includes", (product,))
        name = f"Due this week: {text.one_line(product, 50)}"
    if is_own:
        name += ", own interval"
    return keep_segment(name[:MAX_NAME], rule, "From the page Products.")
