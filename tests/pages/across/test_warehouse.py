"""Orders from a warehouse on the front page, with the numbers of the table's export."""

import gc
from collections.abc import Iterator
from typing import Any

import duckdb
import ibis
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from retention import sample_file
from retention.view.session import engine_link, loaded
from retention.view.session.engine_link import EngineLink
from tests.pages.steps import button, metrics, open_app, select, unfold, upload, words
from tests.support.engines import postgres_server

PASSWORD = "correct horse"
CUSTOMERS = 300


@pytest.fixture(autouse=True)
def _no_connection_of_another_test() -> Iterator[None]:
    """Sessions of AppTest share their name, and so their connections."""
    yield
    st.cache_resource.clear()
    gc.collect()


@pytest.fixture(scope="module")
def export() -> bytes:
    return sample_file("store", customers=CUSTOMERS)


@pytest.fixture(scope="module")
def file(export, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("warehouse")
    (folder / "store.csv").write_bytes(export)
    path = str(folder / "shop.duckdb")
    with duckdb.connect(path) as con:
        con.execute(f"CREATE TABLE store AS FROM '{folder / 'store.csv'}'")
        con.execute(
            'CREATE TABLE no_customer AS SELECT "Order ID", "Order date", "Total" FROM store'
        )
        con.execute("CREATE TABLE no_rows AS FROM store LIMIT 0")
        con.execute("CREATE TABLE asks AS SELECT * REPLACE ('Parked' AS \"Status\") FROM store")
    return path


@pytest.fixture(scope="module")
def server(file) -> Iterator[dict[str, Any]]:
    with duckdb.connect(file, read_only=True) as con:
        frame = con.sql("FROM store").df()
    with postgres_server() as server:
        con = ibis.postgres.connect(**server)
        con.create_table("store", ibis.memtable(frame))
        yield server
        gc.collect()
        con.disconnect()


def looks_into(*connections: dict[str, Any], others: dict[str, Any] | None = None) -> AppTest:
    """The front page of a visitor who has opened “Your warehouse”."""
    at = open_app()
    names = ("shop", "archive")
    sections = dict(zip(names, connections, strict=False)) | (others or {})
    at.secrets["connections"] = sections
    at.session_state["warehouse"] = True
    return at.run()


def in_file(file: str, **settings: Any) -> dict[str, Any]:
    return {"backend": "duckdb", "database": file, **settings}


def on_server(server: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"backend": "postgres", "password": PASSWORD, **server, **settings}


def open_table(at: AppTest, table: str = "store") -> AppTest:
    at = select(at, "Table of orders").set_value(table).run()
    return button(at, "Open the table").click().run()


def labels(at: AppTest) -> list[str]:
    return [place.label for place in at.expander]


def rows_left_out(at: AppTest) -> pd.DataFrame:
    table = next(shown.value for shown in at.dataframe if "Why" in shown.value)
    columns = ["Why", "Rows", "Amount"]
    return table[columns].sort_values(columns, ignore_index=True)


def test_without_secrets_nothing_is_seen_of_it(front):
    assert not front.exception
    assert "Your warehouse" not in labels(front)
    assert "warehouse" not in words(front)


@pytest.mark.parametrize(
    "other",
    [
        {"url": "postgresql://shop@localhost/shop"},
        {"type": "sql", "backend": "postgres"},
        {"account": "x", "user": "y"},
        {"backend": 7},
    ],
)
def test_connections_of_others_are_left_alone(other):
    at = looks_into(others={"sql": other})
    assert not at.exception
    assert not at.error
    assert "Your warehouse" not in labels(at)


def test_it_is_not_connected_to_before_it_is_looked_into(file, monkeypatch):
    monkeypatch.setattr(EngineLink, "_opened", lambda self: pytest.fail("connected"))
    at = open_app()
    at.secrets["connections"] = {"shop": in_file(file)}
    at.run()
    assert "Your warehouse" in labels(at)
    assert not at.selectbox


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_table_is_checked_and_used_as_its_export_is(engine, export, file, request):
    settings = in_file(file) if engine == "duckdb" else on_server(request.getfixturevalue("server"))
    at = open_table(looks_into(settings))
    of_file = upload(open_app().run(), export, "store.csv")
    for step in ("check", "use"):
        assert not at.exception
        assert not at.error
        assert metrics(at) == metrics(of_file)
        if step == "check":
            at, of_file = (unfold(page, "Rows left out, and why") for page in (at, of_file))
        pd.testing.assert_frame_equal(rows_left_out(at), rows_left_out(of_file))
        if step == "check":
            assert at.title[0].value == "Check the columns"
            shown = [page.dataframe[0].value.drop(columns="order_id") for page in (at, of_file)]
            pd.testing.assert_frame_equal(*shown, check_dtype=False, check_like=True)
            at = button(at, "Use these orders").click().run()
            of_file = button(of_file, "Use these orders").click().run()
    kept = [page.session_state["loaded_orders"].customers for page in (at, of_file)]
    money = kept[0]["revenue"].round(2), kept[1]["revenue"].round(2)
    pd.testing.assert_series_equal(*money)
    assert PASSWORD not in words(at)


@pytest.mark.parametrize(
    "page", ["scorecard", "cohorts", "channels", "products", "segments", "movement", "campaigns"]
)
def test_other_pages_work_on_the_warehouse(page, server):
    at = button(open_table(looks_into(on_server(server))), "Use these orders").click().run()
    at = at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    assert not at.error
    assert at.title[0].value != "Load orders to see this page"


def test_a_column_and_a_status_can_be_corrected(file):
    at = open_table(looks_into(in_file(file)), "asks")
    assert "Parked" in words(at)
    asked = next(box for box in at.selectbox if box.label.startswith("Meaning of"))
    before = metrics(at)["Orders"]
    at = select(unfold(at, "More columns"), "Channel").set_value("").run()
    assert metrics(at)["Orders"] == before
    at = select(at, asked.label).set_value("cancelled").run()
    assert "These columns do not make orders yet" in words(at)
    assert button(at, "Use these orders").disabled


def forge(at: AppTest, label: str, text: str) -> None:
    """Let the browser send a text that a selection box did not offer."""
    box = select(at, label)
    box.options.append(text)
    box.set_value(text)


def test_a_forged_choice_does_not_reach_the_engine(file, monkeypatch):
    at = select(looks_into(in_file(file)), "Table of orders").set_value("store").run()
    monkeypatch.setattr(
        EngineLink, "_table", lambda self, name: pytest.fail(f"asked the engine for {name}")
    )
    forge(at, "Table of orders", 'store"; DROP TABLE store; --')
    at = button(at, "Open the table").click().run()
    assert not at.exception
    assert "DROP" not in words(at)
    assert at.title[0].value != "Check the columns"


def test_a_forged_connection_is_refused(file):
    at = looks_into(in_file(file), in_file(file), others={"sql": {"type": "sql", "url": "x"}})
    forge(at, "Connection", "sql")
    at = at.run()
    assert not at.exception
    assert select(at, "Connection").value == "shop"
    assert "asks" in select(at, "Table of orders").options


def test_several_connections_are_a_choice(file, server):
    at = looks_into(in_file(file), on_server(server))
    assert select(at, "Connection").options == ["shop", "archive"]
    assert "asks" in select(at, "Table of orders").options
    at = select(at, "Connection").set_value("archive").run()
    assert select(at, "Table of orders").options == ["store"]


@pytest.mark.parametrize(
    ("table", "said"),
    [("no_rows", "has no rows"), ("no_customer", "Choose one yourself, or export")],
)
def test_a_table_that_makes_no_orders_says_why(table, said, file):
    at = open_table(looks_into(in_file(file)), table)
    assert not at.exception
    assert at.error
    assert said in words(at)
    assert file not in words(at)


def test_a_connection_that_fails_is_a_panel_and_can_be_tried_again(server):
    at = looks_into(on_server(server, port=1))
    assert not at.exception
    assert "Your warehouse cannot be opened" in words(at)
    assert "Nobody answers" in words(at)
    for secret in (PASSWORD, "127.0.0.1"):
        assert secret not in words(at)
    at = button(at, "Try again").click().run()
    assert "Nobody answers" in words(at)


@pytest.mark.parametrize("idle_seconds", [0.0, 60.0])
def test_orders_whose_connection_has_ended_are_to_be_opened_again(
    idle_seconds, server, monkeypatch
):
    """After a pause the engine is asked first. Else its error tells that it is gone."""
    settings = on_server(server, application_name="to end")
    at = button(open_table(looks_into(settings)), "Use these orders").click().run()
    admin = ibis.postgres.connect(**server)
    admin.raw_sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'to end'"
    )
    admin.disconnect()
    monkeypatch.setattr(engine_link, "IDLE_SECONDS", idle_seconds)
    at = at.switch_page("pages/scorecard.py").run()
    assert not at.exception
    assert "The connection to your warehouse has ended" in words(at)
    assert "Load orders to see this page" in words(at)
    at = at.switch_page("app.py").run()
    assert "The connection to your warehouse has ended" in words(at)
    at.session_state["warehouse"] = True
    at = open_table(at.run())
    assert not at.exception
    at = button(at, "Use these orders").click().run()
    assert metrics(at)["Customers"] == str(CUSTOMERS)
    assert "has ended" not in words(at)


