"""The front page: three ways in, the check of the columns, what was read, and errors."""

import datetime as dt
import json

import pytest

from retention.cells.statuses import State
from retention.view.front import column_check, local_file, mapping_form, sources
from tests.pages.steps import (
    as_read,
    button,
    chip,
    explained,
    fold,
    metrics,
    open_app,
    open_page,
    order_file,
    select,
    unfold,
    upload,
    use_upload,
    words,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def shop(customers=30, name="buyer"):
    rows = []
    for i in range(customers):
        for k in range(1 + i % 6):
            day = f"2024-{1 + (i + 2 * k) % 12:02d}-{1 + (7 * i + k) % 28:02d}"
            rows.append(f"{i}-{k},{name}{i}@example.com,{day},{20 + i + k}.50")
    return order_file(rows)


def test_before_loading_there_are_three_ways_in(front):
    at = front
    assert not at.exception
    assert [b.label for b in at.button] == ["Open the sample store", "Open CDNOW"]
    assert at.file_uploader[0].label == "Order file"
    assert "Up to" in words(at)
    assert not at.metric


def test_the_sample_store_is_one_click_away(front):
    at = button(front, "Open the sample store").click().run()
    assert not at.exception
    found = metrics(at)
    assert list(found) == [
        *("Customers", "Orders", "Revenue", "Bought again"),
        *("Expected value", "Will order again", "Expected orders", "Top 10% hold"),
    ]
    assert found["Customers"] == "12,000"
    assert "Cancelled" in at.dataframe[0].value["Why"].str.cat(sep=" ")
    assert "were left out" in words(at)


def test_cdnow_shows_its_known_numbers(cdnow):
    at = cdnow
    assert not at.exception
    found = metrics(at)
    assert (found["Customers"], found["Orders"]) == ("2,357", "6,919")
    assert found["Bought again"] == "48%"
    assert not at.warning


def test_every_headline_number_has_its_definition(cdnow):
    at = cdnow
    assert explained(at)


def test_an_upload_shows_the_columns_and_is_used_with_one_click(front):
    at = upload(front, shop())
    assert not at.exception
    chosen = {select.label: select.value for select in at.selectbox}
    assert chosen["Customer"] == "Email"
    assert chosen["Order date"] == "Date"
    assert chosen["Amount paid"] == "Total"
    assert chosen["Order number"] == "Order"
    before = metrics(at)
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert at.title[0].value.replace("\\", "") == "orders.csv"
    assert metrics(at)["Customers"] == before["Customers"] == "30"
    assert metrics(at)["Orders"] == before["Orders"]


def test_the_preview_follows_a_corrected_column(front):
    rows = [f"{i},a{i % 9}@x.com,b{i % 4}@x.com,2024-03-{1 + i % 28:02d},10" for i in range(40)]
    at = upload(front, order_file(rows, "Order,Email,Recipient email,Date,Total"))
    assert metrics(at)["Customers"] == "9"
    customer = select(at, "Customer")
    at = customer.set_value("Recipient email").run()
    assert metrics(at)["Customers"] == "4"
    at = customer.set_value("Email").run()
    assert metrics(at)["Customers"] == "9"


def test_a_needed_column_taken_away_says_so_and_the_button_waits(front):
    at = upload(front, shop())
    at = select(at, "Customer").set_value("").run()
    assert "customer" in words(at)
    assert at.error
    assert button(at, "Use these orders").disabled


def test_an_ambiguous_date_is_asked_and_the_answer_counts(front):
    rows = [f"{i},a{i % 9}@x.com,0{1 + i % 9}/0{1 + i % 7}/2024,10" for i in range(60)]
    at = upload(front, order_file(rows))
    ask = at.radio[0]
    assert "written with the day or the month first?" in words(at)
    assert ask.label == "Day or month first"
    assert ask.value is True
    shown = at.dataframe[0].value["ordered_at"].dt.strftime("%m-%d").tolist()
    at = ask.set_value(False).run()
    assert at.radio[0].value is False
    assert at.dataframe[0].value["ordered_at"].dt.strftime("%m-%d").tolist() != shown
    at = button(at, "Use these orders").click().run()
    assert "Sep 2024" in words(at)


DAY = [f"{i},a{i % 9}@x.com,0{1 + i % 9}/0{1 + i % 7}/2024,10" for i in range(60)]
MARK = [f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},1.2{i % 9}0" for i in range(60)]
CURRENCY = [
    f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},10,{'EUR' if i % 4 else 'THB'}" for i in range(60)
]
ONCE = [
    f"{i // 2},a{i // 2 % 9}@x.com,2024-03-{1 + i // 2 % 28:02d},{'20' if i % 4 else '30'}"
    for i in range(60)
]


