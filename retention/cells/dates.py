"""Dates as files print them -> timestamps of the shop's own clock.

How a column is written is decided from the whole column (`find_date_style`). Then every cell is
read that way (`read_dates`). Zones are cut off, so that an order keeps the shop's calendar day.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention import wording
from retention.cells.month_names import month_names, month_patterns

ISO = r"^\s*(\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?)"
ISO_ONLY = (
    r"^\s*(?:19|20)\d{2}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
YEAR_FIRST = r"^\D{0,12}(\d{4})[-/. 年년]+(\d{1,2})[-/. 月월]+(\d{1,2})(?:\D|$)"
NUMERIC = r"^\D{0,12}(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?:\D|$)"
# Between month and year Spanish and Portuguese have a word: 12 de marzo de 2024.
DAY_MONTH_NAME = r"(?:^|\D)(\d{1,2})\D{0,8}m(\d\d)\W+(?:del?\W+)?(\d{4}|\d{2})(?:\D|$)"
MONTH_NAME_DAY = r"m(\d\d)\W+(\d{1,2})\D{0,4}[\s,/-]+(\d{4}|\d{2})(?:\D|$)"
YEAR_MONTH_NAME = r"(?:^|\D)(\d{4})\W+m(\d\d)\W+(\d{1,2})(?:\D|$)"
WEEKDAY_LIKE_MARCH = r"m03(\W+\d+[-/.]\d+[-/.]\d)"
COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$"
FIRST_OVER_12 = r"^\D{0,12}(?:1[3-9]|[2-9]\d)[-/. ]+\d{1,2}[-/. ]+(?:\d{4}|\d{2})(?:\D|$)"
SECOND_OVER_12 = r"^\D{0,12}\d{1,2}[-/. ]+(?:1[3-9]|[2-9]\d)[-/. ]+(?:\d{4}|\d{2})(?:\D|$)"
BUDDHIST = r"(?:^|\D)2[4-6]\d{2}(?:\D|$)"
SHORT_BUDDHIST_DATE = r"\d{1,2}\D{1,8}(?:\d{1,2}|m\d\d)[-/. ]+(?:3[3-9]|[4-7]\d|80)(?:\D|$)"
CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
CLOCK_AFTER_DATE = r"[\sTt,]+(\d{1,2}):(\d{2})(?::(\d{2}))?"
# "pm", "p.m." and, in Spanish, "p. m.".
AFTERNOON = r"\d[\s\x{00a0}\x{202f}]*p(?:\.[\s\x{00a0}\x{202f}]?)?m"
MORNING = r"\d[\s\x{00a0}\x{202f}]*a(?:\.[\s\x{00a0}\x{202f}]?)?m"
SERIAL = r"^\d{5}(?:\.\d+)?$"
UNIX_SECONDS = r"^1\d{9}(?:\.\d+)?$"
UNIX_MILLISECONDS = r"^1\d{12}$"
# What a date looks like, roughly, with month names in any script. It tells columns and headers
# apart.
DATE_LIKE = (
    r"^\s*(?:\D{0,12}\d{4}[-/.年년] ?\d{1,2}[-/.月월] ?\d{1,2}"
    r"|\D{0,12}\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4}"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
    r"|(?:\D{1,12})?\d{1,2}[\s./-]*[^\d\s,;:@]{2,15}[\s,./-]+\d{2,4}(?:\D|$)"
    r"|\D{0,12}\d{1,2}[\s./-]*[^\d,;:@]{2,24}[\s,./-](?:19|20|25)\d{2}(?:\D|$)"
    r"|(?:[^\d\s,;:@]{3,12},?\s+){1,2}\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
)

THAI_DIGITS, DIGITS = "๐๑๒๓๔๕๖๗๘๙", "0123456789"
BUDDHIST_YEARS = 543
BUDDHIST_RANGE = (2400, 2700)
# Two digits: 90-99 are 1990-1999, 33-80 are the Buddhist 2533-2580 (1990-2037), the rest are of
# this century.
SHORT_BUDDHIST = (33, 80)
SHORT_LAST_CENTURY = 90

MAX_SHAPES = 5_000
MAX_FORMATS = 4

EARLIEST = dt.date(1990, 1, 1)
FUTURE_DAYS = 366
#: Seconds from 1970 to which a number is read as a date: up to the year 5138.
FARTHEST_SECONDS = 1e11


_DATE = re.compile(rf"{DATE_LIKE}|{ISO}", re.IGNORECASE)
_WORD, _TWO_NUMBERS = re.compile(r"[^\W\d_]+"), re.compile(r"\d\D+\d")
# The forms with a month's name, and letters up to which a cell can be a date.
NAMED_MONTH = (DAY_MONTH_NAME, MONTH_NAME_DAY, YEAR_MONTH_NAME)
LONGEST_DATE = 40
#: No cell with more letters is looked at as a date and a time of day.
LONGEST_MOMENT = 100

DateKind = Literal["plain", "iso", "serial", "unix", "text"]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to print a date.

    Attributes:
        pattern: A regular expression of the engine.
        year: Which of its groups is the year.
        month: Which of its groups is the month.
        day: Which of its groups is the day.
    """

    pattern: str
    year: int
    month: int
    day: int


