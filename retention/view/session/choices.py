"""What the visitor of a session has chosen: thresholds, the purchase model, where to return to."""

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import streamlit as st

from retention.kept_work.store_settings import USUAL_MARGIN, ModelChoice
from retention.reports.industry import Target
from retention.segments.rules import SegmentRules
from retention.view.session.store_settings import (
    change_store_settings,
    store_settings,
)

_ADDRESS = "kept_address"
_SEGMENT_RULES, _ORDER_VALUE = "segment_rules", "given_order_value"
_TARGETS, _OPEN_PAGE = "scorecard_targets", "open_page"


class Terms(TypedDict):
    """What turns a fitted model into money: the fields of `Plan` of the same names."""

    horizon_days: int
    annual_discount_rate: float
    margin: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a forecast assumes. It is a part of the caches' keys, field by field.

    Attributes:
        horizon_days: Days ahead.
        annual_discount_rate: How much less money is worth a year later, as a fraction.
        margin: The share of revenue that is kept, as a fraction.
        purchase_model: The chosen purchase model.
    """

    horizon_days: int = 365
    annual_discount_rate: float = 0.10
    margin: float = USUAL_MARGIN
    purchase_model: ModelChoice = "auto"

    def terms(self) -> Terms:
        """Return the fields that turn a fitted model into money, by name."""
        return {
            "horizon_days": self.horizon_days,
            "annual_discount_rate": self.annual_discount_rate,
            "margin": self.margin,
        }


class Address(NamedTuple):
    """A page and the settings in its address, to return to once orders are loaded.

    Attributes:
        path: Of the page, relative to the app's folder.
        settings: Query parameters: all values of each.
    """

    path: str
    settings: dict[str, list[str]]


def keep_address(address: Address | None) -> None:
    """Remember where to return to after loading; None forgets it."""
    st.session_state[_ADDRESS] = address


def kept_address() -> Address | None:
    """Return the page that was opened with settings and without orders, if there is one."""
    return st.session_state.get(_ADDRESS)


def choose_purchase_model(kind: ModelChoice) -> None:
    """Make this the purchase model of every page of the session."""
    change_store_settings(purchase_model=kind)


def purchase_model() -> ModelChoice:
    """Return the purchase model of the session: "auto" unless chosen otherwise."""
    return store_settings().purchase_model


def keep_segment_rules(rules: SegmentRules) -> None:
    """Make these the thresholds of the stages and traits on every page of the session."""
    st.session_state[_SEGMENT_RULES] = rules


def segment_rules() -> SegmentRules:
    """Return the thresholds set on the segments page, else those of the published scheme."""
    return st.session_state.get(_SEGMENT_RULES, SegmentRules())


def keep_targets(targets: tuple[Target, ...]) -> None:
    """Make these the scorecard's own targets."""
    st.session_state[_TARGETS] = targets


def targets() -> tuple[Target, ...]:
    """Return the scorecard's own targets."""
    return st.session_state.get(_TARGETS, ())


def keep_open_page(path: str) -> None:
    """Remember which page is open."""
    st.session_state[_OPEN_PAGE] = path


def open_page() -> str:
    """Return the path of the page that is open; empty before the first one is."""
    return st.session_state.get(_OPEN_PAGE, "")


def keep_order_value(amount: float | None) -> None:
    """Make this the average order value of the session's orders without amounts."""
    st.session_state[_ORDER_VALUE] = amount


def order_value() -> float | None:
    """Return the marketer's own average order value, for orders without amounts."""
    return st.session_state.get(_ORDER_VALUE)


def standard_plan(horizon_days: int = 365) -> Plan:
    """Return what every forecast assumes, by the store settings.

    Args:
        horizon_days: Days ahead.
    """
    settings = store_settings()
    return Plan(
        horizon_days=horizon_days,
        annual_discount_rate=settings.annual_discount_rate,
        margin=settings.margin,
        purchase_model=settings.purchase_model,
    )
