"""Prove an exercise before it is published: the reference is perfect and every trap gets its message."""

from collections.abc import Iterable

from exercises.grading.grade import grade_personal, parse_answer, personal_spec
from exercises.grading.kinds import KINDS
from exercises.grading.parsing import AnswerRefused
from exercises.grading.report import Report
from exercises.grading.spec_common import Trap
from exercises.grading.specs import ExerciseSpec, SpecProblem


def prove_exercise(spec: ExerciseSpec, seeds: Iterable[int] | None = None) -> list[SpecProblem]:
    """Grade reference and traps of each seed's variant and list what is not as promised, each thing once.

    Without seeds, those that the kind asks for.
    """
    kind = KINDS[spec.kind]
    problems: dict[SpecProblem, None] = {}
    for seed in kind.proof_seeds(spec) if seeds is None else seeds:
        faults = kind.variant_faults(spec, seed)
        if faults:
            cure = "Change the numbers, or what is drawn and required."
            problems |= dict.fromkeys(SpecProblem("variant", f"{fault}.", cure) for fault in faults)
            continue
        personal = personal_spec(spec, seed)
        problems |= dict.fromkeys(_reference_problems(personal, seed))
        in_file = [(f"traps[{index}]", trap) for index, trap in enumerate(personal.traps)]
        for key, trap in [*in_file, *kind.own_traps(personal)]:
            problems |= dict.fromkeys(_trap_problems(personal, trap, key, seed))
    return list(problems)


def _reference_problems(spec: ExerciseSpec, seed: int) -> list[SpecProblem]:
    """Say which checks the reference of a variant fails."""
    report = _grade_raw(spec, spec.reference, seed)
    if isinstance(report, AnswerRefused):
        return [
            SpecProblem("reference", f"It is refused: {report}", "Give an answer in the form students use.")
        ]
    failed = [check.name for check in report.checks if not check.passed]
    cure = "Correct the reference or the check."
    return [SpecProblem("reference", f"It fails the check “{name}”.", cure) for name in failed]


def _trap_problems(spec: ExerciseSpec, trap: Trap, key: str, seed: int) -> list[SpecProblem]:
    """Say where a trap's report differs from what the trap promises."""
    report = _grade_raw(spec, trap.answer, seed)
    if isinstance(report, AnswerRefused):
        return [
            SpecProblem(
                f"{key}.answer", f"It is refused: {report}", "Give an answer in the form students use."
            )
        ]
    problems = []
    said = [check.message for check in report.checks] + list(report.notes)
    if not any(trap.message in sentence for sentence in said):
        cure = "Add a pattern with this message, or correct the message."
        problems.append(SpecProblem(f"{key}.message", f"“{trap.message}” is not in the report.", cure))
    per_cent = 100 * report.score / report.max_score
    limit = 99.99 if trap.max_score is None else trap.max_score
    if per_cent > limit + 1e-6:
        cure = "Make a check stricter, or raise max_score."
        problems.append(
            SpecProblem(f"{key}.max_score", f"It scores {per_cent:.2f} %, more than {limit:g} %.", cure)
        )
    return problems


def _grade_raw(spec: ExerciseSpec, raw: object, seed: int) -> Report | AnswerRefused:
    """Grade an answer as a student would send it."""
    try:
        return grade_personal(spec, parse_answer(spec, raw), seed)
    except AnswerRefused as refusal:
        return refusal
