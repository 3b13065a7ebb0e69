"""What a planned campaign does with each customer: addresses, holds out, or leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retention.campaigns.arrays import Mask
from retention.campaigns.plan import CampaignPlan

#: Roles of customers in a campaign that do not need a reason.
ADDRESSED, HELD_OUT, BELOW_CUT = "Addressed", "Held out", "Below the cut"


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """The role of each customer in one campaign.

    Attributes:
        words: The roles that there are; the first one, "", is that of customers outside of the
            campaign's segments. Reasons to leave customers out are roles, too.
        codes: For each customer the position of the role among the words.
    """

    words: tuple[str, ...]
    codes: npt.NDArray[np.int16]

    def of(self, row: int) -> str:
        """Return the role of a customer, "" outside of the segments.

        Args:
            row: The customer's position.
        """
        return self.words[int(self.codes[row])]


def campaign_roles(members: Mask, left_out: Mapping[str, Mask], plan: CampaignPlan | None) -> Roles:
    """Return what a campaign does with each customer.

    Args:
        members: Which customers are in its segments.
        left_out: Which customers are left out, by reason; the first reason that holds counts.
        plan: The plan; None where nobody is left to address.

    Returns:
        The roles of all customers.
    """
    words: tuple[str, ...] = ("", BELOW_CUT, ADDRESSED, HELD_OUT, *left_out)
    codes = members.astype(np.int16)
    for reason, mask in reversed(list(left_out.items())):
        codes[members & np.asarray(mask, dtype=bool)] = words.index(reason)
    if plan is not None:
        codes[plan.addressed] = words.index(ADDRESSED)
        codes[plan.held_out] = words.index(HELD_OUT)
    return Roles(words=words, codes=codes)