@pytest.mark.parametrize(
    ("rows", "header", "label"),
    [
        (DAY, "Order,Email,**Date** $x$,Total", "day_first"),
        (MARK, "Order,Email,Date,**Total** $x$", "decimal"),
        (CURRENCY, "Order,Email,Date,Total,Currency", "currency"),
        (ONCE, "Order,Email,Date,Total", "per_order"),
    ],
)
def test_a_question_has_a_label_of_its_own_and_names_from_the_file_stand_beside_it(
    rows, header, label, front
):
    at = upload(front, order_file(rows, header))
    assert not at.exception
    assert at.radio[0].label == mapping_form.ASKED[label]
    [question] = [shown.value for shown in at.markdown if shown.value.endswith("?")]
    for mark in "*$":
        assert question.count(mark) == question.count("\\" + mark)


def test_the_other_currency_can_be_taken(front):
    rows = [
        f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},10,{'EUR' if i % 4 else 'THB'}"
        for i in range(60)
    ]
    at = upload(front, order_file(rows, "Order,Email,Date,Total,Currency"))
    assert metrics(at)["Revenue"] == "€450"
    at = at.radio[0].set_value("THB").run()
    assert metrics(at)["Revenue"] == "฿150"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (PNG, "photo.csv"),
        (order_file([]), "header.csv"),
        (b"one\n1\n2\n", "column.csv"),
        (b"\x1f\x8b\x08\x00broken", "cut.csv.gz"),
    ],
)
def test_a_broken_file_is_refused_in_words_and_loses_nothing(content, name, cdnow):
    at = cdnow
    at = button(at, "Load other orders").click().run()
    at = upload(at, content, name)
    assert not at.exception
    assert at.error
    assert "Traceback" not in words(at)
    back = next(found for found in at.button if found.label.startswith("Back to"))
    at = back.click().run()
    assert metrics(at)["Customers"] == "2,357"


def test_a_refused_file_is_not_read_again_and_a_good_one_follows(monkeypatch, front):
    at = upload(front, PNG, "photo.csv")
    reads = []
    monkeypatch.setattr(sources, "open_sheets", lambda *args: reads.append(args))
    at = at.run()
    assert at.error
    assert not reads
    monkeypatch.undo()
    at = upload(at, shop())
    assert not at.error
    assert metrics(at)["Customers"] == "30"


def test_names_from_the_file_are_never_rendered(front):
    name = "<img src=x onerror=alert(1)> **b** $x$ :smile: [a](http://evil.example).csv"
    at = upload(front, shop(), name)
    assert not at.exception
    at = button(at, "Use these orders").click().run()
    raw = at.title[0].value
    assert raw.replace("\\", "").replace("\u2060", "").startswith("<img src=x")
    # Each mark stands escaped; tests/view/test_text.py holds the helper to that for any text.
    for mark in "<>*$[]()":
        assert raw.count(mark) == raw.count("\\" + mark) > 0
    assert ":smile" not in raw


def test_without_a_model_the_rest_still_shows(front):
    rows = [f"{i},only{i}@x.com,2024-03-{1 + i % 28:02d},10" for i in range(40)]
    at = use_upload(front, order_file(rows))
    assert not at.exception
    assert "cannot be estimated" in at.error[0].value
    assert list(metrics(at)) == ["Customers", "Orders", "Revenue", "Bought again"]


def test_rows_left_out_are_counted_with_their_reason(front):
    rows = [*shop().decode().splitlines()[1:], "x1,,2024-01-01,5", "x2,a@x.com,never,5"]
    at = use_upload(front, order_file(rows))
    table = at.dataframe[0].value
    assert table["Rows"].sum() == 2
    assert "2 of" in words(at)
    assert [found.label for found in at.get("download_button")] == ["Download the rows left out"]


def test_a_currency_that_the_file_does_not_say_can_be_named(front):
    at = upload(front, shop())
    assert metrics(at)["Revenue"][0].isdecimal()
    select(at, "Currency of the amounts").set_value("EUR").run()
    assert not at.exception
    assert metrics(at)["Revenue"].startswith("€")
    at = button(at, "Use these orders").click().run()
    assert metrics(at)["Revenue"].startswith("€")
    assert at.session_state["loaded_orders"].orders.currency == "EUR"


