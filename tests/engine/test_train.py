"""Training: reproducible, resumable, stoppable, and honest about how it ended."""

import hashlib
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.estimate import Limits
from engine.evaluation import evaluate, predict
from engine.examples import Examples
from engine.module import Module
from engine.progress import Cancelled, Diverged, Finished, OverBudget, StepInfo
from engine.spec import TrainSpec
from engine.train import Training, train
from tests.engine.configurations import FAMILIES, LINEAR, XOR, classes, configuration, xor_configuration

every_family = pytest.mark.parametrize("family", sorted(FAMILIES))


def digest(model: Module) -> str:
    return hashlib.sha256(b"".join(value.tobytes() for value in model.state_dict().values())).hexdigest()


@every_family
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(family: str) -> None:
    layers, examples = FAMILIES[family]

    first, again, other = (train(configuration(layers), examples, seed) for seed in (0, 0, 1))

    assert isinstance(first.outcome, Finished)
    assert first.model is not None
    assert again.model is not None
    assert other.model is not None
    assert digest(first.model) == digest(again.model) != digest(other.model)
    assert first.losses == again.losses


@every_family
def test_a_resumed_training_ends_with_the_bits_of_an_uninterrupted_one(family: str) -> None:
    layers, examples = FAMILIES[family]
    spec = configuration(
        layers, optimizer={"type": "sgd", "lr": 0.01, "momentum": 0.9}, schedule={"type": "cosine"}
    )
    whole = Training(spec, examples, 0)
    whole.run()
    stops = iter([False, False, False, True])

    started = Training(spec, examples, 0)
    outcome = started.run(should_stop=lambda: next(stops), every=1)
    resumed = Training(spec, examples, 0)
    resumed.resume(started.checkpoint())
    ended = resumed.run()

    assert outcome == Cancelled(4)
    assert ended == Finished(9)
    assert digest(resumed.model) == digest(whole.model)
    assert resumed.progress.losses == whole.progress.losses


def test_a_training_cancelled_at_the_end_of_an_epoch_resumes_too() -> None:
    spec = configuration(FAMILIES["noise"][0])
    whole = Training(spec, FAMILIES["noise"][1], 0)
    whole.run()
    stops = iter([False, False, True])
    started = Training(spec, FAMILIES["noise"][1], 0)
    started.run(should_stop=lambda: next(stops), every=1)

    resumed = Training(spec, FAMILIES["noise"][1], 0)
    resumed.resume(started.checkpoint())
    resumed.run()

    assert digest(resumed.model) == digest(whole.model)


def test_a_checkpoint_of_another_training_is_refused() -> None:
    checkpoint = Training(xor_configuration(), XOR, 0).checkpoint()

    with pytest.raises(ValueError, match="another configuration, seed"):
        Training(xor_configuration(), XOR, 1).resume(checkpoint)


@pytest.mark.parametrize("row", range(22))
def test_a_checkpoint_belongs_to_the_examples_held_out_too(row: int) -> None:
    layers, examples = FAMILIES["dense"]
    spec = configuration(layers, early_stopping={"patience": 9, "validation": 0.3})
    other = examples.x.copy()
    other[row] += 1

    with pytest.raises(ValueError, match="or set of examples"):
        Training(spec, replace(examples, x=other), 0).resume(Training(spec, examples, 0).checkpoint())


def test_xor_is_learned() -> None:
    result = train(xor_configuration(epochs=2000), XOR, 0)

    assert result.model is not None
    assert ((predict(result.model, XOR.x) > 0) == XOR.y).all()
    assert result.losses[-1] < 0.02 < result.losses[0]


def test_progress_is_told_at_the_steps_asked_for() -> None:
    told: list[StepInfo] = []

    train(configuration(FAMILIES["dense"][0]), FAMILIES["dense"][1], 0, on_step=told.append, every=4)

    assert [(info.step, info.epoch, info.steps) for info in told] == [(4, 2, 9), (8, 3, 9), (9, 3, 9)]
    assert all(math.isfinite(info.loss) for info in told)


