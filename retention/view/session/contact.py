"""Which customers may be written to, for every list that leaves the app."""

from dataclasses import replace

import numpy as np
import pandas as pd

from retention.campaigns.campaign import Channel
from retention.campaigns.suppression import SUBSCRIBED
from retention.campaigns.usual import usual_campaign, usual_contact_costs
from retention.kept_work.made import LeftAlone
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for, left_alone, suppressed
from retention.view.session.store_settings import store_settings

#: The strategy of a reminder: one message with what a customer usually orders.
REMINDER = "messages"
YES, NO, UNKNOWN = "yes", "no", "unknown"


def has_consent(data: Loaded) -> bool:
    """Return whether the orders have a column of consent."""
    return "consent" in contacts_for(data)


def contact_for(data: Loaded, *, promotion: bool = False) -> pd.DataFrame:
    """Return which customers may be written to by e-mail.

    Args:
        data: The loaded orders.
        promotion: Whether subscribers are left alone too, as by a campaign that promotes.

    Returns:
        Indexed as the customers: `consent` ("yes", "no" or "unknown") and `do_not_write`, the
        weightiest reason not to write, "" where there is none. Both are categorical.
    """
    return _contact(data, left_alone(), promotion)


@kept(max_entries=3, spinner="Checking whom to leave alone…", by_signals=True)
def _contact(data: Loaded, leave: LeftAlone, promotion: bool) -> pd.DataFrame:
    given, index = contacts_for(data), data.customers.index
    reasons = suppressed(replace(usual_campaign(REMINDER), channel="email"), data, leave)
    if not promotion:
        reasons.pop(SUBSCRIBED, None)
    first = np.zeros(len(index), dtype=np.int8)
    for code, applies in reversed(list(enumerate(reasons.values(), start=1))):
        first[applies] = code
    consent = np.full(len(index), 2, dtype=np.int8)
    if "consent" in given:
        answers = given["consent"].reindex(index)
        consent[answers.eq(True).fillna(False).to_numpy(bool)] = 0
        consent[answers.eq(False).fillna(False).to_numpy(bool)] = 1
    columns = {
        "consent": pd.Categorical.from_codes(consent, [YES, NO, UNKNOWN]),  # type: ignore[call-overload]
        "do_not_write": pd.Categorical.from_codes(first, ["", *reasons]),  # type: ignore[call-overload]
    }
    return pd.DataFrame(columns, index=index)


def contact_costs(data: Loaded) -> dict[Channel, float]:
    """Return what one message costs, by channel: as the store settings say, else what is usual.

    Args:
        data: The session's data.
    """
    customers = data.customers
    each = choices.order_value()
    if data.orders.has_amounts:
        each = float(customers["revenue"].sum() / max(customers["orders"].sum(), 1))
    usual = {} if each is None else usual_contact_costs(each, data.orders.currency)
    return {**usual, **store_settings().contact_costs}
