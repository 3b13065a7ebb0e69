"""From a slider's key press to the redrawn count: the segments page with 1,000,000 customers beside an
empty page.

    python -m benchmarks.bench_slider [--customers 1000000]

One server, one browser, two tabs that take turns in blocks of five presses. The clock runs inside the page,
from the key's event to the frame after the count's text has changed. Needs Chromium or Chrome; `--chrome`
names another.
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

from retention.view import shell

ROOT = Path(__file__).parents[1]
PORT = 8621
PRESSES, BLOCK = 20, 5

APP = "import streamlit as st\nst.title('Benchmark')\n"
EMPTY = """
import streamlit as st
count = st.slider("Empty", 0, 1000, 100, key="empty")
st.html(f"<div class=count>{count}</div>")
"""
SEGMENTS = """
import os, runpy
import streamlit as st
from benchmarks.large_store import large_store
from retention.view import loaded

@st.cache_resource
def store():
    return large_store(int(os.environ["BENCH_CUSTOMERS"]))

if loaded.get() is None:
    loaded.put("Large store", store())
runpy.run_path(os.environ["BENCH_PAGE"])
"""
# Presses are timed one by one: the next press waits for the page to come to rest.
WATCH = """([slider, count]) => {
  const text = () => document.querySelector(count)?.textContent;
  const input = document.querySelector(slider);
  window.took = [];
  let begin = 0, before = null;
  input.addEventListener('keydown', () => { begin = performance.now(); before = text(); }, true);
  new MutationObserver(() => {
    if (before === null || text() === before || text() === undefined) return;
    before = null;
    requestAnimationFrame(() => window.took.push(performance.now() - begin));
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def press(page: Page, slider: str, times: int) -> None:
    """Press the arrow key so many times, each after the last redraw was seen."""
    page.bring_to_front()
    page.locator(slider).first.focus()
    for _ in range(times):
        seen = page.evaluate("window.took.length")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"window.took.length > {seen}", timeout=10_000)
        page.wait_for_timeout(600)


def serve(folder: Path, customers: int) -> subprocess.Popen:
    """A server with a page that is empty and the app's own segments page on a large store."""
    (folder / "pages").mkdir()
    (folder / "app.py").write_text(APP)
    for page in shell.pages():
        if page.path.startswith("pages/"):
            (folder / page.path).write_text(APP)
    (folder / "pages" / "empty.py").write_text(EMPTY)
    (folder / "pages" / "segments.py").write_text(SEGMENTS)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "BENCH_CUSTOMERS": str(customers),
        "BENCH_PAGE": str(ROOT / "pages" / "segments.py"),
    }
    settings = ["--server.address", "127.0.0.1", "--server.port", str(PORT), "--server.headless", "true"]
    return subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *settings, "--server.fileWatcherType", "none"],
        cwd=folder,
        env=environment,
    )


def main() -> None:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--chrome", default=next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None))
    options = parser.parse_args()
    pages = {
        "empty": ("/empty", ".st-key-empty input", ".count"),
        "segments": ("/segments", ".st-key-repeat input", ".segs"),
    }
    with tempfile.TemporaryDirectory() as folder:
        server = serve(Path(folder), options.customers)
        try:
            _wait_for_server()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=options.chrome, args=["--no-sandbox"])
                tabs = {}
                for name, (url, slider, count) in pages.items():
                    tabs[name] = page = browser.new_page(viewport={"width": 1440, "height": 900})
                    page.goto(f"http://127.0.0.1:{PORT}{url}")
                    page.locator(count).wait_for(timeout=300_000)
                    page.wait_for_timeout(4000)
                    page.evaluate(WATCH, [slider, count])
                    press(page, slider, 3)
                    page.evaluate("window.took.length = 0")
                for _ in range(PRESSES // BLOCK):
                    for name, page in tabs.items():
                        press(page, pages[name][1], BLOCK)
                took = {name: page.evaluate("window.took") for name, page in tabs.items()}
                browser.close()
        finally:
            server.terminate()
            server.wait()
    for name, times in took.items():
        low, high = min(times), max(times)
        print(f"{name:10} median {statistics.median(times):6.1f} ms of {len(times)} presses ({low:.0f} to {high:.0f})")
    ratio = statistics.median(took["segments"]) / statistics.median(took["empty"])
    print(f"ratio      {ratio:6.2f} at {options.customers:,} customers")


def _wait_for_server() -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError("The server did not start.")


if __name__ == "__main__":
    main()
