"""A real server and a real browser for the tests in this folder.

The browser is an installed Chromium or Chrome. Where there is none, these tests are skipped and the
summary says why. Where the environment variable CI is set, that is a failure instead.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.steps import WAIT_SECONDS, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
MAC_APPS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
)
WINDOWS_APPS = ("Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe")
LAUNCH = (
    "--no-sandbox",  # a container's root user has no sandbox, and the only site visited is our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1440, "height": 900}

# On an address below the root, Streamlit's page asks for its own server there first, then one level
# up.
SERVER_SEARCH = re.compile(r"^/\w+/_stcore/(health|host-config)$")


def installed_browser() -> str | None:
    """Path of a Chromium or Chrome on this computer; the variable CHROME_PATH goes first."""
    given = os.environ.get("CHROME_PATH")
    if given:
        if not Path(given).is_file():
            pytest.fail(f"CHROME_PATH is set to '{given}', where there is no file.")
        return given
    folders = {
        "darwin": (["/Applications", str(Path.home() / "Applications")], MAC_APPS),
        "win32": (
            [
                os.environ.get(name)
                for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
            ],
            WINDOWS_APPS,
        ),
    }
    roots, apps = folders.get(sys.platform, ([], ()))
    usual = (Path(root, app) for root in roots if root for app in apps)
    return next(filter(None, map(shutil.which, NAMES)), None) or next(
        (str(path) for path in usual if path.is_file()), None
    )


def _missing(what: str) -> None:
    """Skip, or fail where a run without these tests must not pass for a good one."""
    reason = f"BROWSER TESTS NOT RUN: {what}"
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(f"{reason} With CI set, that is a failure.", pytrace=False)


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """The installed browser, without a window; each test opens its own private context in it."""
    if sync_playwright is None:
        _missing("Playwright is not installed (pip install -r requirements-dev.txt).")
    path = installed_browser()
    if path is None:
        _missing("no Chromium or Chrome was found. Install one, or set CHROME_PATH to it.")
    # Closed with the module: while Playwright runs, the thread has an event loop that other tests
    # may not expect.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(LAUNCH))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """The address of an app that all modules of this process share, and the folder of its log."""
    folder = tmp_path_factory.mktemp("app")
    with running_app(folder / "server.log") as started:
        yield started, folder


@pytest.fixture(scope="module")
def address(browser, server) -> Iterator[str]:
    """Address of the shared app; each test is a session of its own there.

    What a module's tests keep on this computer is gone before the next one's, and a traceback is
    held against the module that brought it.
    """
    started, folder = server
    before = len(_said(folder / "server.log"))
    yield started
    shutil.rmtree(folder / "kept", ignore_errors=True)
    log = _said(folder / "server.log")[before:]
    assert "Traceback" not in log, log


@contextmanager
def running_app(
    log: Path, listens_on: str = "localhost", kept: Path | None = None
) -> Iterator[str]:
    """The app, started as the README says on a free port; its log may hold no traceback.

    Work that it keeps lies in a folder of its own beside the log, or in `kept`.
    """
    with started_app(log, listens_on, kept) as (_, address):
        yield address


@contextmanager
def started_app(
    log: Path, listens_on: str = "localhost", kept: Path | None = None
) -> Iterator[tuple[subprocess.Popen, str]]:
    """As `running_app`, with the server's process."""
    with log.open("wb") as output:
        process, address = _start(output, log, listens_on, kept or log.parent / "kept")
        try:
            yield process, address
            assert "Traceback" not in _said(log), _said(log)
        finally:
            _stop(process)


def _start(output, log: Path, listens_on: str, kept: Path) -> tuple[subprocess.Popen, str]:
    # Between finding a free port and using it somebody else may take it: then the server ends, and
    # another is tried.
    for _ in range(3):
        port = _free_port()
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.address",
            listens_on,
        ]
        command += ["--server.port", str(port), "--server.headless", "true"]
        command += ["--browser.gatherUsageStats", "false"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"RETENTION_HOME": str(kept)},
        )
        try:
            if _answers(process, port):
                return process, f"http://localhost:{port}"
        except BaseException:
            _stop(process)
            raise
    pytest.fail(f"The app did not start:\n{_said(log)}")


def _answers(process: subprocess.Popen, port: int) -> bool:
    """Wait for the server's health endpoint; False where the server ended instead."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            return False
        with closing(HTTPConnection("localhost", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/_stcore/health")
                if connection.getresponse().status == 200:
                    return process.poll() is None
            except (OSError, HTTPException):
                pass
        time.sleep(0.1)
    pytest.fail(f"The app did not answer within {WAIT_SECONDS} seconds.")


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def requests() -> list[str]:
    """Addresses that the pages of the running test have asked for."""
    return []


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console has complained about in the running test."""
    return []


@pytest.fixture
def visit(browser, address, tmp_path, requests, complaints) -> Iterator[Callable[..., Page]]:
    """`visit("/segments")` opens an address of the app as a new visitor and returns the page.

    With `cold` the visitor is the first of a server started just now. After the test no page may
    show a traceback, and no console may have complained.
    """
    servers, pages = ExitStack(), []

    def open_page(
        path: str = "/",
        *,
        cold: bool = False,
        viewport: dict[str, int] = DESKTOP,
        locale: str = "en-US",
    ) -> Page:
        at = servers.enter_context(running_app(tmp_path / "server.log")) if cold else address
        page = browser.new_context(
            viewport=viewport, locale=locale, accept_downloads=True
        ).new_page()
        pages.append(page)
        page.set_default_timeout(WAIT_SECONDS * 1000)
        page.on("request", lambda sent: requests.append(sent.url))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _listen(message, at, complaints))
        page.goto(at + path)
        return page

    with servers:
        yield open_page
        for page in pages:
            expect(page.get_by_test_id("stException")).to_have_count(0)
            page.context.close()
    assert complaints == []


def _listen(message, address: str, complaints: list[str]) -> None:
    source = message.location.get("url", "")
    if message.type != "error":
        return
    if source.startswith(address) and SERVER_SEARCH.match(urlsplit(source).path):
        return
    # Without the Internet, a request to another server fails. That there is none is a test of its
    # own.
    if "Failed to load resource" in message.text and not source.startswith(address):
        return
    complaints.append(f"{source}: {message.text}")
