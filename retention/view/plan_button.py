"""The button “Plan a campaign”: opens the planner with the customers of a group filled in.

It leaves word in the session whom to address. The planner begins the campaign, since only it knows
how: a page knows no other page.
"""

import pandas as pd
import streamlit as st

from retention.errors import RetentionError
from retention.kept_work.made import FixedChoice
from retention.own_segments.conditions import Rule
from retention.own_segments.library import OwnSegment, add_segment, free_name
from retention.view import page_table, widgets
from retention.view.session import campaigns, own_segments
from retention.view.session.fixed_choices import keep_choice
from retention.view.session.loaded import Loaded

LABEL, ICON = "Plan a campaign", ":material/campaign:"
#: Characters of the longest name of chosen customers: a campaign's name holds it.
LONGEST_NAME = 60


def plan_button(
    key: str, *, label: str = LABEL, disabled: bool = False, about: str | None = None
) -> bool:
    """Draw the button and return whether it was clicked.

    Args:
        key: Of the widget.
        label: What it says, as plain text.
        disabled: Whether there is nobody to address.
        about: The tooltip.
    """
    return st.button(label, icon=ICON, key=key, disabled=disabled, help=about)


def plan_segment(segment: str, strategy: str | None = None) -> None:
    """Open the planner, which begins a campaign to a segment.

    Args:
        segment: Its name, as campaigns know it.
        strategy: The key of its strategy; by default the first that suits the segment.
    """
    campaigns.ask_for(segment, strategy)
    page_table.go_to(campaigns.PLAN_PAGE)


def plan_customers(data: Loaded, name: str, about: str, customers: pd.Index) -> None:
    """Open the planner with a campaign to chosen customers.

    Args:
        data: The session's data.
        name: What the group is called.
        about: Who they are, a sentence.
        customers: Their ids.
    """
    choice = FixedChoice(
        name=name[:LONGEST_NAME], about=about, customers=customers, digest=data.orders.digest
    )
    plan_segment(keep_choice(choice))


def keep_segment(name: str, rule: Rule, note: str) -> OwnSegment:
    """Keep a rule as an own segment, unless it is one already, and return the segment.

    Args:
        name: Of the segment. A number follows where another one has the name.
        rule: The rule.
        note: Where it comes from.

    Raises:
        DataError: The library is full.
    """
    library = own_segments.session_library()
    kept = next((segment for segment in library if segment.rule == rule), None)
    if kept is not None:
        return kept
    segment = OwnSegment(name=free_name(library, name), rule=rule, note=note)
    own_segments.keep_library(add_segment(library, segment))
    return segment


def plan_own_segment(name: str, rule: Rule, note: str) -> None:
    """Open the planner with a campaign to whom a rule matches, kept as an own segment.

    Args:
        name: Of the segment, as of `keep_segment`.
        rule: The rule.
        note: Where it comes from.
    """
    try:
        segment = keep_segment(name, rule, note)
    except RetentionError as error:
        widgets.problem("This campaign cannot be begun", error)
        return
    plan_segment(own_segments.OWN + segment.name)
