"""Open a page: its frame, menu and header, and the loaded data.

Without data the page invites to load some.
"""

import atexit
import datetime as dt
import gc
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from retention import wording
from retention.errors import RetentionError
from retention.view import text, visitor_notation
from retention.view.session import choices, loaded
from retention.view.session.loaded import Loaded, SampleName
from retention.view.session.own_work import own_work
from retention.view.session.store_settings import take_from_address
from retention.view.welcome import answers, loading, lost

visitor_notation.follow_browser()

ROOT = Path(__file__).parents[2]
FRONT_PAGE = "app.py"
GLOSSARY_PAGE = "pages/glossary.py"
#: The setting in the glossary's address that names the page whose words come first.
WORDS_OF = "words_of"
#: Settings in the front page's address that open the section of files of signals.
OPEN_ELSEWHERE = {"add": "signals"}
#: Days after the last order from which its age is shown: every "next" and "due" counts from it.
STALE_DAYS = 45
_TAB = "name_of_this_tab"
_ASSETS = Path(__file__).parent / "assets"


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
        title="Calendar and results",
        icon=":material/calendar_month:",
        question="What goes out when, in which order, and for which budget?",
        group="Campaigns",
        styles=("campaigns",),
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


def menu(current: Page) -> tuple[Page, ...]:
    """Return the entries of the menu. Of pages that share a title the first stands for all.

    Where one of them is open, the entry leads to that one: so the menu marks it as the open one.
    """
    entries: dict[str, Page] = {}
    for page in pages():
        entries.setdefault(page.title, page)
    if current.title in entries:
        entries[current.title] = replace(entries[current.title], path=current.path)
    return tuple(entries.values())


def stylesheets(page: Page) -> list[Path]:
    """Return the CSS files of a page: `style.css`, its own where there is one, and further ones.

    A page's own rules stand in `assets/`, in a file named after the page's: those of
    `pages/rfm.py` in `assets/rfm.css`. No other page loads them, unless its `styles` name them.
    """
    own = [_ASSETS / f"{name}.css" for name in (page.stem, *page.styles)]
    return [_ASSETS / "style.css", *(path for path in own if path.exists())]


def open_page(path: str) -> Loaded:
    """Open a page and return the session's data.

    Below the title stand the page's views, where it has some. Without data the page asks its
    question, invites to load some, and stops.

    Args:
        path: Of the page's file, as in `PAGES`.
    """
    data = open_page_without_data(path)
    take_from_address(forget=data is not None)
    if data is None:
        page = page_of(path)
        st.markdown(f":gray[{page.question}]")
        _invite(page)
        st.stop()
    choices.keep_address(None)
    return data


def open_page_without_data(path: str) -> Loaded | None:
    """Open a page that also works without data, and return the data if there is any.

    Args:
        path: Of the page's file, as in `PAGES`.
    """
    page = page_of(path)
    _draw_frame(page)
    st.title(page.title, anchor=False)
    _draw_views(page)
    data = loaded.get()
    if data is not None and not data.orders.has_amounts:
        st.caption(f":material/money_off: {wording.NO_AMOUNTS}")
    return data


def glossary_name(path: str) -> str:
    """Return what the glossary's address calls a page: the name of its file.

    >>> glossary_name("pages/rfm.py"), glossary_name("app.py")
    ('rfm', 'this_week')
    """
    return "this_week" if path == FRONT_PAGE else Path(path).stem


def link_words(path: str) -> None:
    """Draw the link to the words of a page on the glossary.

    Args:
        path: Of the page's file, as in `PAGES`.
    """
    st.page_link(
        GLOSSARY_PAGE,
        label="Words on this page",
        icon=":material/menu_book:",
        query_params={WORDS_OF: glossary_name(path)},
        width="content",
    )


def place_conclusion() -> DeltaGenerator:
    """Return the place of the page's first sentence, which says what to conclude from the data.

    It keeps its height until the sentence is there. A heading that only screen readers have leads
    to it, and to the sections below it.
    """
    with st.container(key="conclusion"):
        draw_hidden_heading("In short")
        return st.empty()


def draw_hidden_heading(words: str) -> None:
    """Draw a heading of the second level for screen readers: sections have the third."""
    st.html(f"<h2 class=only-read>{escape(words)}</h2>")


def scene(number: int, of: int) -> DeltaGenerator:
    """Return the place for one of several faces of a page, and clear what another face left.

    Without it, elements of the previous face stay below the new ones, greyed, until the run ends.

    Args:
        number: Of the face, from 0 on.
        of: How many faces there are.
    """
    places = [st.container() if n == number else st.empty() for n in range(of)]
    return places[number]


def open_front_page() -> Loaded | None:
    """Open the front page, which draws its own header, and return the data if there is any."""
    _draw_frame(page_of(FRONT_PAGE))
    return loaded.get()


