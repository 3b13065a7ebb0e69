"""Ibis tables: read in their engine as their export to a file is read here."""

import datetime as dt
import io

import ibis
import pandas as pd
import pytest

import retention
from retention import DataError, Orders, read_orders
from tests.support.all_numbers import NUMBERS, assert_equal_numbers, assert_equal_readings
from tests.support.shop_tables import TABLES, columns_of

DAYS = pd.date_range("2024-01-01", periods=4)
SMALL = pd.DataFrame(
    {"customer": ["a", "b", "a", "b"], "date": DAYS, "total": [1.5, 2.25, 3.0, 4.0]}
)


def duckdb_table(frame: pd.DataFrame, name: str = "orders"):
    con = ibis.duckdb.connect()
    con.create_table(name, ibis.memtable(frame))
    return con.table(name)


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_read_as_its_export(kind):
    frame = TABLES[kind]()
    columns = columns_of(frame)
    from_file = read_orders(frame.to_csv(index=False).encode(), columns)
    from_table = read_orders(duckdb_table(frame), columns)
    assert_equal_readings(from_file, from_table)


@pytest.fixture(scope="module")
def store() -> tuple[bytes, pd.DataFrame]:
    file = retention.sample_file("store", customers=500)
    frame = pd.read_csv(io.BytesIO(file))
    return file, frame.assign(**{"Order date": pd.to_datetime(frame["Order date"])})


@pytest.fixture(scope="module")
def both(store, tmp_path_factory) -> tuple[Orders, Orders]:
    """The sample store from its file, and from a database that is open for reading alone."""
    file, frame = store
    path = tmp_path_factory.mktemp("database") / "shop.duckdb"
    con = ibis.duckdb.connect(path)
    con.create_table("orders", ibis.memtable(frame))
    con.disconnect()
    return read_orders(file), read_orders(ibis.duckdb.connect(path, read_only=True).table("orders"))


def test_the_store_is_read_as_its_export(both):
    assert_equal_readings(*both)


@pytest.mark.parametrize("name", NUMBERS)
def test_all_numbers_are_those_of_the_export(name, both):
    from_file, from_table = both
    assert_equal_numbers(NUMBERS[name](from_file), NUMBERS[name](from_table))


def test_nothing_permanent_is_written(store):
    table = duckdb_table(store[1])
    orders = read_orders(table)
    for numbers in NUMBERS.values():
        numbers(orders)
    con = table.get_backend().con
    names = con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    assert names == [("orders",)]
    kept = con.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'kept%'").fetchall()
    assert kept == [(1,)]  # the orders themselves


def test_an_expression_is_a_table(store):
    table = duckdb_table(store[1])
    channel = store[1]["Channel"].mode()[0]
    orders = read_orders(table.filter(table["Channel"] == channel))
    assert orders.table.channel.to_pandas().unique().tolist() == [channel]


def test_a_table_of_memory_is_read():
    assert read_orders(ibis.memtable(SMALL)).table.revenue.sum().execute() == 10.75


def test_the_digest_changes_with_the_rows_and_the_reading(store):
    table = duckdb_table(SMALL)
    first, again = read_orders(table), read_orders(table)
    assert first.digest == again.digest
    table.get_backend().con.sql("INSERT INTO orders VALUES ('c', '2024-01-05', 9.0)")
    assert read_orders(table).digest != first.digest


TYPES = {
    "decimals": {"total": "decimal(18, 2)"},
    "dates": {"date": "date"},
    "texts of dates": {"date": "string"},
    "nanoseconds": {"date": "timestamp(9)"},
    "single floats": {"total": "float32"},
}


@pytest.mark.parametrize("kind", TYPES)
def test_types_of_columns(kind):
    table = duckdb_table(SMALL).cast(TYPES[kind])
    orders = read_orders(table)
    assert orders.table.revenue.sum().execute() == 10.75
    assert (orders.start, orders.end) == (dt.date(2024, 1, 1), dt.date(2024, 1, 4))


def test_columns_of_other_types():
    con = ibis.duckdb.connect()
    con.con.sql(
        "CREATE TABLE orders AS SELECT uuid() AS order_id, i % 2 AS customer, i + 0.5 AS total, "
        "DATE '2024-01-01' + i::INT AS date, [1, i] AS list, {'a': i} AS pair, 'x'::BLOB AS bytes, "
        "INTERVAL 1 DAY AS wait, i % 2 = 0 AS new, TIME '10:00' AS time FROM range(1, 5) AS t(i)"
    )
    orders = read_orders(con.table("orders"))
    assert orders.report.dropped == {"No customer (guest order)": 2}
    assert orders.table.revenue.sum().execute() == 5.0
    dropped = orders.dropped_rows()
    assert dropped["total"].tolist() == ["2.5", "4.5"]
    assert dropped["list"].isna().all()


