"""A small store whose orders are known, and the ways in which people write orders into files.

`STORE` is the truth; `expected_orders` says what a reader must make of it. `order_layouts` writes
the same store as each platform does. `DATE_STYLES` and `MONEY_STYLES` are the ways to write a day
and an amount.
"""

import csv
import io
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from retention import open_sheet, read_orders
from retention.columns.profiles import Profile, column_profiles

# --- the store ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    user_id: int  # 0 for a guest
    city: str
    country: str

    @property
    def username(self) -> str:
        return re.sub(r"[^a-z]", "", self.name.lower().replace("ü", "u"))


@dataclass(frozen=True, slots=True)
class Item:
    product: str
    category: str
    quantity: int
    price: int  # cents


@dataclass(frozen=True, slots=True)
class Sale:
    """One order as the shop knows it; money in cents."""

    number: int
    person: Person
    placed: datetime
    items: tuple[Item, ...]
    shipping: int = 0
    tax: int = 0
    discount: int = 0
    coupon: str = ""
    state: str = "paid"  # or pending, failed, voided, cancelled: never an order
    refunded: int = 0

    @property
    def subtotal(self) -> int:
        return sum(item.quantity * item.price for item in self.items)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping + self.tax

    @property
    def revenue(self) -> float:
        return (self.total - self.refunded) / 100

    @property
    def quantity(self) -> int:
        return sum(item.quantity for item in self.items)


PEOPLE = (
    Person("Ann Lee", "ann.lee@example.com", 1001, "Boston", "US"),
    Person("Zoë Müller", "zoe@example.de", 1002, "Köln", "DE"),
    Person("Somchai Jaidee", "somchai@example.co.th", 1003, "Bangkok", "TH"),
    Person("Maria Santos", "maria.santos@example.ph", 1004, "Cebu", "PH"),
    Person("O'Brien, Pat", "pat+shop@example.ie", 1005, "Cork", "IE"),
    Person("=HYPERLINK(1)", "formula@example.com", 1006, "Reno", "US"),
    Person("<b>Bold</b> Bob", "bob@example.com", 1007, "Leeds", "GB"),
    Person("Lena Fischer", "lena@example.com", 1008, "Wien", "AT"),
    Person("Kim Park", "kim@example.kr", 1009, "Seoul", "KR"),
    Person("Guest Gina", "gina@example.com", 0, "Rome", "IT"),
    Person("Guest Gus", "gus@example.com", 0, "Oslo", "NO"),
    Person("Tim Nguyen", "tim@example.vn", 1012, "Hanoi", "VN"),
)
NOBODY = Person("", "", 0, "", "")

PRODUCTS = (
    ("Ceramic mug, large", "Kitchen", 1850),
    ('Poster 24" "Sea"', "Home", 2500),
    ("ผ้าพันคอไหม", "Fashion", 124000),
    ("Coffee beans 1kg", "Food", 1995),
    ("Notebook | ruled", "Office", 690),
    ("Tote bag; canvas", "Fashion", 3200),
)


def _store(seed: int = 7) -> tuple[Sale, ...]:
    rng = random.Random(seed)
    sales: list[Sale] = []
    for person in PEOPLE:
        day = datetime(2023, 1, 3) + timedelta(days=rng.randrange(200))
        for _ in range(rng.randint(1, 6)):
            placed = day.replace(
                hour=rng.randrange(24), minute=rng.randrange(60), second=rng.randrange(60)
            )
            chosen = rng.sample(PRODUCTS, rng.choice((1, 1, 2, 3)))
            items = tuple(
                Item(name, group, rng.choice((1, 1, 2, 3)), price) for name, group, price in chosen
            )
            discount = rng.choice((0, 0, 0, 250))
            shipping = rng.choice((0, 495))
            tax = rng.choice((0, 137))
            sales.append(
                Sale(0, person, placed, items, shipping, tax, discount, "SAVE" if discount else "")
            )
            day += timedelta(days=rng.randint(5, 140))

    def again(of: int, days: int, **changes) -> Sale:
        return replace(
            sales[of], placed=sales[of].placed + timedelta(days=days, minutes=11), **changes
        )

    two = (
        Item("Ceramic mug, large", "Kitchen", 2, 1850),
        Item("Coffee beans 1kg", "Food", 1, 1995),
    )
    one = two[:1]
    sales += [
        again(0, 3, items=two, state="pending"),
        again(2, 4, items=two, state="failed"),
        again(5, 9, items=two, state="voided"),
        again(8, 2, items=two, state="cancelled"),
        again(9, 6, items=one, shipping=0, tax=0, discount=0, coupon="", refunded=700),
        again(
            1,
            7,
            items=two,
            shipping=495,
            tax=0,
            discount=0,
            coupon="",
            refunded=2 * 1850 + 1995 + 495,
        ),
        again(
            3, 8, items=one, shipping=0, tax=0, discount=3700, coupon="GIFT100"
        ),  # a free order is an order
        again(4, 10, items=two, person=NOBODY),
        again(6, 12, items=one, person=NOBODY),
    ]
    sales.sort(key=lambda sale: sale.placed)
    return tuple(replace(sale, number=1001 + i) for i, sale in enumerate(sales))


