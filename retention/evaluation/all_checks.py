"""All checks of a forecast together, agreed on which way to correct it."""

from __future__ import annotations

from dataclasses import replace

from retention.models.checks import Check

#: Checks that count orders, the most recent ones first; others only give a reason to expect more or fewer.
COUNTED = ("Latest orders", "Hidden orders")


def all_checks(
    recent: tuple[Check, ...], tested: tuple[Check, ...], fitted: tuple[Check, ...]
) -> tuple[Check, ...]:
    """Return the checks of the latest orders, of the backtest and of the model, in this order.

    Checks that only give a reason to expect a forecast that is high or low say in their advice whether the orders
    that were counted bear them out.
    """
    found = (*recent, *tested, *fitted)
    counted = [check for check in found if check.name in COUNTED and check.status != "unknown"]
    measured = next((check for check in counted if check.leans), counted[0] if counted else None)
    if measured is None:
        return found
    return tuple(
        replace(check, advice=f"{check.advice} {_borne_out(check, measured)}")
        if check.leans and check.name not in COUNTED
        else check
        for check in found
    )


def _borne_out(check: Check, measured: Check) -> str:
    counted = f"The {measured.name.lower()}"
    if not measured.leans:
        return "The orders that were counted came about as the model has them, so correct no totals for it yet."
    if measured.leans == check.leans:
        return f"{counted} say the same: correct totals once, by those."
    return f"{counted} say otherwise: correct totals by those, which were counted."
