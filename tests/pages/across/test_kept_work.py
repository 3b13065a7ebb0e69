"""Work that is kept, over the pages: applied whole, or not at all; on this computer or nowhere."""

import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from retention import wording
from retention.errors import DataError
from retention.kept_work import folder
from retention.kept_work.work import Work
from retention.kept_work.work_file import work_of_bytes, work_to_bytes
from retention.view.session.kept_work import keeping, this_computer
from tests.kept_work.examples import some_work
from tests.kept_work.test_work_file import assert_same
from tests.pages.steps import button, open_app, open_page, words


@pytest.fixture(autouse=True)
def kept(monkeypatch, tmp_path) -> Iterator[Path]:
    monkeypatch.setenv("RETENTION_HOME", str(tmp_path / "kept"))
    yield tmp_path / "kept"
    keeping._TURNS.forgotten += 1  # a watch that the test has started looks no more


@pytest.fixture
def at_home(monkeypatch):
    """The app as the README starts it: it listens on the loopback address."""
    real = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "localhost" if name == "server.address" else real(name)
    )


def opened_and_collected(content: bytes) -> AppTest:
    """A session that opens saved work and gathers its own again."""

    def script(content: bytes) -> None:
        import streamlit as st

        from retention.kept_work.work_file import work_of_bytes, work_to_bytes
        from retention.view.session.kept_work import record

        st.session_state["complete"] = record.apply(work_of_bytes(content))
        st.session_state["again"] = work_to_bytes(record.session_work(with_orders=True))

    at = AppTest.from_function(script, args=(content,), default_timeout=60).run()
    assert not at.exception
    return at


def test_a_session_that_opens_work_has_all_of_it():
    work = some_work()
    at = opened_and_collected(work_to_bytes(work))
    again = work_of_bytes(at.session_state["again"])
    assert at.session_state["complete"]
    assert_same(replace(work, saved_at=again.saved_at, page=None), again)
    assert again.orders.table.to_pandas().equals(work.orders.table.to_pandas())


def test_without_its_orders_the_work_waits_for_them():
    work = some_work(with_orders=False)
    at = opened_and_collected(work_to_bytes(work))
    again = work_of_bytes(at.session_state["again"])
    assert not at.session_state["complete"]
    expected = replace(work, saved_at=again.saved_at, page=None, source=None, mapping=None)
    assert_same(expected, again)


def test_every_field_of_the_work_differs_from_that_of_an_empty_session():
    work, empty = some_work(), Work(saved_at=some_work().saved_at)
    same = [f.name for f in fields(Work) if getattr(work, f.name) == getattr(empty, f.name)]
    assert same == ["saved_at"]


def test_kept_work_is_offered_gone_on_with_and_forgotten(at_home, kept):
    folder.write(some_work())
    at = open_app().run()
    until = wording.day(some_work().source.until)
    offered = f"Go on with orders.csv + 2 newer files, orders up to {until}, 3 customers, kept"
    assert offered in words(at).replace("**", "")
    at = button(at, "Go on").click().run()
    assert not at.exception
    assert at.session_state["loaded_orders"].name == "orders.csv + 2 newer files"
    assert at.session_state["store_settings"].margin == 0.35
    at = open_app().run()
    at = button(at, "Delete what is kept").click().run()
    assert not kept.exists()
    assert "Go on" not in [b.label for b in at.button]


def test_a_page_without_data_offers_it_too(at_home):
    folder.write(some_work())
    at = open_page("pages/rfm.py")
    at = button(at, "Go on").click().run()
    assert not at.exception
    assert at.session_state["loaded_orders"].name == "orders.csv + 2 newer files"


@pytest.mark.parametrize("path", ["app.py", "pages/rfm.py"])
@pytest.mark.parametrize("is_kept", [True, False])
def test_one_button_of_an_empty_page_stands_out(at_home, path, is_kept):
    if is_kept:
        folder.write(some_work())
    at = open_app().run() if path == "app.py" else open_page(path)
    filled = [found.label for found in at.button if found.proto.type == "primary"]
    sample = "Open the sample store" if path == "app.py" else "Load the sample store"
    assert filled == (["Go on"] if is_kept else [sample])


def test_opened_work_may_have_other_orders_and_says_what_stays():
    at = open_app()
    at.session_state["work_waiting"] = some_work(with_orders=False)
    at = at.run()
    other = button(at, "Keep its settings and campaigns, and use other orders")
    assert "columns are found anew" in other.help
    at = other.click().run()
    assert at.session_state["work_waiting"] is None
    assert "Your work is open" not in words(at)