SHORT_YEARS = (NUMERIC, DAY_MONTH_NAME, MONTH_NAME_DAY)
FORMS = {
    "year first": Form(pattern=YEAR_FIRST, year=1, month=2, day=3),
    "numbers": Form(pattern=NUMERIC, year=3, month=2, day=1),
    "compact": Form(pattern=COMPACT, year=1, month=2, day=3),
    # First, since a clock behind the day looks like a short year.
    "year, month name": Form(pattern=YEAR_MONTH_NAME, year=1, month=2, day=3),
    "day, month name": Form(pattern=DAY_MONTH_NAME, year=3, month=2, day=1),
    "month name, day": Form(pattern=MONTH_NAME_DAY, year=3, month=1, day=2),
}


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How a column writes its dates.

    Attributes:
        kind: "plain" (what the engine casts by itself), "iso", "serial" (Excel day numbers),
            "unix" or "text".
        day_first: For numeric dates such as 05/04/2024.
        ambiguous: Whether both readings fit every row, so that `day_first` is an assumption.
        why: How day_first was decided.
        buddhist: Whether some years are of the Buddhist era.
        letters: Whether letters occur; only what occurs is looked for in each cell.
        thai_digits: Whether Thai digits occur.
        forms: The forms that occur.
        formats: The engine's own formats for the commonest shapes.
        only_formats: Whether these formats read all cells.
    """

    kind: DateKind = "iso"
    day_first: bool | None = None
    ambiguous: bool = False
    why: str = ""
    buddhist: bool = False
    letters: bool = False
    thai_digits: bool = False
    forms: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    only_formats: bool = False


def looks_like_date(text: str) -> bool:
    """Return whether a cell is written like a date; whether it is one is not checked.

    >>> [looks_like_date(text) for text in ("Sep-07-26", "2024-03-01", "12 maart 2024", "May-be 5")]
    [True, True, True, False]
    """
    if len(text) > LONGEST_MOMENT:
        return False
    if _DATE.search(text):
        return True
    # Names of months are loaded only for cells that may have one beside a day and a year.
    if len(text) > LONGEST_DATE or "@" in text or not _WORD.search(text):
        return False
    if not _TWO_NUMBERS.search(text):
        return False
    single, others = _month_words()
    numbered = _WORD.sub(lambda word: single.get(word[0], word[0]), text.lower())
    for number, names in enumerate(others, start=1):
        numbered = names.sub(f" m{number:02d} ", numbered)
    return any(re.search(form, numbered) for form in NAMED_MONTH)


@cache
def _month_words() -> tuple[dict[str, str], tuple[re.Pattern[str], ...]]:
    """Return the names of months that are one word, and a pattern of each month's other names.

    A pattern of all names would try each of them at each letter.
    """
    single = {
        name: f" m{number:02d} "
        for number, names in enumerate(month_names(), start=1)
        for name in names
        if _WORD.fullmatch(name)
    }
    others = ([name for name in names if name not in single] or ["\0"] for names in month_names())
    patterns = (
        rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, names))})(?![^\W\d_])" for names in others
    )
    return single, tuple(map(re.compile, patterns))


def latest_plausible() -> dt.date:
    """Return the last day that an order may carry.

    Returns:
        A year from today, since some files run ahead.
    """
    return dt.date.today() + dt.timedelta(days=FUTURE_DAYS)


def find_date_style(table: ir.Table, column: str, day_first: bool | None = None) -> DateStyle:
    """Look at every cell of a text column and decide how its dates are written.

    Args:
        table: The rows.
        column: The column of dates.
        day_first: The marketer's own answer, or a layout's convention. It is taken wherever the
            column allows both.

    Returns:
        The style.
    """
    raw = table[column]
    # The engine's own cast is by far the fastest reader. It would apply a zone, so it is safe only
    # where no cell carries one.
    moment = raw.try_cast("timestamp")
    size = raw.length()
    plain = size.isin([10, 16]) | ((size == 19) & (raw[16:17] == ":"))
    facts = table.aggregate(
        cells=raw.count(),
        plain=(plain & moment.notnull()).sum(),
        first=moment.min().year(),
        last=moment.max().year(),
    )
    facts = facts.execute().iloc[0]
    if (
        facts.cells > 0
        and facts.cells == facts.plain
        and 1900 <= facts["first"] <= facts["last"] < 2100
    ):
        return DateStyle("plain")
    facts = (
        table.aggregate(filled=raw.re_search(r"\S").sum(), iso=raw.re_search(ISO_ONLY).sum())
        .execute()
        .iloc[0]
        .fillna(0)  # where all cells are NULL the engine counts none of them
    )
    if facts.filled == facts.iso:  # in an empty column, too: it has no cell to read otherwise
        return DateStyle("iso")
    cells = table.select(row=table.rowid(), cell=raw.strip()).filter(ibis._.cell != "").cache()
    shapes = _shapes(cells)
    rows = shapes["rows"].sum()
    numbers: tuple[tuple[DateKind, str], ...] = (
        ("serial", SERIAL),
        ("unix", f"{UNIX_SECONDS}|{UNIX_MILLISECONDS}"),
    )
    for kind, pattern in numbers:
        fits = shapes["low"].str.fullmatch(pattern) & shapes["high"].str.fullmatch(pattern)
        if shapes.loc[fits, "rows"].sum() > rows / 2:
            return DateStyle(kind)
    return _text_style(cells, shapes, day_first)


def _shapes(cells: ir.Table) -> pd.DataFrame:
    """Return the ways the cells are written, every run of digits as one 9, and their extremes."""
    shaped = cells.mutate(shape=cells.cell.re_replace(r"\d+", "9"), size=cells.cell.length())
    counted = shaped.group_by("shape", "size").aggregate(
        rows=shaped.count(), low=shaped.cell.min(), high=shaped.cell.max()
    )
    commonest = counted.order_by(ibis.desc("rows"), "shape", "size").limit(MAX_SHAPES)
    shapes: pd.DataFrame = commonest.to_pandas()
    return shapes


def _text_style(cells: ir.Table, shapes: pd.DataFrame, day_first: bool | None) -> DateStyle:
    samples = pd.concat([shapes["low"], shapes["high"]])
    letters = bool(samples.str.contains(r"[^\d\s:,./+TZ年月日년월일-]").any())
    thai = bool(samples.str.contains(f"[{THAI_DIGITS}]").any())
    text = ibis.memtable({"text": samples.drop_duplicates().tolist()})
    text = text.select(text=_plain_text(text.text, letters, thai))
    seen = text.aggregate(
        **{name: text.text.re_search(form.pattern).any() for name, form in FORMS.items()}
    )
    seen = cells.get_backend().to_pandas(seen).iloc[0]
    forms = tuple(name for name in FORMS if bool(seen[name]))
    plain = cells.select("row", text=_plain_text(cells.cell, letters, thai))
    marks = {
        "first": FIRST_OVER_12,
        "second": SECOND_OVER_12,
        "buddhist": f"{BUDDHIST}|{SHORT_BUDDHIST_DATE}",
    }
    facts = plain.aggregate(
        **{name: plain.text.re_search(pattern).sum() for name, pattern in marks.items()}
    )
    fact = {
        name: 0 if n != n or n is None else int(n) for name, n in facts.execute().iloc[0].items()
    }
    buddhist = fact["buddhist"] > 0
    style = DateStyle("text", buddhist=buddhist, letters=letters, thai_digits=thai, forms=forms)
    if "numbers" in forms:
        style = _decide_day_first(style, plain, fact["first"], fact["second"], day_first)
    formats = _formats(style, shapes)
    known = tuple(dict.fromkeys(f for f in formats if f))[:MAX_FORMATS]
    return replace(
        style, formats=known, only_formats=set(formats) == set(known) and len(shapes) < MAX_SHAPES
    )


def _formats(style: DateStyle, shapes: pd.DataFrame) -> list[str]:
    """Return the engine's own date format of each shape, its fastest reader; "" for none."""
    if style.letters or style.thai_digits or style.buddhist:
        return [""]
    formats = []
    for shape, low in zip(shapes["shape"], shapes["low"], strict=True):
        marks = re.fullmatch(r"9([-/.])9\1(9+)(?:( +|T)9:9(:9)?)?", shape)
        year = re.match(r"(\d+)[-/.]\d+[-/.](\d+)", low)
        if not marks or not year or 4 not in (len(year[1]), len(year[2])):
            formats.append("")
            continue
        mark, gap, seconds = marks[1], marks[3], marks[4]
        parts = ("%d", "%m") if style.day_first is not False else ("%m", "%d")
        date = ("%Y", "%m", "%d") if len(year[1]) == 4 else (*parts, "%Y")
        clock = (f"{gap}%H:%M" if gap else "") + (":%S" if seconds else "")
        formats.append(mark.join(date) + clock)
    return formats


