"""What it costs to start: CPU seconds and memory of an import, and the memory of a worker that trains.

Each is measured in a fresh process; of the seconds, the median of several.
"""

import os
import statistics
import subprocess
import sys

ROUNDS = 5
PROBE = """
import re, time
start = time.process_time()
{what}
seconds = time.process_time() - start
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(seconds, int(peak[1]) / 1024)
"""
"""The peak is that of the process itself: getrusage counts what the one that started it took, too (Linux)."""
TRAIN = """
from engine.data import load
from engine.spec import read_spec
from engine.train import train
config = b'''{
    "layers": [
        {"type": "conv2d", "filters": 8}, {"type": "relu"},
        {"type": "flatten"}, {"type": "linear", "units": 10}
    ],
    "loss": "cross_entropy", "optimizer": {"type": "adam"}, "epochs": 2, "batch_size": 32
}'''
train(read_spec(config), load("digits", image=True).train(), 0)
"""
STARTS = {
    "`import engine.train`": "import engine.train",
    "of this `import numpy`": "import numpy",
    "a worker that has trained two convolutional epochs of digits": TRAIN,
    "PyTorch: `import torch`": "import torch",
}


def rows() -> list[str]:
    """Start each and write a row of the table for it."""
    measured = {name: _measured(what) for name, what in STARTS.items()}
    return [f"| {name} | {seconds:.2f} | {memory:.0f} |" for name, (seconds, memory) in measured.items()]


def _measured(what: str) -> tuple[float, float]:
    """Return the median of the seconds, and the largest memory in MB.

    Bytecode is kept, as where the package is installed: the first round may have to compile.
    """
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", PROBE.format(what=what)]
    runs = []
    for _ in range(ROUNDS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        runs.append([float(number) for number in done.stdout.split()])
    return statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)


if __name__ == "__main__":
    print("\n".join(rows()))
