"""The worker: a line of JSON asks for a task, and a line answers, until nobody asks any more."""

import json
import sys
from pathlib import Path

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


def set_memory_limit(size: int) -> None:
    """Let this process take at most so many bytes more than it has.

    Args:
        size: The bytes. Only Linux holds a process to them.
    """
    if sys.platform != "linux":
        return
    import resource

    status = Path("/proc/self/status").read_text(encoding="ascii")
    taken = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData"))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, ((taken << 10) + size, most))


def _peak_bytes() -> int:
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
