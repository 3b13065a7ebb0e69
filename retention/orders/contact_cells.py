"""Cells of contact columns and signals: a text as it stands, yes or no, a score, a day."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from retention.cells.dates import EARLIEST, find_date_style, latest_plausible, read_dates
from retention.cells.names import plain_name
from retention.columns.column_scores import REFUSALS
from retention.columns.mapping import Mapping
from retention.columns.roles import CONTACT_ROLES
from retention.engines import trimmed

# Compared in lower case, with blanks for _ and -.
YES = (
    "yes", "y", "true", "t", "1", "1.0", "on", "x", "ja", "j", "si", "sí", "oui", "sim", "oo",
    "opo", "ใช่", "ยินยอม", "accepted", "accepts", "agreed", "granted", "given", "opted in",
    "opt in", "subscribed", "active", "confirmed",
)  # fmt: skip
NO = (
    "no", "n", "false", "f", "0", "0.0", "off", "nein", "non", "não", "hindi", "ไม่", "ไม่ใช่",
    "ไม่ยินยอม", "none", "never", "nil", "null", "nan", "n/a", "na", "denied", "declined",
    "refused", "revoked", "withdrawn", "opted out", "opt out", "unsubscribed", "not subscribed",
    "never subscribed", "non subscribed", "cleaned", "bounced", "suppressed", "blocked",
    "rejected", "unsubscribe", "optout", "stop", "stopped", "spam", "marked as spam",
    "complained", "do not contact", "do not email", "do not mail", "objected", "abgelehnt",
    "widerrufen", "abgemeldet", "rechazado", "refuse", "refusé", "desinscrit", "désinscrit",
)  # fmt: skip

WHOLE = r"^(\d+)\.0+$"

#: The columns that contact roles and signals become in the order table. A full name becomes a first
#: and a last one.
CONTACT_COLUMNS = tuple(role for role in CONTACT_ROLES if role != "full_name")
SIGNAL_COLUMNS = ("rating", "subscription", "complaint", "abandoned")

#: Beside NO, what says that an order belongs to no running subscription.
NOT_SUBSCRIBED = (
    *NO, "one time", "onetime", "one time purchase", "one off", "single", "cancelled", "canceled",
    "expired", "ended", "inactive", "paused",
)  # fmt: skip
#: Beside NO, what says that no complaint is open.
NOT_OPEN = (*NO, "closed", "resolved", "solved", "done", "no complaint", "no complaints")
# Contact roles whose cells are taken as they stand.
_TEXTS = ("email", "first_name", "last_name", "country", "state", "city")
# Where both stand in one column of the file, the order table shows the second under both names.
_SHARED = {"email": "customer_id", "country": "region", "state": "region", "city": "region"}


def text_or_null(cell: ir.StringValue) -> ir.StringValue:
    """Return the text without blanks around it; NULL where nothing is left.

    Args:
        cell: A column of texts.

    Returns:
        An expression.
    """
    return trimmed(cell).nullif("")


def contact_cells(
    raw: ir.Table, column: dict[str, str], mapping: Mapping, ordered_at: ir.TimestampValue
) -> dict[str, ir.Value]:
    """Return the mapped contact columns and signals of each row, named as in the order table.

    Args:
        raw: The sheet's rows, all text.
        column: Role -> column of `raw`.
        mapping: Role -> the file's column name.
        ordered_at: The order's moment, which a cart with a mere "yes" takes.

    Returns:
        Texts for who and where the customer is. `consent`, `subscription`, `complaint`: true,
        false or NULL for not known. `rating`: a number above 0. `abandoned`: a timestamp. Only
        what the mapping has, and not what `with_shared` shows.
    """
    cells = _person_cells(raw, column, mapping)
    if "consent" in column:
        refusal = REFUSALS & set(plain_name(mapping.columns["consent"]).split())
        cells["consent"] = _consent(_word(raw[column["consent"]]), bool(refusal))
    for role, negatives in (("subscription", NOT_SUBSCRIBED), ("complaint", NOT_OPEN)):
        if role in column:
            word = _word(raw[column[role]])
            cells[role] = ibis.cases(
                (word.isin(negatives), False), (word != "", True), else_=ibis.null("boolean")
            )
    if "rating" in column:
        cells["rating"] = _rating(raw[column["rating"]].strip())
    if "abandoned" in column:
        cells["abandoned"] = _abandoned(raw, column["abandoned"], mapping.day_first, ordered_at)
    return cells


def _person_cells(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> dict[str, ir.Value]:
    """Return who and where the customer is."""
    shared = shared_columns(mapping)
    cells: dict[str, ir.Value] = {
        role: text_or_null(raw[column[role]])
        for role in _TEXTS
        if role in column and role not in shared
    }
    cells |= {role: _digits(raw[column[role]]) for role in ("phone", "zip") if role in column}
    if "full_name" in column and not {"first_name", "last_name"} & set(column):
        cells["first_name"], cells["last_name"] = _split(text_or_null(raw[column["full_name"]]))
    return cells


def _consent(word: ir.StringValue, is_refusal: bool) -> ir.BooleanValue:
    """Return the agreement. In a column named after the refusal, a no is no agreement."""
    if is_refusal:
        answers = [(word.isin(NO), ibis.null("boolean")), (word != "", False)]
    else:
        answers = [(word.isin(YES), True), (word.isin(NO), False)]
    return ibis.cases(*answers, else_=ibis.null("boolean"))


def _abandoned(
    raw: ir.Table, column: str, day_first: bool | None, ordered_at: ir.TimestampValue
) -> ir.TimestampValue:
    """Return the day in a cell, or the order's own moment where it only says yes."""
    moment = read_dates(raw, column, find_date_style(raw, column, day_first))
    is_likely = moment.date().between(EARLIEST, latest_plausible())
    dated = ibis.ifelse(is_likely, moment, ibis.null("timestamp"))
    beside = ibis.ifelse(_word(raw[column]).isin(YES), ordered_at, ibis.null("timestamp"))
    return ibis.coalesce(dated, beside)


