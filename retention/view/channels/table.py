"""The table of the channels page, and the definitions of its numbers."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from retention import wording
from retention.charts import channels as charts, palette
from retention.columns.roles import ROLES
from retention.csv_export import to_csv
from retention.history.changes import DOWN, ENOUGH, UP
from retention.reports.breakdown import GROWING, Breakdown
from retention.reports.breakdown_verdict import LESS, MORE, THIN
from retention.view import text, widgets
from retention.view.channels.choice import choice_of
from retention.view.session.loaded import Loaded
from retention.view.session.store_settings import store_settings

TABLE = "breakdown"
PLURALS = {
    "channel": "channels",
    "region": "regions",
    "category": "categories",
    "product": "products",
    "coupon": "coupons",
}
ABOUT = {
    "dimension": "What to break the numbers down by. Listed is what this file has a column for.",
    "attribution": (
        "First order: all orders of a customer count to the value on the customer's first order "
        "ever. It answers what brings good customers. All orders: each order counts to its own "
        "value, one of several products to each of them, and a customer to every value ordered "
        "from. It answers what customers order."
    ),
    "period": (
        "Counted back from the last order of the file. Growth is against the period of equal "
        "length before."
    ),
    "value_per_customer": (
        "Expected value by group over the next 12 months, after margin and discounting by the "
        "store settings: the mean of the customers who first ordered in the period. The longer ago "
        "that was, the fewer are still active: compare customers of the same period only. Each "
        "value has a model of its own customers, which leans on the store's the more the fewer "
        "they are; together they may differ a little from the store's total."
    ),
    "value_range": (
        "In about 8 of 10 cases what these customers will bring per head lies in this range. It "
        "joins chance, the fit, and how far such forecasts were off in this store before."
    ),
    "cost_to_win": (
        "What winning a customer costs, by the store settings. “What a new customer may cost” "
        "says whether it pays."
    ),
    "revenue_per_customer": (
        "What the period's new customers have brought since their first order, per head."
    ),
    "repeat_purchase_rate": (
        "Of the customers who ordered in the period, the share with two or more orders by its "
        "end, whenever the first was and whatever it was of."
    ),
    "rate_range": "95% range of the repeat purchase rate (Wilson's interval).",
    "customers": "Customers who ordered in the period.",
    "new_customers": (
        "Customers whose first order ever falls into the period, by the value of that order."
    ),
    "orders": "Orders placed in the period.",
    "revenue": "What the orders of the period brought, net of refunds.",
    "average_order_value": "Revenue / orders of the period, free orders included.",
    "growth": (
        "Change against the period of equal length before. Empty below 30 customers in either "
        "period; grey where the 95% range holds zero, so that chance alone may have made it. "
        "Seasons are part of it. New customers have their first order in the file; the scorecard "
        "looks back equally far in both periods instead."
    ),
    "days_to_second_order": (
        "Median days from a customer's first to the second order, of second orders placed in the "
        "period. By first order they count to the value of the first, by all orders to their own. "
        "Grey below 30 of them."
    ),
    "verdict": (
        "Compares a value with the average of all: more or less where its whole range lies on one "
        "side of it. The ranges are wide enough to hold all at once in 95% of cases: where "
        "nothing differs, 1 breakdown in 20 still shows something. Too little data: fewer than 30 "
        "customers. Many orders without a customer: their customers' later orders may be among "
        "them."
    ),
}
#: Pixels of a change, which stands beside what changed.
CHANGE_WIDTH = 80
LABELS = {
    "new_customers": "New customers",
    "customers": "Customers",
    "orders": "Orders",
    "revenue": "Revenue",
    "average_order_value": "Average order value",
}


def labels_of(breakdown: Breakdown) -> dict[str, str]:
    """The numbers that these orders have, with their labels."""
    return {name: label for name, label in LABELS.items() if pd.notna(breakdown.store[name])}


def table(data: Loaded, breakdown: Breakdown) -> None:
    """All numbers of all values, and their download."""
    st.subheader(f"All {PLURALS[breakdown.dimension]}", anchor=False)
    store, currency = breakdown.store, data.orders.currency
    revenue = ""
    if data.orders.has_amounts:
        revenue = f", {wording.money(store['revenue'], currency, short=True)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            text.plain(
                f"All together, {wording.span(breakdown.period)}: "
                f"{wording.plural(store['customers'], 'customer')}, "
                f"{wording.count(store['new_customers'])} of them new, "
                f"{wording.plural(store['orders'], 'order')}{revenue}. Repeat purchase rate "
                f"{wording.percent(store['repeat_purchase_rate'])}.",
                limit=600,
            )
        )
        period = f"{breakdown.period.start}-{breakdown.period.last}"
        name = f"{breakdown.dimension}-{breakdown.attribution}-{period}.csv"
        widgets.csv_download(
            "Download as CSV",
            name.replace("_", "-"),
            partial(_csv, breakdown),
            key="download_breakdown",
        )
    rows = breakdown.values.index.astype(str).tolist()
    shown, thin = table_frames(breakdown, currency, costs_to_win(breakdown))
    st.dataframe(
        shown.style.apply(lambda _: thin, axis=None),
        key=TABLE,
        on_select=partial(choice_of(breakdown).take_from_table, TABLE, rows),
        selection_mode="single-row",
        hide_index=True,
        placeholder=wording.MISSING,
        height="auto" if len(shown) <= 12 else 460,
        column_config=_columns(breakdown, currency),
    )


def table_frames(
    breakdown: Breakdown, currency: str | None, costs: pd.Series | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table as it reads, and its cells' styles: grey for few customers and for chance.

    Args:
        breakdown: The breakdown.
        currency: Of the amounts.
        costs: What winning a customer costs, by the breakdown's values; None without such costs.
    """
    values, words = breakdown.values, charts.VERDICTS[breakdown.attribution]
    labels = charts.verdict_labels(values, words).replace(charts.REST, None)
    cells = Cells({"name": values.index, "verdict": labels}, {})
    cells.faint["verdict"] = ~values["verdict"].isin([MORE, LESS])
    # What the verdict is about comes first: the rest may need scrolling.
    money_range = partial(wording.money_range, currency=currency)
    new, second = values["new_customers"], values["second_orders"]
    _add_with_range(cells, values, "value_per_customer", new, 2, money_range)
    if costs is not None:
        cells.columns["cost_to_win"] = costs
        cells.faint["cost_to_win"] = pd.Series(False, index=values.index)
    rate = "repeat_purchase_rate"
    _add_with_range(cells, values, rate, values["customers"], 3, _percent_range)
    has_growth = breakdown.previous is not None
    known = labels_of(breakdown)
    for name in ("new_customers", "revenue"):
        if name not in known:
            continue
        _add_with_growth(cells, values, name, has_growth)
    _add(cells, values, "days_to_second_order", second, 0)
    _add(cells, values, "revenue_per_customer", new, 2)
    for name in known:
        if name not in cells.columns:
            _add_with_growth(cells, values, name, has_growth)
    shown = pd.DataFrame(cells.columns).reset_index(drop=True)
    styles = pd.DataFrame("", index=shown.index, columns=shown.columns)
    for name, is_faint in cells.faint.items():
        styles.loc[is_faint.to_numpy(), name] = f"color: {palette.NEUTRAL}"
    return shown, styles


