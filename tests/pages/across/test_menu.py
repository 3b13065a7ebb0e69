"""The menu's pages: their first sentences, the views of Segments, and the ways to a campaign."""

import pytest

from retention.playbook import strategy_of
from retention.view import page_table
from tests.pages.steps import ROOT, button, conclusion, open_page, open_part, words

VIEWS = ("segments", "ready_made", "own_segments", "rfm", "movement")
SENTENCES = {
    "segments": "are at risk or lapsed",
    "ready_made": "groups can be formed from your orders",
    "own_segments": "No segment of yours is saved yet",
    "rfm": "of your customers and brought",
    "movement": "fell from active to at risk",
    "campaign_calendar": "No campaign is planned, and 2 have gone out",
    "results": "“Bonus points” did not work",
    "cohorts": "came back within 90 days",
    "channels": "Do more of:",
    "products": "due this week",
    "lifetime_value": "Today's customers should be worth",
    "customer": "What to do now:",
}


@pytest.fixture
def store(front):
    """The front page with the sample store loaded."""
    return button(front, "Open the sample store").click().run()


def table_of(at):
    """The campaign on the planner's table."""
    return at.session_state["campaign_on_table"]


def test_every_page_begins_with_a_conclusion_in_place_of_its_question(store):
    assert "to do this week** for" in conclusion(store)
    for page, sentence in SENTENCES.items():
        at = store.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert sentence in conclusion(at), page
        assert page_table.page_of(f"pages/{page}.py").question not in words(at)


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_of_segments_opens_cold_under_the_same_heading(view):
    at = open_page(f"pages/{view}.py")
    assert not at.exception
    assert at.title[0].value == "Segments"
    links = [link.proto.label for link in at.get("page_link")]
    for name in ("Lifecycle", "Ready-made", "Mine", "RFM", "Moves"):
        assert name in links
    assert links.count("Segments") == 1


def test_groups_lead_to_a_campaign_that_is_filled_in(store):
    at = store.switch_page(
        "pages/segments.py",
    ).run()
    at = at.button(key="plan_segment").click().run()
    assert table_of(at).segments == ("At risk",)

    at = at.switch_page("pages/ready_made.py").run()
    at = at.button(key="plan_Likely to order within 30 days").click().run()
    assert table_of(at).segments == ("Likely to order within 30 days",)

    at = at.switch_page("pages/rfm.py").run()
    at = at.button(key="rfm_plan").click().run()
    group = at.session_state["own_segments"][-1].name
    assert table_of(at).segments == (f"Own: {group}",)

    at = at.switch_page("pages/own_segments.py").run()
    at = open_part(at, "own_place", "Saved")
    at = at.button(key="own_plan_0").click().run()
    assert table_of(at).segments == (f"Own: {group}",)

    at.session_state["movement_pair"] = ("repeat", "at_risk")
    at = at.switch_page("pages/movement.py").run()
    at = at.button(key="plan_movers").click().run()
    assert table_of(at).segments == ("Chosen: Repeat → At risk",)


@pytest.mark.parametrize(
    ("page", "key", "segment"),
    [
        ("cohorts", "plan_cohort", "Chosen: Cohort Oct 2026"),
        ("channels", "plan_channel", "Chosen: First channel: "),
        ("products", "plan_buyers_product", "Own: Bought "),
        ("lifetime_value", "plan_best", "Chosen: Best 10% by expected value"),
    ],
)
def test_bars_and_rows_lead_to_a_campaign_that_is_filled_in(store, page, key, segment):
    at = store.switch_page(f"pages/{page}.py").run()
    at = at.button(key=key).click().run()
    assert not at.exception
    assert table_of(at).segments[0].startswith(segment)
    # The campaign has somebody to address.
    assert "Nobody to address" not in words(at)


@pytest.mark.parametrize(
    ("page", "setting", "value", "key"),
    [
        ("segments", "segment", "Lapsed", "plan_segment"),
        ("rfm", "rfm_group", "Hibernating", "rfm_plan"),
        ("cohorts", "cohorts", "Week", "plan_cohort"),
        ("channels", "dimension", "Product", "plan_channel"),
        ("lifetime_value", "horizon", "2 years", "plan_best"),
    ],
)
def test_a_campaign_is_planned_where_the_address_holds_a_choice(store, page, setting, value, key):
    at = store.switch_page(f"pages/{page}.py")
    at.query_params[setting] = value
    at = at.run()
    assert not at.exception
    at = at.button(key=key).click().run()
    assert not at.exception
    assert table_of(at).segments


def test_a_group_of_ones_own_gets_the_strategy_that_suits_most_of_it(store):
    at = store.switch_page("pages/rfm.py")
    at.query_params["rfm_group"] = "Champions"
    at = at.run().button(key="rfm_plan").click().run()
    assert not at.exception
    # Nearly all of them are VIPs: nobody wins them back.
    assert "vip" in strategy_of(table_of(at).strategy).audience


def test_only_one_place_switches_pages():
    """Streamlit's own call ends a page whose address holds a choice."""
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "retention").rglob("*.py")]
    callers = [file.name for file in files if "st.switch_page(" in file.read_text(encoding="utf-8")]
    assert callers == ["page_table.py"]


def test_no_page_names_another_ones_old_title():
    old = ("“Own segments”", "“Customer value”", "“RFM grid”", "“Movement”", "“All campaigns”")
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "retention").rglob("*.py")]
    for file in files:
        source = file.read_text(encoding="utf-8")
        assert not [title for title in old if title in source], file
