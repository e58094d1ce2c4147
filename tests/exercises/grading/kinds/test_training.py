"""Kind `training`: refused at the door, or trained on hidden seeds. Its doctor: test_training_doctor.py."""

import copy
from typing import Any

import pytest

from exercises.grading.describe import listed_checks
from exercises.grading.grade import (
    answer_from_fields,
    check_visible,
    fields_from_answer,
    grade,
    is_isolated,
    parse_answer,
    start_answer,
)
from exercises.grading.kinds.training_runs import round_against
from exercises.grading.parsing import AnswerRefused
from exercises.grading.planning import Stopped, Watch
from exercises.grading.specs import ExerciseSpec, SpecInvalid, read_spec

TANH = [{"type": "linear", "units": 4}, {"type": "tanh"}, {"type": "linear", "units": 1}]
XOR: dict[str, Any] = {
    "layers": TANH,
    "loss": "binary_cross_entropy",
    "optimizer": {"type": "sgd", "lr": 1.0},
    "epochs": 1000,
}
FILE: dict[str, Any] = {
    "id": "train-it",
    "title": "Train it",
    "points": 100,
    "kind": "training",
    "statement": "Train.",
    "loss": "binary_cross_entropy",
    "data": {"name": "xor"},
    "limits": {"parameters": 200, "epochs": 5000, "steps": 5000, "seconds": 2.0},
    "reference": {"config": XOR},
    "checks": [
        {"type": "parameters", "name": "Small", "at_most": 50, "points": 20},
        {
            "type": "metric",
            "name": "Right",
            "hidden": True,
            "metric": "accuracy",
            "on": "train",
            "at_least": 1.0,
            "nothing_at": 0.5,
            "points": 80,
        },
    ],
}


HIDDEN = {"type": "linear", "units": 32}
OUT = {"type": "linear", "units": 10}


def spec_with(**changes: Any) -> ExerciseSpec:
    return read_spec(FILE | changes)


def config(**changes: Any) -> dict[str, Any]:
    return {"config": copy.deepcopy(XOR) | changes}


def digits(**changes: Any) -> tuple[ExerciseSpec, dict[str, Any]]:
    """An exercise on digits that wants a perfect network, and an answer to it."""
    checks = [{**FILE["checks"][1], "on": "test", "at_least": 0.999}]
    limits = {"parameters": 60_000, "epochs": 100, "steps": 20_000, "seconds": 10.0}
    data = {"name": "digits", "options": changes.pop("options", {})}
    dense = changes.pop("layers", [{"type": "linear", "units": 10}])
    answer = {
        "layers": dense,
        "loss": "cross_entropy",
        "optimizer": {"type": "sgd", "lr": 0.1},
        "epochs": 6,
        "batch_size": 32,
    } | changes
    reference = {"config": answer}
    spec = spec_with(
        data=data, loss="cross_entropy", limits=limits, checks=checks, reference=reference, seeds=1
    )
    return spec, reference


def problems_of(spec: ExerciseSpec, raw: object) -> dict[str, str]:
    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec, raw)
    return {problem.field: problem.message for problem in refusal.value.problems}


def graded(spec: ExerciseSpec, raw: object, seed: int = 3) -> Any:
    return grade(spec, parse_answer(spec, raw), seed)


def test_a_good_configuration_gets_all_points_and_its_curves() -> None:
    report = graded(spec_with(), config())

    assert report.score == 100
    assert [run["accuracy"]["train"] for run in report.runs] == [1.0, 1.0, 1.0]
    assert len(report.runs[0]["train"]) <= 101
    assert report.runs[0]["train"][-1][0] == 1000
    assert report.maps[0].to_json()["points"][0]["right"]


def test_the_same_seed_gives_the_same_report_and_another_seed_other_curves() -> None:
    first, again, other = (graded(spec_with(), config(), seed).to_json() for seed in (3, 3, 4))

    assert first == again
    assert first["runs"] != other["runs"]


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("accuracy", 0.9299, 0.92),
        ("accuracy", 0.93, 0.93),
        ("accuracy", 1.0, 1.0),
        ("loss", 0.1201, 0.13),
        ("loss", 0.12, 0.12),
        ("loss", 3.01e-7, 3.1e-7),
        ("loss", 0.0, 0.0),
        ("loss", 996.0, 1000.0),
    ],
)
def test_results_are_rounded_against_the_student(metric: str, value: float, shown: float) -> None:
    assert round_against(metric, value) == pytest.approx(shown, rel=1e-12)


