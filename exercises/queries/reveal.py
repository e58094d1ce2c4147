"""What a student may see of a result and of the worked solution: the course's rules, at the time of asking.

Pages, the status fragment and the API take every report through `shown_report`; the admin shows it whole.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from exercises.grading.specs import ExerciseSpec
from exercises.models import Exercise, FeedbackRule, HintTaken, SolutionRule, Submission
from exercises.queries.delivery import Delivery, delivery_of, write_time
from exercises.queries.scores import with_scores
from lessons.models import Enrolment


@dataclass(frozen=True)
class Feedback:
    """How much of a result is shown; `when` says when the rest will be, in a sentence."""

    is_whole: bool
    when: str = ""


WHOLE = Feedback(is_whole=True)


def feedback_of(submission: Submission, now: datetime, delivery: Delivery | None = None) -> Feedback:
    """Return what the person who sent it may see now; `delivery` where the rules have been read already."""
    delivery = delivery or delivery_of(submission.enrolment, submission.exercise)
    if delivery.feedback == FeedbackRule.NOW or delivery.is_over(now):
        return WHOLE
    if delivery.feedback == FeedbackRule.AFTER_DEADLINE:
        return Feedback(False, f"The rest of the result is shown {_after(delivery)}.")
    if has_passed(submission.enrolment, submission.exercise):
        return WHOLE
    return Feedback(
        False,
        "The rest of the result is shown when one of your attempts has full points"
        f"{', at the latest ' + _after(delivery) if _deadline(delivery) else ''}.",
    )


def shown_report(report: dict[str, Any] | None, feedback: Feedback) -> dict[str, Any] | None:
    """Return the part of a report that may be seen: all, or the score and which visible checks passed."""
    if report is None or feedback.is_whole:
        return report
    visible = [check for check in report["checks"] if not check["hidden"]]
    return {
        "score": report["score"],
        "max_score": report["max_score"],
        "checks": [_outcome(check) for check in visible],
        "notes": [],
        "runs": [],
        "maps": [],
    }


def shown_progress(progress: dict[str, Any] | None, feedback: Feedback) -> dict[str, Any] | None:
    """Return how far a training is, with its curve only where the result will show it."""
    if progress is None or feedback.is_whole:
        return progress
    return {**progress, "curve": []}


def shows_solution(
    enrolment: Enrolment | None, exercise: Exercise, delivery: Delivery, now: datetime
) -> bool:
    """Whether the person may read the worked solution now."""
    rule = delivery.solution
    if enrolment is None or rule == SolutionRule.NEVER:
        return False
    if rule in {SolutionRule.AFTER_DEADLINE, SolutionRule.EITHER} and delivery.is_over(now):
        return True
    return rule != SolutionRule.AFTER_DEADLINE and has_passed(enrolment, exercise)


@dataclass(frozen=True)
class HintRule:
    """One hint, counted from 1: its cost in points, whether its text is shown, whether it comes next."""

    number: int
    cost: float
    is_open: bool
    is_next: bool


def hints_of(enrolment: Enrolment | None, exercise: Exercise, spec: ExerciseSpec) -> list[HintRule]:
    """Return the hints as one person finds them; one that costs points is open once it was taken."""
    taken: set[int] = set()
    if enrolment is not None:
        rows = HintTaken.objects.filter(enrolment=enrolment, exercise=exercise)
        taken.update(rows.values_list("number", flat=True))
    costs = {number: spec.hint_cost(number) for number in range(1, len(spec.hints) + 1)}
    closed = [number for number, cost in costs.items() if cost > 0 and number not in taken]
    return [
        HintRule(number, cost, is_open=number not in closed, is_next=number in closed[:1])
        for number, cost in costs.items()
    ]


def has_passed(enrolment: Enrolment, exercise: Exercise) -> bool:
    """Whether some attempt has full points, before late credit and the cost of hints."""
    rows = with_scores(Submission.objects.filter(enrolment=enrolment, exercise=exercise))
    return bool(rows.filter(score__gte=F("max_score")).exists())


def _outcome(check: dict[str, Any]) -> dict[str, Any]:
    """Keep of a visible check what its name and outcome say; points in part would say more."""
    return {
        "name": check["name"],
        "passed": check["passed"],
        "points": None,
        "max_points": check["max_points"],
        "hidden": False,
        "message": "",
        "counterexample": None,
    }


def _after(delivery: Delivery) -> str:
    deadline = _deadline(delivery)
    return f"after the deadline, {write_time(deadline)}" if deadline else "after the deadline"


def _deadline(delivery: Delivery) -> datetime | None:
    return delivery.due_at or delivery.closes_at
