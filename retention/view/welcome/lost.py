"""Say after a reload which orders are gone, and in a second tab that each has its own.

The browser keeps the name in the tab's own storage, which ends with the tab. A name may be
personal: it stands in no address and no log. The server hears of a path when a click asks for it.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from retention.view.session.loaded import Origin

_FOLDER = Path(__file__).parent
_KEY = "lost-orders"
_KINDS = ("store", "cdnow", "path")


def _asset(ending: str) -> str:
    return (_FOLDER / f"lost_orders.{ending}").read_text(encoding="utf-8")


_NOTICE = st.components.v2.component(
    "lost_orders", html=_asset("html"), css=_asset("css"), js=_asset("js")
)


def draw_notice(choose: str, *, can_open_paths: bool = False) -> Origin | None:
    """Draw the notice where there is something to say, and return what is to be loaded again.

    What comes back is the browser's word: a path must be checked like a typed one.

    Args:
        choose: What to do to have a file back, a sentence.
        can_open_paths: Whether a click may open a file of this computer again.
    """
    answer = _NOTICE(
        key=_KEY,
        data={"choose": choose, "paths": can_open_paths},
        on_again_change=lambda: None,
    )
    return origin_of(answer.again)


def origin_of(said: Any) -> Origin | None:
    """Return what the browser asked for, or None where it makes no sense."""
    if not isinstance(said, dict) or said.get("kind") not in _KINDS:
        return None
    return Origin(said["kind"], str(said.get("path", "")))
