"""The words for stages and traits, the same everywhere."""

STAGE_LABELS = {
    "new": "New",
    "first_time": "First-time",
    "repeat": "Repeat",
    "loyal": "Loyal",
    "vip": "VIP",
    "at_risk": "At risk",
    "lapsed": "Lapsed",
}

TRAIT_LABELS = {
    "big_spender": "Big spender",
    "high_order_value": "High order value",
    "full_price": "Full price",
    "discount_shopper": "Discount shopper",
    "ready_to_buy": "Ready to buy",
}

LABELS = STAGE_LABELS | TRAIT_LABELS
