"""Messages, offers and terms to plan campaigns with."""

from hypothesis import strategies as st

from retention import Campaign, CampaignPlan, Message, Offer, Terms, plan_of
from retention.campaigns.plan import Reachable

MESSAGES = (
    Message(0, "Free delivery", offer=""),
    Message(3, "A reminder"),
    Message(10, "Last day"),
)
OFFERS = (
    Offer(),
    Offer("amount", 4),
    Offer("percentage", 0.15),
    Offer("free_delivery", 3),
    Offer("points", 6, 0.5),
)
TERMS = st.builds(
    Terms,
    lift=st.floats(0, 1),
    offer=st.sampled_from(OFFERS),
    anyway_share=st.floats(0, 1),
    contact_cost=st.floats(0, 5),
    margin=st.floats(0, 1),
)


def plan_with(audience: Reachable, **terms) -> CampaignPlan:
    """Return the plan of a campaign with these terms to an audience, without a holdout."""
    return plan_of(
        audience, Campaign("Win back", messages=MESSAGES, terms=Terms(**terms), holdout_share=0.0)
    )
