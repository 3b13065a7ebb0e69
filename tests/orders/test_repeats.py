"""Rows that stand twice: overlapping exports, pasted ones, the same one again, and equal lines."""

import random
from datetime import date

import pytest

from retention import build_orders, detect_columns, open_sheet, open_sheets, read_orders
from retention.orders.equal_rows import EQUAL_ROW
from retention.orders.repeated_orders import REPEATED, REPLACED
from tests.support.order_files import assert_nothing_vanished
from tests.support.reports import (
    HEADER,
    csv_file,
    revenue,
    rows_of,
    shop,
    with_status,
    workbook,
)

ORDERS = shop()
ROWS = rows_of(ORDERS)
SINGLE = shop(lines=1)
EXPECTED = (len(ORDERS), revenue(ORDERS))
FEBRUARY = ORDERS[:30]
MARCH = ORDERS[22:]
OVERLAP = ORDERS[22:30]


def facts(orders) -> tuple[int, float]:
    table = orders.table.to_pandas()
    assert_nothing_vanished(orders)
    return len(table), round(table["revenue"].sum(), 2)


def with_pairs(orders: list[list[list[str]]], places: tuple[int, ...] = (5, 6, 17)):
    """The same orders, some of which hold two equal lines, as of two pieces of a product."""
    return [[*order, order[0]] if i in places else order for i, order in enumerate(orders)]


# --- the same rows again --------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize(
    "orders", [ORDERS, SINGLE, with_pairs(ORDERS)], ids=["lines", "one", "pairs"]
)
def test_a_file_that_was_pasted_again_counts_once(orders, times):
    read = read_orders(csv_file(rows_of(orders) * times))
    assert facts(read) == (len(orders), revenue(orders))
    assert read.report.dropped == {REPEATED: (times - 1) * len(rows_of(orders))}


@pytest.mark.parametrize("orders", [ORDERS, SINGLE], ids=["lines", "one"])
@pytest.mark.parametrize("mix", ["sorted", "shuffled"])
def test_the_order_of_the_rows_hides_nothing(orders, mix):
    rows = sorted(rows_of(orders) * 2)
    if mix == "shuffled":
        random.Random(2).shuffle(rows)
    assert facts(read_orders(csv_file(rows))) == (len(orders), revenue(orders))


def test_exports_that_overlap_count_once():
    for source in (
        [csv_file(rows_of(FEBRUARY)), csv_file(rows_of(MARCH))],
        [csv_file(rows_of(MARCH)), csv_file(rows_of(FEBRUARY), delimiter=";")],
        csv_file([*rows_of(FEBRUARY), *rows_of(MARCH)]),
        csv_file([*rows_of(FEBRUARY), HEADER, *rows_of(MARCH)]),
        workbook(
            {"A": [HEADER, *rows_of(FEBRUARY)], "B": [HEADER, *rows_of(MARCH)]},
        ),
    ):
        orders = read_orders(source)
        assert facts(orders) == EXPECTED
        assert orders.report.dropped == {REPEATED: len(rows_of(OVERLAP))}


def test_days_orders_and_money_are_said():
    orders = read_orders(csv_file([*rows_of(FEBRUARY), *rows_of(MARCH)]))
    note = next(note for note in orders.report.notes if "more than once" in note)
    assert "8 orders (16 Feb 2025 to 2 Mar 2025)" in note
    assert f"{len(rows_of(OVERLAP))} rows worth {revenue(OVERLAP):,.0f}" in note


def test_three_exports_each_overlapping_the_next():
    files = [csv_file(rows_of(part)) for part in (ORDERS[:20], ORDERS[16:34], ORDERS[30:])]
    assert facts(read_orders(files)) == EXPECTED


def test_dates_and_amounts_may_be_written_otherwise():
    """The second export was saved by a spreadsheet."""
    other = [
        [row[0], f"{row[1][8:10]}.{row[1][5:7]}.{row[1][:4]} {row[1][11:]}", *row[2:]]
        for row in rows_of(MARCH)
    ]
    other = [[*row[:5], f"{row[5]}0", row[6]] for row in other]
    orders = read_orders([csv_file(rows_of(FEBRUARY)), csv_file(other)])
    assert facts(orders) == EXPECTED


@pytest.mark.parametrize("numbering", ["on", "anew"])
def test_a_column_that_counts_the_rows_hides_nothing(numbering):
    rows = [*rows_of(FEBRUARY), *rows_of(MARCH)]
    first = len(rows_of(FEBRUARY))
    counted = [
        [str(i - first if numbering == "anew" and i >= first else i), *row]
        for i, row in enumerate(rows, start=1)
    ]
    assert facts(read_orders(csv_file(counted, ["#", *HEADER]))) == EXPECTED


