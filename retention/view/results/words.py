"""Words of the page of results: definitions, one hover away, and the page without a campaign."""

DEFINITIONS = {
    "extra_orders": "Orders of those addressed beyond what the held out, who are like them by the "
    "draw, ordered. Everyone in the file counts in their group, whether or not a message arrived.",
    "campaign_gain": "Margin of those addressed beyond that of the held out, less messages and "
    "offers, within the days of the test. Eight of ten such ranges hold the truth.",
    "year_gain": "The gain within the test's days and what follows up to a year from the start. It "
    "is continued by the model from before the campaign, so that an order with a coupon counts as "
    "an order and not as a habit.",
    "share_bought": "The share of those addressed who ordered at least once within the days of the "
    "test. Everyone in the file counts.",
}
EMPTY = (
    "**No campaign has gone out yet.** Plan one and download its audience files: both groups are "
    "kept then. Load newer orders later, and what it brought stands here. Or bring the lists of a "
    "campaign that another tool has sent."
)
WHY_NO_PROOF = (
    "Customers who were addressed would have ordered something anyway. Only customers whom chance "
    "held out say how much. Hold out some of them next time."
)
