"""Files that are no saved work, were damaged, or were made to do harm: each is refused in words."""

import io
import json
import zipfile
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from retention.errors import DataError
from retention.kept_work import archive
from retention.kept_work.archive import MAIN
from retention.kept_work.work_file import work_of_bytes, work_to_bytes
from tests.kept_work.examples import some_work
from tests.kept_work.hostile import as_first_version, packed, parts_of, with_main, with_parts

FILE = work_to_bytes(some_work())
SMALL = work_to_bytes(some_work(with_orders=False))
MAIN_DATA = json.loads(parts_of(FILE)[MAIN])
SOURCE, NOTE = MAIN_DATA["source"], MAIN_DATA["notes"][0]


def parquet(**columns) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def changed_table(**columns) -> bytes:
    """The order table with some columns in the place of its own."""
    table = pq.read_table(io.BytesIO(parts_of(FILE)["orders/table.parquet"]))
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        table = (
            table.set_column(place, name, values)
            if place >= 0
            else table.append_column(name, values)
        )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def refused(content: bytes, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        work_of_bytes(content)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Order,Email\n1,a@example.com\n", "no saved work"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "no saved work"),
        (b"PK\x03\x04" + bytes(99), "damaged"),
        (packed({"orders.csv": b"a,b\n1,2"}), "no part 'work.json'"),
        (packed({MAIN: b"[1]"}), "does not name its settings"),
        (packed({MAIN: b"{" * 9}), "not JSON"),
        (packed({MAIN: b"[" * 100_000}), "not JSON"),
        (packed({MAIN: b"\xff\xfe"}), "not JSON"),
        (packed({MAIN: b'{"format": "other"}'}), "no saved work"),
        (with_main(FILE, version=3), "later version"),
        (with_main(FILE, version=0), "version 0"),
        (with_main(FILE, version="1"), "no version"),
        (with_main(FILE, format=...), "no saved work"),
        (with_main(FILE, more=1), "'more'"),
        (with_main(FILE, lifts=...), "'lifts'"),
    ],
)
def test_what_is_no_saved_work_is_refused(content, says):
    refused(content, says)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\x", "..\\x", "orders/../x", "work.json/x", "x"]
)
def test_a_part_that_does_not_belong_there_is_refused(name):
    refused(packed(parts_of(FILE) | {name: b"x"}), "which no saved work has")


def test_two_parts_of_one_name_are_refused():
    target = io.BytesIO(FILE)
    with zipfile.ZipFile(target, "a") as again, pytest.warns(UserWarning, match="Duplicate"):
        again.writestr(MAIN, b"{}")
    refused(target.getvalue(), "of one name")


def test_a_file_that_floods_the_memory_is_refused():
    refused(packed({MAIN: b" " * (8 << 20)}), "too much")


def test_a_large_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 10_000)
    refused(FILE, "unpacks to more than")


def test_a_text_that_stands_in_many_rows_is_refused_before_it_fills_the_memory():
    rows = 60_000
    values = pa.DictionaryArray.from_arrays(
        pa.array([0] * rows, pa.int32()), pa.array(["x" * 100_000])
    ).dictionary_encode()
    flood = parquet(
        test=pa.array([0] * rows),
        customer_id=values,
        group=pa.array(["addressed"] * rows),
    )
    refused(with_parts(SMALL, groups=flood), "too large")


