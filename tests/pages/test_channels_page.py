"""The channels page, opened by its own URL and from the front page."""

import pytest

from retention import breakdown, dimensions_of, preset_period, read_orders
from retention.view.channels.without_columns import EXAMPLE
from tests.pages.steps import button, loaded_app, open_page, order_file, words
from tests.support.sample_store import shared_sample

PAGE = "pages/channels.py"


def page_of(content: bytes):
    """The page with a file loaded."""
    return loaded_app(content).switch_page(PAGE).run()


def rows_of(channels: list[str], per: int = 40) -> list[str]:
    """So many customers of each channel, some of whom came back."""
    rows = []
    for c, channel in enumerate(channels):
        for n in range(per):
            rows.append(
                f"{c}-{n},c{c}-{n}@x.com,2024-0{1 + n % 6}-{1 + n % 28:02d},{20 + n},{channel}"
            )
            if n % (c + 2) == 0:
                rows.append(
                    f"{c}-{n}b,c{c}-{n}@x.com,2024-0{7 + n % 2}-{1 + n % 28:02d},{30 + n},{channel}"
                )
    return rows


@pytest.fixture
def store():
    """The page with the sample store loaded."""
    return button(open_page(PAGE), "Load the sample store").click().run()


def test_opened_cold_it_offers_the_sample_store_there_and_then(store):
    assert not store.exception
    assert store.title[0].value == "Channels"
    assert [s.value for s in store.subheader] == [
        "Expected value by group, per new customer",
        "All channels",
        "Growth",
    ]
    assert store.segmented_control(key="dimension").options == [
        "Channel",
        "Region",
        "Category",
        "Product",
        "Coupon",
    ]


def test_it_says_what_to_do_more_and_less_of_and_what_that_is_not(store):
    said = words(store)
    more, less = (
        line for line in said.splitlines() if "Do more of" in line or "Do less of" in line
    )
    assert "Referral" in more
    assert "Marketplace" in less
    assert "An association, not a cause" in said
    assert "Dashed: the average of all, $" in said
    legends = [
        html.proto.body for html in store.get("html") if 'class="verdict-legend"' in html.proto.body
    ]
    assert len(legends) == 2
    assert "Do more" in legends[0]
    assert "Do less" in legends[0]
    assert "Grows" in legends[1]


def test_the_table_is_that_of_the_analysis(store):
    orders = shared_sample("store")
    found = breakdown(orders, "channel", preset_period("365", orders.start, orders.end)).values
    table = store.dataframe[0].value
    assert table["name"].tolist() == found.index.tolist()
    for name in ("customers", "new_customers", "orders"):
        assert table[name].tolist() == found[name].tolist()
    assert table["repeat_purchase_rate"].to_numpy() == pytest.approx(
        found["repeat_purchase_rate"], abs=0.0006
    )
    assert table["revenue_growth"].to_numpy() == pytest.approx(found["revenue_growth"], abs=0.0006)
    # What the verdict is about stands first, each with its range in one column.
    assert table.columns[:6].tolist() == [
        *("name", "verdict", "value_per_customer", "value_per_customer_range"),
        *("repeat_purchase_rate", "repeat_purchase_rate_range"),
    ]
    low, high = (found[f"repeat_purchase_rate_{end}"].iloc[0] for end in ("low", "high"))
    assert table["repeat_purchase_rate_range"].iloc[0] == f"{low:.0%} to {high:.0%}"
    assert {"days_to_second_order", "revenue_per_customer"} <= set(table)
    assert store.get("download_button")


def test_the_settings_change_what_is_shown(store):
    at = store.segmented_control(key="dimension").set_value("Product").run()
    assert not at.exception
    assert "All products" in [s.value for s in at.subheader]
    at = at.segmented_control(key="attribution").set_value("All orders").run()
    assert at.subheader[0].value == "Repeat purchase rate"
    assert "This says who orders from it, not whom it brings" in words(at)
    assert "value_per_customer" not in at.dataframe[0].value
    at = at.segmented_control(key="growth_of").set_value("Average order value").run()
    assert not at.exception
    at = at.selectbox(key="channels_period").set_value("Last 30 days").run()
    assert "2 Oct 2026 to 31 Oct 2026 against 2 Sep 2026 to 1 Oct 2026" in words(at)


def test_over_all_orders_there_is_no_growth_and_it_says_why(store):
    at = store.selectbox(key="channels_period").set_value("All").run()
    assert not at.exception
    assert "There is no growth to show" in at.info[0].value
    assert not [name for name in at.dataframe[0].value if "growth" in name]


def test_a_shared_url_carries_the_settings():
    at = open_page(PAGE, dimension="Coupon", attribution="All orders", channels_period="This year")
    at = button(at, "Load the sample store").click().run()
    assert not at.exception
    assert at.segmented_control(key="dimension").value == "Coupon"
    assert at.segmented_control(key="attribution").value == "All orders"
    assert at.selectbox(key="channels_period").value == "This year"


