"""Saved work comes back whole, and the same work is the same file."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention.campaigns.usual import usual_campaign
from retention.kept_work.archive import MAIN
from retention.kept_work.json_parts import read_part
from retention.kept_work.made import NotedTest
from retention.kept_work.work import Work
from retention.kept_work.work_file import VERSION, work_of_bytes, work_to_bytes
from retention.reports.industry import Target
from retention.segments.rules import SegmentRules
from tests.kept_work.examples import some_work
from tests.kept_work.hostile import as_first_version, parts_of

PLAIN = [
    *("saved_at", "source", "mapping", "rules", "settings", "order_value", "own_segments"),
    *("targets", "campaigns", "campaigns_for", "on_table", "edited", "left_alone", "lifts"),
    "notes",
    "page",
]


def assert_same(work: Work, other: Work) -> None:
    for name in PLAIN:
        assert getattr(work, name) == getattr(other, name), name
    for test, again in zip(work.tests, other.tests, strict=True):
        assert (test.campaign, test.start, test.end, test.control) == (
            again.campaign,
            again.start,
            again.end,
            again.control,
        )
        pd.testing.assert_frame_equal(test.groups, again.groups)
    for choice, again in zip(work.choices, other.choices, strict=True):
        assert (choice.name, choice.about, choice.digest) == (again.name, again.about, again.digest)
        pd.testing.assert_index_equal(choice.customers, again.customers)
    for file, again in zip(work.signals, other.signals, strict=True):
        assert file == again
        pd.testing.assert_frame_equal(file.frame, again.frame)
        unused = file.left_out
        pd.testing.assert_frame_equal(again.left_out, unused, check_dtype=len(unused) > 0)
    assert (work.orders is None) == (other.orders is None)


@pytest.mark.parametrize("with_orders", [True, False])
def test_work_comes_back_as_it_was_saved(with_orders):
    work = some_work(with_orders=with_orders)
    content = work_to_bytes(work)
    again = work_of_bytes(content)
    assert_same(work, again)
    assert work_to_bytes(again) == content


def test_the_comparison_above_leaves_nothing_out():
    compared = {*PLAIN, "tests", "choices", "signals", "orders"}
    assert {field.name for field in fields(Work)} == compared


def test_nothing_made_yet_is_work_too():
    work = Work(saved_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert_same(work_of_bytes(work_to_bytes(work)), work)


def test_without_the_orders_no_part_holds_them():
    names = set(parts_of(work_to_bytes(some_work(with_orders=False))))
    assert names == {MAIN, "groups.parquet", "chosen.parquet", "sent.parquet"}


def test_the_file_says_its_format_and_version_first():
    parts = parts_of(work_to_bytes(some_work()))
    assert next(iter(parts)) == MAIN
    assert read_part(parts[MAIN], MAIN)["version"] == VERSION


@pytest.mark.parametrize("with_orders", [True, False])
def test_a_file_of_the_first_version_still_opens(with_orders):
    work = some_work(with_orders=with_orders)
    again = work_of_bytes(as_first_version(work_to_bytes(work)))
    known = replace(work.source, until=None, files=None)
    assert_same(again, replace(work, source=known, notes=()))


@settings(max_examples=25, deadline=None)
@given(
    sent=st.none() | st.frozensets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1)),
    is_read=st.booleans(),
    is_drawn_again=st.booleans(),
)
def test_any_note_on_a_test_comes_back(sent, is_read, is_drawn_again):
    work = some_work(with_orders=False)
    note = NotedTest("Nobody", is_read=is_read, is_drawn_again=is_drawn_again, sent=sent)
    work = replace(work, notes=(note,))
    assert work_of_bytes(work_to_bytes(work)).notes == (note,)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(
    lambda name: f"n{name.strip()}"
)


@settings(max_examples=25, deadline=None)
@given(
    names=st.lists(NAMES, unique=True, max_size=4),
    days=st.integers(1, 180),
    target=st.floats(1e-6, 1.0),
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_any_names_and_numbers_come_back(names, days, target, moment):
    campaigns = tuple(
        replace(usual_campaign("messages"), name=name, segments=("at_risk",)) for name in names
    )
    work = Work(
        saved_at=moment.replace(microsecond=0, tzinfo=UTC),
        campaigns=campaigns,
        rules=replace(SegmentRules(), ready_days=days),
        targets=(Target(metric="churn_rate", value=target),),
    )
    assert_same(work_of_bytes(work_to_bytes(work)), work)
