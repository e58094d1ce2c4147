"""Prometheus reads true figures, and nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from exercises.models import Exercise, Moment, Pause, Status, Submission, Tally
from exercises.models.submission import Failure
from exercises.worker import tally
from exercises.worker.tally import note_sweep
from lessons.models import Enrolment
from tests import factories
from tests.conftest import METRICS_TOKEN

pytestmark = pytest.mark.django_db
FINISHED = 'annsite_finished_total{lane="interactive",status="graded"}'


def scrape() -> dict[str, float]:
    """Return every sample by its name and labels, as Prometheus itself reads the page."""
    page = Client().get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert page.status_code == 200
    found = {}
    for family in text_string_to_metric_families(page.content.decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def finish_earlier(minutes: int) -> None:
    """Move the end of everything that ended into the past."""
    rows = Submission.objects.exclude(finished_at=None)
    rows.update(
        submitted_at=timezone.now() - timedelta(minutes=minutes, seconds=2),
        finished_at=timezone.now() - timedelta(minutes=minutes),
    )


def test_what_waits_is_told_by_lane_with_the_age_of_the_oldest(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(minutes=5))

    found = scrape()

    assert found['annsite_queue_depth{lane="interactive"}'] == 2
    assert found['annsite_queue_oldest_seconds{lane="interactive"}'] == pytest.approx(300, abs=20)
    assert found['annsite_queue_depth{lane="training"}'] == 0
    assert found['annsite_queue_depth{lane="bulk"}'] == 0


def test_what_a_pause_holds_is_no_overdue_work(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.submission(student, xor)
    Pause.objects.create(exercise=xor, reason="new data", actor=instructor.user, created_at=timezone.now())

    found = scrape()

    assert found['annsite_queue_held{lane="interactive"}'] == 1
    assert found['annsite_queue_depth{lane="interactive"}'] == 0
    assert found['annsite_queue_oldest_seconds{lane="interactive"}'] == 0
    assert found["annsite_pauses"] == 1


def test_running_work_and_lost_leases_are_told(student: Enrolment, xor: Exercise) -> None:
    for seconds in (-60, 60):
        row = factories.submission(student, xor)
        Submission.objects.filter(pk=row.pk).update(
            status=Status.RUNNING, lease_until=Now() + timedelta(seconds=seconds)
        )

    found = scrape()

    assert found['annsite_running{lane="interactive"}'] == 2
    assert found['annsite_leases_expired{lane="interactive"}'] == 1


def test_endings_are_counted_once_before_and_after_the_tally_moves(student: Enrolment, xor: Exercise) -> None:
    for _ in range(3):
        factories.graded(student, xor)
    before = scrape()
    finish_earlier(minutes=10)
    note_sweep()
    factories.graded(student, xor)

    after = scrape()

    assert before[FINISHED] == 3
    assert after[FINISHED] == 4
    assert sum(Tally.objects.values_list("count", flat=True)) == 3
    assert after['annsite_time_to_grade_seconds_count{lane="interactive"}'] == 4


def test_the_tally_leaves_out_what_may_still_be_committed(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    finish_earlier(minutes=2)

    note_sweep()

    assert not Tally.objects.exists()
    assert scrape()[FINISHED] == 1


def test_a_second_tally_adds_to_the_first(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    finish_earlier(minutes=20)
    note_sweep()
    Moment.objects.filter(name=Moment.TALLIED).update(at=timezone.now() - timedelta(minutes=15))
    factories.graded(student, xor)
    Submission.objects.filter(finished_at__gt=timezone.now() - timedelta(minutes=1)).update(
        submitted_at=timezone.now() - timedelta(minutes=10, seconds=2),
        finished_at=timezone.now() - timedelta(minutes=10),
    )

    note_sweep()

    assert list(Tally.objects.values_list("count", flat=True)) == [2]
    assert scrape()[FINISHED] == 2


def test_a_long_backlog_is_tallied_in_steps_and_counted_once(
    student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MOST_AT_ONCE", 2)
    for minutes in (50, 40, 30, 20, 10):
        row = factories.graded(student, xor)
        Submission.objects.filter(pk=row.pk).update(
            submitted_at=timezone.now() - timedelta(minutes=minutes),
            finished_at=timezone.now() - timedelta(minutes=minutes),
        )

    counts = []
    for _ in range(3):
        note_sweep()
        counts.append((sum(Tally.objects.values_list("count", flat=True)), scrape()[FINISHED]))

    assert counts == [(3, 5), (5, 5), (5, 5)]


def test_time_to_grade_falls_into_its_bucket(student: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    finish_earlier(minutes=1)

    found = scrape()

    name = "annsite_time_to_grade_seconds"
    assert found[f'{name}_bucket{{lane="interactive",le="1"}}'] == 0
    assert found[f'{name}_bucket{{lane="interactive",le="2.5"}}'] == 1
    assert found[f'{name}_bucket{{lane="interactive",le="+Inf"}}'] == 1
    assert found[f'{name}_sum{{lane="interactive"}}'] == pytest.approx(2, abs=0.1)


def test_our_failures_are_told_by_reason_and_retries_are_summed(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(
        status=Status.FAILED, failure=Failure.WORKER_LOST, fence=3, started_at=Now(), finished_at=Now()
    )

    found = scrape()

    assert found['annsite_failed_total{lane="interactive",reason="worker_lost"}'] == 1
    assert found['annsite_failed_total{lane="interactive",reason="overdue"}'] == 0
    assert found['annsite_retries_total{lane="interactive"}'] == 2


def test_the_age_of_the_last_sweep_is_told(db: None) -> None:
    never = scrape()["annsite_sweep_age_seconds"]
    note_sweep()

    assert never == float("inf")
    assert scrape()["annsite_sweep_age_seconds"] < 5


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": METRICS_TOKEN}])
def test_without_the_token_nothing_is_told(header: dict[str, str]) -> None:
    page = Client().get("/metrics", headers=header)

    assert page.status_code == 401
    assert b"annsite_" not in page.content


def test_without_a_token_set_only_this_machine_is_answered(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    settings.EMBEDDED = True

    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
    assert Client(headers={"X-Forwarded-For": "192.0.2.7"}).get("/metrics").status_code == 404


def test_in_production_without_a_token_set_there_is_no_such_page(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    settings.EMBEDDED = False

    assert Client().get("/metrics").status_code == 404


def test_a_scrape_asks_the_same_number_of_questions_however_much_there_is(
    student: Enrolment, xor: Exercise, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        factories.graded(student, xor)
        factories.submission(student, xor)

    with django_assert_num_queries(10):
        scrape()
