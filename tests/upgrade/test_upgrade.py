"""From the last release to this one, on a filled database of each profile, with both at work for a while."""

import json
from typing import Any

import pytest

from tests.stack import Stack, wait_for
from tests.upgrade.release import Release

pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]
PEOPLE = 3
INVENTORY = """
import django, json
django.setup()
from annsite.accounts.models import User
from exercises.models import ExerciseRevision, Grade, Submission
from lessons.models import Enrolment
tables = {
    User: "username password is_active",
    Enrolment: "user__username course__slug role",
    ExerciseRevision: "exercise__slug number digest spec",
    Submission: "public_id attempt answer_digest status fence revision__digest",
    Grade: "submission__public_id run score max_score report fingerprint seed",
}
rows = {model: model.objects.order_by("pk").values_list(*names.split()) for model, names in tables.items()}
print(json.dumps({model.__name__: list(found) for model, found in rows.items()}))
"""
LOSE_A_WORKER = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from exercises.models import Submission
row = Submission.objects.filter(status="queued").order_by("pk").first()
late = timezone.now() - timedelta(minutes=5)
Submission.objects.filter(pk=row.pk).update(status="running", fence=1, started_at=late, lease_until=late)
"""


def inventory(code: Stack | Release) -> dict[str, list[Any]]:
    """Return what is in the database, as one release or the other reads it."""
    found: dict[str, list[Any]] = json.loads(code.python("-c", INVENTORY))
    return found


def test_work_goes_on_through_an_upgrade_and_nothing_is_lost(empty_stack: Stack) -> None:
    new, old = empty_stack, Release(empty_stack.folder / "release", empty_stack)
    old.python("manage.py", "migrate", "--no-input", "-v0")
    old.python("manage.py", "sync_content")
    old.actor("people", str(PEOPLE))
    new.start_broker()
    old.start_worker()
    old.actor("submit", "1")
    wait_for(lambda: all(row["grades"] for row in old.actor("outcomes")), "the old release to grade")
    new.stop("worker")
    old.actor("submit", "1")
    old.python("-c", LOSE_A_WORKER)
    before = inventory(old)

    new.manage("migrate", "--no-input", "-v0")

    assert inventory(new) == before
    assert sorted(row[3] for row in before["Submission"]) == ["graded"] * 3 + ["queued"] * 2 + ["running"]
    the_old_worker_grades_what_the_new_site_takes(old, new)
    the_new_worker_grades_what_the_old_site_takes(old, new)
    the_new_content_leaves_old_grades_alone(new)


def the_old_worker_grades_what_the_new_site_takes(old: Release, new: Stack) -> None:
    old.start_worker()
    new.start_sweeper()
    new.actor("submit", "1")

    rows = new.endings(3 * PEOPLE)

    assert [(row["status"], row["grades"]) for row in rows] == [("graded", 1)] * 3 * PEOPLE
    assert [row["scores"] for row in rows] == [[100.0]] * 3 * PEOPLE
    new.stop("worker")


def the_new_worker_grades_what_the_old_site_takes(old: Release, new: Stack) -> None:
    old.actor("submit", "1")
    new.start_worker()

    rows = new.endings(4 * PEOPLE)

    assert [(row["status"], row["grades"]) for row in rows] == [("graded", 1)] * 4 * PEOPLE
    assert new.actor("attempts_used") == [4] * PEOPLE


def the_new_content_leaves_old_grades_alone(new: Stack) -> None:
    before = inventory(new)

    new.manage("sync_content")

    after = inventory(new)
    old_revisions = len(before["ExerciseRevision"])
    assert after["ExerciseRevision"][:old_revisions] == before["ExerciseRevision"]
    assert (after["Submission"], after["Grade"]) == (before["Submission"], before["Grade"])