@st.cache_resource(show_spinner=False)
def _answer_at_once() -> None:
    """Remove two things that held up the answer to a slider by some 100 ms.

    Streamlit collects garbage after each run. What has been imported stays, so the collector need
    not look at it again. A matrix product on two threads waits for the core on which the browser is
    drawing. Ours are small, so one thread is enough.
    """
    threadpool_limits(1, user_api="blas")
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or libraries that count what is left at the end complain


def _draw_frame(page: Page) -> None:
    _answer_at_once()
    st.set_page_config(
        page_title=f"{page.tab_title} · Customer retention",
        page_icon=str(_ASSETS / "logo.svg"),  # a material icon would be fetched from another host
        layout="wide",
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    for stylesheet in stylesheets(page):
        st.html(stylesheet)
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    with st.sidebar:
        _draw_menu(page)
        _draw_loaded_card(loaded.get())
        address = "" if page.path == FRONT_PAGE else page.stem
        st.html(_menu_script().replace("CURRENT_PAGE", address), unsafe_allow_javascript=True)


@cache
def _menu_script() -> str:
    return (_ASSETS / "menu.html").read_text(encoding="utf-8")


def _draw_menu(current: Page) -> None:
    group = ""
    for entry in menu(current):
        if entry.group != group:
            group = entry.group
            # An entry without a group stands apart from the group above it.
            st.html(
                f"<small class=menu-group>{escape(group)}</small>"
                if group
                else "<div class=menu-gap></div>"
            )
        st.page_link(entry.path, label=entry.title, icon=entry.icon)


def _draw_views(page: Page) -> None:
    """Draw the pages that share the title as a row of links, each with an address of its own."""
    views = views_of(page)
    if not views:
        return
    with st.container(horizontal=True, gap=None, key="views"):
        for view in views:
            st.page_link(view.path, label=view.view, icon=view.icon)


def _draw_loaded_card(data: Loaded | None) -> None:
    if data is None:
        return
    orders = data.orders
    with st.container(border=True, gap="xsmall"):
        placed = int(data.customers["orders"].sum())
        counts = (
            f"{wording.plural(len(data.customers), 'customer')} · {wording.plural(placed, 'order')}"
        )
        days = f"{wording.day(orders.start)} – {wording.day(orders.end)}"
        age = (dt.date.today() - orders.end).days
        stale = (
            f"<small class=old>The last order is {wording.days(age)} old</small>"
            if age > STALE_DAYS
            else ""
        )
        # One piece of HTML, not four of Markdown: the browser goes through the menu at every move
        # of a slider.
        st.html(
            f"<div class=loaded-card {_data_attributes(data)}><small>Loaded</small>"
            f"<b>{escape(text.one_line(data.name, 80))}</b><small>{escape(counts)}</small>"
            f"<small>{escape(days)}</small>{stale}</div>"
        )
        if st.button("Load other orders", icon=":material/swap_horiz:", type="tertiary"):
            st.switch_page(FRONT_PAGE, query_params={"load": "other"})


def _data_attributes(data: Loaded) -> str:
    """What the browser keeps of the orders for itself, to name them after a reload."""
    attributes = {
        "kind": data.origin.kind,
        "path": data.origin.path,
        "work": own_work(),
        "tab": st.session_state.setdefault(_TAB, uuid4().hex),
    }
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in attributes.items() if value)


def say_if_lost() -> None:
    """Say which orders are no longer there because their warehouse has gone."""
    name = loaded.lost()
    if name is not None:
        st.warning(
            f"**The connection to your warehouse has ended.** {text.plain(name, 80)} is no longer "
            "loaded. Open the table again.",
            icon=":material/database_off:",
        )


def _invite(page: Page) -> None:
    draw_hidden_heading("Nothing is loaded yet")
    say_if_lost()
    again = lost.draw_notice("Choose it again under “Use your own orders”.")
    # All values of a key: a slider with two handles has two.
    settings = {key: st.query_params.get_all(key) for key in st.query_params}
    choices.keep_address(choices.Address(page.path, settings) if settings else None)
    if settings:
        st.info(
            "The settings in this page's address are kept. Load the same orders (file or sample) "
            "to see them applied.",
            icon=":material/bookmark:",
        )
    with st.container(border=True, gap="small"):
        st.subheader("Load orders to see this page", anchor=False)
        st.markdown(
            f"The sample store is a made-up shop with about {wording.count(12_000)} customers "
            "over three years, so that every page has something to show. Your own order export "
            "works the same way."
        )
        if page is not None:
            answers.draw_answer(page.path)
        with st.container(horizontal=True, vertical_alignment="center"):
            load = st.button("Load the sample store", type="primary", icon=":material/storefront:")
            st.page_link(FRONT_PAGE, label="Use your own orders", icon=":material/upload_file:")
        progress = st.empty()
    if load or again is not None:
        _load_sample("cdnow" if again is not None and again.kind == "cdnow" else "store", progress)
    loaded.prepare_sample()


def _load_sample(name: SampleName, place: DeltaGenerator) -> None:
    try:
        with loading.steps(place) as step:
            loaded.put_sample(name, step)
    except RetentionError as error:
        place.error(text.plain(error, limit=1000))
    else:
        st.rerun()
