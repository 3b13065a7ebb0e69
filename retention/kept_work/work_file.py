"""Saved work as one file, and back: all of it, or words on what is wrong with it."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.columns.mapping import Mapping as ColumnMapping
from retention.columns.roles import ROLES
from retention.errors import DataError
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.kept_work import order_parts, signal_parts
from retention.kept_work.archive import MAIN, pack, unpack
from retention.kept_work.json_parts import Record, read_part, record, to_json
from retention.kept_work.made import FixedChoice, LeftAlone, NotedTest
from retention.kept_work.parquet import TEXT, WHOLE, frame_to_parquet, from_parquet
from retention.kept_work.settings_file import settings_from_json, settings_to_json
from retention.kept_work.work import OpenPage, OrdersSource, Work
from retention.own_segments.library import from_json, to_json as library_to_json
from retention.reports.industry import Target
from retention.segments.rules import SegmentRules
from retention.validation import check_number, check_version, is_whole

#: The version that is written. Those since the first one are read.
VERSION = 2
FORMAT = "retention.work"
#: Campaigns, tests, lifts and choices that a file may have, each.
MOST_OF_A_KIND = 1_000
#: Exports that may have been added to the first one.
MOST_FILES = 100_000
#: Characters of a name, and of a setting in an address.
LONGEST_TEXT = 2_000
_GROUPS, _CHOSEN, _SENT = "groups.parquet", "chosen.parquet", "sent.parquet"
_PARTS = {MAIN, _GROUPS, _CHOSEN, _SENT} | order_parts.PARTS | signal_parts.PARTS
_GROUP_COLUMNS = {"test": WHOLE, "customer_id": TEXT, "group": TEXT}
_CHOSEN_COLUMNS = {"choice": WHOLE, "customer_id": TEXT}
_SENT_COLUMNS = {"note": WHOLE, "customer_id": TEXT}
_ENTRIES = {
    *("format", "version", "saved_at", "source", "mapping", "segment_rules", "store_settings"),
    *("order_value", "own_segments", "targets", "campaigns", "campaigns_for", "on_table"),
    *("edited", "left_alone", "tests", "lifts", "choices", "page", "signals", "has_orders"),
    "notes",
}
#: Entries that the first version does not have.
_LATER = {"notes"}


def work_to_bytes(work: Work) -> bytes:
    """Return saved work as a file. The same work is the same file, byte by byte.

    Args:
        work: With or without the orders.

    Raises:
        DataError: The orders are of a kind that cannot be saved.
    """
    signals = [signal_parts.signal_parts(file) for file in work.signals]
    parts = {MAIN: to_json(_main(work, [data for data, _ in signals]))}
    groups = [test.groups for test in work.tests]
    parts[_GROUPS] = _numbered(groups, _GROUP_COLUMNS)
    chosen = [pd.DataFrame({"customer_id": choice.customers}) for choice in work.choices]
    parts[_CHOSEN] = _numbered(chosen, _CHOSEN_COLUMNS)
    sent = [pd.DataFrame({"customer_id": sorted(note.sent or ())}) for note in work.notes]
    parts[_SENT] = _numbered(sent, _SENT_COLUMNS)
    for _, tables in signals:
        parts |= tables
    if work.orders is not None:
        parts |= order_parts.order_parts(work.orders)
    return pack(parts)


def work_of_bytes(source: bytes | BinaryIO) -> Work:
    """Return the work that `work_to_bytes` wrote.

    Args:
        source: The file, or its bytes.

    Raises:
        DataError: It is no such file, is damaged or too large, is of a later version, or something
            in it is unknown or wrong. The message says what, and where it stands.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    parts = unpack(stream, _PARTS.__contains__, _check_version)
    return _work_of(read_part(parts[MAIN], MAIN), parts)


