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

    Some checks only give a reason to expect a forecast that is high or low. Their advice then
    says whether the counted orders confirm it.

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
        replace(check, advice=f"{check.advice} {_confirmation(check, measured)}")
        if check.leans and check.name not in COUNTING_CHECKS
        else check
        for check in checks
    )


def _measured(checks: tuple[Check, ...]) -> Check | None:
    """The check that counted orders: the first that leans to a side, else the first of all."""
    counting = [
        check for check in checks if check.name in COUNTING_CHECKS and check.status != "unknown"
    ]
    leaning = [check for check in counting if check.leans]
    return next(iter(leaning or counting), None)


def _confirmation(check: Check, measured: Check) -> str:
    counted = f"The {measured.name.lower()}"
    if not measured.leans:
        return (
            "The orders that were counted came about as the model has them, so correct no totals "
            "for it yet."
        )
    if measured.leans == check.leans:
        return f"{counted} say the same: correct totals once, by those."
    return f"{counted} say otherwise: correct totals by those, which were counted."
