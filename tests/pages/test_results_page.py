"""Results: what campaigns brought, from groups that were kept and from lists of other tools."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from retention import Campaign, SegmentRules, wording
from retention.experiments.campaign_test import MeasuredLift
from tests.experiments.tested_shop import END, START, campaign_test, groups, order_csv
from tests.pages.steps import (
    as_read,
    button,
    conclusion,
    loaded_app,
    metrics,
    notes,
    open_part,
    words,
)

PAGE = "pages/results.py"
TESTS, LIFTS = "campaign_tests", "measured_lifts"
HOSTILE = "<img src=x onerror=alert(1)> **Bold** $x$ [a](b) :red[r]"


def shop(until=None):
    """A session with the shop's orders, up to a day."""
    return loaded_app(order_csv() if until is None else order_csv(until))


def results(at, *tests):
    """The page of results of a session that has kept these tests."""
    if tests:
        at.session_state[TESTS] = tests
    at = at.switch_page(PAGE).run()
    assert not at.exception
    return at


def pages_linked(at):
    return [link.proto.label for link in at.get("page_link")]


def tables(at):
    """The HTML on the page, with the table of metrics in it."""
    return "\n".join(str(element.proto.body) for element in at.get("html"))


def test_nothing_kept_says_how_to_begin():
    at = results(shop())
    assert "No campaign has gone out yet" in conclusion(at)
    assert "Plan a campaign" in pages_linked(at)
    assert next(part for part in at.expander if "from a list" in part.label)


def test_the_sample_store_tells_its_story_at_once(front):
    at = button(front, "Open the sample store").click().run()
    assert "Your campaigns are over: “Bonus points” and “Reminder in August”" in words(at)
    at = button(at, "Read the results").click().run()
    assert not at.exception
    assert conclusion(at).startswith("**“Bonus points” did not work")
    states = at.dataframe[0].value["state"].tolist()
    assert states == ["Did not work", "Worked"]
    at = at.selectbox(key="result_open").set_value("Reminder in August").run()
    assert "“Reminder in August” worked: it brought 81 orders" in conclusion(at)
    assert metrics(at)["Extra orders"] == "+81"
    assert "Of 100 customers who would not have ordered" in words(at)
    assert {lift.name for lift in at.session_state[LIFTS]} == {
        "Bonus points",
        "Reminder in August",
    }
    assert "Read the results" not in [
        found.label for found in at.switch_page("app.py").run().button
    ]


def test_a_result_shows_groups_segments_and_checks():
    at = results(shop(), campaign_test())
    assert "“Spring mail” worked" in conclusion(at)
    assert "of the held out" in notes(at)["Bought"]
    table = tables(at)
    for label in ("Orders per customer", "Order value", "largest 1% of buyers capped"):
        assert label in table
    adjusted = table
    at = at.toggle(key="results_unadjusted").set_value(True).run()
    assert tables(at) != adjusted
    at = open_part(at, "results_part", "By segment")
    assert not at.exception
    assert "chance" in words(at)
    at = at.segmented_control(key="results_segment_metric").set_value("revenue").run()
    assert not at.exception
    at = open_part(at, "results_part", "Checks")
    assert "Sizes of the groups" in words(at)
    (lift,) = at.session_state[LIFTS]
    assert isinstance(lift, MeasuredLift)
    assert lift.stages == ("lapsed",)
    assert lift.lift > 0


def test_a_test_that_could_not_see_a_usual_lift_has_a_caution_and_no_tick(front):
    at = button(front, "Open the sample store").click().run()
    at = open_part(at.switch_page(PAGE).run(), "results_part", "Checks")
    said = words(at)
    caution = said.index("With care:")
    assert caution < said.index("Buyers among the held out") < said.index("In order, with nothing")
    assert re.search(r"nothing below \+23% can be seen, and \+\d+% is usual", said)


def test_groups_that_chance_did_not_make_teach_nothing():
    test = campaign_test()
    # The list of the held out lost two in three.
    lost = (test.groups["group"] == "held_out") & (test.groups.index % 3 > 0)
    at = results(shop(), replace(test, groups=test.groups[~lost]))
    assert "The next plan learns nothing from this test" in words(at) + " ".join(
        caption.value for caption in at.caption
    )
    assert LIFTS not in at.session_state or not at.session_state[LIFTS]