def test_a_look_at_a_sample_does_not_take_the_place_of_a_shop(at_home):
    folder.write(some_work())

    def script() -> None:
        import streamlit as st

        from retention.errors import DataError
        from retention.view.session import loaded
        from retention.view.session.kept_work import keeping

        loaded.put_sample("cdnow")
        st.session_state["work_is_kept"] = True
        st.session_state["written"] = keeping.write_changes()
        try:
            keeping.turn_on()
        except DataError as error:
            st.session_state["refused"] = str(error)

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    assert not at.session_state["written"]
    assert "would take its place" in at.session_state["refused"]
    assert folder.read().source.name == "orders.csv + 2 newer files"


def test_a_tab_follows_what_another_one_has_forgotten(at_home, kept):
    """The tab that kept its work neither says so any longer nor writes it again."""
    folder.write(some_work())

    def script() -> None:
        import streamlit as st

        from retention.view.session import choices
        from retention.view.session.kept_work import keeping

        if "gone_on" not in st.session_state:
            keeping.go_on(lambda _: None)
            st.session_state["gone_on"] = True
        st.session_state["is_on"] = keeping.is_on()
        choices.keep_order_value(choices.order_value() + 1)
        st.session_state["written"] = keeping.write_changes()

    tab = AppTest.from_function(script, default_timeout=60).run()
    assert not tab.exception
    assert tab.session_state["is_on"]
    assert tab.session_state["written"]

    other = open_app().run()
    other = button(other, "Delete what is kept").click().run()
    assert not kept.exists()
    tab = tab.run()
    assert not tab.session_state["is_on"]
    assert not tab.session_state["written"]
    assert not kept.exists()

    folder.write(some_work())  # another tab keeps its own: this one does not write over it
    tab = tab.run()
    assert not tab.session_state["is_on"]
    assert not tab.session_state["written"]


def test_a_change_of_a_run_that_was_cut_short_is_written_all_the_same(at_home, kept, monkeypatch):
    """Streamlit then tells the threads that the run has started to end."""
    folder.write(some_work())
    connected = [True]
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(keeping, "runtime_exists", lambda: True)
    server = SimpleNamespace(is_active_session=lambda _: bool(connected))
    monkeypatch.setattr(keeping, "get_instance", lambda: server)

    def script() -> None:
        import streamlit as st

        from retention.view.session import choices
        from retention.view.session.kept_work import keeping

        keeping.go_on(lambda _: None)
        choices.keep_order_value(1234.0)
        st.stop()

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    watch = at.session_state["work_watch"]
    until = time.monotonic() + 30
    while folder.read(with_orders=False).order_value != 1234.0 and time.monotonic() < until:
        time.sleep(0.05)
    assert folder.read(with_orders=False).order_value == 1234.0
    connected.clear()
    watch.join(30)
    assert not watch.is_alive()


def test_a_folder_that_was_deleted_is_not_made_again(at_home, kept):
    folder.write(some_work())

    def script() -> None:
        import streamlit as st

        from retention.kept_work import folder
        from retention.view.session.kept_work import keeping

        keeping.go_on(lambda _: None)
        folder.forget()  # as another program would: nobody here is told
        st.session_state["is_on"] = keeping.is_on()
        st.session_state["written"] = keeping.write_changes()

    tab = AppTest.from_function(script, default_timeout=60).run()
    assert not tab.exception
    assert not tab.session_state["is_on"]
    assert not tab.session_state["written"]
    assert not kept.exists()


def test_damaged_kept_work_gets_words(at_home, kept):
    folder.write(some_work())
    path = kept / "work.retention"
    path.write_bytes(path.read_bytes()[:-40])
    at = open_app().run()
    assert not at.exception
    assert "damaged" in words(at)
    at = button(at, "Delete what is kept").click().run()
    assert not at.exception
    assert not kept.exists()


def test_damaged_kept_orders_change_nothing(at_home, kept):
    folder.write(some_work())
    (orders,) = kept.glob("orders-*")
    orders.write_bytes(orders.read_bytes()[:-40])
    at = button(open_app().run(), "Go on").click().run()
    assert not at.exception
    assert "damaged" in words(at)
    assert "loaded_orders" not in at.session_state
    assert "store_settings" not in at.session_state


