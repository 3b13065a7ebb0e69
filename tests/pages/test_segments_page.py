"""The segments page: the sample store, a tiny store, without a model, with nothing loaded."""

import csv
import io
import re
from html import unescape

import pytest

from retention import (
    assign_segments,
    backtest,
    fit_cltv,
    past_misses,
    predict_cltv,
    segment_table,
    to_csv,
    trait_table,
    value_uncertainty,
)
from retention.segments.inputs import prepare_segments
from retention.segments.labels import STAGE_LABELS, TRAIT_LABELS
from retention.segments.rules import SegmentRules, defaults
from retention.view.segments import results as segment_results
from retention.view.text import DEFINITIONS
from retention.wording import money_range
from tests.pages.steps import (
    button,
    loaded_app,
    metrics,
    notes,
    open_page,
    order_file,
    words,
)

PAGE = "pages/segments.py"


def sample(**query):
    return button(open_page(PAGE, **query), "Load the sample store").click().run()


def uploaded(rows):
    return loaded_app(order_file(rows)).switch_page(PAGE).run()


def html(at):
    return "".join(element.proto.body for element in at.get("html"))


def counts(at):
    found = re.findall(r"<em>([^<]+)</em><b>([\d,]+)</b>", html(at))
    return {name: int(number.replace(",", "")) for name, number in found}


def rows(at):
    """The HTML of the table's rows by name."""
    return dict(re.findall(r"</i>([^<]+)(?:<small>[^<]*</small>)?</th>(.*?)</tr>", html(at)))


def cells(at):
    """The table's rows by name: what its cells say, without the shares."""
    return {name: re.findall(r"<td[^>]*>([^<]*)", row) for name, row in rows(at).items()}


def ranges(at):
    """What stands below each segment's expected value in the table, where something does."""
    found = {
        name: re.search(r'data-name="Expected value">.*?<span[^>]*>([^<]*)', row)
        for name, row in rows(at).items()
    }
    return {name: unescape(match[1]) for name, match in found.items() if match}


@pytest.fixture(scope="module")
def store():
    at = sample()
    assert not at.exception
    return at


@pytest.fixture(scope="module")
def model(store):
    """The model that the page picks by itself."""
    data = store.session_state["loaded_orders"]
    tested = backtest(data.orders, None, "auto")
    misses = past_misses(data.orders, tested.purchase_model)
    return fit_cltv(data.customers, "auto", backtest=tested, misses=misses)


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.slider
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert sum(counts(at).values()) == 12_000


def test_every_stage_and_trait_is_counted_and_defined(store):
    assert list(counts(store)) == list(STAGE_LABELS.values())
    for label in [*STAGE_LABELS.values(), *TRAIT_LABELS.values()]:
        assert f"{label}</th>" in html(store)
    assert "One order, less than 30 days ago." in html(store)


def test_moving_a_slider_moves_customers_and_the_chosen_segment_follows(store):
    before = counts(store)
    store.slider(key="repeat").set_value((60, 400)).run()
    assert not store.exception
    after = counts(store)
    assert after["Lapsed"] < before["Lapsed"]
    assert after["At risk"] > before["At risk"]
    assert sum(after.values()) == sum(before.values())
    assert metrics(store)["Customers"] == f"{after['At risk']:,}"
    button(store, "Reset all").click().run()
    assert counts(store) == before


def test_presets_set_the_days_and_say_how(store):
    before = counts(store)
    store.button(key="preset_Fit to my data").click().run()
    assert not store.exception
    assert counts(store) != before
    assert "nine in ten" in words(store)
    store.button(key="preset_Published scheme").click().run()
    assert counts(store) == before
    assert store.slider(key="repeat").value == (60, 120)


def test_changing_the_unit_keeps_the_thresholds_where_they_were(store):
    before = counts(store)
    store.button_group(key="unit").set_value("money").run()
    assert not store.exception
    assert counts(store) == before
    assert store.slider(key="vip_money").proto.format.startswith("$")
    # Nor do other rules, and a slider in money that is moved, lose anybody on the way back.
    store.slider(key="vip_money").set_value(24.0).run()
    moved = counts(store)
    assert moved["VIP"] > before["VIP"]
    store.button_group(key="unit").set_value("percentile").run()
    assert counts(store) == moved
    button(store, "Reset all").click().run()
    store.button_group(key="unit").set_value("money").run()
    store.button_group(key="unit").set_value("percentile").run()
    assert store.slider(key="vip").value == defaults()["vip_value"]
    assert counts(store) == before


def test_looking_further_ahead_makes_more_customers_ready(store):
    def ready():
        return int(
            re.search(r"Ready to buy</th><td[^>]*>([\d,]+)", html(store))[1].replace(",", "")
        )

    before = ready()
    store.select_slider(key="ready_days").set_value(90).run()
    assert not store.exception
    assert ready() > before
    button(store, "Reset all").click().run()
    assert ready() == before


def test_thresholds_in_the_address_are_the_ones_shown():
    at = sample(repeat=["40", "200"], segment="VIP", vip="80")
    assert not at.exception
    assert at.slider(key="repeat").value == (40, 200)
    assert at.slider(key="vip").value == 80
    assert metrics(at)["Customers"] == f"{counts(at)['VIP']:,}"


@pytest.mark.parametrize(
    "query", [{"repeat": ["200", "40"]}, {"vip": "<b>"}, {"segment": "nobody"}]
)
def test_nonsense_in_the_address_is_ignored(query):
    at = sample(**query)
    assert not at.exception
    assert sum(counts(at).values()) == 12_000


