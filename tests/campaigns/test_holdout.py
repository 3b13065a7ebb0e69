"""Who is held out, and what the holdout can show."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention import (
    Campaign,
    customer_hashes,
    detectable_lift,
    plan_campaign,
)
from retention.campaigns.holdout import draws


def test_a_holdout_is_random_stable_and_not_addressed(store):
    model, customers = store
    campaign = Campaign("Win back", holdout_share=0.25)
    found = plan_campaign(model, customers, campaign)
    addressed, held = set(found.addressed), set(found.held_out)
    assert not addressed & held
    assert len(addressed) + len(held) == found.size == len(customers)
    assert len(held) == round(0.25 * len(customers))
    backwards = customers.iloc[::-1]
    again = plan_campaign(model, backwards, campaign)
    assert set(backwards.index[again.held_out]) == set(customers.index[found.held_out])
    other = plan_campaign(model, customers, replace(campaign, name="Another"))
    assert set(other.held_out) != held
    renamed = plan_campaign(
        model, customers, replace(campaign, name="Another name", holdout_key=campaign.name)
    )
    assert set(renamed.held_out) == held
    # Whoever is held out at a quarter is held out at a half too.
    assert held < set(
        plan_campaign(model, customers, replace(campaign, holdout_share=0.5)).held_out
    )


def test_draws_are_even_and_of_two_names_unrelated():
    hashes = customer_hashes(pd.Index([f"C{n}" for n in range(40_000)]))
    one, other = draws(hashes, "Spring"), draws(hashes, "Autumn")
    assert np.histogram(one, 10, (0, 1))[0] == pytest.approx(4_000, rel=0.06)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02


def test_the_detectable_lift_is_that_of_a_textbook_comparison():
    # 10 % against 15 % at 80 % power takes about 680 customers a group.
    assert detectable_lift(681, 681, 0.10) == pytest.approx(0.05 / 0.9, rel=0.01)
    assert detectable_lift(6_810, 681, 0.10) < detectable_lift(681, 681, 0.10)
    assert np.isnan(detectable_lift(100, 1, 0.1))
    assert np.isnan(detectable_lift(5, 5, 0.9))
