"""Points in the plane: where they lie, and which class they have."""

import numpy as np
import pytest

from engine.data import load
from engine.data.plane import ring_centres


def test_without_noise_noisy_xor_is_xor() -> None:
    data = load("noisy_xor", noise=0.0, rows=8)

    assert data.x_train[:4].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.y_train[:, 0].tolist() == [0, 1, 1, 0] * 2


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    data = load("noisy_xor", noise=0.1, rows=20_000)

    away = data.x_train - np.round(load("noisy_xor", noise=0.0, rows=20_000).x_train)

    assert away.std() == pytest.approx(0.1, rel=0.02)
    assert away.mean() == pytest.approx(0.0, abs=0.002)


def test_moons_lie_on_two_half_circles() -> None:
    data = load("moons", noise=0.0)
    upper, lower = data.x_train[data.y_train[:, 0] == 0], data.x_train[data.y_train[:, 0] == 1]

    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, atol=2e-6)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1.0, atol=2e-6)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5


def test_circles_have_radius_one_and_one_half() -> None:
    data = load("circles", noise=0.0)

    radius = np.hypot(*data.x_train.T)

    np.testing.assert_allclose(radius, np.where(data.y_train[:, 0] == 1, 0.5, 1.0), atol=2e-6)


def test_spirals_turn_one_and_a_half_times_from_the_middle() -> None:
    data = load("spirals", arms=3, noise=0.0)

    t = np.hypot(*data.x_train.T)
    angle = 2 * np.pi * (1.5 * t + data.y_train / 3)

    np.testing.assert_allclose(
        data.x_train, t[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), atol=2e-5
    )


@pytest.mark.parametrize("name", ["moons", "circles", "noisy_xor", "spirals", "blobs", "ring"])
def test_classes_are_of_equal_size_up_to_one(name: str) -> None:
    labels = load(name, rows=101).y_train.reshape(-1)

    counts = np.unique(labels, return_counts=True)[1]

    assert counts.max() - counts.min() <= 1


def test_blobs_lie_around_centres_on_a_circle_of_radius_three() -> None:
    data = load("blobs", std=0.0, rows=4, classes=4)

    assert data.x_train.tolist() == [[3.0, 0.0], [0.0, 3.0], [-3.0, 0.0], [0.0, -3.0]]
    assert data.y_train.tolist() == [0, 1, 2, 3]


def test_nearly_all_of_the_ring_is_within_three_deviations_of_its_centre() -> None:
    data = load("ring")

    distance = np.linalg.norm(data.x_train - ring_centres()[data.y_train], axis=1)

    assert data.task == "generative"
    assert (distance < 0.3).mean() == pytest.approx(1 - np.exp(-4.5), abs=0.005)


def test_the_sine_has_noise_to_learn_from_and_none_to_test_on() -> None:
    data = load("sine", rows=5000, degree=3)
    t, grid = data.x_train[:, 0], data.x_test[:, 0]

    np.testing.assert_allclose(data.x_train, np.stack([t, t**2, t**3], axis=1), atol=1e-6)
    np.testing.assert_allclose(data.y_test[:, 0], np.sin(2 * np.pi * grid), atol=1e-5)
    assert (grid[0], grid[-1]) == (0.0, 1.0)
    assert (data.y_train[:, 0] - np.sin(2 * np.pi * t)).std() == pytest.approx(0.3, rel=0.03)


def test_a_line_through_fifteen_points_of_the_sine_has_the_bias_of_the_lesson() -> None:
    """200 sets: bias squared about .20, variance about .04 (curriculum, topic 10)."""
    fits = []
    for seed in range(200):
        data = load("sine", seed)
        line = np.polyfit(data.x_train[:, 0], data.y_train[:, 0], 1)
        fits.append(np.polyval(line, data.x_test[:, 0]))
    predictions = np.array(fits)

    bias = np.mean((predictions.mean(axis=0) - data.y_test[:, 0]) ** 2)
    variance = predictions.var(axis=0).mean()

    assert bias == pytest.approx(0.204, abs=0.02)
    assert variance == pytest.approx(0.042, abs=0.02)
