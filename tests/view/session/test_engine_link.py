"""A link to a warehouse: which tables it offers, one call at a time, and what it says of faults."""

import gc
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import ibis
import pandas as pd
import pytest

from retention import DataError, read_orders, summarise_customers
from retention.view.session import engine_link
from retention.view.session.engine_link import EngineLink, is_lost, without_secrets
from tests.support.engines import postgres_server
from tests.support.shop_tables import refund_rows

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, Any]]:
    with postgres_server() as server:
        con = ibis.postgres.connect(**server)
        con.create_table("orders", ibis.memtable(refund_rows()))
        con.raw_sql("CREATE TABLE empty AS SELECT * FROM orders LIMIT 0")
        con.raw_sql("CREATE SCHEMA sales")
        con.raw_sql("CREATE TABLE sales.orders AS SELECT * FROM orders LIMIT 100")
        con.raw_sql("CREATE ROLE guest LOGIN PASSWORD 'correct horse'")
        con.raw_sql("GRANT SELECT ON sales.orders TO guest")
        yield server
        gc.collect()
        con.disconnect()


def link(server: dict[str, Any], **settings: Any) -> EngineLink:
    return EngineLink("shop", {"backend": "postgres", "password": PASSWORD, **server, **settings})


@pytest.fixture
def duckdb_file(tmp_path) -> str:
    path = str(tmp_path / "shop.duckdb")
    with duckdb.connect(path) as con:
        con.register("frame", refund_rows())
        con.execute("CREATE TABLE orders AS FROM frame")
    return path


def refusal(link: EngineLink) -> str:
    with pytest.raises(DataError) as refused:
        link.table_names()
    return str(refused.value)


def test_the_tables_are_those_that_the_engine_lists(server):
    assert link(server).table_names() == ("empty", "orders")
    assert link(server, schema="sales").table_names() == ("orders",)


def test_the_settings_may_list_the_tables_of_several_schemas(server):
    shop = link(server, tables=["sales.orders", "public.orders"])
    assert shop.table_names() == ("sales.orders", "public.orders")
    table, sheet = shop.open_table("sales.orders")
    assert (sheet.name, sheet.rows) == ("sales.orders", 100)
    assert table.count().execute() == 100
    with pytest.raises(DataError, match="none of the tables"):
        shop.open_table("empty")


def test_a_url_names_the_same_warehouse(server):
    address = f"postgres://shop:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{server['port']}/postgres"
    shop = EngineLink("shop", {"backend": "postgres", "url": address})
    assert shop.table_names() == ("empty", "orders")


def test_a_duckdb_file_is_opened_for_reading_alone_by_several_at_once(duckdb_file):
    links = [EngineLink("shop", {"backend": "duckdb", "database": duckdb_file}) for _ in range(2)]
    frames = []
    for one_link in links:
        table, _ = one_link.open_table("orders")
        frames.append(summarise_customers(read_orders(table)))
        with pytest.raises(DataError, match="read-only"):
            table.get_backend().raw_sql("DROP TABLE orders")
        assert one_link.table_names() == ("orders",)
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize("name", ['orders"; DROP TABLE orders; --', "pg_user", "", "sales.orders"])
def test_no_other_text_reaches_the_engine(name, server, monkeypatch):
    shop = link(server)
    shop.table_names()
    monkeypatch.setattr(EngineLink, "_opened", lambda self: pytest.fail("the engine was asked"))
    with pytest.raises(DataError, match="none of the tables"):
        shop.open_table(name)


def test_a_connection_serves_several_threads_in_turn(server):
    table, _ = link(server).open_table("orders")
    orders = read_orders(table)
    expected = summarise_customers(orders)
    with ThreadPoolExecutor(4) as threads:
        readings = [threads.submit(read_orders, table) for _ in range(3)]
        summaries = [threads.submit(summarise_customers, orders) for _ in range(8)]
        for summary in summaries:
            pd.testing.assert_frame_equal(summary.result(), expected)
        for reading in readings:
            pd.testing.assert_frame_equal(summarise_customers(reading.result()), expected)


def test_sessions_work_at_once_and_see_nothing_of_each_other(server):
    def session(schema: str) -> tuple[int, set[str]]:
        own = link(server, schema=schema)
        table, _ = own.open_table("orders")
        orders = read_orders(table)
        kept = table.get_backend().raw_sql(
            "SELECT relname FROM pg_class WHERE relname LIKE 'kept%' AND pg_table_is_visible(oid)"
        )
        return orders.report.rows_read, {name for (name,) in kept.fetchall()}

    with ThreadPoolExecutor(2) as threads:
        (all_rows, of_all), (few_rows, of_few) = threads.map(session, ["public", "sales"])
    assert (all_rows, few_rows) == (400, 100)
    assert of_all
    assert of_few
    assert not of_all & of_few


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"port": 1}, "Nobody answers at its address"),
        ({"host": "nowhere.invalid"}, "Nobody answers at its address"),
        ({"user": "nobody_known"}, "The user or the password is not accepted"),
        ({"database": "elsewhere"}, "There is no such database"),
        ({"pasword": "x"}, "hold one that it does not know"),
        ({"backend": "postgers"}, "is no engine of Ibis"),
        ({"time_zone": "Mars"}, "Write it like Europe/Berlin"),
    ],
)
def test_a_connection_that_fails_says_what_to_do_and_nothing_secret(
    settings, words, server, caplog
):
    with caplog.at_level(logging.WARNING):
        said = refusal(link(server, **settings))
    assert words in said
    assert "[connections.shop]" in said
    for secret in (PASSWORD, "127.0.0.1", str(server["port"]), "nowhere", "nobody_known"):
        assert secret not in said
        assert secret not in caplog.text


