"""The channels page where the file has none of its columns, and how to add one."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from retention import wording
from retention.columns.roles import ROLES
from retention.view import page_table
from retention.view.channels.table import PLURALS
from retention.view.page_table import FRONT_PAGE

EXAMPLE = pd.DataFrame(
    [
        (
            "1001",
            "ann@example.com",
            "2026-03-02",
            "49.00",
            "Organic search",
            "Bangkok",
            "House Blend 1 kg",
            "WELCOME15",
        ),
        (
            "1002",
            "ben@example.com",
            "2026-03-02",
            "18.50",
            "Marketplace",
            "Manila",
            "Oolong 100 g",
            "",
        ),
        (
            "1003",
            "ann@example.com",
            "2026-04-11",
            "34.00",
            "E-mail",
            "Bangkok",
            "House Blend 1 kg",
            "",
        ),
    ],
    columns=[
        "Order number",
        "Customer email",
        "Order date",
        "Order total",
        "Channel",
        "Region",
        "Product",
        "Coupon",
    ],
)


def how_to_add(dimensions: Sequence[str]) -> None:
    """Which columns to add to the file, and what they may be called."""
    rows = [
        (
            ROLES[name].label,
            ROLES[name].help,
            ", ".join(known.title() for known in ROLES[name].names[:5]),
        )
        for name in dimensions
    ]
    st.dataframe(
        pd.DataFrame(
            rows, columns=["Column", "What it holds", "Names that are recognised, among others"]
        ),
        hide_index=True,
        placeholder=wording.MISSING,
        key="how_to_add",
        column_config={"Column": st.column_config.TextColumn(width="small")},
    )


def empty_state() -> None:
    """What stands in place of the page where the file has none of the columns."""
    with st.container(border=True, gap="small"):
        st.subheader("This file does not say where customers come from", anchor=False)
        st.markdown(
            "The page compares channels, regions, categories, products and coupons. These orders "
            "have no column for any of them. One is enough: add it to the export, or to the file "
            "by hand, and load the file again."
        )
        how_to_add(list(PLURALS))
        st.markdown("A file that has them looks like this, with one row for each order:")
        st.dataframe(EXAMPLE, hide_index=True, key="example")
        st.markdown(
            "A column with another name works too: choose it in the column settings when the file "
            "is loaded. Shop systems often leave such columns out of the short export; look for a "
            "full or detailed one."
        )
        if st.button(
            "Load other orders",
            type="primary",
            icon=":material/upload_file:",
            key="load_with_columns",
        ):
            page_table.go_to(FRONT_PAGE, {"load": "other"})
