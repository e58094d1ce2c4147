"""Say from the trace of a training why it failed: it diverged, died, stood still, or learned by heart."""

import math
from collections.abc import Iterator

import numpy as np

from engine.evaluation import LOSSES
from engine.module import Sequential
from engine.progress import Diverged
from engine.spec.layers import Dropout, Linear, Plain
from engine.tensor import Array, Tape
from engine.train import Training
from exercises.grading.kinds.training_runs import Lab, Run, inputs_for, round_against
from exercises.grading.wording import write_count

ROWS = 200
DEAD_SHARE = 0.5
SATURATED = 0.02
VANISHED = 2.5e-3
OVERFIT_GAP = 0.12
STILL_FALLING = 0.05
LEAST_FALL = 0.01
FEW_EPOCHS = 5
NEAR_CHANCE = 1.3
NEAR_CHANCE_LOSS = 0.97
WORSE_ON_NEW = 2.0
MOVED_GAP = 0.12
MOST_DROPPED = 0.8
FEW_IN_A_BATCH = 3
FEW_STEPS = 100
USUAL_BATCH = 32
RATE_FOR_ADAM = 0.003
BY_THEIR_OWN_SLOPES = {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSProp"}
STRAIGHT = (
    "linear",
    "identity",
    "flatten",
    "dropout",
    "batch_norm",
    "gaussian_noise",
    "avg_pool2d",
    "conv2d",
)


def diagnose(lab: Lab) -> list[str]:
    """Return what is probably wrong, the gravest first; nothing when no rule fits."""
    diverged = [run.outcome for run in lab.runs if isinstance(run.outcome, Diverged)]
    if diverged:
        first = diverged[0]
        return [
            f"{len(diverged)} of {len(lab.runs)} runs diverged, the first at step {first.step}: with a "
            f"learning rate of {first.lr:g} each step overshoots further. Try a tenth of it, or clip_norm."
        ]
    run = max(lab.runs, key=lambda one: (-one.accuracy.get("train", 0.0), one.loss["train"]))
    found = [
        *_averages(lab),
        *_long_steps(lab),
        *_structure(lab, run),
        *_gradients(lab),
        *_places(lab, run),
    ]
    return found or list(_pace(lab, run)) or list(_curve(lab, run))


def _averages(lab: Lab) -> Iterator[str]:
    """Spot dropout that drops answers or nearly everything, and batches too small to be normalised by."""
    layers = lab.config.layers
    last = max((number for number, layer in enumerate(layers) if isinstance(layer, Linear)), default=0)
    for number, layer in enumerate(layers):
        if not isinstance(layer, Dropout):
            continue
        if number > last:
            yield (
                f"layers[{number}] drops answers of the network: a dropped logit is 0, whatever the picture "
                "shows, and the units before it are all kept. Dropout belongs between the layers."
            )
        elif layer.p >= MOST_DROPPED:
            yield (
                f"layers[{number}] drops {round(100 * layer.p)} % of its inputs: each step trains a network "
                "of the few that are left, too small for the task. Usual are 0.2 for inputs, 0.5 for hidden "
                "units."
            )
            break
    size = lab.config.batch_size or len(lab.data.x_train)
    if size <= FEW_IN_A_BATCH and any(layer.type == "batch_norm" for layer in layers):
        yield (
            f"Mean and variance of a batch of {size} are mostly chance: in batches of 2 every normalised "
            "number is close to 1 or -1, whatever it was. Take 16 examples or more."
        )


def _long_steps(lab: Lab) -> Iterator[str]:
    """Spot a rate of gradient descent given to an optimizer whose steps are about as long as the rate."""
    optimizer = lab.config.optimizer
    name = BY_THEIR_OWN_SLOPES.get(optimizer.type)
    first = next((layer for layer in lab.config.layers if isinstance(layer, Linear)), None)
    inputs = math.prod(lab.data.x_train.shape[1:])
    if name and first is lab.config.layers[0] and optimizer.lr > 1 / math.sqrt(inputs):
        yield (
            f"{name} moves every weight by about the learning rate in each step, whatever the slope: "
            f"{optimizer.lr:g} is more than weights of {inputs} inputs usually are at the start, at most "
            f"{1 / math.sqrt(inputs):.2g}. Rates from 0.001 to 0.01 are usual."
        )


def _structure(lab: Lab, run: Run) -> Iterator[str]:
    """Spot twins, dead units and saturated units, from what the layers give for training examples."""
    if _begins_with_twins(lab):
        yield (
            "All units of the first layer are twins: they start with the same weights, receive the same "
            "gradient, and stay one unit for ever. Start from random weights."
        )
        return
    value: Array = inputs_for(run.model, lab.data.train(), ROWS)
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


def _begins_with_twins(lab: Lab) -> bool:
    """Tell whether the units of the first layer start alike; later only rounding parts them."""
    start = _fresh_model(lab).state_dict()
    weights = [entry for name, entry in start.items() if name.endswith("weight") and entry.ndim == 2]
    return bool(weights) and len(weights[0]) > 1 and bool((weights[0] == weights[0][:1]).all())


def _gradients(lab: Lab) -> Iterator[str]:
    """Compare the gradient that reaches the first layer with that of the last, before any training.

    Afterwards they say little: where Adam has brought six layers of sigmoids to half of the digits, both are
    alike. Six such layers start at 0.0022 at most with every usual rule; up to seven hidden layers that learn
    the digits start at 0.006 at least. What batches normalise is measured as in training.
    """
    if _begins_with_twins(lab):
        return
    model, examples = _fresh_model(lab), lab.data.train()
    model.train()
    x = inputs_for(model, examples, ROWS)
    with Tape() as tape:
        loss = LOSSES[lab.config.loss](model(x), examples.y[:ROWS])
    gradients = tape.backward(loss)
    weights = [parameter for parameter in model.parameters() if parameter.data.ndim >= 2]
    norms = [float(np.linalg.norm(gradients[weight])) for weight in weights if weight in gradients]
    dense = sum(isinstance(layer, Linear) for layer in lab.config.layers)
    if len(norms) >= 4 and dense >= 4 and norms[0] < VANISHED * norms[-1]:
        yield (
            f"Before the first step the first layer receives {norms[0] / norms[-1]:.0e} of the gradient of "
            "the last: it vanishes on the way back. ReLU with he_normal, or batch_norm, keeps it alive."
        )


def _fresh_model(lab: Lab) -> Sequential:
    """Return a network as a training finds it before the first step."""
    return Training(lab.config, lab.data.train(), 0).model


def _places(lab: Lab, run: Run) -> Iterator[str]:
    """Where moved pictures are tested, say what keeps the network from reading them."""
    if "moved" not in run.accuracy:
        return
    here, moved = (round_against("accuracy", run.accuracy[part]) for part in ("test", "moved"))
    kinds = [layer.type for layer in lab.config.layers]
    if here - moved > MOVED_GAP and not lab.config.random_shift:
        yield (
            f"Accuracy {here:.2f} on pictures in their place, {moved:.2f} on moved ones: no training picture "
            "was ever moved. Show them shifted, with random_shift."
        )
    elif "conv2d" not in kinds:
        yield (
            "Without conv2d every pixel has weights of its own, and what is learned at one place must be "
            "learned again at every other. The filters of a convolution serve all places."
        )
    elif _pooled_to_one(lab, run):
        yield (
            "Pooling leaves a single number of each map, how strong a feature is but not where: an 8 is then "
            "hard to tell from other digits with the same strokes. Pool less."
        )


def _pooled_to_one(lab: Lab, run: Run) -> bool:
    """Tell whether a pooling leaves maps of 1 by 1."""
    value: Array = inputs_for(run.model, lab.data.train(), 1)
    for module, layer in zip(run.model, lab.config.layers, strict=True):
        value = module(value).data
        if layer.type in ("max_pool2d", "avg_pool2d") and value.shape[2:] == (1, 1):
            return True
    return False


def _pace(lab: Lab, run: Run) -> Iterator[str]:
    """Spot a training of few steps, and a rate of Adam's given to gradient descent."""
    config, examples = lab.config, len(lab.data.x_train)
    batch = min(config.batch_size or examples, examples)
    steps = config.epochs * math.ceil(examples / batch)
    if steps < FEW_STEPS and batch > 2 * USUAL_BATCH:
        yield (
            f"{write_count(config.epochs, 'epoch')} in batches of {batch:,} "
            f"{'is' if config.epochs == 1 else 'are'} only {write_count(steps, 'step')}. "
            f"Batches of {USUAL_BATCH} make {config.epochs * math.ceil(examples / USUAL_BATCH):,} steps of "
            "the same pictures."
        )
    optimizer = config.optimizer
    plain = optimizer.type == "sgd" and not optimizer.momentum
    if plain and optimizer.lr <= RATE_FOR_ADAM and (_still_falling(run.losses) or _guess(lab, run)):
        yield (
            f"{optimizer.lr:g} is a learning rate for Adam, whose steps are about that long. "
            "Gradient descent multiplies it by the slope, which is small for most weights: try a hundred "
            "times as much."
        )


def _curve(lab: Lab, run: Run) -> Iterator[str]:
    """Read the curve: learned by heart, hardly begun, only guessing, unfinished, or at a standstill."""
    falling = _still_falling(run.losses)
    if (by_heart := _learned_by_heart(run)) is not None:
        yield (
            f"{by_heart}: the network learns the examples by heart. Fewer units, dropout, weight_decay or "
            "early_stopping help."
        )
    elif len(run.losses) < FEW_EPOCHS:
        yield f"The training was short, epochs = {len(run.losses)}: more epochs let the loss fall further."
    elif (guess := _guess(lab, run)) is not None:
        if falling:
            yield f"{guess}, but the loss is still falling: a larger learning rate, or more epochs."
        elif not _bends(lab):
            yield f"{guess}, and no layer of this network bends: its border is straight."
        else:
            yield f"{guess}: nothing was learned. Try a larger learning rate, or other starting weights."
    elif falling:
        yield "The loss was still falling when the training ended: more epochs, or a larger learning rate."
    else:
        yield "The loss stood still long before the end: change units or learning rate, not the epochs."


def _learned_by_heart(run: Run) -> str | None:
    """Compare old with new examples, by accuracy where there is one; None when they are alike."""
    if run.accuracy:
        train, test = (round_against("accuracy", run.accuracy[part]) for part in ("train", "test"))
        alike = train - test <= OVERFIT_GAP
        return None if alike else f"Training accuracy {train:.2f}, on new data {test:.2f}"
    train, test = run.loss["train"], run.loss["test"]
    return None if test <= WORSE_ON_NEW * train else f"Training loss {train:.2g}, on new data {test:.2g}"


def _guess(lab: Lab, run: Run) -> str | None:
    """Say what is no better than in a network that knows nothing: accuracy, or the loss of probabilities."""
    if not run.accuracy:
        return None
    train, loss, classes = run.accuracy["train"], run.losses[-1], lab.data.classes or 2
    if train < NEAR_CHANCE / classes:
        return f"Accuracy {round_against('accuracy', train):.2f} is what guessing gives"
    if lab.config.loss != "mse" and loss > NEAR_CHANCE_LOSS * math.log(classes):
        return f"A loss of {loss:.2g} is what guessing gives"
    return None


def bends(layer: str) -> bool:
    """Tell whether a layer of this type is more than a weighted sum."""
    return layer not in STRAIGHT


def _bends(lab: Lab) -> bool:
    return any(bends(layer.type) for layer in lab.config.layers)


def _still_falling(losses: list[float]) -> bool:
    """Tell whether the last tenth of the epochs still brought a good part of the whole fall."""
    if len(losses) < FEW_EPOCHS:
        return False
    fall = losses[0] - losses[-1]
    last = losses[-1 - max(1, len(losses) // 10)] - losses[-1]
    return fall > LEAST_FALL * abs(losses[0]) and last > STILL_FALLING * fall
