"""Campaigns as a small JSON file, with every assumption in it, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from retention.campaigns.campaign import GAIN, Campaign, Message
from retention.campaigns.economics import Terms
from retention.campaigns.offers import Offer
from retention.customers.contact_values import country_code
from retention.errors import DataError
from retention.own_segments.library import Library, from_json, to_json
from retention.own_segments.rule_files import read_json
from retention.segments.rules import SegmentRules

VERSION = 1
#: A file larger than this is no plan.
MOST_BYTES = 1_000_000
MOST_CAMPAIGNS, MOST_MESSAGES, LONGEST_TEXT = 50, 60, 500


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan's file holds.

    - `campaigns`: in their order of priority; `library`: the own segments that they may address.
    - `rules`: the thresholds of the lifecycle stages and traits; `quiet_days` and `unknown_consent` as in
      `suppressions`, `home_country` as the `default_country` of `usable_contacts`. A list of customers to leave out is
      personal, and stays out of the file.
    - `currency`: of the orders for which it was made; None where they name none.
    """

    campaigns: tuple[Campaign, ...]
    library: Library = ()
    rules: SegmentRules = field(default_factory=SegmentRules)
    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    currency: str | None = None


def campaigns_to_json(plan: SavedPlan) -> bytes:
    """Return a plan as a JSON file, with every assumption in it."""
    found = {
        "retention_campaigns": VERSION,
        "currency": plan.currency,
        "campaigns": [_written(campaign) for campaign in plan.campaigns],
        "own_segments": json.loads(to_json(plan.library)),
        "segment_rules": asdict(plan.rules),
        "leave_alone": {
            "quiet_days": plan.quiet_days,
            "unknown_consent": plan.unknown_consent,
            "home_country": plan.home_country,
        },
    }
    return json.dumps(found, indent=2, ensure_ascii=False).encode()


def _written(campaign: Campaign) -> dict[str, Any]:
    day = campaign.starts_on
    return asdict(campaign) | {"starts_on": None if day is None else day.isoformat()}


def campaigns_from_json(content: str | bytes) -> SavedPlan:
    """Return the plan of a file that `campaigns_to_json` wrote.

    Raises:
        DataError: It is no such file, is of a later version, or a setting in it is missing, unknown or out of range.
    """
    if len(content) > MOST_BYTES:
        raise DataError(
            f"The file has {len(content):,} bytes; a plan has at most {MOST_BYTES:,}. Choose a saved plan."
        )
    try:
        found = read_json(content)
    except (ValueError, RecursionError) as error:
        raise DataError(
            "The file is not a saved plan: it is not JSON. Choose one that was saved here."
        ) from error
    if not isinstance(found, dict) or "retention_campaigns" not in found:
        raise DataError(
            "The file is not a saved plan: it names no campaigns. Choose one that was saved here."
        )
    if isinstance(found["retention_campaigns"], bool) or found["retention_campaigns"] != VERSION:
        raise DataError(
            f"The plan is of version {found['retention_campaigns']!r}, and this app reads version {VERSION}. Save it "
            "again with this version."
        )
    plans = found.get("campaigns")
    if not isinstance(plans, list) or len(plans) > MOST_CAMPAIGNS:
        raise DataError(
            f"A plan holds a list of up to {MOST_CAMPAIGNS} campaigns; this one does not."
        )
    campaigns = tuple(_campaign(plan, number) for number, plan in enumerate(plans, 1))
    library = from_json(json.dumps(found["own_segments"])) if "own_segments" in found else ()
    rules = _fields(
        found.get("segment_rules", asdict(SegmentRules())), SegmentRules, "The thresholds"
    )
    alone = {"quiet_days": 0, "unknown_consent": False, "home_country": ""}
    given = found.get("leave_alone", {})
    if not isinstance(given, dict) or not set(given) <= set(alone):
        raise DataError(
            "The plan does not say whom to leave alone. Choose a plan that was saved here."
        )
    quiet, unknown, country = (alone | given).values()
    if (
        isinstance(quiet, bool)
        or not isinstance(quiet, int)
        or not 0 <= quiet <= 365
        or not isinstance(unknown, bool)
    ):
        raise DataError(
            "Whom to leave alone: give quiet_days from 0 to 365, and unknown_consent as true or false."
        )
    if country != "" and (not isinstance(country, str) or country_code(country) != country):
        raise DataError(
            f"{repr(country)[:100]} is not a country. Give home_country as an ISO code, such as TH, or empty."
        )
    currency = found.get("currency")
    if currency is not None and not (isinstance(currency, str) and len(currency) <= 10):
        raise DataError("The plan's currency needs to be text of up to 10 characters, or null.")
    return SavedPlan(campaigns, library, SegmentRules(**rules), quiet, unknown, country, currency)


