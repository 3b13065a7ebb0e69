"""The Calendar: what is planned, what has gone out, and whose customers are spoken for."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from retention import Campaign, wording
from retention.experiments.campaign_test import CampaignTest
from tests.experiments.tested_shop import campaign_test, email, groups, order_csv
from tests.pages.steps import (
    as_read,
    button,
    conclusion,
    loaded_app,
    metrics,
    open_page,
    open_part,
    use_upload,
    words,
)

PLAN, CALENDAR = "pages/campaigns.py", "pages/campaign_calendar.py"
KEPT, TESTS = "campaigns_kept", "campaign_tests"
EVERYONE = Campaign("Hello", segments=("All customers",), holdout_share=0.3)
DAY = timedelta(days=1)


@pytest.fixture
def shop():
    """The shop's orders up to the middle of March."""
    return loaded_app(order_csv(date(2026, 3, 12)))


def calendar(at, *kept):
    """The Calendar of a session that has kept these campaigns."""
    if kept:
        at.session_state[KEPT] = kept
    at = at.switch_page(CALENDAR).run()
    assert not at.exception
    return at


def labels(at):
    return [found.label for found in at.button]


def out_now(name="Hello", numbers=range(50, 300), days=20, **settings):
    """A campaign that began yesterday, with every fourth customer held out."""
    start = date.today() - DAY
    frame = groups()
    frame = frame[frame["customer_id"].isin([email(number) for number in numbers])]
    frame = frame.assign(
        group=["held_out" if n % 4 == 0 else "addressed" for n in range(len(frame))]
    )
    campaign = replace(EVERYONE, name=name, window_days=days, starts_on=start, **settings)
    return CampaignTest(campaign, frame, start=start, end=start + (days - 1) * DAY)


def keep_tests(at, *tests):
    at.session_state[TESTS] = tests
    return at


# --- history ----------------------------------------------------------------------------------


def test_the_sample_stores_campaigns_stand_as_finished():
    at = button(open_page(CALENDAR), "Load the sample store").click().run()
    assert not at.exception
    assert conclusion(at).startswith("**No campaign is planned, and 2 have gone out.**")
    said = words(at)
    assert "21 Sep 2026 to 20 Oct 2026, 30 days. 636 addressed, 314 held out." in said
    assert said.index("Finished: did not work") < said.index("Finished: worked")
    assert "In order of priority" not in said
    at = button(at, "Result").click().run()
    assert not at.exception
    assert conclusion(at).startswith("**“Bonus points” did not work")


def test_a_campaign_that_has_gone_out_is_not_planned_again(shop):
    later = replace(EVERYONE, name="Later", segments=("Lapsed",))
    spring = campaign_test()
    at = calendar(keep_tests(shop, spring), spring.campaign, later)
    said = words(at)
    assert conclusion(at).startswith("1 campaign addresses ")
    assert "1. Later" in said
    assert "2. " not in said
    assert "1 Mar 2026 to 28 Mar 2026, 28 days." in said
    assert "Running: day 12 of 28. Look on 29 Mar 2026" in said
    sizes = spring.groups["group"].value_counts()
    assert f"{sizes['addressed']} addressed, {sizes['held_out']} held out." in said
    # Its first message is not the first one that goes out.
    assert f"goes out on {wording.day(date.today())}" in conclusion(at)
    assert at.get("vega_lite_chart")


def test_what_has_gone_out_is_in_no_file_and_no_budget(shop, monkeypatch):
    written = []
    monkeypatch.setattr(
        "retention.view.campaigns.saving.campaigns_to_json",
        lambda plan: written.append(plan) or json.dumps({}),
    )
    later = replace(EVERYONE, name="Later", segments=("Lapsed",))
    later = replace(later, terms=replace(later.terms, lift=0.2, contact_cost=0.1))
    spring = campaign_test()
    at = calendar(keep_tests(shop, spring), spring.campaign, later)
    assert [[one.name for one in plan.campaigns] for plan in written] == [["Later"]]
    tables = str(next(html.value for html in at.get("html") if "<table" in str(html.value)))
    assert "Later" in tables
    assert "Spring mail" not in tables


