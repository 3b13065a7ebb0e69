"""Frames of pandas and Polars and Arrow tables: read as their export to a file would be."""

import datetime as dt
import io
from decimal import Decimal
from uuid import UUID

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import retention
from retention import DataError, open_sheet, read_orders
from retention.sheets.frames import read_frame

CUSTOMERS = 300


@pytest.fixture(scope="module")
def file() -> bytes:
    return retention.sample_file("store", customers=CUSTOMERS)


@pytest.fixture(scope="module")
def frame(file) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(file))
    return frame.assign(**{"Order date": pd.to_datetime(frame["Order date"])})


def polars_frame(frame: pd.DataFrame) -> object:
    polars = pytest.importorskip("polars", reason="Polars is not installed (requirements-dev.txt)")
    return polars.from_pandas(frame)


def polars_categories(frame: pd.DataFrame) -> object:
    whole = polars_frame(frame)  # skips the test where Polars is not installed
    import polars

    return whole.with_columns(
        polars.col("Channel").cast(polars.Categorical),
        polars.col("Status").cast(polars.Enum(sorted(frame["Status"].unique()))),
    )


def named_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("Order ID")


KINDS = {
    "pandas": lambda frame: frame,
    "nullable types": lambda frame: frame.convert_dtypes(),
    "objects": lambda frame: frame.astype(object),
    "categories": lambda frame: frame.astype(dict.fromkeys(["Channel", "Status"], "category")),
    "nanoseconds": lambda frame: frame.astype({"Order date": "datetime64[ns]"}),
    "rows chosen": lambda frame: frame.set_axis(range(5, 5 + 3 * len(frame), 3)),
    "named index": named_index,
    "Arrow": pa.Table.from_pandas,
    "Arrow stream": lambda frame: pa.Table.from_pandas(frame).to_reader(),
    "Polars": polars_frame,
    "Polars, categories": polars_categories,
}


def in_order(orders: retention.Orders) -> pd.DataFrame:
    return orders.table.order_by("order_id").to_pandas()


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_read_as_its_export(kind, file, frame):
    from_file, from_frame = read_orders(file), read_orders(KINDS[kind](frame))
    pd.testing.assert_frame_equal(in_order(from_file), in_order(from_frame))
    assert from_frame.report.reasons == from_file.report.reasons
    assert from_frame.report.rows_read == from_file.report.rows_read
    assert set(from_file.report.notes) <= set(from_frame.report.notes)
    assert from_frame.currency == from_file.currency


def test_equal_frames_have_equal_digests(frame):
    pieces = pa.concat_tables([pa.Table.from_pandas(part) for part in (frame[:99], frame[99:])])
    digests = {open_sheet(source).digest for source in (frame, frame.copy(), pieces)}
    assert len(digests) == 1
    changed = frame.assign(Total=frame["Total"] + 0.01)
    assert open_sheet(changed).digest not in digests


def cells(*values: object, dtype: object = None) -> list[str | None]:
    return (
        read_frame(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}), "x").columns[0].to_pylist()
    )