STORE = _store()
KEPT = tuple(sale for sale in STORE if sale.state == "paid" and sale.person is not NOBODY)


def expected_orders(
    sales: Iterable[Sale],
    customer: Callable[[Sale], str] = lambda sale: sale.person.email,
    revenue: Callable[[Sale], float] = lambda sale: sale.revenue,
) -> pd.DataFrame:
    """What a reader must find: customer_id, day and revenue of the sales that are orders."""
    kept = [sale for sale in sales if sale.state == "paid" and sale.person is not NOBODY]
    return pd.DataFrame(
        {
            "customer_id": [customer(sale) for sale in kept],
            "day": [pd.Timestamp(sale.placed.date()) for sale in kept],
            "revenue": [revenue(sale) for sale in kept],
        }
    )


def found_orders(orders) -> pd.DataFrame:
    """The same three columns of what was read."""
    table = orders.table.to_pandas()
    day = pd.to_datetime(table["ordered_at"]).dt.normalize()
    return pd.DataFrame(
        {"customer_id": table["customer_id"], "day": day, "revenue": table["revenue"]}
    )


def revenue_by_order(orders) -> dict[str, float]:
    """Revenue of each order number."""
    table = orders.table.to_pandas()
    return dict(zip(table["order_id"], table["revenue"].round(2), strict=True))


def assert_same_orders(orders, expected: pd.DataFrame) -> None:
    """One row per order: the same customers on the same days with the same money, in any order of
    rows."""
    found = found_orders(orders)
    keys = ["customer_id", "day", "revenue"]
    found = (
        found.astype({"day": "datetime64[ns]"})
        .round({"revenue": 2})
        .sort_values(keys, ignore_index=True)
    )
    expected = expected.astype({"day": "datetime64[ns]"}).round({"revenue": 2})
    expected = expected[keys].sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=0, atol=0.005)


def assert_nothing_vanished(orders) -> None:
    """Every row read is either kept or dropped for a stated reason, and the two forms of the report
    agree."""
    report = orders.report
    assert report.rows_read == report.rows_kept + sum(report.dropped.values()), report
    assert sum(report.dropped.values()) == sum(dropped.rows for dropped in report.reasons)
    assert len(orders.dropped_rows()) == sum(report.dropped.values())
    for dropped in report.reasons:
        assert dropped.reason.strip()
        assert dropped.rows >= 1
        assert 1 <= len(dropped.first_lines) <= dropped.rows


def rows_dropped(orders, pattern: str) -> int:
    """Rows dropped for the reasons that match the pattern."""
    dropped = orders.report.dropped.items()
    return sum(rows for reason, rows in dropped if re.search(pattern, reason, re.IGNORECASE))


# --- writing files --------------------------------------------------------------------------------


def csv_text(
    header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",", **options
) -> str:
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=options.pop("lineterminator", "\r\n"), **options
    )
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def csv_bytes(header, rows, delimiter: str = ",", encoding: str = "utf-8", **options) -> bytes:
    return csv_text(header, rows, delimiter, **options).encode(encoding)


