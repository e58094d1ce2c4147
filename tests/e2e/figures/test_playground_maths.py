"""The playground trains as the engine does: same start, same rows, same weights after the same steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from engine.layers.dense import Identity, Linear, ReLU, Sigmoid, Tanh
from engine.losses import binary_cross_entropy_with_logits
from engine.module import Sequential
from engine.optim import SGD, Adam
from engine.plan import Plan

Open = Callable[..., Page]
STEPS = 30
RATE = 0.05
DECAY = 0.01
ROWS: list[dict[str, Any]] = [
    {"x": [0.1 * i - 1, (0.37 * i) % 1.5 - 0.7], "target": i % 2} for i in range(16)
]
TRAIN = """async ([rows, activation, settings, steps]) => {
  const { startNetwork, startOptimizer, trainStep, meanLoss } = await import("/static/js/maths/mlp.js");
  const { randomStream } = await import("/static/js/maths/random.js");
  const network = startNetwork([2, 3, 2, 1], activation, randomStream(7));
  const start = structuredClone(network.layers);
  const memory = startOptimizer(network);
  for (let i = 0; i < steps; i += 1) trainStep(network, memory, rows, settings);
  return { start, end: network.layers, loss: meanLoss(network, rows) };
}"""
LAYERS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "linear": Identity}


def flat(layers: list[dict[str, Any]]) -> list[np.ndarray]:
    """Return weight and bias of each layer, as parameters() of a Sequential has them."""
    return [np.array(layer[name], np.float64) for layer in layers for name in ("weight", "bias")]


@pytest.mark.parametrize("activation", LAYERS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_training_in_the_browser_ends_on_the_engines_weights(
    figure_page: Open, activation: str, optimizer: str
) -> None:
    settings = {"type": optimizer, "rate": RATE, "momentum": 0.9, "decay": DECAY}
    found = figure_page("").evaluate(TRAIN, [ROWS, activation, settings, STEPS])
    make, options = LAYERS[activation], {"generator": np.random.default_rng(0), "dtype": np.float64}
    network = Sequential(
        Linear(2, 3, **options), make(), Linear(3, 2, **options), make(), Linear(2, 1, **options)
    )
    for parameter, start in zip(network.parameters(), flat(found["start"]), strict=True):
        np.copyto(parameter.data, start)
    rule = (
        SGD(network.parameters(), RATE, momentum=0.9, weight_decay=DECAY)
        if optimizer == "sgd"
        else Adam(network.parameters(), RATE, weight_decay=DECAY)
    )
    x = np.array([row["x"] for row in ROWS])
    y = np.array([[row["target"]] for row in ROWS], np.float64)
    plan = Plan(lambda a, b: binary_cross_entropy_with_logits(network(a), b), x, y)

    for _ in range(STEPS):
        plan.run()
        rule.step()

    assert found["loss"] == pytest.approx(plan.run(), rel=1e-9)

    for parameter, end in zip(network.parameters(), flat(found["end"]), strict=True):
        np.testing.assert_allclose(end, parameter.data, rtol=1e-9, atol=1e-12)