def test_where_the_file_says_the_currency_nobody_is_asked(front):
    at = upload(
        front,
        order_file(
            [f"{n},c{n % 9}@x.com,2024-01-{1 + n % 28:02},10" for n in range(60)],
            "Order,Email,Date,total_idr",
        ),
    )
    assert metrics(at)["Revenue"].startswith("Rp")
    assert not [box for box in at.selectbox if box.label == "Currency of the amounts"]


def test_two_sessions_never_see_each_others_orders():
    one = upload(open_app().run(), shop(30, name="anna"))
    two = upload(open_app().run(), shop(20, name="ben"))
    one = button(one, "Use these orders").click().run()
    two = button(two, "Use these orders").click().run()
    assert metrics(one)["Customers"] == "30"
    assert metrics(two)["Customers"] == "20"
    assert metrics(one.run())["Customers"] == "30"
    assert metrics(open_app().run()) == {}


def test_questions_stand_above_the_button_and_the_button_says_what_it_costs(front):
    rows = [
        f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},10,{'EUR' if i % 4 else 'THB'}"
        for i in range(60)
    ]
    at = upload(front, order_file(rows, "Order,Email,Date,Total,Currency"))
    said = words(at)
    assert said.index("Please confirm before you go on") < said.index("of the rows are left out")
    assert "Use EUR orders only" in [b.label for b in at.button]
    assert "and with them" not in said  # amounts in two currencies are never added
    at = at.radio[0].set_value("THB").run()
    assert metrics(button(at, "Use THB orders only").click().run())["Orders"] == "15"


def test_an_amount_from_quantity_and_price_says_so(front):
    rows = [f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},{1 + i % 3},2.50" for i in range(40)]
    at = upload(front, order_file(rows, "Order,Email,Date,Quantity,UnitPrice"))
    amount = select(at, "Amount paid")
    assert amount.format_func(amount.value) == "Computed: Quantity × UnitPrice"
    quantity = select(unfold(at, "More columns"), "Quantity")
    at = quantity.set_value("").run()
    amount = select(at, "Amount paid")
    assert amount.format_func("") == "Not in this file"


def test_an_amount_taken_away_stays_away_when_its_words_change(front):
    rows = [f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},{i},2,3.50" for i in range(40)]
    at = upload(front, order_file(rows, "Order,Email,Date,Total,Pieces A,Cost B"))
    at = unfold(at, "More columns")
    for role, column in (("Amount paid", ""), ("Quantity", "Pieces A"), ("Unit price", "Cost B")):
        at = select(at, role).set_value(column).run()
    amount = select(at, "Amount paid")
    assert (amount.value, amount.format_func("")) == ("", "Computed: Pieces A × Cost B")
    assert metrics(at)["Revenue"] == "280"


def test_what_is_folded_is_not_built_and_keeps_what_was_chosen_in_it(front):
    rows = [f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},{i},2,3.50,Yes" for i in range(40)]
    at = upload(front, order_file(rows, "Order,Email,Date,Total,Pieces A,Cost B,Newsletter"))
    needed = {"Customer", "Order date", "Amount paid", "Order number", "Currency of the amounts"}
    assert {box.label for box in at.selectbox} == needed
    assert len(at.dataframe) == 1
    at = select(unfold(at, "More columns"), "Quantity").set_value("Pieces A").run()
    at = select(at, "Unit price").set_value("Cost B").run()
    at = select(at, "Amount paid").set_value("").run()
    assert metrics(at)["Revenue"] == "280"
    at = fold(at, "More columns").run()
    assert {box.label for box in at.selectbox} == needed
    assert metrics(at)["Revenue"] == "280"
    at = unfold(at, "The file as it is")
    assert list(at.dataframe[1].value.columns)[-1] == "Newsletter"
    assert select(unfold(at, "More columns"), "Quantity").value == "Pieces A"


def test_an_empty_column_is_said_to_be_empty(front):
    rows = [f"{i},a{i % 9}@x.com,2024-03-{1 + i % 28:02d},10," for i in range(40)]
    at = upload(front, order_file(rows, "Order,Email,Date,Total,Cancelled at"))
    at = unfold(at, "More columns")
    shown = {select.label: select.format_func(select.value) for select in at.selectbox}
    assert shown["Cancelled at"] == "Empty in this file"
    assert shown["Currency"] == "Not in this file"


