"""A visitor from Germany: every page writes numbers as Germans do, its charts and tables too."""

import re

import pytest

from tests.browser.steps import button, expect, metric, sees

pytestmark = pytest.mark.browser

#: Numbers in English notation: 1,234 and 12.3% and 88.1k and $12. Cells of a row stand together,
#: so that a number may follow the symbol of the amount before it.
ENGLISH = re.compile(r"\d,\d{3}\b|\d\.\d+(?:%|k\b|M\b)|(?<!\u00a0)[$€]\d")
PAGES = {
    "customer": "Customers",
    "segments": "Segments",
    "campaigns": "Plan",
    "campaign_calendar": "Calendar",
    "scorecard": "Scorecard",
    "cohorts": "Cohorts",
    "channels": "Channels",
    "products": "Products",
    "lifetime_value": "Forecast",
    "settings": "Store settings",
}


def settled(page):
    """Wait until nothing runs, and nothing of an earlier run is left."""
    page.wait_for_timeout(500)
    page.wait_for_function(
        "() => !document.querySelector("
        "'[data-stale=true], [data-testid=stStatusWidget], [data-testid=stSkeleton]')"
    )
    page.wait_for_timeout(500)


def visible_lines(page) -> list[str]:
    """All text that is seen, a line each, that of charts too."""
    charts = page.evaluate(
        "() => [...document.querySelectorAll('svg text')].map(text => text.textContent)"
    )
    return [*page.inner_text("body").splitlines(), *charts]


def open_store(visit, locale):
    page = visit("/", locale=locale)
    button(page, "Open the sample store").click()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    settled(page)
    return page


def test_a_german_reads_german_numbers_on_every_page(visit):
    page = open_store(visit, "de-DE")
    found = {"This week": visible_lines(page)}
    assert any(re.fullmatch(r"\d0k\u00a0\$", line) for line in found["This week"])
    for path, title in PAGES.items():
        page.locator(f'[data-testid="stSidebar"] a[href$="{path}"]').evaluate("a => a.click()")
        sees(page, title)
        settled(page)
        found[title] = visible_lines(page)
    english = {
        title: sorted(line for line in lines if ENGLISH.search(line))
        for title, lines in found.items()
    }
    assert {title: lines for title, lines in english.items() if lines} == {}
    text = "\n".join(found["Forecast"])
    assert re.search(r"\d\u00a0%", text)
    assert re.search(r"\d\.\d{3} orders", "\n".join(found["This week"]))


def test_visitors_of_one_server_keep_their_notations(visit):
    german, american = open_store(visit, "de-DE"), open_store(visit, "en-US")
    expect(metric(american, "Customers").first).to_have_text(re.compile(r"^\d+,\d{3}$"))
    german.reload()
    button(german, "Open the sample store").click()
    expect(metric(german, "Customers").first).to_have_text(re.compile(r"^\d+\.\d{3}$"))