def _decide_day_first(
    style: DateStyle, plain: ir.Table, day: int, month: int, wanted: bool | None
) -> DateStyle:
    """Decide by the rows whose first (`day`) or second number (`month`) is above 12."""
    if day or month:
        decided = day >= month
        why = (
            f"{wording.count(max(day, month))} rows have a {'first' if decided else 'second'} "
            "number above 12"
        )
        return replace(style, day_first=decided, why=why)
    if wanted is not None:
        return replace(
            style,
            day_first=wanted,
            ambiguous=True,
            why="both ways fit every row, and this one was set",
        )
    rises = {first: _share_in_order(plain, first) for first in (True, False)}
    if max(rises.values()) > 0.999 and min(rises.values()) < 0.99:
        decided = rises[True] > rises[False]
        return replace(
            style,
            day_first=decided,
            ambiguous=True,
            why="only this way are the rows in order of time",
        )
    return replace(
        style,
        day_first=True,
        ambiguous=True,
        why="no number is above 12, so both ways fit every row",
    )


def _share_in_order(plain: ir.Table, day_first: bool) -> float:
    """Return the share of neighbouring rows whose days run the way that most do."""
    first, second, year = (
        plain.text.re_extract(NUMERIC, group).try_cast("int64") for group in (1, 2, 3)
    )
    day, month = (first, second) if day_first else (second, first)
    ranked = plain.select("row", key=year * 10_000 + month * 100 + day).filter(ibis._.key.notnull())
    step = ranked.mutate(step=ranked.key - ranked.key.lag().over(order_by=ranked.row))
    moves = step.aggregate(
        up=(step.step > 0).sum(), down=(step.step < 0).sum(), all=step.step.notnull().sum()
    )
    up, down, total = (int(v or 0) for v in moves.execute().iloc[0])
    return 1 - min(up, down) / total if total else 0.0


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def try_strptime(text: str, formats: list[str]) -> dt.datetime:  # type: ignore[empty-body]
    """Return DuckDB's reading of a date by its formats: NULL where none fits.

    Args:
        text: A column of texts.
        formats: What to try, in order, in DuckDB's notation.

    Returns:
        A timestamp.
    """


