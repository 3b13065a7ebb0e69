"""The page for own segments: built, saved, edited, loaded, deleted; little data, hostile names."""

import json
import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from retention import Campaign, Condition, Group, OwnSegment, from_json, to_csv, to_json
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.values import BY_KIND
from retention.view.own_segments import results as builder_results
from tests.pages.steps import (
    button,
    loaded_app,
    metrics,
    notes,
    open_page,
    order_file,
    use_upload,
    words,
)

PAGE = "pages/own_segments.py"
OFFERED = {
    "flag": ("yes", "no", "known", "unknown"),
    "category": ("one_of", "none_of", "known", "unknown"),
}
BUILD, SAVED, OVERLAPS = (
    ":material/tune: Build",
    ":material/bookmark: Saved",
    ":material/join_inner: Overlaps",
)


def sample():
    return button(open_page(PAGE), "Load the sample store").click().run()


def html(at):
    return unescape("".join(element.proto.body for element in at.get("html")))


def found(at):
    """The number of customers at the top, as it is shown."""
    return re.search(r"class=found>([^<]*)", html(at))[1]


def beside(at):
    """What stands beside each condition: customers of its own, and what is left."""
    return re.findall(
        r"<div class=cond><div><b>([\d,]+)</b>.*?title='[^']*'>([^<]*)</div>", html(at)
    )


def open_place(at, name):
    at.session_state["own_place"] = name
    return at.run()


def control(elements, start, place=0):
    """The control at a place among those whose key starts so."""
    return [element for element in elements if (element.key or "").startswith(start)][place]


def said(at):
    """What came of the last action."""
    return "\n".join(element.value for element in (*at.success, *at.error)).replace("\\", "")


def no_exception(at):
    assert not at.exception
    return at


@pytest.fixture(scope="module")
def loaded():
    return no_exception(sample())


@pytest.fixture
def store(loaded):
    """The page on the sample store as a visitor finds it first; loaded once to save time."""
    state = loaded.session_state
    for key in ("own_draft", "own_segments", "own_editing", "own_message"):
        if key in state:
            del state[key]
    state["own_name"], state["own_note"], state["own_place"] = "", "", BUILD
    return no_exception(loaded.switch_page(PAGE).run())


def expected(at, rule):
    data = at.session_state["loaded_orders"]
    customers = data.customers
    days = customers["T"] - customers["recency"]
    return rule(customers, days)


def test_opened_cold_it_offers_the_sample_store():
    at = no_exception(open_page(PAGE))
    assert not at.number_input
    assert button(at, "Load the sample store")


def test_it_begins_with_two_conditions_and_what_each_finds(store):
    inside = expected(
        store, lambda c, d: ((c["orders"] >= 2).sum(), ((d >= 60) & (d <= 120)).sum())
    )
    both = expected(store, lambda c, d: ((c["orders"] >= 2) & (d >= 60) & (d <= 120)).sum())
    assert found(store) == f"{both:,}"
    assert beside(store) == [
        (f"{inside[0]:,}", f"{inside[0]:,} left"),
        (f"{inside[1]:,}", f"{both:,} left"),
    ]
    assert "Bought 2 or more times, and last ordered 60 to 120 days ago" in html(store)
    assert {"Revenue so far", "Expected value", "Will buy", "Average order"} <= set(metrics(store))
    assert f"Download {both:,} customers" in [b.label for b in store.get("download_button")]


def test_a_changed_value_changes_the_count(store):
    control(store.number_input, "value_").set_value(4).run()
    both = expected(
        no_exception(store), lambda c, d: ((c["orders"] >= 4) & (d >= 60) & (d <= 120)).sum()
    )
    assert found(store) == f"{both:,}"
    assert "Bought 4 or more times" in html(store)


def test_any_and_none_join_otherwise(store):
    kind = control(store.button_group, "kind_")
    kind.set_value("any").run()
    either = expected(store, lambda c, d: ((c["orders"] >= 2) | ((d >= 60) & (d <= 120))).sum())
    assert found(no_exception(store)) == f"{either:,}"
    control(store.button_group, "kind_").set_value("not").run()
    assert found(no_exception(store)) == f"{12_000 - either:,}"


