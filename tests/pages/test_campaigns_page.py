"""The campaigns page: plan, keep, order, split a budget, save and load."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from retention import (
    MeasuredLift,
    Offer,
    SavedPlan,
    assign_segments,
    campaigns_from_json,
    campaigns_to_json,
    contacts,
    fit_cltv,
    learned_lift,
    plan_campaign,
    predict_cltv,
    reorders_due,
    signals,
    strategies,
    summarise_customers,
    suppressions,
    usual_campaign,
    wording,
)
from retention.products.due import due_columns
from retention.view.campaigns.parts import PARTS
from tests.pages.steps import (
    as_read,
    button,
    explained,
    loaded_app,
    metrics,
    open_app,
    open_page,
    order_file,
    select,
    set_for_the_store,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/campaigns.py"
CALENDAR = "pages/campaign_calendar.py"


@pytest.fixture
def store():
    """The page with the sample store."""
    return button(open_page(PAGE), "Load the sample store").click().run()


@pytest.fixture(scope="module")
def orders():
    return shared_sample("store")


def slider(at, label):
    return next(found for found in at.slider if found.label.startswith(label))


def how_far(at):
    return next(found for found in at.segmented_control if found.label == "How far down the list")


def verdict(at):
    return next(
        html.value
        for html in at.get("html")
        if "plan-gain" in str(html.value) and "<style" not in html.value
    )


def on_table(at):
    return at.session_state["campaign_on_table"]


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    assert "Whom to address" in words(at)


def test_the_page_shows_the_plan_of_the_engine(store, orders):
    assert not store.exception
    customers = summarise_customers(orders)
    model = fit_cltv(customers, on_model(store))
    labels = assign_segments(customers, predict_cltv(model, customers, intervals=False))
    campaign = on_table(store)
    assert campaign.segments == ("At risk",)
    left_out = suppressions(
        campaign, customers, as_of=orders.end, signals=signals(orders), contacts=contacts(orders)
    )
    plan = plan_campaign(
        model, customers, campaign, labels["stage"] == "at_risk", left_out=left_out
    )
    shown = metrics(store)
    assert shown["Reach"] == f"{plan.economics.customers:,}"
    assert shown["Break-even lift"] == f"{plan.economics.break_even_lift * 100:.3g} in 100"
    assert f"{plan.economics.customers:,} customers addressed" in verdict(store)
    assert explained(store)


def on_model(at):
    """Which purchase model the page's "auto" has picked."""
    from retention.evaluation.backtest import backtest

    return backtest(shared_sample("store"), purchase_model="auto").purchase_model


def test_no_lift_costs_its_contacts_and_offers_and_nobody_is_worth_it(store):
    slider(store, "Lift").set_value(0.0).run()
    assert not store.exception
    assert any("Nobody is worth addressing" in str(html.value) for html in store.get("html"))
    how_far(store).set_value("Everybody").run()
    assert "loses" in verdict(store)
    assert metrics(store)["Persuaded"] == "0.0"


def test_more_lift_gains_more(store):
    gains = []
    for lift in (5.0, 15.0):
        slider(store, "Lift").set_value(lift).run()
        gains.append(metrics(store)["Return"])
    assert float(gains[0].replace("−", "-")) < float(gains[1])


def test_another_strategy_brings_its_sequence_offers_and_channel(store):
    usual = usual_campaign("messages")
    store.session_state["plan_part"] = "Messages"
    select(store, "Strategy").set_value("messages").run()
    campaign = on_table(store)
    assert not store.exception
    assert campaign.channel == usual.channel == "sms"
    assert len(campaign.messages) == len(usual.messages)
    strategy = next(one for one in strategies() if one.key == "messages")
    assert strategy.evidence in words(store)
    for rail in strategy.guard_rails:
        assert rail in words(store)


def test_a_campaign_of_ones_own_keeps_what_is_set_and_claims_no_evidence(store):
    store.session_state["plan_part"] = "Messages"
    slider(store, "Lift").set_value(7.0).run()
    before = on_table(store)
    select(store, "Strategy").set_value("").run()
    assert not store.exception
    own = on_table(store)
    assert (own.strategy, own.name) == ("", "Own campaign: At risk")
    assert replace(own, strategy=before.strategy, name=before.name) == before
    assert "the playbook has no evidence for it" in words(store)
    assert "What is known of" not in words(store)
    select(store, "Strategy").set_value("reactivation").run()
    assert on_table(store).name == "Reactivation: At risk"
    assert "What is known of" in words(store)
    button(store, "Keep this campaign").click().run()
    select(store, "Strategy").set_value("").run()
    assert (on_table(store).strategy, on_table(store).name) == ("", "Reactivation: At risk")


