"""An optional list of who was really sent a campaign, for the check of both groups."""

import streamlit as st

from retention import wording
from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.groups import column_of_customers
from retention.signal_files.matching import match_customers
from retention.signal_files.read import customer_texts, open_signals
from retention.view import widgets
from retention.view.session import campaign_tests
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for


def draw_sent_list(data: Loaded, test: CampaignTest) -> None:
    """Let the visitor bring the list of customers to whom the campaign really went.

    Args:
        data: The session's data.
        test: The campaign.
    """
    sent = campaign_tests.sent_of(test.name)
    if sent is not None:
        st.caption(
            f":material/mark_email_read: {wording.plural(len(sent), 'customer')} were sent it."
        )
    with st.expander("Who was really sent it?"):
        st.caption(
            "A list from your mail tool, with e-mail addresses or customer numbers. It shows whom "
            "the campaign missed, and who of the held out got it."
        )
        upload = st.file_uploader("List of those sent", key=f"results_sent_{test.name}")
        if upload is None:
            return
        try:
            reached = read_customers(upload.getvalue(), upload.name, data)
        except RetentionError as error:
            widgets.problem("This list cannot be read", error)
            return
        if reached != sent:
            campaign_tests.keep_sent(test.name, reached)
            st.rerun()


def read_customers(content: bytes, name: str, data: Loaded) -> frozenset[str]:
    """Return the customers of the orders whom a list names.

    Args:
        content: The file.
        name: What it is called.
        data: The session's data.

    Raises:
        DataError: No column names a customer of the orders.
    """
    customers = contacts_for(data)
    sheet = open_signals(content, name)
    column = column_of_customers(sheet, customers)
    met = match_customers(customer_texts(sheet, column), customers, sheet)
    places = met["customer"].to_numpy()
    sheet.release()
    return frozenset(customers.index.to_numpy()[places])
