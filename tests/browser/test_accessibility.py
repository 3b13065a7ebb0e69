"""Every page as axe-core, a keyboard and a phone meet it, in both themes.

One visitor walks through all pages of the sample store. `walk` notes what is to be seen, and the
tests judge it.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from retention.charts import palette
from tests.browser.conftest import DESKTOP
from tests.browser.steps import WAIT_SECONDS, button, expect, metric

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 390, "height": 844}
#: What each page opens besides its first face.
PARTS = {
    "own_segments": ["Saved", "Overlaps"],
    "campaigns": ["Size and lift", "Messages", "Money or percent", "Left out", "Audience files"],
    "results": ["By segment", "Checks"],
    "scorecard": [
        "All figures",
        "What to work on",
        "Month by month",
        "Customer base",
        "How long it takes",
        "New against returning",
        "Report and files",
    ],
    "cohorts": ["What a customer brings", "Second order"],
    "channels": ["What a new customer may cost"],
    "products": ["What goes with it", "Orders 1 to 4", "How soon again", "What they buy next"],
    "lifetime_value": ["Can I trust it?", "What if", "All customers"],
}
#: Markup that Streamlit draws and the app cannot change, by rule: the reason stands beside each.
NOT_OURS = {
    # The line in a metric's card: the card's number says it. Its empty layer of points has a role
    # and no name.
    "svg-img-alt": ["[data-testid=stMetricChart]"],
}

FINDINGS = """async except_in => {
  const result = await axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return result.violations.filter(rule => rule.impact !== "minor").flatMap(rule => rule.nodes
    .filter(node => !(except_in[rule.id] ?? []).some(selector =>
      document.querySelector(node.target.at(-1))?.closest(selector)))
    .map(node => `${rule.id} (${rule.impact}): ${node.html.slice(0, 140)} ${node.failureSummary}`));
}"""

#: Pixels by which the page, or its scrolling part, is wider than the screen.
TOO_WIDE = """() => Math.max(
  document.scrollingElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll("[data-testid=stMain]")]
    .map(part => part.scrollWidth - part.clientWidth))"""

#: The text alternatives of charts.
CHARTS = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].map(
  chart => chart.getAttribute("aria-label") ?? "")"""

#: Labels of one axis that stand on each other, and words of charts that are cut at an edge.
CROWDED = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart] svg")].flatMap(
  chart => {
    const shown = part => [...part.querySelectorAll("text")].filter(word =>
      word.textContent.trim() && getComputedStyle(word).opacity !== "0");
    const box = node => node.getBoundingClientRect();
    const edge = box(chart);
    const cut = shown(chart).filter(word => box(word).width && (
      box(word).left < edge.left - 4 || box(word).right > edge.right + 4));
    const over = [...chart.querySelectorAll(".role-axis-label")].flatMap(axis => {
      // The box of a slanted word is larger than the word.
      const words = shown(axis).filter(word => !/rotate/.test(word.getAttribute("transform")));
      return words.flatMap((one, at) => words.slice(at + 1).filter(other =>
        box(one).left < box(other).right && box(other).left < box(one).right
        && box(one).top < box(other).bottom - 4 && box(other).top < box(one).bottom - 4
      ).map(other => `${one.textContent} on ${other.textContent}`));
    });
    return [...cut.map(word => `${word.textContent} is cut`), ...over];
  })"""

#: Colours of words beside charts' marks; charts on canvas would have none to be read here.
CHART_TEXT = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].flatMap(
  chart => chart.querySelector("canvas") ? ["canvas"] : [...chart.querySelectorAll(
    ":is(.role-axis-label, .role-axis-title, .role-legend-label, .role-legend-title) text")]
    .map(word => getComputedStyle(word).fill))"""

#: The element at the keyboard: where it stands in the document, and how its focus is marked.
FOCUSED = """() => {
  // A table is drawn on a canvas, which holds its cells for screen readers alone.
  const active = document.activeElement;
  const element = active?.closest("canvas") ?? active;
  if (!element || element === document.body) return null;
  const marked = node => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  };
  let ring = [...(element.parentElement?.children ?? [])].some(marked);
  for (let node = element, up = 0; node && up < 4; node = node.parentElement, up++)
    ring ||= marked(node);
  return {
    place: [...document.querySelectorAll("*")].indexOf(element),
    name: `${element.tagName} ${element.getAttribute("aria-label") || element.textContent}`,
    ring,
  };
}"""

LINKS = "[data-testid=stSidebar] a[data-testid=stPageLink-NavLink], .st-key-views a"


def settled(page):
    """Wait until nothing runs, and nothing of an earlier run is left."""
    page.wait_for_timeout(200)
    page.wait_for_function(
        "() => !document.querySelector("
        "'[data-stale=true], [data-testid=stStatusWidget], [data-testid=stSkeleton]')"
    )
    page.wait_for_timeout(200)


