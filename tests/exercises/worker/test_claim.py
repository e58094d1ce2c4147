"""Claiming: fair, in batches, and a claim that no longer holds writes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exercises.grading.grade import grade
from exercises.grading.report import Report
from exercises.grading.specs import ExerciseSpec
from exercises.models import Exercise, Grade, Lane, Status, Submission
from exercises.models.submission import Failure
from exercises.queries.scores import with_scores
from exercises.worker import run
from exercises.worker.claim import Result, claim, finish, give_back
from exercises.worker.recover import sweep
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def expire(row: Submission) -> None:
    Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def graded_by(job: object) -> Result:
    result = run.grade_job(job)  # type: ignore[arg-type]
    assert result is not None
    return result


def test_a_claim_moves_the_row_and_hands_out_a_fencing_token(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)

    (job,) = claim(Lane.INTERACTIVE)

    row.refresh_from_db()
    assert (job.pk, job.fence) == (row.pk, 1)
    assert row.status == Status.RUNNING
    assert row.lease_until is not None
    assert row.lease_until > timezone.now()


def test_a_second_claim_finds_nothing(student: Enrolment, xor: Exercise) -> None:
    factories.submission(student, xor)
    claim(Lane.INTERACTIVE)

    assert claim(Lane.INTERACTIVE) == []


def test_students_take_turns_whoever_sent_more(
    student: Enrolment, other_student: Enrolment, xor: Exercise, settings: object
) -> None:
    flood = [factories.submission(student, xor) for _ in range(3)]
    single = factories.submission(other_student, xor)
    settings.GRADING_BATCH = 2  # type: ignore[attr-defined]

    assert [job.pk for job in claim(Lane.INTERACTIVE)] == [flood[0].pk, single.pk]


def test_a_job_that_lost_its_worker_is_claimed_on_its_own(student: Enrolment, xor: Exercise) -> None:
    first = factories.submission(student, xor)
    claim(Lane.INTERACTIVE)
    expire(first)
    sweep()
    second = factories.submission(student, xor)

    assert [[job.pk for job in claim(Lane.INTERACTIVE)], [job.pk for job in claim(Lane.INTERACTIVE)]] in (
        [[first.pk], [second.pk]],
        [[second.pk], [first.pk]],
    )


def test_a_late_result_is_discarded_when_another_worker_has_the_job(
    student: Enrolment, xor: Exercise
) -> None:
    row = factories.submission(student, xor)
    (late,) = claim(Lane.INTERACTIVE)
    expire(row)
    sweep()
    (newer,) = claim(Lane.INTERACTIVE)

    assert finish([graded_by(late)]) == []
    assert Grade.objects.count() == 0
    assert finish([graded_by(newer)]) == [newer]
    assert Grade.objects.get().fence == 2


def test_the_same_result_delivered_twice_is_written_once(student: Enrolment, xor: Exercise) -> None:
    factories.submission(student, xor)
    (job,) = claim(Lane.INTERACTIVE)

    finish([graded_by(job)])
    finish([graded_by(job)])

    assert Grade.objects.count() == 1


def test_a_lost_lease_is_requeued_twice_and_then_ends_as_our_fault(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    seen = []
    for _ in range(3):
        claim(Lane.INTERACTIVE)
        expire(row)
        sweep()
        row.refresh_from_db()
        seen.append(row.status)

    assert seen == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    assert row.failure == Failure.WORKER_LOST
    assert not Submission.objects.charged().exists()


def test_a_lease_that_still_holds_is_left_alone(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    claim(Lane.INTERACTIVE)

    assert sweep().requeued == 0
    row.refresh_from_db()
    assert row.status == Status.RUNNING


def test_what_nobody_took_within_a_day_ends_as_our_fault(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(days=2))

    assert sweep().failed == 1
    row.refresh_from_db()
    assert (row.status, row.failure) == (Status.FAILED, Failure.OVERDUE)


def test_a_grader_that_breaks_gives_the_job_back_and_spares_the_rest_of_the_batch(
    student: Enrolment, other_student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = factories.submission(student, xor)
    fine = factories.submission(other_student, xor, factories.WRONG_WIRING)

    def grade_or_break(spec: ExerciseSpec, answer: dict[str, object], seed: int) -> Report:
        if answer == broken.answer:
            raise RuntimeError("a fault of ours")
        return grade(spec, answer, seed)

    monkeypatch.setattr(run, "grade", grade_or_break)

    factories.grade_all()

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, broken.failure) == (Status.FAILED, Failure.GRADER_ERROR)
    assert fine.status == Status.GRADED


def test_giving_back_is_refused_when_the_claim_no_longer_holds(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    (late,) = claim(Lane.INTERACTIVE)
    expire(row)
    sweep()
    claim(Lane.INTERACTIVE)

    give_back(late, Failure.GRADER_ERROR)

    row.refresh_from_db()
    assert row.status == Status.RUNNING


def test_the_lectures_weights_are_graded_100(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)

    assert row.status == Status.GRADED
    assert with_scores(Submission.objects.filter(pk=row.pk)).get().score == 100
    grade = row.grades.get()
    assert grade.revision_id == xor.revision_id
    assert len(grade.fingerprint) >= 8


def test_a_worse_attempt_does_not_lower_the_best_grade(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    worse = factories.graded(student, xor, factories.WRONG_WIRING)

    assert worse.grades.get().score < 100
    assert with_scores(Submission.objects.all()).order_by("-score").first().score == 100


def test_a_status_never_leaves_a_final_state() -> None:
    with pytest.raises(ValueError, match="never goes from graded to queued"):
        Submission.objects.all().move(before=Status.GRADED, after=Status.QUEUED)
