"""An app whose visitors load orders of their own, and which says what of them is still alive."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
#: A small shop's orders.
ORDERS = b"customer,date,amount\n" + b"".join(
    b"c%d,2024-%02d-1%d,%d\n" % (i % 40, i % 12 + 1, i % 7, 10 + i % 9) for i in range(200)
)
#: What a session holds, by the names that the app gives it.
HELD = ("customers", "engine", "kept result", "upload")
_APP = """
import gc
import sys
import weakref

sys.path.insert(0, {root!r})
import streamlit as st
from streamlit.runtime import get_instance

import retention
from retention.view import session_end
from retention.view.session import loaded
from retention.view.session.cache import kept

session_end.GRACE_SECONDS = 0.2
session_end.follow_tabs()


@st.cache_resource
def watched():
    return {{}}


@kept(max_entries=2)
def totals(data):
    return data.customers.sum(numeric_only=True)


upload = st.file_uploader("orders")
if st.button("load"):
    data = loaded.put("mine", retention.read_orders(upload))
    watched().update(
        {{
            "customers": weakref.ref(data.customers),
            "engine": weakref.ref(data.orders.table.get_backend()),
            "kept result": weakref.ref(totals(data)),
        }}
    )
    del data
st.button("look")
gc.collect()
alive = [name for name, ref in watched().items() if ref() is not None]
alive += ["upload"] * any(get_instance().uploaded_file_mgr.file_storage.values())
st.text("alive: " + ", ".join(alive))
"""


def write_app(folder: Path) -> Path:
    """Write the app into a folder, and return it."""
    (folder / "app.py").write_text(_APP.format(root=str(ROOT)), encoding="utf-8")
    return folder