def test_a_running_test_shows_progress_and_no_verdict():
    at = results(shop(date(2026, 3, 12)), campaign_test())
    assert "is on day 12 of 28" in conclusion(at)
    assert "and not before" in conclusion(at)
    assert at.dataframe[0].value["state"].tolist() == ["Day 12 of 28"]
    assert LIFTS not in at.session_state
    assert "What was learned" not in words(at)


def test_a_planned_test_says_what_to_do():
    at = results(shop(date(2026, 2, 20)), campaign_test())
    assert "counts orders from 1 Mar 2026" in conclusion(at)
    assert "Load newer orders" in pages_linked(at)
    assert not at.metric


@pytest.mark.parametrize("until", [None, START - timedelta(days=9)])
def test_a_test_is_forgotten_by_one_button_whether_it_is_planned_or_over(until):
    at = results(shop(until), campaign_test())
    forget = [found for found in at.button if found.key == "results_forget"]
    assert [found.label for found in forget] == ["Forget it and its result"]
    at = forget[0].click().run()
    assert not at.exception
    assert at.session_state[TESTS] == ()


def test_without_a_holdout_the_page_says_that_nothing_is_proved():
    test = replace(campaign_test(), groups=groups().assign(group="addressed"), control="")
    at = results(shop(), test)
    assert "cannot be proved to have worked: nobody was held out" in conclusion(at)
    assert "Why this proves nothing" in words(at)
    assert "Expected before" in tables(at)
    assert LIFTS not in at.session_state


def test_a_kept_campaign_goes_out_and_keeps_its_groups():
    at = shop(date(2026, 2, 20))
    at.session_state["campaigns_kept"] = (Campaign("Hello", segments=("All customers",)),)
    at = results(at)
    assert "“Hello” has not gone out" in conclusion(at)
    at = button(at, "It goes out").click().run()
    (test,) = at.session_state[TESTS]
    assert test.name == "Hello"
    assert set(test.groups["group"]) == {"addressed", "held_out"}
    assert (test.end - test.start).days == 29
    assert "“Hello” counts orders from" in conclusion(at)


def test_a_campaign_whose_groups_were_not_kept_is_drawn_again():
    at = shop()
    campaign = Campaign("Hello", segments=("All customers",), window_days=20, starts_on=START)
    at.session_state["campaigns_kept"] = (campaign,)
    at = results(at)
    assert "its groups were not kept" in conclusion(at)
    at = button(at, "Draw its groups again").click().run()
    assert not at.exception
    (test,) = at.session_state[TESTS]
    assert (test.start, test.end) == (START, START + timedelta(days=19))
    assert "draw repeated from its name" in words(at)
    assert "Hello" in conclusion(at)


def test_a_customer_whose_only_order_was_cancelled_is_not_said_to_have_never_ordered():
    head, *lines = order_csv().decode().splitlines()
    lines = [f"{line},paid" for line in lines]
    lines.append(f"99999,gone@example.com,{START - timedelta(days=40)},30,cancelled")
    at = loaded_app("\n".join([f"{head},Status", *lines]).encode())
    test = campaign_test()
    test.groups.loc[len(test.groups)] = ["gone@example.com", "addressed"]
    at = results(at, test)
    assert "never ordered" not in words(at)
    assert (
        f"1 customer of them has no valid order up to {wording.day(END)}: cancelled ones do not "
        "count." in words(at)
    )


def test_hostile_names_are_letters():
    test = campaign_test(HOSTILE)
    named = groups().replace({"group": {"addressed": f"{HOSTILE} A", "held_out": f"{HOSTILE} B"}})
    at = results(shop(), replace(test, groups=named, control=f"{HOSTILE} B"))
    assert HOSTILE in conclusion(at)
    for element in [*at.markdown, *at.subheader, *at.caption]:
        assert "<img" not in str(element.value).replace("\\<", "")
    assert "<img" not in tables(at)


@pytest.fixture
def listed():
    """The groups as a mail tool writes them."""
    frame = groups().rename(columns={"customer_id": "E-mail", "group": "Variant"})
    frame["Variant"] = frame["Variant"].map({"addressed": "Mailed", "held_out": "Control"})
    return frame.to_csv(index=False).encode()


def uploaded(at, label, content):
    box = next(found for found in at.file_uploader if found.label == label)
    box.set_value([("list.csv", content, "text/csv")])
    return at.run()


def fill(at, name="From elsewhere"):
    next(box for box in at.text_input if box.label == "Name of the campaign").set_value(name)
    for label, day in (("First day", START), ("Last day that counts", END)):
        next(box for box in at.date_input if box.label == label).set_value(day)
    return at.run()


