"""The worker: a line of JSON asks for a task, and a line answers, until nobody asks any more."""

import json
import sys
from pathlib import Path

from retention.errors import NoRoomError
from retention.file_worker.tasks import TASKS, Answer, TooLargeError

#: Memory at its peak, in bytes, above which a worker ends after its answer.
_LARGEST_KEPT = 400 << 20


def main() -> None:
    """Do what the lines on standard input ask for.

    A task that panics, aborts or is killed ends the process without an answer.
    """
    for line in sys.stdin.buffer:
        job = json.loads(line)
        set_memory_limit(job["memory"])
        answer = _answer(job)
        # Memory that a large file took is given back by ending.
        waits = _peak_bytes() <= _LARGEST_KEPT
        sys.stdout.buffer.write(json.dumps(answer | {"waits": waits}).encode() + b"\n")
        sys.stdout.buffer.flush()
        if not waits:
            return


def _answer(job: dict[str, object]) -> Answer:
    task = TASKS[str(job["task"])]
    try:
        return task(Path(str(job["path"])), Path(str(job["folder"])), int(str(job["most_bytes"])))
    except TooLargeError:
        return {"problem": "too large"}
    except MemoryError:
        return {"problem": "memory"}
    except NoRoomError as error:
        return {"problem": "no room", "detail": str(error)}


def set_memory_limit(size: int) -> None:
    """Let this process take at most so many bytes more than it has.

    Args:
        size: The bytes. Only Linux holds a process to them.
    """
    if sys.platform != "linux":
        return
    import resource

    taken = _status_bytes("VmData")
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (taken + size, most))


def _peak_bytes() -> int:
    # What getrusage says goes on from the process that started this one.
    return _status_bytes("VmHWM") if sys.platform == "linux" else 0


def _status_bytes(name: str) -> int:
    """What Linux says of this process's memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