def test_a_customer_column_in_which_nothing_repeats_is_doubted_before_it_is_used(front):
    rows = [f"R-{i},{i % 9},2024-03-{1 + i % 28:02d},10" for i in range(40)]
    at = upload(front, order_file(rows, "Code,Kind,Date,Total"))
    customer = select(at, "Customer")
    at = customer.set_value("Code").run()
    assert "Is Code really the customer?" in words(at)
    customer = select(at, "Customer")
    assert "really the customer" not in words(customer.set_value("Kind").run())


@pytest.mark.parametrize(("guests", "warned"), [(2, False), (40, True)])
def test_more_than_a_tenth_left_out_is_said_before_and_after(guests, warned, front):
    rows = [*shop().decode().splitlines()[1:], *(f"g{i},,2024-01-01,5" for i in range(guests))]
    at = upload(front, order_file(rows))
    assert ("of the rows are left out" in words(at)) == warned
    at = button(at, "Use these orders").click().run()
    assert ("of the rows are left out" in "".join(w.value for w in at.warning)) == warned


def test_a_line_of_totals_is_no_money_left_out(front):
    at = upload(front, shop() + b"\nTotal,,,99999.00")
    assert "of the rows are left out" not in words(at)
    assert metrics(at)["Rows left out"] == "0.9%"


def test_dates_without_a_time_show_none(front):
    at = upload(front, shop())
    columns = json.loads(at.dataframe[0].proto.columns)
    assert columns["ordered_at"]["type_config"]["format"] == "D MMM YYYY"
    assert columns["revenue"]["type_config"]["format"] == "localized"
    assert columns["revenue"]["type_config"]["step"] == 0.01


def test_below_thirty_customers_there_are_counts_and_no_forecast(front):
    at = use_upload(front, shop(12))
    assert "There are 12 customers, of whom 10 bought on a second day." in words(at)
    assert metrics(at)["Customers"] == "12"
    assert "Expected value" not in metrics(at)
    assert chip(at) is None


def test_a_forecast_that_one_customer_rules_is_not_to_be_used(front):
    daily = [
        f"r-{n},reseller@example.com,2024-{1 + n % 12:02d}-{1 + n % 28:02d},20000"
        for n in range(300)
    ]
    at = use_upload(front, order_file([*shop(60).decode().splitlines()[1:], *daily]))
    assert chip(at) == "Forecast: do not use"
    assert "Expected figures are greyed." in words(at)
    # The reason is one hover away; on the page about the forecast it stands in full.
    [mark] = [link for link in at.get("page_link") if link.proto.label == "Forecast: do not use"]
    assert "expected value" in mark.proto.help
    assert "expected value" not in words(at)
    at = at.switch_page("pages/lifetime_value.py").run()
    assert as_read(mark.proto.help).split(". ")[0] in words(at)


def test_the_chip_says_what_the_checks_come_to(cdnow):
    assert chip(cdnow) == "Forecast: good"
    assert "Expected figures are greyed." not in words(cdnow)


def test_settings_in_an_address_outlive_the_way_over_the_front_page():
    at = open_page("pages/lifetime_value.py", margin="40")
    assert "settings in this page's address are kept" in words(at)
    at.query_params.clear()
    at = at.switch_page("app.py").run()
    assert "settings of the page you came from are kept" in words(at)
    at = button(at, "Open CDNOW").click().run()
    assert not at.exception
    assert at.title[0].value == "Forecast"
    assert "Margin 40%, discount" in words(at)


def test_settings_in_an_address_outlive_the_check_of_a_files_columns():
    at = open_page("pages/segments.py", repeat=["40", "200"], loyal_orders="7")
    at.query_params.clear()
    at = upload(at.switch_page("app.py").run(), shop())
    at = select(at, "Order number").set_value("").run()
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert at.title[0].value == "Segments"
    assert at.slider(key="repeat").value == (40, 200)
    assert at.slider(key="loyal_orders").value == 7


def test_a_click_while_the_file_is_read_waits_its_turn(monkeypatch, front):
    at = upload(front, shop())
    opened = at.session_state["load_draft"]
    read, busy = column_check.build_orders, []
    monkeypatch.setattr(
        column_check, "build_orders", lambda *args: busy.append(opened.busy.locked()) or read(*args)
    )
    at = select(at, "Order number").set_value("").run()
    assert not at.exception
    assert busy == [True]
    assert not opened.busy.locked()