def test_conditions_are_added_asked_something_else_and_removed(store):
    before = found(store)
    button(store, "Add condition").click().run()
    assert len(beside(no_exception(store))) == 3
    feature = control(store.selectbox, "feature_", -1)
    feature.set_value("first_channel").run()
    names = control(no_exception(store).multiselect, "names_")
    assert len(names.value) == 1
    channel = names.value[0]
    one = expected(store, lambda c, d: (c["first_channel"] == channel).sum())
    assert beside(store)[-1][0] == f"{one:,}"
    control(store.multiselect, "names_").set_value([]).run()
    assert "Choose at least one." in html(no_exception(store))
    assert store.button(key="own_save_button").disabled
    control(store.button, "remove_", -1).click().run()
    assert found(no_exception(store)) == before


def test_every_feature_can_be_asked_in_every_way(store):
    control(store.button, "remove_", -1).click().run()
    there = {option.split("  ·")[0] for option in control(store.selectbox, "feature_").options}
    asked = [key for key, feature in FEATURES.items() if feature.label in there]
    assert len(asked) > 30
    for key in asked:
        control(store.selectbox, "feature_").set_value(key).run()
        kind = FEATURES[key].kind
        offered = OFFERED.get(kind, BY_KIND[kind])
        assert len(control(no_exception(store).selectbox, "operator_").options) == len(offered)
        for operator in offered:
            control(store.selectbox, "operator_").set_value(operator).run()
            assert re.fullmatch(r"[\d,]+", found(no_exception(store))), (key, operator)
            assert "class=off" not in html(store), (key, operator)


def test_groups_within_the_segment(store):
    store.button(key=next(b.key for b in store.button if b.label == "Add group")).click().run()
    assert len(beside(no_exception(store))) == 3 + 1
    assert "any" in [group.value for group in store.button_group if group.key.startswith("kind_")]
    remove = next(b for b in store.button if "Remove group" in b.label)
    remove.click().run()
    assert len(beside(no_exception(store))) == 2


def test_a_segment_without_conditions_is_everybody(store):
    for _ in range(2):
        control(store.button, "remove_").click().run()
    assert found(no_exception(store)) == "12,000"
    assert "Everybody" in html(store)
    control(store.button_group, "kind_").set_value("any").run()
    assert found(no_exception(store)) == "0"


def save(at, name):
    at.text_input(key="own_name").set_value(name)
    return no_exception(at.button(key="own_save_button").click().run())


def test_saved_edited_copied_moved_and_deleted(store):
    save(store, "Quiet regulars")
    assert "Saved “Quiet regulars”" in said(store)
    control(store.number_input, "value_").set_value(5).run()
    store.button(key="own_save_button").click().run()
    (kept,) = store.session_state["own_segments"]
    assert kept.rule.parts[0] == Condition("orders", "at_least", 5)
    store.text_input(key="own_name").set_value("Others")
    store.button(key="own_save_new").click().run()
    open_place(no_exception(store), SAVED)
    store.button(key="own_content_copy_0").click().run()
    store.button(key="own_arrow_upward_2").click().run()
    names = [segment.name for segment in no_exception(store).session_state["own_segments"]]
    assert names == ["Quiet regulars", "Others", "Quiet regulars (2)"]
    store.button(key="own_delete_1").click().run()
    assert [s.name for s in store.session_state["own_segments"]] == [
        "Quiet regulars",
        "Quiet regulars (2)",
    ]
    store.button(key="own_edit_0").click().run()
    no_exception(store)
    assert store.text_input(key="own_name").value == "Quiet regulars"
    assert control(store.number_input, "value_").value == 5
    assert store.button(key="own_save_button").label == "Save changes"


def test_campaigns_follow_a_renamed_segment_and_a_deleted_one_names_them(store):
    save(store, "Quiet")
    using = Campaign("Win back", segments=("Lapsed", "Own: Quiet"))
    store.session_state["campaigns_kept"] = (using, Campaign("Another", segments=("VIP",)))
    store.session_state["campaign_on_table"] = using
    store.text_input(key="own_name").set_value("Silent")
    store.button(key="own_save_button").click().run()
    first, second = store.session_state["campaigns_kept"]
    assert (
        first.segments
        == store.session_state["campaign_on_table"].segments
        == ("Lapsed", "Own: Silent")
    )
    assert second.segments == ("VIP",)
    open_place(no_exception(store), SAVED)
    store.button(key="own_delete_0").click().run()
    assert "It was addressed by “Win back”: choose another segment there." in said(store).replace(
        "\u2060", ""
    )


