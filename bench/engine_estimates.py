"""How good the estimate of seconds is: predicted beside measured.

Measured are the reference answers of all training exercises of the course, and trainings of the families
that it has no exercise for, or whose cost lies elsewhere than in the layers.

The estimate is the same on every machine, so that an answer accepted by one worker is accepted by all. How
fast this machine is shows in the median of the ratios; divided by it, they tell how well the estimate weighs
one training against another.
"""

import os
import statistics
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.pinning import pin

pin(os.environ)

from engine.data import load  # noqa: E402
from engine.estimate import estimate  # noqa: E402
from engine.examples import Examples  # noqa: E402
from engine.spec import TrainSpec  # noqa: E402
from engine.train import train  # noqa: E402
from exercises.grading.kinds.training_runs import data_of  # noqa: E402
from exercises.grading.spec_training import TrainingSpec  # noqa: E402
from exercises.grading.specs import read_spec  # noqa: E402

EXERCISES = Path(__file__).parents[1] / "lessons" / "content"
LINEAR = {"type": "linear", "units": 10}
ADAM = {"type": "adam", "lr": 0.001}
DIGITS = {"loss": "cross_entropy", "optimizer": ADAM, "batch_size": 32}
TRAININGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "XOR 2-2-1, 5,000 epochs": (
        "xor",
        {},
        {
            "layers": [{"type": "linear", "units": 2}, {"type": "sigmoid"}, {"type": "linear", "units": 1}],
            "loss": "binary_cross_entropy",
            "optimizer": {"type": "sgd", "lr": 1.0},
            "epochs": 5000,
        },
    ),
    "MLP 64-128-10, 20 epochs": (
        "digits",
        {},
        {**DIGITS, "layers": [{"type": "linear", "units": 128}, {"type": "relu"}, LINEAR], "epochs": 20},
    ),
    "six hidden layers of 32, 20 epochs": (
        "digits",
        {},
        {
            **DIGITS,
            "layers": [*[{"type": "linear", "units": 32}, {"type": "relu"}] * 6, LINEAR],
            "epochs": 20,
        },
    ),
    "the same with batch norm and sigmoids": (
        "digits",
        {},
        {
            **DIGITS,
            "layers": [
                *[{"type": "linear", "units": 32}, {"type": "batch_norm"}, {"type": "sigmoid"}] * 6,
                LINEAR,
            ],
            "epochs": 20,
        },
    ),
    "CNN of 8 and 16 filters, 15 epochs": (
        "digits",
        {"image": True},
        {
            **DIGITS,
            "layers": [
                {"type": "conv2d", "filters": 8, "padding": 1},
                {"type": "relu"},
                {"type": "max_pool2d"},
                {"type": "conv2d", "filters": 16, "padding": 1},
                {"type": "relu"},
                {"type": "max_pool2d"},
                {"type": "flatten"},
                LINEAR,
            ],
            "epochs": 15,
        },
    ),
    "CNN of 16 filters with batch norm, 5 epochs": (
        "digits",
        {"image": True},
        {
            **DIGITS,
            "layers": [
                {"type": "conv2d", "filters": 16, "padding": 1},
                {"type": "batch_norm"},
                {"type": "relu"},
                {"type": "flatten"},
                LINEAR,
            ],
            "epochs": 5,
        },
    ),
    "LSTM of 32, adding problem of 30 steps": (
        "adding",
        {"length": 30},
        {
            "layers": [{"type": "lstm", "units": 32}, {"type": "linear", "units": 1}],
            "loss": "mse",
            "optimizer": ADAM,
            "batch_size": 32,
            "epochs": 10,
        },
    ),
    "GRU of 32, adding problem of 20 steps": (
        "adding",
        {"length": 20},
        {
            "layers": [{"type": "gru", "units": 32}, {"type": "linear", "units": 1}],
            "loss": "mse",
            "optimizer": ADAM,
            "batch_size": 32,
            "epochs": 10,
        },
    ),
    "ViT of 32 features, 2 blocks, 5 epochs": (
        "digits",
        {"image": True},
        {
            **DIGITS,
            "layers": [
                {"type": "patches", "size": 2, "units": 32},
                {"type": "positions"},
                *[{"type": "transformer_block", "heads": 4}] * 2,
                {"type": "layer_norm"},
                {"type": "select", "token": "first"},
                LINEAR,
            ],
            "epochs": 5,
        },
    ),
    "softmax regression, batches of 1": (
        "digits",
        {},
        {**DIGITS, "layers": [LINEAR], "batch_size": 1, "epochs": 2},
    ),
    "four units and batch norm, 20,000 points at once": (
        "moons",
        {"rows": 20_000},
        {
            "layers": [
                *[{"type": "linear", "units": 4}, {"type": "batch_norm"}, {"type": "relu"}] * 2,
                {"type": "linear", "units": 1},
            ],
            "loss": "binary_cross_entropy",
            "optimizer": ADAM,
            "epochs": 20,
            "precision": "float32",
        },
    ),
    "moons, 1,500 epochs with early stopping": (
        "moons",
        {},
        {
            "layers": [{"type": "linear", "units": 8}, {"type": "tanh"}, {"type": "linear", "units": 1}],
            "loss": "binary_cross_entropy",
            "optimizer": ADAM,
            "epochs": 1500,
            "early_stopping": {"patience": 1500, "validation": 0.3},
        },
    ),
    "images moved by a pixel, gradients clipped": (
        "digits",
        {"image": True},
        {
            **DIGITS,
            "layers": [{"type": "flatten"}, LINEAR],
            "epochs": 10,
            "batch_size": 8,
            "random_shift": 1,
            "clip_norm": 1.0,
        },
    ),
    "two exact GELUs of 64": (
        "digits",
        {},
        {
            **DIGITS,
            "layers": [*[{"type": "linear", "units": 64}, {"type": "gelu"}] * 2, LINEAR],
            "epochs": 10,
        },
    ),
}


def trainings() -> Iterator[tuple[str, TrainSpec, Examples]]:
    """List what is measured: a name, the configuration, the examples."""
    for path in sorted(EXERCISES.glob("*/exercises/*.toml")):
        exercise = read_spec(tomllib.loads(path.read_text(encoding="utf-8")))
        if isinstance(exercise, TrainingSpec):
            spec = TrainSpec.model_validate({"loss": exercise.loss, **exercise.reference["config"]})
            yield f"exercise {path.stem}", spec, data_of(exercise.data).train()
    for name, (data, options, settings) in TRAININGS.items():
        yield name, TrainSpec.model_validate(settings), load(data, **options).train()


def rows() -> list[str]:
    """Run each training and write a row of the table for it, and one for all: the quickest of three, in CPU
    seconds.
    """
    found = []
    for name, spec, examples in trainings():
        predicted = estimate(spec, examples.signal(), len(examples)).seconds
        found.append((name, predicted, min(_seconds(spec, examples) for _ in range(3))))
    ratios = [predicted / seconds for _, predicted, seconds in found]
    middle = statistics.median(ratios)
    table = [
        f"| {name} | {predicted:.3f} | {seconds:.3f} | {predicted / seconds:.2f} "
        f"| {predicted / seconds / middle:.2f} |"
        for name, predicted, seconds in found
    ]
    ends = f"{min(ratios) / middle:.2f} to {max(ratios) / middle:.2f}"
    return [*table, f"| the median, and the smallest to the largest | | | {middle:.2f} | {ends} |"]


def _seconds(spec: TrainSpec, examples: Examples) -> float:
    start = time.process_time()
    train(spec, examples, 0)
    return time.process_time() - start


if __name__ == "__main__":
    print("\n".join(rows()))
