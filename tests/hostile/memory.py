"""The peak of a process's memory, as Linux counts it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
RESET = "5"


def peak_megabytes(pid: int | str = "self") -> float:
    """Return the most memory that a process ever had in use, since it was last reset."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"process {pid} has no peak")


def growth_while(run: Callable[[], Result]) -> tuple[Result, float]:
    """Run, and say by how many megabytes the peak rose above what was in use before."""
    Path(f"/proc/{os.getpid()}/clear_refs").write_text(RESET)
    before = peak_megabytes()
    result = run()
    return result, peak_megabytes() - before
