"""The parts of the movement page, from the two days to the customers of one movement."""

from datetime import date, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import movement as charts
from retention.charts.clickable_rows import PICKED
from retention.periods import PRESETS, preset_period
from retention.segments.movement import between, turns
from retention.segments.presets import published_rules
from retention.validation import aligned
from retention.view import customer_lists, text, widgets
from retention.view.chart_clicks import chart_key, clicked_in
from retention.view.movement import frames, words
from retention.view.movement.data import MovementSettings, movers_of
from retention.view.plan_button import plan_button, plan_customers
from retention.view.session import choices
from retention.view.session.contact import contact_for
from retention.view.session.loaded import Loaded
from retention.view.session.results import scores_for
from retention.view.session.segments import fitted_for
from retention.view.text import FITTED, PUBLISHED

IN_FORCE = "As in Segments"
FLOW, PAIR, TABLE = "movement_flow", "movement_pair", "movement_table"


def choose_settings(data: Loaded) -> MovementSettings:
    """The period and the thresholds; all but own dates in the URL."""
    orders = data.orders
    with st.container(border=True):
        left, right = st.columns(2, gap="medium")
        with left:
            preset = widgets.choose_period(
                [preset for preset in PRESETS if preset != "all"],
                key="movement_period",
                opens_on="90",
                about=text.one_help(
                    {
                        "Period": words.DEFINITIONS["period"],
                        "Stages by": words.DEFINITIONS["rules"],
                    }
                ),
                own_dates=True,
            )
        kind = right.segmented_control(
            "Stages by",
            [IN_FORCE, PUBLISHED, FITTED],
            default=IN_FORCE,
            key="movement_rules",
            bind="query-params",
            required=True,
            wrap=True,
        )
        if preset is None:
            start, end = _own_dates(data)
        else:
            period = preset_period(preset, orders.start, orders.end)
            start, end = period.start - timedelta(days=1), period.last
    if kind == FITTED:
        rules = fitted_for(data).rules
    else:
        rules = choices.segment_rules() if kind == IN_FORCE else published_rules()
    return MovementSettings(start=start, end=end, rules=rules)


def _own_dates(data: Loaded) -> tuple[date, date]:
    first, last = data.orders.start, data.orders.end
    left, right = st.columns(2, gap="medium")
    start = left.date_input(
        "From the evening of",
        max(first, last - timedelta(days=90)),
        min_value=first,
        max_value=last,
        key="movement_start",
    )
    end = right.date_input(
        "To the evening of",
        last,
        min_value=first,
        max_value=last,
        key="movement_end",
    )
    return start or first, end or last


def conclusion(moves: pd.DataFrame, currency: str | None) -> str:
    """What moved, as Markdown."""
    return f"**{text.plain(words.sentence(turns(moves), currency), limit=600)}**"


def headline(
    data: Loaded, settings: MovementSettings, moves: pd.DataFrame, problem: str | None
) -> None:
    """The two days in words, and four numbers."""
    currency, named = data.orders.currency, turns(moves)
    period = between(settings.start, settings.end)
    st.markdown(
        f":gray[From the evening of {wording.day(settings.start)} to the evening of "
        f"{wording.day(settings.end)}: {wording.plural(period.days, 'day')} in between.]"
    )
    if problem is not None:
        widgets.no_model_panel(
            problem,
            "Stages are told by orders and days alone: nobody is VIP, and no expected value moves.",
        )
    _late_start(data, settings)
    customers, notes = named["customers"], words.notes(named, currency)
    widgets.metric_row(
        [
            widgets.Metric(
                label=title,
                value=wording.count(customers[name]),
                about=name,
                note=notes[name],
            )
            for name, title in words.TITLES.items()
        ],
        definitions=words.DEFINITIONS,
        key="movement",
    )


def _late_start(data: Loaded, settings: MovementSettings) -> None:
    """Warn where the orders begin too late before the first day for customers to have lapsed."""
    rules = settings.rules
    days_known = (settings.start - data.orders.start).days + 1
    if days_known >= rules.loyal_lapsed:
        return
    soonest = min(rules.one_order_lapsed, rules.repeat_lapsed, rules.loyal_lapsed)
    seen = (
        f"only {wording.plural(days_known, 'day')} of orders were known by then"
        if days_known > 0
        else "no order is known"
    )
    st.info(
        f"The orders begin on {wording.day(data.orders.start)}: {seen}, so that customers from "
        f"before look new, and {'nobody' if days_known <= soonest else 'few'} could have lapsed.",
        icon=":material/info:",
    )


