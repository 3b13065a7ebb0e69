"""Whether the expected value rests on many customers or on one."""

import pandas as pd

from retention.models.checks import Check
from retention.wording import percent

#: Share of all expected value in the hands of one customer that calls for care, and for a halt.
LARGE_SHARE, RULING_SHARE = 0.1, 0.5


def largest_customer(scores: pd.DataFrame) -> Check:
    """Return the check of how much of the forecast one customer holds.

    Args:
        scores: From `predict_cltv`. Where they have no `cltv`, expected orders are looked at.
    """
    name = "Largest customer"
    column, what = (
        ("cltv", "expected value") if "cltv" in scores else ("expected_orders", "expected orders")
    )
    share = float(scores[column].max() / scores[column].sum())
    finding = f"One customer holds {percent(share, 0 if share >= 0.1 else 1)} of the {what}."
    if share < LARGE_SHARE:
        return Check(name=name, status="good", finding=finding)
    return Check(
        name=name,
        status="bad" if share >= RULING_SHARE else "caution",
        finding=finding,
        advice="Look at the first customer of the list by value: a reseller, a test account or a "
        "wrong amount belongs out of the file, and a true one is no average.",
    )
