"""From a key press to the redrawn number: pages with a large store, beside an empty page.

A server and a browser each, the first page's server with nothing loaded, and turns in blocks of
five presses. The clock runs inside the page, from the key's event to the frame after the text of
the number has changed, and to the last change of any words; each press waits for the page to come
to rest. Needs Chromium or Chrome. `bench_builder` and `bench_planner` use it; run alone, it moves a
slider of the segments page with 1,000,000 customers:

    python -m benchmarks.redraws [--customers 1000000] [--port 8621]
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
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from retention.view import page_table

ROOT = Path(__file__).parents[1]
PRESSES, BLOCK = 60, 5
BACK = {"ArrowRight": "ArrowLeft", "ArrowUp": "ArrowDown"}
APP = "import streamlit as st\nst.title('Benchmark')\n"
#: Before a page of the app is run: the store, made once a server of its own, which has one visitor.
LOADED = """
import os, runpy
import streamlit as st
from retention.view.session import loaded
from {module} import {store} as make


@st.cache_resource
def store():
    return make(int(os.environ["BENCH_CUSTOMERS"]))

if loaded.get() is None:
    loaded.put("Large store", store())
"""
RUN = "runpy.run_path({page!r})\n"
WATCH = """([control, count]) => {
  const text = () => document.querySelector(count)?.textContent;
  const input = document.querySelector(control);
  window.took = []; window.rest = [];
  let begin = 0, before = null;
  input.addEventListener('keydown', () => {
    begin = performance.now(); before = text(); window.rest.push(0);
  }, true);
  new MutationObserver(() => {
    window.rest[window.rest.length - 1] = performance.now() - begin;
  }).observe(
    document.querySelector('[data-testid=stMain]'),
    {subtree: true, childList: true, characterData: true});
  new MutationObserver(() => {
    if (before === null || text() === before || text() === undefined) return;
    before = null;
    requestAnimationFrame(() => window.took.push(performance.now() - begin));
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A page's script, and the CSS of the control that is pressed and of the count that is watched.

    `page` is the name of the page where it is not the one under which it is measured.
    """

    script: str
    control: str
    count: str
    key: str = "ArrowRight"
    page: str = ""


class Times(NamedTuple):
    """Milliseconds of each press: until the number is redrawn, and until no text changes."""

    number: list[float]
    rest: list[float]


EMPTY_SLIDER = Watched(
    "import streamlit as st\ncount = st.slider('Empty', 0, 1000, 100, key='empty')\n"
    "st.html(f'<div class=count>{count}</div>')\n",
    ".st-key-empty input",
    ".count",
)
EMPTY_NUMBER = Watched(
    EMPTY_SLIDER.script.replace("st.slider", "st.number_input"),
    ".st-key-empty input",
    ".count",
    "ArrowUp",
)


def page_of_app(
    name: str, before: str = "", store: str = "benchmarks.large_store.large_store"
) -> str:
    """The script of one of the app's pages, with a store of a given number of customers.

    `before` runs between the two.
    """
    module, _, function = store.rpartition(".")
    return (
        LOADED.format(module=module, store=function)
        + before
        + RUN.format(page=str(ROOT / "pages" / f"{name}.py"))
    )


def redraws(
    watched: dict[str, Watched], customers: int, port: int, chrome: str | None
) -> dict[str, Times]:
    """Return the times of each press by the name of its page."""
    with tempfile.TemporaryDirectory() as folder:
        servers = []
        try:
            with sync_playwright() as playwright:
                pages = {}
                for number, (name, one) in enumerate(watched.items()):
                    servers.append(
                        _serve(
                            Path(folder) / name,
                            one.page or name,
                            one.script,
                            customers,
                            port + number,
                        )
                    )
                    # A browser each: a tab that was in the background is slower for a while.
                    browser = playwright.chromium.launch(
                        executable_path=chrome, args=["--no-sandbox"]
                    )
                    pages[name] = page = browser.new_page(viewport={"width": 1440, "height": 900})
                    page.goto(f"http://127.0.0.1:{port + number}/{one.page or name}")
                    page.locator(one.count).first.wait_for(timeout=300_000)
                    page.wait_for_timeout(8000)
                    page.evaluate(WATCH, [one.control, one.count])
                    _press(page, one, 3)
                    page.evaluate("window.took.length = window.rest.length = 0")
                for block in range(PRESSES // BLOCK):
                    # Half of the presses go back, so that no control comes to its end.
                    back = block >= PRESSES // BLOCK / 2
                    for name, page in pages.items():
                        _press(page, watched[name], BLOCK, back)
                took = {
                    name: page.evaluate("[window.took, window.rest]")
                    for name, page in pages.items()
                }
                for page in pages.values():
                    page.context.browser.close()
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    return {name: Times(*times) for name, times in took.items()}


def options(description: str, port: int) -> argparse.Namespace:
    """The arguments that these benchmarks share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument(
        "--chrome",
        default=next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None),
    )
    return parser.parse_args()


def report(took: dict[str, Times], customers: int) -> None:
    """Print the medians of each page, and the ratio of its number's to the empty page's."""
    first = next(iter(took))
    for name, times in took.items():
        number, rest = (statistics.median(each) for each in times)
        print(
            f"{name:14} median {number:6.1f} ms of {len(times.number)} presses "
            f"({min(times.number):.0f} to {max(times.number):.0f}), "
            f"ratio {number / statistics.median(took[first].number):5.2f}; "
            f"all words at rest {rest:6.1f} ms"
        )
    print(f"at {customers:,} customers")


def _press(page: Page, one: Watched, times: int, back: bool = False) -> None:
    page.bring_to_front()
    page.locator(one.control).first.focus()
    for _ in range(times):
        seen = page.evaluate("window.took.length")
        page.keyboard.press(BACK[one.key] if back else one.key)
        page.wait_for_function(f"window.took.length > {seen}", timeout=20_000)
        page.wait_for_timeout(900)


def _serve(folder: Path, name: str, script: str, customers: int, port: int) -> subprocess.Popen:
    (folder / "pages").mkdir(parents=True)
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    (folder / "app.py").write_text(APP)
    for page in page_table.pages():
        if page.path.startswith("pages/"):
            (folder / page.path).write_text(APP)
    (folder / "pages" / f"{name}.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BENCH_CUSTOMERS": str(customers)}
    settings = [
        "--server.address",
        "127.0.0.1",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            *settings,
        ],
        cwd=folder,
        env=environment,
    )
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return server
        except OSError:
            time.sleep(0.3)
    server.terminate()
    raise TimeoutError("The server did not start.")


def main() -> None:
    """Print both medians and their ratio."""
    chosen = options(__doc__, 8621)
    pages = {
        "empty": EMPTY_SLIDER,
        "segments": Watched(page_of_app("segments"), ".st-key-repeat input", ".segs"),
    }
    report(redraws(pages, chosen.customers, chosen.port, chosen.chrome), chosen.customers)


if __name__ == "__main__":
    main()
