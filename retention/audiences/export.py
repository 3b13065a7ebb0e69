"""Customers to a file that a platform takes: who is in it, who is refused and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.audiences.platforms import PLATFORMS, Platform, platform_table
from retention.csv_export import to_csv
from retention.customers.contact_values import (
    clean_text,
    consent_values,
    country_code,
    email_address,
    given_country,
    per_value,
    phone_numbers,
)
from retention.errors import DataError

LISTED_TWICE = "listed twice"
NOT_KNOWN = "not among the contacts"
DECLINED = "unsubscribed or declined marketing"
NO_CONSENT = "no consent known"
NO_ADDRESS = "no e-mail address"
NO_WAY = "neither e-mail address nor phone"
NO_SUCH_ADDRESS = "not a valid e-mail address"
DUPLICATE = "duplicate address"
#: Why somebody is not in the file, in the order in which it is looked at: the first that holds is given.
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
# The columns of properties that may be Meta's `value`, best first.
_VALUES = ("value", "cltv")


@dataclass(frozen=True, slots=True)
class Audience:
    """A file for a platform.

    - `content`: the file; `file_name`; `rows`: people in it.
    - `refused`: who is not in it, in the order given: customer_id, reason (one of `REASONS`).
    - `notes`: sentences to show beside it.
    - `part_bytes`: the largest file that the platform takes, None where there is no limit.

    rows + len(refused) is the number of people asked for. What is in it is personal: it is not shown by repr().
    """

    content: bytes = field(repr=False)
    file_name: str
    rows: int
    refused: pd.DataFrame = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()
    part_bytes: int | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The file in pieces that the platform takes, each with the header; mostly one."""
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
        people: Customer numbers in order of priority, or a frame indexed by them (its columns are not written). Of two
            people with one address the first stays.
        platform: "klaviyo", "mailchimp", "hubspot", "google_ads", "meta" or "plain".
        contacts: As `contacts` returns them.
        properties: More columns to write, indexed by customer_id, such as score and segment; dates become YYYY-MM-DD.
            Google takes none; Meta takes the expected value, in a column "value" or "cltv".
        hashed: Write SHA-256 of what identifies a person; Google and Meta only.
        default_country: Where customers without a country are, by name or ISO code, to read phones and fill countries.
        for_spreadsheet: Make texts safe that a spreadsheet would run as formulas. Such a file is not for uploading.
        consent_required: Refuse those who are not known to have agreed, where the contacts know of consent at all. Who
            declined is refused in any case.

    Raises:
        DataError: The platform is not known or takes no hashes, the default country is none, or a property has the name
            of another column.

    Source: the platforms' guides to customer lists, as of 2025.
    """
    if platform not in PLATFORMS:
        raise DataError(f"There is no platform {platform!r}. Pick one of: {', '.join(PLATFORMS)}.")
    spec = PLATFORMS[platform]
    if hashed and not spec.hashes:
        raise DataError(
            f"{spec.label} does not take hashed addresses. Export the file without hashing."
        )
    home = given_country(default_country)
    ids = pd.Index(people.index if isinstance(people, pd.DataFrame) else people, dtype=object)
    if not contacts.index.is_unique:
        twice = contacts.index[contacts.index.duplicated()][0]
        raise DataError(f"The contacts hold {twice!r} more than once. Give each customer one row.")
    places = contacts.index.get_indexer(ids)
    cells, faults = _cells(ids, places, contacts, home, spec)
    reason = _reasons(ids, places, contacts, cells, faults, spec, consent_required)
    kept = reason == ""
    cells, faults = cells[kept], faults[kept]
    notes = _notes(spec, contacts, cells, faults, hashed, for_spreadsheet)
    table = platform_table(
        platform, _with_value(cells, properties), set(contacts.columns) | {"email"}, hashed
    )
    if spec.properties and properties is not None:
        table = _with_properties(table, cells["customer_id"], properties)
    if spec.text_bytes:
        table, cut = _cut(table, spec.text_bytes)
        if cut:
            notes.append(
                f"{_plural(cut, 'text')} longer than {spec.text_bytes} bytes: {spec.label} would cut them too."
            )
    content = to_csv(table, index=False) if for_spreadsheet else _raw(table)
    if spec.part_bytes and len(content) > spec.part_bytes:
        notes.append(
            f"The file is larger than the {spec.part_bytes // 1_000_000} MB that {spec.label} takes: upload its parts."
        )
    refused = pd.DataFrame({"customer_id": ids[~kept], "reason": reason[~kept]}).reset_index(
        drop=True
    )
    name = f"audience-{platform.replace('_', '-')}{'-hashed' * hashed}{'-for-spreadsheet' * for_spreadsheet}.csv"
    return Audience(content, name, int(kept.sum()), refused, tuple(notes), spec.part_bytes)


def _cells(
    ids: pd.Index, places: np.ndarray, contacts: pd.DataFrame, home: str, spec: Platform
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The contact details of each person as clean texts, and what could not be read of them."""

    def given(name: str) -> np.ndarray:
        if name not in contacts or not len(contacts):
            return np.full(len(ids), None, dtype=object)
        column = contacts[name].to_numpy(dtype=object, na_value=None)
        return np.where(places >= 0, column[places], None)

    cells = {"customer_id": ids.to_numpy()} | {
        name: per_value(given(name), clean_text) for name in _TEXTS
    }
    email = given("email")
    cells["email"] = per_value(email, email_address)
    if spec.ascii_local:
        cells["email"] = per_value(
            cells["email"], lambda text: text if text.partition("@")[0].isascii() else ""
        )
    code = per_value(cells["country"], country_code)
    cells["country_code"] = np.where((code == "") & (cells["country"] == ""), home, code)
    phone = given("phone")
    cells["phone"] = phone_numbers(
        phone, np.where(cells["country_code"] == "", home, cells["country_code"])
    )
    if "consent" in contacts:
        contacts = contacts.assign(
            consent=consent_values(contacts["consent"]).map({True: "yes", False: "no"})
        )
    cells["consent"] = per_value(given("consent"), clean_text)
    faults = {
        "email": (per_value(email, clean_text) != "") & (cells["email"] == ""),
        "phone": (per_value(phone, clean_text) != "") & (cells["phone"] == ""),
        "country": (cells["country"] != "") & (code == ""),
    }
    return pd.DataFrame(cells, dtype=object), pd.DataFrame(faults)


