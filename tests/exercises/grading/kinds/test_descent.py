"""Kind `descent`: settings of optimizers, walked on a function; a doctor says where it went wrong."""

import copy
from typing import Any

import pytest

from exercises.grading.describe import listed_checks
from exercises.grading.grade import (
    answer_from_fields,
    check_visible,
    fields_from_answer,
    form_groups,
    grade,
    parse_answer,
)
from exercises.grading.parsing import AnswerRefused
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec

GOOD = {"runs": {"sgd": {"lr": 0.002}, "adam": {"lr": 0.1, "beta1": 0.9}}}
FILE: dict[str, Any] = {
    "id": "race",
    "title": "Race",
    "points": 100,
    "kind": "descent",
    "statement": "Descend.",
    "function": "rosenbrock",
    "start": [-1.2, 1.0],
    "steps": 2000,
    "reference": GOOD,
    "runs": [
        {"id": "sgd", "title": "Plain", "optimizer": "sgd", "asks": ["lr"]},
        {"id": "adam", "title": "Adam", "optimizer": "adam", "asks": ["lr", "beta1"]},
    ],
    "goals": [
        {"name": "Plain arrives", "run": "sgd", "at_most": 0.01, "points": 40},
        {"name": "Adam arrives", "run": "adam", "at_most": 1e-6, "points": 40},
        {
            "name": "Adam from elsewhere",
            "run": "adam",
            "at_most": 1e-3,
            "points": 20,
            "hidden": True,
            "function": "ravine",
            "turned": 30.0,
            "start": [3.0, 1.0],
            "starts": 4,
            "spread": 0.5,
        },
    ],
}
LECTURE: dict[str, Any] = FILE | {
    "function": "lecture",
    "start": [-2.0, -2.0],
    "steps": 1000,
    "reference": {"runs": {"gd": {"lr": 5.0, "steps": 1000}}},
    "runs": [{"id": "gd", "title": "Descent", "optimizer": "sgd", "asks": ["lr", "steps"]}],
    "goals": [{"name": "Small error", "run": "gd", "at_most": 1e-6, "points": 1}],
}


def answer(**settings: Any) -> dict[str, Any]:
    changed = copy.deepcopy(GOOD)
    for run, given in settings.items():
        changed["runs"][run] |= given
    return changed


def graded(raw: object, seed: int = 3, file: dict[str, Any] = FILE) -> Any:
    spec = read_spec(file)
    return grade(spec, parse_answer(spec, raw), seed)


def problems_of(spec: ExerciseSpec, raw: object) -> dict[str, str]:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec, raw)
    return {problem.field: problem.message for problem in refusal.value.problems}


def test_good_settings_get_all_points_and_the_values_on_the_way() -> None:
    report = graded(GOOD)

    assert report.score == 100
    assert report.notes == ()
    message = report.checks[0].message
    assert message.startswith("From (−1.2, 1): f = 24 at the start, 37 after step 1, ")
    assert message.endswith("and 0.0086 after step 2,000, at (0.907, 0.822); at most 0.01 is needed.")


def test_the_instant_check_leaves_the_drawn_starts_out() -> None:
    spec = read_spec(FILE)

    report = check_visible(spec, parse_answer(spec, GOOD))

    assert [check.name for check in report.checks] == ["Plain arrives", "Adam arrives"]
    assert [check.name for check in listed_checks(spec)][-1] == "Adam from elsewhere"


def test_the_seed_draws_the_starts() -> None:
    first, again, other = (graded(GOOD, seed).checks[2].message for seed in (3, 3, 4))

    assert first == again != other
    assert first.startswith("The worst start is (")


def test_a_rate_borrowed_from_adam_diverges_at_a_step_that_is_told() -> None:
    report = graded(answer(sgd={"lr": 0.1}))

    assert report.score == 60
    assert "It left at step 1; at most 0.01 is needed." in report.checks[0].message
    (note,) = report.notes
    assert note.startswith("Plain: it diverges at step 1")
    assert "You gave it the learning rate of an optimizer that divides the slope" in note
    assert "the slope at the start is 233" in note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sgd": {"lr": 0.001}}, "it is on its way, but too slow"),
        ({"sgd": {"lr": 0.004}}, "it hops about"),
        ({"sgd": {"lr": 0.01}}, "diverges at step 3"),
        ({"adam": {"lr": 0.001}}, "it is on its way, but too slow"),
    ],
    ids=["slow", "hops", "leaves", "default of Adam"],
)
def test_the_doctor_says_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    report = graded(answer(**changes))

    assert words in " ".join(report.notes)


