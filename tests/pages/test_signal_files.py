"""Files of signals on the pages: added, checked, used, removed, and gone with the orders."""

import re
from html import unescape

import pytest

from retention import Condition, Group, OwnSegment, to_json
from tests.pages.steps import (
    as_read,
    button,
    loaded_app,
    open_app,
    order_file,
    select,
    upload,
    use_upload,
    words,
)

HOSTILE = "**<b>x</b>** :red[y]"


def shop(extra: str = "") -> bytes:
    """60 customers with one to three orders, in 2024."""
    rows = [
        f"{number}-{turn},c{number}@x.com,2024-{1 + 3 * turn + number % 3:02d}-"
        f"{1 + number % 27:02d},{20 + number}"
        for number in range(60)
        for turn in range(1 + number % 3)
    ]
    return order_file([*rows, *([extra] if extra else [])])


def answers(scores=range(60), more=()) -> bytes:
    """An answer of each customer: those who never came back are detractors."""
    rows = [f"C{n}@X.com,{(3, 9, 10)[n % 3]},2024-09-{1 + n % 28:02d}" for n in scores]
    return order_file([*rows, *more], "Email,Score,Created at")


def open_section(at):
    """The front page with the section open."""
    at.query_params["add"] = "signals"
    return at.run()


def choose(at, kind):
    pills = next(group for group in at.button_group if (group.key or "").startswith("signal_kind"))
    return pills.set_value(kind).run()


def give(at, content, name="answers.csv"):
    return upload(at, content, name)


@pytest.fixture
def shop_page():
    return open_section(loaded_app(shop()).run())


@pytest.fixture
def with_answers(shop_page):
    at = give(shop_page, answers())
    return next(b for b in at.button if b.label.startswith("Add to")).click().run()


def html(at):
    return unescape("".join(element.proto.body for element in at.get("html")))


def added(at):
    """The kinds that the session holds."""
    return [file.kind for file in at.session_state["signal_files"][1]]


def test_the_section_is_folded_and_its_uploader_not_built(front):
    at = use_upload(front, shop())
    labels = [expander.label for expander in at.expander]
    assert any(label.endswith("Add what you know elsewhere") for label in labels)
    assert not at.file_uploader
    assert not at.exception


def test_a_file_is_checked_with_counts_and_reasons_before_it_is_used(shop_page):
    more = ["zoe@x.com,5,2024-09-01", ",5,2024-09-01", "c1@x.com,eleven,2024-09-01"]
    at = give(shop_page, answers(more=more))
    assert not at.exception
    shown = words(at)
    assert "60 customers matched." in shown
    assert "60 of 63 rows used, 1 of customers without orders, 2 left out." in shown
    assert "The customer has no orders: 1 row" in shown
    assert "No customer named: 1 row" in shown
    assert "The value cannot be read: 1 row" in shown
    assert "latest counts" in shown
    assert select(at, "Customer").value == "Email"
    assert select(at, "Score, 0 to 10").value == "Score"
    assert "signal_files" not in at.session_state
    preview = next(frame for frame in at.dataframe if "Group" in frame.value)
    assert len(preview.value) == 5
    at = button(at, "Add to 60 customers").click().run()
    assert added(at) == ["nps"]
    assert "“answers.csv” was added" in as_read(at.success[0].value)
    assert "Added to these orders: Recommendation (NPS)." in words(at)


def test_another_column_may_be_chosen_and_a_wrong_one_is_explained(shop_page):
    content = order_file([f"c{n}@x.com,{n % 11},{n % 5}" for n in range(40)], "Email,Score,Other")
    at = give(shop_page, content)
    at = select(at, "Customer").set_value("Other").run()
    assert "No row of" in words(at)
    assert not any(b.label.startswith("Add to") for b in at.button)
    at = select(at, "Customer").set_value("Email").run()
    at = select(at, "Score, 0 to 10").set_value("Other").run()
    assert "40 customers matched" in words(at)
    assert not at.exception


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\npicture", b"email\nc1@x.com\n", b"a,b\n1,2\n", b"\x00\xff" * 40],
)
def test_bad_files_are_refused_in_words(shop_page, content):
    at = give(shop_page, content, f"{HOSTILE}.csv")
    assert not at.exception
    assert at.error
    assert "<b>" not in at.error[0].value.replace("\\<b", "")
    assert "signal_files" not in at.session_state