def test_kept_campaigns_take_their_customers_and_share_a_budget(store):
    assert button(store, "Keep this campaign").proto.type == "primary"
    button(store, "Keep this campaign").click().run()
    assert button(store, "Keep the changes").proto.type == "secondary"  # there are none yet
    first = metrics(store)["Reach"]
    button(store, "Plan another one").click().run()
    assert on_table(store).segments == ("Lapsed",)
    store.session_state["plan_part"] = "Left out"
    store.multiselect[0].set_value(["At risk", "Lapsed"]).run()
    assert "In “Reactivation: At risk”" in words(store)
    button(store, "Keep this campaign").click().run()
    assert len(store.session_state["campaigns_kept"]) == 2
    store.switch_page(CALENDAR).run()
    assert not store.exception
    said = words(store)
    assert f"{first} customers, cost" in said
    assert "more than an even split" in "".join(str(html.value) for html in store.get("html"))


def test_the_campaigns_cut_to_a_budget_keep_within_it(store, orders):
    button(store, "Keep this campaign").click().run()
    button(store, "Plan another one").click().run()
    # The second one may address whom the first one lets go.
    store.multiselect[0].set_value(["All customers"]).run()
    select(store, "Main offer").set_value("percentage").run()
    button(store, "Keep this campaign").click().run()
    store.switch_page(CALENDAR).run()
    assert "Some customers are in several campaigns" in words(store)
    budget = store.slider(key="plan_budget").value
    button(store, "Cut the campaigns to the best split").click().run()
    assert not store.exception
    kept = store.session_state["campaigns_kept"]
    assert "return" in [one.ranked_by for one in kept]
    costs = re.findall(r"cost \$([\d.,]+)(k?)", words(store).replace("\\", ""))
    assert len(costs) == 2
    spent = sum(
        float(amount.replace(",", "")) * (1000 if thousand else 1) for amount, thousand in costs
    )
    assert 0.9 * budget < spent <= 1.01 * budget


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_a_campaign_for_which_a_budget_has_nothing_takes_nobody_the_others_let_go(store, share):
    first = usual_campaign("reactivation", segments=("At risk", "Lapsed"), order_value=30.0)
    first = replace(first, name="One", terms=replace(first.terms, lift=0.05))
    costly = replace(first.terms, contact_cost=0.05, offer=Offer("percentage", 0.1))
    store.session_state["campaigns_kept"] = (
        first,
        replace(first, name="Two", segments=("At risk",), terms=costly),
        replace(first, name="Three", segments=("Big spender",), terms=costly),
    )
    store.switch_page(CALENDAR).run()
    box = store.slider(key="plan_budget")
    box.set_value(box.min + round(share * (box.max - box.min) / box.step) * box.step).run()
    budget = store.slider(key="plan_budget").value
    button(store, "Cut the campaigns to the best split").click().run()
    assert not store.exception
    costs = re.findall(r"cost \$([\d.,]+)(k?)", words(store).replace("\\", ""))
    assert len(costs) == len(store.session_state["campaigns_kept"]) >= 1
    spent = sum(
        float(amount.replace(",", "")) * (1000 if thousand else 1) for amount, thousand in costs
    )
    assert 0 < spent <= 1.01 * budget


def test_the_list_can_be_ranked_by_what_a_unit_of_cost_brings(store):
    how_far(store).set_value("Own cut").run()
    by = next(one for one in store.segmented_control if one.label == "Ranked by")
    assert by.value == "Gain"
    slider(store, "Customers, the first in the list").set_value(20).run()
    gain, cost = metrics(store)["Return"], metrics(store)["Cost"]
    next(one for one in store.segmented_control if one.label == "Ranked by").set_value(
        "Gain for the cost"
    ).run()
    assert not store.exception
    assert on_table(store).ranked_by == "return"
    assert (metrics(store)["Return"], metrics(store)["Cost"]) != (gain, cost)
    assert float(metrics(store)["Return"]) >= float(gain)