def shared_columns(mapping: Mapping) -> dict[str, str]:
    """Return the contact roles that share a column of the file with an order role.

    Args:
        mapping: Which column plays which role.

    Returns:
        Contact role -> order role.
    """
    names = mapping.columns
    return {
        role: other
        for role, other in _SHARED.items()
        if role in names and names[role] == names.get(other)
    }


def with_shared(table: ir.Table, mapping: Mapping) -> ir.Table:
    """Return the order table with shared columns under their contact names too, at no cost.

    Args:
        table: The order table, without these columns.
        mapping: Which column plays which role.

    Returns:
        The table, as an expression.
    """
    shown = {role: table[other] for role, other in shared_columns(mapping).items()}
    if "email" in shown:
        shown["email"] = ibis.ifelse(
            table.customer_id.contains("@"), table.customer_id, ibis.null("string")
        )
    return table.mutate(**shown) if shown else table


def _word(cell: ir.StringValue) -> ir.StringValue:
    return trimmed(cell.fill_null("").replace("_", " ").replace("-", " ")).lower()


def _digits(cell: ir.StringValue) -> ir.StringValue:
    """Return the text without what spreadsheets add: an apostrophe before, a fraction behind."""
    text = trimmed(cell)
    text = ibis.ifelse(text.startswith("'"), text.substr(1), text)
    # Patterns are slow: they look at the few cells that may fit.
    return text_or_null(ibis.ifelse(text.endswith(".0"), without_fraction(text), text))


def without_fraction(text: ir.StringValue) -> ir.StringValue:
    """Return 17850 for 17850.0, and other texts as they stand."""
    # Engines write what a pattern has found in different ways, so nothing is replaced by it.
    return ibis.ifelse(text.re_search(WHOLE), text.substr(0, text.find(".")), text)


def _split(name: ir.StringValue) -> tuple[ir.StringValue, ir.StringValue]:
    """First and last name: "Lee, Ann" at its comma, else the first word and the others."""
    comma, blank = name.find(","), name.find(" ")
    turned = (comma > 0) & (comma < name.length() - 1)
    alone = ibis.ifelse(blank > 0, name.substr(0, blank), name)
    rest = ibis.ifelse(blank > 0, name.substr(blank), "")
    first = ibis.ifelse(turned, name.substr(comma + 1), alone)
    last = ibis.ifelse(turned, name.substr(0, comma), rest)
    return text_or_null(first), text_or_null(last)


def _rating(text: ir.StringValue) -> ir.FloatingValue:
    """Return the first number ("4.5", "4/5") or the filled stars.

    NULL stands for 0, which exports write for no review.
    """
    stars = text.length() - text.replace("★", "").length()
    number = text.replace(",", ".").re_extract(r"^\D*?(-?\d+(?:\.\d+)?)", 1).try_cast("float64")
    score = ibis.ifelse(stars > 0, stars.cast("float64"), number)
    return ibis.ifelse(score > 0, score, ibis.null("float64"))