def test_a_failed_connection_is_tried_again_when_asked_to(server, monkeypatch):
    shop = link(server, port=1)
    said = refusal(shop)
    monkeypatch.setattr(engine_link, "_connect", lambda *_: pytest.fail("tried again"))
    assert refusal(shop) == said
    monkeypatch.undo()
    shop._settings = {"backend": "postgres", **server}
    shop.look_again()
    assert shop.table_names() == ("empty", "orders")


@pytest.mark.parametrize(
    ("engine", "package"),
    [("snowflake", "ibis-framework[snowflake]"), ("postgres", "psycopg[binary]")],
)
def test_a_missing_driver_is_named_with_its_package(engine, package, monkeypatch):
    def connect(*_: Any) -> None:
        raise ModuleNotFoundError("No module named 'driver'")

    monkeypatch.setattr(engine_link, "_connect", connect)
    assert f"pip install '{package}'" in refusal(EngineLink("shop", {"backend": engine}))


def test_a_duckdb_file_that_is_missing_or_written_to_elsewhere(tmp_path, duckdb_file):
    assert "no such database" in refusal(
        EngineLink("shop", {"backend": "duckdb", "database": str(tmp_path / "none.duckdb")})
    )


@pytest.mark.parametrize(
    ("table", "settings", "words"),
    [
        ("empty", {}, "no rows"),
        ("orders", {"user": "guest"}, "Ask for the right to read it"),
        ("gone", {}, "is not there any more"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table, settings, words, server):
    shop = link(server, tables=["orders", "empty", "gone"], **settings)
    with pytest.raises(DataError, match=words) as refused:
        shop.open_table(table)
    assert table in str(refused.value)


def test_who_may_see_no_table_is_told_so(server):
    assert "no table that its user may see" in refusal(link(server, user="guest"))


def test_a_table_that_vanished_is_taken_off_the_list(server):
    admin = ibis.postgres.connect(**server)
    admin.raw_sql("CREATE TABLE vanishing AS SELECT * FROM orders")
    shop = link(server)
    assert "vanishing" in shop.table_names()
    admin.raw_sql("DROP TABLE vanishing")
    with pytest.raises(DataError, match="not there any more"):
        shop.open_table("vanishing")
    assert shop.table_names() == ("empty", "orders")
    admin.disconnect()


def end_connections(server: dict[str, Any]) -> None:
    admin = ibis.postgres.connect(**server)
    admin.raw_sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' "
        "AND application_name = 'to end'"
    ).close()
    admin.disconnect()


def test_a_connection_that_ends_is_noticed_and_opened_again(server, monkeypatch):
    shop = link(server, application_name="to end")
    table, _ = shop.open_table("orders")
    orders = read_orders(table)
    assert not is_lost(orders.table)
    end_connections(server)
    assert not is_lost(orders.table)  # it is not asked as long as it has just answered
    monkeypatch.setattr(engine_link, "IDLE_SECONDS", 0.0)
    assert is_lost(orders.table)
    with pytest.raises(DataError, match="has ended"):
        summarise_customers(orders)
    shop.look_again()
    table, _ = shop.open_table("orders")
    assert table.count().execute() == 400


def test_a_duckdb_connection_that_is_closed_is_noticed(duckdb_file):
    shop = EngineLink("shop", {"backend": "duckdb", "database": duckdb_file})
    table, _ = shop.open_table("orders")
    table.get_backend().con.close()
    with pytest.raises(DataError, match="has ended"):
        table.count().execute()
    assert is_lost(table)
    table, _ = shop.open_table("orders")
    assert table.count().execute() == 400


def test_a_connection_is_closed_once_nothing_refers_to_it(server):
    shop = link(server)
    table, _ = shop.open_table("orders")
    connection = table.get_backend().con
    assert not connection.closed
    del shop, table
    gc.collect()
    assert connection.closed


@pytest.mark.parametrize(("zone", "day"), [("Asia/Bangkok", 2), ("America/New_York", 1)])
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_moments_count_on_the_clock_of_the_settings(engine, zone, day, server, tmp_path):
    moments = (
        "CREATE TABLE moments AS SELECT 'a' AS customer, "
        "'2024-01-01 20:00:00+00'::timestamptz AS date, 1.5 AS total"
    )
    if engine == "postgres":
        admin = ibis.postgres.connect(**server)
        admin.raw_sql("DROP TABLE IF EXISTS moments")
        admin.raw_sql(moments)
        admin.disconnect()
        shop = link(server, tables=["moments"], time_zone=zone)
    else:
        path = str(tmp_path / "moments.duckdb")
        with duckdb.connect(path) as con:
            con.execute(moments)
        shop = EngineLink("shop", {"backend": "duckdb", "database": path, "time_zone": zone})
    table, _ = shop.open_table("moments")
    assert read_orders(table).start.day == day


def test_what_the_engine_answers_is_said_without_secrets(server):
    table, _ = link(server).open_table("orders")
    wrong = table.mutate(wrong=table.customer_id.cast("int64"))
    with pytest.raises(DataError, match="The warehouse answers: invalid input syntax"):
        wrong.execute()
    assert table.count().execute() == 400


def test_secrets_are_taken_out_of_a_text():
    settings = {
        "backend": "postgres",
        "url": "postgres://anna:pa%24s@db.example.com/shop",
        "user": "shop",
        "password": "pa$s",
    }
    text = "anna@db.example.com with pa$s or pa%24s may not read shop_orders as shop"
    assert without_secrets(text, settings) == (
        "•••@••• with ••• or ••• may not read shop_orders as •••"
    )