def test_a_learning_rate_that_explodes_ends_as_diverged_with_its_step() -> None:
    layers = [{"type": "linear", "units": 1}]
    spec = configuration(layers, loss="mse", optimizer={"type": "sgd", "lr": 900.0}, epochs=500)
    examples = Examples(np.array([[1.0], [2.0]]), np.array([[1.0], [2.0]]))

    result = train(spec, examples, 0)

    assert isinstance(result.outcome, Diverged)
    assert 20 < result.outcome.step < 100
    assert result.outcome.lr == 900.0


def test_over_budget_runs_nothing_and_says_what_would_fit() -> None:
    told: list[StepInfo] = []

    result = train(xor_configuration(epochs=300_000), XOR, 0, limits=Limits(), on_step=told.append)

    assert isinstance(result.outcome, OverBudget)
    assert result.model is None
    assert not told
    assert "200000 would fit" in result.outcome.problems[0].message


def stopped_early(family: str, patience: int) -> TrainSpec:
    """Describe a training that early stopping ends long before its epochs are over."""
    return configuration(
        FAMILIES[family][0],
        epochs=400,
        optimizer={"type": "adam", "lr": 0.05},
        early_stopping={"patience": patience, "validation": 0.4},
    )


@pytest.mark.parametrize("family", ["dense", "norms"])
def test_early_stopping_keeps_the_best_network(family: str) -> None:
    spec = stopped_early(family, patience=5)

    training = Training(spec, FAMILIES[family][1], 0)
    outcome = training.run()

    losses = training.progress.validation
    assert isinstance(outcome, Finished)
    assert len(losses) == int(np.argmin(losses)) + 6 < 400
    held = training._held_out
    assert held is not None
    assert evaluate(training.model, held, "cross_entropy") == pytest.approx(min(losses), rel=1e-12)


@pytest.mark.parametrize("family", ["dense", "norms"])
def test_a_training_cancelled_anywhere_stops_early_where_the_uninterrupted_one_does(family: str) -> None:
    spec = stopped_early(family, patience=1)
    whole = Training(spec, FAMILIES[family][1], 0)
    ended = whole.run()
    assert isinstance(ended, Finished)
    assert ended.step < whole.steps

    for stop in range(1, ended.step + 1):
        left = iter([False] * (stop - 1) + [True])
        started = Training(spec, FAMILIES[family][1], 0)
        assert started.run(should_stop=left.__next__, every=1) == Cancelled(stop)
        resumed = Training(spec, FAMILIES[family][1], 0)
        resumed.resume(started.checkpoint())

        assert resumed.run() == ended
        assert digest(resumed.model) == digest(whole.model)

    again = Training(spec, FAMILIES[family][1], 0)
    again.resume(whole.checkpoint())
    assert again.run() == ended
    assert digest(again.model) == digest(whole.model)


def test_random_shifts_move_pictures_by_whole_pixels_and_leave_the_examples_alone() -> None:
    layers, examples = FAMILIES["images"]
    before = examples.x.copy()

    shifted = train(configuration(layers, random_shift=1), examples, 0)
    plain = train(configuration(layers), examples, 0)

    assert np.array_equal(examples.x, before)
    assert shifted.losses != plain.losses


def test_dropout_leaves_the_order_of_the_examples_alone() -> None:
    layers, examples = FAMILIES["dense"]
    plain, dropped = (
        Training(configuration(part), examples, 0)
        for part in (layers, [*layers[:1], {"type": "dropout"}, *layers[1:]])
    )

    plain.run(every=1, should_stop=lambda: True)
    dropped.run(every=1, should_stop=lambda: True)

    assert np.array_equal(plain.progress.order, dropped.progress.order)


@pytest.mark.parametrize(
    ("precision", "units", "dtype"),
    [("auto", 4, "float64"), ("auto", 900, "float32"), ("float32", 4, "float32")],
)
def test_small_networks_use_float64_unless_told(precision: str, units: int, dtype: str) -> None:
    layers: list[dict[str, Any]] = [{"type": "linear", "units": units}, {"type": "tanh"}, LINEAR]

    training = Training(configuration(layers, precision=precision), classes(5), 0)

    assert training.dtype == dtype
    assert {value.dtype for value in training.model.state_dict().values()} == {np.dtype(dtype)}


