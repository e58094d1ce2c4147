"""Networks as ONNX: another program computes the same."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import onnxruntime
import pytest

from engine.evaluation import predict
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
    Step,
    Tanh,
)
from engine.layers.image import AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, MaxPool2d, Upsample
from engine.layers.recurrent import GRU, LSTM, RNN, Recurrent
from engine.layers.tokens import Patches, Positions, Select
from engine.models.autoencoder import AutoEncoder
from engine.models.cnn import cnn
from engine.models.gpt import GPT, GPTConfig
from engine.models.mlp import mlp
from engine.models.recurrent import sequence_model
from engine.models.vit import ViTConfig, vit
from engine.module import Module, Sequential
from engine.onnx_export import WRITERS, export_onnx


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


def noisy(corruption: Literal["gaussian", "masking"]) -> AutoEncoder:
    return AutoEncoder((6, 4, 2), 0.5, corruption, noise_generator=draws(), **OPTIONS)


NETWORKS: dict[str, tuple[Module, tuple[int, ...], int]] = {
    "mlp": (mlp((6, 8, 3), **OPTIONS), (6,), 0),
    "cnn": (cnn(**OPTIONS), (1, 8, 8), 0),
    "rnn": (sequence_model("rnn", (3, 8, 2), **OPTIONS), (6, 3), 0),
    "lstm": (sequence_model("lstm", (3, 8, 2), **OPTIONS), (6, 3), 0),
    "gru at every step": (sequence_model("gru", (3, 8, 2), every_step=True, **OPTIONS), (6, 3), 0),
    "auto-encoder": (AutoEncoder((6, 4, 2), **OPTIONS), (6,), 0),
    "denoising auto-encoder": (noisy("gaussian"), (6,), 0),
    "masking auto-encoder": (noisy("masking"), (6,), 0),
    "vit": (vit(ViTConfig((3, 8, 4), 2, 8, 2, 2, 5), **OPTIONS), (3, 8, 4), 0),
    "gpt": (GPT(GPTConfig(9, 5, 8, 2, 2), **OPTIONS), (5,), 9),
    "exact gpt": (GPT(GPTConfig(9, 5, 8, 4, 1, "none"), **OPTIONS), (5,), 9),
}


def examples(count: int, shape: tuple[int, ...], symbols: int) -> np.ndarray:
    if symbols:
        return draws().integers(0, symbols, (count, *shape))
    return draws().normal(size=(count, *shape)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_onnxruntime_agrees_on_each_model_of_the_course(name: str, batch: int) -> None:
    model, shape, symbols = NETWORKS[name]
    noise = draws()
    for parameter in model.parameters():  # biases and norms as a training leaves them, not at 0 and 1
        parameter.data += noise.normal(0, 0.1, parameter.data.shape)
    x = examples(batch, shape, symbols)

    session = onnxruntime.InferenceSession(
        export_onnx(model, shape, symbols=bool(symbols)), providers=["CPUExecutionProvider"]
    )

    y = session.run(None, {"x": x})[0]
    assert y.shape == predict(model, x).shape
    assert np.abs(y - predict(model, x)).max() < 1e-5


@pytest.mark.parametrize("token", [False, True])
def test_patches_agree_with_and_without_a_class_token(token: bool) -> None:
    model = Sequential(Patches(2, 2, 5, token, **OPTIONS))
    x = examples(7, (2, 4, 6), 0)

    session = onnxruntime.InferenceSession(export_onnx(model, (2, 4, 6)), providers=["CPUExecutionProvider"])

    assert np.abs(session.run(None, {"x": x})[0] - predict(model, x)).max() < 1e-5


def test_a_network_without_parameters_is_written() -> None:
    model = Sequential(AvgPool2d(2), Step(), Flatten())
    x = examples(7, (2, 4, 6), 0)

    session = onnxruntime.InferenceSession(export_onnx(model, (2, 4, 6)), providers=["CPUExecutionProvider"])

    assert np.array_equal(session.run(None, {"x": x})[0], predict(model, x))


@pytest.mark.parametrize(
    "layer",
    [LeakyReLU(0), ELU(2), LayerNorm(3, eps=1), BatchNorm1d(3, eps=0)],
    ids=lambda x: type(x).__name__,
)
def test_settings_may_be_whole_numbers(layer: Module) -> None:
    model = Sequential(layer)
    x = examples(7, (3,), 0)

    session = onnxruntime.InferenceSession(export_onnx(model, (3,)), providers=["CPUExecutionProvider"])

    assert np.abs(session.run(None, {"x": x})[0] - predict(model, x)).max() < 1e-5


def kinds(base: type) -> Iterator[type]:
    """List all classes derived from one."""
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_layer_and_model_has_a_counterpart() -> None:
    ours = {
        kind for kind in kinds(Module) if kind.__module__.startswith(("engine.layers.", "engine.models."))
    }

    assert ours - set(WRITERS) == {Recurrent}


def test_a_module_without_counterpart_is_named() -> None:
    class Square(Module):
        """One of the user's own."""

    with pytest.raises(ValueError, match="Square has no counterpart"):
        export_onnx(Sequential(Linear(4, 2), Square()), (4,))


def test_a_float64_network_is_written_in_float32() -> None:
    model = Sequential(
        Linear(4, 5, generator=draws(), dtype=np.float64),
        GELU(),
        Linear(5, 2, generator=draws(), dtype=np.float64),
    )
    x = draws().normal(size=(7, 4))

    session = onnxruntime.InferenceSession(export_onnx(model, (4,)), providers=["CPUExecutionProvider"])

    assert np.abs(session.run(None, {"x": x.astype(np.float32)})[0] - predict(model, x)).max() < 1e-6
