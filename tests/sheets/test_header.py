"""The column names are found below titles, and above rows of values."""

import pytest

from retention.sheets.header import looks_like_header, place_header

NAMES = ["Order No.", "Order date", "Customer", "Item", "Qty", "Amount"]
ROWS = [
    [f"A-{i:04}", f"2025-01-{1 + i % 28:02} 10:00", f"c{i % 9}@x.example", "Soap bar", "2", "10.50"]
    for i in range(40)
]
BLANK = [""] * 6
ABOVE = {
    "nothing": [],
    "printed on": [
        ["Sales report Q1-Q4", *BLANK[1:]],
        ["Printed on", "2026-03-02", "", "User", "admin", ""],
        BLANK,
    ],
    "printed on, no gap": [["Printed on", "2026-03-02", "", "User", "admin", ""]],
    "five lines": [
        ["Harbour Goods", *BLANK[1:]],
        ["Orders by day", *BLANK[1:]],
        ["From", "2025-01-01", "to", "2025-12-31", "", ""],
        ["Store", "Main branch", "Period", "2025", "User", "admin"],
        ["Currency", "EUR", "Rate", "1.00", "", ""],
        BLANK,
    ],
    "names alone, then a gap": [["Store", "Main", "Period", "January", "User", "admin"], BLANK],
    "groups of names": [["Order", "", "Customer", "Line", "", ""]],
}


def header_of(rows: list[list[str]]) -> tuple[tuple[str, ...] | None, int]:
    layout = place_header(rows, "")
    return layout.header, layout.lines_before


@pytest.mark.parametrize("above", ABOVE)
def test_titles_above_the_names(above):
    rows = [*ABOVE[above], NAMES, *ROWS]
    assert header_of(rows) == (tuple(NAMES), len(ABOVE[above]) + 1)


@pytest.mark.parametrize("above", ["nothing", "printed on", "five lines"])
def test_titles_above_merged_cells(above):
    """Every second row has blanks where the merged cells of the row above hold."""
    rows = [row if i % 2 == 0 else [*BLANK[:3], *row[3:]] for i, row in enumerate(ROWS)]
    assert header_of([*ABOVE[above], NAMES, *rows])[0] == tuple(NAMES)


def test_a_line_that_describes_the_columns_is_not_their_names():
    described = ["The order's number.", "When.", "Who bought.", "What.", "Pieces.", "Money."]
    assert header_of([NAMES, described, *ROWS]) == (tuple(NAMES), 1)


def test_names_repeated_further_down_are_not_the_first_ones():
    assert header_of([NAMES, *ROWS[:5], NAMES, *ROWS[5:]]) == (tuple(NAMES), 1)


def test_a_table_without_names():
    assert header_of(ROWS) == (None, 0)


def test_a_table_of_texts_begins_with_its_first_row():
    rows = [["City", "Country"], ["Cork", "Ireland"], ["Wien", "Austria"]]
    assert header_of(rows) == (("City", "Country"), 1)


def test_a_header_is_made_of_names_and_not_of_values():
    assert looks_like_header(["Email", "Order date", "Total"])
    assert looks_like_header([])
    assert not looks_like_header(["a@example.com", "2024-03-05", "12.50"])
