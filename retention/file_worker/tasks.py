"""What a worker does with a file: decode it, and leave Arrow files in a folder."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from retention.arrow_types import in_engine_type
from retention.temporary_files import new_file, refuse_lack_of_room

#: Rows that are decoded at once.
BATCH_ROWS = 1 << 14
#: The names of the files that a task leaves, by their numbers.
ANSWER = "answer-{}.arrow"

_EMPTY = pa.RecordBatch.from_arrays([], names=[])

#: What went wrong, or what was read.
Answer = dict[str, Any]


def read_workbook(path: Path, folder: Path, most_bytes: int) -> Answer:
    """Decode the sheets of a workbook; a hidden one only where no other is there.

    Args:
        path: The workbook.
        folder: Where the cells of each sheet go, as text.
        most_bytes: Bytes of text that all sheets may have.

    Returns:
        "tables": how many sheets are read; "sheets": the "title" and the "merges" of each, a merge
        as its top, left, bottom and right; "hidden": the titles of those left out.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            visible = SheetVisibleEnum.Visible
            shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
            titles = shown or book.sheet_names
            sheets = []
            for number, title in enumerate(titles):
                sheet = book.get_sheet_by_name(title)
                batches = _cells(sheet)
                most_bytes -= _write(batches, folder / ANSWER.format(number), most_bytes)
                merges = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
                sheets.append({"title": title, "merges": merges})
            hidden = [title for title in book.sheet_names if title not in titles]
    except (CalamineError, OSError, ValueError) as error:
        _refuse_lack(error, folder)
        return {"problem": "damaged", "detail": str(error)}
    return {"tables": len(sheets), "sheets": sheets, "hidden": hidden}


def _cells(sheet: Any) -> Iterator[pa.RecordBatch]:  # a CalamineSheet, whose import waits
    """The cells of a sheet as text, from its first row and column on."""
    before = [""] * (sheet.start or (0, 0))[1]
    rows = sheet.iter_rows()
    while part := list(islice(rows, BATCH_ROWS)):
        columns = zip(*([*before, *map(_cell_text, row)] for row in part), strict=True)
        arrays = [pa.array(column, pa.string()) for column in columns]
        yield pa.record_batch(arrays, names=[str(place) for place in range(len(arrays))])


def _cell_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if value is None:
        return ""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def read_parquet(path: Path, folder: Path, most_bytes: int) -> Answer:
    """Decode a Parquet file.

    Args:
        path: The file.
        folder: Where its rows go, with the types that they have.
        most_bytes: Bytes that the decoded columns may have.

    Returns:
        "tables": 1.
    """
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows * file.metadata.num_columns > most_bytes:
            raise TooLargeError
        batches = (
            _plain(batch, most_bytes)
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False)
        )
        empty = _plain(pa.RecordBatch.from_pylist([], file.schema_arrow), 0)
        _write(batches, folder / ANSWER.format(0), most_bytes, empty)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        _refuse_lack(error, folder)
        return {"problem": "damaged", "detail": str(error)}
    return {"tables": 1}


def _refuse_lack(error: Exception, folder: Path) -> None:
    """Raise NoRoomError where there was no room for the answer: the file is not damaged then."""
    if isinstance(error, OSError):
        refuse_lack_of_room(error, folder)


class TooLargeError(Exception):
    """A file unpacks to more than it may."""


def _plain(batch: pa.RecordBatch, most_bytes: int) -> pa.RecordBatch:
    """Return a batch whose texts stand in each row, once they are known to be small enough.

    Its types are those that engines have.
    """
    columns = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            values = column.dictionary
            if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
                lengths = pc.take(pc.binary_length(values), column.indices)
                if (pc.sum(lengths).as_py() or 0) > most_bytes:
                    raise TooLargeError
            column = column.dictionary_decode()
        columns.append(in_engine_type(column))
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _write(
    batches: Iterator[pa.RecordBatch], path: Path, most_bytes: int, empty: pa.RecordBatch = _EMPTY
) -> int:
    """Write checked batches, or an empty one, to a file, and return how many bytes they hold."""
    first = next(batches, empty)
    size = 0
    with (
        pa.OSFile(str(new_file(path)), "wb") as sink,
        pa.ipc.new_file(sink, first.schema) as writer,
    ):
        for batch in chain([first], batches):
            batch.validate(full=True)
            size += batch.nbytes
            if size > most_bytes:
                raise TooLargeError
            writer.write_batch(batch)
    return size


#: What a worker can be asked for.
TASKS: dict[str, Callable[[Path, Path, int], Answer]] = {
    "workbook": read_workbook,
    "parquet": read_parquet,
}