@pytest.mark.parametrize(("days", "said"), [(3, ""), (400, "The last order is 13 months old")])
def test_orders_that_ended_long_ago_are_said_to_be_old(front, days, said):
    last = dt.date.today() - dt.timedelta(days=days)
    rows = [f"{n},c{n % 40}@x.com,{last - dt.timedelta(days=2 * n)},10" for n in range(200)]
    use_upload(front, order_file(rows, "Order,Email,Date,Total"))
    cards = [
        str(html.value) for html in front.get("html") if "class=loaded-card" in str(html.value)
    ]
    assert len(cards) == 1
    assert ("The last order is" in cards[0]) == bool(said)
    assert said in cards[0]


def test_several_files_are_read_as_one_and_listed(front):
    first, *rows = shop().decode().splitlines()
    files = [("one.csv", rows[:40]), ("two.csv", rows[30:])]
    uploads = [(name, order_file(part, first), "text/csv") for name, part in files]
    front.file_uploader[0].set_value(uploads)
    at = front.run()
    assert not at.exception
    assert metrics(at)["Customers"] == "30"
    assert "one.csv: 40 rows" in words(at)
    assert f"two.csv: {len(rows) - 30} rows" in words(at)
    assert "10 orders" in words(at)
    at = button(at, "Use these orders").click().run()
    assert at.title[0].value.replace("\\", "") == "one.csv and 1 more file"


def test_a_file_that_does_not_fit_is_named_and_can_be_taken_out(front):
    uploads = [
        ("one.csv", shop(), "text/csv"),
        ("etsy.csv", order_file(["1,2024-01-01,5,x"], "Sale,Day,Sum,Buyer"), "text/csv"),
    ]
    front.file_uploader[0].set_value(uploads)
    at = front.run()
    assert "'etsy.csv' does not fit with 'one.csv'" in words(at)
    at.file_uploader[0].set_value(uploads[:1])
    at = at.run()
    assert not at.error
    assert metrics(at)["Customers"] == "30"


def test_files_that_were_refused_and_all_taken_out_leave_no_message(front):
    front.file_uploader[0].set_value([(name, PNG, "image/png") for name in ("a.csv", "b.csv")])
    at = front.run()
    assert at.error
    at.file_uploader[0].set_value([])
    assert not at.run().error


def test_equal_rows_without_order_numbers_are_a_question(front):
    rows = [f"c{i % 20}@x.com,2024-0{1 + i // 28}-{1 + i % 28:02},{10 + i}" for i in range(140)]
    at = upload(front, order_file([*rows, *rows[100:]], "Email,Date,Total"))
    assert metrics(at)["Orders"] == "140"
    question = next(radio for radio in at.radio if radio.label == "Equal rows")
    at = question.set_value("keep").run()
    assert metrics(at)["Orders"] == "180"


def shop_with_statuses() -> bytes:
    statuses = ("Paid", "Paid", "Zephyr", "Mistral", "Canceled")
    return order_file(
        [
            f"{n},c{n % 30}@x.com,2024-{1 + n % 12:02}-{1 + n % 28:02},10.50,{statuses[n % 5]}"
            for n in range(200)
        ],
        "Order,Email,Date,Total,Status",
    )


def test_what_an_unknown_status_means_is_asked_and_the_answer_counts(front):
    at = upload(front, shop_with_statuses())
    assert metrics(at)["Orders"] == "160"
    asked = [box for box in at.selectbox if "ask_status" in str(box.key)]
    shown = words(at)
    assert shown.index("'Mistral' mean? 40 rows") < shown.index("'Zephyr' mean? 40 rows have it.")
    assert [box.label for box in asked] == [f"Meaning of unknown status {n}" for n in (1, 2)]
    at = asked[1].set_value(State.CANCELLED).run()
    assert not at.exception
    assert metrics(at)["Orders"] == "120"
    at = button(at, "Use these orders").click().run()
    assert metrics(at)["Orders"] == "120"


def test_each_known_status_can_be_given_another_meaning(front):
    at = upload(front, shop_with_statuses())
    assert any("What each status means (2, of which 1 is no order)" in e.label for e in at.expander)
    at = unfold(at, "What each status means")
    assert "Canceled · 40 rows" in words(at)
    at = select(at, "Meaning of status 2").set_value(State.ORDER).run()
    assert not at.exception
    assert metrics(at)["Orders"] == "200"
    assert "Paid · 80 rows" in words(at)
    at = select(at, "Meaning of status 1").set_value(State.PENDING).run()
    assert metrics(at)["Orders"] == "120"


