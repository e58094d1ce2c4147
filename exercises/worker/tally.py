"""Keep the site's books: note each sweep, and tally what has ended, so that counting stays cheap for ever."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from exercises.models import Moment, Submission, Tally
from exercises.queries.endings import BEGINNING, Ending, ended, tallied_until

# An end is stamped a moment before its commit; by now every end before this age can be seen.
SETTLED = timedelta(minutes=5)
BETWEEN = timedelta(minutes=1)
MOST_AT_ONCE = 20_000


def note_sweep() -> None:
    """Note that the sweeper lives, and about once a minute move the tally on, by a bounded step."""
    Moment.objects.update_or_create(name=Moment.SWEPT, defaults={"at": Now()})
    swept_at = Moment.objects.values_list("at", flat=True).get(name=Moment.SWEPT)
    until = swept_at - SETTLED
    if until - tallied_until() < BETWEEN:
        return
    with transaction.atomic():
        Moment.objects.get_or_create(name=Moment.TALLIED, defaults={"at": BEGINNING})
        mark = Moment.objects.select_for_update().get(name=Moment.TALLIED).at
        settled = Submission.objects.filter(finished_at__gt=mark, finished_at__lte=until)
        ends = settled.order_by("finished_at").values_list("finished_at", flat=True)
        until = next(iter(ends[MOST_AT_ONCE : MOST_AT_ONCE + 1]), None) or until
        for ending in ended(settled.filter(finished_at__lte=until)):
            _add(ending)
        Moment.objects.filter(name=Moment.TALLIED, at__lt=until).update(at=until)


def _add(ending: Ending) -> None:
    key = {"lane": ending.lane, "status": ending.status, "failure": ending.failure, "bucket": ending.bucket}
    Tally.objects.get_or_create(**key, defaults={"count": 0, "retries": 0, "seconds": 0})
    Tally.objects.filter(**key).update(
        count=F("count") + ending.count,
        retries=F("retries") + ending.retries,
        seconds=F("seconds") + ending.seconds,
    )