def plain_table(sales: Sequence[Sale] = KEPT) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the simplest order file: one row per order."""
    header = ["Order ID", "Email", "Order Date", "Product", "Total"]
    rows = [
        [
            str(s.number),
            s.person.email,
            f"{s.placed:%Y-%m-%d %H:%M:%S}",
            s.items[0].product,
            f"{s.revenue:.2f}",
        ]
        for s in sales
    ]
    return header, rows


def read_rows(header: Sequence[str], *rows: Sequence[object], columns=None, **options):
    """Read a CSV of the rows given, the way an upload arrives: bytes and a name."""
    return read_orders(csv_bytes(header, rows), columns, name="orders.csv", **options)


def profile_of(*cells: str) -> Profile:
    """What a column of these cells looks like to the reader."""
    sheet = open_sheet(csv_bytes(("Cell", "Filled"), [(cell, "x") for cell in cells]))
    return column_profiles(sheet)["Cell"]


# --- days -----------------------------------------------------------------------------------------

THAI_MONTHS = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
THAI_SHORT = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)
FILIPINO_MONTHS = (
    *("Enero", "Pebrero", "Marso", "Abril", "Mayo", "Hunyo"),
    *("Hulyo", "Agosto", "Setyembre", "Oktubre", "Nobyembre", "Disyembre"),
)
FILIPINO_SHORT = (
    "Ene",
    "Peb",
    "Mar",
    "Abr",
    "May",
    "Hun",
    "Hul",
    "Ago",
    "Set",
    "Okt",
    "Nob",
    "Dis",
)
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ENGLISH_SHORT = [month[:3] for month in ENGLISH_MONTHS]


def excel_serial(moment: datetime) -> float:
    """Days since the spreadsheet's day zero."""
    return (moment - datetime(1899, 12, 30)) / timedelta(days=1)


def twelve_hour(moment: datetime) -> str:
    return f"{(moment.hour - 1) % 12 + 1}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}"


# name -> how a moment is written. Each keeps the day; a column with a day past the 12th has one
# reading.
DATE_STYLES: dict[str, Callable[[datetime], str]] = {
    "iso day": lambda d: f"{d:%Y-%m-%d}",
    "iso time": lambda d: f"{d:%Y-%m-%d %H:%M:%S}",
    "iso without seconds": lambda d: f"{d:%Y-%m-%d %H:%M}",
    "iso T": lambda d: f"{d:%Y-%m-%dT%H:%M:%S}",
    "iso Z": lambda d: f"{d:%Y-%m-%dT%H:%M:%SZ}",
    "iso fraction Z": lambda d: f"{d:%Y-%m-%dT%H:%M:%S}.123Z",
    "iso +07:00": lambda d: f"{d:%Y-%m-%dT%H:%M:%S}+07:00",
    "space -0400": lambda d: f"{d:%Y-%m-%d %H:%M:%S} -0400",
    "space UTC": lambda d: f"{d:%Y-%m-%d %H:%M:%S} UTC",
    "iso slashes": lambda d: f"{d:%Y/%m/%d}",
    "iso dots": lambda d: f"{d:%Y.%m.%d}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "day first": lambda d: f"{d:%d/%m/%Y}",
    "day first, short": lambda d: f"{d.day}/{d.month}/{d.year}",
    "day first time": lambda d: f"{d:%d/%m/%Y %H:%M}",
    "day first dashes": lambda d: f"{d:%d-%m-%Y}",
    "day first dots": lambda d: f"{d:%d.%m.%Y %H:%M}",
    "day first two-digit year": lambda d: f"{d:%d.%m.%y}",
    "month first": lambda d: f"{d:%m/%d/%Y}",
    "month first, short": lambda d: f"{d.month}/{d.day}/{d.year} {d.hour}:{d:%M}",
    "month first dashes": lambda d: f"{d:%m-%d-%Y}",
    "month first AM/PM": lambda d: f"{d.month}/{d.day}/{d.year} {twelve_hour(d)}",
    "month first two-digit year": lambda d: f"{d:%m/%d/%y}",
    "day month name": lambda d: f"{d.day} {ENGLISH_MONTHS[d.month - 1]} {d.year}",
    "month name day": lambda d: f"{ENGLISH_MONTHS[d.month - 1]} {d.day}, {d.year}",
    "short month AM/PM": lambda d: (
        f"{ENGLISH_SHORT[d.month - 1]} {d.day}, {d.year} {twelve_hour(d)}"
    ),
    "day short month, two-digit year": lambda d: f"{d.day:02}-{ENGLISH_SHORT[d.month - 1]}-{d:%y}",
    "weekday": lambda d: (
        f"{('Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur', 'Sun')[d.weekday()]}day, "
        f"{ENGLISH_MONTHS[d.month - 1]} {d.day}, {d.year}"
    ),
    "Thai month": lambda d: f"{d.day} {THAI_MONTHS[d.month - 1]} {d.year + 543}",
    "Thai short month": lambda d: f"{d.day} {THAI_SHORT[d.month - 1]} {d.year + 543}",
    "Thai short month, two-digit year": lambda d: (
        f"{d.day} {THAI_SHORT[d.month - 1]} {(d.year + 543) % 100:02}"
    ),
    "Buddhist year, day first": lambda d: f"{d:%d/%m}/{d.year + 543} {d:%H:%M}",
    "Buddhist year, iso": lambda d: f"{d.year + 543}-{d:%m-%d}",
    "Filipino month": lambda d: f"{FILIPINO_MONTHS[d.month - 1]} {d.day}, {d.year}",
    "Filipino day month": lambda d: f"{d.day} {FILIPINO_MONTHS[d.month - 1]} {d.year}",
    "Filipino short month": lambda d: f"{FILIPINO_SHORT[d.month - 1]} {d.day}, {d.year}",
    "Excel day": lambda d: f"{int(excel_serial(d))}",
    "Excel time": lambda d: f"{excel_serial(d):.6f}",
}
# Styles that also carry the time of day, to the minute at least.
TIMED_STYLES = (
    *(
        "iso time",
        "iso without seconds",
        "iso T",
        "iso Z",
        "iso fraction Z",
        "iso +07:00",
        "space -0400",
        "space UTC",
    ),
    *(
        "day first time",
        "day first dots",
        "month first, short",
        "month first AM/PM",
        "short month AM/PM",
    ),
    *("Buddhist year, day first", "Excel time"),
)


