"""Functions to descend: slopes against differences, the lecture's surface against its neuron, and walks."""

from functools import partial

import numpy as np
import pytest

from engine.history import SigmoidNeuron, descend
from engine.landscape import LANDSCAPES, LECTURE_INPUTS, LECTURE_TARGETS, Landscape, walk
from engine.optim import SGD, Adam, RMSprop

FUNCTIONS = LANDSCAPES | {
    "turned ravine": LANDSCAPES["ravine"].rotated(30),
    "turned valley": LANDSCAPES["rosenbrock"].rotated(-70),
}
functions = pytest.mark.parametrize("landscape", FUNCTIONS.values(), ids=FUNCTIONS)
ROSENBROCK = LANDSCAPES["rosenbrock"]


@functions
def test_the_gradient_is_the_slope_of_the_value(landscape: Landscape) -> None:
    points = np.array([[-1.2, 1.0], [0.3, -2.0], [2.0, 0.5]]).T
    small = 1e-6

    for axis in (0, 1):
        move = np.zeros((2, 1))
        move[axis] = small
        slope = (landscape.value(points + move) - landscape.value(points - move)) / (2 * small)

        np.testing.assert_allclose(landscape.gradient(points)[axis], slope, rtol=1e-5, atol=1e-8)


@functions
def test_the_lowest_point_has_value_and_slope_zero(landscape: Landscape) -> None:
    lowest = np.array(landscape.lowest)[:, None]

    assert landscape.value(lowest) == pytest.approx([0.0], abs=1e-30)
    np.testing.assert_allclose(landscape.gradient(lowest), 0, atol=1e-15)


def test_turning_takes_the_function_with_it() -> None:
    turned = LANDSCAPES["ravine"].rotated(90)

    along_x = np.array([[2.0], [0.0]])

    assert turned.value(along_x) == pytest.approx(LANDSCAPES["ravine"].value(np.array([[0.0], [2.0]])))


def test_the_lecture_surface_is_the_error_of_its_neuron() -> None:
    run = descend(LECTURE_INPUTS, LECTURE_TARGETS, SigmoidNeuron(-2.0, -2.0), 1.0, 1000)

    walks = walk(LANDSCAPES["lecture"], partial(SGD, lr=1.0), [(-2.0, -2.0)], 1000)

    assert walks.values[[0, -1], 0] == pytest.approx([run.errors[0], run.errors[-1]], rel=1e-9)
    assert walks.points[-1, :, 0] == pytest.approx([run.neurons[-1].w, run.neurons[-1].b], rel=1e-12)


def test_walks_from_many_starts_are_those_from_each() -> None:
    starts = [(-1.2, 1.0), (0.0, 0.5), (1.5, 1.5)]

    together = walk(ROSENBROCK, partial(Adam, lr=0.1), starts, 50)

    for number, start in enumerate(starts):
        alone = walk(ROSENBROCK, partial(Adam, lr=0.1), [start], 50)
        np.testing.assert_allclose(together.points[:, :, number], alone.points[:, :, 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "reached"),
    [
        (partial(SGD, lr=0.002), 8.6e-3),
        (partial(SGD, lr=0.003, momentum=0.9), 2.7e-25),
        (partial(RMSprop, lr=0.003, alpha=0.9), 5.1e-3),
        (partial(Adam, lr=0.1), 6.7e-17),
    ],
    ids=["sgd", "momentum", "rmsprop", "adam"],
)
def test_two_thousand_steps_on_rosenbrock_end_where_they_were_measured(
    optimizer: partial[SGD], reached: float
) -> None:
    end = walk(ROSENBROCK, optimizer, [(-1.2, 1.0)], 2000).values[-1, 0]

    assert end == pytest.approx(reached, rel=0.2 if reached > 1e-10 else 100)


def test_a_walk_that_diverges_left_at_the_step_from_which_it_never_came_back() -> None:
    walks = walk(ROSENBROCK, partial(SGD, lr=0.01), [(-1.2, 1.0), (1.0, 1.0)], 20)

    assert walks.values[2, 0] < 1e6 < walks.values[3, 0]
    assert walks.left_at(0) == 3
    assert walks.left_at(1) is None
