"""What a session computes from its orders: computed once, kept apart, never seen by another."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from types import SimpleNamespace
from typing import TypeVar

import pandas as pd
import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    ScriptRunContext,
    add_script_run_ctx,
    get_script_run_ctx,
)
from streamlit.runtime.state import SafeSessionState, SessionState

from retention.view.session import cache, choices, loaded
from retention.view.session.cache import empty_caches, kept, share_results_of
from retention.view.session.store_settings import change_store_settings

T = TypeVar("T")


@dataclass(frozen=True)
class Orders:
    digest: str
    engine: str = "first"


@dataclass(frozen=True)
class Data:
    orders: Orders


TEA, COFFEE = Data(Orders("tea")), Data(Orders("coffee"))


class Session:
    """A visitor's session without a browser: runs functions as a page's script would."""

    def __init__(self, name: str) -> None:
        state = SafeSessionState(SessionState(), lambda: None)
        self.context = ScriptRunContext(
            session_id=name,
            _enqueue=lambda message: None,
            query_string="",
            session_state=state,
            uploaded_file_mgr=SimpleNamespace(),
            main_script_path="",
            user_info={},
            fragment_storage=SimpleNamespace(),
            pages_manager=SimpleNamespace(),
        )

    def run(self, script: Callable[[], T]) -> T:
        outcome: list[T] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                outcome.append(script())
            except BaseException as error:
                errors.append(error)

        thread = Thread(target=work)
        add_script_run_ctx(thread, self.context)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return outcome[0]


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    return Session(request.node.nodeid)


@pytest.fixture
def calls() -> list[tuple]:
    return []


@pytest.fixture
def brew(calls):
    """A function that is kept, and notes each call that reaches it."""

    @kept(max_entries=10)
    def brew(data: Data, minutes: int, strength: float = 1.0, _leaves: object = None) -> tuple:
        calls.append((data.orders.digest, minutes, strength))
        return calls[-1]

    return brew


@pytest.fixture
def brew_by_model(calls):
    @kept(max_entries=10, by_model=True)
    def brew_by_model(data: Data, minutes: int) -> str:
        calls.append((data.orders.digest, minutes))
        return choices.purchase_model()

    return brew_by_model


@pytest.fixture
def brew_by_plan(calls):
    @kept(max_entries=10, by_plan=True)
    def brew_by_plan(data: Data, minutes: int) -> float:
        calls.append((data.orders.digest, minutes))
        return choices.standard_plan().margin

    return brew_by_plan


def test_two_settings_give_two_results(session, brew, calls):
    results = session.run(lambda: [brew(TEA, 3), brew(TEA, 5), brew(TEA, 3), brew(TEA, 5)])
    assert results == [("tea", 3, 1.0), ("tea", 5, 1.0)] * 2
    assert len(calls) == 2


def test_a_setting_is_the_same_however_it_is_passed(session, brew, calls):
    ways = (
        lambda: brew(TEA, 3),
        lambda: brew(TEA, minutes=3),
        lambda: brew(TEA, 3, 1.0),
        lambda: brew(TEA, strength=1.0, minutes=3),
    )
    results = [session.run(way) for way in ways]
    assert results == [("tea", 3, 1.0)] * 4
    assert len(calls) == 1


def test_the_same_orders_loaded_twice_share_their_results(session, brew, calls):
    session.run(lambda: [brew(TEA, 3), brew(Data(Orders("tea")), 3)])
    assert len(calls) == 1


def test_other_orders_have_results_of_their_own(session, brew):
    results = session.run(lambda: [brew(TEA, 3), brew(COFFEE, 3), brew(TEA, 3)])
    assert [digest for digest, _, _ in results] == ["tea", "coffee", "tea"]


def test_a_frame_is_passed_on_and_is_no_part_of_the_key(session):
    seen = []

    @kept(max_entries=10)
    def rows(data: Data, days: int, _frame: pd.DataFrame) -> int:
        seen.append(len(_frame))
        return len(_frame)

    short, long = pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [1, 2]})
    assert session.run(lambda: [rows(TEA, 3, short), rows(TEA, 3, long)]) == [1, 1]
    assert session.run(lambda: rows(TEA, 4, long)) == 2
    assert seen == [1, 2]


def test_the_purchase_model_is_in_the_key_when_asked_for(session, brew_by_model, calls):
    def choose_and_brew(kind: str) -> str:
        choices.choose_purchase_model(kind)
        return brew_by_model(TEA, 3)

    kinds = ["bg_nbd", "mbg_nbd", "bg_nbd"]
    assert [session.run(lambda kind=kind: choose_and_brew(kind)) for kind in kinds] == kinds
    assert len(calls) == 2


def test_the_purchase_model_is_not_in_the_key_otherwise(session, brew, calls):
    def choose_and_brew(kind: str) -> tuple:
        choices.choose_purchase_model(kind)
        return brew(TEA, 3)

    session.run(lambda: [choose_and_brew("bg_nbd"), choose_and_brew("mbg_nbd")])
    assert len(calls) == 1


def test_the_store_settings_of_a_forecast_are_in_the_key_when_asked_for(
    session, brew_by_plan, calls
):
    def set_and_brew(margin: float) -> float:
        change_store_settings(margin=margin, cost_to_win=margin)
        return brew_by_plan(TEA, 3)

    margins = [0.3, 0.6, 0.3]
    assert [
        session.run(lambda margin=margin: set_and_brew(margin)) for margin in margins
    ] == margins
    assert len(calls) == 2


def test_what_no_forecast_assumes_is_not_in_the_key(session, brew_by_plan, calls):
    def set_and_brew(cost: float) -> float:
        change_store_settings(cost_to_win=cost, line_of_business="Tea")
        return brew_by_plan(TEA, 3)

    session.run(lambda: [set_and_brew(1.0), set_and_brew(2.0)])
    assert len(calls) == 1


def test_another_session_never_sees_a_result(session, brew, calls):
    session.run(lambda: brew(TEA, 3))
    Session("another one").run(lambda: brew(TEA, 3))
    assert len(calls) == 2


def test_functions_of_the_same_settings_do_not_share_results(session, brew, brew_by_model):
    assert session.run(lambda: [brew(TEA, 3), brew_by_model(TEA, 3)]) == [("tea", 3, 1.0), "auto"]


def test_the_oldest_result_makes_room(session, calls):
    released = []

    @kept(max_entries=2, on_release=released.append)
    def square(data: Data, number: int) -> int:
        calls.append((number,))
        return number**2

    session.run(lambda: [square(TEA, 1), square(TEA, 2), square(TEA, 3), square(TEA, 1)])
    assert [number for (number,) in calls] == [1, 2, 3, 1]
    assert released == [1, 4]


def test_emptied_caches_compute_again(session, brew, calls):
    session.run(lambda: [brew(TEA, 3), empty_caches(), brew(TEA, 3)])
    assert len(calls) == 2


def test_other_orders_empty_the_caches_and_the_same_ones_do_not(session, brew, calls, monkeypatch):
    monkeypatch.setattr(loaded, "summarise_customers", lambda orders: pd.DataFrame())

    def load_and_brew(orders: Orders) -> None:
        loaded.put("Orders", orders)
        brew(TEA, 3)

    session.run(lambda: load_and_brew(TEA.orders))
    session.run(lambda: load_and_brew(TEA.orders))
    assert len(calls) == 1
    session.run(lambda: load_and_brew(Orders("coffee")))
    assert len(calls) == 2


def test_the_same_file_read_again_empties_the_caches(session, brew, calls, monkeypatch):
    monkeypatch.setattr(loaded, "summarise_customers", lambda orders: pd.DataFrame())
    session.run(lambda: [loaded.put("Orders", Orders("tea")), brew(TEA, 3)])
    session.run(lambda: [loaded.put("Orders", Orders("tea")), brew(TEA, 3)])
    assert len(calls) == 2


def test_the_engine_is_in_the_key_because_a_result_may_hold_its_tables(session, brew, calls):
    again = Data(Orders("tea", engine="second"))
    session.run(lambda: [brew(TEA, 3), brew(again, 3)])
    assert len(calls) == 2


def test_other_orders_leave_another_session_as_it_is(session, brew, calls):
    other = Session("with orders of its own")
    other.run(lambda: brew(TEA, 3))
    session.run(empty_caches)
    other.run(lambda: brew(TEA, 3))
    assert len(calls) == 1


@pytest.fixture
def brew_for_all(calls):
    @kept(max_entries=10, by_orders_alone=True)
    def brew_for_all(data: Data, minutes: int) -> tuple:
        calls.append((data.orders.digest, minutes))
        return calls[-1]

    return brew_for_all


def test_sessions_share_what_follows_from_a_sample(session, brew_for_all, calls):
    sample = Data(Orders("sample of every session"))
    share_results_of(sample)
    session.run(lambda: brew_for_all(sample, 3))
    Session("another one").run(lambda: brew_for_all(sample, 3))
    assert len(calls) == 1
    session.run(lambda: brew_for_all(sample, 5))
    session.run(empty_caches)
    session.run(lambda: brew_for_all(sample, 5))
    assert len(calls) == 2


def test_what_a_visitors_files_say_of_a_sample_is_not_shared(session, calls, monkeypatch):
    files = {}
    monkeypatch.setattr(
        cache, "key_of", lambda orders: files.get(get_script_run_ctx().session_id, ())
    )

    @kept(max_entries=10, by_signals=True, by_orders_alone=True)
    def answers(data: Data) -> str:
        calls.append(())
        return get_script_run_ctx().session_id

    sample = Data(Orders("sample with files"))
    share_results_of(sample)
    maker = session.run(lambda: answers(sample))
    files["with a survey"] = ("digest of the survey",)
    assert Session("without files").run(lambda: answers(sample)) == maker
    assert Session("with a survey").run(lambda: answers(sample)) == "with a survey"
    assert Session("without files, too").run(lambda: answers(sample)) == maker
    assert len(calls) == 2


def test_own_orders_are_never_shared_not_even_a_copy_of_a_sample(session, brew_for_all, calls):
    sample = Data(Orders("sample with a copy"))
    share_results_of(sample)
    copy = Data(Orders("sample with a copy"))
    assert copy == sample
    session.run(lambda: brew_for_all(copy, 3))
    session.run(lambda: brew_for_all(sample, 3))
    Session("another one").run(lambda: brew_for_all(copy, 3))
    assert len(calls) == 3


def test_a_function_that_looks_at_the_session_keeps_a_samples_results_apart(session, brew, calls):
    sample = Data(Orders("sample of one function"))
    share_results_of(sample)
    session.run(lambda: brew(sample, 3))
    Session("another one").run(lambda: brew(sample, 3))
    assert len(calls) == 2


def test_an_error_is_not_kept(session, calls):
    @kept(max_entries=2)
    def fail(data: Data) -> None:
        calls.append(())
        raise ValueError("Too hot.")

    for _ in range(2):
        with pytest.raises(ValueError, match="Too hot"):
            session.run(lambda: fail(TEA))
    assert len(calls) == 2
