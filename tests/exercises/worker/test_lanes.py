"""Lanes, pauses and floods: who waits for whom, and for how long."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exercises.errors import LimitReached, StudentMistake
from exercises.models import Exercise, Grade, Lane, Pause, Status, Submission
from exercises.queries.line import place_of
from exercises.queries.progress import progress_of
from exercises.services.cancel import cancel_submission
from exercises.services.pause import lift_pause, pause_grading
from exercises.worker import run
from exercises.worker.claim import claim, finish, keep
from exercises.worker.recover import sweep
from exercises.worker.run import grade_job, grade_waiting
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db


def in_training(*rows: Submission) -> None:
    Submission.objects.filter(pk__in=[row.pk for row in rows]).update(lane=Lane.TRAINING)
    for row in rows:
        row.refresh_from_db()


def test_a_lane_never_waits_for_the_other(student: Enrolment, xor: Exercise) -> None:
    slow, quick = factories.submission(student, xor), factories.submission(student, xor)
    in_training(slow)

    assert [job.pk for job in claim(Lane.INTERACTIVE)] == [quick.pk]
    assert [job.pk for job in claim(Lane.TRAINING)] == [slow.pk]


def test_trainings_are_claimed_one_by_one_and_in_turn(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    first, second = factories.submission(student, xor), factories.submission(student, xor)
    third = factories.submission(other_student, xor)
    in_training(first, second, third)

    claimed = [[job.pk for job in claim(Lane.TRAINING)] for _ in range(3)]

    assert claimed == [[first.pk], [third.pk], [second.pk]]


def test_a_wakeup_stops_in_time_and_what_it_did_not_begin_uses_no_try(
    student: Enrolment, xor: Exercise, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [factories.submission(student, xor) for _ in range(3)]
    settings.GRADING_SECONDS = 0.2
    grade_now = run.grade

    def slow(*arguments: Any) -> Any:
        time.sleep(0.11)
        return grade_now(*arguments)

    monkeypatch.setattr(run, "grade", slow)

    wants_more = grade_waiting(Lane.INTERACTIVE, wake_another=lambda: None)

    for row in rows:
        row.refresh_from_db()
    assert wants_more
    assert [(row.status, row.fence) for row in rows] == [("graded", 1), ("queued", 0), ("queued", 0)]
    assert [job.pk for job in claim(Lane.INTERACTIVE)] == [row.pk for row in rows[1:]]


def test_the_place_in_line_counts_turns_not_arrivals(
    student: Enrolment, other_student: Enrolment, xor: Exercise
) -> None:
    flood = [factories.submission(student, xor) for _ in range(4)]
    late = factories.submission(other_student, xor)

    places = [place_of(row) for row in [*flood, late]]

    assert [place.number for place in places if place] == [1, 3, 4, 5, 2]


def test_the_estimate_comes_from_measured_grades(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    Grade.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    row = factories.submission(student, xor)
    assert place_of(row) is not None
    assert place_of(row).seconds is None  # type: ignore[union-attr]

    (job,) = claim(Lane.INTERACTIVE)
    result = grade_job(job)
    assert result is not None
    result.grade.duration_ms = 4_000
    finish([result])
    first, second = factories.submission(student, xor), factories.submission(student, xor)

    assert [place.seconds for row in (first, second) if (place := place_of(row))] == [4, 8]


def test_a_pause_holds_one_exercise_back_and_says_why(
    student: Enrolment, xor: Exercise, instructor: Enrolment
) -> None:
    row = factories.submission(student, xor)
    now = timezone.now()
    pause = pause_grading(exercise=xor, actor=instructor.user, reason="We mend a check.", now=now)

    assert claim(Lane.INTERACTIVE) == []
    assert progress_of(row).sentence == ("Grading is paused: We mend a check. Your answer keeps its place.")
    lift_pause(pause=pause, actor=instructor.user, now=now)
    assert [job.pk for job in claim(Lane.INTERACTIVE)] == [row.pk]


def test_a_pause_of_everything_outlasts_the_deadline_of_the_queue(
    student: Enrolment, xor: Exercise, instructor: Enrolment
) -> None:
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    pause = pause_grading(exercise=None, actor=instructor.user, reason="Moving house.", now=timezone.now())

    swept = sweep()

    row.refresh_from_db()
    assert row.status == Status.QUEUED
    assert swept.waiting == {Lane.INTERACTIVE: 0, Lane.TRAINING: 0}
    with pytest.raises(StudentMistake, match="paused already"):
        pause_grading(exercise=None, actor=instructor.user, reason="Again.", now=timezone.now())
    lift_pause(pause=pause, actor=instructor.user, now=timezone.now())
    assert not Pause.objects.active().exists()


def test_a_flood_is_refused_with_a_time_to_come_back(
    student: Enrolment, other_student: Enrolment, xor: Exercise, settings: Any
) -> None:
    settings.MOST_WAITING = {"interactive": 3, "training": 1}
    for _ in range(3):
        factories.submission(student, xor)

    with pytest.raises(LimitReached) as refused:
        factories.submission(student, xor)

    assert refused.value.code == "too_many_waiting"
    assert refused.value.retry_after
    factories.submission(other_student, xor)
    factories.grade_all()
    factories.submission(student, xor)


def test_nobody_sends_more_in_a_minute_than_the_limit(
    student: Enrolment, xor: Exercise, settings: Any
) -> None:
    settings.MOST_A_MINUTE = 2
    for _ in range(2):
        factories.graded(student, xor)

    with pytest.raises(LimitReached, match="within a minute") as refused:
        factories.submission(student, xor)

    assert refused.value.retry_after == 60


def test_a_line_that_is_too_long_takes_nobody(
    student: Enrolment, other_student: Enrolment, xor: Exercise, settings: Any
) -> None:
    settings.LONGEST_LINE = {"interactive": 1, "training": 1}
    factories.submission(student, xor)
    factories.submission(other_student, xor)

    with pytest.raises(LimitReached) as refused:
        factories.submission(student, xor)

    assert refused.value.code == "line_full"


def test_a_cancelled_answer_leaves_the_line_and_uses_no_attempt(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)

    cancel_submission(submission=row)
    cancel_submission(submission=row)

    assert row.status == Status.CANCELLED
    assert claim(Lane.INTERACTIVE) == []
    assert not Submission.objects.charged().exists()


def test_a_grade_that_comes_after_the_cancel_is_dropped(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    (job,) = claim(Lane.INTERACTIVE)
    cancel_submission(submission=row)
    result = grade_job(job)
    assert result is not None

    assert finish([result]) == []
    assert not Grade.objects.exists()
    assert keep(job, None) is False


def test_what_is_graded_cannot_be_cancelled(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)

    with pytest.raises(StudentMistake, match="has its result already"):
        cancel_submission(submission=row)

    row.refresh_from_db()
    assert row.status == Status.GRADED


def test_a_running_job_tells_how_far_it_is_and_keeps_its_lease(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    in_training(row)
    (job,) = claim(Lane.TRAINING)
    Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(seconds=1))

    assert keep(job, {"run": 2, "runs": 5, "done": 0.4, "curve": [[1, 0.9], [2, 0.5], [3, 0.4]]})

    row.refresh_from_db()
    assert row.lease_until is not None
    assert row.lease_until > timezone.now() + timedelta(seconds=10)
    progress = progress_of(row)
    assert progress.sentence == "Training, run 2 of 5: 40 % done."
    assert progress.live is not None
    assert (progress.live.loss, progress.live.line.count(",")) == (0.4, 3)
