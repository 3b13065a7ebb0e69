"""The customer value page, opened by its own URL and from the front page."""

import pytest

from tests.pages.steps import ROOT, button, metrics, open_page, order_file, use_upload, words

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
    assert at.title[0].value == "Customer value"


def test_cdnow_reads_from_settings_to_customers(page):
    at = page
    assert not at.exception
    assert list(metrics(at)) == [
        "Value over 1 year",
        "Value per customer",
        "Will order again",
        "Expected orders",
    ]
    assert [s.value for s in at.subheader] == [
        *("How value spreads", "Who holds it", "Expected revenue by month"),
        *("How your customers buy", "Can I trust it?", "Customers"),
    ]
    assert "After each repeat order" in words(at)
    assert "The model rests on 2,357 customers" in words(at)
    assert all(metric.help for metric in at.metric)


def test_the_settings_move_the_numbers(page):
    at = page
    before = metrics(at)
    at = at.slider(key="margin").set_value(50).run()
    halved = metrics(at)
    assert halved["Value over 1 year"] != before["Value over 1 year"]
    assert halved["Expected orders"] == before["Expected orders"]
    at = at.select_slider(key="horizon").set_value("5 years").run()
    longer = metrics(at)
    assert "Value over 5 years" in longer
    assert int(longer["Expected orders"].replace(",", "")) > int(before["Expected orders"].replace(",", ""))


def test_a_shared_url_carries_the_settings():
    at = open_page(PAGE, horizon="90 days", margin="40", discount_rate="0")
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.slider(key="margin").value == 40
    assert at.slider(key="discount_rate").value == 0
    assert "Value over 90 days" in metrics(at)


def test_the_table_lists_the_most_valuable_and_finds_by_text(page):
    at = page
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


def test_without_a_model_the_customers_still_show(front):
    rows = [f"{i},only{i}@x.com,2024-03-{1 + i % 28:02d},{10 + i}" for i in range(40)]
    at = use_upload(front, order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "cannot be estimated" in at.error[0].value
    assert not at.metric
    assert not at.slider
    table = at.dataframe[-1].value
    assert table["revenue"].is_monotonic_decreasing
    assert "cltv" not in table


def test_a_tiny_shop_is_shown_with_its_doubts(front):
    rows = [f"{i}-{k},c{i}@x.com,2024-{1 + 2 * k + i % 3:02d}-{1 + i},20" for i in range(15) for k in range(1 + i % 4)]
    at = use_upload(front, order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert at.metric
    assert "Do not act on this forecast yet." in words(at)
    assert "The model rests on 15 customers" in words(at)
    assert "What to do" in words(at)


@pytest.mark.parametrize("key", ["horizon", "margin", "discount_rate"])
def test_nonsense_in_the_url_is_ignored(key):
    at = open_page(PAGE, **{key: "<script>"})
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert "Value over 1 year" in metrics(at)


def test_settings_in_the_url_do_not_disturb_the_other_pages(page):
    at = page
    at = at.slider(key="margin").set_value(45).run()
    at = at.slider(key="discount_rate").set_value(12).run()
    at = at.select_slider(key="horizon").set_value("90 days").run()
    for other in (ROOT / "pages").glob("*.py"):
        at = at.switch_page(f"pages/{other.name}").run()
        assert not at.exception, other.name
