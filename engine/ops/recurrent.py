"""Recurrent layers over a whole sequence, each one node on the tape whatever the number of steps.

Outside, sequences are (B, T, features). Inside, a step is a block (features, B): the four gates of an LSTM
then lie one below the other, and a step is one product of matrices,

    z_t = W [h_{t-1}; x_t; 1],

with both weight matrices and the biases side by side in W. All states start at zero.
"""

from typing import NamedTuple

import numpy as np

from engine.ops.basic import Operand
from engine.tensor import Array, Tensor, as_tensor, record


class Weights(NamedTuple):
    """The parameters of a recurrent layer with G gates, by PyTorch's names and in its order of gates."""

    weight_ih: Operand
    """(G H, I)"""
    weight_hh: Operand
    """(G H, H)"""
    bias_ih: Operand
    """(G H,)"""
    bias_hh: Operand
    """(G H,)"""


class _Sequence:
    """The buffers all recurrent operations share: z_t = W s_t with s_t = [h_{t-1}; x_t; 1]."""

    def __init__(self, name: str, x: Tensor, weights: tuple[Tensor, ...], order: tuple[int, ...]) -> None:
        """Allocate; `order` lists the gates as they lie in the rows of W and z."""
        gates = len(order)
        w_ih, w_hh, b_ih, b_hh = (tensor.data for tensor in weights)
        rows, size = (w_ih.shape[0], w_ih.shape[1]) if w_ih.ndim == 2 else (0, 0)
        units = rows // gates
        fits = rows == units * gates and w_hh.shape == (rows, units) and b_ih.shape == b_hh.shape == (rows,)
        if x.data.ndim != 3 or x.shape[2] != size or not fits or not x.shape[1]:
            given = ", ".join(str(tensor.shape) for tensor in (x, *weights))
            raise ValueError(
                f"{name} needs x (B, T, I), T at least 1, weight_ih ({gates} H, I), weight_hh ({gates} H, H) "
                f"and biases ({gates} H,), got {given}"
            )
        self.data, self.parts, self.units = x.data, (w_ih, w_hh, b_ih, b_hh), units
        self.batch, self.steps, self.size = x.shape[0], x.shape[1], size
        self.dtype = np.result_type(x.data, w_ih)
        self.rows = np.arange(rows).reshape(gates, units)[list(order)].reshape(-1)
        self.matrix = np.empty((rows, units + size + 1), self.dtype)
        self.states = np.zeros((self.steps + 1, units + size + 1, self.batch), self.dtype)
        self.states[:, -1] = 1
        self.hidden = self.states[:, :units]
        self.z = np.empty((self.steps, rows, self.batch), self.dtype)
        self.dz = np.empty_like(self.z)

    def output(self) -> Array:
        """View the hidden states as (B, T, H)."""
        return self.hidden[1:].transpose(2, 0, 1)

    def load(self) -> None:
        """Put the weights side by side and the inputs into the states."""
        w_ih, w_hh, b_ih, b_hh = self.parts
        self.matrix[:, : self.units] = w_hh[self.rows]
        self.matrix[:, self.units : -1] = w_ih[self.rows]
        self.matrix[:, -1] = (b_ih + b_hh)[self.rows]
        self.states[: self.steps, self.units : -1] = self.data.transpose(1, 2, 0)

    def store(self, gradients: tuple[Array | None, ...]) -> None:
        """Turn the gradients of all z into those of x, the weights and the biases."""
        dx, dw_ih, dw_hh, db_ih, db_hh = gradients
        total = np.zeros_like(self.matrix)
        part = np.empty_like(self.matrix)
        for dz, state in zip(self.dz, self.states, strict=False):
            np.dot(dz, state.T, out=part)
            np.add(total, part, out=total)
        wanted = (total[:, self.units : -1], total[:, : self.units], total[:, -1], total[:, -1])
        for gradient, value in zip((dw_ih, dw_hh, db_ih, db_hh), wanted, strict=True):
            if gradient is not None:
                gradient[self.rows] = value
        if dx is not None:
            np.copyto(dx, np.matmul(self.parts[0][self.rows].T, self.dz).transpose(2, 0, 1))


