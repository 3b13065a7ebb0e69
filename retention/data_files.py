"""Data files of the packages: TOML tables that are read into records and checked."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, cast

Record = TypeVar("Record")


def read_data_file(module: str, name: str) -> dict[str, Any]:
    """Return the content of a TOML file.

    Args:
        module: The `__file__` of the module beside which the file stands.
        name: The file's name.

    Returns:
        The file's tables and values.
    """
    return tomllib.loads(Path(module).with_name(name).read_text(encoding="utf-8"))


def checked_record(record: type[Record], entry: dict[str, Any], where: str) -> Record:
    """Return an entry of a data file as a record; its lists become tuples.

    Args:
        record: The dataclass, whose field names are the entry's keys.
        entry: The keys and values of one table of the file.
        where: The table and its file, for the message.

    Returns:
        The record.

    Raises:
        ValueError: If the entry has a key that the record lacks, or lacks one that it needs.
    """
    known = {field.name: field for field in fields(cast(Any, record))}
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(
            f"{where} has an unknown key {unknown[0]!r}. Keys are: {', '.join(known)}."
        )
    absent = [
        name
        for name, field in known.items()
        if name not in entry and field.default is MISSING and field.default_factory is MISSING
    ]
    if absent:
        raise ValueError(f"{where} lacks the key {absent[0]!r}.")
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return record(**values)
