"""New pins for everything that the project uses: requirements.txt, requirements-dev.txt, the lock.

    python -m tools.update

Every pin moves to the newest release that fits the others on each Python the project supports. A
pin whose comment begins with "held:" stays, for the reason that follows. `make update` installs the
new lock and runs all checks afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from tools.pins import NAMED, Pin, read_pin, read_pins

_COMPILE = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
#: One release for all Pythons, where there is one.
_ONE_RELEASE = ["--fork-strategy", "fewest", "--upgrade", "--no-annotate", "--no-header"]


def loosened(pins: list[Pin]) -> str:
    """Return the requirements without their versions, but for those that are held.

    Args:
        pins: The pins.

    Returns:
        The text of a requirement file.
    """
    lines = []
    for pin in pins:
        asked = f"{pin.asked}=={pin.version}" if pin.held else pin.asked
        lines.append(f"{asked}; {pin.marker}" if pin.marker else asked)
    return "\n".join(lines) + "\n"


def moved(line: str, newest: dict[str, str]) -> str:
    """Return a line of a requirement file with its new version, its comment where it was.

    Args:
        line: The line.
        newest: The new version of each package, by its name.

    Returns:
        The line; as it was where it holds no pin, or a held one.
    """
    pin = read_pin(line)
    if pin is None or pin.held:
        return line
    old, new = f"=={pin.version}", f"=={newest[pin.name]}"
    before, mark, comment = line.partition("#")
    replaced = before.replace(old, new)
    if mark:
        replaced = replaced.rstrip().ljust(len(before) - 1) + " "
    return replaced + mark + comment


def resolved(requirements: str) -> dict[str, str]:
    """Return the newest releases that fit each other.

    Args:
        requirements: The text of a requirement file.

    Returns:
        The version of each package, by its name.

    Raises:
        CalledProcessError: Nothing fits.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.txt", Path(folder) / "answer.txt"
        asked.write_text(requirements, encoding="utf-8")
        command = [*_COMPILE, *_ONE_RELEASE, str(asked), "--output-file", str(answer)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {pin.name: pin.version for pin in read_pins(answer)}


def main() -> int:
    """Write the new pins and print what has moved.

    Returns:
        The exit code.
    """
    pins = [pin for path in NAMED for pin in read_pins(path)]
    newest = resolved(loosened(pins))
    for path in NAMED:
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(moved(line, newest) for line in lines) + "\n", encoding="utf-8")
    for pin in pins:
        if pin.held:
            print(f"{Requirement(pin.asked).name} {pin.version} is {pin.comment}")
        elif newest[pin.name] != pin.version:
            print(f"{Requirement(pin.asked).name} {pin.version} becomes {newest[pin.name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
