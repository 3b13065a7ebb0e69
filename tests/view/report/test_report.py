import re
from datetime import date
from html.parser import HTMLParser

import pytest

from retention import (
    compare,
    fit_cltv,
    monthly_trend,
    preset_period,
    read_scorecard,
    summarise_customers,
)
from retention.history.order_history import order_history
from retention.reports.scorecard import bridge, scorecard_of
from retention.view.report.cohort_sections import cohort_sections
from retention.view.report.report import Cell, Section, Table, report_html
from retention.view.scorecard import frames
from retention.view.session.loaded import Loaded
from retention.wording import NO_AMOUNTS
from tests.support.bare_orders import both
from tests.support.sample_store import shared_sample

NAME = "<script>alert(1)</script> & Söhne"


@pytest.fixture(scope="module")
def html() -> str:
    orders = shared_sample("store")
    history = order_history(orders)
    card = scorecard_of(history, preset_period("90", orders.start, orders.end))
    comparisons = compare(history, card)
    more = Section(
        "More",
        table=Table(("<b>Name</b>", "Value"), ((Cell("<i>x</i>"), Cell("3", partial=True)),)),
    )
    return report_html(
        NAME,
        orders,
        card,
        comparisons,
        read_scorecard(card, comparisons),
        monthly_trend(history),
        bridge(history, card),
        [more],
        made=date(2026, 11, 1),
    )


def test_it_needs_no_network(html):
    addresses = set(re.findall(r"https?://[^\"'<> )]+", html))
    assert addresses <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }  # names, not places
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert not re.search(r"<(link|img|iframe|object)\b", html)


def test_texts_of_the_file_are_escaped(html):
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in html
    assert "&lt;b&gt;Name&lt;/b&gt;" in html
    assert "&lt;i&gt;x&lt;/i&gt;" in html


def test_it_holds_the_metrics_their_ranges_and_definitions(html):
    for part in (
        "Customer retention rate",
        "Repeat purchase rate",
        "Definitions",
        "points (",
        "No clear change",
    ):
        assert part in html
    assert "3 Aug 2026 to 31 Oct 2026" in html
    assert "Made on 1 Nov 2026" in html


def test_its_charts_are_drawings_within_it(html):
    assert html.count("<svg") == html.count("</svg>") >= 8


def test_its_elements_are_closed(html):
    open_elements: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in ("meta", "br", "line", "path", "rect"):
                open_elements.append(tag)

        def handle_endtag(self, tag):
            if tag in open_elements:
                assert open_elements.pop() == tag

    Reader().feed(html)
    assert open_elements == []


def test_incomplete_cells_look_like_it(html):
    assert re.search(r'class="number partial">3<', html)


def test_without_amounts_it_says_so_once_and_shows_no_money():
    orders = both()[1]
    customers = summarise_customers(orders)
    model = fit_cltv(customers)
    history = order_history(orders)
    card = scorecard_of(history, preset_period("90", orders.start, orders.end), 90)
    comparisons = compare(history, card)
    page = report_html(
        "Bare",
        orders,
        card,
        comparisons,
        read_scorecard(card, comparisons, model, customers),
        monthly_trend(history),
        bridge(history, card),
        cohort_sections(Loaded("Bare", orders, customers), history, model),
    )
    assert page.count(NO_AMOUNTS) == 1
    shown = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert not re.search(r"\b(nan|Share of revenue|Revenue a customer)\b", shown)
    for table in (
        frames.metrics_table(card, comparisons),
        frames.buyers_table(card),
        frames.without_unknown_money(monthly_trend(history)),
        frames.without_unknown_money(bridge(history, card)),
    ):
        assert not [name for name in map(str.lower, map(str, table)) if "revenue" in name]