def test_a_new_name_holds_out_the_same_customers(store):
    how_far(store).set_value("Everybody").run()
    before = metrics(store)
    store.text_input(
        key=next(box.key for box in store.text_input if box.label == "Name")
    ).set_value("Win back").run()
    assert on_table(store).name == "Win back"
    assert metrics(store) == before


def test_several_segments_can_be_given_a_campaign_each(store):
    button(store, "Keep this campaign").click().run()
    how_far(store).set_value("Everybody").run()
    store.multiselect[0].set_value(["Lapsed", "At risk"]).run()
    both = on_table(store)
    button(store, "Plan one for each").click().run()
    assert not store.exception
    lapsed, at_risk = store.session_state["campaigns_kept"]
    assert [one.name for one in (lapsed, at_risk)] == [
        "Reactivation: Lapsed",
        "Reactivation: At risk",
    ]
    assert [one.segments for one in (lapsed, at_risk)] == [("Lapsed",), ("At risk",)]
    assert lapsed.terms.lift < both.terms.lift < at_risk.terms.lift == 0.05
    assert lapsed.messages == at_risk.messages == both.messages
    assert "2. Reactivation: At risk" in words(store)
    store.switch_page(CALENDAR).run()

    # With a lift that the marketer has set, every campaign has it.
    button(store, "Delete").click().run()
    button(store, "Delete").click().run()
    store.switch_page(PAGE).run()
    store.multiselect[0].set_value(["Lapsed", "At risk"]).run()
    slider(store, "Lift").set_value(7.0).run()
    button(store, "Plan one for each").click().run()
    kept = store.session_state["campaigns_kept"]
    assert [one.terms.lift for one in kept] == [pytest.approx(0.07)] * 2


def test_the_calendar_begins_on_the_day_of_the_marketers_choice(store, orders):
    store.session_state["plan_part"] = "Messages"
    store.run()
    soonest = max(orders.end + timedelta(days=1), date.today())
    assert store.date_input[0].value == store.date_input[0].min == soonest
    assert on_table(store).starts_on is None
    expected = metrics(store)
    later = soonest + timedelta(days=20)
    store.date_input[0].set_value(later).run()
    assert not store.exception
    assert on_table(store).starts_on == later
    assert f"From {later.day} {later:%b %Y}" in words(store)
    assert f"Your file ends on {wording.day(orders.end)}" in words(store)
    assert "before you send" in words(store)
    assert metrics(store) == expected
    store.session_state["plan_part"] = "Result"
    store.run()
    assert on_table(store).starts_on == later
    store.session_state["plan_part"] = "Messages"
    store.run()
    assert store.date_input[0].value == later
    store.date_input[0].set_value(soonest).run()
    assert on_table(store).starts_on is None


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_planner_says_what_it_shows(store, part):
    store.session_state["plan_part"] = part
    store.run()
    assert not store.exception
    titles = {
        "Result": "What it brings",
        "Size and lift": "How much lift it takes",
        "Messages": "When they would order anyway",
        "Money or percent": "Money or a percentage",
        "Left out": "held out at random",
    }
    assert titles[part] in words(store)


def test_a_list_and_quiet_days_leave_customers_alone(store):
    store.session_state["plan_part"] = "Left out"
    store.multiselect[0].set_value(["Repeat", "Loyal"]).run()
    how_far(store).set_value("Everybody").run()
    before = int(metrics(store)["Reach"])
    slider(store, "Days to leave alone").set_value(60).run()
    quiet = int(metrics(store)["Reach"])
    assert quiet < before
    assert "Ordered in the last 60 days" in words(store)
    ids = store.session_state["loaded_orders"].customers.index
    store.file_uploader[0].set_value(
        ("out.csv", ("Email\n" + "\n".join(ids)).encode(), "text/csv")
    ).run()
    assert "Nobody is left to address" in words(store)
    assert not store.exception


def test_a_kept_campaign_can_be_changed_and_deleted(store):
    button(store, "Keep this campaign").click().run()
    slider(store, "Lift").set_value(9.0).run()
    button(store, "Keep the changes").click().run()
    kept = store.session_state["campaigns_kept"]
    assert [campaign.terms.lift for campaign in kept] == [pytest.approx(0.09)]
    store.switch_page(CALENDAR).run()
    button(store, "Change").click().run()
    assert slider(store, "Lift").value == 9.0
    store.switch_page(CALENDAR).run()
    button(store, "Delete").click().run()
    assert store.session_state["campaigns_kept"] == ()
    assert "No campaign is planned, and 2 have gone out." in words(store)


