"""Hostile training configurations: what would run for ever, fill the memory, or give no number."""

import json
from typing import Any

from tests.hostile.cases import Case, answer, check

EXERCISE = "xor-train"
GOOD: dict[str, Any] = {
    "layers": [{"type": "linear", "units": 4}, {"type": "tanh"}, {"type": "linear", "units": 1}],
    "loss": "binary_cross_entropy",
    "optimizer": {"type": "adam", "lr": 0.05},
    "epochs": 500,
}
LINEAR = {"type": "linear", "units": 4096}


def config(**changed: Any) -> str:
    """A good configuration with some settings exchanged; None takes one away."""
    settings = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return json.dumps({"config": settings})


def layers(*given: object) -> str:
    return config(layers=[*given, {"type": "linear", "units": 1}])


def lr(literal: str) -> str:
    return config(optimizer={"type": "sgd", "lr": 7777}).replace("7777", literal)


REFUSED: dict[str, tuple[str, str, str]] = {
    "a billion epochs": (config(epochs=10**9), "config.epochs", "at most 1000000"),
    "a million epochs": (config(epochs=10**6), "config.epochs", "this exercise allows"),
    "one example a step": (config(epochs=5_000, batch_size=1), "config.epochs", "would fit"),
    "200 long trainings": (
        config(epochs=1_250, batch_size=1),
        "config.epochs",
        "200 trainings of this would take",
    ),
    "epochs of 90 digits": (config(epochs=10**90), "config.epochs", "at most"),
    "no epochs": (config(epochs=0), "config.epochs", "at least 1"),
    "negative epochs": (config(epochs=-5), "config.epochs", "at least 1"),
    "half an epoch": (config(epochs=0.5), "config.epochs", "whole number"),
    "epochs that are true": (config(epochs=True), "config.epochs", "not true"),
    "epochs in text": (config(epochs="500"), "config.epochs", "not text"),
    "a layer of a billion units": (
        layers({"type": "linear", "units": 10**9}),
        "config.layers[0].units",
        "at most 4096",
    ),
    "layers too large together": (layers(*[LINEAR] * 4), "config.layers", "parameters, at most"),
    "100,000 layers": (layers(*[{"type": "relu"}] * 9_000), "config.layers", "at most 32 items"),
    "no layers": (config(layers=[]), "config.layers", "at least 1"),
    "layers that are null": (config(layers=[None]), "config.layers[0]", "must be an object"),
    "a layer of no units": (layers({"type": "linear", "units": 0}), "config.layers[0].units", "at least 1"),
    "negative units": (layers({"type": "linear", "units": -1}), "config.layers[0].units", "at least 1"),
    "an unknown layer": (layers({"type": "__import__('os')"}), "config.layers[0].type", "is not a type"),
    "a layer with markup": (
        layers({"type": "<script>alert('hostile')</script>"}),
        "config.layers[0].type",
        "<script>",
    ),
    "a layer without a type": (layers({"units": 2}), "config.layers[0].type", "missing"),
    "a layer with code": (
        layers({"type": "relu", "forward": "os.system('id')"}),
        "config.layers[0].forward",
        "not a setting",
    ),
    "a convolution over a table": (
        layers({"type": "conv2d", "filters": 256, "kernel_size": 7}),
        "config.layers[0].type",
        "may not be used",
    ),
    "an embedding of numbers": (
        layers({"type": "embedding", "units": 1024}),
        "config.layers[0].type",
        "may not be used",
    ),
    "attention without a sequence": (
        layers({"type": "transformer_block", "heads": 64}),
        "config.layers[0].type",
        "may not be used",
    ),
    "an output of another size": (
        config(layers=[{"type": "linear", "units": 3}]),
        "config.layers[0]",
        "the targets need",
    ),
    "lr NaN": (lr("NaN"), "answer.config.optimizer.lr", "not a finite number"),
    "lr 1e400": (lr("1e400"), "answer.config.optimizer.lr", "not a finite number"),
    "lr 1e308": (lr("1e308"), "config.optimizer.lr", "at most 1000"),
    "lr minus one": (lr("-1"), "config.optimizer.lr", "greater than 0"),
    "lr zero": (lr("0"), "config.optimizer.lr", "greater than 0"),
    "lr in text": (lr('"0.1"'), "config.optimizer.lr", "not text"),
    "momentum of one": (
        config(optimizer={"type": "sgd", "lr": 1, "momentum": 1}),
        "config.optimizer.momentum",
        "less than 1",
    ),
    "betas too many": (config(optimizer={"type": "adam", "betas": [0.9] * 9}), "config.optimizer.betas", ""),
    "an unknown optimizer": (config(optimizer={"type": "eval"}), "config.optimizer.type", "is not a type"),
    "an optimizer that is a list": (config(optimizer=[]), "config.optimizer", ""),
    "a batch of none": (config(batch_size=0), "config.batch_size", "at least 1"),
    "a negative batch": (config(batch_size=-1), "config.batch_size", "at least 1"),
    "a batch of a billion": (config(batch_size=10**9), "config.batch_size", "at most 100000"),
    "float16": (config(precision="float16"), "config.precision", "float32"),
    "float128": (config(precision="float128"), "config.precision", "float32"),
    "an unknown loss": (config(loss="zero"), "config.loss", "is not one of"),
    "its own seed": (config(seed=1), "config.seed", "not a setting"),
    "its own data": (config(data="../../etc/passwd"), "config.data", "not a setting"),
    "__proto__": (config(__proto__={}), "config.__proto__", "not a setting"),
    "weights of 1e300": (
        config(init={"type": "constant", "value": 1e300}),
        "config.init.value",
        "at most 100",
    ),
    "clipping by 1e-400": (
        config(clip_norm=7777).replace("7777", "1e-400"),
        "config.clip_norm",
        "greater than 0",
    ),
    "no configuration": ('{"config": null}', "config", ""),
    "a configuration in text": (json.dumps({"config": json.dumps(GOOD)}), "config", ""),
    "weights instead": ('{"weights": {}}', "config", "missing"),
    "nothing": ("{}", "config", "missing"),
}
TAKEN: dict[str, tuple[str, float, str]] = {
    "a learning rate that diverges": (lr("1000"), 10, ""),
    "weights that never move": (lr("5e-324"), 10, ""),
}

CASES: list[Case] = [
    *(
        answer(f"training: {name}", raw, words, EXERCISE, field=field)
        for name, (raw, field, words) in REFUSED.items()
    ),
    *(
        answer(f"training: {name}", raw, words, EXERCISE, score=score)
        for name, (raw, score, words) in TAKEN.items()
    ),
    check("training: check of a billion epochs", config(epochs=10**9), "at most 1000000", EXERCISE),
]