def _check_version(content: bytes) -> None:
    data = read_part(content, MAIN)
    if data.get("format") != FORMAT:
        raise DataError("The file holds no saved work. Choose one that “Save my work” wrote.")
    version = data.get("version")
    if is_whole(version) and 1 <= version <= VERSION:
        return
    if isinstance(version, int) and version > VERSION:
        raise DataError(
            f"This work was saved by a later version of the app: the file is of version "
            f"{str(version)[:20]}, and version {VERSION} is read here. Update the app."
        )
    check_version("The file", version, VERSION)


def _main(work: Work, signals: list[dict[str, Any]]) -> dict[str, Any]:
    """What the part of JSON says."""
    left_alone = asdict(work.left_alone)
    del left_alone["home_country"]  # it is one of the store settings
    return {
        "format": FORMAT,
        "version": VERSION,
        "saved_at": work.saved_at.astimezone(UTC).isoformat(timespec="seconds"),
        "source": None if work.source is None else asdict(work.source),
        "mapping": None if work.mapping is None else asdict(work.mapping),
        "segment_rules": asdict(work.rules),
        "store_settings": json.loads(settings_to_json(work.settings)),
        "order_value": work.order_value,
        "own_segments": json.loads(library_to_json(work.own_segments)),
        "targets": [asdict(target) for target in work.targets],
        "campaigns": [asdict(campaign) for campaign in work.campaigns],
        "campaigns_for": work.campaigns_for,
        "on_table": None if work.on_table is None else asdict(work.on_table),
        "edited": work.edited,
        "left_alone": left_alone,
        "tests": [
            {
                "campaign": asdict(test.campaign),
                "start": test.start,
                "end": test.end,
                "control": test.control,
            }
            for test in work.tests
        ],
        "notes": [
            {
                "name": note.name,
                "is_read": note.is_read,
                "is_drawn_again": note.is_drawn_again,
                "has_sent": note.sent is not None,
            }
            for note in work.notes
        ],
        "lifts": [asdict(lift) for lift in work.lifts],
        "choices": [
            {"name": choice.name, "about": choice.about, "digest": choice.digest}
            for choice in work.choices
        ],
        "page": None if work.page is None else asdict(work.page),
        "signals": signals,
        "has_orders": work.orders is not None,
    }


def _numbered(frames: list[pd.DataFrame], columns: Mapping[str, pa.DataType]) -> bytes:
    """The rows of several frames, each with the number of its frame."""
    number, *names = columns
    whole = pd.concat(
        [pd.DataFrame(columns=[number, *names])]
        + [frame[names].assign(**{number: place}) for place, frame in enumerate(frames)]
    )
    return frame_to_parquet(whole[[number, *names]], pa.schema(list(columns.items())))


def _frames_of(
    parts: Mapping[str, bytes], part: str, columns: Mapping[str, pa.DataType], count: int
) -> list[pd.DataFrame]:
    """The frames of `_numbered`."""
    if part not in parts:
        raise DataError(f"The part {part!r} is missing. Open another copy of the file.")
    table = from_parquet(parts[part], part, columns)
    if set(table.schema.names) != set(columns):
        raise DataError(f"The part {part!r} lacks a column. Open another copy of the file.")
    number, *names = columns
    if any(table[name].null_count for name in columns):
        raise DataError(f"The part {part!r} has empty cells.")
    frame = table.to_pandas()
    if len(frame) and not frame[number].between(0, count - 1).all():
        raise DataError(f"The part {part!r} belongs to other work than the rest of the file.")
    by_number = dict(iter(frame.groupby(number)))
    empty = frame.iloc[:0]
    return [by_number.get(n, empty)[names].reset_index(drop=True) for n in range(count)]


