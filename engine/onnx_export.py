"""A network as ONNX, for other programs to run. Needs the extra `onnx`; nothing else imports this module.

Gates are put into ONNX's order: PyTorch's i, f, g, o becomes i, o, f, c, and the r, z, n of a GRU becomes
z, r, h with linear_before_reset = 1.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.evaluation import predict
from engine.layers import attention, dense, image, recurrent, tokens
from engine.models import autoencoder, gpt
from engine.module import Module, Sequential
from engine.tensor import Array

OPSET = 20
IR_VERSION = 10


class Graph:
    """The nodes and constants written so far; `value` is the name of the last output."""

    def __init__(self, value: str) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.value = value

    def constant(self, array: Array) -> str:
        """Store an array and return its name."""
        name = f"constant{len(self.constants)}"
        kept = array.astype(np.float32) if array.dtype == np.float64 else array
        self.constants.append(numpy_helper.from_array(np.array(kept, order="C"), name))
        return name

    def add(self, kind: str, inputs: Sequence[str] = (), **attributes: Any) -> None:
        """Append a node that takes the last output, then `inputs`."""
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.value, *inputs], [name], **attributes))
        self.value = name


def export_onnx(model: Module, input_shape: Sequence[int], symbols: bool = False) -> bytes:
    """Write a network as it predicts.   input_shape: one example's; the batch axis is free

    symbols: the inputs are integers, for an Embedding. Every layer of engine/layers and model of
    engine/models can be written; a GAN as its two networks. ValueError names a module that has no counterpart
    here. Numbers are written as float32: few programs run ONNX in float64.
    """
    graph = Graph("x")
    _module(model, graph)
    dtypes = {parameter.data.dtype for parameter in model.parameters()} or {np.dtype(np.float32)}
    dtype = np.result_type(*dtypes)
    real = TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.INT64 if symbols else real, ["batch", *input_shape])
    ]
    graph.add("Identity")
    graph.nodes[-1].output[0] = "y"
    example = np.zeros((1, *input_shape), np.intp if symbols else dtype)
    shape = predict(model, example).shape[1:]
    outputs = [helper.make_tensor_value_info("y", real, ["batch", *shape])]
    made = helper.make_graph(graph.nodes, "annsite", inputs, outputs, graph.constants)
    network = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(network)
    return bytes(network.SerializeToString())


def _module(module: Module, graph: Graph) -> None:
    if isinstance(module, Sequential):
        for child in module:
            _module(child, graph)
        return
    write = WRITERS.get(type(module))
    if write is None:
        raise ValueError(f"{type(module).__name__} has no counterpart in ONNX here")
    write(module, graph)


def _linear(module: Any, graph: Graph) -> None:
    _affine(module.weight.data, None if module.bias is None else module.bias.data, graph)


def _affine(weight: Array, bias: Array | None, graph: Graph) -> None:
    """Write y = x @ weight.T + bias."""
    graph.add("MatMul", [graph.constant(weight.T)])
    if bias is not None:
        graph.add("Add", [graph.constant(bias)])


def _step_function(module: Any, graph: Graph) -> None:
    graph.add("GreaterOrEqual", [graph.constant(np.zeros((), np.float32))])
    graph.add("Cast", to=TensorProto.FLOAT)


def _conv2d(module: Any, graph: Graph) -> None:
    arrays = [module.weight.data] + ([module.bias.data] if module.bias is not None else [])
    graph.add(
        "Conv",
        [graph.constant(array) for array in arrays],
        strides=[module.stride] * 2,
        pads=[module.padding] * 4,
    )


def _batch_norm(module: Any, graph: Graph) -> None:
    arrays = (module.weight.data, module.bias.data, module.running_mean.data, module.running_var.data)
    graph.add("BatchNormalization", [graph.constant(array) for array in arrays], epsilon=float(module.eps))


def _pool(kind: str) -> Callable[[Any, Graph], None]:
    def write(module: Any, graph: Graph) -> None:
        stride = module.stride or module.kernel_size
        graph.add(kind, kernel_shape=[module.kernel_size] * 2, strides=[stride] * 2)

    return write


def _layer_norm(module: Any, graph: Graph) -> None:
    arrays = (module.weight.data, module.bias.data)
    graph.add(
        "LayerNormalization", [graph.constant(array) for array in arrays], axis=-1, epsilon=float(module.eps)
    )


def _embedding(module: Any, graph: Graph) -> None:
    index, table = graph.value, graph.constant(module.weight.data)
    graph.value = table
    graph.add("Gather", [index], axis=0)


def _positions(module: Any, graph: Graph) -> None:
    graph.add("Add", [graph.constant(module.weight.data)])


def _patches(module: Any, graph: Graph) -> None:
    """Write the projection of the patches as the convolution that it is, then the class token in front."""
    weight, bias = module.projection.weight.data, module.projection.bias.data
    filters = weight.reshape(len(weight), -1, module.size, module.size)  # (D, C, size, size)
    graph.add("Conv", [graph.constant(filters), graph.constant(bias)], strides=[module.size] * 2)
    graph.add("Reshape", [graph.constant(np.array([0, 0, -1]))])  # (B, D, N)
    graph.add("Transpose", perm=[0, 2, 1])  # (B, N, D)
    if module.token is not None:
        vectors = graph.value
        graph.add("Shape", end=1)  # [B]
        graph.add("Concat", [graph.constant(np.array([1, 1]))], axis=0)
        batch, graph.value = graph.value, graph.constant(module.token.data)
        graph.add("Expand", [batch])  # (B, 1, D)
        graph.add("Concat", [vectors], axis=1)


def _attention(module: Any, graph: Graph) -> None:
    """Write softmax(q k^T / sqrt(d)) v for all heads at once, between the two projections."""
    size = len(module.out_proj.weight.data)
    features = size // module.num_heads
    _affine(module.in_proj_weight.data, module.in_proj_bias.data, graph)  # (B, T, 3 D)
    graph.add("Reshape", [graph.constant(np.array([0, 0, 3, module.num_heads, features]))])
    graph.add("Transpose", perm=[2, 0, 3, 1, 4])  # (3, B, heads, T, d)
    thirds = graph.value
    values = _third(2, thirds, graph)
    _third(1, thirds, graph)
    graph.add("Transpose", perm=[0, 1, 3, 2])  # (B, heads, d, T)
    keys = graph.value
    _third(0, thirds, graph)
    graph.add("MatMul", [keys])  # (B, heads, T, T)
    graph.add("Div", [graph.constant(np.array(math.sqrt(features)))])
    if module.causal:
        _hide_what_comes_later(graph)
    graph.add("Softmax", axis=-1)
    graph.add("MatMul", [values])  # (B, heads, T, d)
    graph.add("Transpose", perm=[0, 2, 1, 3])
    graph.add("Reshape", [graph.constant(np.array([0, 0, size]))])  # (B, T, D)
    _module(module.out_proj, graph)


def _third(number: int, thirds: str, graph: Graph) -> str:
    """Pick q, k or v, and return its name."""
    graph.value = thirds
    graph.add("Gather", [graph.constant(np.array(number))], axis=0)
    return graph.value


def _hide_what_comes_later(graph: Graph) -> None:
    """Add -infinity above the diagonal of the scores (B, heads, T, T)."""
    scores = graph.value
    graph.add("Shape", start=2)  # [T, T]
    graph.add("ConstantOfShape", value=helper.make_tensor("value", TensorProto.FLOAT, [1], [-math.inf]))
    graph.add("Trilu", [graph.constant(np.array(1))], upper=1)
    graph.add("Add", [scores])


def _block(module: Any, graph: Graph) -> None:
    """Write the two halves, each added to what went into it."""
    for half in (
        (module.norm1, module.self_attn),
        (module.norm2, module.linear1, module.activation, module.linear2),
    ):
        before = graph.value
        for part in half:
            _module(part, graph)
        graph.add("Add", [before])


def _chain(*names: str) -> Callable[[Any, Graph], None]:
    """Write the parts with these names one after the other."""

    def write(module: Any, graph: Graph) -> None:
        for name in names:
            _module(getattr(module, name), graph)

    return write


def _select(module: Any, graph: Graph) -> None:
    if module.which == "mean":
        graph.add("ReduceMean", [graph.constant(np.array([1]))], keepdims=0)
    else:
        _pick_step(0 if module.which == "first" else -1, graph)


def _pick_step(number: int, graph: Graph) -> None:
    """Pick one step of a sequence: (B, T, D) -> (B, D)"""
    graph.add("Gather", [graph.constant(np.array(number))], axis=1)


def _upsample(module: Any, graph: Graph) -> None:
    scales = graph.constant(np.array([1, 1, module.scale_factor, module.scale_factor], np.float32))
    way = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    graph.add("Resize", ["", scales], mode="nearest", **way)


def _recurrent(kind: str, order: Sequence[int], **attributes: Any) -> Callable[[Any, Graph], None]:
    def write(module: Any, graph: Graph) -> None:
        """Run time first, one direction, and bring the batch to the front again."""
        graph.add("Transpose", perm=[1, 0, 2])
        for layer in range(module.num_layers):
            w_ih, w_hh, b_ih, b_hh = (_gates(part.data, order) for part in module.weights(layer))
            arrays = (w_ih[None], w_hh[None], np.concatenate([b_ih, b_hh])[None])
            names = [graph.constant(array) for array in arrays]
            graph.add(kind, names, hidden_size=module.hidden_size, **attributes)
            graph.add("Squeeze", [graph.constant(np.array([1]))])
        graph.add("Transpose", perm=[1, 0, 2])
        if not module.sequences:
            _pick_step(-1, graph)

    return write


def _gates(array: Array, order: Sequence[int]) -> Array:
    """Put the gates of PyTorch into ONNX's order.   array (G H, ...)"""
    parts = np.split(array, len(order))
    return np.concatenate([parts[number] for number in order])