def _plain_text(cell: ir.StringValue, letters: bool, thai_digits: bool) -> ir.StringValue:
    """Return a cell in lower case, Thai digits as digits, month names as m01 ... m12."""
    text = cell.strip()
    if thai_digits:
        text = text.translate(THAI_DIGITS, DIGITS)
    if not letters:
        return text
    text = text.lower()
    for number, pattern in enumerate(month_patterns(), start=1):
        text = text.re_replace(pattern, rf"\1 m{number:02d} \2")
    # Before a whole date in numbers it is a weekday: "mar" is Tuesday in French, Spanish, Italian.
    return text.re_replace(WEEKDAY_LIKE_MARCH, r"\1")


def read_dates(
    table: ir.Table, column: str, style: DateStyle, time_column: str | None = None
) -> ir.TimestampValue:
    """Return a timestamp for every cell that is a date in the given style, NULL for the others.

    Args:
        table: The rows.
        column: The column of dates.
        style: How they are written.
        time_column: The column of the clock time, where the file keeps it apart from the day.

    Returns:
        An expression.
    """
    if style.kind in ("plain", "iso"):
        day = table[column] if style.kind == "plain" else table[column].re_extract(ISO, 1)
        moment = day.try_cast("timestamp")
        return moment if time_column is None else _with_clock(moment, table[time_column])
    cell = table[column].strip()
    if style.kind == "serial":
        moment = _from_epoch((cell.try_cast("float64") - 25_569) * 86_400)
    elif style.kind == "unix":
        number = cell.try_cast("float64")
        moment = _from_epoch(ibis.ifelse(number > 1e11, number / 1000, number))
    else:
        fast = try_strptime(cell, list(style.formats)) if style.formats else None
        slow = None if style.only_formats else _read_text_dates(cell, style)
        moment = ibis.coalesce(*(m for m in (fast, slow) if m is not None))
    return moment if time_column is None else _with_clock(moment, table[time_column])