def test_an_export_that_begins_within_an_order():
    """The whole order counts, not the cut one of the later export."""
    cut = rows_of(ORDERS[22:])
    assert len(ORDERS[22]) == 2
    orders = read_orders([csv_file(rows_of(FEBRUARY)), csv_file(cut[1:])])
    assert facts(orders) == EXPECTED


def test_rows_left_out_keep_their_place():
    rows = [*ROWS, *ORDERS[5]]
    left_out = read_orders(csv_file(rows)).dropped_rows()
    assert list(left_out["line"]) == [len(ROWS) + 2 + i for i in range(len(ORDERS[5]))]


# --- a newer state --------------------------------------------------------------------------------


CHANGED = [*with_status(ORDERS[24:25], "refunded"), *with_status(ORDERS[25:26], "cancelled")]
LATER = [*ORDERS[22:24], *CHANGED, *ORDERS[26:]]
NEWER = (len(ORDERS) - 1, round(revenue(ORDERS) - revenue(ORDERS[24:26]), 2))


@pytest.mark.parametrize("place", [0, 1])
def test_the_later_export_counts_whichever_was_given_first(place):
    files = [csv_file(rows_of(FEBRUARY)), csv_file(rows_of(LATER))]
    names = ["february.csv", "march.csv"]
    if place:
        files, names = files[::-1], names[::-1]
    orders = read_orders(files, name=names)
    assert facts(orders) == NEWER
    assert orders.report.dropped[REPLACED] == len(rows_of(CHANGED))
    assert any("2 orders differ" in n and "'march.csv'" in n for n in orders.report.notes)


def test_the_later_export_counts_where_both_were_pasted():
    rows = [*rows_of(FEBRUARY), *rows_of(LATER)]
    newest_first = [*rows_of(FEBRUARY)[::-1], *rows_of(LATER)[::-1]]
    for pasted in (rows, newest_first, [*rows_of(FEBRUARY), HEADER, *rows_of(LATER)]):
        assert facts(read_orders(csv_file(pasted))) == NEWER


def test_of_exports_up_to_the_same_day_the_last_one_counts():
    changed = with_status(ORDERS[3:4], "cancelled")
    later = [*ORDERS[:3], *changed, *ORDERS[4:]]
    orders = read_orders([csv_file(ROWS), csv_file(rows_of(later))])
    assert facts(orders) == (len(ORDERS) - 1, round(revenue(ORDERS) - revenue(ORDERS[3:4]), 2))


# --- what is no repetition ------------------------------------------------------------------------


@pytest.mark.parametrize("mix", ["as exported", "by product", "shuffled"])
def test_two_equal_lines_of_an_order_count_and_are_noted(mix):
    orders = with_pairs(ORDERS)
    rows = rows_of(orders)
    if mix == "by product":
        rows.sort(key=lambda row: row[3])
    elif mix == "shuffled":
        random.Random(3).shuffle(rows)
    read = read_orders(csv_file(rows))
    assert facts(read) == (len(orders), revenue(orders))
    assert any("3 rows are equal" in note for note in read.report.notes)


def test_pieces_that_each_have_a_line_count():
    """Two pieces of each of two products: A, A, B, B."""
    pairs = [[row for row in order for _ in range(2)] for order in ORDERS[4:6]]
    orders = [*ORDERS[:4], *pairs, *ORDERS[6:]]
    assert facts(read_orders(csv_file(rows_of(orders)))) == (len(orders), revenue(orders))


def test_numbers_that_begin_anew_are_other_orders():
    earlier = [[row[0], row[1].replace("2025", "2023"), f"z{row[2]}", *row[3:]] for row in ROWS]
    orders = read_orders([csv_file(ROWS), csv_file(earlier)])
    assert facts(orders) == (2 * len(ORDERS), 2 * revenue(ORDERS))


def test_exports_by_product_are_parts_of_the_orders():
    first = [row for row in ROWS if row[3] < "Product 3"]
    others = [row for row in ROWS if row[3] >= "Product 3"]
    assert facts(read_orders([csv_file(first), csv_file(others)])) == EXPECTED


def test_a_file_of_refunds_comes_off_the_orders_of_another():
    back = [[*row[:5], f"-{row[5]}", "refunded"] for row in (ORDERS[i][0] for i in (3, 9, 12))]
    orders = read_orders([csv_file(ROWS), csv_file(back)])
    money = sum(float(row[5]) for row in back)
    assert facts(orders) == (len(ORDERS), round(revenue(ORDERS) + money, 2))


