"""Grade one answer in a process of its own: `python -I alone.py`, a job on stdin, JSON lines on stdout.

The process has no environment and no database. It limits itself before it reads anything, and ends when
stdin is closed: whoever started it has gone, or wants no grade any more.
"""

import json
import os
import resource
import select
import sys
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).resolve().parents[2])


def main() -> None:
    """Read {"spec", "answer", "seed", "limits"}; write {"progress"} lines, then one {"report"} line."""
    if ROOT not in sys.path:
        sys.path.insert(0, ROOT)
    job = json.loads(sys.stdin.buffer.readline())
    limit_self(job["limits"]["seconds"], job["limits"]["megabytes"])

    from engine.fingerprint import fingerprint  # noqa: PLC0415  (numpy must load within the limits)
    from exercises.grading.grade import grade  # noqa: PLC0415
    from exercises.grading.planning import Stopped, Watch  # noqa: PLC0415
    from exercises.grading.specs import read_spec  # noqa: PLC0415

    watch = Watch(report=lambda progress: _say({"progress": progress}), should_stop=_is_abandoned)
    try:
        report = grade(read_spec(job["spec"]), job["answer"], job["seed"], watch)
    except Stopped:
        return
    _say(
        {
            "report": report.to_json(),
            "score": report.score,
            "max_score": report.max_score,
            "fingerprint": fingerprint(),
        }
    )


def limit_self(seconds: int, megabytes: int) -> None:
    """Bound what this process may use: address space, processor time, files."""
    limit_address_space(megabytes)
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)


def limit_address_space(megabytes: int) -> None:
    """Bound the memory that this process may map; asking for more raises MemoryError."""
    _limit(resource.RLIMIT_AS, megabytes * 1024**2)


def _limit(what: int, most: int) -> None:
    """Lower a limit, never above what the system already allows."""
    hard = resource.getrlimit(what)[1]
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (value, value))


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def _is_abandoned() -> bool:
    """Whether stdin was closed; nothing is ever written to it after the job."""
    return bool(select.select([0], [], [], 0)[0])


if __name__ == "__main__":
    main()
