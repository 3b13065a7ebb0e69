"""Money comes dressed: symbols, codes, separators, brackets. Currencies are never added."""

import pytest

from retention import DataError, read_orders
from retention.cells import money
from tests.cells.whole_columns import HEADER, amount_column
from tests.support.order_files import MONEY_STYLES, assert_nothing_vanished, csv_bytes, rows_dropped

CENTS = (950, 123456, 5, 0, 100000, 98765432, 1000, 249900)


def read_money(texts, extra: dict[str, list[str]] | None = None, **options):
    """One order a text, each of its own customer on its own day."""
    extra = extra or {}
    texts = list(texts)
    rows = [
        (
            str(1000 + i),
            f"c{i}@example.com",
            f"2024-03-{1 + i % 28:02}",
            text,
            *(column[i] for column in extra.values()),
        )
        for i, text in enumerate(texts)
    ]
    return read_orders(csv_bytes((*HEADER, *extra), rows), name="orders.csv", **options)


def amounts(orders) -> list[float]:
    return list(orders.table.to_pandas().sort_values("order_id")["revenue"].round(4))


@pytest.mark.parametrize("style", MONEY_STYLES)
def test_amount_is_read_as_written(style):
    assert amount_column(map(MONEY_STYLES[style], CENTS)) == [cents / 100 for cents in CENTS]


@pytest.mark.parametrize(
    "style", ["decimal comma", "dollar", "baht word", "thousands narrow blanks"]
)
def test_orders_have_the_amounts_as_written(style):
    orders = read_money(map(MONEY_STYLES[style], CENTS))
    assert amounts(orders) == [cents / 100 for cents in CENTS]
    assert orders.report.dropped == {}


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["12,50", "8,00", "1240,90"], [12.5, 8, 1240.9]),
        (["1.234,56", "89,90", "7"], [1234.56, 89.9, 7]),
        (["1,234", "2,500", "990"], [1234, 2500, 990]),
        (["1.234.567", "990", "12.500"], [1234567, 990, 12500]),
        (["1,234,567", "990", "12,500"], [1234567, 990, 12500]),
        (["1,23,456.78", "12,34,567.00", "99.50"], [123456.78, 1234567, 99.5]),  # lakhs
        (["¥1,200", "¥12,000", "¥980"], [1200, 12000, 980]),
        (["1,200円", "12,000円", "980円"], [1200, 12000, 980]),
        (["250.000 ₫", "1.250.000 ₫", "99.000 ₫"], [250000, 1250000, 99000]),
        (["Rp 250.000", "Rp 1.250.000", "Rp99.000"], [250000, 1250000, 99000]),
        (["10", "20.5", "30.25"], [10, 20.5, 30.25]),
        ([".50", "0.5", "5."], [0.5, 0.5, 5]),
        (["10.123456", "0.1", "33.333333"], [10.1235, 0.1, 33.3333]),
        (["1.5E+3", "20", "3.25"], [1500, 20, 3.25]),
        (["12.000000000001", "19.99", "5"], [12, 19.99, 5]),
        (["'19.99", "5.00", "7.50"], [19.99, 5, 7.5]),
        (["$ 19.99", "$5.00 USD", "$7"], [19.99, 5, 7]),
        (["CHF 1'234.50", "CHF 99.00", "CHF 5.05"], [1234.5, 99, 5.05]),
        (["1’234.50", "99.00", "5.05"], [1234.5, 99, 5.05]),
        (["Php1,234.50", "Php99.00", "Php5.05"], [1234.5, 99, 5.05]),
        (["P1,234.50", "P99.00", "P5.05"], [1234.5, 99, 5.05]),
        (["1,234.50.-", "99.-", "5.05"], [1234.5, 99, 5.05]),
        (["1 234", "12 500", "990"], [1234, 12500, 990]),
        (["1,299.00฿", "฿ 99.00", "฿5.05"], [1299, 99, 5.05]),
    ],
)
def test_column_decides_what_the_separators_mean(texts, wanted):
    assert amount_column(texts) == pytest.approx(wanted)


def test_every_form_of_minus_is_a_refund_never_an_order():
    forms = [
        "-50.00",
        "(50.00)",
        "50.00-",
        "-$50.00",
        "$-50.00",
        "($50.00)",
        "−50.00",
        "– 50.00",
        "- 50.00",
    ]
    rows = []
    for i, form in enumerate(forms):
        customer = f"c{i}@example.com"
        rows += [
            (f"A{i}", customer, "2024-03-01", "80.00"),
            (f"R{i}", customer, "2024-03-15", form),
        ]
    orders = read_orders(csv_bytes(HEADER, rows), name="orders.csv")
    assert amounts(orders) == [30.0] * len(forms)


