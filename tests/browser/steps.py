"""What a visitor does and sees, in the page's own words: shared by the tests in this folder."""

import csv
import io
import re

try:
    from playwright.sync_api import Locator, Page, expect, sync_playwright
except ImportError:  # the fixture `browser` then skips the tests, or fails them
    Locator = Page = expect = sync_playwright = None

WAIT_SECONDS = 60  # generous: the machine may have other things to do
if expect is not None:
    expect.set_options(timeout=WAIT_SECONDS * 1000)

STAGES = ["New", "First-time", "Repeat", "Loyal", "VIP", "At risk", "Lapsed"]
HEADER = "Order,Email,Date,Total"


#: Streamlit runs no script, nothing of an earlier run is left, and the page has been still.
AT_REST = """() => {
  if (!window.lastChange) {
    window.lastChange = performance.now();
    new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
      document.body, {subtree: true, childList: true, characterData: true, attributes: true});
  }
  const app = document.querySelector('[data-testid=stApp]');
  const busy = !app || app.dataset.testScriptState !== 'notRunning' || document.querySelector(
    '[data-stale=true], [data-testid=stStatusWidget], [data-testid=stSkeleton]');
  if (busy) { window.lastChange = performance.now(); }
  return performance.now() - window.lastChange > 500;
}"""


def at_rest(page: Page) -> None:
    """Wait until the script has ended and the page has not changed for half a second."""
    page.wait_for_timeout(300)  # the script starts only after a click
    page.wait_for_function(AT_REST, timeout=WAIT_SECONDS * 1000)


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Pick an option of a select box, by how its label ends."""
    at_rest(page)  # a list closes when the page moves below it
    box = page.get_by_role("combobox", name=re.compile(f"{re.escape(label)}$"))
    box.scroll_into_view_if_needed()
    box.click()
    exact = isinstance(option, str)
    page.get_by_role("option", name=option, exact=exact).first.click()
    at_rest(page)


def button(page: Page, name: str) -> Locator:
    """A button by its label."""
    return page.get_by_role("button", name=name, exact=True)


def sees(page: Page, title: str) -> None:
    """Wait for the page's title."""
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()


def metric(page: Page, label: str) -> Locator:
    """The number of a headline figure, without its note."""
    figure = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return figure.get_by_test_id("stMetricValue")


def open_cdnow(page: Page) -> None:
    """Load CDNOW on the front page, and wait for its number of customers."""
    button(page, "Open CDNOW").click()
    sees(page, "CDNOW, real orders")
    expect(metric(page, "Customers")).to_have_text("2,357")


def load_store(page: Page) -> None:
    """Load the sample store on a page that has nothing to show yet."""
    button(page, "Load the sample store").click()
    expect(stages(page)).to_have_count(len(STAGES))


def open_other_orders(page: Page) -> None:
    """Go where newer orders are added, or others take the place of the loaded ones."""
    button(page, "Load other orders").click()
    sees(page, "Load newer or other orders")
    at_rest(page)


def upload(page: Page, content: bytes, name: str = "orders.csv") -> None:
    """Give the front page a file."""
    upload_all(page, {name: content})


def upload_all(page: Page, files: dict[str, bytes]) -> None:
    """Give the front page several files at once, by their names."""
    # The uploader of the run before fades while the new one is already there: wait for one alone.
    uploader = page.locator("input[type=file]")
    expect(uploader).to_have_count(1)
    uploader.set_input_files(
        [
            {"name": name, "mimeType": "text/csv", "buffer": content}
            for name, content in files.items()
        ]
    )


def use_upload(page: Page, content: bytes, name: str = "orders.csv") -> None:
    """Give the front page a file, and use it as it was read."""
    upload(page, content, name)
    button(page, "Use these orders").click()
    sees(page, name)


def go_to_segments(page: Page) -> None:
    """Open the segments page from the menu, in the same session."""
    page.get_by_role("link", name="Segments", exact=True).click()
    expect(stages(page)).to_have_count(len(STAGES))


def stages(page: Page) -> Locator:
    """The stages with their counts on the segments page; each is named by its definition."""
    return page.get_by_role("main").get_by_role("listitem")


def stage_counts(page: Page) -> dict[str, int]:
    """Customers of each stage on the segments page; a stage that shows a dash is left out."""
    shown = stages(page).evaluate_all(
        "all => all.map(one => [one.querySelector('em').textContent, "
        "one.querySelector('b').textContent])"
    )
    return {name: int(number.replace(",", "")) for name, number in shown if number != "–"}


def thumb(page: Page, label: str, end: str = "") -> Locator:
    """A slider's handle, by how its label begins; `end` is "start" or "end" of two."""
    return page.get_by_role("slider", name=re.compile(f"^{re.escape(label)}.*{end}"))


def press(handle: Locator, key: str, *, start: str, until: str, times: int = 1) -> None:
    """Press a key on a handle as fast as it goes, and wait for the value that it then shows.

    It begins once the handle shows its first value, because it is first drawn at its lowest one.
    """
    expect(handle).to_have_attribute("aria-valuetext", start)
    for _ in range(times):
        handle.press(key)
    expect(handle).to_have_attribute("aria-valuetext", until)


def choose_segment(page: Page, name: str) -> None:
    """Look at one segment, and wait for it."""
    pill = page.get_by_role("radio", name=name, exact=True)
    if not pill.is_checked():  # a second click would let go of it
        pill.click()
    expect(pill).to_be_checked()
    expect(page.get_by_role("heading", level=3, name=name, exact=True)).to_be_visible()


def download(page: Page, label: re.Pattern[str]) -> tuple[str, bytes]:
    """Click a download button once the page is still; returns the file's name and content."""
    at_rest(page)  # a run that is under way replaces the button, and the click is lost
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file, which must start with the byte order mark for spreadsheets."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def order_file(rows: list[str], header: str = HEADER) -> bytes:
    """A CSV file from its lines."""
    return "\n".join([header, *rows]).encode()


def small_shop(customers: int, name: str = "buyer") -> bytes:
    """A file of so many customers with one to six orders each, from `name`0 to the last."""
    return order_file(
        [
            f"{i}-{k},{name}{i}@example.com,"
            f"2024-{1 + (i + 2 * k) % 12:02}-{1 + (7 * i + k) % 28:02},{20 + i + k}.50"
            for i in range(customers)
            for k in range(1 + i % 6)
        ]
    )
