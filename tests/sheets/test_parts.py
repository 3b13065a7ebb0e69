"""Several files, sheets and pasted exports become one sheet, and each row knows its own file."""

import gzip
import io
import zipfile
from datetime import datetime

import pytest

from retention import DataError, open_sheet, open_sheets, read_orders
from tests.support.order_files import assert_nothing_vanished
from tests.support.reports import HEADER, csv_file, revenue, rows_of, shop, workbook

ORDERS = shop()
ROWS = rows_of(ORDERS)
HALVES = ORDERS[:24], ORDERS[24:]
FILES = [csv_file(rows_of(half)) for half in HALVES]
NAMES = ["spring.csv", "summer.csv"]


def facts(orders) -> tuple[int, float]:
    table = orders.table.to_pandas()
    assert_nothing_vanished(orders)
    return len(table), round(table["revenue"].sum(), 2)


EXPECTED = (len(ORDERS), revenue(ORDERS))


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


# --- several files --------------------------------------------------------------------------------


def test_paths_bytes_and_file_objects_are_read_as_one(tmp_path):
    path = tmp_path / "spring.csv"
    path.write_bytes(FILES[0])
    for second in (FILES[1], io.BytesIO(FILES[1]), gzip.compress(FILES[1])):
        orders = read_orders([path, second])
        assert facts(orders) == EXPECTED
        assert orders.report.rows_read == len(ROWS)


def test_formats_may_differ():
    second = workbook({"Orders": [HEADER, *rows_of(HALVES[1])]})
    third = csv_file(rows_of(HALVES[0][:4]), delimiter=";")
    orders = read_orders([FILES[0], second, third], name=["a.csv", "b.xlsx", "c.csv"])
    assert facts(orders) == EXPECTED


def test_what_was_read_of_each_file_is_said():
    sheet = open_sheets(FILES, NAMES)
    rows = [len(rows_of(half)) for half in HALVES]
    assert sheet.name == "spring.csv and 1 more file"
    assert sheet.rows_by_name() == dict(zip(NAMES, rows, strict=True))
    assert any("'spring.csv' (48 rows), 'summer.csv' (48 rows)" in note for note in sheet.notes)


def test_the_digest_is_of_all_files_in_their_order():
    digests = {
        open_sheets(sources).digest
        for sources in (FILES, FILES[::-1], [FILES[0], csv_file(ROWS[:3])], FILES[:1])
    }
    assert len(digests) == 4
    assert open_sheets(FILES[:1]).digest == open_sheet(FILES[0]).digest


def test_rows_left_out_name_their_file_and_its_line():
    rows = [rows_of(half) for half in HALVES]
    rows[0][4] = [*rows[0][4][:5], "free?", "paid"]
    rows[1][6] = [*rows[1][6][:5], "free?", "paid"]
    title = b"Orders of summer\n\n"
    orders = read_orders([csv_file(rows[0]), title + csv_file(rows[1])], name=NAMES)
    left_out = orders.dropped_rows()
    assert list(left_out.columns[:3]) == ["file", "line", "reason"]
    assert list(zip(left_out["file"], left_out["line"], strict=True)) == [
        ("spring.csv", 6),
        ("summer.csv", 10),
    ]
    assert [entry.places for entry in orders.report.reasons] == [
        ["spring.csv: 6", "summer.csv: 10"]
    ]
    alone = read_orders(csv_file(rows[0]))
    assert "file" not in alone.dropped_rows()
    assert [entry.places for entry in alone.report.reasons] == [["6"]]


def test_columns_are_matched_by_their_plain_names():
    other = ["Order Number", "Created_At", "E-Mail", "Product", "Quantity", "AMOUNT", "status"]
    places = [6, 3, 1, 0, 5, 2, 4]
    header = ["email" if name == "E-Mail" else name for name in other]
    swapped = csv_file(
        [[row[i] for i in places] for row in rows_of(HALVES[1])], [header[i] for i in places]
    )
    assert facts(read_orders([FILES[0], swapped])) == EXPECTED


def test_a_column_that_one_file_lacks_is_empty_there():
    longer = csv_file([[*row, "web"] for row in rows_of(HALVES[1])], [*HEADER, "channel"])
    orders = read_orders([FILES[0], longer], name=NAMES)
    assert facts(orders) == EXPECTED
    assert set(orders.table.channel.to_pandas().dropna()) == {"web"}
    assert any("Only 'summer.csv' has 'channel'" in note for note in orders.report.notes)
    shorter = csv_file([row[:6] for row in rows_of(HALVES[1])], HEADER[:6])
    notes = open_sheets([FILES[0], shorter], NAMES).notes
    assert any("'summer.csv' lacks 'status'" in note for note in notes)


def test_a_file_of_another_platform_is_refused_and_named():
    other = csv_file(
        [["#1", "x@mail.example", "2025-01-01", "5.00"]], ["Name", "Email", "Paid at", "Total"]
    )
    with pytest.raises(DataError) as error:
        open_sheets([FILES[0], other], ["ours.csv", "shopify.csv"])
    message = str(error.value)
    assert "'shopify.csv' does not fit with 'ours.csv'" in message
    assert "only 1 stands there, too ('Email')" in message
    assert "'order_number'" in message
    assert "'Paid at'" in message


