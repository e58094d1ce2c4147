"""What Prometheus reads. Everything is asked of the database, so it is true with any number of processes."""

import hmac
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from exercises.models import Lane, Pause, Status
from exercises.models.submission import FINAL, Failure
from exercises.queries.endings import BUCKETS, Ending, endings
from exercises.queries.load import load_by_lane, seconds_since_sweep

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who has METRICS_TOKEN; without one, this machine alone, and only in the embedded profile."""
    if not settings.METRICS_TOKEN:
        if not (settings.EMBEDDED and _is_from_here(request)):
            raise Http404
    elif not _has_token(request):
        return HttpResponse("METRICS_TOKEN is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Site())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


def _is_from_here(request: HttpRequest) -> bool:
    """Whether nobody else can have asked: what a proxy passes on names whom it came from."""
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers


class Site(Collector):
    """The figures of the site at one moment."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; of a database that is away, only that it is."""
        try:
            found = [*_line(), *_sweeper(), *_outcomes(endings())]
        except DatabaseError:
            found = []
        yield GaugeMetricFamily("annsite_database_up", "1 where the database answers", value=bool(found))
        yield from found


def _line() -> Iterator[Metric]:
    loads = load_by_lane()
    now = timezone.now()
    ages = {
        lane: max(0.0, (now - load.oldest).total_seconds()) if load.oldest else 0.0
        for lane, load in loads.items()
    }
    yield _by_lane("queue_depth", "Jobs that wait", {lane: load.waiting for lane, load in loads.items()})
    yield _by_lane("queue_oldest_seconds", "How long the oldest of them has waited", ages)
    yield _by_lane("queue_held", "Jobs that a pause holds back", {k: load.held for k, load in loads.items()})
    yield _by_lane("running", "Jobs that a worker has", {lane: load.running for lane, load in loads.items()})
    yield _by_lane("leases_expired", "Jobs whose worker is lost", {k: load.lost for k, load in loads.items()})
    pauses = Pause.objects.active().count()
    yield GaugeMetricFamily("annsite_pauses", "Pauses of grading that hold now", value=pauses)


def _by_lane(name: str, help_text: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"annsite_{name}", help_text, labels=["lane"])
    for lane, value in values.items():
        family.add_metric([lane], value)
    return family


def _sweeper() -> Iterator[Metric]:
    """Yield the age of the last sweep: infinite when none ever was, so that an alert on it fires."""
    age = seconds_since_sweep()
    yield GaugeMetricFamily(
        "annsite_sweep_age_seconds", "Since the sweeper last swept", value=math.inf if age is None else age
    )


def _outcomes(rows: list[Ending]) -> Iterator[Metric]:
    finished, failed, retries = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[str]()
    for row in rows:
        finished[row.lane, row.status] += row.count
        failed[row.lane, row.failure] += row.count
        retries[row.lane] += row.retries
    statuses = CounterMetricFamily("annsite_finished", "Submissions that ended", labels=["lane", "status"])
    reasons = CounterMetricFamily(
        "annsite_failed", "Submissions that failed through our fault", labels=["lane", "reason"]
    )
    again = CounterMetricFamily("annsite_retries", "Claims of a job beyond its first", labels=["lane"])
    for lane in Lane.values:
        for status in FINAL:
            statuses.add_metric([lane, status], finished[lane, status])
        for failure in Failure.values:
            if failure:
                reasons.add_metric([lane, failure], failed[lane, failure])
        again.add_metric([lane], retries[lane])
    yield from (statuses, reasons, again, _time_to_grade(rows))


def _time_to_grade(rows: list[Ending]) -> Metric:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    seconds: dict[str, float] = defaultdict(float)
    for row in rows:
        if row.status == Status.GRADED:
            counts[row.lane][row.bucket] += row.count
            seconds[row.lane] += row.seconds
    family = HistogramMetricFamily(
        "annsite_time_to_grade_seconds", "From submission to grade", labels=["lane"]
    )
    for lane in Lane.values:
        total, buckets = 0, []
        for number, limit in enumerate(BUCKETS):
            total += counts[lane][number]
            buckets.append(("+Inf" if limit == math.inf else f"{limit:g}", total))
        family.add_metric([lane], buckets, seconds[lane])
    return family
