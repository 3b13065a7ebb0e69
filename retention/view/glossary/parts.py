"""The parts of the glossary page."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from retention.view import page_table, widgets
from retention.view.glossary.terms import FRONT, GROUPS, Term, terms_of


def draw_glossary(asked: str | None) -> None:
    """Draw every term. Those of the page that led here come first.

    Args:
        asked: The name of the page's file, as its link says; "" is the front page.
    """
    page = _page(asked)
    stem = FRONT if page is None or page.path == page_table.FRONT_PAGE else page.stem
    first = [] if page is None else terms_of(stem)
    widgets.draw_hidden_heading("What the words mean")
    if page is not None and first:
        st.subheader(f"On the page {page.tab_title}", anchor=False)
        st.page_link(page.path, label=f"Back to {page.tab_title}", icon=":material/arrow_back:")
        st.html(_listed(first))
    groups = {name: [term for term in terms if term not in first] for name, terms in GROUPS.items()}
    names = [name for name, terms in groups.items() if terms]
    if not first:
        for name in names:
            st.subheader(name, anchor=False)
            st.html(_listed(groups[name]))
        return
    with st.expander("All other words", icon=":material/menu_book:"):
        for name in names:
            st.markdown(f"**{name}**")
            st.html(_listed(groups[name]))


def _page(asked: str | None) -> page_table.Page | None:
    if asked is None:
        return None
    by_name = {page_table.glossary_name(page.path): page for page in page_table.pages()}
    return by_name.get(asked)


def _listed(terms: Sequence[Term]) -> str:
    return f"<dl class=glossary>{''.join(map(_entry, terms))}</dl>"


def _entry(term: Term) -> str:
    where = ", ".join(dict.fromkeys(_titles(term)))
    return (
        f"<div><dt id={term.anchor}>{escape(term.word)}</dt>"
        f"<dd>{escape(term.meaning)} <small>{escape(where)}</small></dd></div>"
    )


def _titles(term: Term) -> list[str]:
    by_stem = {
        FRONT if page.path == page_table.FRONT_PAGE else page.stem: page
        for page in page_table.pages()
    }
    return [by_stem[stem].title for stem in term.pages]