def costs_to_win(breakdown: Breakdown) -> pd.Series | None:
    """What winning a customer costs by the store settings, for channels that have customers' value.

    Returns:
        Costs by the breakdown's values, missing where not known. None where none is known.
    """
    if breakdown.dimension != "channel" or breakdown.basis != "value_per_customer":
        return None
    settings, rows = store_settings(), breakdown.values
    is_channel = (rows["kind"] == "value").to_numpy()
    costs = pd.Series(
        [
            settings.cost_of_winning(str(name)) if known else None
            for name, known in zip(rows.index, is_channel, strict=True)
        ],
        index=rows.index,
        dtype="float64",
    )
    return costs if costs.notna().any() else None


class Cells(NamedTuple):
    """The table in the making.

    Attributes:
        columns: The columns in their order.
        faint: Which cells of a column are grey, by the column's name.
    """

    columns: dict[str, Any]
    faint: dict[str, pd.Series]


def _add(cells: Cells, values: pd.DataFrame, name: str, number: pd.Series, digits: int) -> bool:
    """Add a column unless it is empty, and return whether it was added.

    Cells are grey where `number`, the customers or orders behind them, is too small.
    """
    if not values[name].notna().any():
        return False
    cells.columns[name] = values[name].round(digits)
    cells.faint[name] = number < ENOUGH
    return True


