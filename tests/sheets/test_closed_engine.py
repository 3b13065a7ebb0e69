"""An engine that has read its files opens nothing any more, whatever it is asked."""

import io

import duckdb
import pandas as pd
import pytest

from retention import open_sheet, read_orders
from retention.sheets.sheet import connect

CSV = b"Order,Email,Date,Total\n1,a@example.com,2024-01-05,5.50\n2,b@example.com,2024-01-06,2.50\n"
ASKS = {
    "a file": "SELECT * FROM read_csv('{path}')",
    "an address": "SELECT * FROM read_csv('http://127.0.0.1:9/orders.csv')",
    "another database": "ATTACH '{path}.db'",
    "a copy": "COPY (SELECT 1) TO '{path}.copy'",
    "an extension": "INSTALL httpfs",
    "a way back": "SET enable_external_access = true",
}


def engines():
    yield "a file", lambda: read_orders(CSV).table.get_backend()
    yield "a sheet", lambda: open_sheet(CSV).con
    yield "a frame", lambda: open_sheet(pd.read_csv(io.BytesIO(CSV))).con
    yield "its own tables", connect


@pytest.mark.parametrize("asked", ASKS)
@pytest.mark.parametrize(("_of", "engine"), list(engines()), ids=lambda value: str(value)[:14])
def test_the_engine_opens_nothing(_of, engine, asked, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(CSV)
    con = engine()
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
        con.raw_sql(ASKS[asked].format(path=path))
    assert [found.name for found in tmp_path.iterdir()] == ["orders.csv"]


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE raw; --",
        "\"; ATTACH '/tmp/x.db'; --",
        "read_csv('/etc/passwd')",
        "/etc/passwd",
        "http://127.0.0.1:9/orders.csv",
    ],
)
def test_columns_and_cells_are_never_asked_of_the_engine(hostile):
    frame = pd.read_csv(io.BytesIO(CSV))
    frame[hostile] = [hostile, "plain"]
    frame["Email"] = [hostile, "b@example.com"]
    content = frame.to_csv(index=False).encode()
    orders = read_orders(content, {"customer_id": "Email", "product": hostile})
    assert hostile in orders.table.customer_id.execute().tolist()
    assert hostile in orders.table["product"].execute().tolist()
