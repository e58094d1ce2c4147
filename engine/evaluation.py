"""What a trained network says: outputs and losses, with dropout and batch statistics off."""

from collections.abc import Callable

import numpy as np

from engine.examples import Examples
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.module import Module
from engine.tensor import Array, Tensor

ROWS_AT_ONCE = 256

LOSSES: dict[str, Callable[..., Tensor]] = {
    "mse": mse_loss,
    "binary_cross_entropy": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
}


def predict(model: Module, x: Array) -> Array:
    """Compute the outputs with dropout and batch statistics off.   x (N, ...) -> y (N, ...), N 0 or more

    Each module is left as it was, training or not, also when the model refuses x.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        starts = range(0, max(len(x), 1), ROWS_AT_ONCE)  # of no rows the model is asked too, for their shape
        return np.concatenate([model(x[start : start + ROWS_AT_ONCE]).data for start in starts])
    finally:
        for module, training in modes:
            module.training = training


def evaluate(model: Module, examples: Examples, loss: str) -> float:
    """Compute the mean loss over all examples, with dropout and batch statistics off."""
    return mean_loss(predict(model, examples.x), examples.y, loss)


def mean_loss(outputs: Array, target: Array, loss: str) -> float:
    """Compute the mean loss of outputs, as the loss of that name averages them."""
    return float(LOSSES[loss](outputs, target).data)
