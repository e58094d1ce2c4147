"""The numbers grades are made of, against values worked out by hand and scikit-learn's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_confusion_matrix

from engine.data import load
from engine.data.plane import ring_centres
from engine.metrics import (
    ModeCoverage,
    accuracy,
    binary_accuracy,
    confusion_matrix,
    entropy,
    kl_divergence,
    mean_squared_error,
    mode_coverage,
    nats_to_bits,
)

NAN = np.array([[np.nan, 0.0]])


def test_accuracy_is_the_share_of_rows_whose_greatest_score_is_the_target() -> None:
    scores = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0], [5.0, 5.0]])

    assert accuracy(scores, np.array([1, 0, 0, 0])) == 0.75  # the first of equal scores wins


def test_accuracy_of_sequences_counts_steps_and_leaves_ignored_ones_out() -> None:
    scores = np.eye(3)[[[0, 1], [2, 2]]]  # (2, 2, 3)

    assert accuracy(scores, np.array([[0, 1], [2, 1]])) == 0.75
    assert accuracy(scores, np.array([[-100, 1], [2, 1]])) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("scores", "target", "message"),
    [
        (np.zeros((2, 3)), np.zeros(3, int), r"scores \(..., C\).*\(2, 3\), \(3,\)"),
        (np.zeros((0, 3)), np.zeros(0, int), "accuracy needs scores"),
        (np.zeros((2, 0)), np.zeros(2, int), "accuracy needs scores"),
        (np.float64(1), np.int64(1), "accuracy needs scores"),
        (np.zeros((1, 3)), np.array([-100]), "every target is ignore_index"),
        (NAN, np.array([0]), "not numbers"),
    ],
)
def test_accuracy_refuses_what_has_no_answer(scores: np.ndarray, target: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        accuracy(scores, target)


def test_a_logit_on_the_threshold_counts_as_one() -> None:
    logits = np.array([[-1.0], [0.0], [2.0], [-3.0]])

    assert binary_accuracy(logits, np.array([[0.0], [1.0], [0.0], [0.0]])) == 0.75
    assert binary_accuracy(np.array([0.4, 0.6]), np.array([0.0, 1.0]), threshold=0.5) == 1.0


def test_the_mean_squared_error_of_the_lesson() -> None:
    assert mean_squared_error(np.array([1.0, 2, 3]), np.array([1.5, 2, 2])) == pytest.approx(
        0.4166666666666667
    )


def test_the_mean_squared_error_of_small_types_is_computed_in_float64() -> None:
    assert mean_squared_error(np.array([300], np.int16), np.array([-300], np.int16)) == 360_000.0
    assert mean_squared_error(np.full(3, 1e30, np.float32), np.zeros(3, np.float32)) == pytest.approx(
        1e60, rel=1e-6
    )


@pytest.mark.parametrize("metric", [mean_squared_error, binary_accuracy])
def test_errors_and_accuracies_refuse_other_shapes_nothing_and_nan(metric: object) -> None:
    for output, target in (
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(0), np.zeros(0)),
        (NAN, np.zeros((1, 2))),
        (np.zeros((1, 2)), NAN),
    ):
        with pytest.raises(ValueError, match=r"one shape|not numbers"):
            metric(output, target)  # type: ignore[operator]


def test_the_confusion_matrix_has_targets_down_and_predictions_across() -> None:
    matrix = confusion_matrix(np.array([1, 1, 0]), np.array([0, 1, 0]), 3)

    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert confusion_matrix(np.array([], int), np.array([], int), 2).tolist() == [[0, 0], [0, 0]]


def test_the_confusion_matrix_is_that_of_scikit_learn() -> None:
    predicted, target = np.random.default_rng(0).integers(0, 10, (2, 500))

    assert (confusion_matrix(predicted, target, 10) == sklearn_confusion_matrix(target, predicted)).all()


@pytest.mark.parametrize(
    ("predicted", "target", "classes"),
    [
        (np.array([0, 1]), np.array([0]), 2),
        (np.array([0, 2]), np.array([0, 1]), 2),
        (np.array([0, 1]), np.array([-1, 1]), 2),
        (np.array([0.0, 1.0]), np.array([0, 1]), 2),
        (np.array([], int), np.array([], int), 0),
    ],
)
def test_the_confusion_matrix_refuses_what_is_no_class(
    predicted: np.ndarray, target: np.ndarray, classes: int
) -> None:
    with pytest.raises(ValueError, match=r"one shape|class numbers must be integers"):
        confusion_matrix(predicted, target, classes)


def test_the_divergence_of_two_coins() -> None:
    fair, biased = np.array([0.5, 0.5]), np.array([0.9, 0.1])

    assert kl_divergence(fair, biased) == pytest.approx(0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(5))
    assert kl_divergence(biased, fair) == pytest.approx(math.log(2) - entropy(biased))


def test_states_of_no_probability_add_nothing_or_infinity() -> None:
    sure, fair = np.array([1.0, 0.0]), np.array([0.5, 0.5])

    assert kl_divergence(sure, fair) == math.log(2)
    assert kl_divergence(fair, sure) == math.inf
    assert kl_divergence(sure, sure) == 0.0


@given(st.lists(st.floats(1e-300, 1.0), min_size=1, max_size=20))
def test_a_distribution_does_not_diverge_from_itself_and_never_below_zero(weights: list[float]) -> None:
    p = np.array(weights) / sum(weights)
    uniform = np.full(len(p), 1 / len(p))

    assert kl_divergence(p, p) == 0.0
    assert kl_divergence(p, uniform) == pytest.approx(math.log(len(p)) - entropy(p), abs=1e-12)
    assert kl_divergence(p, uniform) >= 0


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.5], [1.0], "over the same states"),
        ([0.5, 0.4], [0.5, 0.5], "p must be"),
        ([0.5, 0.5], [1.5, -0.5], "q must be"),
        ([np.nan, 1.0], [0.5, 0.5], "p must be"),
        ([[0.5, 0.5]], [[0.5, 0.5]], "p must be"),
        ([], [], "p must be"),
    ],
)
def test_what_is_no_distribution_is_refused(p: list[float], q: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kl_divergence(np.array(p), np.array(q))


def test_the_entropy_of_bars_and_stripes_is_that_of_thirty_equal_states() -> None:
    patterns = len(load("bars_and_stripes").x_train)

    assert entropy(np.full(patterns, 1 / patterns)) == pytest.approx(math.log(30))
    assert entropy(np.array([0.0, 1.0])) == 0.0


def test_a_nat_is_more_than_a_bit() -> None:
    assert nats_to_bits(math.log(8)) == pytest.approx(3.0)


def test_the_ring_covers_itself() -> None:
    data = load("ring")

    coverage = mode_coverage(data.x_train, ring_centres())

    assert coverage.modes == 8
    assert coverage.good > 0.98
    assert sum(coverage.counts) == round(coverage.good * 2000)


def test_a_collapsed_generator_hits_one_mode_however_good_its_samples() -> None:
    samples = np.tile(ring_centres()[3], (50, 1))

    assert mode_coverage(samples, ring_centres()) == ModeCoverage(1, 1.0, (0, 0, 0, 50, 0, 0, 0, 0))


def test_strays_do_not_count_as_a_mode_and_the_radius_is_not_inside() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    samples = np.zeros((1000, 2))
    samples[:9] = centres[1]
    samples[9] = (10.5, 0.0)

    assert mode_coverage(samples, centres, 0.5) == ModeCoverage(1, 0.999, (990, 9))
    assert mode_coverage(samples, centres, 0.5, needed=0.0).modes == 2


def test_samples_that_are_not_finite_are_not_good() -> None:
    samples = np.array([[np.nan, 0.0], [np.inf, 0.0], [1e200, 1e200], [0.0, 0.0]])

    assert mode_coverage(samples, np.zeros((1, 2))) == ModeCoverage(1, 0.25, (1,))


@pytest.mark.parametrize(
    ("samples", "centres"),
    [((3, 2), (8, 3)), ((3,), (8, 2)), ((0, 2), (8, 2)), ((3, 2), (0, 2))],
)
def test_mode_coverage_refuses_other_shapes_and_nothing(
    samples: tuple[int, ...], centres: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="mode_coverage needs"):
        mode_coverage(np.zeros(samples), np.zeros(centres))


def test_a_centre_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="mode_coverage of centres that are not numbers"):
        mode_coverage(np.zeros((3, 2)), NAN)
