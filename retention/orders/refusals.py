"""Why a file cannot be read as orders, in words that say what to do."""

import datetime as dt

from retention.cells.dates import FIRST_OVER_12, SECOND_OVER_12
from retention.cells.names import plain_name
from retention.columns.column_scores import name_score
from retention.columns.mapping import Mapping
from retention.columns.profiles import Profile, column_profiles
from retention.columns.roles import ROLES
from retention.orders.repeated_orders import part_of
from retention.orders.report import OrderReport
from retention.orders.rows import IMPOSSIBLE_DATE
from retention.sheets.sheet import Sheet
from retention.wording import count, day, first_words, quoted

MOST_NAMES = 8


def missing_columns(sheet: Sheet, mapping: Mapping) -> str:
    """Return the message for a mapping that lacks a needed column.

    It names the columns that look like what is missing, and those that would be it but are empty
    or hidden.
    """
    missing = mapping.missing()
    if "customer_id" in missing and mapping.no_customer:
        return mapping.no_customer
    profiles = column_profiles(sheet)
    wanted = " and ".join(ROLES[role].label.lower() for role in missing)
    sentences = [f"No column of {sheet.name!r} looks like the {wanted}."]
    sentences += [sentence for role in missing for sentence in _unusable(role, profiles)]
    likely = [name for role in missing for name in _likely(role, profiles, mapping)]
    if likely:
        sentences.append(f"It may be one of: {_names(likely)}. Choose the column yourself.")
    else:
        sentences.append(
            f"The columns are {_names(list(sheet.columns))}. Choose one yourself, or export the "
            f"orders with the {wanted}."
        )
    return " ".join(sentences)


def dates_disagree(sheet: Sheet, mapping: Mapping) -> str | None:
    """Return the message for files of which one writes the day first and another the month.

    Read together, 05/04/2024 would be a wrong day in one of them without a word.
    """
    if len(sheet.names) < 2:
        return None
    raw = sheet.table
    cell = raw[sheet.column(mapping.columns["ordered_at"])].strip()
    first_rows = [part.first_row for part in sheet.parts]
    counts = raw.group_by(part=part_of(raw.rowid(), first_rows)).aggregate(
        days_first=cell.re_search(FIRST_OVER_12).sum(),
        months_first=cell.re_search(SECOND_OVER_12).sum(),
    )
    facts = counts.order_by("part").to_pandas().fillna(0)
    names = [sheet.parts[int(part)].name for part in facts["part"]]
    are_days = (facts["days_first"] > 0) & (facts["months_first"] == 0)
    are_months = (facts["months_first"] > 0) & (facts["days_first"] == 0)
    if not (are_days.any() and are_months.any()):
        return None
    day_file, month_file = names[are_days.idxmax()], names[are_months.idxmax()]
    return (
        f"In {quoted(mapping.columns['ordered_at'])}, {day_file!r} writes the day first and "
        f"{month_file!r} the month. Export them in the same way, or load each by itself."
    )


def _unusable(role: str, profiles: dict[str, Profile]) -> list[str]:
    """Return a sentence on each column whose name fits a role and whose cells say nothing."""
    sentences = []
    for name, profile in profiles.items():
        if name_score(plain_name(name), role) < 0.5:
            continue
        if profile.filled == 0:
            sentences.append(f"The column {quoted(name)} is empty.")
        elif profile.masked >= 0.5:
            sentences.append(f"The column {quoted(name)} hides its values.")
    return sentences


def _likely(role: str, profiles: dict[str, Profile], mapping: Mapping) -> list[str]:
    """Return the columns without a role whose cells could play it."""
    free = {
        name: profile
        for name, profile in profiles.items()
        if name not in mapping.columns.values() and profile.filled > 0
    }
    if role == "ordered_at":
        return [name for name, profile in free.items() if profile.dates >= 0.5]
    if role == "revenue":
        return [
            name
            for name, profile in free.items()
            if profile.money >= 0.5 and profile.date < 0.5 and profile.values > 1
        ]
    return [name for name, profile in free.items() if profile.email >= 0.5]


def _names(names: list[str]) -> str:
    return first_words([quoted(name) for name in names], MOST_NAMES)


def nothing_left(sheet: Sheet, mapping: Mapping, report: OrderReport) -> str:
    """Return the message for a file of which no row is an order."""
    parts = []
    for entry in report.reasons[:3]:
        lines = ", ".join(entry.places[:3])
        where = f" (first: line {lines})" if lines else ""
        parts.append(f"{count(entry.rows)} × {entry.reason.lower()}{where}")
    used = ", ".join(
        f"{ROLES[role].label.lower()} from {quoted(name)}"
        for role, name in mapping.columns.items()
        if ROLES[role].required or role == "revenue"
    )
    clock = ""
    if any(entry.reason == IMPOSSIBLE_DATE for entry in report.reasons):
        clock = f" The clock of this computer says {day(dt.date.today())}."
    return (
        f"None of the {count(report.rows_read)} rows of {sheet.name!r} is an order: "
        f"{'; '.join(parts)}. Read were: {used}. Choose other columns, or check the export.{clock}"
    )