def test_numbers_are_written_to_be_read_in_one_way():
    written = cells(0.1, 1e-7, 17850.0, 123456789012345.0, 1e16, None, 1.234, float("inf"), 19.99)
    assert written == [
        "0.1", "1e-7", "17850", "123456789012345", "1e+16", None, "1.2340", "inf", "19.99",
    ]  # fmt: skip
    assert cells(19.99, 0.1, dtype="float32") == ["19.99", "0.1"]
    assert cells(Decimal("1.234"), Decimal("12.50")) == ["1.2340", "12.50"]
    assert cells(2**63, 2**64 - 1, dtype="uint64") == [str(2**63), str(2**64 - 1)]
    assert cells(2**70, 1, dtype=object) == [str(2**70), "1"]
    money = pa.table({"a": pa.array([Decimal("1.234")], pa.decimal256(50, 3))})
    assert read_frame(money, "x").columns[0].to_pylist() == ["1.2340"]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([UUID(int=7).bytes, None], pa.uuid()), [str(UUID(int=7)), None]),
        (pa.array(['{"a": 1}', None], pa.json_()), ['{"a": 1}', None]),
        (pa.array([b"ab", None], pa.binary(2)), ["ab", None]),
        (pa.array(["a", None], pa.string_view()), ["a", None]),
        (pa.array([1.5, None], pa.float16()), ["1.5", None]),
        (pa.array([[1.5], None], pa.list_(pa.float16())), ["[1.5]", None]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pc.run_end_encode(pa.array([2.0, 2.0])), ["2", "2"]),
        (pa.nulls(2), [None, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_columns_of_unusual_types_are_written_as_what_they_hold(column, texts):
    assert read_frame(pa.table({"a": column}), "x").columns[0].to_pylist() == texts


def test_cells_of_mixed_types():
    moment = dt.datetime(2024, 1, 1, 3, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    mixed = (1, "b", None, 2.0, moment, dt.date(2024, 1, 2), pd.NaT, pd.NA, True, b"x")
    assert cells(*mixed, dtype=object) == [
        "1", "b", None, "2", "2024-01-01 03:00:00", "2024-01-02", None, None, "True", "x",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "+07:00", "America/New_York"])
def test_moments_count_on_their_zones_clock(zone):
    moments = pd.Series(pd.date_range("2024-01-01 00:30", periods=2, tz=zone))
    wall = ["2024-01-01 00:30:00", "2024-01-02 00:30:00"]
    assert cells(*moments, dtype=moments.dtype) == wall
    assert cells(*moments, dtype=object) == wall
    stamps = pa.array(moments.dt.tz_convert("UTC").dt.tz_localize(None), pa.timestamp("ns"))
    table = pa.table({"a": stamps.cast(pa.timestamp("us", zone))})
    assert read_frame(table, "x").columns[0].to_pylist() == wall


def order_frame(**columns: object) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=4)
    return pd.DataFrame(
        {"customer": ["a", "b", "a", "b"], "date": days, "total": [1.234, 2.345, 3.456, 4.567]}
        | columns
    )


def test_amounts_with_three_decimals_are_no_thousands(tmp_path):
    frame = order_frame()
    frame.to_parquet(tmp_path / "orders.parquet")
    for source in (frame, tmp_path / "orders.parquet"):
        orders = read_orders(source)
        assert orders.table.revenue.sum().execute() == pytest.approx(11.602)
        assert orders.report.questions == ()


def test_missing_amounts_are_named():
    orders = read_orders(order_frame(total=[1.5, None, float("inf"), 4.0]))
    assert orders.report.dropped == {"No amount that can be read": 2}
    assert orders.dropped_rows()["line"].tolist() == [3, 4]


def test_repeated_and_nested_column_names():
    frame = order_frame().set_axis(["customer", "date", "date"], axis=1)
    assert open_sheet(frame).columns == ("customer", "date", "date (2)")
    nested = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "")]))
    assert open_sheet(nested).columns == ("a b", "a")


def test_an_index_that_says_something_is_read():
    by_day = order_frame().set_index("date")
    assert "index is read as a column: 'date'" in " ".join(read_orders(by_day).report.notes)
    unnamed = by_day.rename_axis(None)
    assert read_orders(unnamed, columns={"ordered_at": "Index"}).end == dt.date(2024, 1, 4)
    texts = order_frame().set_axis(list("wxyz"))
    assert "index has no name" in " ".join(read_orders(texts).report.notes)
    assert open_sheet(order_frame()[1:]).notes == ()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame(), "no columns"),
        (order_frame()[:0], "no rows"),
        (order_frame()[["total"]], "single column"),
        (pd.Series([1.0]), "frame"),
        (pa.array([1]), "frame"),
    ],
    ids=["empty", "no rows", "one column", "a series", "an array"],
)
def test_frames_that_are_no_orders(frame, words):
    with pytest.raises(DataError, match=words):
        read_orders(frame)