def test_a_plan_is_loaded_from_its_file_and_a_wrong_file_is_refused(store):
    store.switch_page(CALENDAR).run()
    plan = usual_campaign("deals", name="<b>Sunday</b>", segments=("Discount shopper", "At risk"))
    store.file_uploader[0].set_value(
        ("plan.json", campaigns_to_json(SavedPlan((plan,))), "application/json")
    ).run()
    kept = (replace(plan, holdout_key=plan.name),)
    assert store.session_state["campaigns_kept"] == kept
    assert "<b>Sunday</b>" in words(store)
    # What is on the table is of the plan, too, and not what was begun before it came.
    assert on_table(store) == kept[0]
    store.file_uploader[0].set_value(("plan.json", b"nonsense", "application/json")).run()
    assert "not JSON" in words(store)
    assert store.session_state["campaigns_kept"] == kept


def test_a_plan_for_segments_that_are_not_here_says_so_and_keeps_the_others(store):
    plans = [
        usual_campaign("deals", name=name, segments=(segment,))
        for name, segment in (("A", "Own: Tea"), ("B", "Lapsed"))
    ]
    store.switch_page(CALENDAR).run()
    store.file_uploader[0].set_value(
        ("plan.json", campaigns_to_json(SavedPlan(tuple(plans))), "application/json")
    ).run()
    assert not store.exception
    assert "no own segment" in words(store)
    assert "customers, cost" in words(store)


def test_new_customers_have_a_highest_cost_by_channel(store):
    store.session_state["channels_part"] = ":material/person_add: What a new customer may cost"
    store.switch_page("pages/channels.py").run()
    assert not store.exception
    assert any("A new customer may cost" in str(html.value) for html in store.get("html"))


