"""Parts of JSON: written alike each time, and read with every setting checked."""

import json
from collections.abc import Set
from datetime import date, datetime
from typing import Any, TypeVar

import numpy as np

from retention.campaigns.files import record_of
from retention.errors import DataError
from retention.own_segments.rule_files import read_json

Record = TypeVar("Record")


def to_json(data: Any) -> bytes:
    """Return data as JSON in UTF-8, the same bytes for the same data.

    Args:
        data: Texts, numbers, days, lists and dictionaries.
    """
    return json.dumps(data, ensure_ascii=False, indent=1, default=_plain).encode(
        errors="surrogatepass"
    )


def _plain(value: object) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a file.")


def read_part(content: bytes, part: str) -> dict[str, Any]:
    """Return what a part of JSON says.

    Args:
        content: The part.
        part: What it is called in a refusal.

    Raises:
        DataError: It is no JSON object.
    """
    try:
        data = read_json(content)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"The part {part!r} is damaged: it is not JSON. Open another copy of the file."
        ) from error
    if not isinstance(data, dict):
        raise DataError(f"The part {part!r} does not name its settings.")
    return data


def record(kind: type[Record], given: object, where: str, *, is_whole: bool = False) -> Record:
    """Return a frozen record from its part of a file.

    Args:
        kind: Its class.
        given: The part, as `read_part` returns it.
        where: What the part is called in a refusal.
        is_whole: As in `record_of`.

    Raises:
        DataError: A setting is unknown or wrong. The message says where.
    """
    # 0.1 s to import, and only files need it.
    from pydantic import TypeAdapter

    try:
        return record_of(TypeAdapter(kind), given, where, is_whole=is_whole)
    except (RecursionError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{where} cannot be read.") from error
