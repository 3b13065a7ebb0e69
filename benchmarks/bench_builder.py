"""From a key press on a condition to the redrawn count: the page of own segments with 1,000,000 customers beside an
empty page.

    python -m benchmarks.bench_builder [--customers 1000000] [--port 8622]

One server, two browsers; the empty page and the builder take turns in blocks of five presses. The builder holds four
conditions, two of them in a group; the keys go to the days since the last order. Then, without a browser: what each
kind of condition takes to count when it is asked for the first time. Needs Chromium or Chrome (`--chrome` names one).
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.bench_slider import APP, WATCH
from retention.condition_values import Bought
from retention.conditions import Condition, Group, totals
from retention.features import Features, features
from retention.view import shell

ROOT = Path(__file__).parents[1]
PRESSES, BLOCK = 20, 5

EMPTY = """
import streamlit as st
count = st.number_input("Empty", 0, 1000, 100, key="value_empty")
st.html(f"<div class=count>{count}</div>")
"""
BUILDER = """
import os, runpy
import streamlit as st
from benchmarks.bench_builder import RULE, store_with_products
from retention.view import builder_draft, loaded

@st.cache_resource
def store():
    return store_with_products(int(os.environ["BENCH_CUSTOMERS"]))

if loaded.get() is None:
    loaded.put("Large store", store())
    builder_draft.start(RULE)
runpy.run_path(os.environ["BENCH_PAGE"])
"""
RULE = Group(
    "all",
    (
        Condition("days_since_last_order", "at_most", 120),
        Condition("revenue", "top", 30),
        Group("any", (Condition("discount_share", "at_least", 0.1), Condition("product", "bought", Bought(("P7",))))),
    ),
)
ASKED = (
    Condition("orders", "at_least", 3),
    Condition("p_purchase_30d", "at_least", 0.2),
    Condition("expected_value", "top", 10),
    Condition("due", "ahead", 14),
    Condition("first_channel", "one_of", ("C1", "C2")),
    Condition("product", "bought", Bought(("P1",))),
    Condition("product", "bought", Bought(("P1",), 90)),
    Condition("product", "not_bought", Bought(("P2",))),
    Condition("product", "not_bought", Bought(("P3", "P4"), 60)),
)


def store_with_products(customers: int):
    """`large_store` with fifty products and six channels."""
    from dataclasses import replace

    import ibis

    from benchmarks.large_store import large_store

    orders = large_store(customers)
    table = orders.table
    number = table.order_id.cast("int64")
    columns = table.mutate(
        product=ibis.literal("P") + (number % 50).cast("string"),
        channel=ibis.literal("C") + (number % 6).cast("string"),
    )
    return replace(orders, table=table.get_backend().create_table("orders_with_products", columns))


def press(page: Page, box: str, times: int) -> None:
    """Press the up key so many times, each after the last redraw was seen."""
    page.bring_to_front()
    page.locator(box).first.focus()
    for _ in range(times):
        seen = page.evaluate("window.took.length")
        page.keyboard.press("ArrowUp")
        page.wait_for_function(f"window.took.length > {seen}", timeout=20_000)
        page.wait_for_timeout(700)


def serve(folder: Path, customers: int, port: int) -> subprocess.Popen:
    """A server with a page that is empty and the app's own builder on a large store."""
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(APP)
    for page in shell.pages():
        if page.path.startswith("pages/"):
            (folder / page.path).write_text(APP)
    (folder / "pages" / "empty.py").write_text(EMPTY)
    (folder / "pages" / "own_segments.py").write_text(BUILDER)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "BENCH_CUSTOMERS": str(customers),
        "BENCH_PAGE": str(ROOT / "pages" / "own_segments.py"),
    }
    settings = ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    return subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *settings, "--server.fileWatcherType", "none"],
        cwd=folder,
        env=environment,
    )


def in_browser(customers: int, port: int, chrome: str | None) -> dict[str, list[float]]:
    """Milliseconds from key to count, for the empty page and for the builder."""
    pages = {
        "empty": ("/empty", ".st-key-value_empty input", ".count"),
        "builder": ("/own_segments", "[class*=st-key-value_][class*=days_since] input", ".found"),
    }
    with tempfile.TemporaryDirectory() as folder:
        server = serve(Path(folder), customers, port)
        try:
            _wait_for_server(port)
            with sync_playwright() as playwright:
                # A browser each: a tab that was in the background is slower for a while.
                tabs = {}
                for name, (url, box, count) in pages.items():
                    browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
                    tabs[name] = page = browser.new_page(viewport={"width": 1440, "height": 900})
                    page.goto(f"http://127.0.0.1:{port}{url}")
                    page.locator(count).wait_for(timeout=300_000)
                    page.wait_for_timeout(6000)
                    page.evaluate(WATCH, [box, count])
                    press(page, box, 3)
                    page.evaluate("window.took.length = 0")
                for _ in range(PRESSES // BLOCK):
                    for name, page in tabs.items():
                        press(page, pages[name][1], BLOCK)
                took = {name: page.evaluate("window.took") for name, page in tabs.items()}
                for page in tabs.values():
                    page.context.browser.close()
        finally:
            server.terminate()
            server.wait()
    return took


def first_asked(customers: int) -> None:
    """Print what it takes to make the features, and to count each kind of condition for the first time."""
    import retention

    orders = store_with_products(customers)
    people = retention.summarise_customers(orders)
    model = retention.fit_cltv(people)
    scores = retention.predict_cltv(model, people, intervals=False)
    labels = retention.assign_segments(people, scores)

    def timed(act) -> tuple[float, object]:
        begin = time.perf_counter()
        found = act()
        return 1000 * (time.perf_counter() - begin), found

    took, found = timed(lambda: features(people, scores, as_of=orders.end, labels=labels, orders=orders, model=model))
    assert isinstance(found, Features)
    print(f"features          {took:8.1f} ms")
    for condition in ASKED:
        first, _ = timed(lambda condition=condition: totals(condition, found))
        again, _ = timed(lambda condition=condition: totals(condition, found))
        print(f"{first:8.1f} ms, again {again:5.2f} ms   {condition.feature} {condition.operator} {condition.value}")


def main() -> None:
    """Print both medians and their ratio, then the times of conditions asked for the first time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=8622)
    parser.add_argument("--chrome", default=next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None))
    options = parser.parse_args()
    took = in_browser(options.customers, options.port, options.chrome)
    for name, times in took.items():
        low, high = min(times), max(times)
        print(f"{name:10} median {statistics.median(times):6.1f} ms of {len(times)} presses ({low:.0f} to {high:.0f})")
    ratio = statistics.median(took["builder"]) / statistics.median(took["empty"])
    print(f"ratio      {ratio:6.2f} at {options.customers:,} customers")
    first_asked(options.customers)


def _wait_for_server(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError("The server did not start.")


if __name__ == "__main__":
    main()