def test_an_older_address_still_names_the_period():
    at = button(open_page(PAGE, period="This year"), "Load the sample store").click().run()
    assert not at.exception
    assert at.selectbox(key="channels_period").value == "This year"


def test_the_scorecard_has_a_period_of_its_own(store):
    at = store.switch_page("pages/scorecard.py").run()
    at = at.selectbox(key="period").set_value("Last 90 days").run()
    at = at.switch_page(PAGE).run()
    assert at.selectbox(key="channels_period").value == "Last 365 days"


def test_nonsense_in_the_url_is_ignored():
    keys = ("dimension", "attribution", "channels_period", "period", "growth_of")
    at = (
        button(open_page(PAGE, **dict.fromkeys(keys, "<script>")), "Load the sample store")
        .click()
        .run()
    )
    assert not at.exception
    assert "All channels" in [s.value for s in at.subheader]
    assert at.selectbox(key="channels_period").value == "Last 365 days"


def test_a_file_without_such_columns_shows_how_to_add_them(cdnow):
    at = cdnow.switch_page(PAGE).run()
    assert not at.exception
    assert not at.segmented_control
    assert "This file does not say where customers come from" in words(at)
    how, example = (frame.value for frame in at.dataframe)
    assert how["Column"].tolist() == ["Channel", "Region", "Category", "Product", "Coupon"]
    assert "Sales Channel" in how.iloc[0, 2]
    assert {"Channel", "Region", "Product", "Coupon"} <= set(example.columns)
    assert button(at, "Load other orders")


def test_the_example_is_read_as_it_says():
    orders = read_orders(EXAMPLE.to_csv(index=False).encode())
    assert dimensions_of(orders) == ("channel", "region", "product", "coupon")
    assert orders.table.to_pandas()["channel"].tolist() == EXAMPLE["Channel"].tolist()


def test_one_value_alone_is_said_to_be_one():
    at = page_of(order_file(rows_of(["Web"]), "Order,Email,Date,Total,Channel"))
    assert not at.exception
    assert "Every order of this period counts to the same channel: Web." in words(at)
    assert at.dataframe[0].value["name"].tolist() == ["Web"]
    assert not at.get("vega_lite_chart")


def test_columns_that_the_file_lacks_are_named():
    at = page_of(order_file(rows_of(["Web", "Shop"]), "Order,Email,Date,Total,Channel"))
    assert not at.exception
    assert at.segmented_control(key="dimension").options == ["Channel"]
    assert at.expander[0].label == "Not in this file: region, category, product, coupon"
    assert at.dataframe[-1].value["Column"].tolist() == ["Region", "Category", "Product", "Coupon"]


@pytest.mark.parametrize("products", [("Tea", "Cup"), ("Tea",)])
def test_what_an_order_of_several_lines_counts_to_is_said(products):
    lines = [
        f"{n},c{n % 60}@x.com,2024-0{1 + n % 6}-{1 + n % 28:02d},10,{product}"
        for n in range(120)
        for product in products
    ]
    at = page_of(order_file(lines, "Order,Email,Date,Total,Product"))
    assert not at.exception
    assert ("on the first line of the first order" in words(at)) == (len(products) > 1)
    at.segmented_control(key="attribution").set_value("All orders").run()
    assert not at.exception
    assert ("counts to every product in it" in words(at)) == (len(products) > 1)
    table = at.dataframe[0].value.set_index("name")
    assert table["revenue"].to_dict() == dict.fromkeys(
        products, 1200 / len(products)
    )  # one total, on each row


def test_without_a_model_the_repeat_rate_is_compared():
    rows = [
        f"{n},only{n}@x.com,2024-03-{1 + n % 28:02d},{10 + n},{'Web' if n % 2 else 'Shop'}"
        for n in range(80)
    ]
    at = page_of(order_file(rows, "Order,Email,Date,Total,Channel"))
    assert not at.exception
    assert at.subheader[0].value == "Repeat purchase rate"
    assert "Compared by repeat purchase rate, since there is no value per customer." in words(at)


def test_few_customers_are_too_little_data():
    at = page_of(order_file(rows_of(["Web", "Shop"], per=8), "Order,Email,Date,Total,Channel"))
    assert not at.exception
    assert "Too little data." in words(at)
    assert set(at.dataframe[0].value["verdict"]) == {"Too little data"}


def test_names_from_the_file_stay_letters():
    names = ["**Web** <b>$1</b>", ":red[Shop]"]
    at = page_of(order_file(rows_of(names), "Order,Email,Date,Total,Channel"))
    assert not at.exception
    raw = "\n".join(str(element.value) for element in at.markdown)
    assert ":red[Shop]" not in raw
    assert "**Web**" not in raw
    assert at.dataframe[0].value["name"].isin(names).all()