def _add_with_range(
    cells: Cells,
    values: pd.DataFrame,
    name: str,
    number: pd.Series,
    digits: int,
    words: Callable[[float, float], str],
) -> None:
    """Add a column as `_add` does, and its range in a column behind it."""
    if _add(cells, values, name, number, digits):
        ends = zip(values[f"{name}_low"], values[f"{name}_high"], strict=True)
        ranges = [None if pd.isna(low) else words(low, high) for low, high in ends]
        cells.columns[f"{name}_range"] = ranges
        cells.faint[f"{name}_range"] = cells.faint[name]


def _add_with_growth(cells: Cells, values: pd.DataFrame, name: str, has_growth: bool) -> None:
    """Add a column and, where there is a period before, its growth; grey where it may be chance."""
    cells.columns[name] = values[name]
    if has_growth:
        verdict, growth = values[f"{name}_growth_verdict"], values[f"{name}_growth"]
        cells.columns[f"{name}_growth"] = growth.where(verdict != THIN).round(3)
        cells.faint[f"{name}_growth"] = ~verdict.isin([UP, DOWN])


def _percent_range(low: float, high: float) -> str:
    return f"{wording.percent(low)} to {wording.percent(high)}"


def _columns(breakdown: Breakdown, currency: str | None) -> dict[str, ColumnConfig]:
    column = st.column_config
    unit = f" ({currency})" if currency else ""

    def amount(label: str, about: str, width: int | None = None) -> ColumnConfig:
        return column.NumberColumn(
            label + unit, format="localized", step=0.01, help=ABOUT[about], width=width
        )

    def share(label: str, about: str, width: int | None = None) -> ColumnConfig:
        return column.NumberColumn(label, format="percent", help=ABOUT[about], width=width)

    counts = {
        name: column.NumberColumn(LABELS[name], format="localized", help=ABOUT[name])
        for name in LABELS
    }
    changes = {f"{name}_growth": share("Change", "growth", CHANGE_WIDTH) for name in GROWING}
    return {
        "name": column.TextColumn(ROLES[breakdown.dimension].label, pinned=True, width=140),
        "verdict": column.TextColumn("Verdict", help=ABOUT["verdict"], width=215),
        **counts,
        **changes,
        "revenue": amount("Revenue", "revenue", 130),
        "average_order_value": amount("Average order", "average_order_value", 160),
        "repeat_purchase_rate": share("Repeat rate", "repeat_purchase_rate", 95),
        "repeat_purchase_rate_range": column.TextColumn(
            "95% range", help=ABOUT["rate_range"], width=120
        ),
        "days_to_second_order": column.NumberColumn(
            "Days to second order", format="localized", step=1, help=ABOUT["days_to_second_order"]
        ),
        "value_per_customer": amount("Value each", "value_per_customer", 130),
        "value_per_customer_range": column.TextColumn(
            "80% range", help=ABOUT["value_range"], width=135
        ),
        "cost_to_win": amount("Cost to win", "cost_to_win", 130),
        "revenue_per_customer": amount("Revenue so far each", "revenue_per_customer", 200),
    }


def _csv(breakdown: Breakdown) -> bytes:
    frame = breakdown.values.rename_axis(breakdown.dimension).dropna(axis="columns", how="all")
    digits = {}
    for name in map(str, frame.select_dtypes("float").columns):
        is_share = "rate" in name or "growth" in name or name.startswith("compare")
        digits[name] = 4 if is_share else 2
    return to_csv(frame.round(digits))
