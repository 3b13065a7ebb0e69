"""Campaigns as a small JSON file, with every assumption in it, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.customers.countries import country_code
from retention.display import displayed
from retention.errors import DataError
from retention.own_segments.library import Library, from_json, to_json
from retention.own_segments.ready_made import present_name
from retention.own_segments.rule_files import read_json
from retention.segments.rules import SegmentRules
from retention.validation import check_version, is_whole

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

Record = TypeVar("Record")
#: Where something stands in a record: names of settings and numbers in lists.
Location = tuple[int | str, ...]

VERSION = 1
#: A file larger than this is no plan.
MOST_BYTES = 1_000_000
MOST_CAMPAIGNS = 50
MOST_MESSAGES = 60
#: Characters of the longest text.
LONGEST_TEXT = 500
#: Settings that came after the first files. A file may lack them.
_LATER = ("starts_on", "holdout_key", "ranked_by", "lift_error", "lift_tests")
#: What is expected where pydantic refuses something, by the beginning of its error's type.
_EXPECTED = {
    "string": "text",
    "literal": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a day such as 2026-03-31, or null",
    "tuple": "a list of names",
    "dataclass": "settings by name",
}
_SAVED_HERE = "Choose a plan that was saved here."


@displayed
@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan's file holds.

    A list of customers to leave out is personal, and stays out of the file.

    Attributes:
        campaigns: In their order of priority.
        library: The own segments that they may address.
        rules: The thresholds of the lifecycle stages and traits.
        quiet_days: As in `suppressions`.
        unknown_consent: As in `suppressions`.
        home_country: The `default_country` of `usable_contacts`, as an ISO code.
        currency: Of the orders for which the plan was made; None where they name none.
    """

    campaigns: tuple[Campaign, ...]
    library: Library = ()
    rules: SegmentRules = field(default_factory=SegmentRules)
    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    currency: str | None = None


def campaigns_to_json(plan: SavedPlan) -> bytes:
    """Return a plan as a JSON file, with every assumption in it.

    Args:
        plan: The campaigns and what they rest on.

    Returns:
        The file, in UTF-8.
    """
    content = {
        "retention_campaigns": VERSION,
        "currency": plan.currency,
        "campaigns": [asdict(campaign) for campaign in plan.campaigns],
        "own_segments": json.loads(to_json(plan.library)),
        "segment_rules": asdict(plan.rules),
        "leave_alone": {
            "quiet_days": plan.quiet_days,
            "unknown_consent": plan.unknown_consent,
            "home_country": plan.home_country,
        },
    }
    # The only values that JSON does not know are days.
    return json.dumps(content, indent=2, ensure_ascii=False, default=str).encode()


def campaigns_from_json(content: str | bytes) -> SavedPlan:
    """Return the plan of a file that `campaigns_to_json` wrote.

    Args:
        content: The file, as text or as UTF-8 bytes.

    Returns:
        The plan. Without own segments or segment rules in the file, it has no segments and the
        published rules.

    Raises:
        DataError: It is no such file, is of a later version, or a setting in it is missing, unknown
            or out of range. The message says where.
    """
    # 0.1 s to import, and only files need it.
    from pydantic import TypeAdapter

    plan = _read(content)
    campaigns = plan.get("campaigns")
    if not isinstance(campaigns, list) or len(campaigns) > MOST_CAMPAIGNS:
        raise DataError(
            f"A plan holds a list of up to {MOST_CAMPAIGNS} campaigns; this one does not."
        )
    read_campaign = TypeAdapter(Campaign)
    quiet_days, unknown_consent, home_country = _leave_alone(plan.get("leave_alone", {}))
    return SavedPlan(
        campaigns=tuple(
            _with_present_names(
                record_of(read_campaign, campaign, f"Campaign {number} of the file")
            )
            for number, campaign in enumerate(campaigns, 1)
        ),
        library=from_json(json.dumps(plan["own_segments"])) if "own_segments" in plan else (),
        rules=record_of(TypeAdapter(SegmentRules), plan["segment_rules"], "'segment_rules'")
        if "segment_rules" in plan
        else SegmentRules(),
        quiet_days=quiet_days,
        unknown_consent=unknown_consent,
        home_country=home_country,
        currency=_currency(plan.get("currency")),
    )


def _read(content: str | bytes) -> dict[str, Any]:
    """A file's content, once it is known to be a plan of this version."""
    if len(content) > MOST_BYTES:
        raise DataError(
            f"The file has {wording.count(len(content))} bytes; a plan has at most "
            f"{wording.count(MOST_BYTES)}. "
            "Choose a saved plan."
        )
    try:
        plan = read_json(content)
    except (ValueError, RecursionError) as error:
        raise DataError(
            "The file is not a saved plan: it is not JSON. Choose one that was saved here."
        ) from error
    if not isinstance(plan, dict) or "retention_campaigns" not in plan:
        raise DataError(
            "The file is not a saved plan: it names no campaigns. Choose one that was saved here."
        )
    check_version("The plan", plan["retention_campaigns"], VERSION)
    return plan


