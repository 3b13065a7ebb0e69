"""The customer value page, opened by its own URL and from the front page."""

import re

import pytest

from retention import backtest
from tests.pages.steps import (
    ROOT,
    as_read,
    button,
    chip,
    explained,
    loaded_app,
    metrics,
    open_page,
    open_tab,
    order_file,
    set_for_the_store,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/lifetime_value.py"


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    assert not at.metric
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert len(at.metric) == 4
    assert at.title[0].value == "Forecast"


def test_cdnow_reads_from_settings_to_customers(page):
    at = page
    assert not at.exception
    assert list(metrics(at)) == [
        "Expected value",
        "Value per customer",
        "Will order again",
        "Expected orders",
    ]
    headings = {
        "Value": ["How value spreads", "Who holds it", "Expected revenue by month"],
        "Can I trust it?": [
            "What it would have foreseen",
            "Health of the model",
            "How your customers buy",
        ],
        "What if": ["What if"],
        "All customers": ["Customers"],
    }
    for tab, expected in headings.items():
        at = open_tab(at, tab)
        assert not at.exception, tab
        assert [s.value for s in at.subheader] == expected
        assert explained(at)


def test_the_total_stands_with_its_range(page):
    note = as_read(page.metric[0].delta)
    low, high = (float(x) for x in re.findall(r"([\d.]+)k", note))
    assert "80% range" in note
    assert low < float(as_read(page.metric[0].value).removesuffix("k")) < high


def test_the_proof_speaks_of_the_hidden_orders(page):
    at = open_tab(page, "Can I trust it?")
    result = backtest(shared_sample("cdnow"), purchase_model="auto")
    said = words(at)
    assert result.verdict in said
    assert result.reason in said
    assert "The model rests on 2,357 customers" in said
    assert (
        "In the last 181 days, hidden from it, the model foresaw 1,126 orders; 1,151 came" in said
    )
    table = at.dataframe[0].value
    # The browser cuts digits off: the table holds what the texts round to.
    assert table["Orders"].tolist() == result.models["orders"].round().tolist()
    assert table["Prediction"].tolist()[1] == "MBG/NBD (used here)"


def test_the_cut_moves_with_its_slider_and_reproduces_the_published_holdout(page):
    at = set_for_the_store(page, PAGE, model="BG/NBD")
    at = open_tab(at, "Can I trust it?")
    at = at.slider(key="holdout").set_value(273).run()
    assert not at.exception
    assert (
        "In the last 273 days this model foresaw 1,653 of 1,882 repeat orders, 12% too few"
        in words(at)
    )


def test_the_purchase_model_holds_for_every_page(page):
    auto = metrics(page)["Expected value"]
    at = set_for_the_store(page, PAGE, model="BG/NBD")
    chosen = metrics(at)["Expected value"]
    assert chosen != auto
    at = at.switch_page("app.py").run()
    assert metrics(at)["Expected value"] == chosen
    at = at.switch_page(PAGE).run()
    assert "Purchase model: BG/NBD." in words(at)
    assert metrics(at)["Expected value"] == chosen


def test_levers_move_the_value_of_the_base(page):
    at = open_tab(set_for_the_store(page, PAGE, margin=100), "What if")
    today = at.metric[4].value
    assert at.slider(key="lever_margin").disabled
    assert "set today's in the store settings" in words(at)
    for lever in ("repeat_rate", "order_value", "retention"):
        at = at.slider(key=f"lever_{lever}").set_value(0).run()
    assert at.metric[5].value == today
    assert "nothing changes" in at.info[0].value
    at = open_tab(set_for_the_store(at, PAGE, margin=50), "What if")
    at = at.slider(key="lever_margin").set_value(10).run()
    assert as_read(at.metric[6].delta).startswith("+10%; 80% range: ")
    at = open_tab(set_for_the_store(at, PAGE, margin=95), "What if")
    at = at.slider(key="lever_margin").set_value(10).run()
    assert "The margin cannot rise above 100%" in words(at)


def test_the_settings_move_the_numbers(page):
    at = page
    before = metrics(at)
    at = set_for_the_store(at, PAGE, margin=20)
    halved = metrics(at)
    assert halved["Expected value"] != before["Expected value"]
    assert halved["Expected orders"] == before["Expected orders"]
    at = at.select_slider(key="horizon").set_value("5 years").run()
    longer = metrics(at)
    assert "Expected value over 5 years" in longer
    assert int(longer["Expected orders"].replace(",", "")) > int(
        before["Expected orders"].replace(",", "")
    )


def test_a_shared_url_carries_the_settings():
    at = open_page(PAGE, horizon="90 days", margin="40", discount_rate="0")
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert "Margin 40%, discount 0% a year." in words(at)
    assert "Expected value over 90 days" in metrics(at)


def test_the_table_lists_the_most_valuable_and_finds_by_text(page):
    at = open_tab(page, "All customers")
    table = at.dataframe[-1].value
    assert len(table) == 200
    assert table["cltv"].is_monotonic_decreasing
    wanted = table["customer_id"].iloc[3]
    at = at.text_input[0].set_value(f" {wanted.upper()} ").run()
    assert wanted in at.dataframe[-1].value["customer_id"].tolist()
    at = at.text_input[0].set_value("<b>nobody</b>.*").run()
    assert not at.exception
    assert "No customer has" in at.info[0].value
    assert "<b>" not in at.info[0].value


def test_without_a_model_the_customers_still_show():
    rows = [f"{i},only{i}@x.com,2024-03-{1 + i % 28:02d},{10 + i}" for i in range(40)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "cannot be estimated" in at.error[0].value
    assert not at.metric
    table = at.dataframe[-1].value
    assert table["revenue"].is_monotonic_decreasing
    assert "cltv" not in table


def test_a_tiny_shop_has_counts_and_no_forecast():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + 2 * k + i % 3:02d}-{1 + i},20"
        for i in range(15)
        for k in range(1 + i % 4)
    ]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "There are 15 customers" in at.error[0].value
    assert not at.metric
    assert len(at.dataframe[-1].value) == 15


def test_the_chip_opens_what_was_checked(cdnow):
    at = cdnow.switch_page(PAGE)
    at.query_params["look"] = "trust"
    at.run()
    assert chip(at) == "Forecast: good"
    assert "What it would have foreseen" in [entry.value for entry in at.subheader]
    assert "with nothing to do" in words(at)
    for tab in ("What if", "All customers"):
        assert not open_tab(at, tab).exception, tab


@pytest.mark.parametrize("key", ["horizon", "margin", "discount_rate"])
def test_nonsense_in_the_url_is_ignored(key):
    at = open_page(PAGE, **{key: "<script>"})
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert "Expected value" in metrics(at)


def test_settings_in_the_url_do_not_disturb_the_other_pages(page):
    at = page
    at = set_for_the_store(at, PAGE, margin=45, discount_rate=12)
    at = at.select_slider(key="horizon").set_value("90 days").run()
    for other in (ROOT / "pages").glob("*.py"):
        at = at.switch_page(f"pages/{other.name}").run()
        assert not at.exception, other.name