def test_a_list_of_a_mail_tool_becomes_a_test(listed):
    at = uploaded(results(shop()), "List of customers with their group", listed)
    assert not at.exception
    assert "customers with valid orders" in as_read(at.success[0].value)
    assert "groups from “Variant”" in words(at)
    assert at.radio[0].value == "Control"
    at = button(fill(at), "Measure it").click().run()
    assert not at.exception
    (test,) = at.session_state[TESTS]
    assert (test.control, test.start, test.end) == ("Control", START, END)
    assert "“From elsewhere” worked" in conclusion(at)


def with_money_off(column, cell):
    """The shop's orders with a further column, filled on every second order of the campaign."""
    head, *lines = order_csv().decode().splitlines()
    marked = [f"{head},{column}"]
    for number, line in enumerate(lines):
        in_days = str(START) <= line.split(",")[2] <= str(END)
        marked.append(f"{line},{cell if in_days and number % 2 else ''}")
    return "\n".join(marked).encode()


def choose_offer(at, name):
    """The form of a list with an offer chosen by its label."""
    box = next(found for found in at.selectbox if found.label == "Offer")
    return box.select(name).run()


def test_the_form_says_which_orders_had_money_off_and_what_the_gain_makes_of_it(listed):
    at = results(loaded_app(with_money_off("Discount Amount", "8.00")))
    at = fill(uploaded(at, "List of customers with their group", listed))
    said = words(at)
    share = re.search(r"(\d+)% of their orders in these days carried a discount, on aver", said)
    assert 35 <= int(share[1]) <= 65
    assert "on average 8.00 off." in said
    assert "The gain counts what they paid, so that money off is in it." in said
    at = choose_offer(at, "Money off")
    assert "counts these discounts, of both groups, and not the worth that you name" in words(at)
    at = choose_offer(at, "Points")
    assert "The gain counts what they paid, and your offer comes off on top." in words(at)


def test_a_coupon_without_an_amount_says_that_the_amount_is_unknown(listed):
    at = results(loaded_app(with_money_off("Coupon", "SPRING")))
    at = fill(uploaded(at, "List of customers with their group", listed))
    assert "of their orders in these days named a coupon. How much was off is unknown." in words(at)
    at = choose_offer(at, "Percentage off")
    assert "is taken to have used the offer once" in words(at)


def test_orders_without_money_off_say_nothing_of_it(listed):
    at = fill(uploaded(results(shop()), "List of customers with their group", listed))
    assert "of their orders in these days" not in words(at)


def test_a_cost_that_nobody_has_set_is_said_and_can_be_set(listed):
    at = fill(uploaded(results(shop()), "List of customers with their group", listed))
    cost = next(box for box in at.number_input if box.label.startswith("Cost of a message"))
    assert cost.value is None
    at = button(at, "Measure it").click().run()
    assumed = "A message is assumed to cost 0 until you set what it costs."
    assert assumed in words(at)
    gain = metrics(at)["Gain after cost"]
    at.number_input(key="result_cost_From elsewhere").set_value(0.5).run()
    at = button(at, "Count it").click().run()
    assert not at.exception
    assert assumed not in words(at)
    assert metrics(at)["Gain after cost"] != gain


def test_two_lists_and_who_was_really_sent_it():
    frame = groups()
    files = {
        group: frame.loc[frame["group"] == group, ["customer_id"]].to_csv(index=False).encode()
        for group in ("addressed", "held_out")
    }
    at = results(shop())
    at = at.segmented_control(key="results_list_kind").set_value("Two lists").run()
    at = uploaded(at, "Who was addressed", files["addressed"])
    at = uploaded(at, "Who was held out", files["held_out"])
    at = uploaded(fill(at), "Who was really sent it (optional)", frame.head(200).to_csv().encode())
    at = button(at, "Measure it").click().run()
    assert not at.exception
    assert "“From elsewhere” worked" in conclusion(at)
    at = open_part(at, "results_part", "Checks")
    assert "held out got the campaign" in words(at)


def test_a_list_that_cannot_be_used_changes_nothing(listed):
    at = uploaded(
        results(shop()), "List of customers with their group", b"Colour,Size\nred,1\nblue,2\n"
    )
    assert "This list cannot be read" in words(at)
    assert TESTS not in at.session_state
    at = uploaded(at, "List of customers with their group", listed)
    at = button(at, "Measure it").click().run()
    assert "Give the campaign a name" in words(at)
    assert TESTS not in at.session_state