def test_the_file_holds_the_customers_on_screen_with_their_scores(store, model):
    data = store.session_state["loaded_orders"]
    shown = counts(store)
    scores = predict_cltv(model, data.customers)
    inputs, rules = prepare_segments(data.customers, scores), SegmentRules()
    for stage in ("at_risk", "vip"):
        written = to_csv(segment_results.group_list(data.customers, scores, inputs, rules, stage))
        found = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
        assert len(found) == shown[STAGE_LABELS[stage]]
        assert {row["stage"] for row in found} == {stage}
        assert float(found[0]["cltv"]) >= float(found[-1]["cltv"])
        assert {"customer_id", "p_purchase_30d", "orders", "revenue", "ready_to_buy"} <= set(
            found[0]
        )
        for row in found:
            assert (
                float(row["orders_low"])
                <= float(row["expected_orders"])
                <= float(row["orders_high"])
            )
            assert float(row["cltv_low"]) <= float(row["cltv"]) <= float(row["cltv_high"])


def test_every_expected_value_has_its_range_and_the_range_follows_the_sliders(store, model):
    customers, currency = store.session_state["loaded_orders"].customers, "USD"
    scores = predict_cltv(model, customers, margin=0.4)
    uncertainty = value_uncertainty(model, customers, margin=0.4)

    def expected(rules):
        labels = assign_segments(customers, scores, rules)
        return {
            names[group]: money_range(
                row["expected_value_low"], row["expected_value_high"], currency
            )
            for table, names in ((segment_table, STAGE_LABELS), (trait_table, TRAIT_LABELS))
            for group, row in table(labels, customers, scores, uncertainty).iterrows()
        }

    before = ranges(store)
    assert before == expected(SegmentRules())
    assert len(before) == len(STAGE_LABELS) + len(TRAIT_LABELS)
    assert DEFINITIONS["range_80"] in unescape(html(store))
    store.slider(key="repeat").set_value((60, 400)).run()
    after = ranges(store)
    assert after == expected(SegmentRules(repeat_lapsed=400))
    assert after["At risk"] != before["At risk"]
    assert notes(store)["Expected value"] == f"80% range: {after['At risk']}"
    button(store, "Reset all").click().run()
    assert ranges(store) == before


def test_where_nobody_is_there_is_no_range(store):
    store.slider(key="ready").set_value(1.0).run()
    assert not store.exception
    assert cells(store)["Ready to buy"][0] == "0"
    assert set(TRAIT_LABELS.values()) - set(ranges(store)) == {"Ready to buy"}
    store.button_group(key="segment").set_value("ready_to_buy").run()
    assert not store.exception
    assert "80% range: " not in words(store) + " ".join(notes(store).values())
    store.button_group(key="segment").set_value("at_risk").run()
    button(store, "Reset all").click().run()


def test_a_tiny_store_has_stages_and_a_word_of_caution():
    at = uploaded(["1,a@x.com,2024-01-01,10", "2,a@x.com,2024-03-01,20", "3,b@x.com,2024-03-20,30"])
    assert not at.exception
    assert sum(counts(at).values()) == 2
    assert "carry no model" in words(at)
    assert "A forecast asks for 30 customers" in words(at)


def test_one_time_buyers_without_a_model_still_has_stages_and_says_what_is_off():
    at = uploaded(
        [
            "1,a@x.com,2024-01-01,10",
            "2,b@x.com,2024-03-01,20",
            "3,c@x.com,2024-03-20,30",
        ]
    )
    assert not at.exception
    assert {name: n for name, n in counts(at).items() if n} == {"New": 2, "First-time": 1}
    assert "<em>VIP</em><b>–</b>" in html(at)
    assert {row[2] for row in cells(at).values()} == {row[5] for row in cells(at).values()} == {"–"}
    assert metrics(at) == {
        "Customers": "1",
        "Revenue so far": "10.00",
        "Expected value": "–",
        "Will buy": "–",
    }
    assert "discounted at 10" not in words(at)
    assert not ranges(at)
    assert "carry no model" in words(at)
    assert at.slider(key="vip").disabled
    assert at.slider(key="ready").disabled
    assert at.slider(key="discount").disabled
    assert not at.slider(key="repeat").disabled


def test_without_discounts_their_groups_are_unknown_not_empty_and_the_reason_stands_beside_them():
    at = uploaded(["1,a@x.com,2024-01-01,10", "2,a@x.com,2024-03-01,20", "3,b@x.com,2024-03-20,30"])
    for name in ("Full price", "Discount shopper"):
        assert cells(at)[name] == ["–"] * 6
        assert f"{name}<small>No discounts in this file.</small>" in html(at)
    assert cells(at)["Lapsed"][0] == "0"
    assert "Full price and Discount shopper are off: no discounts in this file." in words(at)
    at.button_group(key="segment").set_value("full_price").run()
    assert not at.exception
    assert set(metrics(at).values()) == {"–"}
    assert "No discounts in this file." in words(at)


def test_it_opens_on_customers_who_can_be_won_back(store):
    assert store.button_group(key="segment").value == "at_risk"
    once = [f"{n},c{n}@x.com,2024-{1 + n % 3:02}-01,10" for n in range(9)]
    at = uploaded([*once, "99,z@x.com,2024-12-31,10"])
    assert at.button_group(key="segment").value == "lapsed"
    assert metrics(at)["Customers"] == "9"


def test_what_the_expected_value_is_stands_beside_it(store):
    assert "over the next 12 months. At 40% margin, discounted 10% a year." in words(store)


def test_names_with_markup_and_formulas_stay_text():
    at = uploaded(
        [
            "1,<img src=x onerror=alert(1)>,2024-01-01,10",
            "2,=HYPERLINK(1),2024-03-01,20",
        ]
    )
    assert not at.exception
    assert "onerror" not in html(at) + words(at)
    data = at.session_state["loaded_orders"]
    assert "\n'=hyperlink" in to_csv(data.customers).decode("utf-8-sig").lower()
