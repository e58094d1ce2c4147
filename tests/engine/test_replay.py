"""Films of a training, for figures."""

import json
from typing import Any

import numpy as np
import pytest

from engine.evaluation import evaluate, predict
from engine.examples import Examples
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


def test_the_norms_are_those_of_the_gradient_of_the_loss() -> None:
    """Clipping and weight decay come after, and change no first frame."""
    plain = film(xor_configuration(), XOR, 0, frames=2).frames[0]
    decayed = xor_configuration(clip_norm=1e-3, optimizer={"type": "sgd", "lr": 0.5, "weight_decay": 3.0})

    changed = film(decayed, XOR, 0, frames=2).frames[0]

    assert changed.gradient_norms == plain.gradient_norms
    assert changed.weights != plain.weights


STOPPED = {"early_stopping": {"patience": 2, "min_delta": 100.0, "validation": 0.3}, "epochs": 50}


def test_a_film_of_a_training_that_stopped_early_ends_with_its_last_step_as_it_was() -> None:
    spec, examples = configuration([LINEAR], **STOPPED), classes(5)
    training = Training(spec, examples, 0)
    seen: list[dict[str, list[float]]] = []
    outcome = training.run(
        on_step=lambda info: seen.append(
            {name: value.data.reshape(-1).tolist() for name, value in training.model.named_parameters()}
        ),
        every=1,
    )

    last = film(spec, examples, 0, frames=3).frames[-1]

    assert last.step == outcome.step < 100
    assert last.weights == seen[-1]
    assert last.weights["0.weight"] != training.model.state_dict()["0.weight"].reshape(-1).tolist()


def test_the_frames_of_a_training_that_stopped_early_lie_evenly_over_the_steps_it_took() -> None:
    spec, examples = configuration([LINEAR], **(STOPPED | {"epochs": 5000})), classes(5)

    steps = [frame.step for frame in film(spec, examples, 0, frames=4).frames]
    epochs = [moment.epoch for moment in measure(spec, examples, examples, 0, moments=3).moments]

    last = steps[-1]
    assert steps == [1, 1 + round((last - 1) / 3), 1 + round(2 * (last - 1) / 3), last]
    assert epochs == [0, 2, 3]


def test_a_film_of_a_divergence_ends_with_the_step_that_diverged() -> None:
    spec = configuration(
        [{"type": "linear", "units": 1}], loss="mse", optimizer={"type": "sgd", "lr": 900.0}, epochs=300
    )
    outcome = Training(spec, XOR, 0).run()

    frames = film(spec, XOR, 0, frames=3).frames

    assert [frame.step for frame in frames] == [1, outcome.step]
    assert json.loads(film(spec, XOR, 0, frames=3).to_json())["frames"][-1]["loss"] is None


def test_the_last_measurement_is_of_the_epoch_that_stopped_the_training() -> None:
    spec = configuration([LINEAR], **STOPPED)

    measured = measure(spec, classes(5), classes(5), 0, moments=3)

    assert [moment.epoch for moment in measured.moments] == [0, 2, 3]
    assert measured.moments[-1].loss != measured.moments[0].loss


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


@pytest.mark.parametrize(("layers", "large"), [([LINEAR], 1e37), ([{"type": "batch_norm"}, LINEAR], 1e20)])
def test_measuring_a_training_that_diverges_tells_so(layers: list[dict[str, Any]], large: float) -> None:
    """Also where only the running averages of a batch norm are infinite."""
    x = np.random.Generator(np.random.PCG64(0)).normal(size=(30, 2)) * large
    examples = Examples(x, np.arange(30) % 3, classes=3)
    sgd = {"type": "sgd", "lr": 1000.0}
    spec = configuration(layers, optimizer=sgd, epochs=4, batch_size=30, precision="float32")

    measured = measure(spec, examples, examples, 0, moments=5)

    assert measured.diverged
    assert [moment.epoch for moment in measured.moments] == [0]


def test_where_a_finite_network_answers_without_end_nothing_is_measured() -> None:
    others = Examples(np.full((3, 2), 3e38), np.arange(3), classes=3)
    spec = configuration([{"type": "linear", "units": 50}, LINEAR], epochs=4, precision="float32")

    measured = measure(spec, classes(2), others, 0)

    assert measured.moments == ()
    assert not measured.diverged
