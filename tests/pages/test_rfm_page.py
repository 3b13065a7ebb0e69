"""The RFM page: its grid, cut points, groups, files and segments, and files with few orders."""

import pytest

from retention import RFM_GROUPS, RfmRules, matches, rfm, summarise_customers
from retention.view.rfm.words import ADVICE, GONE
from retention.view.session import own_segments as own
from tests.pages.steps import (
    button,
    explained,
    loaded_app,
    metrics,
    open_page,
    order_file,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/rfm.py"


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


@pytest.fixture(scope="module")
def customers():
    return summarise_customers(shared_sample("cdnow"))


def choose(at, group):
    return at.pills(key="rfm_group").set_value(group).run()


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE, rfm_group="Recent and frequent", rfm_measure="Expected value")
    assert not at.exception
    assert not at.metric
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.title[0].value == "Segments"
    assert at.subheader[0].value == "Recent and frequent"
    assert at.segmented_control(key="rfm_measure").value == "Expected value"


def test_every_group_shows_its_customers(page, customers):
    counts = rfm(customers)["group"].value_counts()
    assert page.dataframe[0].value["customers"].tolist() == [counts[group] for group in RFM_GROUPS]
    for group in ("Champions", "Lost", "Recent beginners"):
        at = choose(page, group)
        assert not at.exception
        assert at.subheader[0].value == group
        if counts[group]:
            assert metrics(at)["Customers"] == f"{counts[group]:,}"
            assert explained(at)
            assert ADVICE[group].what in words(at) or GONE.what in words(at)
        else:
            assert "No customer is here under these cut points" in words(at)
            assert not at.metric


def test_own_cut_points_start_where_fifths_are_cut(page, customers):
    before = page.dataframe[0].value["customers"].tolist()
    at = page.segmented_control(key="rfm_cut").set_value("Own cut points").run()
    assert not at.exception
    assert at.slider(key="rfm_days_best").value == (150, 441)
    assert at.dataframe[0].value["customers"].tolist() == before
    at = at.slider(key="rfm_days_best").set_value((30, 60)).run()
    cuts = RfmRules((30, 60, 485, 511), (2, 2, 3, 5), None)
    counts = rfm(customers, cuts)["group"].value_counts()
    assert at.dataframe[0].value["customers"].tolist() == [counts[group] for group in RFM_GROUPS]


def test_handles_may_stand_in_any_order(page):
    at = page.segmented_control(key="rfm_cut").set_value("Own cut points").run()
    at = at.slider(key="rfm_orders_low").set_value((10, 15)).run()
    assert not at.exception
    assert not at.error


def test_a_group_becomes_a_segment_once(page, customers):
    at = choose(page, "Slipping away")
    at = button(at, "Use as a segment").click().run()
    assert not at.exception
    assert "Kept as the own segment Slipping away" in words(at).replace("**", "")
    at = button(at, "Use as a segment").click().run()
    library = at.session_state["own_segments"]
    assert [segment.name for segment in library] == ["Slipping away"]
    data = at.session_state["loaded_orders"]
    asked = own.features(data.customers, as_of=data.orders.end)
    assert (
        matches(library[0].rule, asked).tolist()
        == (rfm(customers)["group"] == "Slipping away").tolist()
    )


def test_a_cell_is_looked_at_until_another_group_is_chosen(page):
    page.session_state["rfm_cell"], page.session_state["rfm_group"] = (5, 5), "Champions"
    at = page.run()
    assert at.subheader[0].value == "Champions: one cell"
    assert metrics(at)["Customers"] == "310"
    assert "score 5" in words(at)
    at = button(at, "All of Champions").click().run()
    assert at.subheader[0].value == "Champions"
    at.session_state["rfm_cell"] = (5, 5)
    assert choose(at, "Lost").subheader[0].value == "Lost"


@pytest.mark.parametrize(
    ("former", "present"),
    [("At risk", "Slipping away"), ("Lost", "Lost"), ("Loyal", "Recent and frequent")],
)
def test_an_address_with_a_former_name_opens_the_group(former, present):
    at = open_page(PAGE, rfm_group=former)
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.subheader[0].value == present
    assert at.pills(key="rfm_group").value == at.subheader[0].value
    at = choose(at, "Champions")
    assert at.subheader[0].value == "Champions"


@pytest.mark.parametrize("key", ["rfm_group", "rfm_cut", "rfm_days_best"])
def test_nonsense_in_the_url_is_ignored(key):
    at = open_page(PAGE, **{key: "<script>"})
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.title[0].value == "Segments"


# --- files with little in them ---


def test_without_a_model_the_grid_works_and_the_value_is_off():
    rows = [f"{i},only{i}@x.com,2024-{1 + i % 5:02d}-{1 + i % 28:02d},{10 + i}" for i in range(200)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "The expected value is off" in words(at)
    assert at.segmented_control(key="rfm_measure").options == ["Customers", "Revenue so far"]
    assert at.dataframe[0].value["customers"].sum() == 200
    for group in RFM_GROUPS:
        assert not choose(at, group).exception


@pytest.mark.parametrize("customers", [1, 30])
def test_a_few_customers_are_said_to_be_few(customers):
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + k * 2:02d}-{1 + i % 28:02d},{10 + i}"
        for i in range(customers)
        for k in (0, 1)
    ]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert "in 25 cells" in words(at)
    at = at.segmented_control(key="rfm_cut").set_value("Own cut points").run()
    assert not at.exception
    assert not at.error


def test_a_currency_with_markdown_is_shown_as_it_is():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-{1 + (i + 2 * k) % 8:02d}-{1 + i % 28:02d},{10 + i},**$x$** <b>"
        for i in range(120)
        for k in range(1 + i % 3)
    ]
    at = loaded_app(order_file(rows, "Order,Email,Date,Total,Currency")).switch_page(PAGE).run()
    at = at.segmented_control(key="rfm_cut").set_value("Own cut points").run()
    assert not at.exception
    shown = [*at.markdown, *at.caption, *at.get("html")]
    assert not any("**$x$**" in str(one.value) for one in [*at.markdown, *at.caption])
    assert not any(
        "<b>" in str(getattr(one, "proto", one)) and "&lt;b&gt;" not in str(one.proto)
        for one in shown[-1:]
    )
