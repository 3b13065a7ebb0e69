"""Amounts whose decimal commas also part the cells: their cents are not lost in silence."""

import pytest

from retention import read_orders

ROWS = [(f"c{i % 7}@example.com", f"2024-0{1 + i % 9}-11", f"{10 + i}") for i in range(20)]


def is_doubted(header: str, row: str) -> bool:
    lines = [header, *(row.format(*cells) for cells in ROWS)]
    warnings = read_orders("\n".join(lines).encode(), name="orders.csv").report.warnings
    return any("Decimal commas seem to have split them" in sentence for sentence in warnings)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Email,Date,Total", "{0},{1},{2},50"),
        ("Email,Date,Total,Status", "{0},{1},{2},99,paid"),
    ],
)
def test_amounts_that_commas_have_split_are_doubted(header, row):
    assert is_doubted(header, row)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Email,Date,Total", "{0},{1},{2}"),
        ("Email,Date,Total", "{0},{1},{2},"),
        ("Email,Date,Total", "{0},{1},{2}.50,50"),
        ("Email,Date,Total", "{0},{1},{2},5"),
        ("Email,Date,Total,Pieces", "{0},{1},{2},12"),
        ("Email;Date;Total", "{0};{1};{2},50"),
        ("Email,Date,Total", '{0},{1},"{2},50"'),
    ],
)
def test_other_files_are_not(header, row):
    assert not is_doubted(header, row)
