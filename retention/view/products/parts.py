"""The parts of the products page below what is due, and the page without products."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import products as charts
from retention.charts.clickable_rows import PICKED
from retention.columns.roles import ROLES
from retention.orders.orders import Orders
from retention.products.due import NEXT_WEEK, THIS_WEEK
from retention.products.product_history import BY, By
from retention.reports.breakdown_verdict import THIN
from retention.view import page_table, text, widgets
from retention.view.page_table import FRONT_PAGE
from retention.view.products import buyers, data as data_of, frames, words
from retention.view.row_choice import RowChoice
from retention.view.session.loaded import Loaded
from retention.view.session.reorders import kinds_of, reorders_for

BRINGS = ":material/person_add: Whom it brings"
NEXT = ":material/link: What goes with it"
JOURNEY = ":material/route: Orders 1 to 4"
INTERVALS = ":material/schedule: How soon again"
LIKELY = ":material/target: What they buy next"
PARTS = (BRINGS, NEXT, JOURNEY, INTERVALS, LIKELY)
SAME_ORDER, SECOND_ORDER = "In the same order", "In the second order"
#: The columns of the first product, the second one, and how often.
TOGETHER = ("product", "other", "orders")
FOLLOWING = ("product", "next_product", "followed")
#: Rows of the table of pairs at most.
MOST_PAIRS = 8


def choose_by(orders: Orders) -> By:
    """Let the visitor choose between products and categories, where the file has both."""
    kinds = kinds_of(orders)
    if len(kinds) == 1:
        return kinds[0]
    labels = {kind.title(): kind for kind in kinds}
    chosen = st.segmented_control(
        "By",
        list(labels),
        default=next(iter(labels)),
        key="products_by",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    return labels[chosen]


def headline(data: Loaded, by: str, conclusion: DeltaGenerator) -> None:
    """What to conclude in a sentence, which has a place of its own, and four figures."""
    table, due = data_of.table_for(data, by), reorders_for(data, by)
    sizes = due.groupby(["week", "basis"])["customer_id"].nunique()
    own = {week: int(sizes.get((week, data_of.OWN), 0)) for week in (THIS_WEEK, NEXT_WEEK)}
    usual = {week: int(sizes.get((week, data_of.PRODUCT), 0)) for week in own}
    conclusion.markdown(words.conclusion(table, own[THIS_WEEK], usual[THIS_WEEK], by))
    fees = data_of.history_for(data, by).fees
    if fees:
        names = wording.first_words([f"“{text.one_line(name, 40)}”" for name in fees], 3)
        st.caption(text.plain(f"Not counted, as postage and fees are no products: {names}.", 400))
    known = table[table["enough_reorders"]]
    pairs = int(table["customers"].sum())
    again = table["repeat_customers"].sum() / max(pairs, 1)
    widgets.metric_row(
        [
            *(
                widgets.Metric(
                    label=label,
                    value=wording.count(own[week]),
                    about=about,
                    note=f"{wording.count(usual[week])} by the usual wait",
                )
                for label, week, about in (
                    ("Due this week", THIS_WEEK, "due_this_week"),
                    ("Next week", NEXT_WEEK, "due_next_week"),
                )
            ),
            widgets.Metric(
                label="Bought again",
                value=wording.percent(again),
                about="bought_again",
                note=f"of each {by}'s customers",
            ),
            widgets.Metric(
                label="Usual wait",
                value=wording.days(_usual_wait(known)) if len(known) else wording.MISSING,
                about="usual_wait",
                note=f"of {wording.count(len(known))} of "
                f"{wording.plural(len(table), by, words.PLURALS[by])}",
            ),
        ],
        definitions=words.DEFINITIONS,
        key="products",
    )


def _usual_wait(known: pd.DataFrame) -> float:
    """The median interval of the products, each by its reorders."""
    ordered = known.sort_values("interval_median")
    reached = ordered["reorders"].cumsum() >= ordered["reorders"].sum() / 2
    return float(ordered["interval_median"].to_numpy()[np.argmax(reached.to_numpy())])


def draw_part(data: Loaded, by: str) -> None:
    """Draw the part that is open; the others are not computed."""
    chosen = widgets.choose_part(PARTS, "products_part")
    drawings = {
        BRINGS: _draw_brings,
        NEXT: _draw_links,
        JOURNEY: _draw_journey,
        INTERVALS: _draw_intervals,
        LIKELY: _draw_likely,
    }
    drawings[chosen](data, by)


def _draw_brings(data: Loaded, by: str) -> None:
    brought = data_of.brought_for(data, by)
    products, currency = brought.products, data.orders.currency
    title = "Whom a first order brings"
    st.subheader(title, anchor=False, help=text.plain(words.DEFINITIONS["value"], 800))
    st.markdown(words.value_sentence(products, currency, by))
    frame = frames.value_frame(products, currency)
    if frame.empty:
        st.info(
            f"A {by} needs 30 customers whose first order had it, and 30 without.",
            icon=":material/info:",
        )
        return
    axis = words.value_title(products.basis)
    choice = buyers.choice_of(data, by)
    st.altair_chart(
        charts.value_chart(frame, products.basis, currency, axis, choice.chosen),
        key=choice.chart_key("products_value"),
        on_select=partial(choice.take_from_chart, "products_value", "product"),
        selection_mode=PICKED,
        alt=f"{axis}, with 95% ranges. The best: {frame['name'].iloc[0]}, "
        f"{frame['difference'].iloc[0]}",
    )
    thin = int((products.values["verdict"] == THIN).sum())
    rest = len(products.values) - thin - len(frame)
    notes = ["An association, not a cause. Ranges are 95% and hold for all at once."]
    if rest:
        verb = "is" if rest == 1 else "are"
        notes.append(f"{wording.count(rest)} nearer to zero {verb} not drawn.")
    if thin:
        notes.append(f"{wording.count(thin)} {'has' if thin == 1 else 'have'} too little data.")
    if brought.problem:
        notes.append(f"By revenue so far, since there is no expected value: {brought.problem}")
    st.caption(text.plain(" ".join(notes), 800))


def _draw_links(data: Loaded, by: str) -> None:
    st.subheader("What goes with it", anchor=False, help=words.DEFINITIONS["together"])
    links = data_of.links_for(data, by)
    kind = st.segmented_control(
        "Look at",
        [SAME_ORDER, SECOND_ORDER],
        default=SAME_ORDER if len(links.together) else SECOND_ORDER,
        key=f"products_links_{by}",
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )
    same = kind == SAME_ORDER
    pairs = links.together if same else links.following
    if pairs.empty:
        st.info(
            f"No two {words.PLURALS[by]} are bought {'together' if same else 'one after another'} "
            "by more than chance. A pair needs 10 orders with both. Where a file has one row an "
            "order, no order holds two.",
            icon=":material/link_off:",
        )
        return
    columns = TOGETHER if same else FOLLOWING
    best = words.Pair.of(pairs.iloc[0], columns)
    st.markdown(words.pair_sentence(best, same))
    left, right = st.columns([11, 10], gap="large")
    with left:
        frame = frames.pairs_frame(pairs, columns, symmetric=same)
        titles = ("Bought", "With") if same else ("First order", "Second order")
        counted = "Orders with both" if same else "Customers"
        st.altair_chart(
            charts.pairs_chart(frame, *titles, counted),
            key=f"products_pairs_{same}",
            alt=f"Pairs of {words.PLURALS[by]} that go together by more than chance. The most: "
            f"{text.one_line(best.first, 80)} and {text.one_line(best.second, 80)}",
        )
    with right:
        _draw_pairs(pairs, columns, by, same)


def _draw_pairs(pairs: pd.DataFrame, columns: tuple[str, str, str], by: str, same: bool) -> None:
    """What goes with a chosen product, with lift and support."""
    first, second, times = columns
    both = pairs
    if same:
        turned = pairs.rename(columns={first: second, second: first})
        both = pd.concat([pairs, turned], ignore_index=True)
    often = both.groupby(first)[times].sum().sort_values(ascending=False, kind="stable")
    chosen = st.selectbox(
        f"{'With' if same else 'After'} which {by}",
        often.index.astype(str).tolist(),
        format_func=lambda name: text.one_line(name, frames.LONGEST),
        key=f"products_link_{by}_{same}",
    )
    rows = both[both[first] == chosen].sort_values("beyond_chance", ascending=False)
    share = "support" if same else "share"
    number = st.column_config.NumberColumn
    labels = (
        {times: "Orders", share: "Support", second: "Bought with it"}
        if same
        else {times: "Customers", share: "Of second orders", second: "Bought second"}
    )
    st.dataframe(
        rows[[second, "beyond_chance", share, times]]
        .head(MOST_PAIRS)
        .round({"beyond_chance": 1, share: 4}),
        key=f"products_link_table_{same}",
        hide_index=True,
        placeholder=wording.MISSING,
        column_config={
            second: st.column_config.TextColumn(labels[second], pinned=True, width=170),
            "beyond_chance": number("Times chance", format="localized", step=0.1, width=90),
            share: number(labels[share], format="percent", width=110),
            times: number(labels[times], format="localized", width=80),
        },
    )
    st.caption(f"{wording.plural(len(pairs), 'pair')} in all beyond chance.")


def _draw_journey(data: Loaded, by: str) -> None:
    st.subheader("Orders 1 to 4", anchor=False, help=words.DEFINITIONS["journey"])
    links = data_of.journey_for(data, by)
    if links.empty:
        st.info("No order names one.", icon=":material/info:")
        return
    st.markdown(words.journey_sentence(links, by))
    bands, places = frames.journey_frames(links)
    largest = bands.iloc[int(bands["customers"].where(bands["stays"], 0).to_numpy().argmax())]
    st.altair_chart(
        charts.journey_chart(bands, places),
        key="products_journey",
        alt=f"Customers from order to order. The widest way: {largest['flow']}, "
        f"{wording.plural(int(largest['customers']), 'customer')}",
    )
    st.caption(f"The {words.PLURALS[by]} of most orders have a place. The rest is “others”.")


def _draw_intervals(data: Loaded, by: str) -> None:
    st.subheader("How soon it is bought again", anchor=False, help=words.DEFINITIONS["intervals"])
    table, choice = data_of.table_for(data, by), buyers.choice_of(data, by)
    frame = frames.interval_frame(table)
    if frame.empty:
        st.info(f"No {by} has 30 reorders yet.", icon=":material/info:")
    else:
        first, last = frame.iloc[0], frame.iloc[-1]
        tail = (
            ""
            if len(frame) == 1
            else f", **{text.plain(last['name'])}** latest, after {wording.days(last['at'])}"
        )
        st.markdown(
            f"**{text.plain(first['name'])}** comes round soonest, after "
            f"{wording.days(first['at'])}{tail}."
        )
        st.altair_chart(
            charts.interval_chart(frame, choice.chosen),
            key=choice.chart_key("products_intervals"),
            on_select=partial(choice.take_from_chart, "products_intervals", "product"),
            selection_mode=PICKED,
            alt=f"Days until bought again, the middle half and the median. Soonest: "
            f"{first['name']}, {wording.count(first['at'])} days",
        )
    _draw_table(data, table, choice, by)


def _draw_table(data: Loaded, table: pd.DataFrame, choice: RowChoice, by: str) -> None:
    number, unit = st.column_config.NumberColumn, data.orders.currency
    shown = table.rename_axis("name").reset_index().round({"repeat_rate": 3, "revenue": 0})
    amounts = ["revenue"] if data.orders.has_amounts else []
    st.dataframe(
        shown,
        key="products_table",
        on_select=partial(choice.take_from_table, "products_table", choice.names),
        selection_mode="single-row",
        height=min(35 * (len(shown) + 1) + 3, 388),
        hide_index=True,
        placeholder=wording.MISSING,
        column_order=[
            "name",
            "repeat_rate",
            "interval_median",
            "interval_q1",
            "interval_q3",
            "reorders",
            "customers",
            *amounts,
        ],
        column_config={
            "name": st.column_config.TextColumn(ROLES[by].label, pinned=True, width=170),
            "repeat_rate": number("Bought again", format="percent", width=100),
            "interval_median": number("Half within, days", format="localized"),
            "interval_q1": number("A quarter within", format="localized"),
            "interval_q3": number("Three quarters within", format="localized"),
            "reorders": number("Reorders", format="localized"),
            "customers": number("Customers", format="localized"),
            "revenue": number(f"Revenue ({unit})" if unit else "Revenue", format="localized"),
        },
    )
    widgets.csv_download(
        f"Download {wording.plural(len(table), by, words.PLURALS[by])}",
        f"{words.PLURALS[by]}.csv",
        partial(frames.table_csv, table),
        key="products_csv",
    )


def _draw_likely(data: Loaded, by: str) -> None:
    st.subheader("What customers buy next", anchor=False, help=words.DEFINITIONS["recall"])
    tested = data_of.backtest_for(data, by)
    if isinstance(tested, str):
        st.info(text.plain(tested, 600), icon=":material/info:")
        return
    st.markdown(words.recall_sentence(tested.table))
    frame = frames.recall_frame(tested.table)
    three = frame[frame["named"] == 3]
    recalls = ", ".join(
        f"{method} {wording.percent(recall)}"
        for method, recall in zip(three["method"], three["recall"].astype(float), strict=True)
    )
    st.altair_chart(
        charts.recall_chart(frame),
        key="products_recall",
        alt=f"Share of the next order that was named, by how many were. Of three: {recalls}",
    )
    back = wording.plural(tested.customers, "customer")
    st.caption(
        f"The last {wording.days(tested.holdout_days)} were hidden, from "
        f"{wording.day(tested.cut)} on. {back} came back in them. Audience files under Plan "
        "carry the likely next products."
    )


def empty_state() -> None:
    """What stands in place of the page where the file has no products or categories."""
    with st.container(border=True, gap="small"):
        st.subheader("This file does not say what was bought", anchor=False)
        st.markdown(
            "One column is enough. Map **Product** (or **Category**) in the column check, from a "
            "file with a row for each order or for each item of it. Then this page shows:"
        )
        st.markdown(
            "- who is due to buy again this week, as a list, a segment and a campaign\n"
            "- which products bring customers who are worth more than others\n"
            "- what is bought together, and what the next order holds\n"
            "- after how many days each product is bought again"
        )
        st.dataframe(
            pd.DataFrame(
                [(ROLES[kind].label, ROLES[kind].help, _names_of(kind)) for kind in BY],
                columns=["Column", "What it holds", "Names that are recognised, among others"],
            ),
            hide_index=True,
            key="products_how_to_add",
            column_config={"Column": st.column_config.TextColumn(width="small")},
        )
        if st.button(
            "Load other orders",
            type="primary",
            icon=":material/upload_file:",
            key="products_load",
        ):
            page_table.go_to(FRONT_PAGE, {"load": "other"})


def _names_of(kind: str) -> str:
    return ", ".join(known.title() for known in ROLES[kind].names[:5])
