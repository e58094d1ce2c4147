"""Kernels of one filter."""

from typing import Any

import numpy as np
import pytest

from exercises.grading.files import AnswerFile, answer_of_file, file_formats
from exercises.grading.grade import (
    answer_from_fields,
    check_visible,
    fields_from_answer,
    form_groups,
    grade,
    parse_answer,
)
from exercises.grading.kinds.kernel import edge
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from exercises.grading.specs import SpecInvalid, read_spec
from tests.exercises.grading.content import SPECS, read_data, reference_of

SPEC = SPECS["edge-kernel"]
PREWITT = [[-1, 0, 1]] * 3


def graded(kernel: list[list[float]], seed: int = 0) -> Report:
    return grade(SPEC, parse_answer(SPEC, {"weights": {"0.weight": [[kernel]]}}), seed)


def rows_of(spec: dict[str, Any], *rows: str) -> dict[str, Any]:
    """Keep the checks of these types."""
    return spec | {"checks": [check for check in spec["checks"] if check["type"] in rows], "traps": []}


@pytest.mark.parametrize(
    "kernel",
    [
        PREWITT,
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        [[-1, 1, 0]] * 3,
        [[-2, 1, 1]] * 3,
        [[-500, 0, 500]] * 3,
    ],
)
def test_every_kernel_that_finds_vertical_edges_gets_everything(kernel: list[list[float]]) -> None:
    assert [graded(kernel, seed).score for seed in range(5)] == [100] * 5


def test_edges_are_drawn_on_the_side_that_is_named() -> None:
    right, bottom = edge("right", 3), edge("bottom", 3)

    assert right[:, :3].sum() == 0
    assert right[:, 3:].min() == 1
    assert (bottom == right.T).all()
    assert (edge("left", 3) == right[:, ::-1]).all()
    assert (edge("top", 3) == bottom[::-1]).all()


def test_the_report_says_what_the_map_reads_across_an_edge() -> None:
    messages = [check.message for check in graded([[1, 0, -1]] * 3).checks]

    assert "With ink on the right, across the edge the map reads 0, 0, −3, −3, 0, 0." in messages


def test_one_row_is_right_on_clean_pictures_and_drowns_in_noise() -> None:
    report = graded([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])

    assert [check.name for check in report.checks if not check.passed] == [SPEC.checks[-1].name]  # type: ignore[union-attr]
    assert "their answers add up" in report.notes[0]


def test_a_kernel_of_zeros_earns_nothing() -> None:
    assert graded([[0, 0, 0]] * 3).score == 0


def test_the_same_seed_draws_the_same_pictures() -> None:
    middle = [[0.0, 0, 0], [-1, 0, 1], [0, 0, 0]]

    assert graded(middle, 7) == graded(middle, 7)
    assert graded(middle, 7) != graded(middle, 8)


def test_the_instant_check_leaves_the_noise_out() -> None:
    report = check_visible(SPEC, parse_answer(SPEC, reference_of("edge-kernel")))

    assert (len(report.checks), report.score) == (4, 70)


def test_horizontal_edges_may_be_asked_for_as_well() -> None:
    data = read_data("edge-kernel")
    turn = {"right": "bottom", "left": "top", "bottom": "right"}
    checks = [check | {"ink": turn[check["ink"]]} if "ink" in check else check for check in data["checks"]]
    reference = {"weights": {"0.weight": [[[[-1, -1, -1], [0, 0, 0], [1, 1, 1]]]]}}
    spec = read_spec(data | {"checks": checks, "reference": reference, "traps": []})

    assert grade(spec, parse_answer(spec, reference), 0).score == 100
    turned = grade(spec, parse_answer(spec, {"weights": {"0.weight": [[PREWITT]]}}), 0)
    assert "This kernel finds vertical edges and is blind to horizontal ones" in turned.notes[0]


def test_the_form_has_a_field_for_each_weight() -> None:
    fields = fields_from_answer(SPEC, parse_answer(SPEC, reference_of("edge-kernel")))

    assert [group.title for group in form_groups(SPEC)] == ["Column 1", "Column 2", "Column 3"]
    assert [len(group.fields) for group in form_groups(SPEC)] == [3, 3, 3]
    assert fields["weights.0.weight[0][0][2][0]"] == ["-1"]
    assert answer_from_fields(SPEC, fields) == reference_of("edge-kernel")


def test_a_field_without_a_number_is_named() -> None:
    fields = fields_from_answer(SPEC, parse_answer(SPEC, reference_of("edge-kernel")))

    with pytest.raises(AnswerRefused) as refusal:
        answer_from_fields(SPEC, fields | {"weights.0.weight[0][0][1][2]": ["much"]})

    assert [problem.field for problem in refusal.value.problems] == ["weights.0.weight[0][0][1][2]"]
    assert refusal.value.problems[0].message.startswith("Row 2, column 3: “much” is not a number.")


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"0.weight": PREWITT},
        {"0.weight": [[PREWITT]], "0.bias": [0]},
        {"0.weight": [[[*PREWITT, [0, 0, 0]]]]},
        {"0.weight": [[[[0, 0, None]] * 3]]},
    ],
)
def test_an_answer_of_another_shape_is_refused(weights: dict[str, Any]) -> None:
    with pytest.raises(AnswerRefused):
        parse_answer(SPEC, {"weights": weights})


def test_a_kernel_may_come_as_a_file_of_numpy(tmp_path: Any) -> None:
    path = tmp_path / "kernel.npz"
    np.savez(path, **{"0.weight": np.array([[PREWITT]], np.float64)})

    raw = answer_of_file(SPEC, AnswerFile("kernel.npz", path.read_bytes()))

    assert file_formats(SPEC) == ("json", "npz", "safetensors")
    assert parse_answer(SPEC, raw) == reference_of("edge-kernel")


def test_an_exercise_needs_one_edge_to_find() -> None:
    with pytest.raises(SpecInvalid, match="exactly one check"):
        read_spec(rows_of(read_data("edge-kernel"), "flat", "noisy"))
