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
    may not branch on their values.
    Parameters must have their final storage (see optim.py) before the plan is made. numpy warns of overflow,
    which a sigmoid far out may well have: training loops run inside loop.training_loop() and look at the
    loss instead.
    """

    def __init__(self, compute_loss: Callable[..., Tensor], *examples: Array) -> None:
        """Record the step on a copy of the examples."""
        self.inputs = tuple(np.array(example) for example in examples)
        with Tape(dry=True) as tape:
            self._loss = compute_loss(*self.inputs).data
        *inner, last = tape.nodes
        self._forward = [call for node in inner for call in (node.forward, node.value) if call is not None]
        self._forward.append(last.forward)
        self._value = last.value
        self._backward, gradients = tape.schedule(tape.nodes[-1].output)
        self.parameters = [tensor for tensor in gradients if isinstance(tensor, Parameter)]

    def run(self) -> float:
        """Compute the loss of what is in `inputs` now, and leave its gradients in the parameters' buffers."""
        self.run_blind()
        if self._value is not None:
            self._value()
        return float(self._loss)

    def run_blind(self) -> None:
        """Compute the gradients, and of the loss only what they need."""
        for forward in self._forward:
            forward()
        for function, arguments in self._backward:
            function(*arguments)

    def step(self, *inputs: Array) -> float:
        """Copy new inputs in and run; ValueError when their shapes are not those of the examples."""
        for buffer, value in zip(self.inputs, inputs, strict=True):
            if np.shape(value) != buffer.shape:
                raise ValueError(f"this step was recorded for inputs {buffer.shape}, got {np.shape(value)}")
            np.copyto(buffer, value)
        return self.run()
