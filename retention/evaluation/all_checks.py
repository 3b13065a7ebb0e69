"""All checks of a forecast together, in agreement on which way to correct it."""

from dataclasses import replace

from retention.models.checks import Check

#: Checks that count orders, the most recent orders first. The others only give a reason to expect
#: more or fewer.
COUNTING_CHECKS = ("Latest orders", "Hidden orders")


def all_checks(
    recent: tuple[Check, ...], tested: tuple[Check, ...], fitted: tuple[Check, ...]
) -> tuple[Check, ...]:
    """Return the checks of the latest orders, of the backtest and of the model, in this order.

    Some checks only give a reason to expect a forecast that is high or low. Counted orders decide:
    a reason that they do not confirm is no doubt yet. No two checks advise the opposite.

    Args:
        recent: From `recent_checks`.
        tested: From `backtest_checks`.
        fitted: The model's `checks`.

    Returns:
        All checks.
    """
    checks = (*recent, *tested, *fitted)
    measured = _measured(checks)
    if measured is None:
        return checks
    return tuple(
        _in_agreement(check, measured) if check.leans and check is not measured else check
        for check in checks
    )


def _measured(checks: tuple[Check, ...]) -> Check | None:
    """The check that counted orders: the first that leans to a side, else the first of all."""
    counting = [
        check for check in checks if check.name in COUNTING_CHECKS and check.status != "unknown"
    ]
    leaning = [check for check in counting if check.leans]
    return next(iter(leaning or counting), None)


def _in_agreement(check: Check, measured: Check) -> Check:
    """Return a check whose advice agrees with the orders that were counted."""
    counted = f"The {measured.name.lower()}"
    if measured.leans == check.leans:
        return replace(
            check, advice=f"{check.advice} {counted} say the same: correct totals once, by those."
        )
    if check.name in COUNTING_CHECKS:
        return replace(
            check, advice=f"{counted} say otherwise and are newer: correct totals by those."
        )
    if measured.leans:
        advice = f"{counted} say otherwise: correct totals by those, which were counted."
    else:
        advice = (
            "The orders that were counted came about as the model has them. Correct no totals for "
            "it, and look again in a few months."
        )
    return replace(check, status="unknown", advice=advice)
