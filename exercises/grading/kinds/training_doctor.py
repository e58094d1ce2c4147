"""Say from the trace of a training why it failed: it diverged, died, stood still, or learned by heart."""

from collections.abc import Iterator

import numpy as np

from engine.evaluation import LOSSES
from engine.module import Sequential
from engine.progress import Diverged
from engine.spec.layers import Linear, Plain
from engine.tensor import Array, Tape
from exercises.grading.kinds.training_runs import Lab, Run

ROWS = 200
DEAD_SHARE = 0.5
SATURATED = 0.02
VANISHED = 1e-3
OVERFIT_GAP = 0.12
STILL_FALLING = 0.05
LEAST_FALL = 0.01
NEAR_CHANCE = 1.3


def diagnose(lab: Lab) -> list[str]:
    """Return what is probably wrong, the gravest first; nothing when no rule fits."""
    diverged = [run.outcome for run in lab.runs if isinstance(run.outcome, Diverged)]
    if diverged:
        first = diverged[0]
        return [
            f"{len(diverged)} of {len(lab.runs)} runs diverged, the first at step {first.step}: with a "
            f"learning rate of {first.lr:g} each step overshoots further. Try a tenth of it, or clip_norm."
        ]
    run = min(lab.runs, key=lambda one: one.accuracy["train"])
    found = [*_structure(lab, run), *_gradients(lab, run)]
    return found or list(_curve(lab, run))


def _structure(lab: Lab, run: Run) -> Iterator[str]:
    """Spot twins, dead units and saturated units, from what the layers give for training examples."""
    if _has_twins(run.model):
        yield (
            "All units of the first layer are twins: they start with the same weights, receive the same "
            "gradient, and stay one unit for ever. Start from random weights."
        )
        return
    x = lab.data.train().x[:ROWS].astype(run.model.parameters()[0].data.dtype)
    value: Array = x
    run.model.eval()
    for number, (module, layer) in enumerate(zip(run.model, lab.config.layers, strict=True)):
        value = module(value).data
        if not isinstance(layer, Plain) or number == len(lab.config.layers) - 1:
            continue
        if layer.type == "relu" and value.ndim == 2:
            dead = float((value <= 0).all(axis=0).mean())
            if dead >= DEAD_SHARE:
                yield (
                    f"{round(100 * dead)} % of the ReLU units of layers[{number}] are dead: 0 for every "
                    "example, so no gradient reaches their weights. Lower the learning rate, or start "
                    "with he_normal."
                )
        if layer.type in ("sigmoid", "tanh") and value.ndim == 2:
            low = 0.0 if layer.type == "sigmoid" else -1.0
            edge = float(((value - low < SATURATED) | (1 - value < SATURATED)).mean())
            if edge > 0.9:
                yield (
                    f"The units of layers[{number}] are saturated: {round(100 * edge)} % of their outputs "
                    "sit at an end, where the slope is almost 0. Start with smaller weights."
                )


def _has_twins(model: Sequential) -> bool:
    weights = [
        entry for name, entry in model.state_dict().items() if name.endswith("weight") and entry.ndim == 2
    ]
    if not weights or len(weights[0]) < 2:
        return False
    return bool(np.allclose(weights[0], weights[0][:1], rtol=1e-4, atol=1e-9))


def _gradients(lab: Lab, run: Run) -> Iterator[str]:
    """Compare the gradient that reaches the first layer with that of the last."""
    examples = lab.data.train()
    x = (
        examples.x[:ROWS]
        if examples.symbols
        else examples.x[:ROWS].astype(run.model.parameters()[0].data.dtype)
    )
    run.model.eval()
    with Tape() as tape:
        loss = LOSSES[lab.config.loss](run.model(x), examples.y[:ROWS])
    gradients = tape.backward(loss)
    weights = [parameter for parameter in run.model.parameters() if parameter.data.ndim >= 2]
    norms = [float(np.linalg.norm(gradients[weight])) for weight in weights if weight in gradients]
    dense = sum(isinstance(layer, Linear) for layer in lab.config.layers)
    if len(norms) >= 4 and dense >= 4 and norms[0] < VANISHED * norms[-1]:
        yield (
            f"The first layer receives {norms[0] / norms[-1]:.0e} of the gradient of the last: it vanishes "
            "on the way back. ReLU with he_normal, or batch_norm, keeps it alive."
        )


def _curve(lab: Lab, run: Run) -> Iterator[str]:
    """Read the curve: learned by heart, not finished, or no better than guessing."""
    train, test = run.accuracy["train"], run.accuracy["test"]
    classes = lab.data.classes or 2
    if train - test > OVERFIT_GAP:
        yield (
            f"Training accuracy {train:.2f}, on new data {test:.2f}: the network learns the examples by "
            "heart. Fewer units, dropout, weight_decay or early_stopping help."
        )
    elif _still_falling(run.losses):
        yield "The loss was still falling when the training ended: more epochs, or a larger learning rate."
    elif train < NEAR_CHANCE / classes:
        yield (
            f"Accuracy {train:.2f} is what guessing gives: nothing was learned. Try another learning rate, "
            "or other starting weights."
        )
    elif len(run.losses) >= 5:
        yield "The loss stood still long before the end: change units or learning rate, not the epochs."


def _still_falling(losses: list[float]) -> bool:
    """Tell whether the last tenth of the epochs still brought a good part of the whole fall."""
    fall = losses[0] - losses[-1]
    last = losses[-1 - max(1, len(losses) // 10)] - losses[-1]
    return len(losses) >= 5 and fall > LEAST_FALL * abs(losses[0]) and last > STILL_FALLING * fall
