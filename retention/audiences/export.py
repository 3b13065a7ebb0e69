"""Customers to a file that a platform takes: who is in it, who is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.audiences.file_table import file_table
from retention.audiences.platforms import PLATFORMS, Platform, Texts
from retention.csv_export import to_csv
from retention.customers.contact_values import (
    clean_text,
    consent_values,
    email_address,
    per_value,
)
from retention.customers.countries import country_code, given_country
from retention.customers.phones import phone_numbers
from retention.display import displayed
from retention.errors import DataError
from retention.validation import check_known
from retention.wording import plural

LISTED_TWICE = "listed twice"
NOT_KNOWN = "not among the contacts"
DECLINED = "unsubscribed or declined marketing"
NO_CONSENT = "no consent known"
NO_ADDRESS = "no e-mail address"
NO_WAY = "neither e-mail address nor phone"
NO_SUCH_ADDRESS = "not a valid e-mail address"
DUPLICATE = "duplicate address"
#: Why a person is not in the file. The first reason in this order that holds is given.
REASONS = (
    LISTED_TWICE,
    NOT_KNOWN,
    DECLINED,
    NO_CONSENT,
    NO_ADDRESS,
    NO_WAY,
    NO_SUCH_ADDRESS,
    DUPLICATE,
)

_TEXTS = ("first_name", "last_name", "city", "state", "zip", "country")


@displayed
@dataclass(frozen=True, slots=True)
class Audience:
    """A file for a platform.

    rows + len(refused) is the number of people asked for. The file is personal, so that repr()
    does not show it.

    Attributes:
        content: The file.
        file_name: What to call it.
        rows: People in it.
        refused: The people who are not, in the order given: `customer_id`, and `reason`, one of
            `REASONS`.
        notes: Sentences to show beside it.
        part_bytes: The largest file that the platform takes, in bytes; None without a limit.
    """

    content: bytes = field(repr=False)
    file_name: str
    rows: int
    refused: pd.DataFrame = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()
    part_bytes: int | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The file in pieces that the platform takes, each with the header; mostly one piece."""
        if self.part_bytes is None or len(self.content) <= self.part_bytes:
            return (self.content,)
        # No cell holds a line break, so lines are rows.
        header, *lines = self.content.splitlines(keepends=True)
        parts, size = [[header]], len(header)
        for line in lines:
            if size + len(line) > self.part_bytes and len(parts[-1]) > 1:
                parts.append([header])
                size = len(header)
            parts[-1].append(line)
            size += len(line)
        return tuple(b"".join(part) for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """The people asked for.

    Attributes:
        ids: Their customer numbers.
        places: Their rows in the contacts; -1 for people who are not there.
        cells: Their contact details as clean texts, "" where not known.
        faults: What could not be read of them: `email`, `phone`, `country`.
    """

    ids: pd.Index
    places: npt.NDArray[np.intp]
    cells: pd.DataFrame
    faults: pd.DataFrame


def export_audience(
    people: pd.Index | pd.Series | pd.DataFrame | np.ndarray | list[str],
    platform: str,
    *,
    contacts: pd.DataFrame,
    properties: pd.DataFrame | None = None,
    hashed: bool = False,
    default_country: str | None = None,
    for_spreadsheet: bool = False,
    consent_required: bool = True,
) -> Audience:
    """Write the file of people that a platform takes, and say who cannot be in it.

    Args:
        people: Customer numbers in order of priority, or a frame indexed by them (its columns are
            not written). Of two people with one address the first stays.
        platform: A key of `PLATFORMS`: "klaviyo", "mailchimp", "hubspot", "google_ads", "meta" or
            "plain".
        contacts: From `contacts`.
        properties: More columns to write, indexed by customer_id, such as score and segment. Dates
            become YYYY-MM-DD. Google takes none. Meta takes the expected value, in a column
            "value" or "cltv".
        hashed: Write SHA-256 of what identifies a person; Google and Meta only.
        default_country: The country of customers without one, by name or ISO code, to read phones
            and fill countries.
        for_spreadsheet: Make texts safe that a spreadsheet would run as formulas. Such a file is
            not for uploading.
        consent_required: Refuse people whose consent is not known, if the contacts know of consent
            at all. People who declined are refused in any case.

    Returns:
        The file, and who is refused.

    Raises:
        DataError: The platform is not known or takes no hashes, the default country is none, or a
            property has the name of another column.

    Source: the platforms' guides to customer lists, as of 2025.
    """
    check_known("platform", platform, PLATFORMS)
    spec = PLATFORMS[platform]
    if hashed and not spec.hashes:
        raise DataError(
            f"{spec.label} does not take hashed addresses. Export the file without hashing."
        )
    home = given_country(default_country)
    if not contacts.index.is_unique:
        twice = contacts.index[contacts.index.duplicated()][0]
        raise DataError(f"The contacts hold {twice!r} more than once. Give each customer one row.")
    asked = _read_people(people, contacts, home, spec)
    reason = _reasons(asked, spec, consent_required and "consent" in contacts)
    kept = reason == ""
    cells, faults = asked.cells[kept], asked.faults[kept]
    notes = _notes(spec, contacts, cells, faults, hashed=hashed, for_spreadsheet=for_spreadsheet)
    table, cut_texts = file_table(spec, cells, contacts, properties, hashed)
    content = to_csv(table, index=False) if for_spreadsheet else _raw(table)
    if cut_texts:
        notes.append(
            f"{plural(cut_texts, 'text')} longer than {spec.text_bytes} bytes: {spec.label} would "
            "cut them too."
        )
    if spec.part_bytes and len(content) > spec.part_bytes:
        notes.append(
            f"The file is larger than the {spec.part_bytes // 1_000_000} MB that {spec.label} "
            "takes: upload its parts."
        )
    return Audience(
        content=content,
        file_name=f"audience-{platform.replace('_', '-')}{'-hashed' * hashed}"
        f"{'-for-spreadsheet' * for_spreadsheet}.csv",
        rows=int(kept.sum()),
        refused=pd.DataFrame({"customer_id": asked.ids[~kept], "reason": reason[~kept]}),
        notes=tuple(notes),
        part_bytes=spec.part_bytes,
    )


def _read_people(
    people: pd.Index | pd.Series | pd.DataFrame | np.ndarray | list[str],
    contacts: pd.DataFrame,
    home: str,
    spec: Platform,
) -> _People:
    ids = pd.Index(people.index if isinstance(people, pd.DataFrame) else people, dtype=object)
    places = contacts.index.get_indexer(ids)
    given = _details_of(contacts, places)
    texts = {name: per_value(given(name), clean_text) for name in _TEXTS}
    email, phone = given("email"), given("phone")
    addresses = per_value(email, email_address)
    if spec.ascii_local:
        addresses = per_value(addresses, _ascii_address)
    code = per_value(texts["country"], country_code)
    filled = np.where((code == "") & (texts["country"] == ""), home, code)
    numbers = phone_numbers(phone, np.where(filled == "", home, filled))
    cells = {"customer_id": ids.to_numpy()} | texts
    cells |= {
        "email": addresses,
        "country_code": filled,
        "phone": numbers,
        "consent": _consent_of(contacts, places),
    }
    faults = {
        "email": (per_value(email, clean_text) != "") & (addresses == ""),
        "phone": (per_value(phone, clean_text) != "") & (numbers == ""),
        "country": (texts["country"] != "") & (code == ""),
    }
    return _People(
        ids=ids,
        places=places,
        cells=pd.DataFrame(cells, dtype=object),
        faults=pd.DataFrame(faults),
    )


def _details_of(contacts: pd.DataFrame, places: npt.NDArray[np.intp]) -> Callable[[str], Texts]:
    """A function that returns one contact detail of each person, None where there is none."""

    def given(name: str) -> Texts:
        if name not in contacts or not len(contacts):
            return np.full(len(places), None, dtype=object)
        column = contacts[name].to_numpy(dtype=object, na_value=None)  # type: ignore[call-overload]
        details: Texts = column[places]
        details[places < 0] = None
        return details

    return given


def _consent_of(contacts: pd.DataFrame, places: npt.NDArray[np.intp]) -> Texts:
    """Whether each person has agreed: "yes", "no", or "" where it is not known."""
    if "consent" in contacts:
        words = consent_values(contacts["consent"]).map({True: "yes", False: "no"})
        contacts = contacts.assign(consent=words)
    return per_value(_details_of(contacts, places)("consent"), clean_text)


def _ascii_address(address: str) -> str:
    return address if address.partition("@")[0].isascii() else ""


def _reasons(people: _People, spec: Platform, consent_needed: bool) -> Texts:
    """Why each person is refused, "" for those in the file."""
    cells = people.cells
    consent = cells["consent"].to_numpy()
    lacking = np.zeros(len(people.ids), dtype=bool)
    if spec.needs:
        lacking = np.logical_and.reduce([(cells[name] == "").to_numpy(bool) for name in spec.needs])
    invalid = lacking & people.faults["email"].to_numpy(bool)
    both = len(spec.needs) > 1
    tests = {
        LISTED_TWICE: np.asarray(people.ids.duplicated()),
        NOT_KNOWN: people.places < 0,
        DECLINED: consent == "no",
        NO_CONSENT: (consent == "") & consent_needed,
        NO_ADDRESS: lacking & ~invalid & (not both),
        NO_WAY: lacking & ~invalid & both,
        NO_SUCH_ADDRESS: invalid,
    }
    reason: Texts = np.select(list(tests.values()), list(tests), default="").astype(object)
    if spec.needs:
        address = cells["email"].where(cells["email"] != "", cells["phone"])
        kept = np.flatnonzero(reason == "")
        reason[kept[address.iloc[kept].duplicated().to_numpy()]] = DUPLICATE
    return reason


def _notes(
    spec: Platform,
    contacts: pd.DataFrame,
    cells: pd.DataFrame,
    faults: pd.DataFrame,
    *,
    hashed: bool,
    for_spreadsheet: bool,
) -> list[str]:
    notes = [
        "Made for a spreadsheet: texts that it would run as formulas have an apostrophe in front. "
        "Do not upload it."
        if for_spreadsheet
        else "Made for uploading: texts are as they are. Do not open it in a spreadsheet."
    ]
    if spec.hashes:
        plain = " and ".join(header for header in spec.columns if header not in spec.hashes)
        notes.append(
            f"Hashed with SHA-256, except for {plain}."
            if hashed
            else f"Not hashed: {spec.brand} hashes the file when it is uploaded."
        )
    if "consent" not in contacts:
        notes.append(
            "The orders say nothing of consent: leave out who has not agreed before you send "
            "anything."
        )
    notes += _notes_on_people(spec, cells, faults)
    if len(cells) < spec.few:
        notes.append(f"{spec.brand} matches lists of fewer than {spec.few} people poorly.")
    return notes


def _notes_on_people(spec: Platform, cells: pd.DataFrame, faults: pd.DataFrame) -> list[str]:
    """What the people in the file lack."""
    notes = []
    by_phone = int(((cells["email"] == "") & (cells["phone"] != "")).sum())
    if by_phone and "email" in spec.needs:
        notes.append(
            f"{plural(by_phone, 'person', 'people')} without an e-mail address that can be used, "
            "by phone alone."
        )
    phones, countries = int(faults["phone"].sum()), int(faults["country"].sum())
    if phones:
        notes.append(
            f"{plural(phones, 'phone')} left out: not valid numbers, or without a country to read "
            "them by."
        )
    writes_codes = spec.columns.keys() & {"Country", "country"}
    if countries and writes_codes and "country" not in spec.columns.values():
        notes.append(
            f"{plural(countries, 'country', 'countries')} left out: not known to ISO 3166."
        )
    return notes


def _raw(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8", errors="replace")
