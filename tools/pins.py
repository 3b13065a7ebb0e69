"""The pins of the requirement files, as they are written there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
#: The files that name what the project itself uses.
NAMED = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
#: What the comment of a pin begins with that no update may move; the reason follows.
HELD = "held: "

_PIN = re.compile(r"^(?P<asked>[A-Za-z0-9][^=\s]*)==(?P<version>[^\s;#]+)(?P<rest>.*)$")


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of a requirement file.

    Attributes:
        asked: The package with its extras, as it is written: "psycopg[binary]".
        version: Its version.
        marker: Where it holds, without the semicolon; empty where it holds everywhere.
        comment: What stands behind the `#`; empty without one.
    """

    asked: str
    version: str
    marker: str
    comment: str

    @property
    def name(self) -> str:
        """The name of the package as indexes compare it."""
        return canonicalize_name(Requirement(self.asked).name)

    @property
    def held(self) -> bool:
        """Whether an update leaves it where it is."""
        return self.comment.startswith(HELD)

    @property
    def applies(self) -> bool:
        """Whether it holds for this Python and this system."""
        marker = Requirement(f"{self.asked}; {self.marker}" if self.marker else self.asked).marker
        return marker is None or marker.evaluate()


def read_pin(line: str) -> Pin | None:
    """Return the pin of a line.

    Args:
        line: A line of a requirement file or of the lock.

    Returns:
        The pin; None for a comment, an option or an empty line.
    """
    found = _PIN.match(line.strip())
    if not found:
        return None
    marker, _, comment = found["rest"].partition("#")
    return Pin(found["asked"], found["version"], marker.strip(" ;"), comment.strip())


def read_pins(path: Path) -> list[Pin]:
    """Return the pins of a file.

    Args:
        path: A requirement file or the lock.

    Returns:
        The pins, in the order of the file.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [pin for line in lines if (pin := read_pin(line))]
