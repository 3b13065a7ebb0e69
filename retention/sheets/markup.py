"""Tables that were saved as .xls without being workbooks: web pages and Excel's XML of 2003."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from retention import wording
from retention.errors import DataError
from retention.sheets import text_files
from retention.sheets.grids import Grid, Merge, even_rows
from retention.sheets.raw_rows import refuse_many_columns
from retention.sheets.unpack import PlainFile

if TYPE_CHECKING:
    from lxml import etree, html  # loaded for the few files that need it

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_STARTS = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|\?xml|html|head|meta|style|body|table|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_ENCODING = re.compile(rb"^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']")
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
#: How a web page saved as one file (.mht) begins.
_ARCHIVE = b"mime-version:"
#: Cells of a row beyond which a file's spans are not believed.
MOST_CELLS = 16_384
#: The most rows of a sheet.
_MOST_ROWS = 1 << 20
#: Cells that a table may always reach over, and how many times those that are written in it.
_LARGE_AREA, _MOST_REACHED = 1_000_000, 50


def is_markup(path: Path) -> bool:
    """Return whether a file begins as a web page or an XML file does."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.lstrip().lower().startswith(_ARCHIVE):
        return True
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore")
    elif head[1:2] == b"\0" or head[:1] == b"\0":
        text = head.replace(b"\0", b"").decode("latin-1")
    else:
        text = head.decode("latin-1").removeprefix("ï»¿")
    return bool(_STARTS.match(text))


def read_markup(file: PlainFile) -> list[Grid]:
    """Return the tables of a web page, or the sheets of an Excel 2003 XML file.

    Raises:
        DataError: If there is none.
    """
    text = _text(file)
    start = text[:4096]
    if re.match(r"\s*<\?xml\b", text) and (_SPREADSHEET in start or "<Workbook" in start):
        return _spreadsheet(text, file.name)
    if re.match(r"\s*<\?xml\b", text) and not re.search("<html|<table", text, re.IGNORECASE):
        raise DataError(
            f"{file.name!r} is an XML file, not a table. Export the orders as CSV or Excel."
        )
    return _web_tables(text, file.name)


def _text(file: PlainFile) -> str:
    data = file.path.read_bytes()
    if data[:4096].lstrip().lower().startswith(_ARCHIVE):
        return _archived_text(data)
    encoding = text_files.find_encoding(file.path, file.name)
    if named := _CHARSET.search(data[:4096]):
        charset = named[1].decode("ascii").lower().replace("windows-", "cp")
        # A file in Unicode may still carry the name of the system's old encoding.
        if not encoding.startswith("utf"):
            encoding = charset
    try:
        return data.decode(encoding, errors="replace")
    except LookupError:
        return data.decode("cp1252", errors="replace")


def _archived_text(data: bytes) -> str:
    """Return the page with a table out of a web page saved as one file."""
    pages = []
    for part in email.message_from_bytes(data).walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(content, bytes):
            charset = part.get_content_charset() or "utf-8"
            try:
                pages.append(content.decode(charset, errors="replace"))
            except LookupError:
                pages.append(content.decode("cp1252", errors="replace"))
    return max(pages, key=lambda page: (page.lower().count("<tr"), len(page)), default="")


