"""Open a page: its frame, menu and header, and the loaded data.

Without data the page invites to load some.
"""

import atexit
import datetime as dt
import gc
from dataclasses import dataclass
from html import escape
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from retention import wording
from retention.errors import RetentionError
from retention.view import text
from retention.view.session import choices, loaded
from retention.view.session.loaded import Loaded, SampleName
from retention.view.session.own_work import own_work
from retention.view.welcome import answers, loading, lost

ROOT = Path(__file__).parents[2]
FRONT_PAGE = "app.py"
#: Days after the last order from which its age is shown: every "next" and "due" counts from it.
STALE_DAYS = 45
_TAB = "name_of_this_tab"
_ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An entry of the menu.

    Attributes:
        path: Of the page's file, relative to the app's folder.
        title: Its name in the menu and above the page.
        icon: As Markdown.
        question: The question that it answers.
        group: The heading of the menu that it stands under.
    """

    path: str
    title: str
    icon: str
    question: str
    group: str


PAGES = (
    Page(
        path=FRONT_PAGE,
        title="Overview",
        icon=":material/home:",
        question="What is loaded, and how is it doing?",
        group="Your orders",
    ),
    Page(
        path="pages/scorecard.py",
        title="Scorecard",
        icon=":material/speed:",
        question="How well do we keep customers?",
        group="Retention",
    ),
    Page(
        path="pages/cohorts.py",
        title="Cohorts",
        icon=":material/grid_on:",
        question="How does each intake behave over time?",
        group="Retention",
    ),
    Page(
        path="pages/channels.py",
        title="Channels",
        icon=":material/hub:",
        question="Which channels, regions and products bring customers who stay?",
        group="Retention",
    ),
    Page(
        path="pages/products.py",
        title="Products",
        icon=":material/inventory_2:",
        question="Which products bring people back, and who is due to buy again?",
        group="Retention",
    ),
    Page(
        path="pages/lifetime_value.py",
        title="Customer value",
        icon=":material/payments:",
        question="Who will come back, and what are they worth?",
        group="Customers",
    ),
    Page(
        path="pages/customer.py",
        title="Customer",
        icon=":material/person:",
        question="Who is this, what is to come, and what should we do?",
        group="Customers",
    ),
    Page(
        path="pages/segments.py",
        title="Segments",
        icon=":material/donut_small:",
        question="Which groups do they form?",
        group="Customers",
    ),
    Page(
        path="pages/own_segments.py",
        title="Own segments",
        icon=":material/tune:",
        question="Which customers do you mean?",
        group="Customers",
    ),
    Page(
        path="pages/rfm.py",
        title="RFM grid",
        icon=":material/apps:",
        question="Who ordered lately, often and for much?",
        group="Customers",
    ),
    Page(
        path="pages/movement.py",
        title="Movement",
        icon=":material/swap_calls:",
        question="Who moved from which stage to which?",
        group="Customers",
    ),
    Page(
        path="pages/campaigns.py",
        title="Campaigns",
        icon=":material/campaign:",
        question="Whom to address, with what, at what cost, for what return?",
        group="Action",
    ),
)


def pages() -> tuple[Page, ...]:
    """Return the pages of the menu that exist."""
    return tuple(page for page in PAGES if (ROOT / page.path).exists())


def stylesheets(title: str) -> list[Path]:
    """Return the CSS files of a page: `style.css`, and one of its own where there is one.

    A page's own rules stand in `assets/`, in a file named after the page's: those of
    `pages/rfm.py` in `assets/rfm.css`. No other page loads them.
    """
    own = [_ASSETS / f"{Path(page.path).stem}.css" for page in PAGES if page.title == title]
    return [_ASSETS / "style.css", *(path for path in own if path.exists())]


def open_page(title: str, question: str) -> Loaded:
    """Open a page and return the session's data.

    Without data it invites to load some and stops the page.

    Args:
        title: Of the page, as in the menu.
        question: The question that the page answers, shown below the title.
    """
    _draw_frame(title)
    data = loaded.get()
    st.title(title, anchor=False)
    st.markdown(f":gray[{question}]")
    if data is None:
        _invite(next((page for page in PAGES if page.title == title), None))
        st.stop()
    choices.keep_address(None)
    if not data.orders.has_amounts:
        st.caption(f":material/money_off: {wording.NO_AMOUNTS}")
    return data


def scene(number: int, of: int) -> DeltaGenerator:
    """Return the place for one of several faces of a page, and clear what another face left.

    Without it, elements of the previous face stay below the new ones, greyed, until the run ends.

    Args:
        number: Of the face, from 0 on.
        of: How many faces there are.
    """
    places = [st.container() if n == number else st.empty() for n in range(of)]
    return places[number]


def open_front_page(title: str) -> Loaded | None:
    """Open the front page, which draws its own header, and return the data if there is any."""
    _draw_frame(title)
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


def _draw_frame(title: str) -> None:
    _answer_at_once()
    st.set_page_config(
        page_title=f"{title} · Customer retention",
        page_icon=str(_ASSETS / "logo.svg"),  # a material icon would be fetched from another host
        layout="wide",
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    for stylesheet in stylesheets(title):
        st.html(stylesheet)
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    st.html(_ASSETS / "menu.html", unsafe_allow_javascript=True)
    with st.sidebar:
        _draw_menu()
        _draw_loaded_card(loaded.get())


def _draw_menu() -> None:
    group = None
    for page in pages():
        if page.group != group:
            group = page.group
            st.html(f"<small class=menu-group>{escape(group)}</small>")
        st.page_link(page.path, label=page.title, icon=page.icon)


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


def _invite(page: Page | None) -> None:
    say_if_lost()
    again = lost.draw_notice("Choose it again under “Use your own orders”.")
    # All values of a key: a slider with two handles has two.
    settings = {key: st.query_params.get_all(key) for key in st.query_params}
    choices.keep_address(choices.Address(page.path, settings) if page and settings else None)
    if settings:
        st.info(
            "The settings in this page's address are kept. Load the same orders (file or sample) "
            "to see them applied.",
            icon=":material/bookmark:",
        )
    with st.container(border=True, gap="small"):
        st.subheader("Load orders to see this page", anchor=False)
        st.markdown(
            "The sample store is a made-up shop with about 12,000 customers over three years, so "
            "that every page has something to show. Your own order export works the same way."
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
