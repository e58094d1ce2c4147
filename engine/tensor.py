"""Tensors and the tape: differentiation by writing down every operation and reading the list backwards.

While a Tape records, each operation appends a Node: its inputs, its output, and two functions. `forward`
computes the output from the inputs; `backward` turns the gradient of the output into gradients of the
inputs. The chain rule over the whole list,

    dL/dx = sum over the nodes that use x of (dy/dx)^T dL/dy,

is one loop from the end of the list to its start. An operation allocates its buffers once and both of its
functions only write into them, so a recorded list can be run again on new data (plan.py).
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.memory import Blocks

Array = npt.NDArray[Any]
Forward = Callable[[], None]
Backward = Callable[..., None]
Call = tuple[Callable[..., Any], tuple[Any, ...]]

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))

_current: ContextVar["Tape | None"] = ContextVar("current tape", default=None)


class Tensor:
    """An array that takes part in operations; its dtype, float32 or float64, is kept by all of them."""

    __slots__ = ("__weakref__", "data", "requires_grad")

    def __init__(self, data: npt.ArrayLike, requires_grad: bool = False) -> None:
        """Wrap an array without copying it."""
        self.data: Array = np.asarray(data)
        self.requires_grad = requires_grad

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the array."""
        return self.data.shape

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r})"


class Parameter(Tensor):
    """A tensor that is learned: it owns the buffer its gradient is written to."""

    __slots__ = ("grad",)

    def __init__(self, data: npt.ArrayLike) -> None:
        """Start with a gradient of zero."""
        super().__init__(data, requires_grad=True)
        self.grad: Array = np.zeros_like(self.data)


@dataclass(frozen=True, slots=True)
class Node:
    """One operation on the tape: `backward(g, *input_gradients)` fills each buffer that is not None."""

    inputs: tuple[Tensor, ...]
    output: Tensor
    forward: Forward
    backward: Backward
    value: Forward | None = None
    """Fills an output that only people look at; `backward` does not need it."""
    passes: bool = False
    """An input of the output's shape has the output's gradient; where it is shared, its buffer is None."""


class Tape:
    """A list of the operations done inside `with Tape() as tape:`; outside of one nothing is recorded.

    A `dry` tape notes the operations down without running them: nothing is drawn, nothing is averaged. Their
    buffers are kept and used again, so they lie in large `blocks`.
    """

    def __init__(self, dry: bool = False) -> None:
        self.dry = dry
        self.nodes: list[Node] = []
        self.blocks = Blocks()
        self._token: Token[Tape | None] | None = None

    def __enter__(self) -> "Tape":
        if self._token is not None:
            raise RuntimeError("this tape is recording already")
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)
            self._token = None

    def backward(self, loss: Tensor) -> dict[Parameter, Array]:
        """Back-propagate from a loss of shape (): return the gradient of each parameter it depends on.

        Nothing accumulates from one call to the next. What is returned is a copy; the parameter's own buffer,
        `grad`, is filled as well, and written over by the next call. Parameters that the loss does not depend
        on keep theirs: `zero_grad` empties them. ValueError when the loss is not one number, or was not
        computed on this tape.
        """
        calls, gradients = self.schedule(loss)
        _run(calls)
        return {
            tensor: buffer.copy(order="K")
            for tensor, buffer in gradients.items()
            if isinstance(tensor, Parameter)
        }

    def gradients(self, loss: Tensor, tensors: Sequence[Tensor]) -> list[Array]:
        """Back-propagate and return a copy of the gradient of each tensor, zeros where it has no effect."""
        calls, gradients = self.schedule(loss, keep=tensors)
        _run(calls)
        return [
            gradients[tensor].copy(order="K") if tensor in gradients else np.zeros_like(tensor.data)
            for tensor in tensors
        ]

    def schedule(self, loss: Tensor, keep: Sequence[Tensor] = ()) -> tuple[list[Call], dict[Tensor, Array]]:
        """List the calls that back-propagate from the loss, and the buffers they leave the gradients in.

        The node read first writes the gradient of an input; a node that uses the same input again writes
        into a buffer of its own, and the two are added. A buffer is used again once all tensors that share it
        have been read, unless it belongs to a parameter or to a tensor to `keep`.
        """
        if loss.data.shape != ():
            raise ValueError(f"back-propagation starts from one number; the loss has shape {loss.shape}")
        if not any(node.output is loss for node in reversed(self.nodes)):
            raise ValueError("back-propagation starts from a loss that was computed on this tape")
        gradients, kept = _Gradients(loss, self.blocks if self.dry else None), {*keep, loss}
        calls: list[Call] = []
        for node in reversed(self.nodes):
            upper = gradients.known.get(node.output)
            if upper is None or not node.output.requires_grad:
                continue
            buffers: list[Array | None] = []
            sums: list[Call] = []
            for tensor in node.inputs:
                if not tensor.requires_grad:
                    buffers.append(None)
                    continue
                shared = node.passes and tensor not in kept and _may_share(tensor, upper)
                part = upper if shared else gradients.buffer(tensor)
                buffers.append(None if shared else part)
                sums += gradients.add(tensor, part)
            calls.append((node.backward, (upper, *buffers)))
            calls.extend(sums)
            gradients.release(() if node.output in kept else (upper,))
        return calls, gradients.known