def outlier() -> tuple[TrainSpec, Examples]:
    """One target so large that its loss is infinite in float32, and its clipped gradient is not."""
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(40, 2))
    y = x[:, :1].copy()
    y[7] = 1e20
    spec = configuration(
        [{"type": "linear", "units": 1}],
        loss="mse",
        epochs=1,
        batch_size=4,
        precision="float32",
        clip_norm=1.0,
        schedule={"type": "exponential", "factor": 0.9},
    )
    return spec, Examples(x, y)


def test_a_diverged_training_stays_diverged_when_it_is_resumed_or_run_again() -> None:
    spec, examples = outlier()
    diverged = Training(spec, examples, 0)
    outcome = diverged.run()
    resumed = Training(spec, examples, 0)
    resumed.resume(diverged.checkpoint())

    assert isinstance(outcome, Diverged)
    assert resumed.run() == diverged.run() == outcome


def test_targets_that_lie_column_by_column_are_learned() -> None:
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(64, 5, 3))
    columns = np.asfortranarray((x[:, :, 0] > 0).astype(int))
    layers = [{"type": "linear", "units": 16}, {"type": "relu"}, {"type": "linear", "units": 2}]
    spec = configuration(layers, epochs=30)

    losses = [train(spec, Examples(x, y, 0, 2), 0).losses for y in (columns, columns.copy("C"))]

    assert losses[0] == losses[1]
    assert losses[0][-1] < 0.2


def test_a_training_whose_losses_add_up_to_infinity_goes_on_when_it_is_resumed() -> None:
    """The mean of an epoch may overflow where the loss of no batch does."""
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(20, 2))
    spec = configuration(
        [{"type": "linear", "units": 1}],
        loss="mse",
        epochs=4,
        batch_size=4,
        precision="float64",
        clip_norm=1.0,
    )
    examples = Examples(x, np.full((20, 1), 5e153))
    started = Training(spec, examples, 0)
    started.run(should_stop=lambda: True, every=13)
    resumed = Training(spec, examples, 0)
    resumed.resume(started.checkpoint())

    assert resumed.run() == Training(spec, examples, 0).run() == Finished(20)


def test_a_resumed_divergence_tells_the_rate_it_had() -> None:
    """Also where the weights, and not the loss, are infinite after the last step."""
    sgd, warmup = {"type": "sgd", "lr": 1000.0}, {"type": "constant", "warmup": 2}
    spec = configuration(
        [{"type": "linear", "units": 1}],
        loss="mse",
        optimizer=sgd,
        schedule=warmup,
        epochs=1,
        batch_size=None,
        precision="float32",
    )
    examples = Examples(XOR.x * 4e18, XOR.y * 4e18)
    diverged = Training(spec, examples, 0)
    outcome = diverged.run()
    resumed = Training(spec, examples, 0)
    resumed.resume(diverged.checkpoint())

    assert resumed.run() == outcome == Diverged(1, 500.0)


def test_a_network_that_cannot_predict_has_diverged() -> None:
    """The variance of such numbers overflows, and the loss in training knows nothing of it."""
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(20, 3)) * 1e20
    spec = configuration([{"type": "batch_norm"}, LINEAR], epochs=2, precision="float32")

    outcome = train(spec, Examples(x, np.arange(20) % 3, classes=3), 0).outcome

    assert isinstance(outcome, Diverged)


@pytest.mark.parametrize("batch_size", [None, 2, 3])
def test_the_loss_of_an_epoch_is_the_mean_over_the_targets_that_count(batch_size: int | None) -> None:
    draws = np.random.default_rng(0)
    y = draws.integers(0, 3, (7, 5))
    y[:3, 1:] = -100
    examples = Examples(draws.normal(size=(7, 5, 2)), y, classes=3)
    layers = [{"type": "rnn", "units": 4, "sequences": True}, LINEAR]
    sgd = {"type": "sgd", "lr": 1e-12}
    spec = configuration(layers, optimizer=sgd, epochs=1, batch_size=batch_size)
    training = Training(spec, examples, 0)
    training.run()

    expected = evaluate(training.model, examples.cast(training.dtype), "cross_entropy")
    assert training.progress.losses[0] == pytest.approx(expected, rel=1e-5)
