"""The page of one customer: search, links of the session, what is said, and the copy."""

import re

import pytest

from retention.view.session.customer_links import PARAMETER
from tests.pages.steps import (
    button,
    loaded_app,
    metrics,
    notes,
    open_app,
    open_page,
    order_file,
    words,
)
from tests.support.bare_orders import store_rows

PAGE = "pages/customer.py"
HOSTILE = "**<b>x</b>**"
HEADER = "Order,Customer ID,First name,Last name,Email,Phone,Date,Total,Product,Accepts marketing"


def bodies(at) -> str:
    """The pieces of HTML on the page, without styles and scripts."""
    found = [html.proto.body for html in at.get("html")]
    return "\n".join(body for body in found if not re.match(r"\s*<(style|script)", body))


def shown_name(at) -> str:
    return re.search("<h2>(.*?)</h2>", bodies(at)).group(1)


def search(at, query: str):
    return at.text_input(key="customer_query").set_value(query).run()


@pytest.fixture(scope="module")
def hostile_file() -> bytes:
    """Customers with hostile names, of whom the first buys hostile products."""
    rows = []
    for number in range(60):
        for turn in range(1 + number % 4):
            day = f"2024-{1 + 2 * turn + number % 2:02d}-{1 + number % 27:02d}"
            name = HOSTILE if number == 3 else f"Ann{number}"
            product = "<script>alert(1)</script>" if number == 3 else "Tea"
            consent = "no" if number == 3 else "yes"
            rows.append(
                f"{number}-{turn},K{number:03d},{name},:red[Lee],c{number}@x.com,"
                f"+4917012345{number:02d},{day},{20 + number},{product},{consent}"
            )
    return order_file(rows, HEADER)


@pytest.fixture
def hostile(hostile_file):
    """A session with these orders in use."""
    return loaded_app(hostile_file)


@pytest.fixture
def page(cdnow):
    """The page with CDNOW loaded."""
    return cdnow.switch_page(PAGE).run()


def test_opened_cold_it_offers_the_sample_store_there_and_then():
    at = open_page(PAGE)
    assert not at.exception
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.subheader[0].value == "Life so far"
    assert list(metrics(at)) == [
        "Revenue so far",
        "Expected value",
        "Next order",
        "Will order again",
    ]
    assert "80% range" in notes(at)["Expected value"]
    html = bodies(at)
    assert "Products" in html
    assert "Channels" in html
    assert re.search(r"(if nothing comes|since \d+ \w+ \d{4})\.", words(at))


def test_everybody_of_the_list_can_be_looked_at(page):
    at = page
    for query in ("", "1", "22"):
        at = search(at, query)
        for place in (0, 7, -1):
            at = at.selectbox[0].select(at.selectbox[0].options[place]).run()
            assert not at.exception
            assert shown_name(at) == at.selectbox[0].value
    at = search(at, "no such customer")
    assert not at.exception
    assert "No customer has" in at.info[0].value


def test_the_forecast_opens_in_detail(page):
    at = page
    at.session_state["customer_forecast"] = True
    at = at.run()
    assert not at.exception
    assert "How often and how lately" in [entry.value for entry in at.subheader]
    said = words(at)
    assert "How many orders in the next 12 months?" in said
    assert "Still active after how much silence?" in said


def test_a_choice_stands_in_the_address_as_a_key_of_the_session(page):
    at = page
    assert PARAMETER not in at.query_params
    chosen = at.selectbox[0].options[5]
    at = at.selectbox[0].select(chosen).run()
    key = at.query_params[PARAMETER]
    assert chosen not in key
    assert shown_name(at) == chosen
    at = at.switch_page("app.py").run().switch_page(PAGE)
    at.query_params[PARAMETER] = key
    at = at.run()
    assert shown_name(at) == chosen
    assert not at.warning


def test_a_fresh_session_says_that_the_link_has_ended(page):
    key = page.selectbox[0].select(page.selectbox[0].options[5]).run().query_params[PARAMETER]
    fresh = button(open_app().run(), "Open CDNOW").click().run().switch_page(PAGE)
    fresh.query_params[PARAMETER] = key
    fresh = fresh.run()
    assert not fresh.exception
    assert "This link has ended" in fresh.warning[0].value
    other = fresh.selectbox[0].options[3]
    fresh = fresh.selectbox[0].select(other).run()
    assert not fresh.warning
    assert shown_name(fresh) == other


def test_other_orders_end_the_links(page):
    at = page.selectbox[0].select(page.selectbox[0].options[5]).run()
    key = at.query_params[PARAMETER]
    at = at.switch_page("app.py")
    at.query_params["load"] = "other"
    at = button(at.run(), "Open the sample store").click().run().switch_page(PAGE)
    at.query_params[PARAMETER] = key
    assert "This link has ended" in at.run().warning[0].value


