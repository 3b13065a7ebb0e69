"""What the movement page needs: the two days, the movements between them, and who made one of them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import streamlit as st

from retention.errors import ModelError
from retention.segments.movement import (
    FROM,
    Movements,
    count_movement,
    movement_codes,
    prepare_movement,
)
from retention.segments.rules import STAGES, SegmentRules
from retention.view.session import results as session
from retention.view.session.results import Loaded


@dataclass(frozen=True, slots=True)
class Settings:
    """The two days (customers stand as they do when each is over) and the thresholds of the stages."""

    start: date
    end: date
    rules: SegmentRules


def problem_of(data: Loaded) -> str | None:
    """Why these orders carry no model, None where they do."""
    try:
        session.model_for(data)
    except ModelError as error:
        return str(error)
    return None


def moves_for(data: Loaded, settings: Settings) -> pd.DataFrame:
    """`movement` between the two days; DataError where they lie outside the orders."""
    return _moves(_key(data), settings, _data=data)


def movers_of(data: Loaded, settings: Settings, origin: str, target: str) -> np.ndarray:
    """Which of the data's customers made a movement, as positions in `data.customers`."""
    found = _found(_key(data), settings.start, settings.end, _data=data)
    before, after = movement_codes(found, settings.rules)
    made = (before == FROM.index(origin)) & (after == STAGES.index(target))
    return np.sort(
        _positions(data.orders.digest, _data=data).loc[found.end.customers.index[made]].to_numpy()
    )


def _key(data: Loaded) -> str:
    return f"{data.orders.digest} {session.purchase_model()}"


@st.cache_resource(scope="session", max_entries=6, show_spinner="Comparing the two days…")
def _found(key: str, start: date, end: date, *, _data: Loaded) -> Movements:
    plan = session.standard_plan()
    model = None if problem_of(_data) else session.model_for(_data)
    return prepare_movement(session.order_history_for(_data), start, end, model, **plan.terms())


@st.cache_resource(scope="session", max_entries=40, show_spinner=False)
def _moves(key: str, settings: Settings, *, _data: Loaded) -> pd.DataFrame:
    return count_movement(_found(key, settings.start, settings.end, _data=_data), settings.rules)


@st.cache_resource(scope="session", max_entries=1, show_spinner="Looking up customers…")
def _positions(digest: str, *, _data: Loaded) -> pd.Series:
    """Where each customer stands in `data.customers`, by the number that the order history has for the customer."""
    table = _data.orders.table
    names = (
        table.select(customer_id=table.customer_id, customer=table.customer_id.hash())
        .distinct()
        .to_pandas()
    )
    places = _data.customers.index.get_indexer(pd.Index(names["customer_id"]))
    return pd.Series(places, index=names["customer"].to_numpy())


session.clear_with_data(_found, _moves, _positions)
