"""Configurations for the tests, small enough to train in a moment, one for each family of networks."""

import json
from typing import Any

import numpy as np

from engine.examples import Examples
from engine.spec import TrainSpec, read_spec

XOR = Examples(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]]))
LINEAR = {"type": "linear", "units": 3}


def configuration(layers: list[dict[str, Any]], **changes: Any) -> TrainSpec:
    """Read a configuration with these layers; everything else may be changed."""
    raw = {
        "layers": layers,
        "loss": "cross_entropy",
        "optimizer": {"type": "adam", "lr": 0.01},
        "epochs": 3,
        "batch_size": 8,
    }
    return read_spec(json.dumps(raw | changes).encode())


def xor_configuration(**changes: Any) -> TrainSpec:
    """Read a configuration that learns XOR."""
    layers = [{"type": "linear", "units": 4}, {"type": "tanh"}, {"type": "linear", "units": 1}]
    settings = {"loss": "binary_cross_entropy", "optimizer": {"type": "sgd", "lr": 0.5}, "epochs": 60}
    return configuration(layers, **(settings | {"batch_size": None} | changes))


def classes(*shape: int, symbols: int = 0) -> Examples:
    """Draw 22 inputs of a shape in three classes."""
    generator = np.random.Generator(np.random.PCG64(3))
    x = generator.integers(0, symbols, (22, *shape)) if symbols else generator.normal(size=(22, *shape))
    return Examples(x, generator.integers(0, 3, 22), symbols=symbols, classes=3)


FAMILIES: dict[str, tuple[list[dict[str, Any]], Examples]] = {
    "dense": ([{"type": "linear", "units": 9}, {"type": "relu"}, LINEAR], classes(5)),
    "activations": (
        [
            {"type": "linear", "units": 6},
            {"type": "leaky_relu"},
            {"type": "elu", "alpha": 0.5},
            {"type": "gelu"},
            {"type": "identity"},
            {"type": "sigmoid"},
            {"type": "softmax"},
            LINEAR,
        ],
        classes(5),
    ),
    "noise": (
        [
            {"type": "gaussian_noise", "std": 0.1},
            {"type": "linear", "units": 6},
            {"type": "dropout", "p": 0.3},
            LINEAR,
        ],
        classes(5),
    ),
    "norms": (
        [
            {"type": "linear", "units": 6},
            {"type": "batch_norm"},
            {"type": "tanh"},
            {"type": "layer_norm"},
            LINEAR,
        ],
        classes(5),
    ),
    "images": (
        [
            {"type": "conv2d", "filters": 4, "padding": 1},
            {"type": "batch_norm"},
            {"type": "relu"},
            {"type": "max_pool2d"},
            {"type": "conv2d", "filters": 3, "kernel_size": 2, "stride": 2},
            {"type": "avg_pool2d"},
            {"type": "flatten"},
            LINEAR,
        ],
        classes(2, 8, 8),
    ),
    "rnn": (
        [{"type": "rnn", "units": 5, "sequences": True}, {"type": "rnn", "units": 4}, LINEAR],
        classes(6, 2),
    ),
    "lstm": ([{"type": "lstm", "units": 5}, LINEAR], classes(6, 2)),
    "gru": ([{"type": "gru", "units": 5}, LINEAR], classes(6, 2)),
    "words": (
        [
            {"type": "embedding", "units": 8},
            {"type": "positions"},
            {"type": "transformer_block", "heads": 2, "causal": True},
            {"type": "layer_norm"},
            {"type": "select", "token": "mean"},
            LINEAR,
        ],
        classes(6, symbols=7),
    ),
    "patches": (
        [
            {"type": "patches", "size": 4, "units": 8},
            {"type": "positions"},
            {"type": "transformer_block", "heads": 2},
            {"type": "select", "token": "first"},
            LINEAR,
        ],
        classes(1, 8, 8),
    ),
}
