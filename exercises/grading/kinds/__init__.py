"""The kinds of exercise; a new kind is one module and one line here."""

from typing import Any

from exercises.grading.kinds.choice import CHOICE
from exercises.grading.kinds.descent import DESCENT
from exercises.grading.kinds.kernel import KERNEL
from exercises.grading.kinds.numbers import NUMBERS
from exercises.grading.kinds.polynomial import POLYNOMIAL
from exercises.grading.kinds.repair import REPAIR
from exercises.grading.kinds.signal import SIGNAL
from exercises.grading.kinds.threshold import THRESHOLD
from exercises.grading.kinds.training import TRAINING
from exercises.grading.kinds.weights import WEIGHTS
from exercises.grading.planning import Kind

KINDS: dict[str, Kind[Any]] = {
    "choice": CHOICE,
    "descent": DESCENT,
    "kernel": KERNEL,
    "numbers": NUMBERS,
    "polynomial": POLYNOMIAL,
    "repair": REPAIR,
    "signal": SIGNAL,
    "threshold": THRESHOLD,
    "training": TRAINING,
    "weights": WEIGHTS,
}
