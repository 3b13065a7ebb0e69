"""The button that forgets a campaign that has gone out, wherever the page shows one."""

import streamlit as st

from retention.experiments.campaign_test import CampaignTest
from retention.view import text
from retention.view.session import campaign_tests


def draw_forget(test: CampaignTest) -> None:
    """Draw the button that drops a campaign's groups, and what it has taught, and ask first.

    Args:
        test: The campaign.
    """
    with st.popover("Forget this campaign's test", icon=":material/delete:", type="tertiary"):
        st.markdown(
            f"The groups of “{text.plain(test.name, limit=80)}” will be deleted, with its result "
            "and what it taught. A kept plan of it stands in the calendar again."
        )
        st.button(
            "Forget it and its result",
            key="results_forget",
            on_click=campaign_tests.forget_test,
            args=(test.name,),
        )
