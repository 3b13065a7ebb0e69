"""The search for a customer, and the links that lead to one."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from retention.customers import search
from retention.view import text
from retention.view.customer.data import texts_for
from retention.view.customer.words import full_name
from retention.view.session.cache import kept
from retention.view.session.customer_links import PARAMETER, link_key, linked_customer
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for

#: Customers that the select box offers at most.
LISTED_CUSTOMERS = 200
QUERY = "customer_query"


def choose_customer(data: Loaded, scores: pd.DataFrame | None) -> str | None:
    """Draw the search and the customers that it finds.

    Args:
        data: The session's data.
        scores: As `predict_cltv` returns; None without a model.

    Returns:
        The id of the chosen customer; None where the search matches nobody.
    """
    key = st.query_params.get(PARAMETER, "")
    linked = linked_customer(data, key) if key else None
    if key and linked is None:
        st.warning(
            "**This link has ended.** A link to a customer holds for one session and the orders "
            "loaded in it. Search for the customer below.",
            icon=":material/link_off:",
        )
    left, right = st.columns(2, gap="medium")
    query = left.text_input(
        "Find a customer",
        placeholder="E-mail, number, name, phone or #order number",
        icon=":material/search:",
        key=QUERY,
        on_change=_forget_link,
    )
    texts = texts_for(data) if query.strip() else None
    listed, total = search.find_customers(data.customers, scores, query, LISTED_CUSTOMERS, texts)
    options = listed.index.tolist()
    # Digits alone are looked for in numbers and phones first.
    by_order = bool(query.strip()) and not (total and query.strip().isdigit())
    owner = _owner(data, query.strip()) if by_order else None
    for first in (owner, linked):
        if first is not None and first not in options:
            options.insert(0, first)
    if not options:
        st.info(
            f"No customer has “{text.plain(query)}” in the number, name, e-mail or phone, and no "
            "order has that number.",
            icon=":material/search_off:",
        )
        return None
    by = search.RANKINGS[search.ranked_by(data.customers, scores)]
    scope = "" if total <= LISTED_CUSTOMERS else f"the {LISTED_CUSTOMERS} of "
    pick = f"customer_pick_{hash(query)}_{key}"  # the browser sees keys: no name stands in one
    return right.selectbox(
        f"Customer, {scope}highest {by} first",
        options,
        index=options.index(linked or owner or options[0]),
        format_func=_names(data, options),
        key=pick,
        on_change=_picked,
        args=(data, pick),
    )


def shown_first(data: Loaded, scores: pd.DataFrame | None) -> str:
    """Return by what the customer who is shown is the first; empty where one was looked for."""
    if st.session_state.get(QUERY, "").strip() or st.query_params.get(PARAMETER, ""):
        return ""
    return search.RANKINGS[search.ranked_by(data.customers, scores)]


@kept(max_entries=20)
def _owner(data: Loaded, number: str) -> str | None:
    """Who placed the order with this number."""
    return search.customer_of_order(data.orders.table, number)


def _names(data: Loaded, options: list[str]) -> Callable[[str], str]:
    """How each customer is called in the list: the name where there is one, then the id."""
    known = contacts_for(data).reindex(options)
    names = [name for name in ("first_name", "last_name") if name in known]
    if not names:
        return lambda customer_id: text.one_line(customer_id, 80)
    rows = known[names].astype("object").where(known[names].notna(), "").to_dict("index")

    def shown(customer_id: str) -> str:
        name = full_name({str(key): value for key, value in rows[customer_id].items()})
        return text.one_line(f"{name} · {customer_id}" if name else customer_id, 90)

    return shown


def _picked(data: Loaded, pick: str) -> None:
    """Let the address lead to the customer who was picked."""
    st.query_params[PARAMETER] = link_key(data, st.session_state[pick])


def _forget_link() -> None:
    """A new search looks for somebody else."""
    st.query_params.pop(PARAMETER, None)
