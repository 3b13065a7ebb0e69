"""What actions rest on: results that other pages and functions compute already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.actions.second_wait import SecondWait
from retention.campaigns.arrays import Floats, Mask
from retention.campaigns.campaign import Channel
from retention.campaigns.usual import LiftSource
from retention.models.model import CltvModel
from retention.models.uncertainty import Uncertainty
from retention.reports.breakdown import Breakdown
from retention.reports.metric_gaps import Gap
from retention.segments.rules import STAGES, SegmentRules


@dataclass(frozen=True, slots=True, eq=False)
class ActionFacts:
    """What is known of a store before anything is proposed.

    Attributes:
        customers: From `summarise_customers`.
        model: From `fit_cltv`, with a spend model.
        value: `value_uncertainty` of these customers over 12 months.
        labels: From `assign_segments`, in the order of the customers.
        rules: The thresholds of these labels.
        silence_chance: From `retention.models.next_order.silence_chance`.
        p_alive: The probability of each customer to be active still, as in `predict_cltv`.
        second_wait: When customers came back.
        channels: The `breakdown` of the last year by channel; None without channels.
        gap: The scorecard's largest gap that holds a week earlier too; None without one.
        gap_missing: Why no gap can be told; empty where it can.
        reorders: From `reorders_due`: a row for each `customer_id` and `product` that is due, with
            its `week` and `basis`; None where the orders name no products.
        contacts: Usable contacts, from `usable_contacts`; None where they are not known.
        currency: Of the amounts.
        contact_costs: What one message costs, in money, by channel. A channel that is not there
            costs what is usual.
        lift_source: What finished tests say of a campaign's lift; None where it is assumed.
    """

    customers: pd.DataFrame
    model: CltvModel
    value: Uncertainty
    labels: pd.DataFrame
    rules: SegmentRules
    silence_chance: Floats
    p_alive: Floats
    second_wait: SecondWait
    channels: Breakdown | None
    gap: Gap | None
    gap_missing: str
    reorders: pd.DataFrame | None
    contacts: pd.DataFrame | None
    currency: str | None
    contact_costs: Mapping[Channel, float] = field(default_factory=dict)
    lift_source: LiftSource | None = None

    @property
    def silence(self) -> Floats:
        """Days since each customer's last order."""
        days: Floats = (self.customers["T"] - self.customers["recency"]).to_numpy(float)
        return days

    @property
    def orders(self) -> Floats:
        """Orders of each customer."""
        return self.customers["orders"].to_numpy(float)

    def in_stage(self, *stages: str) -> Mask:
        """Return who is in one of these lifecycle stages.

        Args:
            stages: Keys of `STAGES`.

        Returns:
            True or False for each customer.
        """
        inside: Mask = self.labels["stage"].isin(stages).to_numpy(bool)
        return inside

    def usual_stage(self, members: Mask) -> tuple[str, ...]:
        """Return the stage of most of these customers, the kind of a campaign to them.

        Args:
            members: Who they are: True or False for each customer.

        Returns:
            The key of the stage; nothing where nobody is in one.
        """
        sizes = {stage: int((self.in_stage(stage) & members).sum()) for stage in STAGES}
        stage = max(sizes, key=lambda key: sizes[key])
        return (stage,) if sizes[stage] else ()

    def in_group(self, key: str) -> Mask:
        """Return who is in a lifecycle stage or has a trait.

        Args:
            key: A key of `STAGES` or `TRAITS`.

        Returns:
            True or False for each customer.
        """
        if key in self.labels:
            return self.labels[key].to_numpy(bool)
        return self.in_stage(key)


def in_customers(customers: pd.DataFrame, ids: pd.Index | pd.Series) -> Mask:
    """Return which customers are on a list of ids.

    Args:
        customers: From `summarise_customers`.
        ids: The ids.

    Returns:
        True or False for each customer.
    """
    return np.asarray(customers.index.isin(ids), dtype=bool)


#: Who may not be written to: by reason, True or False for each customer.
LeftOutMasks = Mapping[str, Mask]