def test_the_reading_can_be_told_to_keep_everything():
    sheet = open_sheet(csv_file(ROWS * 2), name="orders.csv")
    mapping = detect_columns(sheet)
    kept = build_orders(sheet, type(mapping)(columns=mapping.columns, repeats="keep"))
    assert kept.report.rows_kept == 2 * len(ROWS)


# --- without order numbers ------------------------------------------------------------------------

PLAIN_HEADER = HEADER[1:]
PLAIN = [row[1:] for row in rows_of(SINGLE)]
PLAIN_EXPECTED = (len(SINGLE), revenue(SINGLE))


def asked(orders) -> list[object]:
    return [q.assumed for q in orders.report.questions if q.setting == "repeats"]


@pytest.mark.parametrize("days_only", [False, True])
def test_an_overlap_without_order_numbers_counts_once_and_is_asked(days_only):
    rows = [[row[0][:10], *row[1:]] for row in PLAIN] if days_only else PLAIN
    for source in (
        csv_file([*rows[:30], *rows[22:]], PLAIN_HEADER),
        [csv_file(rows[:30], PLAIN_HEADER), csv_file(rows[22:], PLAIN_HEADER)],
    ):
        orders = read_orders(source)
        assert facts(orders) == PLAIN_EXPECTED
        assert orders.report.dropped == {EQUAL_ROW: 8}
        assert asked(orders) == ["once"]


def test_the_answer_is_taken():
    sheet = open_sheets([csv_file(PLAIN[:30], PLAIN_HEADER), csv_file(PLAIN[22:], PLAIN_HEADER)])
    columns = detect_columns(sheet)
    keep = build_orders(sheet, type(columns)(columns=columns.columns, repeats="keep"))
    assert keep.report.rows_kept == len(PLAIN) + 8
    assert asked(keep) == ["once"]


def test_rows_that_all_stand_twice_are_asked_and_kept_meanwhile():
    orders = read_orders(csv_file(sorted(PLAIN * 2), PLAIN_HEADER))
    assert orders.report.rows_kept == 2 * len(PLAIN)
    assert asked(orders) == ["keep"]


def test_a_pair_of_one_export_stays_a_pair_where_another_shows_it_again():
    rows = [*PLAIN[:26], PLAIN[25], *PLAIN[26:]]
    orders = read_orders([csv_file(rows[:31], PLAIN_HEADER), csv_file(rows[22:], PLAIN_HEADER)])
    assert facts(orders)[0] == len(rows)


def test_equal_rows_that_chance_explains_are_left_alone():
    """Customers who buy twice a day, at one of a few prices: some of these rows are equal."""
    rng = random.Random(4)
    rows = [
        [f"c{rng.randrange(60)}", f"{date(2025, 1, 1 + rng.randrange(28))}", rng.choice("12345678")]
        for _ in range(900)
    ]
    assert len({tuple(row) for row in rows}) < len(rows) - 20
    orders = read_orders(csv_file(rows, ["customer", "date", "amount"]))
    assert orders.report.rows_kept == len(rows)
    assert asked(orders) == []


@pytest.mark.parametrize("different", [None, 0, 12, 19])
def test_rows_are_equal_where_no_cell_of_many_columns_tells_them_apart(different):
    others = [[f"{row % 30}-{place}" for place in range(20)] for row in range(60)]
    if different is not None:
        for row in others[30:]:
            row[different] = "another"
    rows = [
        [f"c{row % 30}", f"{date(2025, 1, 1 + row % 30)}", f"{10 + row % 30}.25", f"{row + 1}"]
        for row in range(60)
    ]
    header = ["customer", "date", "amount", "row", *(f"meta {place}" for place in range(20))]
    orders = read_orders(
        csv_file([row + more for row, more in zip(rows, others, strict=True)], header)
    )
    assert orders.report.rows_kept == (30 if different is None else 60)


def test_a_large_file_is_looked_at_in_part_first(monkeypatch):
    monkeypatch.setattr("retention.orders.equal_rows._COMPARED_WHOLE", 1000)
    rows = [
        [f"c{i % 400}", f"{date(2025, 1 + i % 12, 1 + i % 28)}", f"{10 + i / 7:.2f}"]
        for i in range(3000)
    ]
    header = ["customer", "date", "amount"]
    assert read_orders(csv_file(rows, header)).report.rows_kept == 3000
    assert read_orders(csv_file([*rows, *rows[1500:]], header)).report.rows_kept == 3000
