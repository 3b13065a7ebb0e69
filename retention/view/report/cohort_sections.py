"""The cohorts as sections of the report: the triangle, revenue over time, the second order."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from retention import wording
from retention.charts import cohorts as charts
from retention.history.order_history import OrderHistory, gaps_of
from retention.models.model import CltvModel
from retention.orders.gaps import OrderGap, gap_words
from retention.reports import cohorts
from retention.reports.cohort_forecast import cohort_forecast, orders_per_purchase_day
from retention.reports.cohorts import WAITS
from retention.view.cohorts import curve_frames, frames
from retention.view.cohorts.frames import Cohorts, CohortView
from retention.view.documents import svg_of
from retention.view.report.report import WIDE, Cell, Figure, Section, Table
from retention.view.session.loaded import Loaded

#: Monthly cohorts and ages in the report: what fits on a page.
VIEW = CohortView(period="month", by=None, show="Share", cohorts=24, ages=12)


def cohort_sections(data: Loaded, history: OrderHistory, model: CltvModel | None) -> list[Section]:
    """Return the sections of monthly cohorts, up to the end of the orders.

    Args:
        data: The session's data.
        history: Of its orders.
        model: For the forecast; None where the orders carry none.
    """
    intakes = _cohorts(data, history, model)
    keys = frames.shown_keys(VIEW, intakes)
    drawn = intakes.table[intakes.table["key"].isin(keys) & (intakes.table["age"] <= VIEW.ages)]
    if drawn.empty:
        return []
    return [
        _triangle_section(data, gaps_of(history), intakes, keys, drawn),
        _growth_section(data, intakes, keys),
        Section(
            title="Cohorts: time to the second order",
            words="Share of each cohort with a second order within each number of days, of "
            "customers observed that long.",
            table=_second_table(intakes, keys),
        ),
    ]


def _cohorts(data: Loaded, history: OrderHistory, model: CltvModel | None) -> Cohorts:
    second = frames.keyed(cohorts.second_orders_of(history, VIEW.period, None))
    forecast, orders_per_day = None, orders_per_purchase_day(history)
    if model is not None:
        labels = cohorts.cohort_of(data.customers, VIEW.period, VIEW.by)
        forecast = frames.in_orders(
            cohort_forecast(model, data.customers, labels, frames.MONTHS), orders_per_day
        )
    table = frames.keyed(cohorts.cohort_table_of(history, VIEW.period))
    return frames.cohorts_of(table, second, forecast, None, VIEW, data.orders.start, orders_per_day)


def _triangle_section(
    data: Loaded,
    gaps: Sequence[OrderGap],
    intakes: Cohorts,
    keys: list[str],
    drawn: pd.DataFrame,
) -> Section:
    rows = frames.triangle_frame(drawn, keys, intakes, VIEW.show, VIEW.period, gaps)
    chart = charts.triangle_chart(rows, VIEW.unit)
    orders = data.orders
    missing = "".join(f" {gap_words(gap)}" for gap in gaps)
    caption = (
        f"Dashed cells: the month is not over yet{', or its orders are missing' if gaps else ''}."
    )
    if set(keys) & set(list(intakes.names)[: intakes.older]):
        caption += (
            " *: far larger than those after it. Who had ordered before "
            f"{wording.day(orders.start)} counts as new here."
        )
    return Section(
        title="Cohorts: who came back, and when",
        words="Percent of the customers of a month who ordered each number of months later, up to "
        f"{wording.day(orders.end)}. The newest {len(keys)} of {len(intakes.names)} cohorts; the "
        f"number beside a cohort is its size.{missing}",
        figures=(Figure(svg=svg_of(chart, WIDE), caption=caption, wide=True),),
        table=_triangle_table(drawn, keys, intakes),
    )


def _growth_section(data: Loaded, intakes: Cohorts, keys: list[str]) -> Section:
    has_amounts = data.orders.has_amounts
    measure = "revenue" if has_amounts else "orders"
    lit = curve_frames.highlighted(VIEW, intakes, keys, None)
    past = curve_frames.past_frame(VIEW, intakes, keys, lit, measure, data)
    ahead = curve_frames.ahead_frame(VIEW, intakes, lit, past, measure, data)
    title = f"{measure.capitalize()} a customer"
    chart = charts.growth_chart(
        past, ahead, title, VIEW.unit, data.orders.currency, money=has_amounts
    )
    caption = "The newest cohorts in colour."
    if len(ahead):
        caption += " Dashed: what the model expects of the newest cohorts, with its 80% range."
    return Section(
        title="Cohorts: what a customer brings over time",
        words=f"{measure.capitalize()} of a customer so far, by months since the first order.",
        figures=(Figure(svg=svg_of(chart, WIDE), caption=caption, wide=True),),
    )


def _triangle_table(drawn: pd.DataFrame, keys: list[str], intakes: Cohorts) -> Table:
    ages = range(int(drawn["age"].max()) + 1)
    shown = {(row["key"], row["age"]): row for row in drawn.to_dict("records")}
    sizes = drawn.groupby("key")["customers"].first().to_dict()
    rows = []
    for key in keys:
        cells = [Cell(intakes.names[key]), Cell(wording.count(sizes[key]))]
        for age in ages:
            row = shown.get((key, age))
            cells.append(
                Cell("")
                if row is None
                else Cell(wording.percent(row["share"], 0), partial=not row["complete"])
            )
        rows.append(tuple(cells))
    return Table(("First order", "Customers", *map(str, ages)), tuple(rows))


def _second_table(intakes: Cohorts, keys: list[str]) -> Table:
    second = {row["key"]: row for row in intakes.second.to_dict("records")}
    rows = [
        (
            Cell(intakes.names[key]),
            Cell(wording.count(second[key]["customers"])),
            *(_share_within(second[key], days) for days in WAITS),
        )
        for key in keys
    ]
    return Table(
        ("First order", "Customers", *(f"Within {days} days" for days in WAITS)), tuple(rows)
    )


def _share_within(row: Mapping[Hashable, Any], days: int) -> Cell:
    share, low, high = (row[f"{part}_{days}"] for part in ("share", "low", "high"))
    if pd.isna(share):
        return Cell(wording.MISSING)
    return Cell(f"{wording.percent(share)} ({wording.percent(low)} to {wording.percent(high)})")