def test_groups_without_newer_orders_are_said_to_be_out(shop):
    at = calendar(keep_tests(shop, out_now()), EVERYONE)
    assert conclusion(at).startswith("**No campaign is planned, and 1 has gone out.**")
    assert f"Gone out on {wording.day(date.today() - DAY)}: no newer orders yet" in words(at)
    at = at.switch_page("pages/results.py").run()
    assert at.dataframe[0].value["state"].iloc[0] == "No newer orders yet"


# --- whose customers are spoken for -----------------------------------------------------------


def reach(at, campaign):
    """How many customers a campaign may address, as the planner counts them."""
    at.session_state["campaign_on_table"] = campaign
    at.session_state["plan_part"] = "Left out"
    at = at.switch_page(PLAN).run()
    assert not at.exception
    return int(metrics(at)["Reach"].replace(",", ""))


def test_whoever_a_running_campaign_has_is_left_out_until_its_last_day(shop):
    plan = replace(EVERYONE, name="Next", holdout_share=0.0)
    before = reach(shop, plan)
    test = out_now()
    members = len(test.groups)
    assert reach(keep_tests(shop, test), plan) == before - members
    reason = f"{members}: Still in “Hello” until {wording.day(test.end)}"
    assert reason in words(shop)
    assert reach(shop, replace(plan, starts_on=test.end)) == before - members
    assert reach(shop, replace(plan, starts_on=test.end + DAY)) == before
    assert "Still in" not in words(shop)


def test_a_campaign_that_is_over_holds_nobody(shop):
    plan = replace(EVERYONE, name="Next", holdout_share=0.0)
    before = reach(shop, plan)
    assert reach(keep_tests(shop, campaign_test()), plan) == before


# --- groups that are kept for a later day -----------------------------------------------------


def test_a_campaign_with_kept_groups_is_planned_with_them_and_on_their_day(shop):
    start = date.today() + 9 * DAY
    mail = replace(EVERYONE, segments=("Lapsed",), starts_on=start)
    at = calendar(shop, mail, replace(EVERYONE, name="Other", holdout_share=0.0))
    at = button(at, "It goes out").click().run()
    (test,) = at.session_state[TESTS]
    sizes = test.groups["group"].value_counts()
    # Newer orders, of customers who are not in the groups.
    at.session_state[KEPT] = at.session_state[KEPT][::-1]
    at = other_orders(at, order_csv())
    at = calendar(at)
    said = words(at)
    assert "2. Hello" in said
    assert f"1 message in 30 days, from {wording.day(start)}" in said
    assert f"{sizes['addressed']} customers, cost" in said
    # Whoever is in them is in no other plan, though that one comes first.
    others = at.session_state["loaded_orders"].customers.index
    free = len(others) - others.isin(test.groups["customer_id"]).sum()
    assert 0 < free < len(others)
    assert f"{free} customers, cost" in said
    assert "Customers of a campaign whose groups are kept stay with it." in said
    assert "1. Other" in said
    at = change(at)
    at.session_state["plan_part"] = "Left out"
    at = at.run()
    assert f"{len(test.groups)}: In “Hello”" in words(at)


def change(at):
    """The planner with the first campaign of the Calendar."""
    at = button(at, "Change").click().run()
    return at.switch_page(PLAN).run()


def other_orders(at, content):
    """The session with other orders loaded."""
    at.query_params["load"] = "other"
    at = at.switch_page("app.py").run()
    at = use_upload(at, content)
    at.query_params.clear()
    return at


