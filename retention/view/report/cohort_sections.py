"""The cohorts as sections of the report: the triangle, what customers bring over time, time to the second order."""

import pandas as pd

from retention import wording
from retention.history.order_history import OrderHistory, gaps_of
from retention.models.model import CltvModel
from retention.orders.gaps import gap_words
from retention.reports import cohorts
from retention.reports.cohort_forecast import cohort_forecast, orders_per_purchase_day
from retention.reports.cohorts import WAITS
from retention.view.cohorts import charts, frames
from retention.view.cohorts.frames import Cohorts, View
from retention.view.report.report import WIDE, Cell, Figure, Section, Table, svg_of
from retention.view.session.loaded import Loaded

#: Monthly cohorts and ages in the report: what fits on a page.
VIEW = View("month", None, "Share", 24, 12)


def cohort_sections(data: Loaded, history: OrderHistory, model: CltvModel | None) -> list[Section]:
    """Return the sections, of monthly cohorts up to the end of the orders; without a model there is no forecast."""
    found = _cohorts(data, history, model)
    keys = frames.shown_keys(VIEW, found)
    drawn = found.table[found.table["key"].isin(keys) & (found.table["age"] <= VIEW.ages)]
    if drawn.empty:
        return []
    gaps = gaps_of(history)
    rows = frames.triangle_frame(drawn, keys, found, VIEW.show, VIEW.period, gaps)
    triangle = charts.triangle_chart(rows, VIEW.unit)
    lit = frames.highlighted(VIEW, found, keys, None)
    past = frames.past_frame(VIEW, found, keys, lit, "revenue", data)
    ahead = frames.ahead_frame(VIEW, found, lit, past, "revenue", data)
    missing = "".join(f" {gap_words(gap)}" for gap in gaps)
    lost = ", or its orders are missing" if gaps else ""
    older = (
        " *: far larger than those after it. Who had ordered before "
        f"{wording.day(data.orders.start)} counts as new here."
        if set(keys) & set(list(found.names)[: found.older])
        else ""
    )
    currency = data.orders.currency
    curves = charts.growth_chart(past, ahead, "Revenue a customer", VIEW.unit, currency, money=True)
    words = (
        "Dashed: what the model expects of the newest cohorts, with its 80% range."
        if len(ahead)
        else ""
    )
    return [
        Section(
            "Cohorts: who came back, and when",
            "Percent of the customers of a month who ordered so many months later, up to "
            f"{wording.day(data.orders.end)}. The newest {len(keys)} of {len(found.names)} "
            f"cohorts; the number beside a cohort is its size.{missing}",
            (
                Figure(
                    svg_of(triangle, WIDE),
                    f"Dashed cells: the month is not over yet{lost}.{older}",
                    wide=True,
                ),
            ),
            _triangle_table(drawn, keys, found),
        ),
        Section(
            "Cohorts: what a customer brings over time",
            "Revenue of a customer so far, by months since the first order.",
            (
                Figure(
                    svg_of(curves, WIDE),
                    f"The newest cohorts in colour. {words}".strip(),
                    wide=True,
                ),
            ),
        ),
        Section(
            "Cohorts: time to the second order",
            "Share of each cohort with a second order within so many days, of customers observed "
            "that long.",
            table=_second_table(found.second.set_index("key").loc[keys], found),
        ),
    ]


def _cohorts(data: Loaded, history: OrderHistory, model: CltvModel | None) -> Cohorts:
    second = frames.keyed(cohorts.second_orders_of(history, VIEW.period, None))
    foreseen, per_day = None, orders_per_purchase_day(history)
    if model is not None:
        labels = cohorts.cohort_of(data.customers, VIEW.period, VIEW.by)
        foreseen = frames.in_orders(
            cohort_forecast(model, data.customers, labels, frames.MONTHS), per_day
        )
    table = frames.keyed(cohorts.cohort_table_of(history, VIEW.period))
    return frames.cohorts_of(table, second, foreseen, None, VIEW, data.orders.start, per_day)


def _triangle_table(drawn: pd.DataFrame, keys: list[str], found: Cohorts) -> Table:
    ages = range(int(drawn["age"].max()) + 1)
    by = drawn.set_index(["key", "age"])
    rows = []
    for key in keys:
        size = int(by.loc[key, "customers"].iloc[0])
        cells = [Cell(found.names[key]), Cell(wording.count(size))]
        for age in ages:
            if (key, age) not in by.index:
                cells.append(Cell(""))
                continue
            cell = by.loc[(key, age)]
            cells.append(Cell(wording.percent(cell["share"], 0), partial=not cell["complete"]))
        rows.append(tuple(cells))
    return Table(("First order", "Customers", *map(str, ages)), tuple(rows))


def _second_table(second: pd.DataFrame, found: Cohorts) -> Table:
    rows = []
    for key, row in second.iterrows():
        shares = [
            Cell(
                wording.MISSING
                if pd.isna(row[f"share_{days}"])
                else f"{wording.percent(row[f'share_{days}'])} ({wording.percent(row[f'low_{days}'])} to "
                f"{wording.percent(row[f'high_{days}'])})"
            )
            for days in WAITS
        ]
        rows.append((Cell(found.names[key]), Cell(wording.count(row["customers"])), *shares))
    return Table(
        ("First order", "Customers", *(f"Within {days} days" for days in WAITS)), tuple(rows)
    )