def look(page, notes, where, schemes=("light", "dark"), screens=(DESKTOP, PHONE)):
    """Note what axe finds and what the page shows, on each screen and theme."""
    for screen in screens:
        # Where the pointer was left, another width may put a hover under it.
        page.mouse.move(0, 0)
        page.set_viewport_size(screen)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            settled(page)
            here = f"{where} {screen['width']} {scheme}"
            if not page.evaluate("() => 'axe' in window"):
                page.evaluate(AXE)
            notes["findings"][here] = page.evaluate(FINDINGS, NOT_OURS)
            notes["too wide"][here] = page.evaluate(TOO_WIDE)
            notes["charts"][here] = page.evaluate(CHARTS)
            notes["crowded"][here] = page.evaluate(CROWDED)
            notes["chart text"][here] = page.evaluate(CHART_TEXT)
            notes["ground"][here] = page.evaluate(
                "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
            )


def walk_by_tab(page, notes, where):
    """Press Tab through the page, and note the order and the marks of what it reaches."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    settled(page)
    page.locator("[data-testid=stSidebar] a").first.focus()
    reached = []
    for _ in range(160):
        focused = page.evaluate(FOCUSED)
        if focused and not focused["ring"]:  # a table draws its mark a moment after its focus
            page.wait_for_timeout(500)
            focused = page.evaluate(FOCUSED)
        if focused is None or (reached and focused["place"] == reached[0]["place"]):
            break
        reached.append(focused)
        page.keyboard.press("Tab")
    notes["reached"][where] = reached


@pytest.fixture(scope="module")
def walk(browser, address):
    """What one visitor of the sample store notes on every page."""
    notes = defaultdict(dict)
    page = browser.new_context(viewport=DESKTOP, locale="en-US").new_page()
    page.set_default_timeout(WAIT_SECONDS * 1000)
    page.goto(address)
    expect(button(page, "Open the sample store")).to_be_visible()
    look(page, notes, "first time")
    page.set_viewport_size(DESKTOP)
    button(page, "Open the sample store").click()
    expect(metric(page, "Will order again")).to_be_visible()
    settled(page)
    page.locator(LINKS, has_text="Segments").first.click()
    expect(page.locator(".st-key-views a")).to_have_count(5)
    hrefs = page.locator(LINKS).evaluate_all(
        "links => [...new Set(links.map(link => link.getAttribute('href')))]"
    )
    for href in hrefs:
        page.set_viewport_size(DESKTOP)
        if not page.locator(f"a[href='{href}']").count():  # a view: its row stands on the others
            page.locator(LINKS, has_text="Segments").first.click()
        page.locator(f"a[data-testid=stPageLink-NavLink][href='{href}']").first.click()
        expect(page.locator("[data-testid=stSidebar] a[aria-current=page]")).to_have_count(1)
        settled(page)
        name = href.strip("/") or "front"
        walk_by_tab(page, notes, name)
        look(page, notes, name)
        for part in PARTS.get(name, ()):
            choice = page.get_by_role("main").get_by_role("radio", name=part, exact=True)
            # The name of a tab begins with that of its icon.
            choice.or_(page.get_by_role("tab").filter(has_text=part)).first.click()
            settled(page)
            look(page, notes, f"{name}, {part}", schemes=("light",), screens=(PHONE,))
    page.context.close()
    return notes


def luminance(channels):
    """Relative luminance of WCAG, of three channels from 0 to 255."""
    shares = [channel / 255 for channel in channels]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
    return sum(weight * x for weight, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Contrast of two colours as a browser writes them: `rgb(22, 36, 42)`."""
    light, dark = sorted(
        (
            luminance([float(x) for x in colour[colour.index("(") + 1 : -1].split(",")[:3]]) + 0.05
            for colour in (one, other)
        ),
        reverse=True,
    )
    return light / dark


def test_axe_finds_nothing_that_matters(walk):
    assert len(walk["reached"]) == 17
    assert {where: found for where, found in walk["findings"].items() if found} == {}


def test_no_page_scrolls_sideways(walk):
    assert {where: pixels for where, pixels in walk["too wide"].items() if pixels > 0} == {}


def test_every_chart_has_a_text_alternative(walk):
    texts = [(where, text) for where, found in walk["charts"].items() for text in found]
    assert len(texts) > 60
    assert [(where, text) for where, text in texts if len(text) < 20] == []


def test_no_words_of_a_chart_stand_on_each_other_or_are_cut(walk):
    assert {where: words for where, words in walk["crowded"].items() if words} == {}


def test_the_words_of_charts_are_legible_on_both_themes(walk):
    grounds = {
        scheme: f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"
        for scheme, colour in palette.BACKGROUNDS.items()
    }
    checked = 0
    for where, colours in walk["chart text"].items():
        ground = walk["ground"][where]
        assert ground == grounds[where.rsplit(" ", 1)[-1]], where
        for colour in set(colours):
            assert contrast(colour, ground) >= 4.5, (where, colour)
            checked += 1
    assert checked > 20


def test_tab_reaches_the_controls_in_their_order_and_marks_them(walk):
    for where, reached in walk["reached"].items():
        names = [focused["name"] for focused in reached]
        places = [focused["place"] for focused in reached]
        assert len(reached) >= 15, (where, names)
        assert places == sorted(places), (where, names)
        # The first was given the focus by the test, and not by a key.
        assert [focused["name"] for focused in reached[1:] if not focused["ring"]] == [], where