def test_a_name_that_is_taken_or_empty_is_refused(store):
    save(store, "")
    assert "needs a name" in said(store)
    save(store, "A")
    store.text_input(key="own_name").set_value("a")
    store.button(key="own_save_new").click().run()
    assert "already" in said(no_exception(store))
    assert len(store.session_state["own_segments"]) == 1


def test_a_file_is_loaded_and_a_wrong_one_says_why(store):
    open_place(store, SAVED)
    library = (
        OwnSegment("Once", Condition("orders", "is", 1)),
        OwnSegment("Tea", Condition("orders", "is", 2)),
    )
    store.file_uploader[0].set_value(("mine.json", to_json(library).encode(), "application/json"))
    store.run()
    assert no_exception(store).session_state["own_segments"] == library
    assert "2 segments loaded" in said(store)
    assert "Bought once" in html(store)
    store.file_uploader[0].set_value(("mine.json", to_json(library).encode(), "application/json"))
    store.run()
    assert "0 segments loaded, 2 were there already" in said(no_exception(store))
    store.file_uploader[0].set_value(("bad.json", b"{", "application/json"))
    store.run()
    assert "not JSON" in said(no_exception(store))
    assert len(store.session_state["own_segments"]) == 2


def test_amounts_of_another_currency_are_said_to_be(store):
    open_place(store, SAVED)
    library = (OwnSegment("Big", Condition("revenue", "at_least", 2_390.0)),)
    store.file_uploader[0].set_value(
        ("baht.json", to_json(library, "THB").encode(), "application/json")
    )
    store.run()
    assert "Their amounts are in THB, and these orders in USD" in said(no_exception(store)).replace(
        "\u2060", ""
    )


def test_deep_groups_of_a_file_can_be_edited(store):
    rule = Condition("orders", "is", 1)
    for _ in range(5):
        rule = Group("any", (rule, Condition("orders", "at_least", 3)))
    open_place(store, SAVED)
    content = to_json((OwnSegment("Deep", rule),)).encode()
    store.file_uploader[0].set_value(("mine.json", content, "application/json"))
    store.run()
    store.button(key="own_edit_0").click().run()
    assert len([b for b in no_exception(store).selectbox if b.key.startswith("feature_")]) == 6


def test_ready_made_ones_start_a_segment_and_missing_signals_are_listed(store):
    store.switch_page("pages/ready_made.py").run()
    no_exception(store)
    shown = html(store)
    for name in (
        "One order, last 90 days",
        "Cart abandoners",
        "Subscribed customers",
        "Lapsed",
    ):
        assert f">{name}</b>" in shown
    assert "column of abandoned carts" in shown
    assert store.button(key="ready_Cart abandoners").disabled
    once = expected(store, lambda c, d: (c["orders"] == 1).sum())
    store.button(key="ready_One-time buyers").click().run()
    assert found(no_exception(store)) == f"{once:,}"
    assert store.text_input(key="own_name").value == "One-time buyers"


def test_overlaps_are_drawn_for_two_or_more(store):
    open_place(store, OVERLAPS)
    assert "two segments or more" in words(no_exception(store))
    store.session_state["own_segments"] = (
        OwnSegment("Once", Condition("orders", "is", 1)),
        OwnSegment("Again", Condition("orders", "at_least", 2)),
        OwnSegment("Carts", Condition("cart_abandoned", "is", True)),
    )
    store.run()
    numbers = metrics(no_exception(store))
    assert numbers["In none"] == "0"
    assert numbers["In exactly one"] == "12,000"
    assert "Carts is left out" in words(store)


ROWS = [
    f"{n},c{n}@x.com,2024-0{1 + n % 6}-1{n % 9},{10 + n}.00,<b>x</b> **{n % 2}** $a$ :red[b],"
    for n in range(9)
]  # nobody came back: there is nothing for a model to learn from
HEADER = "Order,Email,Date,Total,Channel,Note"


