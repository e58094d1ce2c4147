"""Probes: is the process up, and can the site do its job."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from annsite.celery import app
from exercises.models import Exercise, Submission
from exercises.queries.load import seconds_since_sweep

PING_SECONDS = 1
MISSED_SWEEPS = 12


@dataclass(frozen=True)
class Check:
    """One thing the site needs, and whether it is there."""

    name: str
    ok: bool
    detail: str


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process can."""
    return JsonResponse({"status": "up"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker, a worker and the content are there, else 503 with what is missing."""
    checks = run_checks()
    ready = all(check.ok for check in checks)
    body = {"status": "ready" if ready else "not ready", "checks": {c.name: c.ok for c in checks}}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    return render(request, "status.html", {"checks": [*run_checks(), sweeper()]})


def run_checks() -> list[Check]:
    return [_database(), _broker(), _worker(), _content()]


def _database() -> Check:
    def ask() -> str:
        connection.ensure_connection()
        return f"answers ({connection.vendor}), {Submission.objects.waiting().count()} answers in line"

    return _check("database", ask)


def _broker() -> Check:
    def ask() -> str:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=0, timeout=PING_SECONDS)
        return "takes messages"

    return _check("broker", ask)


def _worker() -> Check:
    try:
        answers = app.control.ping(timeout=PING_SECONDS, limit=1)
    except (OperationalError, RedisError, OSError) as error:
        return Check("worker", False, f"not reached: {type(error).__name__}")
    return Check("worker", bool(answers), "answers" if answers else f"none answered within {PING_SECONDS} s")


def _content() -> Check:
    def ask() -> str:
        count = Exercise.objects.published().count()
        if count == 0:
            raise DatabaseError("no exercise is published; run sync_content")
        return f"{count} exercises published"

    return _check("content", ask)


def sweeper() -> Check:
    """Say when the sweeper last swept; the site does its job without it as long as nothing gets lost."""
    longest = settings.SWEEP_SECONDS * MISSED_SWEEPS
    try:
        age = seconds_since_sweep()
    except DatabaseError as error:
        return Check("sweeper", False, type(error).__name__)
    if age is None:
        return Check("sweeper", False, "never swept")
    return Check("sweeper", age <= longest, f"swept {age:.0f} s ago")


def _check(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, True, ask())
    except (DatabaseError, OperationalError, RedisError, OSError) as error:
        detail = str(error) if settings.EMBEDDED else type(error).__name__
        return Check(name, False, detail)
