"""What the movement page needs: the two days, the movements between them, and their customers."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention.errors import ModelError
from retention.segments.movement import (
    FROM,
    Movements,
    count_movement,
    movement_codes,
    prepare_movement,
)
from retention.segments.rules import STAGES, SegmentRules
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, order_history_for


@dataclass(frozen=True, slots=True)
class MovementSettings:
    """Between which days customers moved, and by which thresholds.

    Attributes:
        start: The first day. Customers stand as they do when it is over.
        end: The last day, likewise.
        rules: The thresholds of the stages, on both days.
    """

    start: date
    end: date
    rules: SegmentRules


def problem_of(data: Loaded) -> str | None:
    """Why these orders carry no model; None where they do."""
    try:
        model_for(data)
    except ModelError as error:
        return str(error)
    return None


@kept(max_entries=40, by_plan=True, by_orders_alone=True)
def moves_for(data: Loaded, settings: MovementSettings) -> pd.DataFrame:
    """`movement` between the two days; DataError where they lie outside the orders."""
    return count_movement(_movements(data, settings.start, settings.end), settings.rules)


def movers_of(data: Loaded, settings: MovementSettings, origin: str, target: str) -> np.ndarray:
    """Which of the data's customers made a movement, as positions in `data.customers`."""
    movements = _movements(data, settings.start, settings.end)
    before, after = movement_codes(movements, settings.rules)
    made = (before == FROM.index(origin)) & (after == STAGES.index(target))
    return np.sort(_positions(data).loc[movements.end.customers.index[made]].to_numpy())


@kept(max_entries=3, spinner="Comparing the two days…", by_plan=True, by_orders_alone=True)
def _movements(data: Loaded, start: date, end: date) -> Movements:
    plan = choices.standard_plan()
    model = None if problem_of(data) else model_for(data)
    return prepare_movement(order_history_for(data), start, end, model, **plan.terms())


@kept(max_entries=1, spinner="Looking up customers…", by_orders_alone=True)
def _positions(data: Loaded) -> pd.Series:
    """Each customer's position in `data.customers`, by the customer's number in the history."""
    table = data.orders.table
    names = (
        table.select(customer_id=table.customer_id, customer=table.customer_id.hash())
        .distinct()
        .to_pandas()
    )
    places = data.customers.index.get_indexer(pd.Index(names["customer_id"]))
    return pd.Series(places, index=names["customer"].to_numpy())