def rnn_sequence(x: Operand, weights: Weights, nonlinearity: str = "tanh") -> Tensor:
    """h_t = f(weight_ih x_t + bias_ih + weight_hh h_{t-1} + bias_hh), f tanh or relu, h_0 = 0.

    x (B, T, I), weights for one gate -> y (B, T, H), y[:, t] = h_{t+1}.   Elman (1990)
    dz_t = (g_t + weight_hh^T dz_{t+1}) f'(z_t). ValueError on other shapes or another nonlinearity.
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity is 'tanh' or 'relu', not {nonlinearity!r}")
    inputs = (as_tensor(x), *map(as_tensor, weights))
    run = _Sequence("rnn_sequence", inputs[0], inputs[1:], (0,))
    bend = np.tanh if nonlinearity == "tanh" else _rectify
    zero = np.zeros((), run.dtype)

    def forward() -> None:
        run.load()
        for state, z, after in zip(run.states, run.z, run.hidden[1:], strict=False):
            np.dot(run.matrix, state, out=z)
            bend(z, out=after)

    def backward(g: Array, *gradients: Array | None) -> None:
        upper = g.transpose(1, 2, 0)
        after = run.hidden[1:]
        slopes = 1 - after * after if nonlinearity == "tanh" else (after > zero).astype(run.dtype)
        back = np.ascontiguousarray(run.matrix[:, : run.units].T)
        carried = np.zeros_like(upper[0])
        for step in range(run.steps - 1, -1, -1):
            np.add(upper[step], carried, out=run.dz[step])
            np.multiply(run.dz[step], slopes[step], out=run.dz[step])
            carried = np.dot(back, run.dz[step])
        run.store(gradients)

    return record(inputs, run.output(), forward, backward)


def _rectify(z: Array, out: Array) -> None:
    np.maximum(z, 0, out=out)


def lstm_sequence(x: Operand, weights: Weights) -> Tensor:
    """c_t = f c_{t-1} + i u, h_t = o tanh c_t, with i, f, o = s(z) and u = tanh z of gates, s the sigmoid.

    z = weight_ih x_t + bias_ih + weight_hh h_{t-1} + bias_hh holds the gates in PyTorch's order i, f, u, o.
    x (B, T, I), weights for four gates -> y (B, T, H), y[:, t] = h_{t+1}; h_0 = c_0 = 0.
    dc_t = dh_t o (1 - tanh^2 c_t) + f_{t+1} dc_{t+1}; the gates' slopes are s (1 - s) and 1 - u^2.
    The rows of i, f and o are negated, so that one e^z over all three gives s. numpy's exp takes half the
    time of its tanh on processors without AVX-512, so s is not made from a tanh.
    Source: Hochreiter and Schmidhuber (1997); Gers et al. (2000). ValueError on other shapes.
    """
    inputs = (as_tensor(x), *map(as_tensor, weights))
    run = _Sequence("lstm_sequence", inputs[0], inputs[1:], (3, 0, 1, 2))
    units, squashed = run.units, slice(0, 3 * run.units)
    gates = run.z.reshape(run.steps, 4, units, run.batch)  # o, i, f, u
    cells = np.zeros((run.steps + 1, units, run.batch), run.dtype)
    bent, part = np.empty_like(cells[1:]), np.empty_like(cells[0])
    one = np.ones((), run.dtype)

    def forward() -> None:
        run.load()
        np.negative(run.matrix[squashed], out=run.matrix[squashed])
        for step in range(run.steps):
            z, (o, i, f, u), cell = run.z[step], gates[step], cells[step + 1]
            three = z[squashed]
            np.dot(run.matrix, run.states[step], out=z)
            np.exp(three, out=three)
            np.add(three, one, out=three)
            np.divide(one, three, out=three)
            np.tanh(u, out=u)
            np.multiply(f, cells[step], out=cell)
            np.multiply(i, u, out=part)
            np.add(cell, part, out=cell)
            np.tanh(cell, out=bent[step])
            np.multiply(o, bent[step], out=run.hidden[step + 1])

    def backward(g: Array, *gradients: Array | None) -> None:
        upper = g.transpose(1, 2, 0)
        back = np.ascontiguousarray(inputs[2].data[run.rows].T)
        slopes = np.empty_like(gates[0])
        flat = slopes.reshape(run.z.shape[1:])
        dh, dc = np.zeros_like(part), np.zeros_like(part)
        for step in range(run.steps - 1, -1, -1):
            z, (o, i, f, u) = run.z[step], gates[step]
            dz = run.dz[step].reshape(gates.shape[1:])
            np.multiply(z, z, out=flat)
            np.subtract(z[squashed], flat[squashed], out=flat[squashed])
            np.subtract(one, slopes[3], out=slopes[3])
            for slope, other in zip(slopes, (bent[step], u, cells[step], i), strict=True):
                np.multiply(slope, other, out=slope)
            np.add(upper[step], dh, out=dh)
            np.multiply(run.hidden[step + 1], bent[step], out=part)
            np.subtract(o, part, out=part)
            np.multiply(dh, part, out=part)
            np.add(dc, part, out=dc)
            np.multiply(slopes[0], dh, out=dz[0])
            np.multiply(slopes[1:], dc, out=dz[1:])
            np.multiply(dc, f, out=dc)
            np.dot(back, run.dz[step], out=dh)
        run.store(gradients)

    return record(inputs, run.output(), forward, backward)


def gru_sequence(x: Operand, weights: Weights) -> Tensor:
    """h_t = (1 - z) n + z h_{t-1}, with r, z = s(...) and n = tanh(a_n + r c_n), s the sigmoid.

    a = weight_ih x_t + bias_ih and c = weight_hh h_{t-1} + bias_hh hold the gates in PyTorch's order r, z, n;
    the reset gate r acts after the product, as in PyTorch and unlike Cho et al. (2014).
    x (B, T, I), weights for three gates -> y (B, T, H), y[:, t] = h_{t+1}; h_0 = 0.
    dn = dh (1 - z), dz = dh (h_{t-1} - n), dr = dn (1 - n^2) c_n; each times the slope of its gate.
    ValueError on other shapes.
    """
    inputs = (as_tensor(x), *map(as_tensor, weights))
    run = _Sequence("gru_sequence", inputs[0], inputs[1:], (0, 1, 2))
    units, both = run.units, slice(0, 2 * run.units)
    last = slice(2 * units, None)
    _, w_hh, b_ih, b_hh = run.parts
    recurrent = np.empty((run.steps, units, run.batch), run.dtype)
    dc = np.empty_like(run.dz)

    def forward() -> None:
        """Keep r, z and n in place of their sums; the sum behind r needs its two halves apart."""
        run.load()
        run.matrix[last, :units] = 0
        run.matrix[last, -1] = b_ih[last]
        for step in range(run.steps):
            z, before, memory = run.z[step], run.hidden[step], recurrent[step]
            np.dot(run.matrix, run.states[step], out=z)
            np.dot(w_hh[last], before, out=memory)
            np.add(memory, b_hh[last, None], out=memory)
            z[both] = 1 / (1 + np.exp(-z[both]))
            np.add(z[last], z[:units] * memory, out=z[last])
            np.tanh(z[last], out=z[last])
            update, candidate = z[units : 2 * units], z[last]
            np.multiply(update, before - candidate, out=run.hidden[step + 1])
            np.add(run.hidden[step + 1], candidate, out=run.hidden[step + 1])

    def backward(g: Array, *gradients: Array | None) -> None:
        upper = g.transpose(1, 2, 0)
        dh = np.zeros_like(upper[0])
        for step in range(run.steps - 1, -1, -1):
            reset, update, candidate = run.z[step].reshape(3, units, run.batch)
            da = run.dz[step].reshape(3, units, run.batch)
            dh = dh + upper[step]
            da[2] = dh * (1 - update) * (1 - candidate * candidate)
            da[1] = dh * (run.hidden[step] - candidate) * update * (1 - update)
            da[0] = da[2] * recurrent[step] * reset * (1 - reset)
            dc[step] = run.dz[step]
            dc[step, last] = da[2] * reset
            dh = dh * update + np.dot(w_hh.T, dc[step])
        run.store((gradients[0], gradients[1], None, gradients[3], None))
        _store_recurrent(dc, run.hidden, gradients[2], gradients[4])

    return record(inputs, run.output(), forward, backward)


def _store_recurrent(dc: Array, hidden: Array, dweight: Array | None, dbias: Array | None) -> None:
    """Sum the gradients of weight_hh and bias_hh.   dc (T, G H, B), hidden (T + 1, H, B)"""
    if dweight is not None:
        np.copyto(dweight, np.matmul(dc, hidden[:-1].swapaxes(1, 2)).sum(axis=0))
    if dbias is not None:
        np.copyto(dbias, dc.sum(axis=(0, 2)))