def test_without_a_model_there_is_no_plan_but_a_reason():
    rows = [f"{n},c{n}@x.example,2026-01-{n:02d},10" for n in range(1, 13)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "cannot be planned" in words(at)
    assert not at.slider


def _shop(header, contact):
    """A shop of 300 customers with an order a month at random, and what `contact` says of each."""
    rng = np.random.default_rng(5)
    rows = []
    for n in range(300):
        first = int(rng.integers(0, 300))
        for day in [first, *(first + np.cumsum(rng.integers(15, 90, rng.integers(0, 6))))]:
            if day < 400:
                placed = date(2025, 1, 1) + timedelta(days=int(day))
                rows.append(f"{len(rows)},{n},{placed},{rng.integers(10, 90)}{contact(n)}")
    return order_file(rows, f"Order,Customer ID,Date,Total{header}")


def test_without_contact_details_the_plain_file_goes_by_customer_numbers():
    at = loaded_app(_shop("", lambda n: "")).switch_page(PAGE).run()
    assert not at.exception
    assert "hold no e-mail address" in words(at)
    at.session_state["plan_place"] = ":material/contact_mail: Audience files"
    at.run()
    assert not at.exception
    assert "goes by customer numbers" in words(at)
    assert select(at, "For").value == "plain"
    assert "Country of customers without one" not in words(at)
    select(at, "For").set_value("klaviyo").run()
    assert not at.exception
    assert "there is nothing to download" in words(at)


def test_phones_without_a_country_code_count_once_the_country_is_given():
    at = loaded_app(_shop(",Phone", lambda n: f",081 234 {5000 + n}")).switch_page(PAGE).run()
    select(at, "Channel").set_value("sms").run()
    at.session_state["plan_part"] = "Left out"
    at.run()
    assert "No valid phone number" in words(at)
    assert "give the country" in words(at)
    assert "Country of customers without one: not chosen." in words(at)
    at = set_for_the_store(at, PAGE, country="TH")
    at.session_state["plan_part"] = "Left out"
    at.run()
    assert not at.exception
    assert "No valid phone number" not in words(at)
    how_far(at).set_value("Everybody").run()
    reach = int(metrics(at)["Reach"])
    assert reach
    at.session_state["plan_place"] = ":material/contact_mail: Audience files"
    at.run()
    assert "Country of customers without one: Thailand." in words(at)
    at.selectbox(key="audience_platform_without_mail").set_value("klaviyo").run()
    assert not at.exception
    assert f"{reach} customers** in the file" in words(at)


def test_likely_next_products_are_an_option_where_the_file_names_products():
    at = loaded_app(_shop("", lambda n: "")).switch_page(PAGE).run()
    at.session_state["plan_place"] = ":material/contact_mail: Audience files"
    at.run()
    assert "Add products: due and likely next" not in [box.label for box in at.checkbox]
    with_products = _shop(",Product,E-mail", lambda n: f",Tea {n % 5},c{n}@example.com")
    at = loaded_app(with_products).switch_page(PAGE).run()
    how_far(at).set_value("Everybody").run()
    at.session_state["plan_place"] = ":material/contact_mail: Audience files"
    at.run()
    assert select(at, "For").value == "klaviyo"
    at.checkbox(key="audience_next_products_False").check().run()
    assert not at.exception
    assert "person|lookup:'next_product_1'" in words(at)
    assert "person|lookup:'due_product'" in words(at)
    select(at, "For").set_value("meta").run()
    assert not at.exception
    assert "Add products: due and likely next" not in [box.label for box in at.checkbox]


def test_a_reminder_names_what_is_due(front):
    page = (
        button(front, "Open the sample store").click().run().switch_page("pages/products.py").run()
    )
    label = next(b.label for b in page.button if b.label.startswith("Plan a campaign for"))
    at = button(page, label).click().run()
    at.session_state["plan_place"] = ":material/contact_mail: Audience files"
    at = at.switch_page(PAGE).run()
    assert not at.exception
    assert at.checkbox(key="audience_next_products_True").value
    data = at.session_state["loaded_orders"]
    due = due_columns(reorders_due(data.orders, weeks=["this week"]))
    assert due.loc[due.index[0], "due_product"]
    assert "person|lookup:'due_product'" in words(at)


def test_saved_plans_are_plain_json():
    content = campaigns_to_json(SavedPlan((usual_campaign("reactivation"),)))
    assert json.loads(content)["campaigns"][0]["strategy"] == "reactivation"
    assert len(campaigns_from_json(content).campaigns) == 1


def test_a_small_audience_is_told_that_its_holdout_proves_nothing(store):
    assert "hardly prove anything" in words(store) or "to show" in words(store)
    store.slider(key=holdout_key(store)).set_value(0).run()
    assert not store.exception
    assert "Nobody is held out, so this campaign will not show what it brings." in words(store)


def holdout_key(at):
    return next(slider.key for slider in at.slider if slider.key.startswith("plan_holdout"))


def test_a_plan_says_when_to_look_and_takes_the_test_that_is_proposed(store):
    store.multiselect[0].set_value(["All customers"]).run()
    how_far(store).set_value("Everybody").run()
    slider(store, "Lift").set_value(4.0).run()
    campaign = on_table(store)
    end = store.session_state["loaded_orders"].orders.end
    look = campaign.first_day(end) + timedelta(days=campaign.window_days)
    said = words(store)
    assert "held out of" in said
    assert f"and {campaign.window_days} days, the test shows" in said
    assert f"Look on {wording.day(look)}." in said
    proposal = next(b for b in store.button if str(b.key).startswith("take_test"))
    label = re.fullmatch(r"Hold out (\d+)% for (\d+) days", proposal.label)
    share, days = (int(number) for number in label.groups())
    proposal.click().run()
    assert not store.exception
    taken = on_table(store)
    assert taken.holdout_share == pytest.approx(share / 100)
    assert taken.window_days == days
    assert slider(store, "Held out").value == share
    assert not [b for b in store.button if str(b.key).startswith("take_test")]
    assert "so it should show" in words(store)


def told_of_the_test(at):
    """What the page says of the plan's test, as it is read."""
    return next((as_read(c.value) for c in at.caption if "held out" in c.value.lower()), "")


@pytest.mark.parametrize("shop", ["Load the sample store", "Open CDNOW"])
def test_advice_on_the_test_holds_once_it_is_followed(shop):
    """Whichever segment and lift a plan has: what is advised to show its lift then shows it."""
    start = open_page(PAGE) if "sample" in shop else open_app().run()
    at = button(start, shop).click().run().switch_page(PAGE).run()
    followed = set()
    some = ("All customers", "At risk", "High order value", "Discount shopper", "Lapsed")
    for segment in [name for name in some if name in at.multiselect[0].options]:
        for lift in (None, 3.0):
            at.multiselect[0].set_value([segment]).run()
            if lift is not None:
                slider(at, "Lift").set_value(lift).run()
            said = told_of_the_test(at)
            other = re.search(
                r"Choose “(.+)” instead and hold out (\d+)% of its ([\d,]+) customers: that test "
                r"should show its lift of (\S+ in 100)\.",
                said,
            )
            if other is not None:
                name, share, customers, promised = other.groups()
                at.multiselect[0].set_value([name]).run()
                slider(at, "Held out").set_value(int(share)).run()
                now = told_of_the_test(at)
                assert f"held out of {customers} and" in now, (segment, lift)
                assert f"You assume {promised}, so it should show." in now, (segment, lift)
                followed.add("another segment")
            elif re.search(r"Hold out \d+% for \d+ days to show", said):
                next(b for b in at.button if str(b.key).startswith("take_test")).click().run()
                assert "so it should show" in told_of_the_test(at), (segment, lift)
                followed.add("another share")
            assert not at.exception
    assert "another segment" in followed


def test_a_wider_audience_is_promised_its_own_lift_and_no_other(store):
    """Those at risk start from 5 in 100, and all customers from less: many of them have lapsed."""
    assert "You assume 5 in 100" in told_of_the_test(store)
    said = told_of_the_test(store)
    assert "Choose “All customers” instead" in said
    assert said.endswith("that test should show its lift of 2 in 100.")


def lifts_of(*measured, stages=("at_risk",)):
    return tuple(
        MeasuredLift(
            name=f"Test {number}",
            strategy="reactivation",
            stages=stages,
            lift=lift,
            standard_error=error,
            addressed=900,
            held_out=300,
            end=date(2026, 6, 1),
        )
        for number, (lift, error) in enumerate(measured)
    )


def test_a_plan_starts_from_the_lift_that_tests_have_measured(store):
    assumed = on_table(store).terms.lift
    lifts = lifts_of((0.031, 0.016), (0.025, 0.012))
    store.session_state["measured_lifts"] = lifts
    learned = learned_lift(lifts, "reactivation", ["at_risk"])
    store.run()
    # What was planned before is the marketer's, and one click takes what the tests say.
    assert on_table(store).terms.lift == assumed
    button(store, f"Take {learned.start.lift * 100:.3g} in 100 from your tests").click().run()
    assert not store.exception
    terms = on_table(store).terms
    assert (terms.lift, terms.lift_error, terms.lift_tests) == pytest.approx(learned.start)
    assert f"From 2 tests of yours: {learned.lift * 100:.1f} in 100, 80% range" in words(store)
    assert "your tests say" in verdict(store)
    assert "Your tests say" in words(store)

    slider(store, "Lift").set_value(7.0).run()
    assert (on_table(store).terms.lift_error, on_table(store).terms.lift_tests) == (0.0, 0)
    assert "you assume 7 in 100" in verdict(store)
    slider(store, "Lift").set_value(round(learned.start.lift * 100, 1)).run()
    assert on_table(store).terms.lift_tests == 2

    # Other customers: the tests still count, and say less.
    store.multiselect[0].set_value(["Lapsed"]).run()
    assert on_table(store).terms.lift_tests == 2
    assert "of yours, on other customers:" in words(store)
    select(store, "Strategy").set_value("deals").run()
    assert on_table(store).terms.lift_tests == 0
    assert "An assumption" in words(store)


def test_a_new_campaign_and_what_to_do_this_week_start_from_the_tests(front):
    at = button(front, "Open the sample store").click().run()
    assert "rests on an assumed lift" in words(at)
    at.session_state["measured_lifts"] = lifts_of((0.02, 0.004), (0.022, 0.004))
    at.run()
    assert not at.exception
    at.switch_page(PAGE).run()
    terms = on_table(at).terms
    assert terms.lift_tests == 2
    assert terms.lift < 0.03
    assert "From 2 tests of yours" in words(at)


def test_the_holdout_says_what_each_metric_can_show(store):
    store.session_state["plan_part"] = "Left out"
    store.run()
    tables = "".join(str(html.value) for html in store.get("html"))
    assert "Smallest difference that the test shows" in tables
    assert "Revenue a customer" in tables
