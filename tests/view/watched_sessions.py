"""An app whose visitors load orders of their own, and which says what of them is still alive."""

import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: A small shop's orders.
ORDERS = b"customer,date,amount\n" + b"".join(
    b"c%d,2024-%02d-1%d,%d\n" % (i % 40, i % 12 + 1, i % 7, 10 + i % 9) for i in range(200)
)
#: What a session holds, by the names that the app gives it.
HELD = {"customers", "engine", "result", "upload"}
_APP = """
import gc
import sys
import time
import weakref
from pathlib import Path
from threading import Thread

sys.path.insert(0, {root!r})
import streamlit as st
from streamlit.runtime import get_instance

import retention
from retention.view import server_memory, session_end
from retention.view.session import loaded
from retention.view.session.results import history_for

session_end.GRACE_SECONDS = 0.2
session_end.follow_tabs()


@st.cache_resource
def watched():
    held, uploads = {{}}, get_instance().uploaded_file_mgr.file_storage

    def tell():
        while True:
            gc.collect()
            alive = [name for name, ref in held.items() if ref() is not None]
            alive += ["upload"] * any(uploads.values())
            Path("alive.new").write_text(" ".join(alive))
            Path("alive.new").replace("alive")
            time.sleep(0.2)

    Thread(target=tell, daemon=True).start()
    return held


upload = st.file_uploader("orders")
watched()
# The button stands once the file is here: a click before that would load nothing.
if upload is not None and st.button("load"):
    loaded.put("mine", retention.read_orders(upload))
if st.button("prepare the server"):
    server_memory.pass_over_what_stays()
data = loaded.get()
if data is not None:
    result = history_for(data)
    watched().update(
        customers=weakref.ref(data.customers),
        engine=weakref.ref(data.orders.table.get_backend()),
        result=weakref.ref(result),
    )

    st.button("count", on_click=len, args=(data.customers,))

    @st.fragment
    def part():
        st.text(len(data.customers))

    part()
"""


def write_app(folder: Path) -> Path:
    """Write the app into a folder, and return it."""
    (folder / "app.py").write_text(_APP.format(root=str(ROOT)), encoding="utf-8")
    return folder


def alive(folder: Path) -> set[str]:
    """What of the last session that loaded orders is alive, as the app in a folder says."""
    file = folder / "alive"
    return set(file.read_text().split()) if file.exists() else set()


def becomes(folder: Path, expected: set[str], seconds: float = 30) -> bool:
    """Whether just this is alive after a while."""
    end = time.monotonic() + seconds
    while alive(folder) != expected and time.monotonic() < end:
        time.sleep(0.1)
    return alive(folder) == expected