def test_changes_are_written_once_each(at_home):
    def script() -> None:
        from retention.view.session import loaded
        from retention.view.session.kept_work import keeping
        from retention.view.session.store_settings import change_store_settings

        loaded.put_sample("cdnow")
        keeping.turn_on()
        assert not keeping.write_changes()
        change_store_settings(margin=0.41)
        assert keeping.write_changes()
        assert not keeping.write_changes()

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    work = folder.read()
    assert (work.settings.margin, work.source.kind, work.source.customers) == (0.41, "cdnow", 2357)
    assert work.orders is not None


def test_a_later_export_is_read_like_the_one_before_but_for_its_currency():
    def script() -> None:
        from dataclasses import replace

        from retention.view.session import loaded
        from retention.view.session.kept_work import record
        from tests.kept_work.examples import some_work

        work = some_work()
        mapping = replace(
            work.mapping, columns={**work.mapping.columns, "currency": "Currency"}, currency="EUR"
        )
        loaded.put("orders.csv", work.orders, mapping=mapping)
        columns = ("Email", "Date", "Total", "Currency", "More")
        assert record.mapping_for(columns) == replace(mapping, currency=None)
        assert record.mapping_for(columns[:3]) is None
        assert record.mapping_for(columns[:3], opened=work) == work.mapping

    assert not AppTest.from_function(script, default_timeout=60).run().exception


def test_the_sample_store_is_kept_with_its_campaigns(at_home):
    def script() -> None:
        from retention.view.session import campaign_tests, loaded
        from retention.view.session.kept_work import keeping
        from retention.view.session.own_work import own_work

        loaded.put_sample("store")
        keeping.turn_on()
        loaded.put_sample("cdnow")
        assert not campaign_tests.tests()
        keeping.go_on(print)
        assert campaign_tests.tests()
        assert own_work() == ""

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    assert at.session_state["loaded_orders"].origin.kind == "store"


@pytest.mark.parametrize("address", [None, "0.0.0.0", "192.168.1.4", "shop.example.com"])
def test_on_any_other_address_nothing_is_written_or_read(monkeypatch, kept, address):
    folder.write(some_work())
    before = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    real = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: address if name == "server.address" else real(name)
    )
    for name in ("read", "write", "forget", "is_there", "folder"):
        monkeypatch.setattr(folder, name, lambda *_, **__: pytest.fail("the folder was touched"))

    def script() -> None:
        from contextlib import suppress

        import streamlit as st

        from retention.errors import DataError
        from retention.view.session import loaded
        from retention.view.session.kept_work import keeping

        loaded.put_sample("cdnow")
        st.session_state["work_is_kept"] = True  # whatever a session says
        assert keeping.offer() is None
        assert not keeping.is_on()
        assert not keeping.write_changes()
        keeping.follow()
        for change in (keeping.turn_on, keeping.forget, lambda: keeping.go_on(print)):
            with suppress(DataError):
                change()
                raise AssertionError("nothing was refused")

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    for page in (open_app().run(), open_page("pages/rfm.py")):
        assert not page.exception
        assert "Go on" not in [b.label for b in page.button]
        assert "orders.csv" not in words(page)
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == before


def test_the_watch_asks_the_address_as_well(monkeypatch):
    monkeypatch.setattr(this_computer, "listens_here", lambda: False)
    assert not this_computer.is_local()
    assert keeping.offer() is None
    with pytest.raises(DataError, match="this computer alone"):
        keeping.forget()


def test_targets_of_the_scorecard_come_back_on_their_page():
    at = open_page("pages/scorecard.py")
    at = button(at, "Load the sample store").click().run()
    at.number_input(key="target_churn_rate").set_value(30.0).run()
    at = at.switch_page("pages/rfm.py").run()
    at = at.switch_page("pages/scorecard.py").run()
    assert not at.exception
    assert at.number_input(key="target_churn_rate").value == 30.0


def test_thresholds_of_the_lifecycle_come_back_on_their_page():
    at = open_page("pages/segments.py")
    at = button(at, "Load the sample store").click().run()
    slider = next(s for s in at.slider if s.label.startswith("VIP"))
    slider.set_value(slider.value + 1).run()
    key, value = slider.key, slider.value
    rules = at.session_state["segment_rules"]
    at = at.switch_page("pages/rfm.py").run()
    at = at.switch_page("pages/segments.py").run()
    assert not at.exception
    assert at.session_state["segment_rules"] == rules
    assert at.slider(key=key).value == value
