"""Repairing a faulty network."""

import copy
from typing import Any

import pytest

from exercises.grading.describe import first_answer
from exercises.grading.grade import (
    check_visible,
    draw_maps,
    given_numbers,
    grade,
    parse_answer,
    personal_spec,
    start_answer,
)
from exercises.grading.proof import prove_exercise
from exercises.grading.report import Report
from exercises.grading.spec_repair import RepairSpec
from exercises.grading.specs import SpecInvalid, read_spec
from tests.exercises.grading.content import SPECS, read_data

XOR = SPECS["xor-repair"]
CHANGES = "At most 2 of 9 numbers changed"
EXAMPLE = {"0.weight": [[9, 9], [8, 8]], "0.bias": [-4, -12], "2.weight": [[12, 24]], "2.bias": [-6]}


def repaired(changes: dict[str, Any], seed: int = 0) -> Report:
    start = start_answer(personal_spec(XOR, seed))
    assert start is not None
    return grade(XOR, parse_answer(XOR, {"weights": start["weights"] | changes}), seed)


def message_of(report: Report) -> str:
    return next(check.message for check in report.checks if check.name == CHANGES)


def test_the_form_starts_with_the_faulty_network() -> None:
    assert start_answer(personal_spec(XOR, 0)) == first_answer(XOR) == {"weights": EXAMPLE}


def test_an_exercise_of_another_kind_starts_empty() -> None:
    assert start_answer(SPECS["xor-weights"]) is None


def test_the_untouched_network_earns_nothing() -> None:
    for seed in range(20):
        report = repaired({}, seed)

        assert report.score == 0
        assert message_of(report) == "You changed nothing: the network is as it was given."


def test_undoing_the_fault_earns_everything() -> None:
    report = repaired({"2.weight": [[12, -24]]})

    assert report.score == 100
    assert message_of(report) == "You changed 1 number: h2 → y from 24 to −24."


def test_another_repair_with_two_numbers_counts_as_well() -> None:
    assert repaired({"2.weight": [[13, -26]]}).score == 100


def test_more_changes_than_allowed_cost_the_points_for_few_changes() -> None:
    report = repaired({"2.weight": [[13, -26]], "2.bias": [-7]})

    assert report.score == 50
    assert message_of(report) == (
        "You changed 3 numbers: h1 → y from 12 to 13; h2 → y from 24 to −26; bias of y from −6 to −7. "
        "At most 2 may change."
    )


def test_a_long_list_of_changes_is_cut() -> None:
    weights = {"0.weight": [[1, 1], [1, 1]], "0.bias": [1, 1], "2.weight": [[1, 1]], "2.bias": [1]}

    assert message_of(repaired(weights)).count(" from ") == 6
    assert "; and 3 more. At most 2 may change." in message_of(repaired(weights))


def test_few_changes_count_only_for_a_right_network() -> None:
    report = repaired({"2.bias": [-7]})

    assert report.score == 0
    assert message_of(report).startswith(
        "You changed 1 number: bias of y from −6 to −7. This counts only once"
    )


def test_the_instant_check_of_changes_does_not_depend_on_hidden_checks() -> None:
    close = {"2.weight": [[12, -24]], "0.bias": [-1.5, -12]}
    spec = personal_spec(XOR, 0)
    report = repaired(close)
    assert any(check.hidden and not check.passed for check in report.checks)

    instant = check_visible(spec, parse_answer(spec, {"weights": EXAMPLE | close}))

    assert all(check.passed for check in instant.checks)


def test_every_person_gets_one_fault_and_all_faults_are_given() -> None:
    assert isinstance(XOR, RepairSpec)
    faulty = [{"weights": XOR.with_fault(fault)} for fault in XOR.faults]
    wanted = {str(parse_answer(XOR, network)) for network in faulty}

    given = {str(start_answer(personal_spec(XOR, seed))) for seed in range(60)}

    assert given == wanted
    assert len(wanted) == 5


def test_the_faulty_numbers_are_listed() -> None:
    (table,) = given_numbers(personal_spec(XOR, 0))

    assert table.title == "The network as given"
    assert len(table.rows) == 9
    assert ("h2 → y", "24") in table.rows
    assert ("bias of h2", "−12") in table.rows


def test_the_maps_are_those_of_the_answer() -> None:
    answer = parse_answer(XOR, {"weights": EXAMPLE})

    maps = draw_maps(XOR, answer, 0)

    assert [drawn.title for drawn in maps] == ["Output y", "Hidden unit h1", "Hidden unit h2"]
    assert maps[0].cross == (1, 1)


def changed(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(read_data("xor-repair"))
    return data | changes


def fault(**edit: Any) -> list[dict[str, Any]]:
    return [{"name": "fault", "edits": [edit]}]


def test_one_faulty_network_may_be_written_out() -> None:
    data = changed(faulty=EXAMPLE)
    del data["faults"]
    spec = read_spec(data)

    assert prove_exercise(spec) == []
    assert {str(start_answer(personal_spec(spec, seed))) for seed in range(5)} == {str({"weights": EXAMPLE})}


@pytest.mark.parametrize(
    ("faults", "key"),
    [
        (fault(type="flip", parameter="0.weight", at=[0]), "(file)"),
        (fault(type="flip", parameter="0.weight", at=[5, 5]), "(file)"),
        (fault(type="shift", parameter="1.bias", at=[0], by=1), "(file)"),
        (fault(type="swap", parameter="0.bias", rows=[0, 2]), "(file)"),
        (fault(type="zap", parameter="0.bias"), "faults[0].edits[0]"),
        (fault(type="shift", parameter="0.bias", at=[0], by="1"), "faults[0].edits[0].by"),
        ([], "(file)"),
    ],
)
def test_a_fault_that_does_not_fit_is_refused(faults: list[Any], key: str) -> None:
    with pytest.raises(SpecInvalid) as invalid:
        read_spec(changed(faults=faults))

    assert key in {problem.key for problem in invalid.value.problems}


def test_a_fault_that_changes_nothing_is_found_before_publishing() -> None:
    harmless = fault(type="swap", parameter="0.weight", rows=[0, 1])

    problems = prove_exercise(read_spec(changed(faults=harmless, traps=[])))

    assert "faulty.max_score" in {problem.key for problem in problems}


def test_a_fault_too_large_to_undo_is_found_before_publishing() -> None:
    edits = [
        {"type": "shift", "parameter": "0.weight", "at": [row, column], "by": -20}
        for row in (0, 1)
        for column in (0, 1)
    ]

    problems = prove_exercise(read_spec(changed(faults=[{"name": "large", "edits": edits}], traps=[])))

    assert [problem.message for problem in problems] == [f"It fails the check “{CHANGES}”."]


def test_a_faulty_network_that_cannot_be_sent_is_found_before_publishing() -> None:
    (problem,) = prove_exercise(
        read_spec(changed(faults=fault(type="shift", parameter="2.weight", at=[0, 0], by=1e6), traps=[]))
    )

    assert problem.key == "variant"
    assert "refused" in problem.message
