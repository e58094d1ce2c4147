"""Films of a training, for figures."""

import json

import numpy as np
import pytest

from engine.evaluation import evaluate, predict
from engine.metrics import accuracy
from engine.replay import film, measure
from engine.train import Training
from tests.engine.configurations import LINEAR, XOR, classes, configuration, xor_configuration

GRID = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]])


def test_a_film_shows_the_first_and_the_last_step_and_fewer_between() -> None:
    replay = film(xor_configuration(epochs=60), XOR, 0, frames=5, grid=GRID)

    assert [frame.step for frame in replay.frames] == [1, 16, 30, 45, 60]
    assert all(len(frame.boundary) == 3 for frame in replay.frames)
    assert replay.frames[0].loss > replay.frames[-1].loss
    assert list(replay.frames[0].weights) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert set(replay.frames[0].gradient_norms) == set(replay.frames[0].weights)


def test_a_film_is_the_same_every_time_and_short() -> None:
    first, second = (film(xor_configuration(), XOR, 3, frames=10).to_json() for _ in range(2))

    assert first == second
    assert max(len(str(norm)) for norm in json.loads(first)["frames"][0]["gradient_norms"].values()) < 13


def test_a_film_of_a_divergence_is_still_json() -> None:
    spec = configuration(
        [{"type": "linear", "units": 1}], loss="mse", optimizer={"type": "sgd", "lr": 900.0}, epochs=300
    )

    replay = film(spec, XOR, 0, frames=100)

    assert replay.diverged
    assert json.loads(replay.to_json())["diverged"] is True


def test_one_frame_is_no_film() -> None:
    with pytest.raises(ValueError, match="at least 2 frames"):
        film(xor_configuration(), XOR, 0, frames=1)


def test_measuring_changes_nothing_and_finds_what_the_network_says() -> None:
    learned, others = classes(2), classes(2).part(np.arange(9))
    spec = configuration([{"type": "dropout", "p": 0.5}, LINEAR], epochs=6)
    training = Training(spec, learned, 4)
    training.run()

    measured = measure(spec, learned, others, 4, moments=4)

    assert [moment.epoch for moment in measured.moments] == [0, 2, 4, 6]
    last, parts = measured.moments[-1], [part.cast(training.dtype) for part in (learned, others)]
    losses = [evaluate(training.model, part, "cross_entropy") for part in parts]
    shares = [accuracy(predict(training.model, part.x), part.y) for part in parts]
    assert [last.loss, last.other_loss, last.accuracy, last.other_accuracy] == losses + shares
    assert not measured.diverged


def test_what_has_no_classes_is_not_measured() -> None:
    with pytest.raises(ValueError, match="among classes"):
        measure(xor_configuration(), XOR, XOR, 0)


def test_one_moment_is_no_curve() -> None:
    with pytest.raises(ValueError, match="2 moments at least"):
        measure(configuration([LINEAR]), classes(2), classes(2), 0, moments=1)