@pytest.mark.parametrize("query", ["b x", "C3@x", "170 1234503", ":red Lee b"])
def test_a_hostile_name_is_found_and_never_drawn_as_markup(hostile, query):
    at = search(hostile.switch_page(PAGE).run(), query)
    pick = next(option for option in at.selectbox[0].options if "c3@x" in option)
    at = at.selectbox[0].select(pick).run()
    assert not at.exception
    html = bodies(at)
    assert "<h2>**&lt;b&gt;x&lt;/b&gt;** :red[Lee]</h2>" in html
    assert "&lt;script&gt;alert" in html
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert "Opted out" in html
    assert not re.search(r"(?<!\\)\*\*<b>", "\n".join(entry.value for entry in at.markdown))


def test_a_store_without_amounts_has_no_money():
    rows = store_rows(addresses=True).drop(columns="Total")
    at = loaded_app(rows.to_csv(index=False).encode()).switch_page(PAGE).run()
    assert not at.exception
    assert list(metrics(at)) == [
        "Orders so far",
        "Expected orders",
        "Next order",
        "Will order again",
    ]
    assert "revenue" not in at.dataframe[0].value
    assert "nan" not in (words(at) + bodies(at)).lower().split()
    at.session_state["customer_forecast"] = True
    assert not at.run().exception


def test_without_a_model_orders_and_stages_still_show():
    rows = [f"{i},only{i}@x.com,2024-03-{1 + i % 28:02d},{10 + i}" for i in range(40)]
    at = loaded_app(order_file(rows)).switch_page(PAGE).run()
    assert not at.exception
    assert list(metrics(at)) == ["Revenue so far", "Last order"]
    assert "carry no model" in at.warning[0].value
    assert len(at.dataframe[0].value) == 1


def test_the_campaign_of_the_stage_opens_filled_in_and_stands_on_the_page(front):
    at = button(front, "Open the sample store").click().run().switch_page(PAGE).run()
    assert "No campaign of this session" in bodies(at)
    # The most valuable customer has opted out: no campaign reaches them.
    assert "Opted out" in words(at)
    assert not [found for found in at.button if found.key == "customer_plan"]
    at = at.selectbox[0].select(at.selectbox[0].options[1]).run()
    at = at.button(key="customer_plan").click().run()
    assert not at.exception
    assert at.title[0].value == "Plan"
    planned = at.session_state["campaign_on_table"]
    assert planned.segments == ("VIP",)
    assert planned.strategy == "referral"
    at.session_state["campaigns_kept"] = (planned,)
    at = at.switch_page(PAGE).run()
    assert not at.exception
    assert "Advocacy and referral: VIP" in bodies(at)
    assert re.search("<dd>(Addressed|Held out|Left out: .+?)</dd>", bodies(at))


def test_a_complaint_is_for_a_person_and_no_campaign():
    rows = [
        f"{i}-{k},c{i}@x.com,2024-0{1 + k}-{1 + i % 27:02d},{20 + i},{'open' if i == 5 else ''}"
        for i in range(60)
        for k in range(1 + i % 4)
    ]
    file = order_file(rows, "Order,Email,Date,Total,Complaint")
    at = loaded_app(file).switch_page(PAGE).run()
    assert not at.exception
    assert [found.key for found in at.button if found.key == "customer_plan"]
    at = search(at, "c5@")
    assert "Service recovery" in [entry.value for entry in at.subheader]
    assert "A complaint is open since" in words(at)
    assert not [found for found in at.button if found.key == "customer_plan"]


def test_own_segments_that_hold_the_customer_are_named(page):
    from retention.own_segments.conditions import Condition
    from retention.own_segments.library import OwnSegment

    at = page
    rule = Condition("orders", "at_least", 1)
    at.session_state["own_segments"] = (OwnSegment(name="Every <i>one", rule=rule),)
    at = at.run()
    assert not at.exception
    assert "Every &lt;i&gt;one" in bodies(at)


def test_the_tables_of_customers_lead_here(page):
    at = page.switch_page("pages/lifetime_value.py").run()
    at.session_state["tab"] = next(tab.label for tab in at.tabs if "All customers" in tab.label)
    said = words(at.run())
    assert "Tick a row to see the customer." in said
    assert "Tick a row to see the customer." in words(at.switch_page("pages/cohorts.py").run())


def test_nobody_chosen_says_who_is_shown_and_an_order_number_finds_its_customer(hostile):
    at = hostile.switch_page(PAGE).run()
    assert "Nobody is chosen yet, so here is who has the highest" in words(at)
    at = search(at, "#7-1")
    assert not at.exception
    assert "c7@x.com" in bodies(at)
    assert "Nobody is chosen" not in words(at)
    at = search(at, "#7-99")
    assert "no order has that number" in at.info[0].value
