"""The button that forgets a campaign that has gone out, wherever the page shows one."""

import streamlit as st

from retention.experiments.campaign_test import CampaignTest
from retention.view.session import campaign_tests


def draw_forget(test: CampaignTest) -> None:
    """Draw the button that drops a campaign's groups, and what it has taught.

    Args:
        test: The campaign.
    """
    st.button(
        "Forget this campaign's test",
        icon=":material/delete:",
        key="results_forget",
        type="tertiary",
        on_click=campaign_tests.forget_test,
        args=(test.name,),
        help="Its groups and what it taught. A kept plan stays in the calendar.",
    )
