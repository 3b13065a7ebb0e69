"""Ask a worker for the content of a file: it is started once, and replaced when it falls."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from retention.errors import NoRoomError, RetentionError
from retention.file_worker.tasks import ANSWER

Task = Literal["workbook", "parquet"]
Problem = Literal["damaged", "too large", "memory", "fallen", "time"]

#: Memory and time that a small file may take. A larger one gets more by its size.
LEAST_MEMORY, MEMORY_BY_SIZE = 768 << 20, 40
LEAST_SECONDS, SECONDS_BY_MEGABYTE = 15.0, 3.0
#: Workers that decode at once: others wait.
MOST_WORKERS = max(2, os.cpu_count() or 1)
_PACKAGE_FOLDER = str(Path(__file__).parents[2])
_CODE = f"import sys; sys.path.insert(0, {_PACKAGE_FOLDER!r}); " + (
    "from retention.file_worker.child import main; main()"
)
_TURNS = threading.BoundedSemaphore(MOST_WORKERS)
_LOCK = threading.Lock()
_WAITING: list[subprocess.Popen[bytes]] = []


class UnreadableFileError(RetentionError):
    """A worker could not decode a file.

    Attributes:
        problem: "damaged" (its reader says so), "too large", "memory", "fallen" (its reader took
            the worker down) or "time".
        detail: What the reader says.
    """

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(f"The file cannot be decoded: {problem} {detail}".strip())
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a worker has decoded.

    Attributes:
        about: What it says of the file, as its task returns it.
        tables: The tables that it left.
    """

    about: dict[str, Any]
    tables: list[pa.Table]


def warm_up() -> None:
    """Start a worker that waits, unless one does."""
    # Where the system starts no process, the file that comes next says so.
    with _LOCK, suppress(OSError):
        if not _WAITING:
            _WAITING.append(_start())


def decode(task: Task, path: Path, folder: Path, most_bytes: int) -> Decoded:
    """Let a worker decode a file.

    Args:
        task: What to do with it.
        path: The file.
        folder: An empty folder for what comes back.
        most_bytes: Bytes that its content may have.

    Raises:
        UnreadableFileError: It cannot be decoded.
        NoRoomError: There is no room in the folder for what comes back.
    """
    size = path.stat().st_size
    job = {
        "task": task,
        "path": str(path),
        "folder": str(folder),
        "most_bytes": most_bytes,
        "memory": LEAST_MEMORY + MEMORY_BY_SIZE * size,
    }
    about = _ask(job, LEAST_SECONDS + SECONDS_BY_MEGABYTE * size / (1 << 20))
    if about.get("problem") == "no room":
        raise NoRoomError(about["detail"])
    if "problem" in about:
        raise UnreadableFileError(about["problem"], about.get("detail", ""))
    return Decoded(about, [_table(folder / ANSWER.format(i)) for i in range(about["tables"])])


def _table(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _ask(job: dict[str, Any], seconds: float) -> dict[str, Any]:
    with _TURNS:
        waiting = _waiting_worker()
        if waiting is not None:
            answer = _answer(waiting, job, seconds)
            # One that has waited may have ended for other reasons than this file.
            if answer.get("problem") != "fallen":
                return answer
        return _answer(_start(), job, seconds)


def _answer(worker: subprocess.Popen[bytes], job: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Ask one worker, and let it wait for the next file if it can."""
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        worker.kill()

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        line = _exchange(worker, json.dumps(job).encode() + b"\n")
    except BaseException:
        _end(worker)
        raise
    finally:
        clock.cancel()
    if not line.endswith(b"\n"):
        _end(worker)
        return {"problem": "time" if is_late.is_set() else "fallen"}
    answer: dict[str, Any] = json.loads(line)
    if answer["waits"]:
        with _LOCK:
            _WAITING.append(worker)
    else:
        _end(worker)
    return answer


def _exchange(worker: subprocess.Popen[bytes], line: bytes) -> bytes:
    """Send a line, and return the one that answers; what there is of it where the worker falls."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(line)
        worker.stdin.flush()
        return worker.stdout.readline()
    except OSError:
        return b""


def _waiting_worker() -> subprocess.Popen[bytes] | None:
    """Return a worker that waits; None where there is none."""
    with _LOCK:
        while _WAITING:
            worker = _WAITING.pop()
            if worker.poll() is None:
                return worker
            _end(worker)
    return None


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        # Nothing but the project's own code: neither the folder of the caller nor its settings.
        [sys.executable, "-P", "-c", _CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _end(worker: subprocess.Popen[bytes]) -> None:
    with worker:  # closes its pipes, and waits
        worker.kill()


@atexit.register
def end_all() -> None:
    """End the workers that wait."""
    with _LOCK:
        while _WAITING:
            _end(_WAITING.pop())