# --- money ----------------------------------------------------------------------------------------


def grouped(cents: int, thousands: str, decimal: str) -> str:
    """1234567 cents as 12,345.67 with the signs given; the minus, if any, in front."""
    whole, part = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", thousands) + f"{decimal}{part:02}"
    return f"-{text}" if cents < 0 else text


def dressed(
    before: str = "", after: str = "", thousands: str = ",", decimal: str = "."
) -> Callable[[int], str]:
    def write(cents: int) -> str:
        minus = "-" if cents < 0 else ""
        return f"{minus}{before}{grouped(abs(cents), thousands, decimal)}{after}"

    return write


# name -> how an amount in cents is written; two decimals always stand, so a column has one reading.
MONEY_STYLES: dict[str, Callable[[int], str]] = {
    "plain": dressed(thousands=""),
    "thousands commas": dressed(),
    "decimal comma": dressed(thousands="", decimal=","),
    "thousands dots": dressed(thousands=".", decimal=","),
    "thousands blanks": dressed(thousands=" ", decimal=","),
    "thousands hard blanks": dressed(thousands="\u00a0", decimal=","),
    "thousands narrow blanks": dressed(thousands="\u202f", decimal=","),
    "thousands apostrophes": dressed(thousands="'"),
    "dollar": dressed("$"),
    "US dollar": dressed("US$ "),
    "baht sign": dressed("฿"),
    "baht word": dressed(after=" บาท"),
    "baht code": dressed("THB "),
    "peso sign": dressed("₱"),
    "peso code": dressed("PHP "),
    "ringgit": dressed("RM "),
    "pound": dressed("£"),
    "euro in front": dressed("€", thousands=".", decimal=","),
    "euro behind": dressed(after=" €", thousands=".", decimal=","),
    "real": dressed("R$ ", thousands=".", decimal=","),
    "krona": dressed(after=" kr", thousands="\u00a0", decimal=","),
    "code behind": dressed(after=" USD"),
    "blanks around": dressed(" ", " "),
    "four decimals": lambda cents: f"{cents / 100:.4f}",
    "leading plus": lambda cents: f"{cents / 100:+.2f}",
}

TODAY = date.today()
