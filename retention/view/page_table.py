"""The pages of the app as a table: names, icons, questions, the menu's order, and stylesheets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import streamlit as st

ROOT = Path(__file__).parents[2]
FRONT_PAGE = "app.py"
GLOSSARY_PAGE = "pages/glossary.py"
#: The setting in the glossary's address that names the page whose words come first.
WORDS_OF = "words_of"
#: Settings in the front page's address that open the section of files of signals.
OPEN_ELSEWHERE = {"add": "signals"}
ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the app.

    Attributes:
        path: Of the page's file, relative to the app's folder.
        title: Its name in the menu and above the page.
        icon: As Markdown.
        question: The question that it answers. It stands below the title while nothing is loaded.
        group: The heading of the menu that it stands under; empty for an entry of its own.
        view: What it is called among the pages that share its title; empty for a page of its own.
            The menu shows such pages as one entry.
        styles: Stylesheets in `assets/` beside the one that bears the page's name.
    """

    path: str
    title: str
    icon: str
    question: str
    group: str = ""
    view: str = ""
    styles: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name of the page's file, which is its address."""
        return Path(self.path).stem

    @property
    def tab_title(self) -> str:
        """What the browser's tab says."""
        return f"{self.title}: {self.view}" if self.view else self.title


#: All pages, in the order of the menu.
PAGES = (
    Page(
        path=FRONT_PAGE,
        title="This week",
        icon=":material/today:",
        question="What should you do this week?",
    ),
    Page(
        path="pages/customer.py",
        title="Customers",
        icon=":material/person_search:",
        question="Who is this, what is to come, and what should we do?",
        group="Customers",
    ),
    Page(
        path="pages/segments.py",
        title="Segments",
        view="Lifecycle",
        icon=":material/donut_small:",
        question="Which stage is each customer in?",
        group="Customers",
    ),
    Page(
        path="pages/ready_made.py",
        title="Segments",
        view="Ready-made",
        icon=":material/category:",
        question="Which groups do retention strategies address?",
        group="Customers",
        styles=("own_segments",),
    ),
    Page(
        path="pages/own_segments.py",
        title="Segments",
        view="Mine",
        icon=":material/tune:",
        question="Which customers do you mean?",
        group="Customers",
    ),
    Page(
        path="pages/rfm.py",
        title="Segments",
        view="RFM",
        icon=":material/apps:",
        question="Who ordered lately, often and for much?",
        group="Customers",
    ),
    Page(
        path="pages/movement.py",
        title="Segments",
        view="Moves",
        icon=":material/swap_calls:",
        question="Who moved from which stage to which?",
        group="Customers",
    ),
    Page(
        path="pages/campaigns.py",
        title="Plan",
        icon=":material/campaign:",
        question="Whom to address, with what, at what cost, for what return?",
        group="Campaigns",
    ),
    Page(
        path="pages/campaign_calendar.py",
        title="Calendar",
        icon=":material/calendar_month:",
        question="What goes out when, in which order, and for which budget?",
        group="Campaigns",
        styles=("campaigns",),
    ),
    Page(
        path="pages/results.py",
        title="Results",
        icon=":material/science:",
        question="Did the campaign work?",
        group="Campaigns",
    ),
    Page(
        path="pages/scorecard.py",
        title="Scorecard",
        icon=":material/speed:",
        question="How well do we keep customers?",
        group="Insights",
    ),
    Page(
        path="pages/cohorts.py",
        title="Cohorts",
        icon=":material/grid_on:",
        question="How does each intake behave over time?",
        group="Insights",
    ),
    Page(
        path="pages/channels.py",
        title="Channels",
        icon=":material/hub:",
        question="Which channels, regions and products bring customers who stay?",
        group="Insights",
        styles=("campaigns",),
    ),
    Page(
        path="pages/products.py",
        title="Products",
        icon=":material/inventory_2:",
        question="Which products bring people back, and who is due to buy again?",
        group="Insights",
    ),
    Page(
        path="pages/lifetime_value.py",
        title="Forecast",
        icon=":material/payments:",
        question="Who will come back, and what are they worth?",
        group="Insights",
    ),
    Page(
        path="pages/settings.py",
        title="Store settings",
        icon=":material/settings:",
        question="What should every page know about your store?",
        group="",
    ),
    Page(
        path="pages/glossary.py",
        title="Glossary",
        icon=":material/menu_book:",
        question="What does this word mean?",
        group="",
    ),
)


def pages() -> tuple[Page, ...]:
    """Return the pages that exist, in the order of the menu."""
    return tuple(page for page in PAGES if (ROOT / page.path).exists())


def page_of(path: str) -> Page:
    """Return the page of a file.

    Args:
        path: Of the file, relative to the app's folder.

    Raises:
        ValueError: No page has this path.
    """
    for page in PAGES:
        if page.path == path:
            return page
    raise ValueError(f"No page has the path {path!r}.")


def views_of(page: Page) -> tuple[Page, ...]:
    """Return the pages that share a page's title; none for a page of its own."""
    return tuple(other for other in pages() if page.view and other.title == page.title)


def menu_entries(current: Page) -> tuple[Page, ...]:
    """Return the entries of the menu. Of pages that share a title the first stands for all.

    Where one of them is open, the entry leads to that one: so the menu marks it as the open one.
    """
    entries: dict[str, Page] = {}
    for page in pages():
        entries.setdefault(page.title, page)
    if current.title in entries:
        entries[current.title] = replace(entries[current.title], path=current.path)
    return tuple(entries.values())


def go_to(path: str, settings: Mapping[str, str | list[str]] | None = None) -> NoReturn:
    """Open a page.

    Streamlit refuses to leave a page whose address holds a widget's value, unless the next page is
    given settings of its own: none are settings too.

    Args:
        path: Of the page's file, as in `PAGES`.
        settings: What the page's address says.
    """
    st.switch_page(path, query_params=dict(settings or {}))


def stylesheets(page: Page) -> list[Path]:
    """Return the CSS files of a page: `style.css`, its own where there is one, and further ones.

    A page's own rules stand in `assets/`, in a file named after the page's: those of
    `pages/rfm.py` in `assets/rfm.css`. No other page loads them, unless its `styles` name them.
    """
    own = [ASSETS / f"{name}.css" for name in (page.stem, *page.styles)]
    return [ASSETS / "style.css", *(path for path in own if path.exists())]


def glossary_name(path: str) -> str:
    """Return what the glossary's address calls a page: the name of its file.

    >>> glossary_name("pages/rfm.py"), glossary_name("app.py")
    ('rfm', 'this_week')
    """
    return "this_week" if path == FRONT_PAGE else Path(path).stem
