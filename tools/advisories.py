"""Known advisories on the packages of the lock, by pip-audit.

    python -m tools.advisories

It ends with 1 where an advisory is found, or where the audit itself fails. Where no database can be
reached it says so in one line and ends with 0: nothing is known then, for good or ill.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tools.pins import LOCK

_COMMAND = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK)]
_SETTINGS = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
#: What pip-audit's last words hold where the network, not the audit, has failed.
_UNREACHED = ("ConnectionError", "ProxyError", "SSLError", "Timeout", "Could not connect")


def audit_lines(code: int, output: str, errors: str) -> tuple[int, list[str]]:
    """Return what a run of pip-audit has found.

    Args:
        code: Its exit code.
        output: Its output in JSON; empty where it failed.
        errors: What it wrote beside it.

    Returns:
        The exit code of this check, and its lines.
    """
    if not output.strip():
        last = (errors.strip().splitlines() or ["no word of why"])[-1]
        if any(word in last for word in _UNREACHED):
            return 0, ["No database of advisories could be reached, so none was checked."]
        return 1, [f"pip-audit failed with exit code {code}: {last}"]
    packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, "
        f"mended in {', '.join(flaw['fix_versions']) or 'no release yet'}."
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if found:
        return 1, found
    if len(skipped) == len(packages):
        return 0, ["The index answers with no advisories, so none was checked."]
    lines = [f"{len(packages) - len(skipped)} packages: no advisory is known."]
    if skipped:
        lines.append(f"The index knows nothing of: {', '.join(skipped)}.")
    return 0, lines


def main() -> int:
    """Run pip-audit over the lock and print what it found.

    Returns:
        The exit code: 1 with an advisory, or where the audit failed.
    """
    run = subprocess.run([*_COMMAND, *_SETTINGS], capture_output=True, text=True, check=False)
    code, lines = audit_lines(run.returncode, run.stdout, run.stderr)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