def test_a_table_that_is_its_own_test_data_is_not_called_new() -> None:
    report = graded(spec_with(), config())

    assert report.runs[0]["accuracy"] == {"train": 1.0}


def test_the_report_never_says_the_seeds() -> None:
    text = str(graded(spec_with(), config()).to_json())

    assert "seed" not in text


def test_listing_and_checking_train_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from exercises.grading.kinds import training_runs  # noqa: PLC0415

    monkeypatch.setattr(training_runs.Training, "run", lambda *_, **__: pytest.fail("it trained"))

    assert [check.name for check in listed_checks(spec_with())] == ["Small", "Right"]
    report = check_visible(spec_with(), parse_answer(spec_with(), config()))
    assert [check.name for check in report.checks] == ["Small"]
    assert "Nothing is trained before you submit; that will take about a second." in report.notes[0]
    assert is_isolated(spec_with())


@pytest.mark.parametrize(
    ("change", "field", "phrase"),
    [
        ({"epochs": 10**9}, "config.epochs", "at most 1000000"),
        ({"epochs": 6000}, "config.epochs", "at most 5,000"),
        ({"epochs": True}, "config.epochs", "whole number"),
        ({"optimizer": {"type": "sgd", "lr": "0.1"}}, "config.optimizer.lr", "must be a number"),
        ({"layers": [{"type": "linear", "units": 10**6}]}, "config.layers[0].units", "at most 4096"),
        ({"layers": [{"type": "linear", "units": 2}]}, "config.layers[0]", "the targets need"),
        ({"layers": [*TANH[:1], {"type": "tan"}]}, "config.layers[1].type", "the types are"),
        ({"loss": "mse"}, "config.loss", "fixes the loss"),
        ({"data": "test"}, "config.data", "not a setting"),
        (
            {"layers": [{"type": "linear", "units": 60}, *TANH[1:]]},
            "config.layers",
            "parameters, at most 200",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_the_door(change: Any, field: str, phrase: str) -> None:
    assert phrase in problems_of(spec_with(), config(**change))[field]


def test_an_answer_without_a_configuration_is_refused() -> None:
    assert "“config” is missing." in problems_of(spec_with(), {}).values()
    assert problems_of(spec_with(), {"config": [1]})
    assert problems_of(spec_with(), [])


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"data": {"name": "xorr"}}, "xorr"),
        ({"data": {"name": "digits", "options": {"colour": 1}}}, "no option colour"),
        ({"data": {"name": "digits", "options": {"rows": "ten"}}}, 'rows must be a whole number, got "ten"'),
        ({"data": {"name": "moons", "options": {"colour": 1}}}, "does not take these options"),
        ({"data": {"name": "digits", "moved": {"shift": 9}}}, "7"),
        ({"seeds": 9, "limits": {"seconds": 15}}, "at most 30 are allowed"),
    ],
)
def test_an_exercise_with_data_or_limits_that_cannot_be_is_refused(
    change: dict[str, Any], phrase: str
) -> None:
    with pytest.raises(SpecInvalid, match=phrase):
        spec_with(**change)


def test_layers_that_the_exercise_does_not_allow_are_named() -> None:
    spec = spec_with(limits=FILE["limits"] | {"layers": ["linear", "relu"]})

    assert "may not be used" in problems_of(spec, config())["config.layers[1].type"]


def test_many_trainings_of_a_batched_network_are_refused_with_what_would_fit() -> None:
    check = {"type": "solves", "name": "Often", "hidden": True, "seeds": 200, "at_least": 0.9, "points": 1}
    spec = spec_with(checks=[check])

    message = problems_of(spec, config(batch_size=2, epochs=2500))["config.epochs"]

    assert "200 trainings" in message
    assert "batch_size" in message


def test_of_two_hundred_trainings_the_share_that_succeeds_counts() -> None:
    check = {"type": "solves", "name": "Often", "hidden": True, "seeds": 100, "at_least": 0.9, "points": 1}
    spec = spec_with(checks=[check])
    two = [{"type": "linear", "units": 2}, *TANH[1:]]

    assert graded(spec, config(epochs=2000)).score == 100
    failed = graded(spec, config(layers=two, epochs=2000))
    assert failed.score == 0
    assert "succeeds from some starts" in failed.notes[0]


