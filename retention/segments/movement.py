"""Which customers moved between lifecycle stages from one day to another, and the value that moved.

Both days are judged by what is known today. One model, fitted to all orders, values the histories
up to either day. One amount of expected value makes a VIP on both. So customers move because of
what they did or did not do, and never because the model or a percentile changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from retention.customers.summary import customer_table
from retention.errors import DataError
from retention.history.order_history import NEVER, OrderHistory, history_of
from retention.models.cltv import predict_cltv
from retention.models.model import CltvModel
from retention.models.uncertainty import Uncertainty, value_uncertainty
from retention.orders.orders import Orders
from retention.periods import Period, as_date
from retention.segments.inputs import ORDERS_CAP, percentile_cutoff
from retention.segments.rules import STAGES, SegmentRules
from retention.segments.totals import STAGE_CODES, VIP_ELIGIBLE, stage_table

NOT_YET = "not_yet"
"""Where customers come from whose first order lies between the two days."""

FROM = (NOT_YET, *STAGES)
"""Where customers may come from; they go to one of `STAGES`."""

ACTIVE = ("new", "repeat", "loyal", "vip")
"""Stages of customers whose last order is recent, by the thresholds of the rules."""

#: Movements that have a name: (from, to).
TURNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "came": ((NOT_YET,), STAGES),
    "second_order": (("new", "first_time"), ("repeat", "loyal", "vip", "at_risk")),
    "came_back": (("at_risk", "lapsed"), ACTIVE),
    "fell": (ACTIVE, ("at_risk",)),
    "lapsed": (tuple(stage for stage in STAGES if stage != "lapsed"), ("lapsed",)),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How customers stood on a day.

    Attributes:
        day: The day.
        customers: A frame as `summarise_customers` gives it, indexed by the number that the order
            history has for a customer.
        value: Their expected value, in money; None without a model.
    """

    day: date
    customers: pd.DataFrame
    value: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Movements:
    """How customers stood on two days, for any rules.

    Attributes:
        start: The first day.
        end: The second day.
        rows: Places of the start's customers among the end's.
        uncertainty: The uncertainty of the value at the end; None without a model.
    """

    start: Standing
    end: Standing
    rows: np.ndarray
    uncertainty: Uncertainty | None


