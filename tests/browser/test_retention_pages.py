"""Scorecard, cohorts and channels in a real browser: another period, the report, a cohort."""

import re

import pytest

from tests.browser.steps import (
    at_rest,
    button,
    choose,
    download,
    expect,
    metric,
    order_file,
    rows_of,
    sees,
    use_upload,
)

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
NAME = "<img src=x onerror=alert(1)> & co.csv"


def open_with_store(visit, path, **options):
    page = visit(path, **options)
    button(page, "Load the sample store").click()
    return page


def open_part(page, name):
    """Open a part below the scorecard's cards."""
    page.get_by_role("button", name=name, exact=True).or_(
        page.get_by_role("radio", name=name, exact=True)
    ).first.click()


def test_the_scorecard_opens_short_and_asks_one_question_a_card(visit):
    page = open_with_store(visit, "/scorecard", viewport={"width": 1440, "height": 1000})
    expect(page.get_by_text("Nothing earlier yet")).to_be_visible()
    at_rest(page)  # a card stands before its question mark
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight") < 2000
    marks = page.evaluate(
        "() => [...document.querySelectorAll('.st-key-score-first > div')].map("
        "card => card.querySelectorAll('[data-testid=stTooltipIcon]').length)"
    )
    assert len(marks) == 6
    assert max(marks) == 1


def test_another_period_changes_the_cards_and_the_report_is_of_it(visit):
    page = open_with_store(visit, "/scorecard")
    expect(page.get_by_text("Nothing earlier yet")).to_be_visible()
    at_rest(page)
    year = metric(page, "Orders per customer").text_content()
    choose(page, "Period", "Last 90 days")
    expect(metric(page, "Orders per customer")).not_to_have_text(year)
    expect(page.get_by_text("3 Aug 2026 to 31 Oct 2026, 90 days")).to_be_visible()
    open_part(page, "All figures")
    revenue = metric(page, "Revenue").text_content()
    open_part(page, "What to work on")
    expect(
        page.get_by_text(re.compile("Closing the gap is worth|No metric is behind")).first
    ).to_be_visible()

    open_part(page, "Report and files")
    expect(page.get_by_text("Take it with you")).to_be_visible()
    name, report = download(page, re.compile("^Report"))
    assert name == "retention-2026-08-03-to-2026-10-31.html"
    html = report.decode()
    assert revenue in html
    assert "Cohorts: who came back, and when" in html
    assert "<script" not in html
    assert html.count("<svg") >= 10

    name, table = download(page, re.compile("^Metrics$"))
    rows = {row["metric"]: row for row in rows_of(table)}
    assert name == "metrics-2026-08-03-to-2026-10-31.csv"
    assert rows["Customer retention rate"]["definition"]
    assert (
        float(rows["Revenue"]["low_95"])
        < float(rows["Revenue"]["value"])
        < float(rows["Revenue"]["high_95"])
    )
    _, base = download(page, re.compile("^Customer base$"))
    steps = {row["step"]: int(row["customers"]) for row in rows_of(base)}
    assert steps["start"] + steps["new"] + steps["won_back"] + steps["lapsed"] == steps["end"]


def test_the_reports_text_of_the_file_stays_text(visit):
    rows = [
        f"{n},c{n % 40}@example.com,2024-{1 + n % 12:02}-{1 + n % 28:02},{10 + n % 7}.00"
        for n in range(200)
    ]
    page = visit()
    use_upload(page, order_file(rows), NAME)
    page.get_by_role("link", name="Scorecard", exact=True).click()
    sees(page, "Scorecard")
    open_part(page, "Report and files")
    expect(page.get_by_text("Take it with you")).to_be_visible()
    _, report = download(page, re.compile("^Report"))
    assert "<img" not in report.decode()
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; co.csv" in report.decode()


def test_a_cohort_is_chosen_and_its_customers_taken_along(visit):
    page = open_with_store(visit, "/cohorts")
    expect(page.get_by_role("heading", name="Customers of a cohort", exact=True)).to_be_visible()
    choose(page, "Cohort", "Sep 2026")
    expect(metric(page, "Customers")).to_have_text("430")
    _, customers = download(page, re.compile("^Download 430 customers"))
    assert len(rows_of(customers)) == 430


def test_channels_say_what_to_do_more_and_less_of(visit):
    page = open_with_store(visit, "/channels")
    expect(page.get_by_text("Do more of:")).to_be_visible()
    page.get_by_role("radio", name="Coupon", exact=True).click()
    expect(page.get_by_role("heading", name="All coupons")).to_be_visible()


def click_row(page, chart, number):
    """Click a row of a chart that has a row each 30 pixels, right of its middle."""
    drawing = page.locator(f".st-key-{chart} [data-testid=stVegaLiteChart]")
    drawing.locator("canvas, svg").first.wait_for()
    drawing.scroll_into_view_if_needed()
    at_rest(page)
    box = drawing.bounding_box()
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 10 + 30 * (number + 0.5))
    at_rest(page)


def test_a_click_on_a_channel_of_the_chart_leads_to_its_campaign(visit):
    page = open_with_store(visit, "/channels", viewport={"width": 1440, "height": 1200})
    box = page.get_by_role("combobox", name=re.compile("Customers whose first channel was$"))
    expect(box).to_be_visible()
    click_row(page, "comparison_0", 1)
    expect(box).to_have_value("E-mail")
    # The same click says the same once something else was chosen in the box.
    choose(page, "Customers whose first channel was", "Marketplace")
    click_row(page, "comparison_1", 1)
    expect(box).to_have_value("E-mail")
    button(page, "Plan a campaign").click()
    expect(page.get_by_text("Chosen: First channel: E-mail").first).to_be_visible()


def test_a_click_on_a_product_of_the_chart_lists_those_due_for_it(visit):
    page = open_with_store(visit, "/products", viewport={"width": 1440, "height": 1200})
    box = page.get_by_role("combobox", name=re.compile("Of which product$"))
    expect(box).to_have_value("All of them")
    click_row(page, "products_due_chart_0", 1)
    expect(box).not_to_have_value("All of them")


@pytest.mark.parametrize("path", ["/scorecard", "/cohorts", "/channels", "/products"])
def test_on_a_phone_nothing_scrolls_sideways(visit, path):
    page = open_with_store(visit, path, viewport=PHONE)
    if path == "/scorecard":
        expect(page.get_by_text("Nothing earlier yet")).to_be_visible()
    else:
        expect(page.get_by_role("heading", level=3).nth(1)).to_be_visible()
    page.wait_for_timeout(1_000)
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1