def test_networks_that_end_in_numbers_too_large_have_not_solved_it() -> None:
    """Their weights are finite still, and what they answer is not."""
    check = {"type": "solves", "name": "Often", "hidden": True, "seeds": 100, "at_least": 0.9, "points": 1}
    sizes = [3, 3, 2, 2, 2, 1]
    layers: list[dict[str, Any]] = [{"type": "linear", "units": size} for size in sizes]
    layers.insert(3, {"type": "relu"})

    report = graded(
        spec_with(checks=[check]), config(layers=layers, optimizer={"type": "sgd", "lr": 100.0}, epochs=8)
    )

    assert report.score == 0


def test_a_result_in_between_earns_its_share_in_tenths() -> None:
    spec, answer = digits()
    checks = [{**FILE["checks"][1], "on": "test", "at_least": 0.999, "nothing_at": 0.8, "points": 10}]
    spec = read_spec(spec.model_dump(exclude_none=True, mode="json") | {"checks": checks})

    report = graded(spec, answer)

    assert not report.checks[0].passed
    assert 0 < report.score < 100
    assert report.score % 10 == pytest.approx(0)


def test_a_grading_that_nobody_wants_stops_early() -> None:
    told: list[Any] = []
    watch = Watch(report=told.append, should_stop=lambda: True)

    with pytest.raises(Stopped):
        grade(spec_with(), parse_answer(spec_with(), config()), 3, watch)

    assert told == []


def test_a_long_training_tells_where_it_stands() -> None:
    told: list[Any] = []
    spec, answer = digits(
        layers=[{"type": "linear", "units": 64}, {"type": "linear", "units": 10}], epochs=60
    )

    grade(spec, parse_answer(spec, answer), 3, Watch(report=told.append))

    assert told
    assert all(news["run"] == 1 and 0 <= news["done"] <= 1 for news in told)
    assert all(len(news["curve"]) <= 101 for news in told)


def test_a_diverged_run_reaches_nothing_and_is_shown_as_such() -> None:
    spec, answer = digits(layers=[HIDDEN, OUT], optimizer={"type": "sgd", "lr": 900.0}, epochs=20)

    report = graded(spec, answer).to_json()

    assert report["score"] == 0
    assert report["runs"][0]["diverged_at"] >= 1
    assert report["runs"][0]["accuracy"] == {}


@pytest.mark.parametrize(
    "optimizer",
    [
        {"type": "sgd", "lr": 0.5, "momentum": 0.9},
        {"type": "adamw", "lr": 0.01},
        {"type": "adamw", "lr": 0.01, "weight_decay": 0.0},
    ],
)
def test_the_form_gives_back_what_was_put_in(optimizer: dict[str, Any]) -> None:
    spec = spec_with()
    answer = parse_answer(spec, config(optimizer=optimizer, init={"type": "normal", "std": 0.7}))

    again = answer_from_fields(spec, fields_from_answer(spec, answer))

    assert parse_answer(spec, again) == answer


def test_the_form_begins_with_an_answer_that_fits() -> None:
    spec, _ = digits()
    first = start_answer(spec)

    assert first is not None
    assert parse_answer(spec, first)


@pytest.mark.parametrize(
    ("layers", "phrase"),
    [
        ("", "1 to 40 lines"),
        ("linear 4\nta-nh", "line 2"),
        ("linear 4 8", "settings like"),
        ("linear four\nlinear 1", ""),
    ],
)
def test_layers_that_cannot_be_read_are_refused_by_line(layers: str, phrase: str) -> None:
    spec = spec_with()
    fields = fields_from_answer(spec, parse_answer(spec, config())) | {"config.layers": [layers]}

    with pytest.raises(AnswerRefused) as refusal:
        parse_answer(spec, answer_from_fields(spec, fields))

    assert refusal.value.problems[0].field.startswith("config.layers")
    assert phrase in refusal.value.problems[0].message


def test_the_map_is_that_of_the_run_that_ended_worst() -> None:
    two = [{"type": "linear", "units": 2}, *TANH[1:]]

    report = graded(spec_with(), config(layers=two, epochs=2000), seed=2)

    reached = [run["accuracy"]["train"] for run in report.runs]
    assert reached[0] > min(reached)
    assert report.maps[0].title == f"Output of the network of run {reached.index(min(reached)) + 1}"
    assert not all(point.right for point in report.maps[0].points)