def _with_clock(moment: ir.TimestampValue, clock: ir.StringValue) -> ir.TimestampValue:
    seconds = _clock_seconds(clock.strip().lower(), "^" + CLOCK)
    return ibis.ifelse(seconds.notnull(), moment.truncate("D") + seconds.as_interval("s"), moment)


def _from_epoch(seconds: ir.FloatingValue) -> ir.TimestampValue:
    # The engine's own clock ends beyond that: infinity and 1e300 are no dates.
    near = ibis.ifelse(seconds.abs() < FARTHEST_SECONDS, seconds, ibis.null("float64"))
    whole = near.round().cast("int64")
    return ibis.timestamp("1970-01-01 00:00:00") + whole.as_interval("s")


def _read_text_dates(cell: ir.StringValue, style: DateStyle) -> ir.TimestampValue:
    text = _plain_text(cell, style.letters, style.thai_digits)
    dates = [_date(text, style, FORMS[name]) for name in style.forms]
    date = ibis.coalesce(*dates) if dates else ibis.null("date")
    seconds = _clock_seconds(text.lower(), CLOCK_AFTER_DATE)
    moment = date.cast("timestamp")
    return ibis.ifelse(seconds.notnull(), moment + seconds.as_interval("s"), moment)


def _date(text: ir.StringValue, style: DateStyle, form: "Form") -> ir.DateValue:
    year = text.re_extract(form.pattern, form.year)
    month, day = (
        (form.day, form.month)
        if form.pattern == NUMERIC and style.day_first is False
        else (form.month, form.day)
    )
    if form.pattern in SHORT_YEARS or style.buddhist:
        number = year.try_cast("int64")
        century = ibis.cases(
            (number.between(*SHORT_BUDDHIST), 2500 - BUDDHIST_YEARS),
            (number >= SHORT_LAST_CENTURY, 1900),
            else_=2000,
        )
        shift = ibis.cases(
            (number < 100, century), (number.between(*BUDDHIST_RANGE), -BUDDHIST_YEARS), else_=0
        )
        year = (number + shift).cast("string")
    return (
        year + "-" + text.re_extract(form.pattern, month) + "-" + text.re_extract(form.pattern, day)
    ).try_cast("date")


def _clock_seconds(text: ir.StringValue, pattern: str) -> ir.IntegerValue:
    hour, minute, second = (
        text.re_extract(pattern, group).try_cast("int64") for group in (1, 2, 3)
    )
    half_day = ibis.cases(
        (text.re_search(AFTERNOON), ibis.ifelse(hour < 12, 12, 0)),
        (text.re_search(MORNING) & (hour == 12), -12),
        else_=0,
    )
    return (hour + half_day) * 3600 + minute * 60 + ibis.coalesce(second, 0)
