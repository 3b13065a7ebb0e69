"""Files of signals as parts of a file, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

import pandas as pd
import pyarrow as pa

from retention.errors import DataError
from retention.kept_work.json_parts import record
from retention.kept_work.parquet import (
    MOMENT,
    NUMBER,
    TEXT,
    YES_NO,
    any_table,
    frame_to_parquet,
    from_parquet,
)
from retention.signal_files.kinds import KindKey
from retention.signal_files.report import SignalFile, SignalReport

#: Kinds of files there are, and so files that orders can have.
KINDS: tuple[str, ...] = get_args(KindKey)
_PRODUCTS = "subscribed_products"
#: Stands between the products of a customer: no name of a product has it.
_BETWEEN = "\x1f"
_COLUMNS: dict[str, pa.DataType] = {
    "customer_id": TEXT,
    **dict.fromkeys(("nps_score", "csat_score", "last_rating", "loyalty_points"), NUMBER),
    **dict.fromkeys(("email_opens", "email_clicks", "cart_value"), NUMBER),
    **dict.fromkeys(("nps_group", "csat_group", "loyalty_tier", "subscription_status"), TEXT),
    **dict.fromkeys(("nps_on", "csat_on", "rated_on", "next_charge_on"), MOMENT),
    **dict.fromkeys(("email_opened_on", "email_clicked_on", "cart_abandoned_on"), MOMENT),
    **dict.fromkeys(("subscribed", "unsubscribed", "email_consent"), YES_NO),
    _PRODUCTS: TEXT,
}
_FIELDS = {"kind", "name", "report", "columns", "digest", "scale", "dtypes"}
#: How the columns of a frame may be held in memory.
_DTYPES = frozenset(
    {"str", "object", "float64", "int64", "bool", "boolean"}
    | {f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")}
)
_LONGEST_NAME = 500


def part_names(kind: str) -> tuple[str, str]:
    """Return the names of the parts of a file of signals: its customers, and its unused rows."""
    return f"signals/{kind}.parquet", f"signals/{kind}_left_out.parquet"


#: The parts that files of signals may have.
PARTS = frozenset(name for kind in KINDS for name in part_names(kind))


def signal_parts(file: SignalFile) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a file of signals as data for JSON, and its tables as parts of a file."""
    frame = file.frame.rename_axis("customer_id").reset_index()
    if _PRODUCTS in frame:
        frame[_PRODUCTS] = [_BETWEEN.join(products) for products in frame[_PRODUCTS]]
    fields = [pa.field(name, _COLUMNS[name]) for name in frame.columns]
    data = {
        "kind": file.kind,
        "name": file.name,
        "report": asdict(file.report),
        "columns": dict(file.columns),
        "digest": file.digest,
        "scale": None if file.scale is None else float(file.scale),
        "dtypes": {name: str(kind) for name, kind in file.frame.dtypes.items()},
    }
    customers, left_out = part_names(file.kind)
    parts = {customers: frame_to_parquet(frame, pa.schema(fields))}
    if len(file.left_out.columns):
        parts[left_out] = frame_to_parquet(file.left_out)
    return data, parts


def signals_of_parts(data: object, parts: Mapping[str, bytes]) -> SignalFile:
    """Return the file of signals that `signal_parts` wrote.

    Args:
        data: What JSON says of it.
        parts: The parts of the file by name.

    Raises:
        DataError: A part is missing or damaged, or says what no file of signals does.
    """
    if not isinstance(data, dict) or set(data) != _FIELDS or data["kind"] not in KINDS:
        raise DataError("One of the files of signals in it is of no kind that is known.")
    where = f"The file of signals of the kind {data['kind']!r}"
    customers, unused = part_names(data["kind"])
    if customers not in parts:
        raise DataError(f"The part {customers!r} is missing. Open another copy of the file.")
    for name in ("name", "digest"):
        if not isinstance(data[name], str) or len(data[name]) > _LONGEST_NAME:
            raise DataError(f"{where} has no {name}.")
    left_out = any_table(parts[unused], unused).to_pandas() if unused in parts else pd.DataFrame()
    return SignalFile(
        kind=data["kind"],
        name=data["name"],
        frame=_frame(parts[customers], customers, data["dtypes"]),
        report=record(SignalReport, data["report"], where),
        columns=record(dict[str, str], data["columns"], where),
        digest=data["digest"],
        scale=record(float | None, data["scale"], where),  # type: ignore[arg-type]
        left_out=left_out,
    )


def _frame(content: bytes, part: str, dtypes: Any) -> pd.DataFrame:
    table = from_parquet(content, part, _COLUMNS)
    names = [name for name in table.schema.names if name != "customer_id"]
    if len(names) == len(table.schema.names) or table["customer_id"].null_count:
        raise DataError(f"The part {part!r} does not name its customers.")
    if not isinstance(dtypes, dict) or set(dtypes) != set(names):
        raise DataError(f"The part {part!r} has other columns than the file says.")
    frame: pd.DataFrame = table.to_pandas().set_index("customer_id")
    if not frame.index.is_unique:
        raise DataError(f"The part {part!r} has a customer twice.")
    for name, kind in dtypes.items():
        if not isinstance(kind, str) or kind not in _DTYPES:
            raise DataError(f"The part {part!r} has a column of a type that is not known.")
        if name == _PRODUCTS:
            cells: Any = frame[_PRODUCTS].fillna("")
            lists = [tuple(text.split(_BETWEEN)) if text else () for text in cells]
            frame[name] = pd.Series(lists, index=frame.index, dtype=object)
            continue
        try:
            frame[name] = frame[name].astype(pd.api.types.pandas_dtype(kind))
        except (ValueError, TypeError) as error:
            raise DataError(f"The part {part!r} has cells of another type in {name!r}.") from error
    return frame
