"""A training step recorded once and replayed: the compiled form of the tape.

The first call of an operation allocates its buffers. A plan keeps the list that a tape recorded, puts new
data into the same input arrays and calls the same functions in the same order, so a replayed step gives
the bits that a fresh tape would give, without allocating anything (tests/engine/test_plan.py).
"""

from collections.abc import Callable

import numpy as np

from engine.tensor import Array, Parameter, Tape, Tensor


class Plan:
    """One loss and its gradients for inputs of fixed shapes.

    `compute_loss(*inputs)` is called once, with the arrays of `inputs`, on a tape that runs nothing yet; it
    may not branch on their values. ValueError where the loss is not computed from them, or not one number.
    A parameter that is frozen or thawed later is so from the next run on: the way back is then listed anew.
    Parameters must have their final storage (see optim.py) before the plan is made. numpy warns of overflow,
    which a sigmoid far out may well have: training loops run inside loop.training_loop() and look at the
    loss instead.
    """

    def __init__(self, compute_loss: Callable[..., Tensor], *examples: Array) -> None:
        """Record the step on a copy of the examples."""
        self.inputs = tuple(np.array(example) for example in examples)
        with Tape(dry=True) as self._tape:
            self._loss = compute_loss(*self.inputs)
        self._nodes = self._tape.nodes[: self._place(self._loss) + 1]
        *inner, last = self._nodes
        self._forward = [call for node in inner for call in (node.forward, node.value) if call is not None]
        self._forward.append(last.forward)
        self._value = last.value
        self._done = 0
        inputs = dict.fromkeys(tensor for node in self._nodes for tensor in node.inputs)
        self._leaves = [tensor for tensor in inputs if isinstance(tensor, Parameter)]
        self._list_backward()

    def _list_backward(self) -> None:
        """List the way back to the parameters that want a gradient now; the others have none."""
        self._wanted = [leaf.requires_grad for leaf in self._leaves]
        for node in self._nodes:
            node.output.requires_grad = any(tensor.requires_grad for tensor in node.inputs)
        self._backward, gradients = self._tape.schedule(self._loss)
        self.parameters = [leaf for leaf in self._leaves if leaf in gradients]
        for leaf in self._leaves:
            if not leaf.requires_grad:
                leaf.grad.fill(0)

    def begin(self, tensor: Tensor, *inputs: Array) -> None:
        """Copy new inputs in and compute as far as this tensor of the step; `run` goes on from there.

        ValueError where the inputs have other shapes, or the tensor was not computed in the step.
        """
        place = self._place(tensor)
        self._copy_in(inputs)
        done = sum((node.value is not None) + 1 for node in self._nodes[: place + 1])
        for forward in self._forward[:done]:
            forward()
        self._done = done

    def run(self) -> float:
        """Compute the loss of what is in `inputs` now, and leave its gradients in the parameters' buffers."""
        self.run_blind()
        if self._value is not None:
            self._value()
        return float(self._loss.data)

    def run_blind(self) -> None:
        """Compute the gradients, and of the loss only what they need."""
        if self._wanted != [leaf.requires_grad for leaf in self._leaves]:
            self._list_backward()
        start, self._done = self._done, 0
        for forward in self._forward[start:] if start else self._forward:
            forward()
        for function, arguments in self._backward:
            function(*arguments)

    def step(self, *inputs: Array) -> float:
        """Copy new inputs in and run; ValueError when their shapes are not those of the examples."""
        self._copy_in(inputs)
        return self.run()

    def _place(self, tensor: Tensor) -> int:
        """Find the operation that computes a tensor; ValueError where the step has none."""
        for number, node in enumerate(self._tape.nodes):
            if node.output is tensor:
                return number
        raise ValueError(f"this step did not compute the {tensor}")

    def _copy_in(self, inputs: tuple[Array, ...]) -> None:
        self._done = 0
        for buffer, value in zip(self.inputs, inputs, strict=True):
            if np.shape(value) != buffer.shape:
                raise ValueError(f"this step was recorded for inputs {buffer.shape}, got {np.shape(value)}")
            np.copyto(buffer, value)
