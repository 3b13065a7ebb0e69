"""Customers as their page gathers them, in a session of their own."""

from streamlit.testing.v1 import AppTest

from retention import Orders, summarise_customers
from retention.view.customer.data import Customer
from retention.view.session.loaded import Loaded


def customers_of(orders: Orders, picked: list[str], roles: dict[str, str]) -> list[Customer]:
    """What is known of some customers, with their roles in campaigns."""

    def gather() -> None:
        import streamlit as st

        from retention.view.customer.data import customer_of

        st.session_state["gathered"] = [
            customer_of(st.session_state["data"], customer_id, st.session_state["roles"])
            for customer_id in st.session_state["picked"]
        ]

    at = AppTest.from_function(gather, default_timeout=60)
    data = Loaded(name="shop", orders=orders, customers=summarise_customers(orders))
    at.session_state["data"] = data
    at.session_state["picked"] = picked
    at.session_state["roles"] = roles
    at.run()
    assert not at.exception
    return at.session_state["gathered"]
