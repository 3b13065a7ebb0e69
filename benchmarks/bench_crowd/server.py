"""The app as the README starts it, with its log and its memory. Linux alone says what it holds."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
_FAULT = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b|Error:|Exception")


@dataclass(frozen=True, slots=True)
class Server:
    """A running app.

    Attributes:
        address: Where it answers.
        process: Its process.
        log: The file of what it says.
    """

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def megabytes(self) -> float:
        """Return the memory that the server's process holds (its resident set)."""
        return self._of("VmRSS")

    def peak_megabytes(self) -> float:
        """Return the most memory that the server's process has held so far."""
        return self._of("VmHWM")

    def faults(self) -> list[str]:
        """Return the lines of the log that tell of an error."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return [line for line in lines if _FAULT.search(line)]

    def _of(self, name: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        if found is None:
            raise RuntimeError(f"The system does not say the {name} of the server.")
        return int(found[1]) / 1024


@contextmanager
def running_app(log: Path, folder: Path = ROOT) -> Iterator[Server]:
    """The app on a free port of this computer, while the block runs.

    Args:
        log: Where the server's output goes.
        folder: Where its `app.py` lies.
    """
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=folder, stdout=output, stderr=output) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}", process, log)
        try:
            _wait_for(server)
            yield server
        finally:
            process.terminate()


def _wait_for(server: Server) -> None:
    for _ in range(300):
        try:
            requests.get(f"{server.address}/_stcore/health", timeout=1).raise_for_status()
        except requests.RequestException:
            if server.process.poll() is not None:
                break
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The app does not start:\n{server.log.read_text('utf-8')}")
