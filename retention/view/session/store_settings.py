"""What the marketer has said of the store, once, for every page: margin, costs, country and so on.

It lasts as long as the session and survives loading another file.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from retention.errors import DataError
from retention.kept_work.store_settings import (
    ModelChoice,
    StoreSettings,
)
from retention.view.session import campaigns

#: Purchase models by their labels.
MODELS: dict[str, ModelChoice] = {"Auto": "auto", "BG/NBD": "bg_nbd", "MBG/NBD": "mbg_nbd"}

_KEY = "store_settings"


def store_settings() -> StoreSettings:
    """Return the session's settings."""
    return st.session_state.get(_KEY, StoreSettings())


def keep_store_settings(changed: StoreSettings) -> None:
    """Make these the settings of every page. Campaigns follow the margin and new contact costs."""
    before = store_settings()
    st.session_state[_KEY] = changed
    costs = {
        channel: cost
        for channel, cost in changed.contact_costs.items()
        if cost != before.contact_costs.get(channel)
    }
    campaigns.follow_settings(changed.margin, costs)


def change_store_settings(**changes: object) -> None:
    """Change some of the settings by name.

    Raises:
        DataError: A setting is out of range or not known.
    """
    if "margin" in changes:
        changes = {"margin_is_known": True, **changes}
    keep_store_settings(replace(store_settings(), **changes))  # type: ignore[arg-type]


def take_from_address(*, forget: bool) -> None:
    """Take over the settings in the page's address, which pages had before there was one place.

    What is no setting is passed over.

    Args:
        forget: Whether to take them out of the address, once they are in force.
    """
    for name, read in _IN_ADDRESS.items():
        written = st.query_params.get(name)
        if written is None:
            continue
        with suppress(DataError, ValueError, KeyError):
            change_store_settings(**read(written))
        if forget:
            del st.query_params[name]


#: How each setting is written in an address.
_IN_ADDRESS: dict[str, Callable[[str], dict[str, object]]] = {
    "margin": lambda written: {"margin": int(written) / 100},
    "discount_rate": lambda written: {"annual_discount_rate": int(written) / 100},
    "purchase_model": lambda written: {"purchase_model": MODELS[written]},
    "line": lambda written: {"line_of_business": written},
}
