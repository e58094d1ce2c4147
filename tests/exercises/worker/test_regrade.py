"""The bulk lane: graded apart, one poison item stops nobody, and the ledger is written once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exercises.models import (
    Exercise,
    Grade,
    ItemStatus,
    Pause,
    RegradeItem,
    RegradeState,
)
from exercises.queries.regrades import Scope
from exercises.queries.seeds import seed_for
from exercises.services.regrade import apply_regrade, cancel_regrade
from exercises.worker import regrade as bulk
from exercises.worker.regrade import claim_items, regrade_waiting, sweep_regrades
from lessons.models import Course, Enrolment, Role
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db


def expire(item: RegradeItem) -> None:
    running = RegradeItem.objects.filter(pk=item.pk, status=ItemStatus.RUNNING)
    running.update(lease_until=timezone.now() - timedelta(seconds=1))


def with_three_units(exercise: Exercise) -> dict[str, Any]:
    """Return the changes of a revision whose network has a hidden unit more, which does nothing."""
    assert exercise.revision is not None
    (network,) = exercise.revision.spec["networks"]
    layers = [{**network["layers"][0], "units": 3}, network["layers"][1]]
    weights = exercise.revision.spec["reference"]["weights"]
    wider = {
        "0.weight": [*weights["0.weight"], [0, 0]],
        "0.bias": [*weights["0.bias"], 0],
        "2.weight": [[*weights["2.weight"][0], 0]],
        "2.bias": weights["2.bias"],
    }
    return {"networks": [{**network, "layers": layers}], "reference": {"weights": wider}, "traps": []}


def test_a_dry_run_stores_the_new_grade_beside_the_ledger(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)
    revision = factories.revise(xor, points=50)
    regrade = factories.regrade(instructor, xor, revision)

    while regrade_waiting():
        pass

    item = RegradeItem.objects.get()
    regrade.refresh_from_db()
    assert (regrade.state, item.status, item.max_score) == (RegradeState.READY, ItemStatus.DONE, 50)
    assert item.report["checks"]
    assert item.old_score == row.grades.get().score
    assert item.new_score == pytest.approx(item.old_score / 2)


def test_the_persons_own_seed_is_used(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    factories.finish_bulk()
    apply_regrade(regrade=regrade, actor=instructor.user, now=timezone.now())
    factories.finish_bulk()

    assert row.grades.get(run=2).seed == seed_for(student.pk, "xor-weights") == row.grades.get(run=1).seed


def test_an_answer_that_no_longer_fits_earns_nothing_and_says_why(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    revision = factories.revise(xor, **with_three_units(xor))
    factories.regrade(instructor, xor, revision)

    factories.finish_bulk()

    item = RegradeItem.objects.get()
    assert (item.status, item.new_score, item.max_score) == (ItemStatus.DONE, 0, 100)
    assert "does not fit the exercise any more" in item.report["notes"][0]


def test_a_poison_item_fails_after_three_tries_and_stops_nobody(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    poisonous, healthy = factories.graded(student, xor), factories.graded(other_student, xor)
    regrade = factories.regrade(instructor, xor)
    claims = []
    for _ in range(10):
        items = claim_items()
        claims.append([item.public_id for item in items])
        good = [item for item in items if item.public_id == healthy.public_id]
        bulk.finish_items([outcome for item in good if (outcome := bulk.grade_item(item))])
        for item in RegradeItem.objects.filter(submission=poisonous):
            expire(item)
        sweep_regrades()

    statuses = dict(regrade.items.values_list("submission", "status"))
    regrade.refresh_from_db()
    assert statuses == {poisonous.pk: ItemStatus.FAILED, healthy.pk: ItemStatus.DONE}
    assert [c for c in claims if c] == [
        [poisonous.public_id, healthy.public_id],
        [poisonous.public_id],
        [poisonous.public_id],
    ]
    assert regrade.state == RegradeState.READY


def test_a_grader_that_breaks_gives_the_item_back_and_at_last_says_so(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    factories.regrade(instructor, xor)
    unreadable = factories.revise(xor, kind="no-such-kind")
    statuses = []
    for _ in range(3):
        (item,) = claim_items()
        assert bulk.grade_item(replace(item, revision_pk=unreadable.pk)) is None
        statuses.append(RegradeItem.objects.get().status)

    assert statuses == [ItemStatus.QUEUED, ItemStatus.QUEUED, ItemStatus.FAILED]
    assert "The grader broke" in RegradeItem.objects.get().report["notes"][0]


def test_a_lost_claim_stores_nothing(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    factories.regrade(instructor, xor)
    (old,) = claim_items()
    expire(RegradeItem.objects.get())
    sweep_regrades()
    (new,) = claim_items()

    late, fresh = bulk.grade_item(old), bulk.grade_item(new)

    assert late is not None
    assert fresh is not None
    assert bulk.finish_items([late]) == 0
    assert bulk.finish_items([fresh]) == 1
    assert bulk.finish_items([fresh]) == 0


def test_two_dry_runs_share_the_lane(
    student: Enrolment, instructor: Enrolment, xor: Exercise, settings: Any
) -> None:
    for _ in range(4):
        factories.graded(student, xor)
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    colleague = enrol(user=factories.person("colleague"), course=elsewhere, role=Role.INSTRUCTOR)
    single = factories.graded(enrol(user=factories.person("single"), course=elsewhere), xor)
    factories.regrade(instructor, xor)
    factories.regrade(colleague, xor)
    settings.GRADING_BATCH = 2

    assert single.public_id in {item.public_id for item in claim_items()}


def test_a_pause_holds_a_dry_run_back(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    factories.graded(student, xor)
    factories.regrade(instructor, xor)
    pause = Pause.objects.create(exercise=xor, reason="x", actor=instructor.user, created_at=timezone.now())

    held = (regrade_waiting(), sweep_regrades().waiting)
    Pause.objects.filter(pk=pause.pk).update(lifted_at=timezone.now())

    assert held == (False, 0)
    assert sweep_regrades().waiting == 1
    assert regrade_waiting() is True


def test_a_cancelled_dry_run_leaves_the_line_even_while_graded(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    factories.graded(student, xor)
    regrade = factories.regrade(instructor, xor)
    (item,) = claim_items()
    outcome = bulk.grade_item(item)

    cancel_regrade(regrade=regrade)

    assert outcome is not None
    assert bulk.finish_items([outcome]) == 0
    assert regrade_waiting() is False
    assert sweep_regrades().waiting == 0


def test_the_ledger_is_written_in_batches_and_only_once(
    student: Enrolment,
    other_student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [factories.graded(who, xor) for who in (student, other_student, student)]
    regrade = factories.regrade(instructor, xor, factories.revise(xor, points=50))
    factories.finish_bulk()
    apply_regrade(regrade=regrade, actor=instructor.user, now=timezone.now())
    monkeypatch.setattr("exercises.worker.ledger.BATCH", 2)

    assert regrade_waiting() is True
    regrade.refresh_from_db()
    half = (regrade.state, Grade.objects.filter(run=2).count())
    factories.finish_bulk()
    regrade.refresh_from_db()

    assert half == (RegradeState.APPLYING, 2)
    assert regrade.state == RegradeState.APPLIED
    assert [row.grades.count() for row in rows] == [2, 2, 2]
    assert set(Grade.objects.filter(run=2).values_list("regrade", "score")) == {(regrade.pk, 50.0)}


def test_the_scope_is_kept_as_it_was_asked_for() -> None:
    scope = Scope(section=3, since=timezone.now(), outcome="full", latest_revision_only=True)

    assert Scope.from_json(scope.to_json()) == scope


def test_trainings_are_graded_alone_each_in_a_process_of_its_own(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    training = Exercise.objects.select_related("revision").get(slug="xor-train")
    assert training.revision is not None
    for who in (student, other_student):
        factories.graded(who, training, training.revision.spec["reference"])
    quick = factories.graded(student, xor)
    regrade = factories.regrade(instructor, training)
    factories.regrade(instructor, xor)

    claims = [[item.public_id for item in claim_items()] for _ in range(4)]

    assert claims[0] == [quick.public_id]
    assert [len(claim) for claim in claims] == [1, 1, 1, 0]
    for item in regrade.items.all():
        expire(item)
    sweep_regrades()
    factories.finish_bulk()
    done = regrade.items.filter(status=ItemStatus.DONE)
    assert list(done.values_list("new_score", flat=True)) == list(done.values_list("old_score", flat=True))
    assert done.count() == 2