def _reasons(
    ids: pd.Index,
    places: np.ndarray,
    contacts: pd.DataFrame,
    cells: pd.DataFrame,
    faults: pd.DataFrame,
    spec: Platform,
    consent_required: bool,
) -> np.ndarray:
    """Why each person is refused, "" for those in the file."""
    consent = cells["consent"].to_numpy()
    lacking = np.zeros(len(ids), dtype=bool)
    if spec.needs:
        lacking = np.logical_and.reduce([(cells[name] == "").to_numpy(bool) for name in spec.needs])
    invalid = lacking & faults["email"].to_numpy(bool)
    both = len(spec.needs) > 1
    tests = {
        LISTED_TWICE: np.asarray(ids.duplicated()),
        NOT_KNOWN: places < 0,
        DECLINED: consent == "no",
        NO_CONSENT: (consent == "") & (consent_required and "consent" in contacts),
        NO_ADDRESS: lacking & ~invalid & (not both),
        NO_WAY: lacking & ~invalid & both,
        NO_SUCH_ADDRESS: invalid,
    }
    reason = np.select(list(tests.values()), list(tests), default="").astype(object)
    if spec.needs:
        key = cells["email"].where(cells["email"] != "", cells["phone"])
        kept = np.flatnonzero(reason == "")
        reason[kept[key.iloc[kept].duplicated().to_numpy()]] = DUPLICATE
    return reason


