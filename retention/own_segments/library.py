"""A library of own segments: named rules in an order, kept in a small file.

A library is a tuple of `OwnSegment`. Every function that changes a library returns a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retention import wording
from retention.display import displayed
from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import Rule, conditions_of, matches, unavailable
from retention.own_segments.features import Features
from retention.own_segments.rule_files import (
    read_json,
    rule_data,
    rule_of_data,
)
from retention.validation import check_version

FORMAT = "own customer segments"
VERSION = 1
MAX_NAME, MAX_NOTE = 80, 500
MAX_SEGMENTS = 200
MAX_BYTES = 1_000_000


@displayed
@dataclass(frozen=True, slots=True)
class OwnSegment:
    """A rule under a name.

    Attributes:
        name: The name, on one line.
        rule: The condition or group that its customers satisfy.
        note: A note for later readers; may be empty.

    Raises:
        DataError: The name is empty or too long, or holds a control character. The note is no text,
            or too long.
    """

    name: str
    rule: Rule
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _clean_name(self.name))
        if not isinstance(self.note, str) or len(self.note) > MAX_NOTE:
            raise DataError(
                f"The note of '{self.name}' needs to be text of at most {MAX_NOTE} characters."
            )


Library = tuple[OwnSegment, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """How many customers are in several segments.

    Attributes:
        names: The segments that these customers can be asked for, in the library's order.
        both: Customers in each pair, with a row and a column per segment. The diagonal has those in
            the segment.
        of_smaller: `both` as a share of the smaller of the two, NaN where that is empty.
        none: Customers in no segment.
        one: Customers in exactly one segment.
        several: Customers in more than one segment.
        skipped: Why the other segments cannot be asked for, by name.
    """

    names: tuple[str, ...]
    both: np.ndarray
    of_smaller: np.ndarray
    none: int
    one: int
    several: int
    skipped: Mapping[str, str]


def segment_named(library: Library, name: str) -> OwnSegment:
    """Return a segment by its name.

    Args:
        library: The segments, in their order.
        name: The segment's name.

    Returns:
        The segment.

    Raises:
        DataError: There is no segment of that name.
    """
    return library[_place(library, name)]


def add_segment(library: Library, segment: OwnSegment) -> Library:
    """Return the library with one more segment at its end.

    Args:
        library: The segments, in their order.
        segment: The segment to add.

    Returns:
        The longer library.

    Raises:
        DataError: The name is taken, or the library is full.
    """
    if _is_taken(library, segment.name):
        raise DataError(
            f"There is a segment '{segment.name}' already. Choose another name, or change that one."
        )
    _check_room(library)
    return (*library, segment)


def edit_segment(library: Library, name: str, segment: OwnSegment) -> Library:
    """Return the library with another segment in the place of the one named.

    Args:
        library: The segments, in their order.
        name: The name of the segment to replace.
        segment: The segment that takes its place.

    Returns:
        The changed library.

    Raises:
        DataError: There is no segment of that name, or the new name is taken.
    """
    place = _place(library, name)
    others = (*library[:place], *library[place + 1 :])
    if _is_taken(others, segment.name):
        raise DataError(f"There is another segment '{segment.name}' already. Choose another name.")
    return (*library[:place], segment, *library[place + 1 :])


def rename_segment(library: Library, name: str, new_name: str) -> Library:
    """Return the library with a segment under another name.

    Args:
        library: The segments, in their order.
        name: The present name.
        new_name: The new name.

    Returns:
        The changed library.

    Raises:
        DataError: There is no segment of that name, or the new name is taken.
    """
    return edit_segment(library, name, replace(segment_named(library, name), name=new_name))


def duplicate_segment(library: Library, name: str) -> Library:
    """Return the library with a copy after the segment, under a name that is free.

    Args:
        library: The segments, in their order.
        name: The name of the segment to copy.

    Returns:
        The longer library.

    Raises:
        DataError: There is no segment of that name, or the library is full.
    """
    _check_room(library)
    place = _place(library, name)
    copy = replace(library[place], name=free_name(library, library[place].name))
    return (*library[: place + 1], copy, *library[place + 1 :])


def move_segment(library: Library, name: str, by: int) -> Library:
    """Return the library with a segment moved down by some places, up where negative.

    Args:
        library: The segments, in their order.
        name: The segment's name.
        by: How many places to move it down; negative moves it up.

    Returns:
        The library in its new order.

    Raises:
        DataError: There is no segment of that name.
    """
    place = _place(library, name)
    rest = [*library[:place], *library[place + 1 :]]
    rest.insert(min(max(place + by, 0), len(rest)), library[place])
    return tuple(rest)


def delete_segment(library: Library, name: str) -> Library:
    """Return the library without a segment.

    Args:
        library: The segments, in their order.
        name: The segment's name.

    Returns:
        The shorter library.

    Raises:
        DataError: There is no segment of that name.
    """
    place = _place(library, name)
    return (*library[:place], *library[place + 1 :])


def free_name(library: Library, name: str) -> str:
    """Return the name, with a number behind it where it is taken.

    Args:
        library: The segments, in their order.
        name: The name to begin with.

    Returns:
        A name that no segment of the library has, in any case.

    Raises:
        DataError: The name is empty or too long, or holds a control character.

    >>> from retention.own_segments.conditions import Condition
    >>> free_name((OwnSegment("Tea", Condition("orders", "is", 1)),), "tea")
    'tea (2)'
    """
    name, number = _clean_name(name), 2
    free = name
    while _is_taken(library, free):
        ending = f" ({number})"
        free, number = name[: MAX_NAME - len(ending)] + ending, number + 1
    return free


def merge_libraries(library: Library, loaded: Library) -> Library:
    """Return the library with those of `loaded` that it lacks.

    A segment is numbered where its name belongs to another rule.

    Args:
        library: The segments, in their order.
        loaded: The segments to add, in their order.

    Returns:
        The longer library.

    Raises:
        DataError: The library becomes too long.
    """
    for segment in loaded:
        if segment not in library:
            library = add_segment(library, replace(segment, name=free_name(library, segment.name)))
    return library


def to_json(library: Library, currency: str | None = None) -> str:
    """Return the library as the text of a small file.

    Args:
        library: The segments, in their order.
        currency: The currency of the amounts in their rules, where it is known.

    Returns:
        The text, JSON with an indent of one blank.
    """
    segments = [
        {"name": segment.name, "note": segment.note, "rule": rule_data(segment.rule)}
        if segment.note
        else {"name": segment.name, "rule": rule_data(segment.rule)}
        for segment in library
    ]
    head = {"format": FORMAT, "version": VERSION} | ({"currency": currency} if currency else {})
    return json.dumps(head | {"segments": segments}, ensure_ascii=False, indent=1)


def from_json(content: str | bytes) -> Library:
    """Return the library that `to_json` wrote, whatever store it was made for.

    Args:
        content: The file, as text or as UTF-8 bytes.

    Returns:
        The segments, in the file's order.

    Raises:
        DataError: It is not such a file, is of a later version, or one of its segments cannot be
            read. The message says which and why.
    """
    data = _read(content)
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise DataError(
            "This file holds no segments saved here. Choose the one that 'Save to a file' wrote."
        )
    check_version("This file of segments", data.get("version"), VERSION)
    rows = data.get("segments")
    if not isinstance(rows, list):
        raise DataError("This file of segments has no list of segments.")
    if len(rows) > MAX_SEGMENTS:
        raise DataError(
            f"This file has {wording.count(len(rows))} segments; at most {MAX_SEGMENTS} can be "
            "loaded."
        )
    library: Library = ()
    for number, row in enumerate(rows, start=1):
        try:
            library = add_segment(library, _segment(row))
        except DataError as error:
            name = row.get("name") if isinstance(row, Mapping) else None
            shown = f" ('{name[:MAX_NAME]}')" if isinstance(name, str) else ""
            raise DataError(f"Segment {number}{shown} cannot be read. {error}") from error
    return library


def amounts_in(content: str | bytes) -> str | None:
    """Return the currency of the amounts in a file that `from_json` reads.

    Args:
        content: The file, as text or as UTF-8 bytes.

    Returns:
        The currency. None where the file names no currency, or its rules ask for no amounts.

    Raises:
        DataError: As in `from_json`.
    """
    has_amounts = any(
        FEATURES[condition.feature].kind == "money"
        for segment in from_json(content)
        for condition in conditions_of(segment.rule)
    )
    currency = _read(content).get("currency")
    return str(currency)[:10] if currency and has_amounts else None


def overlaps(library: Library, features: Features) -> Overlaps:
    """Count the customers in several segments.

    Segments that these customers cannot be asked for are skipped.

    Args:
        library: The segments, in their order.
        features: What is known of the customers.

    Returns:
        The counts of customers, by segment and by pair of segments.
    """
    skipped = {
        segment.name: missing[0][1]
        for segment in library
        if (missing := unavailable(segment.rule, features))
    }
    kept = [segment for segment in library if segment.name not in skipped]
    masks = [matches(segment.rule, features) for segment in kept]
    both = _in_both(masks)
    sizes = both.diagonal().astype(float)
    smaller = np.minimum(sizes[:, None], sizes[None, :])
    times = np.zeros(len(features), dtype=np.int32)
    for mask in masks:
        times += mask
    none, one, several = (int(count) for count in np.bincount(np.minimum(times, 2), minlength=3))
    return Overlaps(
        names=tuple(segment.name for segment in kept),
        both=both,
        of_smaller=np.divide(both, smaller, out=np.full(both.shape, np.nan), where=smaller > 0),
        none=none,
        one=one,
        several=several,
        skipped=skipped,
    )


def _in_both(masks: list[np.ndarray]) -> np.ndarray:
    """Customers in each pair of masks."""
    packed = [np.packbits(mask) for mask in masks]
    counts = [[int(np.bitwise_count(row & other).sum()) for other in packed] for row in packed]
    return np.array(counts, dtype=np.int64).reshape(len(masks), len(masks))


def _segment(row: object) -> OwnSegment:
    if (
        not isinstance(row, Mapping)
        or set(row) - {"name", "note", "rule"}
        or not {"name", "rule"} <= set(row)
    ):
        raise DataError("It needs a name and a rule, and may have a note.")
    return OwnSegment(name=row["name"], rule=rule_of_data(row["rule"]), note=row.get("note", ""))


def _read(content: str | bytes) -> Any:
    if len(content) > MAX_BYTES:
        raise DataError(
            f"This file is larger than {wording.count(MAX_BYTES // 1000)} kB: no file of "
            "segments is."
        )
    try:
        return read_json(content)
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, nested without end
        raise DataError("This file is not JSON, so it holds no segments saved here.") from error


def _clean_name(name: object) -> str:
    if not isinstance(name, str):
        raise DataError("A segment's name needs to be text.")
    clean = " ".join(name.split())
    if not clean or not clean.isprintable() or len(clean) > MAX_NAME:
        raise DataError(
            f"A segment needs a name of 1 to {MAX_NAME} characters, without control characters."
        )
    return clean


def _check_room(library: Library) -> None:
    if len(library) >= MAX_SEGMENTS:
        raise DataError(
            f"There are {MAX_SEGMENTS} segments, which is as many as there may be. "
            "Delete one first."
        )


def _is_taken(library: Library, name: str) -> bool:
    return any(segment.name.casefold() == name.casefold() for segment in library)


def _place(library: Library, name: str) -> int:
    for place, segment in enumerate(library):
        if segment.name == name:
            return place
    raise DataError(f"There is no segment '{str(name)[:MAX_NAME]}'.")