def _web_tables(text: str, name: str) -> list[Grid]:
    from lxml import etree, html

    # The parser would believe an encoding that the text no longer has.
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")).strip() or "<html></html>"
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        page = html.document_fromstring(body.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise DataError(f"{name!r} is a web page that cannot be read. {_INSTEAD}") from error
    tables = [table for table in page.iter("table") if table.find(".//table") is None]
    grids = [_web_grid(f"Table {i}", table, name) for i, table in enumerate(tables, start=1)]
    grids = [grid for grid in grids if not grid.is_empty() and len(grid.rows[0]) > 1]
    if not grids:
        raise DataError(f"{name!r} is a web page without a table of orders. {_INSTEAD}")
    return grids


_INSTEAD = "Export the orders again, as CSV or as a real Excel workbook (.xlsx)."


def _web_grid(title: str, table: html.HtmlElement, name: str) -> Grid:
    rows: list[list[str]] = []
    merges: list[Merge] = []
    written = 0
    last_rows: list[int] = []  # of each column, the last row that a cell above reaches into
    for top, row in enumerate(table.iter("tr")):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            while len(cells) < len(last_rows) and last_rows[len(cells)] >= top:
                cells.append("")
            left, wide, tall = len(cells), _span(cell, "colspan"), _span(cell, "rowspan")
            written += 1
            cells += [_words(cell), *[""] * (wide - 1)]
            refuse_many_columns(len(cells), name)
            last_rows += [-1] * (len(cells) - len(last_rows))
            if tall > 1:
                bottom = top + tall - 1
                merges.append(Merge(top=top, bottom=bottom, left=left, right=left + wide - 1))
                last_rows[left : left + wide] = [bottom] * wide
        rows.append(cells)
    return _even_grid(title, rows, merges, written, name)


def _even_grid(
    title: str, rows: list[list[str]], merges: list[Merge], written: int, name: str
) -> Grid:
    """Return rows as a grid; few cells that reach over very many are refused before."""
    area = len(rows) * max(map(len, rows), default=0)
    if area > max(_LARGE_AREA, _MOST_REACHED * written):
        raise DataError(
            f"A table of {name!r} has cells far away from the others: it reaches over "
            f"{wording.count(area)} cells. Delete the columns and rows beyond the table, or save "
            "the orders as CSV."
        )
    return Grid(title=title, rows=even_rows(rows), merges=tuple(merges))


def _span(cell: html.HtmlElement, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), MOST_CELLS) if text.isdecimal() and len(text) < 8 else 1


def _words(cell: html.HtmlElement) -> str:
    """Return a cell's text with a blank for each line break and each run of blanks."""
    for line_break in cell.iter("br", "p", "div"):
        line_break.tail = f" {line_break.tail or ''}"
    return re.sub(r"[\s\xa0]+", " ", cell.text_content()).strip()


def _spreadsheet(text: str, name: str) -> list[Grid]:
    from lxml import etree

    # Broken escapes are mended; nothing outside the file is looked up.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    data = _XML_ENCODING.sub(rb"\1", text.lstrip("\ufeff").encode("utf-8"))
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError as error:
        raise DataError(
            f"{name!r} is a damaged Excel 2003 XML file. Save it in Excel as .xlsx or CSV."
        ) from error
    pages = [] if root is None else list(root.iter(f"{{{_SPREADSHEET}}}Worksheet"))
    grids = [_xml_grid(page, name) for page in pages]
    grids = [grid for grid in grids if not grid.is_empty()]
    if not grids:
        raise DataError(
            f"The Excel 2003 XML file {name!r} has no filled cells. Save the orders as CSV."
        )
    return grids


def _attribute(element: etree._Element, name: str, default: int) -> int:
    text = element.get(f"{{{_SPREADSHEET}}}{name}", "")
    return int(text) if text.isdecimal() and len(text) < 8 else default


def _xml_grid(page: etree._Element, name: str) -> Grid:
    rows: list[list[str]] = []
    merges: list[Merge] = []
    written = 0
    for row in page.iter(f"{{{_SPREADSHEET}}}Row"):
        place = min(_attribute(row, "Index", len(rows) + 1), _MOST_ROWS)
        rows += [[]] * (place - 1 - len(rows))
        cells: list[str] = []
        for left, wide, tall, words in _xml_cells(row):
            written += 1
            cells += [""] * (left - len(cells))
            cells += [words, *[""] * (wide - 1)]
            refuse_many_columns(len(cells), name)
            if tall > 1:
                top = len(rows)
                merges.append(
                    Merge(top=top, bottom=top + tall - 1, left=left, right=left + wide - 1)
                )
        rows.append(cells)
    title = page.get(f"{{{_SPREADSHEET}}}Name", "Sheet")
    return _even_grid(title, rows, merges, written, name)


def _xml_cells(row: etree._Element) -> Iterator[tuple[int, int, int, str]]:
    """Yield each cell's column, its width and height in cells, and its text."""
    column = 0
    for cell in row.iterchildren(f"{{{_SPREADSHEET}}}Cell"):
        column = min(_attribute(cell, "Index", column + 1) - 1, MOST_CELLS)
        wide = min(_attribute(cell, "MergeAcross", 0) + 1, MOST_CELLS)
        tall = min(_attribute(cell, "MergeDown", 0) + 1, MOST_CELLS)
        data = cell.find(f"{{{_SPREADSHEET}}}Data")
        words = "" if data is None else "".join(map(str, data.itertext())).strip()
        if data is not None and data.get(f"{{{_SPREADSHEET}}}Type") == "DateTime":
            words = words.removesuffix(".000").removesuffix("T00:00:00")
        yield column, wide, tall, words
        column += wide
