"""The bundled digits: scikit-learn's, split for good, and what each variant changes."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from engine.data import load
from engine.data.digits import shifted, split_digits

PLAIN = load("digits")


def test_the_digits_are_those_of_scikit_learn_in_the_order_of_pcg64_seed_zero() -> None:
    source = load_digits()
    order = np.random.Generator(np.random.PCG64(0)).permutation(1797)

    assert (np.concatenate([PLAIN.x_train, PLAIN.x_test]) * 16 == source.data[order]).all()
    assert (np.concatenate([PLAIN.y_train, PLAIN.y_test]) == source.target[order]).all()


def test_the_split_is_1440_and_357_and_never_changes() -> None:
    order = np.random.Generator(np.random.PCG64(0)).permutation(1797)

    assert (len(PLAIN.x_train), len(PLAIN.x_test)) == (1440, 357)
    assert order[:5].tolist() == [360, 1773, 1482, 600, 850]
    assert load("digits", seed=99).sha256 == PLAIN.sha256
    assert not set(order[:1440]) & set(order[1440:])


def test_pixels_lie_between_zero_and_one_in_sixteenths() -> None:
    assert (PLAIN.x_train.min(), PLAIN.x_train.max()) == (0.0, 1.0)
    assert (PLAIN.x_train * 16 == np.round(PLAIN.x_train * 16)).all()


def test_images_are_the_same_pixels_for_convolutions() -> None:
    data = load("digits", image=True)

    assert data.x_train.shape == (1440, 1, 8, 8)
    assert (data.x_train.reshape(-1, 64) == PLAIN.x_train).all()


def test_exactly_three_tenths_of_the_labels_are_wrong_and_only_those_to_learn_from() -> None:
    data = load("digits", rows=300, wrong_labels=0.3, seed=5)
    right = load("digits", rows=300, seed=5)

    assert (data.x_train == right.x_train).all()
    assert (data.y_train != right.y_train).sum() == 90
    assert (data.y_test == PLAIN.y_test).all()
    assert data.y_train.shape == (300,)


def test_two_labels_per_class_are_two_of_each_of_the_training_images() -> None:
    data = load("digits", per_class=2)
    known = {row.tobytes() for row in PLAIN.x_train}

    assert np.bincount(data.y_train).tolist() == [2] * 10
    assert all(row.tobytes() in known for row in data.x_train)
    assert (data.x_test == PLAIN.x_test).all()


def test_shift_moves_every_test_image_and_leaves_the_others() -> None:
    data = load("digits", shift=1, image=True)
    before = split_digits()[1][0]
    padded = np.pad(before, ((0, 0), (1, 1), (1, 1)))

    offsets = [(down, across) for down in range(3) for across in range(3) if (down, across) != (1, 1)]
    moved = np.array(
        [(padded[:, r : r + 8, c : c + 8] == data.x_test[:, 0]).all(axis=(1, 2)) for r, c in offsets]
    )

    assert moved.any(axis=0).all()
    assert moved.any(axis=1).all()
    assert (data.x_train.reshape(-1, 64) == PLAIN.x_train).all()


@pytest.mark.parametrize("pixels", [1, 3])
def test_an_image_of_one_point_moves_in_all_eight_directions_and_never_stays(pixels: int) -> None:
    images = np.zeros((200, 8, 8))
    images[:, 4, 4] = 1.0

    places = np.argwhere(shifted(images, pixels, np.random.default_rng(0)))[:, 1:] - 4

    steps = {tuple(step) for step in places.tolist()}
    assert len(places) == 200
    assert steps == {(r * pixels, c * pixels) for r in (-1, 0, 1) for c in (-1, 0, 1)} - {(0, 0)}


def test_noise_is_added_to_both_halves_and_not_to_the_pixels_to_be_restored() -> None:
    data = load("digits", noise=0.5, targets="pixels")

    assert data.task == "reconstruction"
    assert (data.y_train == PLAIN.x_train).all()
    assert (data.y_test == PLAIN.x_test).all()
    assert (data.x_train - data.y_train).std() == pytest.approx(0.5, rel=0.02)
    assert (data.x_test - data.y_test).std() == pytest.approx(0.5, rel=0.02)


def test_noise_leaves_the_choice_of_rows_and_labels_alone() -> None:
    plain, noisy = (load("digits", rows=50, wrong_labels=0.2, noise=noise, seed=1) for noise in (0.0, 1.0))

    assert (plain.y_train == noisy.y_train).all()