def test_a_file_with_a_password_is_refused():
    content = bytearray(SMALL)
    content[6] |= 1  # of the first part
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    refused(bytes(content), "password")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"segment_rules": {"at_risk": 1}}, "not a setting|missing"),
        ({"store_settings": {"retention_store_settings": 1, "margin": 9}}, "margin"),
        ({"store_settings": []}, "no store settings"),
        ({"order_value": -1}, "order_value"),
        ({"order_value": "5"}, "order_value"),
        ({"own_segments": {}}, "segments"),
        ({"targets": [{"metric": "x", "value": 1.0}]}, "no metric"),
        ({"targets": {}}, "needs to be a list"),
        ({"campaigns": [{"name": "x"}]}, "Number 1 of the campaigns"),
        ({"campaigns": MAIN_DATA["campaigns"][:1] * 2}, "one name"),
        ({"campaigns": [None] * 1_001}, "at most 1,000"),
        ({"on_table": 5}, "being planned"),
        ({"edited": 5}, "edited"),
        ({"left_alone": {"quiet_days": 900}}, "quiet_days"),
        ({"left_alone": {"listed": [5]}}, "listed"),
        ({"tests": []}, "other work"),
        ({"tests": [MAIN_DATA["tests"][0] | {"start": "no day"}] * 2}, "no days"),
        ({"tests": [MAIN_DATA["tests"][0] | {"end": "2020-01-01"}] * 2}, "before it starts"),
        ({"tests": [5, 5]}, "lacks"),
        ({"notes": [5, 5]}, "what is noted"),
        ({"notes": [NOTE | {"is_read": 1}, NOTE]}, "what is noted"),
        ({"notes": [NOTE | {"more": True}, NOTE]}, "what is noted"),
        ({"notes": [NOTE, NOTE]}, "one name"),
        ({"notes": [NOTE | {"has_sent": False}]}, "does not name"),
        ({"notes": [NOTE | {"name": "Summer"}]}, "not in the file"),
        ({"notes": [NOTE | {"name": "x" * 9_999}]}, "short text"),
        ({"notes": []}, "other work"),
        ({"notes": [NOTE] * 1_001}, "at most 1,000"),
        ({"lifts": [{}]}, "lifts"),
        ({"choices": [5, 5]}, "choices"),
        ({"mapping": {"columns": {"x": "y"}}}, "role"),
        ({"mapping": {"columns": {"customer_id": 5}}}, "columns"),
        ({"page": {"path": "x" * 9_999, "settings": {}}}, "address"),
        ({"page": {"path": "x", "settings": {"a": "b"}}}, "page"),
        ({"saved_at": "yesterday"}, "moment"),
        ({"saved_at": 5}, "saved_at"),
        ({"source": {"name": 5}}, "source"),
        ({"source": {n: v for n, v in SOURCE.items() if n != "files"}}, "lacks its last day"),
        ({"source": SOURCE | {"until": "soon"}}, "until"),
        ({"source": SOURCE | {"files": {"first": "x" * 9_999}}}, "too long a name"),
        ({"source": SOURCE | {"files": {"first": "x", "newer": -1}}}, "too many files"),
        ({"source": SOURCE | {"files": {"first": "x", "newer": 1 << 40}}}, "too many files"),
        ({"version": 1}, "unknown one"),
        ({"source": SOURCE | {"digest": "0" * 64}}, "others"),
        ({"source": SOURCE | {"kind": "s3"}}, "kind"),
        ({"has_orders": 1}, "whether"),
        ({"signals": [5]}, "signals"),
        ({"signals": [MAIN_DATA["signals"][0] | {"kind": "../x"}]}, "signals"),
        ({"signals": [MAIN_DATA["signals"][0] | {"dtypes": {}}]}, "columns"),
    ],
)
def test_what_is_wrong_in_an_entry_is_said(change, says):
    refused(with_main(FILE, **change), says)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"table": None}, "table.parquet' is missing"),
        ({"orders": None}, "orders.json' is missing"),
        ({"groups": None}, "groups.parquet' is missing"),
        ({"nps": None}, "nps.parquet' is missing"),
        ({"table": b"PAR1"}, "damaged"),
        ({"table": b"x" * 5_000}, "damaged"),
        ({"table": parquet(a=[1])}, "'a', which is not known"),
        ({"table": parquet(order_id=[1])}, "int64 in its column 'order_id'"),
        ({"table": parquet(order_id=pa.array([], pa.string()))}, "no column 'customer_id'"),
        ({"table": changed_table(revenue=pa.array([float("nan")] * 4))}, "a number in 'revenue'"),
        ({"table": changed_table(revenue=pa.array([-1.0] * 4))}, "below zero"),
        ({"table": changed_table(revenue=pa.array([1e300] * 4))}, "a number in 'revenue'"),
        ({"table": changed_table(customer_id=pa.array([None] * 4, pa.string()))}, "without a cust"),
        (
            {"table": changed_table(ordered_at=pa.array([10**17] * 4, pa.timestamp("us")))},
            "a day in 'ordered_at'",
        ),
        ({"items": parquet(customer_id=["a"], share=[float("inf")])}, "a number in 'share'"),
        ({"groups": parquet(test=[0], customer_id=["a"])}, "lacks a column"),
        ({"groups": parquet(test=[5], customer_id=["a"], group=["b"])}, "other work"),
        ({"groups": parquet(test=[0, 0], customer_id=["a", "a"], group=["b", "b"])}, "twice"),
        ({"sent": None}, "sent.parquet' is missing"),
        ({"sent": parquet(note=[0])}, "lacks a column"),
        ({"sent": parquet(note=[7], customer_id=["a"])}, "other work"),
        ({"sent": parquet(note=[0], customer_id=pa.array([None], pa.string()))}, "empty cells"),
        ({"left_out": parquet(x=["a"])}, "'line' and 'reason'"),
        ({"left_out": parquet(line=[[1]], reason=["a"])}, "in its column 'line'"),
    ],
)
def test_what_is_wrong_in_a_table_is_said(parts, says):
    refused(with_parts(FILE, **parts), says)


def test_the_first_version_has_no_notes():
    first = as_first_version(FILE)
    refused(with_main(first, notes=[]), "'notes'")
    sent = parts_of(FILE)["sent.parquet"]
    refused(packed(parts_of(first) | {"sent.parquet": sent}), "its version does not have")


def opens_or_is_refused(content: bytes) -> None:
    with suppress(DataError):
        work_of_bytes(content)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, len(FILE) - 1))
def test_a_file_that_ends_too_early_is_refused(cut):
    with pytest.raises(DataError):
        work_of_bytes(FILE[:cut])


@settings(max_examples=100, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(1, 255)), max_size=5))
def test_flipped_bytes_never_end_in_anything_else_than_words(flips):
    content = bytearray(FILE)
    for place, bits in flips:
        content[place] ^= bits
    opens_or_is_refused(bytes(content))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([name for name in parts_of(FILE) if name.endswith(".parquet")]),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=5
    ),
)
def test_flipped_bytes_inside_a_table_are_refused_or_read(name, flips):
    # The zip file's own check does not see them: it is made anew.
    parts = parts_of(FILE)
    content = bytearray(parts[name])
    for place, bits in flips:
        content[int(place * len(content))] ^= bits
    opens_or_is_refused(packed(parts | {name: bytes(content)}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(MAIN_DATA)), JSON)
def test_any_json_in_an_entry_is_refused_or_read(name, data):
    opens_or_is_refused(with_main(FILE, **{name: data}))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["report", "start", "end", "currency", "digest", "has_amounts"]), JSON)
def test_any_json_about_the_orders_is_refused_or_read(name, data):
    facts = json.loads(parts_of(FILE)["orders/orders.json"]) | {name: data}
    opens_or_is_refused(with_parts(FILE, orders=json.dumps(facts).encode()))