def test_customers_by_number():
    for numbers in ([7, 8, 7, 0], [7.0, 8.0, 7.0, None], ["7.0", " 8 ", "7", "Guest"]):
        orders = read_orders(
            duckdb_table(SMALL.assign(customer=numbers)), {"customer_id": "customer"}
        )
        assert sorted(orders.table.customer_id.to_pandas()) == ["7", "7", "8"]
        assert orders.report.dropped == {"No customer (guest order)": 1}


def test_addresses_are_compared_without_case_and_blanks():
    mails = ["A@x.example", " a@x.example\u00a0", "b@x.example", "f@x.example "]
    orders = read_orders(duckdb_table(SMALL.assign(customer=mails)))
    assert sorted(orders.table.customer_id.to_pandas()) == [
        "a@x.example", "a@x.example", "b@x.example", "f@x.example",
    ]  # fmt: skip


def test_amounts_that_are_none():
    totals = [1.5, float("nan"), float("inf"), None]
    orders = read_orders(duckdb_table(SMALL.assign(total=totals)))
    assert orders.report.dropped == {"No amount that can be read": 3}


def test_moments_count_on_the_clock_of_the_session():
    con = ibis.duckdb.connect()
    con.con.sql("SET timezone = 'Asia/Bangkok'")
    con.con.sql(
        "CREATE TABLE orders AS SELECT 'a' AS customer, 2.5 AS total, "
        "TIMESTAMPTZ '2024-01-01 20:00:00+00' AS date"
    )
    orders = read_orders(con.table("orders"))
    assert orders.start == dt.date(2024, 1, 2)
    assert "moments of a time zone" in " ".join(orders.report.notes)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"total": ["1,50", "2", "3", "4"]}, "'total' has the type string. Cast it to a number"),
        ({"date": ["05/04/2024"] * 4}, "texts such as '05/04/2024'"),
        ({"date": [20240405] * 4}, "'date' has the type int64. Cast it to a date"),
        ({"total": [True] * 4}, "Cast it to a number"),
    ],
    ids=["text amounts", "other dates", "numbers as dates", "truth values"],
)
def test_what_is_to_be_cast_in_the_engine(changed, words):
    roles = {"customer_id": "customer", "ordered_at": "date", "revenue": "total"}
    with pytest.raises(DataError, match=words.replace(".", r"\.")):
        read_orders(duckdb_table(SMALL.assign(**changed)), roles)


def test_optional_columns_that_cannot_be_read_are_named():
    frame = SMALL.assign(discount=["1,5", "", "", ""])
    orders = read_orders(duckdb_table(frame))
    assert "discount" not in orders.table.columns
    notes = " ".join(orders.report.notes)
    assert "'discount' is not read as the discount: " in notes
    assert "Cast it to a number in the engine." in notes


def test_what_cannot_be_orders():
    with pytest.raises(DataError, match="no column 'mail'"):
        read_orders(duckdb_table(SMALL), {"customer_id": "mail"})
    with pytest.raises(DataError, match="looks like the customer"):
        read_orders(duckdb_table(SMALL[["date", "total"]]))
    with pytest.raises(DataError, match="no rows"):
        read_orders(duckdb_table(SMALL[:0]))
    with pytest.raises(DataError, match=r"4 × no customer \(guest order\)\. Read were"):
        read_orders(duckdb_table(SMALL.assign(customer="guest")), {"customer_id": "customer"})
    with pytest.raises(DataError, match="No row is in GBP"):
        read_orders(duckdb_table(SMALL.assign(currency="EUR")), currency="GBP")
    gone = duckdb_table(SMALL)
    gone.get_backend().drop_table("orders")
    with pytest.raises(DataError, match="'orders' cannot be read"):
        read_orders(gone)


def test_the_first_rows_left_out_are_listed(monkeypatch):
    monkeypatch.setattr("retention.orders.tables.MOST_DROPPED_ROWS", 2)
    frame = SMALL.assign(total=[1.0, None, None, None])
    orders = read_orders(duckdb_table(frame))
    assert orders.report.dropped == {"No amount that can be read": 3}
    dropped = orders.dropped_rows()
    assert dropped.columns.tolist() == ["line", "reason", "customer", "date", "total"]
    assert len(dropped) == 2
    assert "Of 3 rows left out 2 are listed" in " ".join(orders.report.notes)


def test_what_is_kept_meanwhile_is_dropped():
    frame = TABLES["line items"]()
    table = duckdb_table(frame)
    orders = read_orders(table, columns_of(frame))
    con = table.get_backend().con
    kept = con.sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert len(kept) == 3  # the orders, their items and the carts
    assert orders.items is not None
    assert orders.carts is not None


def test_rows_that_changed_since_are_read_again():
    table = duckdb_table(SMALL)
    before = read_orders(table)
    table.get_backend().con.sql("INSERT INTO orders VALUES ('c', '2024-01-05', 9.0)")
    assert len(read_orders(table).table.to_pandas()) == 5
    assert len(before.table.to_pandas()) == 4
