"""What a column's cells look like: dates, amounts, addresses, codes, and how much they repeat."""

import pytest

from retention import open_sheet
from retention.columns.profiles import FEW_KINDS, SAMPLE_ROWS, column_profiles
from tests.support.order_files import DATE_STYLES, KEPT, MONEY_STYLES, csv_bytes, profile_of
from tests.support.plain_orders import HEADER, ROWS


def test_every_column_of_the_sheet_has_a_profile():
    profiles = column_profiles(open_sheet(csv_bytes(HEADER, ROWS)))
    assert list(profiles) == HEADER
    assert profiles["Email"].email == 1
    assert profiles["Order Date"].date == 1
    assert profiles["Total"].money == 1
    assert profiles["Order ID"].integer == profiles["Order ID"].distinct == 1


def test_shares_are_of_the_filled_cells():
    profile = profile_of("a@example.com", " ", "12.50", "", "a@example.com")
    assert profile.filled == pytest.approx(3 / 5)
    assert profile.email == pytest.approx(2 / 3)
    assert profile.money == profile.decimals == pytest.approx(1 / 3)
    assert (profile.values, profile.distinct) == (2, pytest.approx(2 / 3))
    assert profile.length == pytest.approx((13 + 5 + 13) / 3)


def test_a_column_without_a_cell_has_shares_of_zero():
    profile = profile_of("", " ")
    assert (profile.filled, profile.money, profile.distinct, profile.length) == (0, 0, 0, 0)
    assert not profile.kinds


@pytest.mark.parametrize("style", DATE_STYLES)
def test_a_day_is_known_however_it_is_written(style):
    assert profile_of(*(DATE_STYLES[style](sale.placed) for sale in KEPT)).dates == 1


@pytest.mark.parametrize("style", MONEY_STYLES)
def test_an_amount_is_known_however_it_is_written(style):
    assert profile_of(*(MONEY_STYLES[style](cents) for cents in (950, 123456, 1050))).money == 1


def test_unix_times_are_day_numbers():
    assert profile_of("1709640000", "1709640060").day_number == 1
    assert profile_of("1709640000000", "1709640060000").day_number == 1


def test_currency_codes_have_three_letters():
    assert profile_of("EUR", "usd", "EURO", "12").code == pytest.approx(1 / 2)


def test_fractions_of_nothing_are_whole_numbers():
    profile = profile_of("17850.0", "-3", "2.50")
    assert profile.integer == pytest.approx(2 / 3)
    assert profile.decimals == pytest.approx(1 / 3)


def test_few_different_cells_may_speak_of_refunds_and_free_text_may_not():
    assert profile_of("sale", "refund", "sale").kinds
    assert not profile_of("sale", "gift", "sale").kinds
    assert not profile_of("refund", *(f"note {n}" for n in range(FEW_KINDS))).kinds


def test_of_a_long_file_rows_from_all_of_it_are_looked_at():
    rows = 4 * SAMPLE_ROWS
    cells = ["12.50" if row < rows // 2 else "a@example.com" for row in range(rows)]
    profile = profile_of(*cells)
    assert profile.filled == 1
    assert 0.2 < profile.email < 0.5
    assert profile.money + profile.email == pytest.approx(1)