def flow(data: Loaded, settings: MovementSettings, moves: pd.DataFrame, scored: bool) -> bool:
    """Draw the movements and return whether customers who stayed are shown, too."""
    about = text.one_help(
        {
            "Band": words.DEFINITIONS["flow"],
            "Width of a band": words.DEFINITIONS["draw"],
            "Those who stayed, too": words.DEFINITIONS["stayed"],
        }
    )
    st.subheader("Who moved where", anchor=False, help=about)
    currency = data.orders.currency
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.segmented_control(
            "Width of a band",
            [frames.CUSTOMERS, frames.VALUE] if scored else [frames.CUSTOMERS],
            default=frames.CUSTOMERS,
            key="movement_measure",
            bind="query-params",
            required=True,
        )
        stayed = st.toggle(
            "Those who stayed, too",
            key="movement_stayed",
            bind="query-params",
        )
    bands, nodes = frames.flow_frames(moves, measure, stayed, currency)
    if bands.empty:
        st.info("Nobody moved between these two days.", icon=":material/info:")
        return stayed
    moved = bands["customers"].where(bands["moved"]).fillna(0)
    largest = bands.iloc[moved.argmax()]
    st.altair_chart(
        charts.flow_chart(bands, nodes, wording.day(settings.start), wording.day(settings.end)),
        key=chart_key(FLOW, st.session_state.get(PAIR)),
        on_select=_clicked,
        selection_mode=PICKED,
        alt=f"Movements between lifecycle stages. The largest: {largest['flow']}, "
        f"{largest['customers']} customers",
    )
    if not stayed:
        drawn = int(bands["customers"].sum())
        rest = int(moves["customers"].sum()) - drawn
        st.caption(
            f"Drawn: the {wording.count(drawn)} who moved. {wording.count(rest)} are in the same "
            "stage on both days."
        )
    return stayed


def _clicked() -> None:
    """Look at the movement whose band was clicked."""
    clicked = clicked_in(FLOW, "origin", "target")
    if clicked is not None:
        st.session_state[PAIR] = clicked


def _row_chosen(pairs: list[tuple[str, str]]) -> None:
    """Look at the movement whose row of the table was chosen."""
    rows = st.session_state[TABLE].selection.rows
    if rows:
        st.session_state[PAIR] = pairs[rows[0]]


def table(moves: pd.DataFrame, stayed: bool, scored: bool, currency: str | None) -> None:
    """All movements, the most valuable first."""
    st.subheader("All movements", anchor=False)
    number, words_column = st.column_config.NumberColumn, st.column_config.TextColumn
    shown = frames.table_frame(moves, stayed, currency)
    pairs = list(zip(shown["from"].astype(str), shown["to"].astype(str), strict=True))
    has_amounts = not moves["revenue_between"].isna().all()
    amounts = ["revenue_between", "value_before", "value_after", "change"]
    # The change comes first: what stands further to the right may need scrolling.
    forecast = ["change", "revenue_between", "value_before", "value_after", "between"]
    st.dataframe(
        # Adding 0 takes the sign off what rounds to it.
        shown.assign(**(shown[amounts].round(0) + 0.0)),
        key=TABLE,
        on_select=partial(_row_chosen, pairs),
        selection_mode="single-row",
        placeholder=wording.MISSING,
        hide_index=True,
        height=min(35 * (len(shown) + 1) + 3, 458),
        column_order=[
            "origin",
            "target",
            "customers",
            *(forecast if scored else ["revenue_between"] if has_amounts else []),
        ],
        column_config={
            "origin": words_column("From", width=92),
            "target": words_column("To", width=92),
            "customers": number("Customers", format="localized", width=80),
            "value_before": number(
                "Value then", format="localized", help=words.DEFINITIONS["value"]
            ),
            "value_after": number("Value now", format="localized", help=words.DEFINITIONS["value"]),
            "change": number(
                "Change",
                format="localized",
                width=72,
                help="Value at the end less value at the start.",
            ),
            "between": words_column("80% range now", help=words.DEFINITIONS["value"]),
            "revenue_between": number(
                "Revenue", format="localized", help=words.DEFINITIONS["revenue"]
            ),
        },
    )
    unit = f"Amounts in {text.plain(currency)}. " if currency else ""
    value = (
        "Value: expected over 12 months, then at the start and now at the end of the period. "
        if scored
        else ""
    )
    if has_amounts:
        st.caption(f"{unit}{value}Revenue: paid in the period.")
    widgets.csv_download(
        "Download all movements",
        "movement.csv",
        partial(frames.moves_csv, moves),
        key="download_movement",
    )


def one_movement(
    data: Loaded, settings: MovementSettings, moves: pd.DataFrame, has_model: bool
) -> None:
    """The customers of one movement, as a file."""
    st.subheader("The customers of a movement", anchor=False)
    listed = frames.table_frame(moves, True, None)
    options = list(zip(listed["from"].astype(str), listed["to"].astype(str), strict=True))
    counts = dict(zip(options, listed["customers"], strict=True))
    if st.session_state.get(PAIR) not in counts:
        st.session_state[PAIR] = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pair = st.selectbox(
            "Movement",
            options,
            index=None,
            format_func=lambda pair: (
                f"{frames.flow_name(*pair)}: {wording.plural(counts[pair], 'customer')}"
            ),
            key=PAIR,
            width=380,
            placeholder="Choose one here, or click a band or row above",
        )
        if pair is None:
            return
        origin, target = pair
        rows = movers_of(data, settings, origin, target)
        customers, scores = data.customers.iloc[rows], None
        if has_model:
            all_scores = scores_for(data, choices.standard_plan())
            scores = aligned(all_scores, data.customers.index).iloc[rows]
        if plan_button("plan_movers"):
            moved = frames.flow_name(origin, target)
            plan_customers(
                data,
                moved,
                f"Moved between {wording.day(settings.start)} and {wording.day(settings.end)}: "
                f"{moved}.",
                customers.index,
            )
        customer_lists.draw_download(
            data,
            contact_for(data).iloc[rows],
            partial(frames.movers_list, customers, scores, origin, target),
            file_name=f"from-{origin}-to-{target}.csv".replace("_", "-"),
            key="download_movers",
        )
    st.caption("With all that is known of them today, and the two stages.")