def _with_present_names(campaign: Campaign) -> Campaign:
    """The campaign, its ready-made segments called as they are now."""
    return replace(campaign, segments=tuple(present_name(name) for name in campaign.segments))


def _leave_alone(given: object) -> tuple[int, bool, str]:
    """The rules for customers to leave alone: quiet days, unknown consent and home country."""
    known = {"quiet_days": 0, "unknown_consent": False, "home_country": ""}
    if not isinstance(given, dict) or not set(given) <= set(known):
        raise DataError(
            "The plan does not say whom to leave alone. Choose a plan that was saved here."
        )
    quiet_days, unknown_consent, country = (known | given).values()
    if not (is_whole(quiet_days) and 0 <= quiet_days <= 365 and isinstance(unknown_consent, bool)):
        raise DataError(
            "Whom to leave alone: give quiet_days from 0 to 365, and unknown_consent as true or "
            "false."
        )
    if country != "" and (not isinstance(country, str) or country_code(country) != country):
        raise DataError(
            f"{_short(country)} is not a country. Give home_country as an ISO code, such as TH, "
            "or empty."
        )
    return quiet_days, unknown_consent, country


def _currency(given: object) -> str | None:
    if given is not None and not (isinstance(given, str) and len(given) <= 10):
        raise DataError("The plan's currency needs to be text of up to 10 characters, or null.")
    return given


def record_of(
    reader: TypeAdapter[Record], given: object, where: str, *, is_whole: bool = True
) -> Record:
    """Return a frozen record from its part of a file.

    Args:
        reader: Of the record's type.
        given: The part, as `json.loads` returns it.
        where: What the part is called in a refusal.
        is_whole: Whether all settings must be there, and texts and lists be as short as a plan's.

    Returns:
        The record.

    Raises:
        DataError: A setting is missing, unknown or wrong. The message says where.
    """
    from pydantic import ValidationError

    try:
        # Read as JSON, which has lists for tuples and texts for days.
        record = reader.validate_json(json.dumps(given), strict=True, extra="forbid")
    except ValidationError as error:
        raise _refusal(error.errors(), where) from error
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    for location, fault in _faults(record, given) if is_whole else ():
        raise DataError(f"{_place(where, location)} {fault}")
    return record


def _refusal(errors: Sequence[ErrorDetails], where: str) -> DataError:
    """The first of pydantic's errors in our words, or the one that names the choices."""
    choices = [error for error in errors if error["type"] == "literal_error"]
    error = next((error for error in choices if isinstance(error["input"], str)), errors[0])
    kind, given, location = error["type"], error["input"], error["loc"]
    place = _place(where, location)
    if kind == "unexpected_keyword_argument":
        return DataError(f"{place} is not a setting. {_SAVED_HERE}")
    if kind == "literal_error" and isinstance(given, str):
        noun = "audience size" if "size" in location else str(location[-1])
        listed = error["ctx"]["expected"] + (" or a whole number" if "size" in location else "")
        return DataError(f"{place}: there is no {noun} {_short(given)}. Choose {listed}.")
    expected = _EXPECTED.get(kind.partition("_")[0])
    if expected is None:
        return DataError(f"{place} cannot be read: {error['msg']}.")
    return DataError(f"{place} needs to be {expected}, not {_short(given)}.")


def _faults(record: object, given: Any, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """What a file lacks that the record has by default, and what is too long for a file."""
    if is_dataclass(record):
        for field_of in fields(record):
            name = field_of.name
            if name in given:
                yield from _faults(getattr(record, name), given[name], (*location, name))
            elif name not in _LATER:
                yield (*location, name), f"is missing. {_SAVED_HERE}"
    elif isinstance(record, tuple):
        if len(record) > MOST_MESSAGES:
            yield location, f"needs to be a list of at most {MOST_MESSAGES}."
        for number, parts in enumerate(zip(record, given, strict=True)):
            yield from _faults(*parts, (*location, number))
    elif isinstance(record, str) and len(record) > LONGEST_TEXT:
        yield location, f"needs to be text of at most {LONGEST_TEXT} characters."


def _place(where: str, location: Location) -> str:
    """A place in words: ('messages', 1, 'day') is "Campaign 1 of the file, message 2: 'day'"."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, int):
            parts[-1] = f"{parts[-1].removesuffix('s')} {part + 1}"
        elif part not in ("int", "date") and not part.startswith("literal["):
            parts.append(part)
    if not parts:
        return where
    *path, name = parts
    return f"{', '.join([where, *path])}: {name!r}"


def _short(value: object) -> str:
    return repr(value)[:100]
