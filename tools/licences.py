"""The licences of every package of the lock, held to the kept list of licences.toml.

    python -m tools.licences

It ends with 1 where a package has a licence that the list does not allow. It reads what the
installed packages say of themselves and asks no network.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from tools.pins import LOCK, Pin, read_pins

KEPT = Path(__file__).with_name("licences.toml")
_LONGEST = 60  # a longer text is the licence itself, not its name


@dataclass(frozen=True, slots=True)
class Rules:
    """The kept list.

    Attributes:
        allowed: SPDX identifiers that any package may have.
        meanings: What packages without an SPDX expression write, and its SPDX identifier.
        exceptions: The licence of each package that is named with its own.
    """

    allowed: frozenset[str]
    meanings: dict[str, str]
    exceptions: dict[str, str]


def kept_rules() -> Rules:
    """Return the kept list.

    Returns:
        The rules of licences.toml.
    """
    kept = tomllib.loads(KEPT.read_text(encoding="utf-8"))
    exceptions: dict[str, dict[str, str]] = kept["exceptions"]
    return Rules(
        allowed=frozenset(kept["allowed"]),
        meanings=kept["meanings"],
        exceptions={name: entry["licence"] for name, entry in exceptions.items()},
    )


def licence_of(metadata: Message | Any, meanings: dict[str, str]) -> str:
    """Return a package's licence as an SPDX expression.

    Args:
        metadata: The package's metadata.
        meanings: Those of `Rules`.

    Returns:
        The expression. Where the list knows no meaning for it, what the package wrote; empty where
        it wrote nothing.
    """
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    field = str(metadata.get("License") or "").strip()
    classifiers = [
        line.rpartition("::")[2].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    written = [name for name in (field, *classifiers) if name and len(name) <= _LONGEST]
    written = [name for name in written if "\n" not in name and name != "OSI Approved"]
    known = dict.fromkeys(meanings.get(name, name) for name in written)
    # "BSD" beside "BSD-3-Clause" says nothing further.
    exact = [name for name in known if name != "BSD" or len(known) == 1]
    return " AND ".join(exact)


def fault(name: str, licence: str, rules: Rules) -> str:
    """Return what is wrong with the licence of a package.

    Args:
        name: The package.
        licence: Its SPDX expression.
        rules: The kept list.

    Returns:
        A sentence; empty where the list allows it.
    """
    if name in rules.exceptions:
        expected = rules.exceptions[name]
        changed = f"{name} is named with {expected}, but says {licence or 'nothing'}."
        return "" if licence == expected else changed
    named = [part.strip() for part in re.split(r"\b(?:AND|OR)\b|[()]", licence) if part.strip()]
    if not named:
        return f"{name} says no licence."
    strange = [part for part in named if part not in rules.allowed]
    return f"{name} has the licence {licence}, which is not on the list." if strange else ""


def faults(packages: dict[str, str], rules: Rules) -> list[str]:
    """Return everything that is wrong with the licences of some packages.

    Args:
        packages: The licence of each package, by its name.
        rules: The kept list.

    Returns:
        A sentence for each fault.
    """
    return [said for name, licence in packages.items() if (said := fault(name, licence, rules))]


def installed_licences(pins: Iterable[Pin], rules: Rules) -> tuple[dict[str, str], list[str]]:
    """Return the licences of what is installed of some pins.

    Args:
        pins: The pins; those for other systems are passed over.
        rules: The kept list.

    Returns:
        The licence of each installed package by its name, and the names that are not installed.
    """
    found: dict[str, str] = {}
    absent: list[str] = []
    for pin in pins:
        if not pin.applies:
            continue
        try:
            found[pin.name] = licence_of(distribution(pin.name).metadata, rules.meanings)
        except PackageNotFoundError:
            absent.append(pin.name)
    return found, absent


def main() -> int:
    """Print the faults, or how many packages have an allowed licence.

    Returns:
        The exit code: 1 with a fault, or where a package of the lock is not installed.
    """
    rules = kept_rules()
    found, absent = installed_licences(read_pins(LOCK), rules)
    wrong = faults(found, rules)
    for line in wrong:
        print(line)
    if absent:
        print(f"Not installed, so not checked: {', '.join(absent)}.")
    if wrong or absent:
        return 1
    exceptions = sum(name in rules.exceptions for name in found)
    print(f"{len(found)} packages: all licences are allowed, {exceptions} of them by name.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
