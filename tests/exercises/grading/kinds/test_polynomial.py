"""Degrees and ridges of polynomials that are fitted again and again."""

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

SPEC = SPECS["degree-choice"]


def answer(**changed: float) -> dict[str, Any]:
    fits = reference_of("degree-choice")["fits"]
    for case, number in changed.items():
        fits[case] = {"ridge" if case == "held" else "degree": number}
    return {"fits": fits}


def graded(seed: int = 0, **changed: float) -> Report:
    return grade(SPEC, parse_answer(SPEC, answer(**changed)), seed)


@pytest.mark.parametrize("ridge", [0.004, 0.01, 0.025])
def test_every_ridge_near_the_best_gets_everything(ridge: float) -> None:
    assert [graded(seed, held=ridge).score for seed in range(3)] == [100] * 3


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        (
            {"few": 1},
            "Few and noisy: too stiff. The mean of all fits misses the truth: the squared bias is 0.21",
        ),
        ({"few": 4}, "Few and noisy: the higher powers buy nothing. The squared bias stays at 0.00584"),
        ({"few": 9}, "Few and noisy: too flexible. From data set to data set the fits differ"),
        ({"held": 0}, "Too many powers, held back: with λ = 0 nothing holds the weights back."),
        ({"held": 0.06}, "Too many powers, held back: too stiff."),
        ({"held": 0.0001}, "Too many powers, held back: too flexible."),
    ],
)
def test_the_report_says_which_way_is_out(changed: dict[str, float], note: str) -> None:
    report = graded(**changed)

    assert report.score < 100
    assert len(report.notes) == 1
    assert report.notes[0].startswith(note)


def test_a_check_says_both_parts_and_what_is_needed() -> None:
    check = graded(few=1).checks[0]

    assert check.message.startswith(
        "Degree 1, fitted to 1,000 data sets: squared bias 0.21, variance 0.011, together 0.221. The best"
    )


def test_visible_checks_are_the_same_for_everybody_and_hidden_ones_are_not() -> None:
    one, other = graded(1).checks, graded(2).checks

    assert one[:2] == other[:2]
    assert all(a.message != b.message for a, b in zip(one[2:], other[2:], strict=True))


def test_the_instant_check_tries_the_visible_cases_alone() -> None:
    report = check_visible(SPEC, parse_answer(SPEC, answer(quiet=12, many=12)))

    assert [check.name for check in report.checks] == [
        "Few and noisy: within 10 % of the best degree",
        "Ridge: within 10 % of the best λ",
    ]
    assert all(check.passed for check in report.checks)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"few": 13}, "fits.few.degree is 13; it must be a whole number from 0 to 12."),
        ({"few": 2.5}, "fits.few.degree is 2.5; it must be a whole number from 0 to 12."),
        ({"few": -1}, "fits.few.degree is −1; it must be a whole number from 0 to 12."),
        ({"held": -0.1}, "fits.held.ridge is −0.1; it must be from 0 to 1,000,000."),
    ],
)
def test_a_number_outside_its_limits_is_refused(changed: dict[str, float], message: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse_answer(SPEC, answer(**changed))

    assert [problem.message for problem in refused.value.problems] == [message]


def test_a_form_gives_the_answer_back() -> None:
    parsed = parse_answer(SPEC, answer(held=0.003))
    fields = fields_from_answer(SPEC, parsed)

    assert fields["fits.held.ridge"] == ["0.003"]
    assert parse_answer(SPEC, answer_from_fields(SPEC, fields)) == parsed
    assert [group.note for group in form_groups(SPEC)][0::3] == [
        "15 measurements, noise 0.3.",
        "Degree 9. 15 measurements, noise 0.3.",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"asks": "ridge"}, "'few': give a degree if, and only if, the ridge is asked for"),
        ({"asks": "ridge", "degree": 9, "size": 8}, "'few': 8 measurements allow degrees up to 7"),
        ({"id": "quiet"}, "case ids must differ; repeated: quiet"),
        ({"id": "other"}, "case of a check 'few' is not one of: 'other', 'quiet', 'many', 'held'"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(change: dict[str, Any], problem: str) -> None:
    data = read_data("degree-choice")
    data["cases"][0] |= change

    with pytest.raises(SpecInvalid) as refused:
        read_spec(data)

    assert problem in str(refused.value)
