"""How a delimited text file is written: its encoding, its delimiter, and its header's place."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from retention.errors import DataError, SingleColumnError
from retention.sheets.header import TextLayout, filled, place_header
from retention.sheets.legacy_encodings import legacy_encoding
from retention.temporary_files import new_file

CHUNK = 1 << 20
HEAD_BYTES = 1 << 18
HEAD_RECORDS = 300
DELIMITERS = (",", ";", "\t", "|", "^", "~")
# Columns set apart by runs of blanks; `with_tabs` makes them tabs.
ALIGNED = " "

#: How data for programs begin: an object, or a list of objects or of lists.
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{])')
#: Line ends of mainframes and of word processors, which no table has.
_ODD_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
#: So many zeros end no text: those of a number in UTF-32 are three.
_UNWRITTEN = bytes(8)
#: The share of control characters beyond which bytes are no text.
_BINARY = 0.05

# What shops' tools in the app's markets write when they do not write Unicode. What is none of the
# others is guessed as one of the first two.
LEGACY_ENCODINGS = {
    "cp1252": "Windows-1252 (Western European)",
    "cp874": "Windows-874 (Thai)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp932": "Windows-932 (Japanese)",
    "cp949": "Windows-949 (Korean)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
}
_GUESSED = ("cp1252", "cp874")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of the next one
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF32_BE, "utf-32"),
)


def find_encoding(path: Path, name: str) -> str:
    """Return a file's encoding: Unicode by mark or by trial, else the likeliest legacy one.

    Args:
        path: The file.
        name: The file's name, for messages.

    Returns:
        The name of a Python codec.

    Raises:
        DataError: The file is not text.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(max(0, path.stat().st_size - len(_UNWRITTEN)))
        tail = stream.read()
    if tail == _UNWRITTEN and (text := head.rstrip(b"\0")) and _control_share(text) <= _BINARY:
        raise DataError(
            f"{name!r} ends in bytes that were never written: it was not saved to its end. Export "
            "the orders again."
        )
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if head.count(0) > len(head) * 5 // 8:
        # Latin text in UTF-32 without a mark: three bytes of four are zero.
        return "utf-32-le" if head[3::4].count(0) > head[::4].count(0) else "utf-32-be"
    if head.count(0) > len(head) // 4:
        # Latin text in UTF-16 without a mark: every other byte is zero.
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    if head.count(0) > 2 or _control_share(head) > _BINARY:
        raise DataError(
            f"{name!r} is not text: it looks like a binary file. Upload the order export as CSV, "
            "Excel or Parquet."
        )
    telling = _lines_beyond_ascii(path)
    if telling is None:
        return "utf-8"
    if told := legacy_encoding(telling):
        return told
    best = from_bytes(telling, cp_isolation=list(_GUESSED), enable_fallback=True).best()
    return best.encoding if best else "cp1252"


def _control_share(head: bytes) -> float:
    controls = sum(head.count(bytes([c])) for c in range(1, 32) if c not in (9, 10, 12, 13, 26, 27))
    return controls / len(head)