def _campaign(plan: Any, number: int) -> Campaign:
    where = f"Campaign {number} of the file"
    if isinstance(plan, dict):
        plan = {"starts_on": None, "holdout_key": "", "ranked_by": GAIN} | plan
    fields = _fields(plan, Campaign, where)
    fields["starts_on"] = _day(fields["starts_on"], where)
    terms = _fields(fields["terms"], Terms, f"{where}, terms")
    for name in ("offer", "opening"):
        offer = _fields(terms[name], Offer, f"{where}, {name}")
        terms[name] = _made(Offer, offer, f"{where}, {name}", text=("kind",))
    fields["terms"] = _made(Terms, terms, f"{where}, terms")
    messages = fields["messages"]
    if not isinstance(messages, list) or len(messages) > MOST_MESSAGES:
        raise DataError(f"{where}: a sequence is a list of up to {MOST_MESSAGES} messages.")
    fields["messages"] = tuple(
        _made(
            Message,
            _fields(message, Message, f"{where}, message {at}"),
            f"{where}, message {at}",
            text=("text", "offer"),
            whole=("day",),
        )
        for at, message in enumerate(messages, 1)
    )
    segments = fields["segments"]
    if not isinstance(segments, list) or not all(
        isinstance(key, str) and len(key) <= LONGEST_TEXT for key in segments
    ):
        raise DataError(f"{where}: the segments need to be a list of names.")
    fields["segments"] = tuple(segments)
    size = fields["size"]
    whole = ("most_messages", "window_days") + (() if isinstance(size, str) else ("size",))
    return _made(
        Campaign,
        fields,
        where,
        text=("name", "strategy", "channel", "holdout_key", "ranked_by"),
        whole=whole,
    )


def _day(found: Any, where: str) -> date | None:
    if found is None:
        return None
    try:
        return date.fromisoformat(found)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{where}: 'starts_on' needs to be a day such as 2026-03-31, or null, not {repr(found)[:100]}."
        ) from error


def _fields(found: Any, of: type, where: str) -> dict[str, Any]:
    wanted = list(of.__dataclass_fields__)
    if not isinstance(found, dict):
        raise DataError(f"{where}: settings by name were expected, not {type(found).__name__}.")
    missing, unknown = (
        [name for name in wanted if name not in found],
        [name for name in found if name not in wanted],
    )
    if missing or unknown:
        what = f"{missing[0]!r} is missing" if missing else f"{unknown[0]!r} is not a setting"
        raise DataError(f"{where}: {what}. Choose a plan that was saved here.")
    return dict(found)


def _made(
    of: type,
    fields: dict[str, Any],
    where: str,
    text: tuple[str, ...] = (),
    whole: tuple[str, ...] = (),
) -> Any:
    for name, value in fields.items():
        if name in text:
            if not isinstance(value, str) or len(value) > LONGEST_TEXT:
                raise DataError(
                    f"{where}: {name!r} needs to be text of at most {LONGEST_TEXT} characters."
                )
        elif name in whole:
            if isinstance(value, bool) or not isinstance(value, int):
                raise DataError(f"{where}: {name!r} needs to be a whole number, not {value!r}.")
        elif name == "starts_on":
            continue  # read already
        elif isinstance(value, bool) or (
            (isinstance(value, (str, list, dict)) or value is None) and name != "size"
        ):
            raise DataError(f"{where}: {name!r} needs to be a number, not {value!r}.")
    try:
        return of(**fields)
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
