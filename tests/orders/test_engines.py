"""Orders from real engines, a Postgres server and Spark: the numbers of the same rows in a file."""

import gc
import io
from collections.abc import Callable, Iterator

import ibis
import pandas as pd
import pytest
from ibis.expr.operations import DatabaseTable

import retention
from retention import Orders, read_orders
from tests.support.all_numbers import NUMBERS, assert_equal_numbers, assert_equal_readings
from tests.support.engines import postgres_server, spark_session
from tests.support.shop_tables import TABLES, columns_of

CUSTOMERS = 400
#: Spark takes seconds for what the others do at once: what shows the most.
ON_SPARK = (
    "orders", "customers", "histories", "contacts", "parameters", "scores", "scorecard",
    "cohorts by channel", "products", "movement", "backtest", "bought",
)  # fmt: skip
Loader = Callable[[str, pd.DataFrame], ibis.Table]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Loader]:
    with postgres_server() as server:
        con = ibis.postgres.connect(**server)

        def load(name: str, frame: pd.DataFrame) -> ibis.Table:
            con.create_table(name, ibis.memtable(frame))
            return con.table(name)

        yield load
        gc.collect()  # tables that nothing refers to are dropped while there is a server
        con.disconnect()


@pytest.fixture(scope="module")
def spark(tmp_path_factory) -> Iterator[Loader]:
    session = spark_session()
    con = ibis.pyspark.connect(session)
    folder = tmp_path_factory.mktemp("spark")

    def load(name: str, frame: pd.DataFrame) -> ibis.Table:
        path = folder / f"{name}.parquet"
        frame.to_parquet(path, index=False, coerce_timestamps="us")
        return con.read_parquet(path, table_name=name)

    yield load
    gc.collect()
    session.stop()


@pytest.fixture(scope="module")
def file() -> bytes:
    return retention.sample_file("store", customers=CUSTOMERS)


@pytest.fixture(scope="module")
def frame(file) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(file))
    return frame.assign(**{"Order date": pd.to_datetime(frame["Order date"])})


@pytest.fixture(scope="module")
def from_file(file) -> Orders:
    return read_orders(file)


@pytest.fixture(scope="module")
def from_postgres(postgres, frame) -> Orders:
    return read_orders(postgres("store", frame))


@pytest.fixture(scope="module")
def from_spark(spark, frame) -> Orders:
    return read_orders(spark("store", frame))


def assert_read_as_export(load: Loader, kind: str) -> None:
    frame = TABLES[kind]()
    columns = columns_of(frame)
    table = load(kind.replace(" ", "_"), frame)
    assert_equal_readings(
        read_orders(frame.to_csv(index=False).encode(), columns), read_orders(table, columns)
    )


def test_postgres_reads_the_store_as_its_export(from_file, from_postgres):
    assert_equal_readings(from_file, from_postgres)


@pytest.mark.parametrize("name", NUMBERS)
def test_postgres_has_all_numbers_of_the_export(name, from_file, from_postgres):
    assert_equal_numbers(NUMBERS[name](from_file), NUMBERS[name](from_postgres))


@pytest.mark.parametrize("kind", TABLES)
def test_postgres_reads_tables_as_their_export(kind, postgres):
    assert_read_as_export(postgres, kind)


POSTGRES_TYPES = """
CREATE TABLE typed AS
SELECT *, ARRAY[1, 2] AS list FROM (VALUES
  (gen_random_uuid(), 7::numeric, '2024-01-01 20:00+00'::timestamptz, ' 2024-01-02 ', 1.1),
  (gen_random_uuid(), 7.0, '2024-02-01 01:00+00', '2024-02-01T01:00:00+07:00', 2.205),
  (gen_random_uuid(), 0, '2024-02-03 01:00+00', '', 3.00),
  (gen_random_uuid(), 8, '2024-02-03 01:00+00', '2024-02-03', 'NaN')
) AS rows (number, customer, moment, day, total)
"""


@pytest.mark.parametrize("when", ["moment", "day"])
def test_postgres_types(when, postgres, from_postgres):
    con = from_postgres.table.get_backend()
    con.raw_sql("SET TIME ZONE 'Asia/Bangkok'")
    con.drop_table("typed", force=True)
    con.raw_sql(POSTGRES_TYPES)
    roles = {"order_id": "number", "customer_id": "customer", "revenue": "total"}
    orders = read_orders(con.table("typed"), roles | {"ordered_at": when})
    con.raw_sql("SET TIME ZONE 'UTC'")
    rows = orders.table.order_by("ordered_at").to_pandas()
    assert rows["customer_id"].tolist() == ["7", "7"]
    assert rows["revenue"].tolist() == [1.10, 2.205]
    assert rows["ordered_at"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-02", "2024-02-01"]
    assert sum(orders.report.dropped.values()) == 2
    assert orders.report.dropped["No amount that can be read"] == 1


def test_what_postgres_cannot_cast_is_said(postgres, from_postgres):
    con = from_postgres.table.get_backend()
    con.raw_sql("DROP TABLE IF EXISTS wrong")
    con.raw_sql("CREATE TABLE wrong AS SELECT 'a' AS customer, '2024-02-31' AS date, 1.5 AS total")
    with pytest.raises(retention.DataError, match="could not make orders of it: date/time field"):
        read_orders(con.table("wrong"))


def test_postgres_knows_how_many_rows_it_keeps(from_postgres):
    con = from_postgres.table.get_backend()
    counted = con.raw_sql(
        "SELECT c.relname, c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE n.nspname LIKE 'pg_temp%' AND c.relname LIKE 'kept%'"
    ).fetchall()
    [orders] = from_postgres.table.op().find(DatabaseTable)
    assert dict(counted)[orders.name] == from_postgres.table.count().execute()


def test_released_orders_leave_nothing_in_postgres(postgres, frame):
    table = postgres("left", frame.head(50))
    con = table.get_backend()

    def kept() -> set[str]:
        rows = con.raw_sql("SELECT tablename FROM pg_tables WHERE tablename LIKE 'kept%'")
        return {name for (name,) in rows.fetchall()}

    before = kept()
    orders = read_orders(table)
    assert kept() > before
    orders.release()
    con.drop_table("left")
    assert kept() == before


def test_postgres_keeps_nothing_permanent(from_postgres):
    con = from_postgres.table.get_backend()
    rows = con.raw_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    written = {"store", "typed", "wrong", *(kind.replace(" ", "_") for kind in TABLES)}
    assert {name for (name,) in rows} <= written


def test_spark_keeps_the_orders_alone(from_spark):
    session = from_spark.table.get_backend().raw_sql("SELECT 1").sparkSession
    views = [table.name for table in session.catalog.listTables() if table.name.startswith("kept")]
    assert len(views) == 1
    assert session.sparkContext._jsc.getPersistentRDDs().size() == 1


def test_spark_reads_the_store_as_its_export(from_file, from_spark):
    assert_equal_readings(from_file, from_spark)


@pytest.mark.parametrize("name", ON_SPARK)
def test_spark_has_the_numbers_of_the_export(name, from_file, from_spark):
    assert_equal_numbers(NUMBERS[name](from_file), NUMBERS[name](from_spark))


@pytest.mark.parametrize("kind", ["line items", "without numbers"])
def test_spark_reads_tables_as_their_export(kind, spark):
    assert_read_as_export(spark, kind)
