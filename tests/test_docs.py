"""The texts: links lead somewhere, commands exist, code runs, sentences are short."""

from __future__ import annotations

import gc
import importlib.util
import io
import re
import tomllib
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from ibis.util import backend_entry_points

import retention
from retention.samples.data_sets import store_campaigns
from retention.view.session.engine_link import EngineLink
from tests.support.engines import postgres_server, spark_session

ROOT = Path(__file__).resolve().parent.parent
LINKED = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
WRITTEN = [*LINKED, ROOT / "CHANGELOG.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MOST_WORDS = 25


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _commands(text: str) -> str:
    """Return what a text tells its reader to type: blocks without a language, and inline code."""
    blocks = [code for language, code in FENCE.findall(text) if language in ("", "sh", "console")]
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return "\n".join([*blocks, *inline])


def _make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def sentences(text: str) -> list[str]:
    """Return the sentences of a Markdown text, without code blocks, tables and headings."""
    text = FENCE.sub("\n\n", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]*`", "code", text)
    text = re.sub(r"^(\||#).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "\n\n", text, flags=re.MULTILINE)
    text = re.sub(r"[*_]{1,2}", "", text)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    return [
        sentence
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.!?:])[\"”)]*\s+", paragraph)
        if sentence
    ]


@pytest.mark.parametrize("path", LINKED, ids=_name)
def test_relative_links_and_images_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", path.read_text("utf-8")))
    relative = [link.split("#")[0] for link in links if "://" not in link]
    assert [link for link in relative if link and not (path.parent / link).exists()] == []


def test_readme_is_short_and_has_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) < 150
    assert (
        "pip install -r requirements.txt && streamlit run app.py --server.address localhost"
        in lines
    )
    assert "pip install -r requirements-dev.txt && pytest" in lines


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_commands_name_what_exists(path: Path) -> None:
    commands = _commands(path.read_text("utf-8"))
    modules = re.findall(r"python -m ([\w.]+)", commands)
    unknown = [name for name in modules if importlib.util.find_spec(name) is None]
    targets = re.findall(r"^make ([a-z]+)", commands, re.MULTILINE)
    files = re.findall(r"(?:-r|streamlit run) ([\w./-]+)", commands)
    scripts = re.findall(r"(?:benchmarks|tests)/[\w/]+\.py", commands)
    assert unknown == []
    assert set(targets) <= _make_targets()
    assert [name for name in [*files, *scripts] if not (ROOT / name).exists()] == []


def test_makefile_has_the_targets_of_a_contributor() -> None:
    assert {"check", "test", "browser", "bench", "lock"} <= _make_targets()


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_sentences_are_short(path: Path) -> None:
    found = sentences(path.read_text("utf-8"))
    assert [text for text in found if len(text.split()) > MOST_WORDS] == []


def test_sentences_are_told_apart() -> None:
    text = "# A title\n\nOne two. Three\nfour!\n\n- five\n- six: seven\n\n| a |\n\n```\ncode\n```\n"
    assert sentences(text) == ["One two.", "Three four!", "five", "six:", "seven"]


def run_blocks(path: Path, heading: str, names: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run the Python blocks of a text's section and return the names that they leave."""
    sections = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)
    section = next(text for text in sections if text.startswith(heading))
    names = {"retention": retention} if names is None else names
    blocks = [code for language, code in FENCE.findall(section) if language == "python"]
    assert blocks
    for code in blocks:
        exec(compile(code, f"{path.name}: {heading}", "exec"), names)
    return names


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample store's orders as a file, as Parquet and as a DuckDB database."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "orders.csv").write_bytes(retention.sample_file("store", customers=300))
    frame = pd.read_csv(folder / "orders.csv", parse_dates=["Order date"])
    frame.to_parquet(folder / "orders.parquet", index=False)
    con = ibis.duckdb.connect(folder / "shop.duckdb")
    con.create_table("orders", ibis.memtable(frame))
    con.disconnect()
    return folder


def assert_same_customers(names: dict[str, Any], shop: Path) -> None:
    orders = retention.read_orders(shop / "orders.csv")
    assert names["orders"].report.dropped == orders.report.dropped
    expected = retention.summarise_customers(orders)
    pd.testing.assert_frame_equal(names["customers"], expected, check_dtype=False)


@pytest.mark.parametrize("recipe", ["pandas", "DuckDB"])
def test_recipes_run(recipe: str, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    names = run_blocks(ROOT / "docs" / "warehouses.md", recipe)
    assert_same_customers(names, shop)
    names |= run_blocks(ROOT / "docs" / "warehouses.md", "What the engine does", names)
    assert names["model"].customers == len(names["customers"])


def test_the_recipe_for_postgres_runs(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres_server() as server:
        address = "postgres://{user}@{host}:{port}/{database}".format(**server)
        con = ibis.postgres.connect(**server)
        con.create_table("orders", ibis.memtable(pd.read_parquet(shop / "orders.parquet")))
        con.disconnect()
        monkeypatch.setenv("SHOP_DATABASE", address)
        names = run_blocks(ROOT / "docs" / "warehouses.md", "Postgres")
        assert_same_customers(names, shop)
        con = names.pop("shop")
        names.clear()
        gc.collect()
        con.disconnect()


def app_recipes() -> dict[str, dict[str, Any]]:
    """Return the connections that the text shows for the app, by their engines."""
    text = (ROOT / "docs" / "warehouses.md").read_text("utf-8")
    blocks = [tomllib.loads(code) for language, code in FENCE.findall(text) if language == "toml"]
    sections = [block["connections"]["shop"] for block in blocks]
    return {section["backend"]: section for section in sections}


def test_the_apps_recipe_for_duckdb_runs(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    link = EngineLink("shop", app_recipes()["duckdb"])
    table, _ = link.open_table("orders")
    orders = retention.read_orders(table)
    assert_same_customers(
        {"orders": orders, "customers": retention.summarise_customers(orders)}, shop
    )


def test_the_apps_recipe_for_postgres_runs(shop: Path) -> None:
    """With the rights that the text grants, and no others."""
    text = (ROOT / "docs" / "warehouses.md").read_text("utf-8")
    [rights] = [code for language, code in FENCE.findall(text) if language == "sql"]
    with postgres_server() as server:
        con = ibis.postgres.connect(**server)
        con.create_table("orders", ibis.memtable(pd.read_parquet(shop / "orders.parquet")))
        con.raw_sql(rights)
        place = {name: server[name] for name in ("host", "port", "database")}
        link = EngineLink("shop", app_recipes()["postgres"] | place)
        table, _ = link.open_table("orders")
        orders = retention.read_orders(table)
        customers = retention.summarise_customers(orders)
        assert_same_customers({"orders": orders, "customers": customers}, shop)
        con.disconnect()


def test_the_apps_recipes_name_engines_of_ibis() -> None:
    engines = {entry.name for entry in backend_entry_points()}
    assert set(app_recipes()) == {"duckdb", "postgres", "bigquery", "snowflake"} <= engines


def test_the_recipe_for_spark_runs(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = spark_session()
    monkeypatch.chdir(shop)
    names = run_blocks(ROOT / "docs" / "warehouses.md", "Spark")
    assert_same_customers(names, shop)
    assert len(names["scores"]) == len(names["customers"])
    session.stop()


def test_the_functions_on_products_run() -> None:
    text = (ROOT / "docs" / "products.md").read_text("utf-8")
    [block] = [code for language, code in FENCE.findall(text) if language == "python"]
    names: dict[str, Any] = {}
    exec(compile(block, "products.md", "exec"), names)
    assert names["properties"].columns.tolist() == [f"next_product_{n}" for n in (1, 2, 3)]
    assert len(names["products"]) == len(names["history"].products)


def test_the_functions_on_signals_run() -> None:
    text = (ROOT / "docs" / "signals.md").read_text("utf-8")
    [block] = [code for language, code in FENCE.findall(text) if language == "python"]
    names: dict[str, Any] = {}
    exec(compile(block, "signals.md", "exec"), names)
    assert names["answers"].report.customers == len(names["customers"])
    assert names["groups"]["asked"].sum() == len(names["customers"])


ORDER_FILES = {
    "the sample store": lambda: retention.sample_file("store", customers=300),
    "CDNOW": lambda: retention.sample_file("cdnow"),
    "a file of three columns": lambda: (
        pd.read_csv(
            io.BytesIO(retention.sample_file("store", customers=400)),
            usecols=["Order date", "Customer e-mail", "Total"],
        )
        .to_csv(index=False, sep=";")
        .encode()
    ),
}


@pytest.mark.parametrize("kind", ORDER_FILES)
def test_the_readmes_block_runs_on_any_file(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_bytes(ORDER_FILES[kind]())
    monkeypatch.chdir(tmp_path)
    names = run_blocks(ROOT / "README.md", "From a notebook")
    assert names["segments"]["customers"].sum() == len(names["customers"])
    assert len(names["scores"]) == len(names["customers"])


def test_notebook_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "orders.csv").write_bytes(retention.sample_file("store"))
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "notebook.md").read_text("utf-8")
    names: dict[str, object] = {}
    blocks = [code for language, code in FENCE.findall(text) if language == "python"]
    assert blocks
    for code in blocks:
        exec(compile(code, "docs/notebook.md", "exec"), names)
    audience = names["audience"]
    assert isinstance(audience, retention.Audience)
    records = [value for value in names.values() if hasattr(value, "_repr_html_")]
    records = [value for value in records if not isinstance(value, pd.DataFrame)]
    assert {type(value) for value in records} >= {retention.Orders, retention.CampaignPlan}
    assert [value for value in records if len(repr(value)) > 1_000] == []


def test_the_functions_on_results_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "results.md").read_text("utf-8")
    [block] = [code for language, code in FENCE.findall(text) if language == "python"]
    store_campaigns()[0].groups.to_csv(tmp_path / "groups.csv", index=False)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(block, "results.md", "exec"), names)
    assert names["result"].verdict == "worked"