def test_the_planner_shows_kept_groups_until_something_changes(shop):
    start = date.today() + 9 * DAY
    at = calendar(shop, replace(EVERYONE, starts_on=start))
    at = button(at, "It goes out").click().run()
    (test,) = at.session_state[TESTS]
    at = calendar(other_orders(at, order_csv()))
    at = change(at)
    assert metrics(at)["Reach"] == wording.count((test.groups["group"] == "addressed").sum())
    assert f"It goes out on {wording.day(start)}, and both groups are kept." in words(at)
    assert f"Look on {wording.day(test.window.look_on)}." in words(at)
    at = button(at, "Keep the changes").click().run()
    assert at.session_state[TESTS] == (test,)
    at = next(s for s in at.slider if s.label == "Held out").set_value(45).run()
    assert "Keeping the changes draws them anew" in words(at)
    at = button(at, "Keep the changes").click().run()
    (anew,) = at.session_state[TESTS]
    assert anew.start == test.start
    assert (anew.groups["group"] == "held_out").mean() == pytest.approx(0.45, abs=0.01)
    assert "Keeping the changes" not in words(at)


def test_files_of_kept_groups_hold_them_until_they_are_drawn_anew(shop):
    start = date.today() + 9 * DAY
    at = calendar(shop, replace(EVERYONE, starts_on=start))
    at = button(at, "It goes out").click().run()
    (test,) = at.session_state[TESTS]
    at = calendar(other_orders(at, order_csv()))
    at = open_part(change(at), "plan_place", "Audience files")
    addressed = (test.groups["group"] == "addressed").sum()
    assert "these files hold the kept groups" in words(at)
    assert f"{wording.count(addressed)} customers in the plan" in as_read(words(at))
    at = button(at, "Draw them anew").click().run()
    assert at.session_state[TESTS] == ()
    assert "A download keeps both groups" in words(at)


def test_a_plan_that_is_deleted_before_its_day_goes_out_to_nobody(shop):
    at = calendar(shop, replace(EVERYONE, starts_on=date.today() + 9 * DAY))
    at = button(at, "It goes out").click().run()
    at = button(at, "Delete").click().run()
    assert at.session_state[TESTS] == ()
    assert at.session_state[KEPT] == ()


def test_a_budget_leaves_kept_groups_as_they_are(shop):
    mail = replace(EVERYONE, segments=("Lapsed",), starts_on=date.today() + 9 * DAY)
    mail = replace(mail, terms=replace(mail.terms, lift=0.2, contact_cost=0.1))
    at = calendar(shop, mail, replace(mail, name="Other", segments=("All customers",)))
    at = button(at, "It goes out").click().run()
    assert "The groups of 1 campaign are kept, for" in words(at)
    at = button(at, "Cut the campaigns to the best split").click().run()
    assert not at.exception
    first, other = at.session_state[KEPT]
    assert first == mail
    assert isinstance(other.size, int)
    assert len(at.session_state[TESTS]) == 1


# --- what can be done with history ------------------------------------------------------------


def test_plan_it_again_is_a_copy_with_a_name_and_a_draw_of_its_own(shop):
    spring = campaign_test()
    at = calendar(keep_tests(shop, spring), spring.campaign)
    assert "Change" not in labels(at)
    at = button(at, "Plan it again").click().run()
    assert not at.exception
    copy = at.session_state["campaign_on_table"]
    assert (copy.name, copy.holdout_key) == ("Spring mail 2", "Spring mail 2")
    assert copy.starts_on is None
    assert copy.segments == spring.campaign.segments
    assert at.session_state["campaign_edited"] is None
    at = button(at, "Keep this campaign").click().run()
    at = calendar(at)
    assert "1. Spring mail 2" in words(at)
    assert at.session_state[TESTS] == (spring,)