class _Gradients:
    """The gradients known so far, and the buffers they lie in: who shares them, and which are free.

    A buffer that is free is used again: fewer of them stay in the processor's cache.
    """

    def __init__(self, loss: Tensor, blocks: Blocks | None) -> None:
        self._blocks = blocks
        self.known: dict[Tensor, Array] = {loss: np.ones_like(loss.data)}
        self._holders: dict[int, int] = {id(self.known[loss]): 1}
        self._free: dict[Any, list[Array]] = {}
        self._summed: list[Array] = []

    def buffer(self, tensor: Tensor) -> Array:
        """Return a buffer of the same shape, dtype and layout; a parameter's own, the first time."""
        if isinstance(tensor, Parameter) and tensor not in self.known:
            return tensor.grad
        free = self._free.get(_kind(tensor.data))
        if free:
            return free.pop()
        fresh = np.empty_like(tensor.data)
        return fresh if self._blocks is None else self._blocks.place(fresh)

    def add(self, tensor: Tensor, part: Array) -> list[Call]:
        """Take the part into the tensor's gradient: return the sum to be done, if it is not the first part.

        The sum goes into one of its terms, unless other tensors still have to read both.
        """
        self._holders[id(part)] = self._holders.get(id(part), 0) + 1
        if tensor not in self.known:
            self.known[tensor] = part
            return []
        terms = (self.known[tensor], part)
        own = [term for term in terms if self._holders[id(term)] == 1]
        into = own[0] if own else np.empty_like(tensor.data)
        self._holders[id(into)] = 1
        self._summed += [term for term in terms if term is not into]
        self.known[tensor] = into
        return [(np.add, (*terms, into))]

    def release(self, read: Sequence[Array]) -> None:
        """Count one holder less for what a node has read and what was summed; the buffer of none is free."""
        for buffer in (*read, *self._summed):
            self._holders[id(buffer)] -= 1
            if not self._holders[id(buffer)]:
                self._free.setdefault(_kind(buffer), []).append(buffer)
        self._summed.clear()


def _may_share(tensor: Tensor, gradient: Array) -> bool:
    """Tell whether this may be the tensor's gradient too: a parameter's must lie in its own buffer."""
    return not isinstance(tensor, Parameter) and _kind(tensor.data) == _kind(gradient)


def _kind(array: Array) -> tuple[Any, ...]:
    """Tell buffers of different shape, layout or dtype apart."""
    return array.shape, np.empty_like(array).strides, array.dtype


def _run(calls: Sequence[Call]) -> None:
    with np.errstate(all="ignore"):
        for function, arguments in calls:
            function(*arguments)


def as_tensor(value: Tensor | npt.ArrayLike) -> Tensor:
    """Wrap an array that is not a tensor yet; the array is shared, not copied."""
    return value if isinstance(value, Tensor) else Tensor(value)


def placed(buffer: Array) -> Array:
    """Return a buffer like this one for an operation, in the blocks of the plan that is being recorded.

    Nothing is copied: it is for arrays not yet filled. Without a plan it is the array itself.
    """
    tape = _current.get()
    return tape.blocks.place(buffer) if tape is not None and tape.dry else buffer


def record(
    inputs: Sequence[Tensor],
    output: Array,
    forward: Forward,
    backward: Backward,
    value: Forward | None = None,
    passes: bool = False,
) -> Tensor:
    """Run an operation and, while a tape records, note it down.

    `forward()` fills the array `output` from the data of the inputs. `backward(g, *gradients)` gets the
    gradient g of the output and one buffer per input, each to be overwritten, or None where nobody asks.
    `value()`, where given, fills the output instead, after `forward()`, for those who want to see it.
    `passes` says that g is the gradient of every input of the output's shape: it may then be shared.
    Infinity and NaN pass silently: the training loop looks for them once a step. ValueError where the result
    would be neither float32 nor float64, or where the tape would need a gradient of another dtype than its.
    """
    tape = _current.get()
    _check_dtypes(inputs, output, recorded=tape is not None)
    if tape is None or not tape.dry:
        with np.errstate(all="ignore"):
            forward()
            if value is not None:
                value()
    result = Tensor(output, requires_grad=any(tensor.requires_grad for tensor in inputs))
    if tape is not None:
        tape.nodes.append(Node(tuple(inputs), result, forward, backward, value, passes))
    return result


def _check_dtypes(inputs: Sequence[Tensor], output: Array, recorded: bool) -> None:
    """Refuse results other than float32 and float64, and gradients that would have to change from one to the
    other: nothing is rounded unasked.
    """
    if output.dtype not in DTYPES:
        found = ", ".join(sorted({str(tensor.data.dtype) for tensor in inputs}))
        raise ValueError(f"the result of an operation must be float32 or float64, got {found}")
    for tensor in inputs if recorded else ():
        if tensor.requires_grad and tensor.data.dtype != output.dtype:
            raise ValueError(
                f"the result is {output.dtype} and cannot pass a gradient back to a {tensor.data.dtype} "
                f"tensor of shape {tensor.shape}: give all inputs one dtype"
            )


def unbroadcast(gradient: Array, into: Array) -> None:
    """Sum a gradient over the axes along which its tensor was broadcast, and write it into the buffer.

    gradient (any shape the buffer broadcasts to), into (the tensor's own shape).
    """
    leading = gradient.ndim - into.ndim
    axes = tuple(range(leading)) + tuple(
        leading + axis
        for axis, size in enumerate(into.shape)
        if size == 1 and gradient.shape[leading + axis] != 1
    )
    if axes:
        into[...] = gradient.sum(axis=axes).reshape(into.shape)
    else:
        np.copyto(into, gradient)
