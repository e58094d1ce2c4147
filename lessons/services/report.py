"""A reader reports a mistake in a lesson to those who teach."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annsite.accounts.models import User
from lessons.models import Lesson, MistakeReport, Passage

LONGEST = 2000
LONGEST_QUOTE = 1000
HOUR = timedelta(hours=1)
MOST_OF_ONE = 10
MOST_OF_VISITORS = 60


class ReportRefused(Exception):
    """Say what is missing, or that there are too many; `wait` in seconds where time alone heals it."""

    def __init__(self, message: str, wait: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


@transaction.atomic
def report_mistake(
    *, lesson: Lesson, reporter: User | None, anchor: str, quote: str, words: str, now: datetime
) -> MistakeReport:
    """Keep a report. A person may send 10 within an hour, all who are not signed in together 60."""
    revision: Any = lesson.revision
    said = _clean(words)
    if not 1 <= len(said) <= LONGEST:
        limit = f"1 to {LONGEST:,} characters"
        raise ReportRefused(f"Say what is wrong, in {limit}; this has {len(said):,}.")
    list(Lesson.objects.select_for_update(of=("self",)).filter(pk=lesson.pk).values_list("pk"))
    _refuse_flood(MistakeReport.objects.filter(reporter=reporter), reporter, now)
    report: MistakeReport = MistakeReport.objects.create(
        lesson=lesson,
        revision=revision,
        anchor=anchor if Passage.objects.filter(lesson=lesson, anchor=anchor).exists() else "",
        quote=_clean(quote)[:LONGEST_QUOTE],
        words=said,
        reporter=reporter,
        created_at=now,
    )
    return report


def mark_report(*, report: MistakeReport, done: bool) -> None:
    """Mark a report as dealt with, or as open again."""
    report.done = done
    report.save(update_fields=["done"])


def _refuse_flood(own: QuerySet[MistakeReport], reporter: User | None, now: datetime) -> None:
    most = MOST_OF_VISITORS if reporter is None else MOST_OF_ONE
    latest = list(own.filter(created_at__gt=now - HOUR).order_by("-created_at")[:most])
    if len(latest) < most:
        return
    wait = max(1, int((latest[-1].created_at + HOUR - now).total_seconds()))
    whose = "You have" if reporter else "Readers who are not signed in have"
    message = f"{whose} sent {most} reports within an hour. Please come back in {-(-wait // 60)} min."
    raise ReportRefused(message, wait)


def _clean(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