def test_what_is_no_amount_is_dropped_and_reported():
    texts = [
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e999",
        "n/a",
        "N/A",
        "",
        "free?",
        "--",
        "#REF!",
    ]
    texts += ["12.03.2024", "1-2-3", "10 or 12", "a@example.com", "9" * 400]
    orders = read_money(["10.00", *texts, *["12.50"] * 20])
    assert sorted(amounts(orders)) == [10.0, *[12.5] * 20]
    assert_nothing_vanished(orders)
    (reason,) = orders.report.reasons
    assert (reason.rows, reason.first_lines[0], reason.revenue) == (len(texts), 3, 0.0)


def test_no_amount_anywhere_is_refused():
    with pytest.raises(DataError, match=r"(?i)total|amount|revenue|money"):
        read_money(["n/a", "n/a", "free"])


# --- currencies -----------------------------------------------------------------------------------


def test_currencies_are_never_added():
    orders = read_money(
        ["10", "20", "30", "1250000", "990000"], {"Currency": ["usd", "USD", "USD ", "VND", "VND"]}
    )
    assert orders.currency == "USD"
    assert amounts(orders) == [10, 20, 30]
    assert rows_dropped(orders, "currenc") == 2
    assert_nothing_vanished(orders)
    assert "VND" in " ".join([*orders.report.dropped, *orders.report.notes])


def test_main_currency_is_that_of_most_orders_not_of_the_largest_figures():
    texts = ["10"] * 6 + ["99000000"] * 5
    orders = read_money(texts, {"Currency": ["USD"] * 6 + ["IDR"] * 5})
    assert orders.currency == "USD"


def test_the_marketer_can_take_the_other_currency():
    orders = read_money(
        ["10", "20", "30", "1250000", "990000"],
        {"Currency": ["USD", "USD", "USD", "VND", "VND"]},
        currency="VND",
    )
    assert orders.currency == "VND"
    assert amounts(orders) == [1250000, 990000]
    assert rows_dropped(orders, "currenc") == 3


def test_a_currency_that_is_not_in_the_file_is_refused():
    with pytest.raises(DataError, match="USD"):
        read_money(["10", "20"], {"Currency": ["USD", "USD"]}, currency="THB")


def test_symbols_within_one_column_are_currencies_too():
    orders = read_money(["€10.00", "€20.00", "€30.00", "$5.00", "¥1200"])
    assert orders.currency == "EUR"
    assert amounts(orders) == [10, 20, 30]
    assert rows_dropped(orders, "currenc") == 2


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["1,200.00 บาท", "90.00 บาท"], "THB"),
        (["₱1,200.00", "₱90.00"], "PHP"),
        (["RM 1,200.00", "RM 90.00"], "MYR"),
        (["€1,200.00", "€90.00"], "EUR"),
        (["₫250.000", "₫1.250.000"], "VND"),
        (["1,200.00 SEK", "90.00 SEK"], "SEK"),
    ],
)
def test_currency_is_known_from_the_amounts(texts, code):
    assert read_money(texts).currency == code


def test_no_currency_is_claimed_where_none_is_written():
    assert read_money(["10.00", "20.00"]).currency is None


@pytest.mark.parametrize("name", ["Total (THB)", "ยอดรวม (บาท)"])
def test_currency_is_known_from_the_column_name(name):
    rows = [
        ("1", "a@example.com", "2024-03-13", "10.00"),
        ("2", "b@example.com", "2024-03-14", "20.00"),
    ]
    orders = read_orders(csv_bytes((*HEADER[:3], name), rows), name="orders.csv")
    assert orders.currency == "THB"
    assert amounts(orders) == [10, 20]


def test_rows_that_name_no_currency_are_of_the_main_one():
    orders = read_money(["10", "20", "30"], {"Currency": ["USD", "", "USD"]})
    assert amounts(orders) == [10, 20, 30]


# --- discounts ------------------------------------------------------------------------------------


def test_discounts_are_positive_however_they_are_signed():
    orders = read_money(["10", "20", "30"], {"Discount": ["-1.50", "0", "(2.00)"]})
    assert list(orders.table.to_pandas().sort_values("order_id")["discount"]) == [1.5, 0.0, 2.0]


@pytest.mark.parametrize(
    ("cell", "currency"),
    [
        *(
            ("123.45 ر.س", "SAR"),
            ("1 234,50 грн", "UAH"),
            ("12.50 р.", "RUB"),
            ("45,00 лв.", "BGN"),
        ),
        *(("120 TL", "TRY"), ("R$ 9,90", "BRL"), ("₪12.00", "ILS"), ("12.00 ج.م", "EGP")),
    ],
)
def test_a_word_beside_an_amount_names_its_currency(cell, currency):
    assert money.looks_like_money(cell)
    assert read_money([cell, cell]).currency == currency


def test_an_abbreviation_in_a_column_name_is_a_currency():
    names = ("Total (Rp.)", "Jumlah (RM)", "Rpm")
    assert [money.named_currency(name) for name in names] == ["IDR", "MYR", None]
