"""Which products bring people back, and who is due to buy again?"""

from dataclasses import replace

import streamlit as st

from retention.view import forecast_chip, page_table, shell, widgets
from retention.view.campaigns import beginning
from retention.view.products import buyers, due, parts
from retention.view.session import campaigns
from retention.view.session.contact import REMINDER
from retention.view.session.own_segments import OWN
from retention.view.session.reorders import kinds_of

data = shell.open_page("pages/products.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/products.py")


def plan_reminder(segment: str) -> None:
    """Open a reminder by e-mail to an own segment, filled in."""
    campaign = beginning.begin(data, (OWN + segment,), REMINDER)
    name = campaigns.free_name(f"Reminder: {segment}"[: beginning.LONGEST_NAME])
    campaign = replace(campaign, name=name, holdout_key=name)
    campaigns.put_on_table(beginning.with_channel(data, campaign, "email"))
    st.session_state[campaigns.PLACE] = campaigns.PLAN
    page_table.go_to("pages/campaigns.py")


@st.fragment
@widgets.guarded("These orders cannot be counted by product")
def answer() -> None:
    """Everything that follows the choice of products or categories."""
    by = parts.choose_by(data.orders)
    parts.headline(data, by, conclusion)
    widgets.show_so_far()
    due.draw_due(data, by, plan_reminder)
    widgets.show_so_far()
    parts.draw_part(data, by)
    buyers.draw_buyers(data, by)


if kinds_of(data.orders):
    answer()
else:
    parts.empty_state()
forecast_chip.fill(verdict, data)