def _work_of(data: dict[str, Any], parts: Mapping[str, bytes]) -> Work:
    is_first = data["version"] == 1
    entries = _ENTRIES - _LATER if is_first else _ENTRIES
    if set(data) != entries:
        names = sorted(set(data) ^ entries)
        raise DataError(
            f"The part {MAIN!r} lacks an entry or has an unknown one: {names[0]!r:.80}. Save the "
            "work again."
        )
    if not isinstance(data["has_orders"], bool):
        raise DataError(f"The part {MAIN!r} does not say whether the orders are in the file.")
    orders = order_parts.orders_of_parts(parts) if data["has_orders"] else None
    source = _source(data["source"], data["version"])
    if orders is not None and (source is None or source.digest != orders.digest):
        raise DataError("The orders in the file are others than the work was done on.")
    if is_first and _SENT in parts:
        raise DataError(f"The file has a part {_SENT!r}, which its version does not have.")
    tests, choices = _list(data["tests"], "tests"), _list(data["choices"], "choices")
    groups = _frames_of(parts, _GROUPS, _GROUP_COLUMNS, len(tests))
    chosen = _frames_of(parts, _CHOSEN, _CHOSEN_COLUMNS, len(choices))
    work = Work(
        saved_at=_moment(data["saved_at"]),
        source=source,
        mapping=_mapping(data["mapping"]),
        rules=record(SegmentRules, data["segment_rules"], "'segment_rules'", is_whole=True),
        settings=settings_from_json(to_json(data["store_settings"])),
        order_value=_order_value(data["order_value"]),
        own_segments=from_json(to_json(data["own_segments"])),
        targets=_records(Target, data["targets"], "targets"),
        campaigns=_records(Campaign, data["campaigns"], "campaigns"),
        campaigns_for=_text(data["campaigns_for"], "campaigns_for"),
        on_table=_optional(Campaign, data["on_table"], "The campaign being planned"),
        edited=None if data["edited"] is None else _text(data["edited"], "edited"),
        left_alone=record(LeftAlone, data["left_alone"], "Whom to leave alone"),
        tests=tuple(map(_test_of, tests, groups)),
        notes=() if is_first else _notes(data["notes"], parts),
        lifts=_records(MeasuredLift, data["lifts"], "lifts"),
        choices=tuple(map(_choice_of, choices, chosen)),
        page=_page(data["page"]),
        signals=tuple(
            signal_parts.signals_of_parts(file, parts) for file in _list(data["signals"], "signals")
        ),
        orders=orders,
    )
    _check_names(work)
    return work


def _check_names(work: Work) -> None:
    """Refuse two of one name, by which they are told apart, and what is too long a name."""
    all_names: dict[str, list[str]] = {
        "campaigns": [campaign.name for campaign in work.campaigns],
        "tests": [test.name for test in work.tests],
        "notes on tests": [note.name for note in work.notes],
        "lifts": [lift.name for lift in work.lifts],
        "choices": [choice.name for choice in work.choices],
        "targets": [target.metric for target in work.targets],
        "files of signals": [file.kind for file in work.signals],
    }
    for noun, names in all_names.items():
        if len(set(names)) < len(names):
            raise DataError(f"Two of the {noun} have one name. Save the work again.")
    if not set(all_names["notes on tests"]) <= set(all_names["tests"]):
        raise DataError("One of the notes is on a campaign that is not in the file.")
    if not 0 <= work.left_alone.quiet_days <= 365:
        raise DataError("Whom to leave alone: give quiet_days from 0 to 365.")
    if work.source is not None and (
        len(work.source.name) > LONGEST_TEXT or min(work.source.customers, work.source.placed) < 0
    ):
        raise DataError("The orders' source has too long a name, or counts below zero.")


def _source(given: object, version: int) -> OrdersSource | None:
    """The orders' source. That of the first version names neither a last day nor further files."""
    where = "The orders' source"
    later = {"until", "files"}
    if version > 1 and isinstance(given, dict) and not later <= set(given):
        raise DataError(f"{where} lacks its last day or its files.")
    if version == 1 and isinstance(given, dict) and later & set(given):
        raise DataError(f"{where} has a setting that its version does not have.")
    source: OrdersSource | None = _optional(OrdersSource, given, where)
    files = None if source is None else source.files
    if files is not None and (
        len(files.first) > LONGEST_TEXT
        or not 0 <= files.newer + files.older <= MOST_FILES
        or min(files.newer, files.older) < 0
    ):
        raise DataError(f"{where} has too many files, or too long a name.")
    return source


