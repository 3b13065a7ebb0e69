"""Campaigns in simulated stores whose lift is known: what they really gained."""

import numpy as np

from retention import CampaignPlan, Offer
from retention.samples.simulator import Buyers, draw_order_values
from tests.support.histories import KnownStore


def realised_gain(store: KnownStore, plan: CampaignPlan, seed: int) -> float:
    """Return what a campaign gained, from each customer's own orders and the terms of the plan.

    A customer gets messages until the first order; that order may use the offer of its day. Of the
    customers who would not have ordered, a share `lift` orders once, on the day of one of the
    messages, and gets every message.
    """
    rng = np.random.Generator(np.random.PCG64((seed, 7)))
    terms, campaign = plan.campaign.terms, plan.campaign

    def offer_on(day: int) -> Offer:
        known = [name for first, name in campaign.phases.items() if first <= day]
        return terms.offered(known[-1]) if known else Offer()

    treated = set(plan.addressed.tolist())
    first_day, first_value = {}, {}
    for who, day, value in zip(
        store.who.tolist(), (store.day - store.days - 1).tolist(), store.value, strict=True
    ):
        if 0 <= day < campaign.window_days and who in treated and who not in first_day:
            first_day[who], first_value[who] = day, value
    cost = gain = 0.0
    for who in treated:
        if who in first_day:
            cost += terms.contact_cost * sum(
                message.day <= first_day[who] for message in campaign.sent
            )
            if rng.random() < terms.anyway_share:
                cost += offer_on(first_day[who]).cost(first_value[who])
            continue
        cost += terms.contact_cost * len(campaign.sent)
        if rng.random() < terms.lift:
            buyer = Buyers(
                rate=store.buyers.rate[[who]],
                leaving=store.buyers.leaving[[who]],
                spend=store.buyers.spend[[who]],
            )
            value = draw_order_values(buyer, np.zeros(1, dtype=int), store.process.p, rng)[0]
            gain += terms.margin * value
            cost += offer_on(rng.choice([message.day for message in campaign.sent])).cost(value)
    return float(gain - cost)
