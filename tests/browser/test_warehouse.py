"""Two visitors read their tables of one warehouse at the same time."""

import gc
import json
from collections.abc import Iterator

import ibis
import pytest

from tests.browser.conftest import running_app
from tests.browser.steps import (
    Page,
    button,
    expect,
    go_to_segments,
    metric,
    sees,
    small_shop,
    stage_counts,
)
from tests.support.engines import postgres_server

pytestmark = pytest.mark.browser

PASSWORD = "correct horse"
CUSTOMERS = {"spring": 30, "summer": 23}


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory) -> Iterator[str]:
    """Address of an app whose secrets name a Postgres server with two tables."""
    folder = tmp_path_factory.mktemp("warehouse")
    with postgres_server() as server, pytest.MonkeyPatch.context() as patch:
        shop = ibis.postgres.connect(**server)
        for name, customers in CUSTOMERS.items():
            (folder / f"{name}.csv").write_bytes(small_shop(customers, name))
            rows = ibis.duckdb.connect().read_csv(folder / f"{name}.csv").to_pyarrow()
            shop.create_table(name, ibis.memtable(rows))
        settings = {"backend": "postgres", "password": PASSWORD, **server}
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        secrets = folder / "secrets.toml"
        secrets.write_text("\n".join(["[connections.shop]", *lines]))
        patch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
        with running_app(folder / "server.log") as started:
            yield started
        assert PASSWORD not in (folder / "server.log").read_text()
        gc.collect()
        shop.disconnect()


def open_table(page: Page, name: str) -> None:
    page.get_by_text("Your warehouse", exact=True).click()
    page.get_by_role("combobox", name="Table of orders").click()
    page.get_by_role("option", name=name, exact=True).click()
    button(page, "Open the table").click()


def test_two_visitors_read_their_tables_at_once(visit):
    pages = {name: visit() for name in CUSTOMERS}
    for name, page in pages.items():
        open_table(page, name)
    for name, page in pages.items():
        sees(page, "Check the columns")
        expect(metric(page, "Customers")).to_have_text(str(CUSTOMERS[name]))
        expect(page.get_by_text(PASSWORD)).to_have_count(0)
    for page in pages.values():
        button(page, "Use these orders").click()
    for name, page in pages.items():
        sees(page, name)
        expect(metric(page, "Customers")).to_have_text(str(CUSTOMERS[name]))
    for page in pages.values():
        go_to_segments(page)
    for name, page in pages.items():
        assert sum(stage_counts(page).values()) == CUSTOMERS[name]
