"""Networks as ONNX: another program computes the same."""

from typing import Any

import numpy as np
import onnxruntime
import pytest

from engine.evaluation import predict
from engine.layers.attention import TransformerBlock
from engine.layers.dense import (
    ELU,
    GELU,
    Embedding,
    Flatten,
    LayerNorm,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from engine.layers.image import AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, MaxPool2d, Upsample
from engine.layers.recurrent import GRU, LSTM, RNN
from engine.layers.tokens import Positions, Select
from engine.module import Module, Sequential
from engine.onnx_export import export_onnx


def draws() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(6))


OPTIONS: dict[str, Any] = {"generator": draws()}
MODELS: dict[str, tuple[Module, tuple[int, ...]]] = {
    "dense": (
        Sequential(Linear(4, 5, **OPTIONS), ReLU(), Linear(5, 3, bias=False, **OPTIONS), Softmax()),
        (4,),
    ),
    "activations": (
        Sequential(
            Linear(4, 5, **OPTIONS), Sigmoid(), Tanh(), LeakyReLU(0.1), ELU(0.5), GELU(), GELU("tanh")
        ),
        (4,),
    ),
    "layer norm": (Sequential(Linear(4, 5, **OPTIONS), LayerNorm(5)), (4,)),
    "batch norm": (Sequential(Linear(4, 5, **OPTIONS), BatchNorm1d(5)), (4,)),
    "images": (
        Sequential(
            Conv2d(2, 3, 3, 1, 1, **OPTIONS),
            BatchNorm2d(3),
            MaxPool2d(2),
            Conv2d(3, 2, 2, 2, **OPTIONS),
            AvgPool2d(2),
            Flatten(),
        ),
        (2, 8, 8),
    ),
    "rnn": (Sequential(RNN(3, 4, **OPTIONS), Select("last"), Linear(4, 2, **OPTIONS)), (6, 3)),
    "lstm": (Sequential(LSTM(3, 4, 2, **OPTIONS), Linear(4, 2, **OPTIONS)), (6, 3)),
    "last step": (Sequential(LSTM(3, 4, sequences=False, **OPTIONS), Linear(4, 2, **OPTIONS)), (6, 3)),
    "upsample": (Sequential(Conv2d(1, 2, 3, **OPTIONS), Upsample(scale_factor=2)), (1, 5, 4)),
    "gru": (Sequential(GRU(3, 4, **OPTIONS), Select("mean")), (6, 3)),
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_onnxruntime_agrees(name: str) -> None:
    model, shape = MODELS[name]
    x = draws().normal(size=(7, *shape)).astype(np.float32)

    session = onnxruntime.InferenceSession(export_onnx(model, shape), providers=["CPUExecutionProvider"])

    assert np.abs(session.run(None, {"x": x})[0] - predict(model, x)).max() < 1e-6


def test_symbols_and_positions_agree() -> None:
    model = Sequential(Embedding(9, 4, **OPTIONS), Positions(5, 4, **OPTIONS), Select("first"))
    x = draws().integers(0, 9, (3, 5))

    session = onnxruntime.InferenceSession(
        export_onnx(model, (5,), symbols=True), providers=["CPUExecutionProvider"]
    )

    assert np.abs(session.run(None, {"x": x})[0] - predict(model, x)).max() < 1e-6


def test_a_module_without_counterpart_is_named() -> None:
    with pytest.raises(ValueError, match="TransformerBlock has no counterpart"):
        export_onnx(Sequential(TransformerBlock(4, 2)), (3, 4))


def test_a_float64_network_is_written_in_float32() -> None:
    model = Sequential(
        Linear(4, 5, generator=draws(), dtype=np.float64),
        GELU(),
        Linear(5, 2, generator=draws(), dtype=np.float64),
    )
    x = draws().normal(size=(7, 4))

    session = onnxruntime.InferenceSession(export_onnx(model, (4,)), providers=["CPUExecutionProvider"])

    assert np.abs(session.run(None, {"x": x.astype(np.float32)})[0] - predict(model, x)).max() < 1e-6