def test_the_planner_changes_nothing_of_what_has_gone_out(shop):
    spring = campaign_test()
    at = keep_tests(shop, spring)
    at.session_state[KEPT] = (spring.campaign,)
    at.session_state["campaign_on_table"] = spring.campaign
    at.session_state["campaign_edited"] = spring.name
    at = at.switch_page(PLAN).run()
    assert not at.exception
    assert conclusion(at).startswith("**“Spring mail” went out on 1 Mar 2026.**")
    assert "Keep the changes" not in labels(at)
    assert not at.slider
    at = open_part(at, "plan_place", "Audience files")
    assert "the groups of that day stay: these files hold them." in words(at)
    addressed = (spring.groups["group"] == "addressed").sum()
    assert f"{addressed} customers in the plan" in words(at)
    at = open_part(at, "plan_place", "Plan a campaign")
    at = button(at, "Plan it again").click().run()
    assert at.session_state["campaign_on_table"].name == "Spring mail 2"
    assert "customers addressed" in "".join(str(html.value) for html in at.get("html"))


def test_a_new_campaign_cannot_take_the_name_of_one_that_has_gone_out(shop):
    at = keep_tests(shop, campaign_test()).switch_page(PLAN).run()
    name = next(box for box in at.text_input if box.label == "Name")
    at = name.set_value("Spring mail").run()
    assert not at.exception
    assert "Another campaign is called “Spring mail”." in words(at)
    assert button(at, "Keep this campaign").disabled


def test_deleting_history_asks_and_takes_the_result_along(shop):
    spring = campaign_test()
    at = calendar(keep_tests(shop, spring), spring.campaign)
    assert "will be deleted, with its groups, its result and what it taught." in words(at)
    at = button(at, "Delete it and its result").click().run()
    assert not at.exception
    assert at.session_state[TESTS] == ()
    assert at.session_state[KEPT] == ()
    assert "No campaign is kept yet" in words(at)


def test_priority_moves_past_what_has_gone_out(shop):
    spring = campaign_test()
    one, two = (replace(EVERYONE, name=name, segments=("Lapsed",)) for name in ("One", "Two"))
    at = calendar(keep_tests(shop, spring), one, spring.campaign, two)
    at = at.button(key="campaign_move_1_-1").click().run()
    assert [kept.name for kept in at.session_state[KEPT]] == ["Two", "One", "Spring mail"]
    said = words(at)
    assert said.index("1. Two") < said.index("2. One")


def test_a_list_from_elsewhere_stands_there_without_a_plan(shop):
    listed = campaign_test("Their mail")
    listed = replace(listed, campaign=replace(listed.campaign, segments=(), strategy=""))
    at = calendar(keep_tests(shop, listed))
    assert "Their mail" in words(at)
    assert "Plan it again" not in labels(at)


def test_what_to_do_this_week_leaves_alone_whoever_is_in_a_running_campaign(front):
    at = button(front, "Open the sample store").click().run()
    everybody = at.session_state["loaded_orders"].customers.index.to_series()
    start = date.today() - DAY
    frame = pd.DataFrame(
        {"customer_id": everybody.iloc[::2].to_numpy(), "group": "addressed"}
    ).reset_index(drop=True)
    test = CampaignTest(replace(EVERYONE, starts_on=start), frame, start, start + 9 * DAY, "")
    before = words(at)
    assert "still in “Hello” until" not in before
    at = keep_tests(at, *at.session_state[TESTS], test).run()
    assert not at.exception
    assert f"still in “Hello” until {wording.day(test.end)}" in words(at)


def test_a_first_day_that_has_passed_and_a_name_that_is_taken_are_doubted(shop):
    spring = campaign_test()
    passed = replace(EVERYONE, starts_on=date(2026, 3, 2))
    at = calendar(
        keep_tests(shop, spring), passed, replace(EVERYONE, name=spring.name, holdout_key="Another")
    )
    said = words(at)
    assert "Its first day was 2 Mar 2026. If it went out then, let Results draw its" in said
    assert "Another campaign of this name has gone out" in said
    assert "1 Mar 2026 to 28 Mar 2026, 28 days." in said
