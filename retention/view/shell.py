"""Open a page: its frame, menu and header, and the loaded data.

Without data the page invites to load some.
"""

import atexit
import datetime as dt
import gc
from functools import cache
from html import escape
from uuid import uuid4

import streamlit as st
from streamlit import config
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime import exists as runtime_exists
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from retention import wording
from retention.left_over_files import remove_left_overs
from retention.view import (
    faults,
    page_table,
    save_work,
    server_memory,
    session_end,
    text,
    visitor_notation,
    widgets,
)
from retention.view.session import choices, loaded
from retention.view.session.kept_work import keeping
from retention.view.session.loaded import Loaded
from retention.view.session.own_work import own_work
from retention.view.session.store_settings import take_from_address
from retention.view.welcome import invitation

visitor_notation.follow_browser()

#: Days after the last order from which its age is shown: every "next" and "due" counts from it.
STALE_DAYS = 45
_TAB = "name_of_this_tab"


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
        page = page_table.page_of(path)
        st.markdown(f":gray[{page.question}]")
        invitation.draw_invitation(page)
        st.stop()
    choices.keep_address(None)
    return data


def open_page_without_data(path: str) -> Loaded | None:
    """Open a page that also works without data, and return the data if there is any.

    Args:
        path: Of the page's file, as in `PAGES`.
    """
    page = page_table.page_of(path)
    _draw_frame(page)
    st.title(page.title, anchor=False)
    _draw_views(page)
    data = loaded.get()
    if data is not None and not data.orders.has_amounts:
        st.caption(f":material/money_off: {wording.NO_AMOUNTS}")
    return data


def link_words(path: str) -> None:
    """Draw the link to the words of a page on the glossary.

    Args:
        path: Of the page's file, as in `PAGES`.
    """
    st.page_link(
        page_table.GLOSSARY_PAGE,
        label="Words on this page",
        icon=":material/menu_book:",
        query_params={page_table.WORDS_OF: page_table.glossary_name(path)},
        width="content",
    )


def place_conclusion() -> DeltaGenerator:
    """Return the place of the page's first sentence, which says what to conclude from the data.

    It keeps its height until the sentence is there. A heading that only screen readers have leads
    to it, and to the sections below it.
    """
    with st.container(key="conclusion"):
        widgets.draw_hidden_heading("In short")
        return st.empty()


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
    _draw_frame(page_table.page_of(page_table.FRONT_PAGE))
    return loaded.get()


@st.cache_resource(show_spinner=False)
def _answer_at_once() -> None:
    """Remove two things that held up the answer to a slider by some 100 ms.

    Streamlit collects garbage after each run, and so looks at all that has been imported. A matrix
    product on two threads waits for the core on which the browser is drawing. Ours are small, so
    one thread is enough.
    """
    threadpool_limits(1, user_api="blas")
    server_memory.pass_over_what_stays()
    atexit.register(gc.unfreeze)  # or libraries that count what is left at the end complain


@st.cache_resource(show_spinner=False)
def _prepare_server() -> None:
    """Prepare memory, log and disk, and remove what a killed server has left.

    Neither log nor disk holds a visitor's data from then on.
    """
    # Not where AppTest runs the page: it stands in for `config`, and not for what `st` has of it.
    if runtime_exists() and not config.get_option("global.appTest"):
        server_memory.place_pieces()
        server_memory.give_back_after_work()
    remove_left_overs()
    faults.keep_customers_out_of_the_log()
    faults.keep_uploads_off_the_disk()


def _draw_frame(page: page_table.Page) -> None:
    _answer_at_once()
    _prepare_server()
    faults.explain_on_page()
    session_end.follow_tabs()
    choices.keep_open_page(page.path)
    st.set_page_config(
        page_title=f"{page.tab_title} · Customer retention",
        # A material icon would be fetched from another host.
        page_icon=str(page_table.ASSETS / "logo.svg"),
        layout="wide",
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    for stylesheet in page_table.stylesheets(page):
        st.html(stylesheet)
    st.logo(str(page_table.ASSETS / "logo.svg"), size="large")
    with st.sidebar:
        _draw_menu(page)
        _draw_loaded_card(loaded.get())
        keeping.follow()
        address = "" if page.path == page_table.FRONT_PAGE else page.stem
        st.html(_menu_script().replace("CURRENT_PAGE", address), unsafe_allow_javascript=True)


@cache
def _menu_script() -> str:
    return (page_table.ASSETS / "menu.html").read_text(encoding="utf-8")


def _draw_menu(current: page_table.Page) -> None:
    group = ""
    for entry in page_table.menu_entries(current):
        if entry.group != group:
            group = entry.group
            # An entry without a group stands apart from the group above it.
            st.html(
                f"<small class=menu-group>{escape(group)}</small>"
                if group
                else "<div class=menu-gap></div>"
            )
        st.page_link(entry.path, label=entry.title, icon=entry.icon)


def _draw_views(page: page_table.Page) -> None:
    """Draw the pages that share the title as a row of links, each with an address of its own."""
    views = page_table.views_of(page)
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
            page_table.go_to(page_table.FRONT_PAGE, {"load": "other"})
        save_work.draw_button(key="save_work")


def _data_attributes(data: Loaded) -> str:
    """What the browser keeps of the orders for itself, to name them after a reload."""
    attributes = {
        "kind": data.origin.kind,
        "path": data.origin.path,
        "work": "" if keeping.is_on() else own_work(),
        "tab": st.session_state.setdefault(_TAB, uuid4().hex),
    }
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in attributes.items() if value)