def test_no_page_says_that_a_test_of_other_orders_can_be_measured():
    at = results(shop(), campaign_test(start=date(2024, 1, 1), end=date(2024, 2, 1)))
    assert not at.exception
    assert "Days of the test" in words(open_part(at, "results_part", "Checks"))


def test_a_customer_page_has_the_role_of_the_frozen_groups():
    at = shop()
    at.session_state[TESTS] = (campaign_test(HOSTILE),)
    at = at.switch_page("pages/customer.py").run()
    assert not at.exception
    assert any(role in tables(at) for role in ("Addressed", "Held out"))
    assert "<img src=x" not in tables(at)


def audience_files(at):
    """The planner's audience files of the campaign on the table."""
    at = at.switch_page("pages/campaigns.py").run()
    at = open_part(at, "plan_place", "Audience files")
    assert not at.exception
    return at


def test_the_files_say_that_groups_are_kept_and_which():
    at = audience_files(shop(date(2026, 2, 20)))
    assert "A download keeps both groups" in words(at)
    name = at.session_state["campaign_on_table"].name
    soon = date.today() + timedelta(days=3)
    planned = campaign_test(name, start=soon, end=soon + timedelta(days=9))
    at.session_state[TESTS] = (planned,)
    at = at.run()
    assert "Both groups were kept" in words(at)
    assert "Start again" not in [found.label for found in at.button]
    at.session_state[TESTS] = (campaign_test(name, start=date(2026, 2, 1), end=END),)
    at = at.run()
    assert "the groups of that day stay" in words(at)
    at = button(at, "Start again").click().run()
    (test,) = at.session_state[TESTS]
    assert test.start >= date.today()
    assert "Both groups were kept" in words(at)


def test_the_calendar_says_whether_a_campaign_has_gone_out():
    at = shop(date(2026, 2, 20))
    at.session_state["campaigns_kept"] = (Campaign("Hello", segments=("All customers",)),)
    at = at.switch_page("pages/campaign_calendar.py").run()
    at = button(at, "It goes out").click().run()
    assert not at.exception
    assert any("both groups are kept" in label for label in pages_linked(at))
    assert at.session_state[TESTS][0].name == "Hello"


def test_segments_are_those_of_the_thresholds_that_were_set():
    at = shop()
    at.session_state["segment_rules"] = SegmentRules(ready_days=180)
    at = results(at, campaign_test())
    assert "“Spring mail” worked" in conclusion(at)
    at = open_part(at, "results_part", "By segment")
    assert not at.exception
    assert "chance" in words(at)
    assert at.segmented_control(key="results_segment_metric")


def test_orders_without_amounts_have_no_money():
    lines = order_csv().decode().splitlines()
    content = "\n".join(line.rpartition(",")[0] for line in lines).encode()
    at = results(loaded_app(content), campaign_test())
    assert "“Spring mail” worked" in conclusion(at)
    assert "Gain after cost" not in metrics(at)
    assert "Revenue" not in tables(at).split("<thead")[1]
    for part in ("By segment", "Checks"):
        at = open_part(at, "results_part", part)
        assert not at.exception


def test_several_groups_stand_beside_the_one_that_got_nothing():
    listed = groups()
    arms = listed["group"].where(listed["group"] == "held_out", HOSTILE)
    arms.iloc[::2] = arms.iloc[::2].where(arms.iloc[::2] == "held_out", "Red")
    at = results(shop(), replace(campaign_test(), groups=listed.assign(group=arms)))
    box = next(found for found in at.segmented_control if found.label == "Group")
    assert len(box.options) == 2
    other = next(name for name in (HOSTILE, "Red") if name != box.value)
    shown = metrics(at)
    at = box.set_value(other).run()
    assert not at.exception
    assert metrics(at) != shown
    for part in ("By segment", "Checks"):
        at = open_part(at, "results_part", part)
        assert not at.exception


def test_a_campaign_of_another_shop_is_not_measured():
    elsewhere = campaign_test("Elsewhere")
    strangers = elsewhere.groups.assign(customer_id="x" + elsewhere.groups["customer_id"])
    at = results(shop(), replace(elsewhere, groups=strangers))
    assert at.dataframe[0].value["state"].tolist() == ["Cannot be measured"]
    assert "is in orders.csv. Load the orders of the shop that sent it." in as_read(words(at))
    assert not at.exception