def test_the_surface_of_the_lecture_has_a_plateau_where_a_large_step_ends() -> None:
    good, stuck = (graded({"runs": {"gd": {"lr": lr, "steps": 1000}}}, file=LECTURE) for lr in (5, 500))

    assert good.score == 100
    assert stuck.score == 0
    assert "stands still" in stuck.notes[0]


def test_without_momentum_it_is_plain_gradient_descent() -> None:
    run = {"id": "ball", "title": "Ball", "optimizer": "momentum", "asks": ["lr", "momentum"]}
    goal = {"name": "Arrives", "run": "ball", "at_most": 1e-6, "points": 1}
    file = FILE | {
        "runs": [run],
        "goals": [goal],
        "reference": {"runs": {"ball": {"lr": 0.003, "momentum": 0.9}}},
    }

    report = graded({"runs": {"ball": {"lr": 0.001, "momentum": 0}}}, file=file)

    assert report.notes[0] == "Ball: with momentum 0 this is plain gradient descent."
    assert graded(file["reference"], file=file).score == 100


@pytest.mark.parametrize("name", ["nesterov", "adagrad", "rmsprop"])
def test_every_optimizer_descends(name: str) -> None:
    run = {"id": "it", "title": "It", "optimizer": name, "asks": ["lr"]}
    goal = {"name": "Arrives", "run": "it", "at_most": 20.0, "points": 1}
    file = FILE | {"runs": [run], "goals": [goal], "reference": {"runs": {"it": {"lr": 0.001}}}}

    assert graded(file["reference"], file=file).score == 100


def test_settings_outside_their_limits_are_refused_by_name() -> None:
    spec = read_spec(FILE)

    assert problems_of(spec, answer(sgd={"lr": 0}, adam={"beta1": 1})) == {
        "runs.sgd.lr": "runs.sgd.lr is 0; it must be above 0 and at most 1,000.",
        "runs.adam.beta1": "runs.adam.beta1 is 1; it must be at least 0 and below 1.",
    }
    assert list(problems_of(spec, answer(sgd={"lr": "0.1", "momentum": 0.9}))) == [
        "runs.sgd.momentum",
        "runs.sgd.lr",
    ]
    assert "a whole number from 1 to 1,000" in str(
        problems_of(read_spec(LECTURE), {"runs": {"gd": {"lr": 1, "steps": 1001}}})
    )


def test_the_form_and_the_answer_are_the_same() -> None:
    spec = read_spec(FILE)
    fields = fields_from_answer(spec, parse_answer(spec, GOOD))

    assert list(fields) == ["runs.sgd.lr", "runs.adam.lr", "runs.adam.beta1"]
    assert [field.name for group in form_groups(spec) for field in group.fields] == list(fields)
    assert answer_from_fields(spec, fields) == GOOD
    assert form_groups(spec)[0].note == "On Rosenbrock’s function from (−1.2, 1), 2,000 steps."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"function": "everest"}, "function 'everest' is not one of"),
        ({"steps": 20_000, "goals": FILE["goals"] * 2}, "goals: goal names must differ"),
        (
            {"steps": 20_000, "goals": [*FILE["goals"], FILE["goals"][0] | {"name": "Again"}]},
            "4 goals of 20000 steps",
        ),
        ({"goals": [FILE["goals"][0] | {"run": "lion"}]}, "run of a goal 'lion'"),
        ({"goals": [FILE["goals"][2] | {"hidden": False}]}, "must be hidden"),
        ({"goals": [FILE["goals"][0] | {"starts": 3}]}, "both starts and spread"),
        ({"runs": [FILE["runs"][0] | {"asks": ["beta1"]}]}, "setting of sgd 'beta1'"),
        ({"runs": [FILE["runs"][1] | {"asks": ["beta1"]}]}, "asks must contain 'lr'"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecInvalid) as refusal:
        read_spec(FILE | changes)

    assert words.rsplit(": ", maxsplit=1)[-1] in str(refusal.value)