def test_orders_outlive_the_connection_that_streamlit_lets_go_of(server):
    """Streamlit empties a session's caches whenever its browser is gone for a moment."""
    at = button(open_table(looks_into(on_server(server))), "Use these orders").click().run()
    st.cache_resource.clear()
    gc.collect()
    at = at.switch_page("pages/scorecard.py").run()
    assert not at.exception
    assert not at.error
    assert "has ended" not in words(at)
    assert at.metric


def test_what_a_session_no_longer_needs_is_dropped_in_the_warehouse(server):
    at = open_table(looks_into(on_server(server, application_name="counted")))
    draft = at.session_state["load_draft"]
    con = draft.table.get_backend()

    def kept() -> int:
        rows = con.raw_sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'kept%'")
        return rows.fetchone()[0]

    first = kept()
    at = select(unfold(at, "More columns"), "Channel").set_value("").run()
    at = select(at, "Region").set_value("").run()
    assert kept() > first
    at = button(at, "Use these orders").click().run()
    [orders] = [reading for reading in draft.readings if reading is loaded_orders(at)]
    assert orders.table.count().execute() > 0
    assert kept() <= first + 1  # and one for the counts by day


def loaded_orders(at: AppTest) -> Any:
    data: loaded.Loaded = at.session_state["loaded_orders"]
    return data.orders
