"""Films of a training, for figures."""

import json

import numpy as np
import pytest

from engine.replay import film
from tests.engine.configurations import XOR, configuration, xor_configuration

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
