"""Did the campaign work?"""

import streamlit as st

from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.words import result_sentence
from retention.view import forecast_chip, page_table, shell, text, widgets
from retention.view.campaigns.data import draw_again, plan_for
from retention.view.results import data as data_of, listing, lists, parts, waiting, words
from retention.view.results.data import Entry
from retention.view.row_choice import RowChoice
from retention.view.session import campaign_tests

data = shell.open_page("pages/results.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/results.py")
planner = waiting.Planner(plan=plan_for, draw_again=draw_again)


@st.fragment
@widgets.guarded("Campaigns cannot be measured with these orders")
def results() -> None:
    """The campaigns with where each stands, and the one that is open."""
    entries = data_of.entries_of(data)
    if not entries:
        conclusion.markdown(words.EMPTY)
        st.page_link(
            page_table.page_of("pages/campaigns.py").path,
            label="Plan a campaign",
            icon=":material/campaign:",
        )
        lists.draw_lists(data, is_open=True)
        return
    choice = listing.choice_of(entries, data_of.opens_on(entries))
    opened = next(entry for entry in entries if entry.name == choice.chosen)
    if opened.test is None or opened.state == "planned":
        conclusion.markdown(f"**{text.plain(waiting.sentence_of(opened), 600)}**")
        listing.draw_list(entries, choice)
        waiting.draw_waiting(data, opened, planner)
    else:
        measured(entries, choice, opened.test)
    lists.draw_lists(data)


def measured(entries: tuple[Entry, ...], choice: RowChoice, test: CampaignTest) -> None:
    """A campaign that orders have met: its sentence, the list, and all that it has shown."""
    try:
        result = data_of.result_for(data, test)
    except RetentionError as error:
        conclusion.markdown(f"**{text.plain(test.name, 80)} cannot be measured.**")
        listing.draw_list(entries, choice)
        widgets.problem("This campaign cannot be measured with these orders", error)
        return
    if result.state == "finished":
        campaign_tests.mark_read(test)
    said = result_sentence(result, text.one_line(test.name, 80), data.orders.currency)
    conclusion.markdown(f"**{text.plain(said, 800)}**")
    listing.draw_list(entries, choice)
    parts.draw_result(data, test, result, said)


results()
forecast_chip.fill(verdict, data)
