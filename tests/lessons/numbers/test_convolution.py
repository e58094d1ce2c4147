"""The numbers of the lesson on convolution, computed again by the engine."""

import json
import statistics
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.data.digits import split_digits
from engine.evaluation import predict
from engine.metrics import accuracy
from engine.models.cnn import cnn
from engine.ops.conv import conv2d, max_pool2d
from engine.spec import read_spec
from engine.tensor import Array
from engine.train import Training
from lessons.reading import read_course

CONTENT = Path(__file__).parents[3] / "lessons" / "content"
(LESSON,) = [lesson for lesson in read_course(CONTENT).lessons if lesson.slug == "convolution"]
BODY = " ".join(LESSON.body.split())
FIGURE = tomllib.loads(LESSON.body.split("```figure nn-conv\n")[1].split("\n```")[0])
EDGE = np.array([[-1.0, 0, 1]] * 3)
DIGIT = split_digits()[0][0][10] * 16
DENSE: list[dict[str, Any]] = [
    {"type": "flatten"},
    {"type": "linear", "units": 24},
    {"type": "relu"},
    {"type": "linear", "units": 10},
]
FILTERS: list[dict[str, Any]] = [
    {"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": 1},
    {"type": "relu"},
    {"type": "max_pool2d"},
    {"type": "conv2d", "filters": 16, "kernel_size": 3, "padding": 1},
    {"type": "relu"},
    {"type": "max_pool2d"},
    {"type": "flatten"},
    {"type": "linear", "units": 10},
]


def says(*parts: str) -> None:
    for part in parts:
        assert part in BODY, f"the lesson does not say {part!r}"


def slid(picture: Array, kernel: Array, **how: int) -> Array:
    found: Array = conv2d(picture[None, None], kernel[None, None], **how).data[0, 0]
    return found


def written(numbers: Array) -> list[str]:
    return [f"{value:.0f}".replace("-", "−") for value in numbers]


def test_the_digits_of_the_figure_are_those_of_the_data() -> None:
    pictures, labels = split_digits()[0]
    rows = [10, 13, 27, 19]

    for digit, row in zip(FIGURE["config"]["digits"], rows, strict=True):
        assert digit["name"] == f"a {labels[row]}"
        assert (np.array(digit["pixels"]) == pictures[row] * 16).all()


def test_the_worked_example_and_its_map() -> None:
    feature_map = slid(DIGIT, EDGE)

    assert DIGIT[3:6, 1:4].tolist() == [[2, 16, 16], [3, 16, 16], [2, 16, 16]]
    assert ((DIGIT[3:6, 1:4] * EDGE).sum(axis=1)).tolist() == [14, 13, 14]
    assert (feature_map[3, 1], feature_map[3, 3]) == (41, -48)
    says(
        "$48, 41, -18, -48, -30, 0$", "$14 + 13 + 14 = 41$", "$24, 48, 20, -40, \\dots$ over $36, 46, 3, -44"
    )
    for number, row in enumerate(feature_map):
        says(f"| **{number}** | {' | '.join(written(row))} |")
    assert slid(DIGIT, EDGE[:, ::-1])[3, 1] == -41


def test_pooling_before_and_after_a_shift() -> None:
    moved = np.pad(DIGIT, ((0, 0), (1, 0)))[:, :-1]
    before, after = (
        max_pool2d(np.maximum(slid(picture, EDGE), 0)[None, None], 2).data[0, 0] for picture in (DIGIT, moved)
    )

    assert before.tolist() == [[48, 20, 0], [48, 0, 0], [43, 14, 0]]
    assert after[0].tolist() == [36, 48, 0]
    assert (slid(moved, EDGE)[:, 1:] == slid(DIGIT, EDGE)[:, :-1]).all()
    says("48, 20, 0 in the first row, 48, 0, 0 in the second, 43, 14, 0 in the third", "$36, 48, 0$")


def test_even_areas_answer_with_the_sum_of_the_weights() -> None:
    grey, sharpen = np.full((3, 3), 10.0), np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])

    assert slid(grey, EDGE).item() == 0
    assert slid(grey, sharpen).item() == 10


def test_sizes_and_parameters() -> None:
    network = cnn()
    sizes = [sum(p.data.size for p in layer.parameters()) for layer in network]
    dense = Training(config(DENSE), load("digits", seed=0, image=True).train(), 0).model

    assert slid(DIGIT, EDGE, padding=1).shape == (8, 8)
    assert slid(DIGIT, EDGE, stride=2).shape == (3, 3)
    assert [size for size in sizes if size] == [80, 1168, 650]
    assert sum(sizes) == 1898
    assert sum(p.data.size for p in dense.parameters()) == 1810
    assert 64 * 512 + 512 == 33280
    says("| 80 |", "| 1,168 |", "| 650 |", "1,898", "1,810 parameters", "33{,}280", "1{,}168")


def config(layers: list[dict[str, Any]], **more: Any) -> Any:
    adam = {"type": "adam", "lr": 0.01}
    parts = {"layers": layers, "loss": "cross_entropy", "optimizer": adam, "epochs": 15, "batch_size": 32}
    return read_spec(json.dumps(parts | more).encode())


@pytest.mark.parametrize(
    ("layers", "shift", "row"),
    [
        (DENSE, 0, "| dense, 1,810 parameters | as they are |"),
        (FILTERS, 0, "| convolution, 1,898 parameters | as they are |"),
        (DENSE, 1, "| dense, 1,810 parameters | moved at random |"),
        (FILTERS, 1, "| convolution, 1,898 parameters | moved at random |"),
    ],
)
def test_what_networks_read_in_place_and_moved(layers: list[dict[str, Any]], shift: int, row: str) -> None:
    in_place, moved = load("digits", seed=0, image=True), load("digits", seed=0, image=True, shift=1)
    reached: list[tuple[float, float]] = []
    for seed in range(3):
        training = Training(config(layers, random_shift=shift), in_place.train(), seed)
        training.run()
        model = training.model
        tests = [(data.x_test.astype(np.float32), data.y_test) for data in (in_place, moved)]
        reached.append(tuple(accuracy(predict(model, x), y) for x, y in tests))  # type: ignore[arg-type]

    says(row)
    stated = [float(cell) for cell in BODY.split(row)[1].split("|")[:2]]
    for number, found in zip(stated, zip(*reached, strict=True), strict=True):
        assert statistics.median(found) == pytest.approx(number, abs=0.025)
