"""A refusal says what is wrong with a file, and names nobody of it."""

import pytest

from retention.errors import DataError
from retention.orders.orders import read_orders
from retention.signal_files.read import open_signals

PEOPLE = [f"secret{i}.person{i}@example.com" for i in range(40)]


def csv(*columns: list[str], header: str = "Order,Email,Date,Total") -> bytes:
    rows = [",".join(cells) for cells in zip(*columns, strict=True)]
    return "\n".join([header, *rows]).encode()


NUMBERS = [str(i) for i in range(40)]
DAYS = [f"2024-01-{1 + i % 28:02}" for i in range(40)]
AMOUNTS = ["5.50"] * 40
#: Files of people that cannot be read as orders.
REFUSED = {
    "a bare list of people": "\n".join(PEOPLE).encode(),
    "a list of people below a title": "\n".join(["Customers", *PEOPLE]).encode(),
    "people and nothing else": csv(NUMBERS, PEOPLE, header="Order,Email"),
    "no dates": csv(NUMBERS, PEOPLE, ["soon"] * 40, AMOUNTS),
    "no amounts": csv(NUMBERS, PEOPLE, DAYS, ["much"] * 40),
    "people in the place of dates": csv(NUMBERS, NUMBERS, PEOPLE, AMOUNTS),
    "people in the place of amounts": csv(NUMBERS, NUMBERS, DAYS, PEOPLE),
    "dates far ahead": csv(NUMBERS, PEOPLE, ["2999-01-01"] * 40, AMOUNTS),
    "only cancelled orders": csv(
        NUMBERS,
        PEOPLE,
        DAYS,
        AMOUNTS,
        ["cancelled"] * 40,
        header="Order,Email,Date,Total,Status",
    ),
    "a quote that never closes": csv(NUMBERS, PEOPLE, DAYS, ['"5.50'] * 40),
    "no text": b"\x00\x01\x02" + "\n".join(PEOPLE).encode() + b"\x00" * 900,
    "a page": ("<html><body>" + " ".join(PEOPLE) + "</body></html>").encode(),
    "JSON": ('{"email": "' + PEOPLE[0] + '"}').encode(),
    "no names of columns": csv(PEOPLE, PEOPLE, PEOPLE, PEOPLE, header=",".join(PEOPLE[:4])),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_file_of_orders_names_nobody(kind):
    with pytest.raises(DataError) as refusal:
        read_orders(REFUSED[kind], name="orders.csv")
    assert "secret" not in str(refusal.value)


def test_a_refused_file_of_signals_names_nobody():
    with pytest.raises(DataError) as refusal:
        open_signals(REFUSED["a bare list of people"], "list.csv")
    assert "secret" not in str(refusal.value)
