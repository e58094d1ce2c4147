"""How fast the engine trains, beside PyTorch and scikit-learn in one run: one thread, CPU time, medians.

`make bench`, or `python -m bench.engine [--rounds N] [--only W1 W5] [--write]`. With --write the tables go
into docs/benchmarks.md, as the part of this processor. OPENBLAS_CORETYPE in the environment chooses other
kernels than the pinned ones.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from engine.pinning import pin

pin(os.environ)

import numpy as np  # noqa: E402
import sklearn  # noqa: E402
import torch  # noqa: E402

from bench import engine_estimates, engine_start  # noqa: E402
from bench.engine_workloads import WORKLOADS, Make, Workload  # noqa: E402
from bench.page import PAGE, with_part  # noqa: E402
from engine.loop import training_loop  # noqa: E402

SAME_LOSS = 0.02


def main() -> None:
    """Time each workload in turn and print a row for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contestant, in turn (5)")
    parser.add_argument("--only", nargs="*", choices=sorted(WORKLOADS), help="some of the workloads")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name in options.only or WORKLOADS:
        rows.append(measure(WORKLOADS[name](), options.rounds))
        print(rows[-1], flush=True)
    if options.write:
        PAGE.write_text(with_part(PAGE.read_text(), part(rows, options.rounds)))


def measure(workload: Workload, rounds: int) -> str:
    """Run all contestants in turn, round after round, and write the row of the table."""
    contestants: dict[str, Make] = {"ours": workload.ours, **workload.torch, **workload.other}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    losses = {}
    for _ in range(rounds):
        for name, make in contestants.items():
            run = make()
            with training_loop():
                start = time.process_time()
                losses[name] = run()
                times[name].append(time.process_time() - start)
    median = {name: statistics.median(values) for name, values in times.items()}
    best = min(workload.torch, key=lambda name: median[name])
    if abs(losses["ours"] - losses[best]) > SAME_LOSS * max(abs(losses[best]), 0.01):
        sys.exit(f"{workload.name}: the last loss is {losses['ours']}, {best} has {losses[best]}")
    pairs = sorted(ours / theirs for ours, theirs in zip(times["ours"], times[best], strict=True))
    ratio, least = statistics.median(pairs), min(times["ours"]) / min(times[best])
    others = "".join(f"; {name} {median[name]:.3f}" for name in workload.other)
    return (
        f"| {workload.name} | {workload.title} | {median['ours']:.3f} | {median[best]:.3f} ({best}{others}) "
        f"| **{ratio:.2f}** ({pairs[0]:.2f} to {pairs[-1]:.2f}) | {least:.2f} | ≤ {workload.target:.2f} "
        f"| {losses['ours']:.5f} / {losses[best]:.5f} |"
    )


def part(rows: list[str], rounds: int) -> str:
    """Write what was measured, on what, and when."""
    kernels = os.environ.get("OPENBLAS_CORETYPE", "chosen by OpenBLAS")
    return "\n".join(
        [
            f"## {processor()}, kernels {kernels}",
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"numpy {np.__version__}, PyTorch {torch.__version__}, scikit-learn {sklearn.__version__}. "
            f"Medians of {rounds} rounds.",
            "",
            "| | training | ours, s | PyTorch at its best, s | ours / PyTorch | quickest | target "
            "| last loss, both |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "### The estimate of seconds",
            "",
            "`engine/bill.py` predicts a training from its configuration alone, alike on every machine;",
            "the target is a factor of 2. The median of the ratios tells how fast this machine is (below 1:",
            "slower than the one the estimate was fitted on); the last column is without it.",
            "",
            "| training | predicted, s | measured, s | predicted / measured | by the median |",
            "|---|---|---|---|---|",
            *engine_estimates.rows(),
            "",
            "### Starting",
            "",
            "Targets: an import in under 0.3 s, a worker in under 90 MB.",
            "",
            "| what, in a fresh process | CPU seconds | MB at most |",
            "|---|---|---|",
            *engine_start.rows(),
            "",
        ]
    )


def processor() -> str:
    """Name the processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main()
