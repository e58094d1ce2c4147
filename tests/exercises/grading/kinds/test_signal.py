"""How the weights of deep networks start."""

from typing import Any

import pytest

from exercises.grading.grade import (
    answer_from_fields,
    check_visible,
    fields_from_answer,
    form_groups,
    grade,
    parse_answer,
)
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from exercises.grading.specs import SpecInvalid, read_spec
from tests.exercises.grading.content import SPECS, read_data, reference_of

SPEC = SPECS["signal-keeper"]


def answer(**changed: Any) -> dict[str, Any]:
    nets = reference_of("signal-keeper")["nets"]
    for net, change in changed.items():
        nets[net] |= change if isinstance(change, dict) else {"spread": change}
    return {"nets": nets}


def graded(seed: int = 0, **changed: Any) -> Report:
    return grade(SPEC, parse_answer(SPEC, answer(**changed)), seed)


@pytest.mark.parametrize("deep", [("tanh", 1.4), ("tanh", 1.6), ("elu", 1.25), ("leaky_relu", 1.407)])
def test_every_start_that_keeps_both_gets_everything(deep: tuple[str, float]) -> None:
    assert graded(3, deep={"activation": deep[0], "spread": deep[1]}).score == 100


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        (
            {"relu": 1},
            "Ten layers of ReLU: the signal fades, by the factor 0.49 in each layer. ReLU sets half",
        ),
        ({"relu": 2}, "Ten layers of ReLU: the signal grows, by the factor 1.9 in each layer."),
        ({"tanh": 3}, "Ten layers of tanh: the gradient explodes, by the factor 1.4 in each layer."),
        ({"tanh": 0}, "Ten layers of tanh: the signal fades, by the factor 0 in each layer."),
        ({"deep": {"activation": "sigmoid", "spread": 2}}, "Twenty layers: the gradient vanishes though"),
    ],
)
def test_the_report_says_what_each_layer_does(changed: dict[str, Any], note: str) -> None:
    report = graded(**changed)

    assert report.score < 100
    assert report.notes[0].startswith(note)


def test_the_instant_check_draws_the_ten_layers_alone() -> None:
    report = check_visible(SPEC, parse_answer(SPEC, answer(deep=0)))

    assert [check.passed for check in report.checks] == [True, True]
    assert report.checks[1].message == (
        "The values of the last layer have 0.65 times the mean square of the first layer, "
        "median of 30 networks; from 0.5 to 2 is needed."
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"relu": 5.1}, "nets.relu.spread is 5.1; it must be from 0 to 5."),
        ({"relu": -1}, "nets.relu.spread is −1; it must be from 0 to 5."),
        (
            {"deep": {"activation": "step"}},
            "nets.deep.activation must be one of sigmoid, tanh, relu, leaky_relu, elu, gelu.",
        ),
        (
            {"deep": {"activation": ["relu"]}},
            "nets.deep.activation must be one of sigmoid, tanh, relu, leaky_relu, elu, gelu.",
        ),
    ],
)
def test_what_is_outside_its_limits_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse_answer(SPEC, answer(**changed))

    assert [problem.message for problem in refused.value.problems] == [message]


def test_a_form_gives_the_answer_back() -> None:
    parsed = parse_answer(SPEC, answer(deep={"activation": "gelu", "spread": 1.47}))
    fields = fields_from_answer(SPEC, parsed)

    assert fields["nets.deep.activation"] == ["gelu"]
    assert parse_answer(SPEC, answer_from_fields(SPEC, fields)) == parsed
    assert [group.note for group in form_groups(SPEC)] == [
        "ReLU, 10 layers of 100 units.",
        "tanh, 10 layers of 100 units.",
        "20 layers of 100 units. Checked when you hand in.",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"low": 1.0, "high": 1.0}, "low must be below high"),
        ({"net": "other"}, "net of a check 'other' is not one of: 'relu', 'tanh', 'deep'"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(change: dict[str, Any], problem: str) -> None:
    data = read_data("signal-keeper")
    data["checks"][0] |= change

    with pytest.raises(SpecInvalid) as refused:
        read_spec(data)

    assert problem in str(refused.value)