def test_hostile_names_and_cells_are_shown_letter_by_letter(shop_page):
    content = order_file([f"c1@x.com,9,{HOSTILE}", "c2@x.com,3,y"], "email,points,tier")
    at = give(choose(shop_page, "Loyalty points"), content, f"{HOSTILE}.csv")
    at = button(at, "Add to 2 customers").click().run()
    assert not at.exception
    assert added(at) == ["points"]
    assert HOSTILE in words(at)
    for element in [*at.markdown, *at.caption, *at.success]:
        assert not re.search(r"(?<!\\)<b>|(?<!\\)\*\*<", element.value)


def test_a_new_file_of_a_kind_takes_the_place_and_one_click_removes(with_answers):
    at = give(choose(with_answers, "Recommendation (NPS)"), answers(scores=range(10)), "new.csv")
    assert "takes the place" in words(at)
    at = button(at, "Add to 10 customers").click().run()
    assert [file.name for file in at.session_state["signal_files"][1]] == ["new.csv"]
    at = button(at, "Remove").click().run()
    assert added(at) == []
    assert "“new.csv” was removed." in as_read(at.success[0].value)


def test_other_orders_drop_the_files_and_say_so(with_answers):
    at = with_answers
    at.query_params["load"] = "other"
    at = use_upload(at.run(), shop("x,c1@x.com,2024-12-01,5"))
    assert not at.exception
    assert "“answers.csv” belongs to the orders that were loaded before" in words(at)
    assert "signal_files" not in at.session_state


def test_the_same_orders_loaded_again_keep_them(with_answers):
    at = with_answers
    at.query_params["load"] = "other"
    at = use_upload(at.run(), shop())
    assert added(at) == ["nps"]
    assert "belongs to the orders" not in words(at)


def test_detractors_can_be_asked_for_in_own_segments(with_answers):
    at = with_answers.switch_page("pages/own_segments.py").run()
    rule = Group("all", (Condition("nps_group", "one_of", ("Detractor",)),))
    library = to_json((OwnSegment("Unhappy", rule),)).encode()
    at.session_state["own_place"] = ":material/bookmark: Saved"
    at = at.run()
    at.file_uploader[0].set_value(("mine.json", library, "application/json"))
    at = at.run()
    assert not at.exception
    assert "Is a Detractor by the survey" in html(at)
    assert re.search(r">20</b>|>20<|\b20 customers", html(at) + words(at))


def test_without_a_file_own_segments_say_where_to_add_one():
    at = loaded_app(shop()).switch_page("pages/own_segments.py").run()
    links = [link.proto.label for link in at.get("page_link")]
    assert "Add what you know elsewhere" in links
    assert "file of survey scores (NPS) is added on the front page" in html(at)


def test_the_channels_page_compares_the_groups_as_an_association(with_answers):
    at = with_answers.switch_page("pages/channels.py").run()
    at.session_state["signal_groups_section"] = True
    at = at.run()
    assert not at.exception
    assert "An association, not a cause" in words(at)


def test_a_customers_page_says_what_the_file_says(with_answers):
    at = with_answers.switch_page("pages/customer.py").run()
    at = at.text_input(key="customer_query").set_value("c3@x.com").run()
    assert not at.exception
    assert "Would recommend" in html(at)
    assert "3 of 10, detractor, on 4 Sep 2024" in html(at)


def test_another_session_sees_nothing_of_it(with_answers):
    assert added(with_answers) == ["nps"]
    other = open_section(use_upload(open_app().run(), shop()))
    assert "signal_files" not in other.session_state
    assert "Added to these orders" not in words(other)