def _list(given: object, name: str) -> list[Any]:
    if not isinstance(given, list) or len(given) > MOST_OF_A_KIND:
        raise DataError(
            f"The entry {name!r} needs to be a list of at most {wording.count(MOST_OF_A_KIND)}."
        )
    return given


def _records(kind: type[Record], given: object, name: str) -> tuple[Record, ...]:
    return tuple(
        record(kind, entry, f"Number {number} of the {name}", is_whole=True)
        for number, entry in enumerate(_list(given, name), 1)
    )


def _optional(kind: type[Record], given: object, where: str) -> Record | None:
    return None if given is None else record(kind, given, where)


def _text(given: object, name: str) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise DataError(f"The entry {name!r} needs to be a short text.")
    return given


def _moment(given: object) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(given, "saved_at"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError("The entry 'saved_at' needs to be a moment.") from error


def _order_value(given: Any) -> float | None:
    if given is None:
        return None
    check_number("order_value", given, "an amount above 0", above=0, high=1e9)
    return float(given)


def _mapping(given: object) -> ColumnMapping | None:
    mapping: ColumnMapping | None = _optional(ColumnMapping, given, "The choice of columns")
    if mapping is not None and not set(mapping.columns) <= set(ROLES):
        raise DataError("The choice of columns has a role that is not known.")
    return mapping


def _page(given: object) -> OpenPage | None:
    page = _optional(OpenPage, given, "The page that was open")
    if page is None:
        return None
    texts = [page.path, *page.settings, *(text for all_ in page.settings.values() for text in all_)]
    if len(texts) > MOST_OF_A_KIND or any(len(text) > LONGEST_TEXT for text in texts):
        raise DataError("The page that was open has too long an address.")
    return page


def _test_of(given: object, groups: pd.DataFrame) -> CampaignTest:
    where = "A campaign that has gone out"
    if not isinstance(given, dict) or set(given) != {"campaign", "start", "end", "control"}:
        raise DataError(f"{where} lacks its campaign, its days or its groups.")
    try:
        start, end = (pd.Timestamp(_text(given[name], name)).date() for name in ("start", "end"))
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{where} has no days that can be read.") from error
    if groups["customer_id"].duplicated().any():
        raise DataError(f"{where} has a customer twice in its groups.")
    return CampaignTest(
        campaign=record(Campaign, given["campaign"], where, is_whole=True),
        groups=groups,
        start=start,
        end=end,
        control=_text(given["control"], "control"),
    )


def _notes(given: object, parts: Mapping[str, bytes]) -> tuple[NotedTest, ...]:
    notes = _list(given, "notes")
    sent = _frames_of(parts, _SENT, _SENT_COLUMNS, len(notes))
    return tuple(map(_note_of, notes, sent))


def _note_of(given: object, sent: pd.DataFrame) -> NotedTest:
    flags = ("is_read", "is_drawn_again", "has_sent")
    if (
        not isinstance(given, dict)
        or set(given) != {"name", *flags}
        or not all(isinstance(given[flag], bool) for flag in flags)
    ):
        raise DataError("One of the notes on tests does not say what is noted.")
    if len(sent) and not given["has_sent"]:
        raise DataError("One of the notes on tests has a list that it does not name.")
    return NotedTest(
        name=_text(given["name"], "name"),
        is_read=given["is_read"],
        is_drawn_again=given["is_drawn_again"],
        sent=frozenset(sent["customer_id"]) if given["has_sent"] else None,
    )


def _choice_of(given: object, customers: pd.DataFrame) -> FixedChoice:
    if not isinstance(given, dict) or set(given) != {"name", "about", "digest"}:
        raise DataError("One of the choices of customers lacks its name.")
    return FixedChoice(
        name=_text(given["name"], "name"),
        about=_text(given["about"], "about"),
        customers=pd.Index(customers["customer_id"], name="customer_id"),
        digest=_text(given["digest"], "digest"),
    )


def without_orders(work: Work) -> Work:
    """Return the work without the orders and the files of signals that belong to them."""
    return replace(work, orders=None, signals=())
