"""Shares with their sign, as every sentence writes them."""

from __future__ import annotations

import math


def signed_percent(share: float) -> str:
    """Return a share in whole percent with its sign, a true minus; no sign where it rounds to 0.

    >>> signed_percent(0.123), signed_percent(-0.4), signed_percent(-0.002)
    ('+12%', '−40%', '0%')
    """
    if not math.isfinite(share):
        return "not to be said"
    percent = round(100 * share)
    return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{abs(percent):,}%"
