"""Question marks in a real browser: at most one a card, and few on a page when it is opened."""

from tests.browser.steps import at_rest, button, expect

#: Question marks on a page as it is opened on the sample store. It has a card for each.
MOST_ON_A_PAGE = 8
#: Characters of a caption that fits into one line on a screen 1,440 pixels wide.
LONGEST_CAPTION = 160
#: A caution that also says what to do about it.
CAUTIONS = "the test shows"
#: The marks of each card: a headline number, else what has a border, else the whole column.
MARKS_BY_CARD = """() => {
  const isMark = icon => icon.querySelector('svg') && !icon.querySelector('button, a')
    && icon.checkVisibility();
  const isCard = node => node.matches('[data-testid=stMetric]')
    || parseFloat(getComputedStyle(node).borderTopWidth) > 0
      && node.matches('[data-testid=stVerticalBlock], [data-testid=stForm]');
  const cards = new Map();
  let marks = 0;
  const main = document.querySelector('[data-testid=stMain]');
  for (const icon of main.querySelectorAll('[data-testid=stTooltipIcon]')) {
    if (!isMark(icon)) continue;
    marks += 1;
    let card = icon.parentElement;
    while (card && !isCard(card)) card = card.parentElement;
    if (card) cards.set(card, (cards.get(card) || 0) + 1);
  }
  return [marks, Math.max(0, ...cards.values())];
}"""


def test_a_card_has_one_question_mark_and_a_caption_one_line(visit):
    page = visit("/segments", viewport={"width": 1440, "height": 1000})
    button(page, "Load the sample store").click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(7)
    at_rest(page)
    names = page.locator("[data-testid=stSidebar] a, .st-key-views a").evaluate_all(
        "links => [...new Set(links.map(link => link.getAttribute('href')))]"
    )
    assert len(names) == 17
    for name in names:
        link = page.locator(f"a[data-testid=stPageLink-NavLink][href='{name}']").first
        if not link.count():  # a view: its row stands on the other views
            page.locator("[data-testid=stSidebar] a", has_text="Segments").first.click()
        link.click()
        if not name:  # the forecast comes after the first figures
            expect(page.get_by_text("Thin lines are a month's 80% range")).to_be_visible()
        at_rest(page)
        marks, in_a_card = page.evaluate(MARKS_BY_CARD)
        assert in_a_card <= 1, name
        assert marks <= MOST_ON_A_PAGE, name
        captions = page.get_by_test_id("stCaptionContainer").all_inner_texts()
        long = [words for words in captions if len(words) > LONGEST_CAPTION]
        assert not [words for words in long if CAUTIONS not in words], name
        if name not in ("", "settings", "glossary"):
            words = page.get_by_role("main").get_by_role("link", name="Words on this page")
            expect(words).to_be_visible()
