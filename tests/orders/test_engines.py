"""Orders from real engines, a Postgres server and Spark: the numbers of the same rows in a file."""

import gc
import io
from collections.abc import Callable, Iterator

import ibis
import pandas as pd
import pytest

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


def test_postgres_keeps_nothing_permanent(from_postgres):
    con = from_postgres.table.get_backend()
    rows = con.raw_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {name for (name,) in rows} <= {"store", *(kind.replace(" ", "_") for kind in TABLES)}


def test_spark_reads_the_store_as_its_export(from_file, from_spark):
    assert_equal_readings(from_file, from_spark)


@pytest.mark.parametrize("name", ON_SPARK)
def test_spark_has_the_numbers_of_the_export(name, from_file, from_spark):
    assert_equal_numbers(NUMBERS[name](from_file), NUMBERS[name](from_spark))


@pytest.mark.parametrize("kind", ["line items", "without numbers"])
def test_spark_reads_tables_as_their_export(kind, spark):
    assert_read_as_export(spark, kind)
