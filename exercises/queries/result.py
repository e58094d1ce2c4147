"""A submission as its page shows it once it is graded."""

from typing import Any

from exercises.grading.grade import draw_maps, given_numbers, personal_spec
from exercises.grading.planning import GivenNumbers
from exercises.models import AttemptRefund, Grade, GradeChange, ReviewRequest, Submission
from exercises.models.submission import UNCHARGED
from exercises.queries.curves import curves_of
from exercises.queries.reveal import Feedback, shown_report
from exercises.queries.scores import Standing, standings, with_scores
from exercises.queries.seeds import seed_for
from exercises.queries.specs import spec_of

MAP_SIZE = 200


def attempts_at(submission: Submission) -> list[dict[str, Any]]:
    """Every attempt of the same person at the same exercise, newest first, the counting one marked."""
    standing = standings(submission.enrolment, [submission.exercise])[submission.exercise_id]
    own = Submission.objects.filter(enrolment=submission.enrolment_id, exercise=submission.exercise_id)
    return attempt_rows(own, standing)


def attempt_rows(submissions: Any, standing: Standing) -> list[dict[str, Any]]:
    rows = with_scores(submissions.select_related("revision")).order_by("-attempt")
    counting = standing.counting()
    attempts = {attempt.number: attempt for attempt in standing.attempts}
    return [
        {
            "attempt": row.attempt,
            "score": row.score,
            "counts": attempts[row.attempt].counts,
            "credit": attempts[row.attempt].credit,
            "penalty": attempts[row.attempt].penalty,
            "is_refunded": not attempts[row.attempt].is_charged and row.status not in UNCHARGED,
            "max_score": row.max_score,
            "status": row.status,
            "status_label": row.get_status_display(),
            "submitted_at": row.submitted_at,
            "url": row.get_absolute_url(),
            "is_best": counting is not None and row.attempt == counting.number,
            "is_late": standing.delivery.is_late(row.submitted_at),
            "zone": standing.delivery.zone,
        }
        for row in rows
        if row.attempt in attempts
    ]


def result_of(submission: Submission, feedback: Feedback) -> dict[str, Any]:
    """Everything that the result part of the page shows; empty parts where there is nothing to see."""
    grade: Grade | None = submission.grades.select_related("revision").order_by("-run").first()
    change: GradeChange | None = submission.changes.select_related("actor").order_by("-pk").first()
    report = shown_report(grade.report, feedback) if grade else None
    checks = report["checks"] if report else []
    return {
        "report": report,
        "checks": checks,
        "first_failed": next((check for check in checks if check["counterexample"]), None),
        "passed_count": sum(check["passed"] for check in checks),
        "total_count": len(checks),
        "givens": _givens(submission),
        "feedback": feedback,
        "maps": _maps(submission, grade) if grade and feedback.is_whole else [],
        "curves": curves_of(report) if report else [],
        "lab_state": _lab_state(submission, checks),
        "override": _override(change),
        "refund": AttemptRefund.objects.filter(submission=submission).select_related("actor").first(),
        "asked": ReviewRequest.objects.filter(submission=submission).select_related("answered_by").first(),
        "receipt": _receipt(submission, grade) if grade else None,
    }


def heading_of(submission: Submission, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    """The facts of the page's head."""
    own = next(row for row in attempts if row["attempt"] == submission.attempt)
    exercise = submission.exercise
    exercise.revision = submission.revision
    return {
        "public_id": submission.public_id,
        "exercise_title": submission.revision.title,
        "exercise_url": exercise.get_absolute_url(),
        "attempt": submission.attempt,
        "attempts_allowed": standings(submission.enrolment, [exercise])[exercise.pk].allowed,
        "status": submission.status,
        "submitted_at": submission.submitted_at,
        "seconds": _seconds(submission),
        "is_final": submission.is_final(),
        "is_best": own["is_best"],
        "is_late": own["is_late"],
        "zone": own["zone"],
        "counts": own["counts"],
        "credit": own["credit"],
        "penalty": own["penalty"],
        "score": own["score"],
        "max_score": own["max_score"],
    }


def _seconds(submission: Submission) -> float | None:
    if submission.finished_at is None:
        return None
    return max(0.0, round((submission.finished_at - submission.submitted_at).total_seconds(), 2))


def _givens(submission: Submission) -> list[GivenNumbers]:
    """List the numbers that the person was given, whoever looks at them now."""
    seed = seed_for(submission.enrolment_id, submission.exercise.slug)
    return given_numbers(personal_spec(spec_of(submission.revision_id), seed))


def _maps(submission: Submission, grade: Grade) -> list[dict[str, Any]]:
    """Draw the decision maps of the person's own network, with everything in picture coordinates."""
    drawn = grade.report.get("maps") or [
        item.to_json() for item in draw_maps(spec_of(submission.revision_id), submission.answer, grade.seed)
    ]
    for item in drawn:
        (left, right), (bottom, top) = item["x_range"], item["y_range"]
        for point in [*item["points"], *([item["cross"]] if item["cross"] else [])]:
            point["cx"] = round((point["x"] - left) / (right - left) * MAP_SIZE, 1)
            point["cy"] = round((top - point["y"]) / (top - bottom) * MAP_SIZE, 1)
        item["light"] = f"data:image/png;base64,{item['light']}"
        item["dark"] = f"data:image/png;base64,{item['dark']}"
    return drawn


def _lab_state(submission: Submission, checks: list[dict[str, Any]]) -> str:
    """Return weights and counter-example as the exercise's figure keeps them in a link; empty without one."""
    weights = submission.answer.get("weights")
    if spec_of(submission.revision_id).figure is None or weights is None:
        return ""
    in_order = sorted(weights, key=lambda name: (name.split(".")[0], name.endswith("bias")))
    state = "w=" + ",".join(f"{value:g}" for name in in_order for value in _numbers(weights[name]))
    failed = next((check["counterexample"] for check in checks if check["counterexample"]), None)
    return (
        f"{state}&cross=" + ",".join(f"{value:g}" for value in failed["inputs"].values()) if failed else state
    )


def _numbers(value: Any) -> list[float]:
    """Flatten nested lists, row by row."""
    if not isinstance(value, list):
        return [value]
    return [number for inner in value for number in _numbers(inner)]


def _override(change: GradeChange | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "old": change.old_score,
        "new": change.new_score,
        "reason": change.reason,
        "actor": str(change.actor),
        "when": change.created_at,
    }


def _receipt(submission: Submission, grade: Grade) -> dict[str, Any]:
    return {
        "revision": grade.revision.number,
        "revision_digest": grade.revision.digest[:12],
        "engine_version": grade.engine_version,
        "fingerprint": grade.fingerprint,
        "answer_digest": submission.answer_digest[:12],
        "source": submission.source,
        "submitted_at": submission.submitted_at,
        "graded_at": grade.created_at,
        "duration_ms": grade.duration_ms,
    }