def movement(
    orders: Orders,
    start: date,
    end: date,
    rules: SegmentRules | None = None,
    model: CltvModel | None = None,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Count the customers who moved between lifecycle stages, with their revenue and value.

    A stage is what `assign_segments` gives to `summarise_customers(orders, as_of=day)`. Both
    days are included, and customers stand as they do when the day is over. The days in between are
    `Period(start + 1 day, end + 1 day)`.

    Args:
        orders: The orders.
        start: The first day.
        end: The second day, after the start and not after the last order day.
        rules: Thresholds of the stages. A `vip_value` in percentiles is cut among the customers of
            the end; that amount holds on both days.
        model: From `fit_cltv`, of all orders. It values both days, so that value moves with
            behaviour alone. It knows what came after the start, so `value_before` is today's view
            and not a forecast of then. Without a model, and without amounts, nobody is VIP and
            there is no value.
        horizon_days: The horizon of the value, as in `predict_cltv`.
        annual_discount_rate: The discount rate of the value, as in `predict_cltv`.
        margin: The margin of the value, as in `predict_cltv`.

    Returns:
        A frame with a row for each movement that occurs, staying included:

        - `from`: categorical of `FROM`;
        - `to`: categorical of `STAGES`;
        - `customers`: how many moved so;
        - `revenue_before`, `revenue_between`: revenue up to the start and after it, in money;
        - `value_before`: expected value of the histories at the start; 0 before the first order;
        - `value_after`: expected value of the histories at the end;
        - `value_after_low`, `value_after_high`: its 80 % interval.

        Sums by `to` are the stage table of the end, sums by `from` that of the start. Without
        amounts nothing is known of money.

    Raises:
        DataError: The days are in the wrong order or outside the orders.
    """
    with history_of(orders) as history:
        movements = prepare_movement(
            history, start, end, model, horizon_days, annual_discount_rate, margin
        )
    return count_movement(movements, rules or SegmentRules())


def prepare_movement(
    history: OrderHistory,
    start: date,
    end: date,
    model: CltvModel | None = None,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Movements:
    """Return what `count_movement` needs, for any rules.

    Args:
        history: From `history_of`.
        start: The first day.
        end: The second day, after the start and not after the last order day.
        model: From `fit_cltv`, of all orders; without it nobody is VIP and there is no value.
        horizon_days: The horizon of the value, as in `predict_cltv`.
        annual_discount_rate: The discount rate of the value, as in `predict_cltv`.
        margin: The margin of the value, as in `predict_cltv`.

    Returns:
        How the customers stood on both days.

    Raises:
        DataError: The days are in the wrong order or outside the orders.
    """
    start, end = as_date(start), as_date(end)
    if start >= end:
        raise DataError(
            f"Customers cannot move from {start} to {end}: the second day needs to come after "
            "the first."
        )
    if end < history.start or end > history.end:
        raise DataError(
            f"The orders reach from {history.start} to {history.end}: how customers stood on {end} "
            "is not known. Pick a day among them."
        )
    # Sorted, so that sums and the sample behind the ranges are the same every time.
    table = movement_query(history, start, end).order_by("customer").to_pyarrow()
    at_end = _customers(table, "end", history, end)
    rows = np.flatnonzero(table["start_orders"].to_numpy() > 0)
    at_start = at_end.iloc[:0]
    if len(rows):
        at_start = _customers(table.take(pa.array(rows)), "start", history, start)
    value, uncertainty = None, None
    if model is not None and model.spend is None:
        model = None
    if model is not None:
        uncertainty = value_uncertainty(
            model,
            at_end,
            horizon_days=horizon_days,
            annual_discount_rate=annual_discount_rate,
            margin=margin,
        )
        value = np.zeros(0)
    if model is not None and len(rows):
        scores = predict_cltv(
            model,
            at_start,
            horizon_days=horizon_days,
            annual_discount_rate=annual_discount_rate,
            margin=margin,
            intervals=False,
        )
        value = scores["cltv"].to_numpy()
    return Movements(
        start=Standing(day=start, customers=at_start, value=value),
        end=Standing(
            day=end,
            customers=at_end,
            value=None if uncertainty is None else uncertainty.expected,
        ),
        rows=rows,
        uncertainty=uncertainty,
    )


def movement_query(history: OrderHistory, start: date, end: date) -> ir.Table:
    """Return the customers of two days as an Ibis expression, for any engine.

    Args:
        history: From `history_of`.
        start: The first day.
        end: The second day.

    Returns:
        One row per `customer` with an order up to the end, with the columns:

        - `first_day`: day of the first order;
        - `first_revenue`: of the first purchase day;
        - `start_days`, `end_days`: purchase days up to the day;
        - `start_orders`, `end_orders`, `start_revenue`, `end_revenue`: up to the day;
        - `start_last_day`, `end_last_day`: the last order up to the day.
    """
    table = history.table
    table = table.filter(table.day <= history.number(end))
    columns = {
        "first_day": table.first_day.min(),
        "first_revenue": table.revenue.sum(where=table.day == table.first_day),
    }
    for name, day in (("start", start), ("end", end)):
        known = table.day <= history.number(day)
        # The last of a customer's orders on a day is the one whose next order comes on another.
        columns |= {
            f"{name}_days": table.count(where=known & (table.next_day != table.day)),
            f"{name}_orders": table.count(where=known),
            f"{name}_revenue": table.revenue.sum(where=known).fill_null(0.0),
            f"{name}_last_day": table.day.max(where=known).fill_null(NEVER),
        }
    return table.group_by("customer").agg(**columns)


def count_movement(movements: Movements, rules: SegmentRules) -> pd.DataFrame:
    """Count the movements of customers under rules.

    Args:
        movements: From `prepare_movement`.
        rules: The thresholds.

    Returns:
        The table of `movement`.
    """
    before, after = movement_codes(movements, rules)
    at_end, width = movements.end.customers, len(STAGES)
    flow = before * width + after
    size = len(FROM) * width

    def sums(values: np.ndarray, flows: np.ndarray = flow) -> np.ndarray:
        return np.bincount(flows, values, minlength=size)

    counts = np.bincount(flow, minlength=size)
    known = flow[movements.rows]
    revenue_before = sums(movements.start.customers["revenue"].to_numpy(), known)
    columns = {
        "from": pd.Categorical.from_codes(  # type: ignore[call-overload]  # takes lists and arrays
            np.repeat(np.arange(len(FROM)), width), list(FROM), ordered=True
        ),
        "to": pd.Categorical.from_codes(  # type: ignore[call-overload]  # takes lists and arrays
            np.tile(np.arange(width), len(FROM)), list(STAGES), ordered=True
        ),
        "customers": counts,
        "revenue_before": revenue_before,
        "revenue_between": sums(at_end["revenue"].to_numpy()) - revenue_before,
    }
    money = ("value_before", "value_after", "value_after_low", "value_after_high")
    columns |= dict.fromkeys(money, np.full(size, math.nan))
    if movements.uncertainty is not None and movements.start.value is not None:
        totals = movements.uncertainty.totals(flow, size)
        columns["value_before"] = sums(movements.start.value, known)
        columns["value_after"] = np.array([total.expected for total in totals])
        columns["value_after_low"] = np.array([total.low for total in totals])
        columns["value_after_high"] = np.array([total.high for total in totals])
    return pd.DataFrame(columns)[counts > 0].reset_index(drop=True)


def movement_codes(movements: Movements, rules: SegmentRules) -> tuple[np.ndarray, np.ndarray]:
    """Return where each of the end's customers stood.

    Args:
        movements: From `prepare_movement`.
        rules: The thresholds.

    Returns:
        Positions in `FROM` and in `STAGES`.
    """
    cutoff = vip_cutoff(movements, rules)
    before = np.zeros(len(movements.end.customers), dtype=np.intp)
    before[movements.rows] = _stages(movements.start, rules, cutoff) + 1
    return before, _stages(movements.end, rules, cutoff)


def vip_cutoff(movements: Movements, rules: SegmentRules) -> float:
    """Return the expected value from which customers are VIP.

    Args:
        movements: From `prepare_movement`.
        rules: The thresholds.

    Returns:
        An amount of money; infinite where nobody is VIP.
    """
    if movements.end.value is None:
        return math.inf
    if rules.value_unit == "money":
        return float(rules.vip_value)
    return percentile_cutoff(np.sort(movements.end.value), rules.vip_value)


def turns(moves: pd.DataFrame) -> pd.DataFrame:
    """Add up the movements that have a name.

    Args:
        moves: From `movement`.

    Returns:
        A row for each of `TURNS`, in order, with `customers` and the sums of `revenue_before`,
        `revenue_between`, `value_before` and `value_after`. "came" is the first order in between,
        "second_order" from one order to more, and not lapsed since. "came_back" is from at risk or
        lapsed to active, "fell" from active to at risk, and "lapsed" known at the start, and lapsed
        since.
    """
    columns = ["customers", "revenue_before", "revenue_between", "value_before", "value_after"]
    rows = {}
    for name, (origins, targets) in TURNS.items():
        inside = moves["from"].isin(origins) & moves["to"].isin(targets)
        rows[name] = moves.loc[inside, columns].sum(
            min_count=0 if moves["value_after"].notna().any() else 1
        )
    table = pd.DataFrame(rows).T.rename_axis("turn")
    table["customers"] = table["customers"].fillna(0).astype(np.int64)
    return table


def between(start: date, end: date) -> Period:
    """Return the days in which customers move: after the start, up to the end.

    Args:
        start: The first day.
        end: The second day.

    Returns:
        The days, a period.
    """
    day = pd.Timedelta(days=1)
    return Period(start=(pd.Timestamp(start) + day).date(), end=(pd.Timestamp(end) + day).date())


def _customers(table: pa.Table, name: str, history: OrderHistory, day: date) -> pd.DataFrame:
    """Return the customers of one of the two days."""
    number = history.number(day)
    columns = {column: table[f"{name}_{column}"] for column in ("days", "orders", "revenue")}
    columns |= {"customer_id": table["customer"], "first_revenue": table["first_revenue"]}
    if not history.has_amounts:
        unknown = pa.array(np.full(table.num_rows, math.nan))
        columns |= {"revenue": unknown, "first_revenue": unknown}
    for column, since in (("age", "first_day"), ("silence", f"{name}_last_day")):
        columns[column] = pa.array(number - table[since].to_numpy().astype(np.int64))
    return customer_table(pa.table(columns), history.start, day)


def _stages(standing: Standing, rules: SegmentRules, cutoff: float) -> np.ndarray:
    """Return the stages as positions in `STAGES`, cut as `assign_codes` does."""
    customers = standing.customers
    days = (customers["T"] - customers["recency"]).to_numpy(np.int64)
    span = int(days.max(initial=0)) + 1
    orders = np.minimum(customers["orders"].to_numpy(np.int64), ORDERS_CAP)
    codes: np.ndarray = stage_table(rules, span)[orders * span + days]
    eligible = codes >= VIP_ELIGIBLE
    codes &= 7
    if standing.value is not None:
        codes[eligible & (standing.value >= cutoff)] = STAGE_CODES["vip"]
    positions: np.ndarray = codes.astype(np.intp)
    return positions