def _lines_beyond_ascii(path: Path, enough: int = 1 << 16) -> bytes | None:
    """Return the lines with bytes beyond ASCII, by which encodings differ; None for valid UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        lines, size = [], 0
        with path.open("rb") as stream:
            for line in stream:
                if not line.isascii():
                    lines.append(line)
                    size += len(line)
                    if size > enough:
                        break
        return b"".join(lines)
    return None


def to_utf8(path: Path, encoding: str, target: Path, name: str) -> Path:
    """Make a UTF-8 copy of the file, without a byte order mark and with plain line ends.

    Args:
        path: The file.
        encoding: Its encoding, from `find_encoding`.
        target: Where to write the copy.
        name: The file's name, for messages.

    Returns:
        `target`.

    Raises:
        DataError: The file holds bytes that the encoding does not know.
    """
    try:
        with (
            path.open("r", encoding=encoding, newline=None) as source,
            new_file(target).open("w", encoding="utf-8", newline="\n") as out,
        ):
            while text := source.read(CHUNK):
                out.write(text)
    except UnicodeError as error:
        raise DataError(
            f"{name!r} seems to be written in {encoding}, but some of its bytes are no letters "
            "there. Save it as CSV in UTF-8 and try again."
        ) from error
    return target


def rewrite_lines(path: Path, target: Path, rewrite: Callable[[str], str]) -> Path:
    """Make a copy of a UTF-8 file with each of its lines rewritten.

    Args:
        path: A file in UTF-8.
        target: Where to write the copy.
        rewrite: Takes a line without its end, and returns what stands in its place.

    Returns:
        `target`.
    """
    with (
        path.open("r", encoding="utf-8-sig") as source,
        new_file(target).open("w", encoding="utf-8", newline="\n") as out,
    ):
        out.writelines(rewrite(line.rstrip("\n")) + "\n" for line in source)
    return target


def with_tabs(line: str) -> str:
    """Return a line with each run of blanks as one tab."""
    return "\t".join(line.split())


def rows_are_quoted(head: str) -> bool:
    """Return whether each row stands in quotation marks as a whole, as if it were one cell.

    Excel saves a table so that it has opened in one column.

    Args:
        head: From `read_head`.
    """
    lines = [line for line in head.splitlines() if line.strip()][:HEAD_RECORDS]
    if not lines or not all(line.startswith('"') for line in lines):
        return False
    if any(_regularity(_records(head, mark)) for mark in DELIMITERS):
        return False
    rows = ["".join(cells) for cells in _records(head, DELIMITERS[0])]
    inside = "\n".join(rows)
    return any(
        _regularity(records) and len(records) == len(rows)
        for records in (_records(inside, mark) for mark in DELIMITERS)
    )


def without_marks(line: str) -> str:
    """Return the cell of a line that is one in quotation marks; other lines stay as they are."""
    if not (line.startswith('"') and line.endswith('"')):
        return line
    try:
        cells = next(csv.reader([line]))
    except csv.Error:  # a cell beyond csv's limit
        return line
    return cells[0] if len(cells) == 1 else line


def read_head(path: Path) -> str:
    """Return the beginning of a UTF-8 file, cut at the last whole line.

    Args:
        path: A file in UTF-8.

    Returns:
        The text of up to `HEAD_BYTES`; the whole file where it is shorter.
    """
    with path.open("rb") as stream:
        data = stream.read(HEAD_BYTES)
        whole = not stream.read(1)
    text = data.decode("utf-8-sig", errors="ignore")
    return text if whole or "\n" not in text else text[: text.rindex("\n") + 1]


def find_layout(head: str, name: str) -> TextLayout:
    """Return delimiter, header and first data line from a file's beginning.

    Args:
        head: From `read_head`.
        name: The file's name, for messages.

    Returns:
        The layout.

    Raises:
        DataError: The text is blank, or has a single column.
    """
    if not head.strip("\ufeff \t\r\n"):
        raise DataError(
            f"{name!r} is empty: it holds nothing but blank lines. Export the orders again."
        )
    if _JSON.match(head):
        raise DataError(f"{name!r} is JSON, not a table. Export the orders as CSV or Excel.")
    if not re.search(r"[\r\n]", head.strip()) and _ODD_LINE_ENDS.search(head):
        raise DataError(
            f"{name!r} is one long line: its rows are not parted by the line breaks of a table. "
            "Save it again as CSV."
        )
    layout = _delimited_layout(head) or _aligned_layout(head)
    if layout is None:
        # Its first line may be a customer, whom no message names.
        raise SingleColumnError(
            f"{name!r} has a single column. An order file needs at least a customer, a date and "
            "an amount, separated by commas, semicolons or tabs."
        )
    return layout


def _delimited_layout(head: str) -> TextLayout | None:
    """Return the layout by the delimiter that makes the most regular table."""
    best: tuple[float, TextLayout] | None = None
    for delimiter in DELIMITERS:
        records = _records(head, delimiter)
        score = _regularity(records)
        if not score:
            continue
        layout = place_header(records, delimiter)
        # A delimiter that the column names are written with is the file's own; others occur
        # inside texts.
        score *= 2 if layout.header and len(layout.header) == layout.width else 1
        if best is None or score > best[0]:
            best = (score, layout)
    return best[1] if best else None


def _aligned_layout(head: str) -> TextLayout | None:
    """Return the layout of columns that are set apart by blanks."""
    lines = islice(io.StringIO(head, newline=None), HEAD_RECORDS)
    records = [line.split() for line in lines]
    is_table = _regularity(records) >= 1
    return place_header(records, ALIGNED) if is_table else None


def _records(head: str, delimiter: str) -> list[list[str]]:
    """Return up to HEAD_RECORDS records; a blank line is one without cells."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        records.extend(islice(reader, HEAD_RECORDS))
    except csv.Error:  # a cell beyond csv's limit: this delimiter does not fit
        return records
    return records


def _regularity(rows: list[list[str]]) -> float:
    """Return how table-like the rows are.

    0 stands for one column. Else it is the share of rows of the usual width; wider is a bit better.
    """
    widths = Counter(len(cells) for cells in rows if filled(cells))
    if not widths:
        return 0.0
    width, _ = max(
        ((w, n) for w, n in widths.items() if w > 1),
        key=lambda wn: (wn[1] * min(wn[0], 4), wn[0]),
        default=(1, 0),
    )
    if width == 1:
        return 0.0
    regular = widths[width] / sum(widths.values())
    return regular * (1 + min(width, 20) / 200)


def line_count(path: Path) -> int:
    """Return how many lines a file has, whichever of the three line ends it uses."""
    lines, before = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            pairs = chunk.count(b"\r\n") + (before == b"\r" and chunk.startswith(b"\n"))
            lines += chunk.count(b"\n") + chunk.count(b"\r") - pairs
            before = chunk[-1:]
    return lines + (before not in (b"\n", b"\r"))


def blank_positions(path: Path) -> list[int]:
    """Return how many records stand before each blank line; breaks inside quotes do not count.

    Args:
        path: The file.

    Returns:
        A number for each blank line, ascending.
    """
    positions, before, quoted = [], 0, False
    with path.open("rb") as stream:
        for line in stream:
            if not quoted and not line.strip(b"\r\n"):
                positions.append(before)
                continue
            quoted ^= line.count(b'"') % 2 == 1
            before += not quoted
    return positions
