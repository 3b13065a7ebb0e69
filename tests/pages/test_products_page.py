"""The products page, opened by its own URL and from the front page."""

import pandas as pd
import pytest

from retention import reorders_due
from retention.view.products import parts
from tests.pages.steps import (
    button,
    loaded_app,
    metrics,
    notes,
    open_page,
    words,
)
from tests.support.sample_store import shared_sample

PAGE = "pages/products.py"
HEADER = "Order,Email,Date,Total,Product"
HOSTILE = (
    "**bold** [link](http://evil.example) :material/home: $x$ `code`",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "L" * 3000,
    "L" * 3000 + "x",
    "others",
    "no further order",
    "a:b.c['d']",
)


def regulars(names: tuple[str, ...], per: int = 34, orders: int = 4) -> list[tuple[str, ...]]:
    """Customers of each product who come back for it every 30 days."""
    rows = []
    for place, name in enumerate(names):
        for n in range(per):
            for turn in range(orders):
                day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=30 * turn + n)
                order = f"{place}-{n}-{turn}"
                mail = f"c{place}-{n}@x.com"
                rows.append((order, mail, f"{day:%Y-%m-%d}", str(20 + n), name))
    return rows


def file_of(rows: list[tuple[str, ...]], without: tuple[str, ...] = ()) -> bytes:
    frame = pd.DataFrame(rows, columns=HEADER.split(",")).drop(columns=list(without))
    return frame.to_csv(index=False).encode()


def page_of(content: bytes):
    """The page with a file loaded."""
    return loaded_app(content).switch_page(PAGE).run()


def opened(at, part: str):
    """The page with one of its parts open."""
    at.session_state["products_part"] = part
    at.run()
    assert not at.exception
    assert not at.error
    return at


@pytest.fixture
def store():
    """The page with the sample store loaded."""
    return button(open_page(PAGE), "Load the sample store").click().run()


def test_the_first_sentence_says_what_to_conclude(store):
    assert not store.exception
    assert store.title[0].value == "Products"
    due = reorders_due(shared_sample("store"))
    own = due[(due["basis"] == "own") & (due["week"] == "this week")]["customer_id"].nunique()
    said = words(store)
    assert "**Coffee Subscription** brings people back: **88%** buy it again" in said
    assert f"**{own} customers** are due this week by their own interval." in said
    assert metrics(store)["Due this week"] == str(own)
    assert notes(store)["Bought again"] == "of each product's customers"
    assert "60% of those due by their own interval and 4.9% of those due by what is usual" in said


@pytest.mark.parametrize("part", parts.PARTS)
@pytest.mark.parametrize("by", ["Product", "Category"])
def test_each_part_is_drawn_for_products_and_categories(store, part, by):
    store.segmented_control(key="products_by").set_value(by)
    at = opened(store, part)
    assert len(at.subheader) == 2


def test_the_list_says_whom_not_to_write_to(store):
    rows = store.dataframe[0].value
    due = reorders_due(shared_sample("store"))
    own = due[due["basis"] == "own"]
    assert set(rows["customer_id"]) <= set(own["customer_id"])
    assert {"consent", "do_not_write"} <= set(rows.columns)
    assert "may be written to" in words(store)
    now = own.loc[own["week"] == "this week", "customer_id"]
    number = int((rows["customer_id"].isin(now) & (rows["do_not_write"] == "")).sum())
    assert 0 < number < now.nunique()
    assert f"Plan a campaign for {number} due this week" in [found.label for found in store.button]


def test_a_segment_of_those_due_holds_those_counted(store):
    at = button(store, "Make it a segment").click().run()
    assert not at.exception
    (segment,) = at.session_state["own_segments"]
    assert segment.name == "Due this week, own interval"
    assert "Saved as" in str([link.proto.label for link in at.get("page_link")])
    at = at.switch_page("pages/own_segments.py").run()
    assert not at.exception
    # Asked for once more, it is the same one.
    at = button(at.switch_page(PAGE).run(), "Make it a segment").click().run()
    assert at.session_state["own_segments"] == (segment,)


def test_a_campaign_is_planned_with_one_click(store):
    label = next(b.label for b in store.button if b.label.startswith("Plan a campaign"))
    at = button(store, label).click().run()
    assert not at.exception
    campaign = at.session_state["campaign_on_table"]
    assert campaign.segments == ("Own: Due this week, own interval",)
    assert (campaign.strategy, campaign.channel) == ("messages", "email")
    assert campaign.name == "Reminder: Due this week, own interval"


def test_a_campaign_to_those_due_for_a_category_is_planned_with_one_click(store):
    store.segmented_control(key="products_by").set_value("Category").run()
    due = reorders_due(shared_sample("store"), "category", weeks=["this week"])
    name = due.loc[due["basis"] == "own", "product"].value_counts().index[0]
    at = store.selectbox(key="products_due_category_Own interval").set_value(name).run()
    label = next(b.label for b in at.button if b.label.startswith("Plan a campaign for"))
    at = button(at, label).click().run()
    assert not at.exception
    assert at.session_state["campaign_on_table"].segments == (
        f"Own: Due this week: {name}, own interval",
    )


def test_without_products_it_says_which_column_to_map(cdnow):
    at = cdnow.switch_page(PAGE).run()
    assert not at.exception
    assert "This file does not say what was bought" in words(at)
    assert "Map **Product**" in words(at)
    assert "who is due to buy again this week" in words(at)
    assert not at.metric


@pytest.mark.parametrize("part", parts.PARTS)
def test_orders_without_amounts(part):
    at = opened(page_of(file_of(regulars(("Tea", "Pot")), without=("Total",))), part)
    said = words(at)
    assert "Revenue" not in said
    assert "$" not in said
    assert "nan" not in said.lower().replace("finance", "")


@pytest.mark.parametrize("part", parts.PARTS)
def test_names_are_never_markup(part):
    at = opened(page_of(file_of(regulars(HOSTILE))), part)
    for element in (*at.markdown, *at.caption, *at.info):
        assert "[link](" not in element.value
        assert "<img" not in element.value
        assert ":material/home:" not in element.value


@pytest.mark.parametrize("part", parts.PARTS)
def test_one_product_only(part):
    opened(page_of(file_of(regulars(("Tea",)))), part)


@pytest.mark.parametrize("part", parts.PARTS)
def test_few_orders(part):
    opened(page_of(file_of(regulars(("Tea", "Pot"), per=3, orders=1))), part)


def test_two_products_of_every_order_go_together():
    rows = [
        (f"{n}", f"c{n}@x.com", f"2024-0{1 + n % 6}-{1 + n % 28:02d}", "5", product)
        for n in range(80)
        for product in ((HOSTILE[0], HOSTILE[1]) if n % 2 else ("Cup", "Cake"))
    ]
    at = opened(page_of(file_of(rows)), parts.NEXT)
    said = words(at)
    assert "are in **50%** of orders together" in said
    tables = [frame.value for frame in at.dataframe if "beyond_chance" in frame.value.columns]
    (times,) = tables[0]["beyond_chance"]
    assert "lift" not in tables[0]
    assert f"{times:.1f} times as often as by chance" in said


def test_a_hostile_name_makes_a_segment():
    at = page_of(file_of(regulars((HOSTILE[0],))))
    select = next(box for box in at.selectbox if box.label == "Of which product")
    at = select.select_index(1).run()
    at = button(at, "Make it a segment").click().run()
    assert not at.exception
    assert len(at.session_state["own_segments"]) == 1
