"""Own segments: a library in an order, its file, and overlaps."""

import json

import numpy as np
import pytest

from retention import (
    Condition,
    DataError,
    Group,
    OwnSegment,
    add_segment,
    from_json,
    overlaps,
    to_json,
)
from retention.own_segments.library import (
    MAX_NAME,
    amounts_in,
    delete_segment,
    duplicate_segment,
    edit_segment,
    free_name,
    merge_libraries,
    move_segment,
    rename_segment,
)
from tests.own_segments.examples import (
    small_features,
)

ONCE, AGAIN = Condition("orders", "is", 1), Condition("orders", "at_least", 2)


LATE = Condition("days_since_last_order", "at_least", 100)


def named(*names):
    return tuple(OwnSegment(name, ONCE) for name in names)


def names(library):
    return [segment.name for segment in library]


def test_segments_are_added_copied_moved_renamed_and_deleted():
    library = named("A", "B", "C")
    assert names(add_segment(library, OwnSegment("D", AGAIN))) == ["A", "B", "C", "D"]
    assert names(duplicate_segment(library, "B")) == ["A", "B", "B (2)", "C"]
    assert names(move_segment(library, "C", -1)) == ["A", "C", "B"]
    assert names(move_segment(library, "A", -1)) == ["A", "B", "C"]
    assert names(move_segment(library, "A", 99)) == ["B", "C", "A"]
    assert names(rename_segment(library, "B", "  Tea   lovers ")) == ["A", "Tea lovers", "C"]
    assert names(delete_segment(library, "A")) == ["B", "C"]
    edited = edit_segment(library, "B", OwnSegment("B", AGAIN, "why"))
    assert edited[1] == OwnSegment("B", AGAIN, "why")
    assert names(library) == ["A", "B", "C"]


@pytest.mark.parametrize(
    "act",
    [
        lambda library: add_segment(library, OwnSegment("a", ONCE)),
        lambda library: rename_segment(library, "B", "A"),
        lambda library: edit_segment(library, "B", OwnSegment("A", ONCE)),
    ],
)
def test_a_name_is_taken_whatever_its_case(act):
    with pytest.raises(DataError, match="already"):
        act(named("A", "B"))


@pytest.mark.parametrize("name", ["", "   ", "x" * (MAX_NAME + 1), "a\x00b", "a\u202eb", 7, None])
def test_a_segment_needs_a_usable_name(name):
    with pytest.raises(DataError, match="name"):
        OwnSegment(name, ONCE)


def test_a_segment_that_is_not_there_is_named():
    for act in (delete_segment, duplicate_segment):
        with pytest.raises(DataError, match="no segment 'Z'"):
            act(named("A"), "Z")


def test_a_free_name_fits_however_long():
    long = "x" * MAX_NAME
    assert len(free_name(named(long), long)) == MAX_NAME
    assert free_name(named(long), long) != long


def test_the_file_brings_back_names_notes_rules_and_order():
    library = (
        OwnSegment("Stille Käufer ☕", Group("all", (AGAIN, LATE)), "Zuerst ansprechen"),
        OwnSegment("B", Group("not", (Group("any", (ONCE, LATE)),))),
    )
    assert from_json(to_json(library)) == library
    assert from_json(to_json(library).encode("utf-8")) == library
    assert from_json(b"\xef\xbb\xbf" + to_json(library).encode()) == library
    assert from_json(to_json(())) == ()


def test_the_file_says_the_currency_of_its_amounts():
    orders, money = (
        OwnSegment("A", AGAIN),
        OwnSegment("B", Group("any", (Condition("revenue", "at_least", 50.0),))),
    )
    assert amounts_in(to_json((orders, money), "THB")) == "THB"
    assert from_json(to_json((orders, money), "THB")) == (orders, money)
    assert amounts_in(to_json((orders,), "THB")) is None
    assert amounts_in(to_json((money,))) is None


def test_loading_adds_what_is_new_and_numbers_what_differs():
    library = (OwnSegment("A", ONCE), OwnSegment("B", ONCE))
    loaded = (OwnSegment("A", ONCE), OwnSegment("B", AGAIN), OwnSegment("C", LATE))
    merged = merge_libraries(library, loaded)
    assert names(merged) == ["A", "B", "B (2)", "C"]
    assert merged[2].rule == AGAIN
    assert merge_libraries(merged, merged) == merged


def spoiled(**changes):
    data = json.loads(to_json((OwnSegment("A", ONCE),)))
    return json.dumps(data | changes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no segments"),
        ("null", "no segments"),
        ("{}", "no segments"),
        (spoiled(format="other"), "no segments"),
        (spoiled(version=99), "version 99"),
        (spoiled(version="1"), "no version"),
        (spoiled(version=None), "no version"),
        (spoiled(segments=None), "no list"),
        (spoiled(segments=[{}] * 201), "201"),
        (spoiled(segments=[7]), "Segment 1 cannot be read"),
        (
            spoiled(
                segments=[{"name": "A", "rule": {"feature": "spend", "operator": "is", "value": 1}}]
            ),
            "'spend'",
        ),
        (spoiled(segments=[{"name": "A", "rule": {"all": []}, "extra": 1}]), "Segment 1"),
        (
            spoiled(
                segments=[{"name": "A", "rule": {"all": []}}, {"name": "a", "rule": {"all": []}}]
            ),
            "Segment 2",
        ),
        (" " * 1_000_001, "larger"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, says):
    with pytest.raises(DataError, match=says):
        from_json(content)


def test_overlaps_by_hand():
    features = small_features()
    library = (
        OwnSegment("Once", ONCE),  # b, d
        OwnSegment("Late", LATE),  # b, c
        OwnSegment("Nobody", Condition("orders", "is", 50)),
        OwnSegment("Carts", Condition("cart_abandoned", "is", True)),
    )
    found = overlaps(library, features)
    assert found.names == ("Once", "Late", "Nobody")
    assert found.both.tolist() == [[2, 1, 0], [1, 2, 0], [0, 0, 0]]
    assert found.of_smaller[0].tolist()[:2] == [1.0, 0.5]
    assert np.isnan(found.of_smaller[0, 2])
    assert (found.none, found.one, found.several) == (1, 2, 1)
    assert list(found.skipped) == ["Carts"]
    assert "abandoned carts" in found.skipped["Carts"]


def test_no_segments_overlap_in_nothing():
    found = overlaps((), small_features())
    assert found.both.shape == (0, 0)
    assert found.none == 4