@pytest.fixture
def at_home(monkeypatch):
    """The app as the README starts it: it listens on the loopback address."""
    monkeypatch.setattr(local_file, "is_allowed", lambda: True)


def submit_path(at, path) -> None:
    at.text_input[0].set_value(str(path))
    return button(at, "Open the file").click().run()


def test_a_file_of_this_computer_is_opened_by_its_path(at_home, front, tmp_path):
    path = tmp_path / "my orders.csv"
    path.write_bytes(shop_with_statuses())
    at = submit_path(front.run(), path)
    assert not at.exception
    assert at.title[0].value == "Check the columns"
    assert metrics(at)["Orders"] == "160"


def test_a_path_without_a_file_is_refused_in_words(at_home, front, tmp_path):
    at = submit_path(front.run(), tmp_path / "nothing.csv")
    assert not at.exception
    assert "There is no file at" in words(at)
    at = submit_path(at, tmp_path)
    assert "There is no file at" in words(at)


def test_where_others_can_reach_the_app_there_is_no_path(front):
    assert not front.text_input
    assert not any(one.label == "Open the file" for one in front.button)


def plan_buttons(at):
    return [found for found in at.button if found.label == "Plan it"]


@pytest.fixture(scope="module")
def sample():
    """The front page with the sample store; the tests that share it click nothing."""
    return button(open_app().run(), "Open the sample store").click().run()


def test_what_to_do_next_stands_first(sample):
    at = sample
    assert [heading.value for heading in at.subheader] == [
        "Do this next",
        "So far",
        "The next 12 months",
        "What was read",
    ]
    assert 3 <= len(plan_buttons(at)) <= 5
    said = words(at)
    assert "should bring" in said
    assert "80% range" in said
    assert "may be written to" in said
    assert len([word for word in said.split() if word == "Open"]) == 0


def test_an_action_opens_its_campaign_filled_in(front):
    at = button(front, "Open the sample store").click().run()
    sentences = [as_read(shown.value) for shown in at.markdown if "should bring" in shown.value]
    sentence = next(sentence for sentence in sentences if "to do this week" not in sentence)
    gain = sentence.split("should bring ")[1].split(" ")[0]
    at = plan_buttons(at)[0].click().run()
    assert not at.exception
    assert at.title[0].value == "Plan"
    [segment] = at.multiselect[0].value
    assert segment == "Chosen: Second order due"
    assert select(at, "Strategy").value == "cross_sell"
    assert any(f"the plan gains {gain}" in str(html.value) for html in at.get("html"))
    at = button(at, "Keep this campaign").click().run()
    assert not at.exception
    at = at.switch_page("app.py").run()
    assert not at.exception
    assert len(plan_buttons(at)) == 4
    assert "Planned" in words(at)


def test_cdnow_has_actions_and_says_what_it_lacks(cdnow):
    at = cdnow
    assert not at.exception
    assert plan_buttons(at)
    assert "column of the channel" in words(at)
    assert "column of consent" in words(at)


@pytest.mark.parametrize("amounts", [True, False])
def test_a_tiny_store_has_no_actions_and_says_why(front, amounts):
    rows = [f"{n},a{n % 7}@x.com,2024-0{1 + n % 8}-11,{20 + n}.00" for n in range(16)]
    header = "Order,Email,Date,Total"
    if not amounts:
        rows, header = [row.rsplit(",", 1)[0] for row in rows], "Order,Email,Date"
    at = upload(front, order_file(rows, header))
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert not plan_buttons(at)
    assert metrics(at)["Customers"] == "7"


def test_names_from_the_file_are_no_markdown_on_a_card(front):
    rows = []
    for customer in range(300):
        channel = "**[Ads](x)**" if customer % 2 else "Web"
        for order in range(1 if customer % 2 else 3):
            day = dt.date(2024, 12, 20) - dt.timedelta(days=customer % 60 + 37 * order)
            rows.append(f"{customer}-{order},b{customer}@x.com,{day},30,{channel}")
    at = use_upload(front, order_file(rows, "Order,Email,Date,Total,Channel"))
    assert not at.exception
    assert all("**[Ads]" not in shown.value for shown in at.markdown)


def test_orders_of_years_ago_are_said_to_be_old(cdnow):
    assert "count from 30 Jun 1998: load newer orders before you write" in words(cdnow)