def _nothing(module: Any, graph: Graph) -> None:
    """Write nothing: the layer does nothing when predicting."""


WRITERS: dict[type[Module], Callable[[Any, Graph], None]] = {
    dense.Linear: _linear,
    dense.Identity: _nothing,
    dense.Dropout: _nothing,
    dense.GaussianNoise: _nothing,
    autoencoder.MaskingNoise: _nothing,
    dense.Step: _step_function,
    dense.Sigmoid: lambda module, graph: graph.add("Sigmoid"),
    dense.Tanh: lambda module, graph: graph.add("Tanh"),
    dense.ReLU: lambda module, graph: graph.add("Relu"),
    dense.LeakyReLU: lambda module, graph: graph.add("LeakyRelu", alpha=float(module.negative_slope)),
    dense.ELU: lambda module, graph: graph.add("Elu", alpha=float(module.alpha)),
    dense.GELU: lambda module, graph: graph.add("Gelu", approximate=module.approximate),
    dense.Softmax: lambda module, graph: graph.add("Softmax", axis=module.dim),
    dense.Flatten: lambda module, graph: graph.add("Flatten", axis=1),
    dense.LayerNorm: _layer_norm,
    dense.Embedding: _embedding,
    image.Conv2d: _conv2d,
    image.MaxPool2d: _pool("MaxPool"),
    image.AvgPool2d: _pool("AveragePool"),
    image.Upsample: _upsample,
    image.BatchNorm1d: _batch_norm,
    image.BatchNorm2d: _batch_norm,
    recurrent.RNN: _recurrent("RNN", (0,)),
    recurrent.LSTM: _recurrent("LSTM", (0, 3, 1, 2)),
    recurrent.GRU: _recurrent("GRU", (1, 0, 2), linear_before_reset=1),
    tokens.Positions: _positions,
    tokens.Patches: _patches,
    tokens.Select: _select,
    attention.MultiheadAttention: _attention,
    attention.TransformerBlock: _block,
    autoencoder.AutoEncoder: _chain("encoder", "decoder"),
    gpt.GPT: _chain("embedding", "positions", "blocks", "norm", "head"),
}
