"""How long each page takes to open, the first time and the second, beside an empty page.

Each size has a server of its own, a browser, and an order file. Every page is opened from the menu
twice. The clock runs from the click until the page has been at rest for half a second, less that
half.
Needs Chromium or Chrome.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import retention
from retention.view import page_table

ROOT = Path(__file__).parents[1]
#: Customers of the sample store for about as many orders.
CUSTOMERS = {40_000: 12_500, 540_000: 168_000}
EMPTY = "import streamlit as st\nst.title('{name}')\nst.page_link('{other}', label='Other')\n"
REST_SECONDS = 0.5
#: Milliseconds since anything changed; -1 while the app is at work.
AT_REST = """() => {
  if (!window.lastChange) {
    window.lastChange = performance.now();
    new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
      document.body, {subtree: true, childList: true, characterData: true, attributes: true});
  }
  const app = document.querySelector('[data-testid=stApp]');
  const busy = app.dataset.testScriptState !== 'notRunning'
    || document.querySelector('[data-testid=stSpinner], [data-testid=stSkeleton]');
  if (busy) { window.lastChange = performance.now(); }
  return busy ? -1 : performance.now() - window.lastChange;
}"""
LAUNCH = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """The address of the app in a folder, while it runs."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(200):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()


def opened(page: Page, link: str) -> float:
    """Return the seconds from a click on a link until the page is at rest."""
    target = page.locator(link).first
    begin = time.perf_counter()
    target.click()
    page.wait_for_timeout(150)
    while page.evaluate(AT_REST) < 1000 * REST_SECONDS:
        page.wait_for_timeout(50)
    return time.perf_counter() - begin - REST_SECONDS


def empty_page_seconds(port: int, chrome: str | None) -> float:
    """Return how long a page with a title and a link takes to open: the median of ten."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pages").mkdir()
        (folder / "app.py").write_text(EMPTY.format(name="One", other="pages/two.py"))
        (folder / "pages" / "two.py").write_text(EMPTY.format(name="Two", other="app.py"))
        with served(folder, port) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chrome, args=LAUNCH)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            link = "[data-testid=stMain] a[data-testid=stPageLink-NavLink]"
            page.locator(link).wait_for()
            times = [opened(page, link) for _ in range(12)]
            browser.close()
    return statistics.median(times[2:])


def app_seconds(orders: int, port: int, chrome: str | None) -> dict[str, list[float]]:
    """Return the seconds of the first and the second opening of each page, by its name."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "orders.csv"
        file.write_bytes(retention.sample_file("store", customers=CUSTOMERS[orders]))
        with served(ROOT, port) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chrome, args=LAUNCH)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(600_000)
            page.goto(address)
            page.locator("input[type=file]").set_input_files(file)
            page.get_by_role("button", name="Use these orders").click()
            page.get_by_role("heading", name="orders.csv").wait_for()
            opened(page, "[data-testid=stMain] h1")
            times: dict[str, list[float]] = {}
            for _ in range(2):
                for entry in page_table.pages():
                    # The views of Segments stand in a row on each of them.
                    link = "" if entry.path == page_table.FRONT_PAGE else entry.stem
                    where = f"a[data-testid=stPageLink-NavLink][href='{link}']"
                    if not page.locator(where).count():
                        opened(page, "[data-testid=stSidebar] a:has-text('Segments')")
                    times.setdefault(f"{entry.title} {entry.view}".strip(), []).append(
                        opened(page, where)
                    )
            browser.close()
    return times


def main() -> None:
    """Print the seconds and the ratios to the empty page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, nargs="*", choices=CUSTOMERS, default=[*CUSTOMERS])
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument(
        "--chrome",
        default=next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None),
    )
    options = parser.parse_args()
    empty = empty_page_seconds(options.port, options.chrome)
    print(f"an empty page {empty:.2f} s")
    for number, orders in enumerate(options.orders, start=1):
        print(f"\nabout {orders:,} orders")
        times = app_seconds(orders, options.port + number, options.chrome)
        for name, (first, second) in times.items():
            print(
                f"{name:24} first {first:6.2f} s (ratio {first / empty:5.1f})  "
                f"second {second:6.2f} s (ratio {second / empty:4.1f})"
            )


if __name__ == "__main__":
    main()