def test_without_a_model_the_rest_works_and_says_why():
    at = loaded_app(order_file(ROWS, HEADER)).switch_page(PAGE).run()
    no_exception(at)
    assert "no model of future purchases" in words(at)
    assert found(at) == "0"
    control(at.number_input, "value_").set_value(1).run()
    features = [box for box in at.selectbox if box.key.startswith("feature_")]
    assert not any("Forecast" in option for option in features[0].options)
    assert "Expected value" in html(at)  # among what cannot be asked yet
    for name in (SAVED, OVERLAPS, BUILD):
        no_exception(open_place(at, name))


def test_a_value_by_group_stands_beside_the_one_of_other_pages(store):
    assert "by the whole store's model" not in " ".join(notes(store).values())
    control(store.selectbox, "feature_").set_value("first_channel").run()
    shown = notes(no_exception(store))["Expected value by group"]
    assert "by the whole store's model, as on other pages, $" in shown


def test_names_from_a_file_stay_text():
    at = loaded_app(order_file(ROWS, HEADER)).switch_page(PAGE).run()
    box = control(at.selectbox, "feature_")
    box.set_value("first_channel").run()
    raw = "".join(element.proto.body for element in no_exception(at).get("html"))
    assert "<b>x</b> **" not in raw
    assert "&lt;b&gt;x&lt;/b&gt;" in raw
    save(at, "<img src=x onerror=alert(1)> **b**")
    open_place(at, SAVED)
    raw = "".join(element.proto.body for element in no_exception(at).get("html"))
    assert "<img" not in raw
    assert "&lt;img src=x onerror=alert(1)&gt;" in raw


def test_own_segments_outlive_the_file_and_what_is_lacking_is_marked():
    store = sample()
    save(store, "Quiet regulars")
    library = (
        *store.session_state["own_segments"],
        OwnSegment("Likely", Condition("p_purchase_30d", "at_least", 0.3)),
    )
    store.session_state["own_segments"] = library
    store.switch_page("app.py").run()
    button(store, "Load other orders").click().run()
    at = use_upload(store, order_file(ROWS, HEADER)).switch_page(PAGE).run()
    open_place(no_exception(at), SAVED)
    assert at.session_state["own_segments"] == library
    assert "Not with these orders." in html(at)
    at.button(key="own_edit_1").click().run()
    assert found(no_exception(at)) == "–"
    assert "class=off" in html(at)


def test_the_file_of_customers_holds_those_who_match(store):
    data = store.session_state["loaded_orders"]
    inside = (data.customers["orders"] >= 9).to_numpy()
    content = to_csv(builder_results.members_list(data.customers, None, inside)).decode("utf-8-sig")
    lines = content.strip().splitlines()
    assert len(lines) == inside.sum() + 1
    assert lines[0].startswith("customer_id,")


def test_the_saved_file_is_json_without_customers(store):
    save(store, "Quiet regulars")
    open_place(store, SAVED)
    content = to_json(store.session_state["own_segments"])
    assert "@" not in content
    assert from_json(content)[0].name == "Quiet regulars"
    assert json.loads(content)["version"] == 1


def campaign_page():
    import streamlit as st

    from retention.own_segments.conditions import Condition
    from retention.own_segments.library import OwnSegment
    from retention.view.session import loaded, own_segments as own_segments_state

    data = loaded.put_sample("cdnow")
    once = OwnSegment("Once", Condition("orders", "is", 1))
    likely = OwnSegment("Carts", Condition("cart_abandoned", "is", True))
    own_segments_state.keep_library((once, likely))
    st.session_state["kept"] = own_segments_state.session_library()
    st.session_state["inside"] = own_segments_state.segment_mask(data, once)
    st.session_state["expected"] = (data.customers["orders"] == 1).to_numpy()
    st.session_state["problems"] = [
        own_segments_state.problem_of(data, segment) for segment in (once, likely)
    ]


def test_other_pages_get_the_customers_of_a_segment():
    state = no_exception(
        AppTest.from_function(campaign_page, default_timeout=60).run()
    ).session_state
    assert [segment.name for segment in state["kept"]] == ["Once", "Carts"]
    assert (state["inside"] == state["expected"]).all()
    assert state["problems"][0] == ""
    assert "abandoned carts" in state["problems"][1]
