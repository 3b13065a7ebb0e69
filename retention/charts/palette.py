"""Every colour the app draws with. Its meaning survives colour blindness and both themes.

The seven stage colours were searched for the largest smallest difference (OKLab) under normal
vision and simulated protanopia, deuteranopia and tritanopia, with contrast against the backgrounds
of both themes. `tests/view/test_palette.py` holds them to that. The same accents stand in
`.streamlit/config.toml`, and those that stylesheets use in `assets/style.css`.
"""

STAGE_COLOURS = {
    "new": "#42B8E3",
    "first_time": "#5B8CE7",
    "repeat": "#018459",
    "loyal": "#6751B4",
    "vip": "#C45298",
    "at_risk": "#F78740",
    "lapsed": "#9C9FA1",
}

TRAIT_COLOURS = {
    "big_spender": "#A8842C",
    "high_order_value": "#7A6CC2",
    "full_price": "#4E8290",
    "discount_shopper": "#CC6677",
    "ready_to_buy": "#2F9E77",
}

ACCENT = "#1A8A99"
"""The one colour of a chart that has nothing to tell apart; reads on both themes."""

NEUTRAL = "#8B959B"
"""Reference lines, comparison bars and everything that is context."""

ONE_TIME = "#9C9FA1"
REPEAT = ACCENT
"""One-time against repeat buyers, wherever a chart splits by the two."""

TEXT = "currentColor"
"""Words in a chart: the text colour of the page. No grey reads well on both themes.

It reaches only charts that are drawn as SVG, as Streamlit draws those of up to 2,000 marks.
"""

STATUS_COLOURS = {"good": "green", "unknown": "gray", "caution": "orange", "bad": "red"}
"""Names of the theme's own colours, for `st.badge` and coloured Markdown."""

STATUS_ICONS = {
    "good": ":material/check_circle:",
    "unknown": ":material/help:",
    "caution": ":material/warning:",
    "bad": ":material/error:",
}

BACKGROUNDS = {"light": "#FFFFFF", "dark": "#12181B"}
"""The page backgrounds of the two themes, as in `.streamlit/config.toml`."""

STEPS = ("#0E6E7C", "#2F9AA8", "#74C2CC")
"""Three steps of the accent, from the few to the many."""

CUT = "rgba(139, 149, 155, 0.9)"
"""The dashed line of a day that a chart marks."""

EXPECTED = "rgba(26, 138, 153, 0.5)"
"""What has not happened yet: the accent, half there on either theme."""

GAIN = "#2F9E77"
LOSS = "#D9822B"
"""What was gained and what was lost, told apart by lightness as well as by hue."""
