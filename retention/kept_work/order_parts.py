"""Orders as parts of a file, and back: exactly the same orders, under the same digest."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from retention.cells.statuses import State
from retention.errors import DataError
from retention.kept_work.json_parts import read_part, record, to_json
from retention.kept_work.parquet import (
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    YES_NO,
    any_table,
    frame_to_parquet,
    from_parquet,
    to_parquet,
)
from retention.orders.orders import Orders
from retention.orders.report import OrderReport, Question
from retention.orders.set_aside import SetAside
from retention.sheets.sheet import connect

FOLDER = "orders/"
_FACTS, _TABLE = f"{FOLDER}orders.json", f"{FOLDER}table.parquet"
_ITEMS, _CARTS = f"{FOLDER}items.parquet", f"{FOLDER}carts.parquet"
_LEFT_OUT, _WITHOUT = f"{FOLDER}left_out.parquet", f"{FOLDER}without_customer.parquet"
_CANCELLED, _REFUNDS = f"{FOLDER}cancelled.parquet", f"{FOLDER}refunds.parquet"
_LOST_AMOUNTS = f"{FOLDER}left_out_amounts.parquet"
#: The parts that orders may have.
PARTS = frozenset(
    {
        *(_FACTS, _TABLE, _ITEMS, _CARTS, _LEFT_OUT, _LOST_AMOUNTS),
        *(_WITHOUT, _CANCELLED, _REFUNDS),
    }
)
#: The columns of the order table, as `Orders` describes them.
COLUMNS: dict[str, pa.DataType] = {
    "order_id": TEXT,
    "customer_id": TEXT,
    "ordered_at": MOMENT,
    "revenue": NUMBER,
    **dict.fromkeys(("refunded", "discount", "quantity", "rating"), NUMBER),
    **dict.fromkeys(("channel", "region", "product", "category", "coupon", "currency"), TEXT),
    **dict.fromkeys(("email", "phone", "first_name", "last_name"), TEXT),
    **dict.fromkeys(("country", "state", "city", "zip"), TEXT),
    **dict.fromkeys(("consent", "subscription", "complaint"), YES_NO),
    "abandoned": MOMENT,
}
_NEEDED = ("order_id", "customer_id", "ordered_at", "revenue")
_ITEM_COLUMNS = {
    **{name: COLUMNS[name] for name in ("order_id", "customer_id", "ordered_at")},
    **dict.fromkeys(("product", "category"), TEXT),
    "share": NUMBER,
}
_LOST_COLUMNS = {"amount": NUMBER}
_CART_COLUMNS = {"customer_id": TEXT, "abandoned": MOMENT}
_CANCELLED_COLUMNS = {
    **{name: COLUMNS[name] for name in ("order_id", "customer_id", "ordered_at")},
    "amount": NUMBER,
}
_REFUND_COLUMNS = {"refund_id": TEXT, **_CANCELLED_COLUMNS}
_WITHOUT_COLUMNS = {"dimension": TEXT, "value": TEXT, "orders": WHOLE}
#: Amounts beyond this, and years beyond these, are in no shop's orders.
MOST_AMOUNT = 1e15
FIRST_YEAR, LAST_YEAR = 1900, 2200
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_CURRENCY = 10
_FIELDS = ("start", "end", "currency", "digest", "has_amounts", "numbered", "report")
_NUMBERED = ("all", "none", "some")


def order_parts(orders: Orders) -> dict[str, bytes]:
    """Return orders as parts of a file: Parquet, and one of JSON.

    Args:
        orders: Read from a file. Those of a warehouse stay there.

    Raises:
        DataError: A column of theirs is of a type that no orders of a file have.
    """
    facts = {
        "start": orders.start,
        "end": orders.end,
        "currency": orders.currency,
        "digest": orders.digest,
        "has_amounts": orders.has_amounts,
        "numbered": None if orders.aside is None else orders.aside.numbered,
        "report": _report_data(orders.report),
    }
    parts = {_FACTS: to_json(facts), _TABLE: _rows(orders.table.to_pyarrow(), COLUMNS)}
    aside = orders.aside or SetAside(numbered="none")
    for name, table, columns in (
        (_ITEMS, orders.items, _ITEM_COLUMNS),
        (_CARTS, orders.carts, _CART_COLUMNS),
        (_CANCELLED, aside.cancelled, _CANCELLED_COLUMNS),
        (_REFUNDS, aside.refunds, _REFUND_COLUMNS),
    ):
        if table is not None:
            parts[name] = _rows(table.to_pyarrow(), columns)
    if len(orders.left_out.columns):
        parts[_LEFT_OUT] = frame_to_parquet(orders.left_out)
    if aside.lost_amounts is not None:
        amounts = pa.array(aside.lost_amounts, NUMBER, from_pandas=True)  # none is no number
        parts[_LOST_AMOUNTS] = to_parquet(pa.table({"amount": amounts}))
    without = pa.schema(list(_WITHOUT_COLUMNS.items()))
    return parts | {_WITHOUT: frame_to_parquet(orders.without_customer, without)}


def orders_of_parts(parts: Mapping[str, bytes]) -> Orders:
    """Return the orders that `order_parts` wrote, in a database of their own.

    Args:
        parts: Content by name.

    Raises:
        DataError: A part is missing, damaged or holds what no orders have. The message says which.
    """
    for name in (_FACTS, _TABLE, _WITHOUT):
        if name not in parts:
            raise DataError(f"The part {name!r} is missing. Open another copy of the file.")
    facts = read_part(parts[_FACTS], _FACTS)
    if set(facts) != set(_FIELDS):
        raise DataError(f"The part {_FACTS!r} says other things of the orders than it should.")
    table = from_parquet(parts[_TABLE], _TABLE, COLUMNS)
    has_amounts = _checked(facts["has_amounts"], bool, "has_amounts")
    _check_orders(table, has_amounts=has_amounts)
    start, end = _days(table)
    if (str(start), str(end)) != (facts["start"], facts["end"]):
        raise DataError(f"The parts {_FACTS!r} and {_TABLE!r} do not belong to each other.")
    digest, currency = facts["digest"], facts["currency"]
    if not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
        raise DataError(f"The part {_FACTS!r} names no orders by their digest.")
    if currency is not None and len(_checked(currency, str, "currency")) > _LONGEST_CURRENCY:
        raise DataError(f"The part {_FACTS!r} has a currency of too many characters.")
    if facts["numbered"] not in (*_NUMBERED, None):
        raise DataError(f"The part {_FACTS!r} does not say whether the orders are numbered.")
    con = connect()
    con.create_table("orders", table)
    others = {}
    for field, name, columns in (
        ("items", _ITEMS, _ITEM_COLUMNS),
        ("carts", _CARTS, _CART_COLUMNS),
        ("cancelled", _CANCELLED, _CANCELLED_COLUMNS),
        ("refunds", _REFUNDS, _REFUND_COLUMNS),
    ):
        if name in parts:
            con.create_table(field, _whole(from_parquet(parts[name], name, columns), name))
            others[field] = con.table(field)
    left_out = any_table(parts[_LEFT_OUT], _LEFT_OUT).to_pandas() if _LEFT_OUT in parts else None
    left_out = _checked_left_out(left_out)
    return Orders(
        table=con.table("orders"),
        report=_report_of(facts["report"]),
        start=start,
        end=end,
        currency=currency,
        digest=digest,
        left_out=left_out,
        carts=others.get("carts"),
        items=others.get("items"),
        has_amounts=has_amounts,
        aside=None
        if facts["numbered"] is None
        else SetAside(
            numbered=facts["numbered"],
            cancelled=others.get("cancelled"),
            refunds=others.get("refunds"),
            lost_amounts=_lost_amounts(parts, len(left_out)),
        ),
        without_customer=_whole(
            from_parquet(parts[_WITHOUT], _WITHOUT, _WITHOUT_COLUMNS), _WITHOUT, _WITHOUT_COLUMNS
        ).to_pandas(),
    )


def _rows(table: pa.Table, columns: Mapping[str, pa.DataType]) -> bytes:
    unknown = next((name for name in table.schema.names if name not in columns), None)
    if unknown is not None:
        raise DataError(f"Orders with a column {unknown!r} cannot be saved.")
    try:
        return to_parquet(
            table.cast(pa.schema([pa.field(name, columns[name]) for name in table.schema.names]))
        )
    except pa.ArrowException as error:
        raise DataError(f"These orders cannot be saved: {error}") from error


def _check_orders(table: pa.Table, *, has_amounts: bool) -> None:
    """Refuse what no reading of a file makes, and what would break sums and dates."""
    for name in _NEEDED:
        if name not in table.schema.names:
            raise DataError(f"The part {_TABLE!r} has no column {name!r}.")
    if not table.num_rows:
        raise DataError(f"The part {_TABLE!r} holds no order.")
    needed = _NEEDED if has_amounts else _NEEDED[:-1]
    if any(table[name].null_count for name in needed):
        raise DataError(f"The part {_TABLE!r} has orders without a customer, a day or an amount.")
    if not has_amounts and table["revenue"].null_count < table.num_rows:
        raise DataError(f"The part {_TABLE!r} has amounts, and says that it has none.")
    for name in table.schema.names:
        _check_column(table[name], name)
    if has_amounts and pc.min(table["revenue"]).as_py() < 0:
        raise DataError(f"The part {_TABLE!r} has an order below zero.")


def _check_column(column: pa.ChunkedArray, name: str) -> None:
    if column.type == NUMBER:
        limits = pc.min_max(pc.abs(column)).as_py()
        largest = limits["max"]
        if pc.any(pc.is_nan(column)).as_py() or (largest is not None and largest > MOST_AMOUNT):
            raise DataError(
                f"The part {_TABLE!r} has a number in {name!r} that no order has: it is too large "
                "or none."
            )
    elif column.type == MOMENT:
        years = pc.min_max(pc.year(column)).as_py()
        if years["min"] is not None and not (
            years["min"] >= FIRST_YEAR and years["max"] <= LAST_YEAR
        ):
            raise DataError(
                f"The part {_TABLE!r} has a day in {name!r} before {FIRST_YEAR} or after "
                f"{LAST_YEAR}."
            )


def _days(table: pa.Table) -> tuple[date, date]:
    days = pc.min_max(table["ordered_at"]).as_py()
    return days["min"].date(), days["max"].date()


def _whole(
    table: pa.Table, part: str, columns: Mapping[str, pa.DataType] | None = None
) -> pa.Table:
    """The table, once it is known to have its columns and plausible cells."""
    needed = columns or {"customer_id": TEXT}
    missing = next((name for name in needed if name not in table.schema.names), None)
    if missing is not None:
        raise DataError(f"The part {part!r} has no column {missing!r}.")
    for name in table.schema.names:
        _check_column(table[name], name)
    return table


def _checked_left_out(frame: pd.DataFrame | None) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame()
    if not {"line", "reason"} <= set(frame.columns):
        raise DataError(f"The part {_LEFT_OUT!r} has no columns 'line' and 'reason'.")
    return frame


def _lost_amounts(parts: Mapping[str, bytes], rows: int) -> np.ndarray | None:
    """The amounts of the rows left out; None of a file that does not say them."""
    if _LOST_AMOUNTS not in parts:
        return None
    table = from_parquet(parts[_LOST_AMOUNTS], _LOST_AMOUNTS, _LOST_COLUMNS)
    amounts = _whole(table, _LOST_AMOUNTS, _LOST_COLUMNS)["amount"].to_numpy()
    if len(amounts) != rows:
        raise DataError(f"The parts {_LEFT_OUT!r} and {_LOST_AMOUNTS!r} have not as many rows.")
    return np.asarray(amounts, dtype=float)


def _checked(given: object, kind: type[Any], name: str) -> Any:
    if not isinstance(given, kind):
        raise DataError(f"The part {_FACTS!r} has something else than it should as {name!r}.")
    return given


def _report_data(report: OrderReport) -> dict[str, Any]:
    """The report for JSON. Options of a question have keys that are no texts: they are pairs."""
    data = asdict(report)
    for question in data["questions"]:
        question["options"] = [[value, label] for value, label in question["options"].items()]
    return data


def _report_of(data: object) -> OrderReport:
    if not isinstance(data, dict) or not isinstance(data.get("questions"), list):
        raise DataError(f"The part {_FACTS!r} has no report on the rows that were read.")
    questions = tuple(_question_of(given) for given in data["questions"])
    report = record(OrderReport, data | {"questions": []}, f"The report in {_FACTS!r}")
    figures = (report.refunded, report.unplaced_refunds, *(e.revenue for e in report.reasons))
    if report.rows_read < 1 or not all(map(math.isfinite, figures)):
        raise DataError(f"The report in {_FACTS!r} counts what cannot be counted.")
    return replace(report, questions=questions)


def _question_of(given: object) -> Question:
    """A question. What it asks about says what its options are."""
    where = f"A question in {_FACTS!r}"
    if not isinstance(given, dict) or not isinstance(given.get("options"), list):
        raise DataError(f"{where} has no options.")
    pairs = given["options"]
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise DataError(f"{where} has options that are no pairs.")
    read = _value_of(given.get("setting"), where)
    question = record(Question, given | {"options": {}, "assumed": None}, where)
    return replace(
        question,
        options={read(value): str(label) for value, label in pairs},
        assumed=read(given.get("assumed")),
    )


def _value_of(setting: object, where: str) -> Any:
    def read(value: object) -> object:
        if value is None or isinstance(value, bool):
            return value
        try:
            return State(str(value)) if setting == "statuses" else str(value)
        except ValueError as error:
            raise DataError(f"{where} has the meaning {value!r:.60}, which is none.") from error

    return read