def _notes(
    spec: Platform,
    contacts: pd.DataFrame,
    cells: pd.DataFrame,
    faults: pd.DataFrame,
    hashed: bool,
    spreadsheet: bool,
) -> list[str]:
    notes = [
        "Made for a spreadsheet: texts that it would run as formulas have an apostrophe in front. Do not upload it."
        if spreadsheet
        else "Made for uploading: texts are as they are. Do not open it in a spreadsheet."
    ]
    if spec.hashes:
        plain = [header for header in spec.columns if header not in spec.hashes]
        notes.append(
            f"Hashed with SHA-256, except for {' and '.join(plain)}."
            if hashed
            else f"Not hashed: {spec.label.split(' ')[0]} hashes the file when it is uploaded."
        )
    if "consent" not in contacts:
        notes.append(
            "The orders say nothing of consent: leave out who has not agreed before you send anything."
        )
    without = (
        int(((cells["email"] == "") & (cells["phone"] != "")).sum()) if "email" in spec.needs else 0
    )
    if without:
        notes.append(
            f"{_plural(without, 'person', 'people')} without an e-mail address that can be used, by phone alone."
        )
    if faults["phone"].any():
        count = _plural(int(faults["phone"].sum()), "phone")
        notes.append(f"{count} left out: not valid numbers, or without a country to read them by.")
    if (
        faults["country"].any()
        and spec.columns.keys() & {"Country", "country"}
        and "country" not in spec.columns.values()
    ):
        notes.append(
            f"{_plural(int(faults['country'].sum()), 'country', 'countries')} left out: not known to ISO 3166."
        )
    if len(cells) < spec.few:
        notes.append(
            f"{spec.label.split(' ')[0]} matches lists of fewer than {spec.few} people poorly."
        )
    return notes


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _with_value(cells: pd.DataFrame, properties: pd.DataFrame | None) -> pd.DataFrame:
    """The people with the value that Meta ranks them by, "" where none is given."""
    name = next((name for name in _VALUES if properties is not None and name in properties), None)
    if name is None:
        return cells.assign(value="")
    found = pd.to_numeric(_of(cells["customer_id"], properties)[name], errors="coerce").to_numpy(
        float
    )
    written = [f"{max(value, 0.0):.2f}" if np.isfinite(value) else "" for value in found]
    return cells.assign(value=np.array(written, dtype=object))


def _of(ids: pd.Series, properties: pd.DataFrame) -> pd.DataFrame:
    if not properties.index.is_unique:
        raise DataError("The properties have several rows for one customer. Give one row each.")
    return properties.reindex(pd.Index(ids, dtype=object))


def _with_properties(table: pd.DataFrame, ids: pd.Series, properties: pd.DataFrame) -> pd.DataFrame:
    taken = {header.casefold() for header in table}
    found = _of(ids, properties)
    for place, label in enumerate(properties.columns):
        header = clean_text(str(label))
        if not header or header.casefold() in taken:
            raise DataError(
                f"A property is named {header!r} like another column of the file. Give it another name."
            )
        taken.add(header.casefold())
        table[header] = _written(found.iloc[:, place]).to_numpy(object)
    return table


def _written(column: pd.Series) -> pd.Series:
    """Dates as YYYY-MM-DD, yes and no as true and false, numbers without dust, texts on one line."""
    types = pd.api.types
    if types.is_datetime64_any_dtype(column.dtype):
        return column.dt.strftime("%Y-%m-%d")
    if types.is_bool_dtype(column.dtype):
        return column.astype(object).map({True: "true", False: "false"})
    if types.is_numeric_dtype(column.dtype):
        return column.round(6)
    return pd.Series(per_value(column, _one_value), index=column.index, dtype=object)


def _one_value(text: str) -> str:
    day, _, clock = text.partition(" ")
    # A frame of mixed kinds holds its days as objects.
    return day if clock == "00:00:00" else clean_text(text)


def _cut(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    cut, columns = 0, {}
    for name, column in table.items():
        long = column.map(
            lambda cell: (
                isinstance(cell, str)
                and 4 * len(cell) > most < len(cell.encode("utf-8", "replace"))
            )
        )
        if long.any():
            cut += int(long.sum())
            short = [
                cell.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
                for cell in column[long]
            ]
            column = column.copy()
            column[long] = short
            columns[name] = column
    return table.assign(**columns), cut


def _raw(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8", errors="replace")
