"""How good the estimate of seconds is: predicted beside measured, for a training of each family."""

import time
from typing import Any

from engine.data import load
from engine.estimate import estimate
from engine.spec import TrainSpec
from engine.train import train

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
}


def rows() -> list[str]:
    """Run each training once and write a row of the table for it."""
    table = []
    for name, (data, options, settings) in TRAININGS.items():
        spec, examples = (
            TrainSpec.model_validate(settings | {"spec_version": 1}),
            load(data, **options).train(),
        )
        predicted = estimate(spec, examples.signal(), len(examples)).seconds
        start = time.process_time()
        train(spec, examples, 0)
        seconds = time.process_time() - start
        table.append(f"| {name} | {predicted:.3f} | {seconds:.3f} | {predicted / seconds:.2f} |")
    return table


if __name__ == "__main__":
    print("\n".join(rows()))
