"""The bulk lane: regrades are graded apart from the ledger, item by item, as submissions are graded."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from engine import __version__ as engine_version
from engine.fingerprint import fingerprint
from exercises.grading.grade import grade, is_isolated, parse_answer, personal_spec
from exercises.grading.parsing import AnswerRefused
from exercises.grading.specs import SpecInvalid
from exercises.models import ExerciseRevision, ItemStatus, Pause, Regrade, RegradeItem, RegradeState
from exercises.queries.seeds import seed_for
from exercises.queries.specs import spec_of
from exercises.worker.isolated import Graded, NotWanted, grade_isolated
from exercises.worker.ledger import write_batch, writing
from exercises.worker.patience import patiently

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """A claimed item: what to grade, and the fencing token that must still hold at the end."""

    pk: int
    fence: int
    revision_pk: int
    public_id: str
    enrolment_pk: int
    exercise: str
    answer: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """A grade that waits to be stored in the item that earned it."""

    item: Item
    graded: Graded
    duration_ms: float


@dataclass(frozen=True)
class SweptRegrades:
    """What one sweep found and did; `waiting` counts what a bell should ring for."""

    requeued: int
    failed: int
    waiting: int


def regrade_waiting() -> bool:
    """Do one batch of bulk work; True when more may be waiting.

    Writing to the ledger comes before grading: somebody has decided on it.
    """
    if writing().exists():
        patiently(write_batch)
        return True
    items = claim_items()
    if not items:
        return False
    outcomes = [outcome for item in items if (outcome := grade_item(item)) is not None]
    patiently(lambda: finish_items(outcomes))
    end_dry_runs()
    return True


def sweep_regrades() -> SweptRegrades:
    """Requeue items that lost their worker, fail what ran out of tries, end dry runs, count what waits."""
    lost = RegradeItem.objects.filter(status=ItemStatus.RUNNING, lease_until__lt=Now())
    failed = lost.filter(fence__gte=settings.GRADING_TRIES).update(
        status=ItemStatus.FAILED, lease_until=None, report=_words("The worker was lost again and again.")
    )
    requeued = lost.update(status=ItemStatus.QUEUED, lease_until=None)
    end_dry_runs()
    if failed:
        log.error("%s items of regrades ended as our fault", failed)
    waiting = RegradeItem.objects.filter(status=ItemStatus.QUEUED, regrade__in=_open().values("pk"))
    return SweptRegrades(requeued, failed, waiting.count() + writing().count())


def claim_items() -> list[Item]:
    """Claim the next items: a batch shared between the dry runs under way, or one that must be alone.

    Alone go trainings, and items that lost their worker before.
    """
    if not _open().exists():
        return []
    with transaction.atomic(durable=True):
        rows = RegradeItem.objects.filter(pk__in=_next_items(), status=ItemStatus.QUEUED)
        chosen = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        queued = RegradeItem.objects.filter(pk__in=chosen, status=ItemStatus.QUEUED)
        queued.update(status=ItemStatus.RUNNING, fence=F("fence") + 1, lease_until=_lease_end())
        fields = (
            "pk",
            "fence",
            "regrade__revision_id",
            "submission__public_id",
            "submission__enrolment_id",
            "submission__exercise__slug",
            "submission__answer",
        )
        return [Item(*row) for row in RegradeItem.objects.filter(pk__in=chosen).values_list(*fields)]


def grade_item(item: Item) -> Outcome | None:
    """Run the rules; an answer that no longer fits them earns nothing, whatever else breaks is our fault.

    None when the item was given back, or when nobody waits for it any more.
    """
    seed = seed_for(item.enrolment_pk, item.exercise)
    started = time.perf_counter()
    try:
        graded = _grade(item, seed)
    except AnswerRefused as error:
        graded = _refused(item, error)
    except NotWanted:
        return None
    except Exception as error:  # whatever breaks inside the rules is ours, and is told apart nowhere else
        log.exception("regrading submission %s failed at try %s", item.public_id, item.fence)
        reason = f"The grader broke: {type(error).__name__}."
        patiently(lambda: give_item_back(item, reason))
        return None
    return Outcome(item, graded, round((time.perf_counter() - started) * 1000, 3))


def finish_items(outcomes: Sequence[Outcome]) -> int:
    """Store the grades of the items whose claim still holds, all or none, and return how many."""
    by_pk = {outcome.item.pk: outcome for outcome in outcomes}
    with transaction.atomic(durable=True):
        running = RegradeItem.objects.filter(pk__in=by_pk, status=ItemStatus.RUNNING).order_by("pk")
        held = [
            row for row in running.select_for_update(of=("self",)) if row.fence == by_pk[row.pk].item.fence
        ]
        for row in held:
            _store(row, by_pk[row.pk])
        RegradeItem.objects.bulk_update(held, STORED)
    return len(held)


def give_item_back(item: Item, reason: str) -> bool:
    """Put an item back in line, or end it as our fault after the last try; True when it ended."""
    mine = RegradeItem.objects.filter(pk=item.pk, fence=item.fence, status=ItemStatus.RUNNING)
    if item.fence < settings.GRADING_TRIES:
        mine.update(status=ItemStatus.QUEUED, lease_until=None)
        return False
    return bool(mine.update(status=ItemStatus.FAILED, lease_until=None, report=_words(reason)))


def end_dry_runs() -> int:
    """Mark dry runs without an open item as done.

    It reads what others have committed, so it must not share a transaction with `finish_items`.
    """
    going_on = RegradeItem.objects.filter(
        regrade=OuterRef("pk"), status__in=[ItemStatus.QUEUED, ItemStatus.RUNNING]
    )
    running = Regrade.objects.filter(~Exists(going_on), state=RegradeState.RUNNING)
    return running.update(state=RegradeState.READY)


STORED = [
    "status",
    "lease_until",
    "new_score",
    "max_score",
    "report",
    "engine_version",
    "fingerprint",
    "duration_ms",
]


def _store(row: RegradeItem, outcome: Outcome) -> None:
    graded = outcome.graded
    row.status = ItemStatus.DONE
    row.lease_until = None
    row.new_score = graded.score
    row.max_score = graded.max_score
    row.report = graded.report
    row.engine_version = engine_version
    row.fingerprint = graded.fingerprint
    row.duration_ms = outcome.duration_ms


def _open() -> Any:
    """Dry runs under way that no pause holds back."""
    holding = Pause.objects.active().filter(Q(exercise=None) | Q(exercise=OuterRef("exercise")))
    return Regrade.objects.filter(~Exists(holding), state=RegradeState.RUNNING).order_by("pk")


def _next_items() -> list[int]:
    """Return the next items, the same number of each dry run, else the next one that must be alone."""
    regrades = list(_open().values_list("pk", "revision_id")[: settings.GRADING_BATCH])
    together: list[int] = []
    alone: list[int] = []
    for pk, revision_pk in regrades:
        share = max(1, settings.GRADING_BATCH // len(regrades))
        queued = RegradeItem.objects.filter(regrade=pk, status=ItemStatus.QUEUED).order_by("fence", "pk")
        for item, fence in queued.values_list("pk", "fence")[:share]:
            (alone if fence or not _is_quick(revision_pk) else together).append(item)
    return together or alone[:1]


def _is_quick(revision_pk: int) -> bool:
    """Whether items may share a batch; rules that cannot be read fail alone."""
    try:
        return not is_isolated(spec_of(revision_pk))
    except SpecInvalid:
        return False


def _grade(item: Item, seed: int) -> Graded:
    """Grade here what takes milliseconds, and in a process of its own what takes seconds."""
    spec = spec_of(item.revision_pk)
    if is_isolated(spec):
        parse_answer(personal_spec(spec, seed), item.answer)
        stored = ExerciseRevision.objects.values_list("spec", flat=True).get(pk=item.revision_pk)
        return grade_isolated(stored, item.answer, seed, lambda _: _keep(item))
    report = grade(spec, item.answer, seed)
    return Graded(report.to_json(), report.score, report.max_score, fingerprint())


def _refused(item: Item, error: AnswerRefused) -> Graded:
    """Return the grade of an answer that the rules of today cannot read: nothing, and why."""
    points = spec_of(item.revision_pk).points
    problems = " ".join(f"{problem.field}: {problem.message}" for problem in error.problems)
    note = f"This answer does not fit the exercise any more. {problems}"
    return Graded(
        {"score": 0.0, "max_score": points, "checks": [], "notes": [note]}, 0.0, points, fingerprint()
    )


def _keep(item: Item) -> bool:
    """Extend the lease; False when the claim no longer holds, or the dry run was cancelled."""
    mine = RegradeItem.objects.filter(pk=item.pk, fence=item.fence, status=ItemStatus.RUNNING)
    return bool(mine.update(lease_until=_lease_end()))


def _words(reason: str) -> dict[str, Any]:
    return {"checks": [], "notes": [reason]}


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS)
