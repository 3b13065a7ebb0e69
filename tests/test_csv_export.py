"""CSV files: nothing in them runs, nothing in them changes."""

import csv
import io
import math

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from retention import to_csv
from retention.csv_export import safe_text

SIGNS = set("=+-@＝＋－＠﹦﹢﹣﹫")
SKIPPED = " \t\r\n\x0b\x0c\x00\u00a0\u3000\ufeff\u200b\u2060\"'`"


def rows_of(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula; an apostrophe means text."""
    if cell.startswith("'"):
        return False
    rest = cell.lstrip(SKIPPED.replace("'", ""))
    return bool(rest) and rest[0] in SIGNS


nasty = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@＝＋－＠;,|\t\r\n \"'aZ1\u00a0\ufeff"), st.characters(codec="utf-8")
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\tx",
        "   =1",
        '"=1',
        "＝1+1",
        "＠SUM(A1)",
        "－1",
        "\u00a0=1",
        "\ufeff=1",
    ],
)
def test_text_that_would_run_gets_an_apostrophe_in_front(text):
    assert safe_text(text).startswith("'")
    assert safe_text(text).replace("'", "") == text


@pytest.mark.parametrize(
    "text", ["", "Ann", "a=b", "ann@example.com", "x-y", "สมชาย", "O'Brien", "1;2", " padded "]
)
def test_harmless_text_stays_as_it_is(text):
    assert safe_text(text) == text


@given(st.lists(nasty, min_size=1, max_size=8))
def test_no_cell_runs_whatever_the_text_and_the_row_count_stays(texts):
    data = to_csv(pd.DataFrame({"note": texts, "n": range(len(texts))}))
    rows = rows_of(data)
    assert len(rows) == len(texts) + 1
    assert not any(runs(row[1]) for row in rows)


@given(st.lists(nasty, min_size=1, max_size=8))
def test_no_cell_runs_where_the_separator_is_a_semicolon_and_quotes_do_not_hold(texts):
    data = to_csv(pd.DataFrame({"n": range(len(texts)), "note": texts}), index=False).decode(
        "utf-8-sig"
    )
    cells = [cell for line in data.replace("\r", "\n").split("\n") for cell in line.split(";")]
    # A cell with the number before the comma starts with a digit. The others are parts of the text.
    assert not any(runs(cell) for cell in cells)


@given(st.lists(nasty, min_size=1, max_size=5, unique=True))
def test_headers_and_index_are_made_safe_too(names):
    frame = pd.DataFrame([range(len(names))], columns=names, index=pd.Index(["=cmd"], name="@id"))
    header, first = rows_of(to_csv(frame))
    assert header[0] == "'@id"
    assert first[0] == "'=cmd"
    assert not any(runs(name) for name in header)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_numbers_come_back_exactly_negative_ones_included(numbers):
    data = to_csv(pd.DataFrame({"value": numbers}), index=False)
    assert [float(row[0]) for row in rows_of(data)[1:]] == numbers


def test_types_keep_their_plain_form_and_missing_values_are_empty():
    frame = pd.DataFrame(
        {
            "n": [-1, 2],
            "day": pd.to_datetime(["2024-01-31", None]),
            "yes": [True, False],
            "stage": pd.Categorical(["-x", None]),
            "mixed": [-3.5, "=a"],
            "gap": [math.nan, 1.5],
        }
    )
    assert rows_of(to_csv(frame, index=False))[1:] == [
        ["-1", "2024-01-31", "True", "'-x", "-3.5", ""],
        ["2", "", "False", "", "'=a", "1.5"],
    ]


def test_file_starts_with_a_byte_order_mark_and_keeps_every_script():
    data = to_csv(pd.DataFrame({"ชื่อ": ["สมชาย", "Ñandú"]}), index=False)
    assert data.startswith(b"\xef\xbb\xbf")
    assert rows_of(data) == [["ชื่อ"], ["สมชาย"], ["Ñandú"]]


def test_the_frame_itself_is_left_alone():
    frame = pd.DataFrame({"note": ["=1", "b"]}, index=pd.Index(["a", "b"], name="customer_id"))
    before = frame.copy()
    to_csv(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_an_empty_frame_is_a_header_line():
    assert rows_of(to_csv(pd.DataFrame({"a": pd.Series(dtype=str)}), index=False)) == [["a"]]


def test_an_index_named_like_a_column_does_not_break_the_file():
    frame = pd.DataFrame({"customer_id": ["x"]}, index=pd.Index(["y"], name="customer_id"))
    assert rows_of(to_csv(frame)) == [["customer_id", "customer_id"], ["y", "x"]]