def test_a_bad_file_among_several_is_named():
    with pytest.raises(DataError, match=r"photo\.csv"):
        open_sheets([FILES[0], b"\x89PNG\r\n\x1a\n" + bytes(99)], ["spring.csv", "photo.csv"])
    with pytest.raises(DataError, match="no file"):
        open_sheets([])
    with pytest.raises(DataError, match="names"):
        read_orders(FILES, name="orders.csv")


def test_files_that_write_dates_in_opposite_ways_are_refused():
    def dated(orders, style: str) -> bytes:
        return csv_file(
            [
                [row[0], f"{datetime.fromisoformat(row[1]):{style}}", *row[2:]]
                for row in rows_of(orders)
            ]
        )

    days, months = dated(HALVES[0], "%d/%m/%Y"), dated(HALVES[1], "%m/%d/%Y")
    with pytest.raises(DataError, match=r"'summer\.csv' the month"):
        read_orders([days, months], name=NAMES)
    assert facts(read_orders([dated(HALVES[0], "%Y-%m-%d"), months], name=NAMES)) == EXPECTED


def test_the_same_file_twice_is_read_once():
    orders = read_orders([FILES[0], FILES[1], FILES[0]], name=[*NAMES, "copy of spring.csv"])
    assert facts(orders) == EXPECTED
    assert orders.report.rows_read == len(ROWS)
    assert any("same file as 'spring.csv'" in note for note in orders.report.notes)


def test_files_of_the_same_name_are_told_apart():
    assert open_sheets(FILES, ["orders.csv"] * 2).names == ("orders.csv", "orders.csv (2)")


def test_the_pieces_of_a_file_that_was_split():
    """The second piece has no column names, and begins in the middle of an order."""
    cut = next(i for i in range(40, 60) if ROWS[i][0] == ROWS[i - 1][0])
    orders = read_orders([csv_file(ROWS[:cut]), csv_file(ROWS[cut:], None)])
    assert facts(orders) == EXPECTED


# --- zip files ------------------------------------------------------------------------------------


def test_all_files_of_a_zip_file_with_the_same_columns_are_read():
    orders = read_orders(zipped(dict(zip(NAMES, FILES, strict=True))), name="orders.zip")
    assert facts(orders) == EXPECTED


def test_other_files_of_a_zip_file_are_left_out_and_named():
    customers = csv_file([["c1@mail.example", "Ann"]], ["email", "name"])
    data = zipped({"orders.csv": csv_file(ROWS), "customers.csv": customers})
    orders = read_orders(data, name="export.zip")
    assert facts(orders) == EXPECTED
    assert any("'customers.csv' was left out" in note for note in orders.report.notes)


# --- sheets of a workbook -------------------------------------------------------------------------


def test_all_sheets_with_the_same_columns_are_read():
    data = workbook(
        {
            "2025 H1": [HEADER, *rows_of(HALVES[0])],
            "2025 H2": [["Orders of the second half"], [], HEADER, *rows_of(HALVES[1])],
        }
    )
    orders = read_orders(data, name="orders.xlsx")
    assert facts(orders) == EXPECTED
    assert any("2 sheets have the same columns" in note for note in orders.report.notes)


def test_sheets_with_other_columns_and_hidden_ones_are_left_out_and_named():
    data = workbook(
        {
            "Summary": [["Month", "Orders", "Revenue"], ["January", 15, 900.5]],
            "Orders": [HEADER, *ROWS],
            "Old copy": [HEADER, *ROWS[:20]],
        },
        hidden=["Old copy"],
    )
    orders = read_orders(data, name="orders.xlsx")
    assert facts(orders) == EXPECTED
    notes = " ".join(orders.report.notes)
    assert "'Summary'" in notes
    assert "'Old copy'" in notes


def test_rows_left_out_name_their_sheet():
    rows = [*rows_of(HALVES[1])]
    rows[2] = [*rows[2][:5], "free?", "paid"]
    data = workbook({"H1": [HEADER, *rows_of(HALVES[0])], "H2": [[], HEADER, *rows]})
    left_out = read_orders(data, name="orders.xlsx").dropped_rows()
    assert list(left_out["file"]) == ["orders.xlsx / H2"]
    assert list(left_out["line"]) == [5]


# --- exports pasted into one file -----------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_column_names_further_down_are_no_row(mark):
    bad = [*ROWS[24][:5], "free?", "paid"]
    data = FILES[0] + mark.encode() + csv_file([*rows_of(HALVES[1]), bad])
    sheet = open_sheet(data, name="orders.csv")
    assert sheet.rows == len(ROWS) + 1
    assert [part.first_row for part in sheet.parts] == [0, len(rows_of(HALVES[0]))]
    assert any("column names stand once more" in note for note in sheet.notes)
    left_out = read_orders(data, name="orders.csv").dropped_rows()
    assert list(left_out["line"]) == [len(ROWS) + 3]
    assert "file" not in left_out


def test_blank_lines_around_column_names_further_down():
    bad = [*ROWS[24][:5], "free?", "paid"]
    rows = csv_file([*rows_of(HALVES[1]), bad])
    data = FILES[0].replace(b"\r\nA1003", b"\r\n\r\nA1003", 1) + b"\r\n\r\n" + rows
    left_out = read_orders(data, name="orders.csv").dropped_rows()
    assert list(left_out["line"]) == [len(ROWS) + 6]
