"""What all checks of a forecast come to: a word, and the sentence behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retention.models.checks import Check

#: Whether a forecast is good, to be used with care, or not to be used.
VerdictStatus = Literal["good", "caution", "bad"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to act on a forecast.

    Attributes:
        status: "good", "caution" (use it with care) or "bad" (do not use it).
        reason: The finding of the worst check; empty where the status is "good".
        more: How many other checks doubt it.
    """

    status: VerdictStatus
    reason: str = ""
    more: int = 0


def verdict_of(checks: Sequence[Check]) -> Verdict:
    """Return the verdict on a forecast: that of its worst check.

    Args:
        checks: All of its checks. What cannot be told is no doubt.
    """
    bad = [check for check in checks if check.status == "bad"]
    doubts = bad + [check for check in checks if check.status == "caution"]
    if not doubts:
        return Verdict(status="good")
    return Verdict(
        status="bad" if bad else "caution", reason=doubts[0].finding, more=len(doubts) - 1
    )
