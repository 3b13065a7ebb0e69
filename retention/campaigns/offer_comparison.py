"""An amount of money or a percentage: what each costs on this segment's orders, and to whom it is the larger offer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.campaigns.economics import MAIN, named
from retention.campaigns.plan import CampaignPlan

#: Bands of order values, each with as many customers.
BANDS = 10
#: Usual orders that lie within this share of their mean are one value.
SAME = 0.005


@dataclass(frozen=True, slots=True)
class OfferComparison:
    """An amount and a percentage that cost the same in expectation, over the customers whom a plan addresses.

    - `amount` in money, `percentage` as a share; `even_at`: the order value at which both are worth the same.
    - `larger_amount`: share of the customers to whom the amount is the larger offer: those of smaller orders.
    - `bands`: by expected order value, up to ten bands of about as many: `from_value`, `to_value`, `customers`,
      `order_value` (mean), and what either offer is worth on it: `amount`, `percentage`.
    """

    amount: float
    percentage: float
    even_at: float
    larger_amount: float
    bands: pd.DataFrame


def compare_offers(plan: CampaignPlan) -> OfferComparison | None:
    """Return the plan's main offer beside the one of the other kind that costs as much; None without such an offer.

    Both are compared at the same lift, so that only the cost differs. Whether one persuades better, orders do not tell;
    Barilliance (2021) found that an amount in the subject does almost twice as well as a percentage.
    """
    offer, book = plan.campaign.terms.offer, plan.reachable.book
    if offer.kind not in ("amount", "percentage") or not plan.size or offer.value <= 0:
        return None
    terms, treated, columns = plan.campaign.terms, plan.treated, named(book, book.columns)
    value, customers = book.order_value, book.customers * treated
    used = used_value = 0.0 * value
    for name, weight, phase in columns.phases:
        if name == MAIN:
            used = (
                used + terms.anyway_share * phase["taking"] + terms.lift * weight * columns["stays"]
            )
            used_value = used_value + terms.anyway_share * phase["taking_value"]
            used_value = used_value + terms.lift * weight * columns["stays_value"]
    used, used_value = float(used @ treated), float(used_value @ treated)
    if used <= 0:
        return None
    mean = used_value / used
    amount = offer.value if offer.kind == "amount" else offer.value * mean
    percentage = min(amount / mean, 1.0)
    even_at = amount / percentage
    # Values that differ by rounding alone are one.
    value = np.round(value, max(0, 9 - int(np.floor(np.log10(max(mean, 1e-9))))))
    order = np.argsort(value, kind="stable")
    order = order[customers[order] > 0]
    value, customers = value[order], customers[order]
    if np.ptp(value) <= SAME * mean:
        # Spend that hardly tells customers apart: who is a little above or below the mean says nothing of an offer.
        value = np.full(len(value), mean)
    # Cells in the order of their values, cut where the customers reach a tenth of all, two tenths and so on; customers
    # of one value, such as all one-time buyers, stay together.
    before = (np.cumsum(customers) - customers)[np.searchsorted(value, value, side="left")]
    band = np.minimum(before / customers.sum() * BANDS, BANDS - 1).astype(int)
    counts = np.bincount(band, weights=customers, minlength=BANDS)
    means = np.bincount(band, weights=value * customers, minlength=BANDS) / np.maximum(counts, 1e-9)
    first = np.searchsorted(band, np.arange(BANDS), side="left").clip(max=len(value) - 1)
    last = np.searchsorted(band, np.arange(BANDS), side="right") - 1
    bands = pd.DataFrame(
        {
            "from_value": value[first],
            "to_value": value[last],
            "customers": counts.round().astype(int),
            "order_value": means,
            "amount": amount,
            "percentage": percentage * means,
        }
    )
    larger = float(customers[value < even_at * (1 - 1e-9)].sum() / customers.sum())
    return OfferComparison(amount, percentage, even_at, larger, bands[counts > 0])
