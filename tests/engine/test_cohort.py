"""Many trainings at once: each has the bits it has alone."""

import numpy as np
import pytest

from engine.cohort import train_cohort
from engine.examples import Examples
from engine.progress import Diverged, Finished
from engine.spec import TrainSpec
from engine.train import train
from tests.engine.configurations import FAMILIES, XOR, configuration, xor_configuration

POINTS = Examples(np.random.Generator(np.random.PCG64(4)).normal(size=(9, 3)), XOR.x.repeat(3, 0)[:9])


def small(**changes: object) -> TrainSpec:
    layers = [
        {"type": "linear", "units": 5},
        {"type": "elu"},
        {"type": "linear", "units": 4},
        {"type": "sigmoid"},
        {"type": "linear", "units": 2},
    ]
    return configuration(layers, **({"loss": "mse", "batch_size": None, "epochs": 40} | changes))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 33, 100])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_network_has_the_same_bits_in_a_cohort_of_any_size(count: int, precision: str) -> None:
    spec = small(precision=precision)
    largest = train_cohort([spec] * 101, POINTS, range(101))

    smaller = train_cohort([spec] * count, POINTS, range(count))

    for slot, twin in zip(smaller, largest, strict=False):
        assert slot.loss == twin.loss
        assert all(np.array_equal(slot.state[name], twin.state[name]) for name in slot.state)


@pytest.mark.parametrize("spec", [xor_configuration(), small()], ids=["xor", "points"])
def test_a_network_in_a_cohort_learns_what_it_learns_in_train(spec: TrainSpec) -> None:
    examples = XOR if spec.loss == "binary_cross_entropy" else POINTS

    slots = train_cohort([spec] * 3, examples, [4, 5, 6])

    for seed, slot in zip((4, 5, 6), slots, strict=True):
        alone = train(spec, examples, seed)
        assert alone.model is not None
        assert slot.loss == pytest.approx(alone.losses[-1], rel=1e-9)
        for name, value in alone.model.state_dict().items():
            np.testing.assert_allclose(slot.state[name], value, rtol=1e-9, atol=1e-11)


def test_a_larger_network_has_the_bits_of_train() -> None:
    layers, examples = FAMILIES["lstm"]
    spec = configuration(layers)

    slots = train_cohort([spec] * 2, examples, [8, 9])

    for seed, slot in zip((8, 9), slots, strict=True):
        alone = train(spec, examples, seed)
        assert alone.model is not None
        assert slot.loss == alone.losses[-1]
        assert all(
            np.array_equal(slot.state[name], value) for name, value in alone.model.state_dict().items()
        )


@pytest.mark.parametrize("batch_size", [None, 3], ids=["stacked", "alone"])
def test_one_that_diverged_has_no_loss(batch_size: int | None) -> None:
    """Also where an epoch or two had been finished before."""
    steep = small(optimizer={"type": "sgd", "lr": 1000.0}, batch_size=batch_size, epochs=2000)
    layers = [{"type": "linear", "units": 5}, {"type": "linear", "units": 2}]
    steep = steep.model_copy(update={"layers": configuration(layers).layers})

    (slot,) = train_cohort([steep], POINTS, [0])

    assert isinstance(slot.outcome, Diverged)
    assert np.isnan(slot.loss)


def test_one_whose_last_loss_is_no_number_has_diverged_though_its_weights_are_finite() -> None:
    layers = [{"type": "linear", "units": 2}, {"type": "relu"}, {"type": "linear", "units": 1}]
    sgd = {"type": "sgd", "lr": 500.0}
    steep = configuration(layers, loss="mse", optimizer=sgd, epochs=55, batch_size=None)

    (slot,) = train_cohort([steep], XOR, [0])

    assert all(np.isfinite(array).all() for array in slot.state.values())
    assert slot.outcome == train(steep, XOR, 0).outcome == Diverged(52, 500.0)


@pytest.mark.parametrize("epochs", range(1, 14))
def test_nothing_is_looked_at_that_train_does_not_look_at(epochs: int) -> None:
    """Such as the loss after the last step."""
    layers = [{"type": "linear", "units": 1}]
    sgd = {"type": "sgd", "lr": 1000.0}
    steep = configuration(
        layers, loss="mse", optimizer=sgd, epochs=epochs, batch_size=None, precision="float32"
    )

    (slot,) = train_cohort([steep], XOR, [0])

    assert slot.outcome == train(steep, XOR, 0).outcome


@pytest.mark.parametrize(("bend", "lr"), [("relu", 1.1), ("relu", 1.5), ("identity", 0.5)])
def test_the_step_and_rate_at_which_one_diverges_are_those_of_train(bend: str, lr: float) -> None:
    """Each at a step of its own, between two looks at the parameters."""
    layers = [{"type": "linear", "units": 3}, {"type": bend}] * 2 + [{"type": "linear", "units": 1}]
    sgd, schedule = {"type": "sgd", "lr": lr}, {"type": "exponential", "factor": 0.99999}
    steep = configuration(
        layers, loss="mse", optimizer=sgd, schedule=schedule, epochs=400, batch_size=None, precision="float32"
    )

    outcomes = [slot.outcome for slot in train_cohort([steep] * 30, XOR, range(30))]

    assert outcomes == [train(steep, XOR, seed).outcome for seed in range(30)]
    assert len({outcome.step for outcome in outcomes if isinstance(outcome, Diverged)}) >= 3


def test_learning_rates_may_differ_and_one_that_diverges_disturbs_nobody() -> None:
    calm, wild = (small(optimizer={"type": "sgd", "lr": lr}, epochs=300) for lr in (0.1, 1000.0))
    alone = train_cohort([calm], POINTS, [1])[0]

    first, second, third = train_cohort([calm, wild, calm], POINTS, [1, 2, 3])

    assert isinstance(first.outcome, Finished)
    assert isinstance(second.outcome, Diverged)
    assert second.outcome.lr == 1000.0
    assert isinstance(third.outcome, Finished)
    assert all(np.array_equal(first.state[name], alone.state[name]) for name in first.state)


@pytest.mark.parametrize(
    ("specs", "seeds", "words"),
    [
        ([small(), small(epochs=3)], [0, 1], "configuration 1 differs in epochs: 3, not 40"),
        ([small()], [0, 1], "a seed for each configuration"),
        ([], [], "a seed for each configuration"),
    ],
)
def test_a_cohort_that_does_not_belong_together_is_refused(
    specs: list[TrainSpec], seeds: list[int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        train_cohort(specs, POINTS, seeds)


def test_four_hidden_units_solve_xor_from_nearly_every_start() -> None:
    spec = xor_configuration(epochs=2000, optimizer={"type": "adam", "lr": 0.05})

    solved = [slot.loss < 0.1 for slot in train_cohort([spec] * 100, XOR, range(100))]

    assert sum(solved) >= 90
