"""Markup and formulas in every text that people can store: shown as text wherever a link leads."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annsite.accounts.models import User
from annsite.accounts.services import create_token
from exercises.models import (
    AttemptRefund,
    Exercise,
    Extension,
    Pause,
    Regrade,
    ReviewRequest,
    Submission,
)
from exercises.services.override import override_grade
from lessons.models import Course, Enrolment, Label, Role, Section
from lessons.services.enrol import enrol
from tests import factories
from tests.hostile.crawling import Page, cells_that_compute, crawl
from tests.hostile.judging import what_would_run

pytestmark = pytest.mark.django_db

MARKUP = "\"'><script>alert('hostile')</script><img src=x onerror=alert(1)>"
FORMULA = "=cmd|' /C calc'!A0"
STARTS = ("/", "/grades/", "/exercises/xor-weights/", "/accounts/tokens/", "/admin/")
PAGES_OF = {"student": 15, "assistant": 20, "instructor": 30, "superuser": 60}


@pytest.fixture
def submission(xor: Exercise) -> Submission:
    """One graded answer in a course where everything that has a name has a hostile one."""
    course = Course.objects.create(slug="hostile", title=MARKUP, time_zone="Europe/Berlin")
    section = Section.objects.create(course=course, name=FORMULA)
    label = Label.objects.create(course=course, name=f"{MARKUP}, {FORMULA}"[:100])
    people = {
        name: _person(name, course, section, role)
        for name, role in {
            "student": Role.STUDENT,
            "assistant": Role.ASSISTANT,
            "instructor": Role.INSTRUCTOR,
        }.items()
    }
    student, teacher = people["student"], people["instructor"].user
    student.labels.add(label)
    row = factories.submission(student, xor, factories.WRONG_WIRING, key=MARKUP)
    Submission.objects.update(source={"name": MARKUP, "sha256": "0" * 64, "bytes": 1})
    factories.grade_all()
    _have_their_say(row, label, teacher)
    return Submission.objects.get()


@pytest.fixture
def superuser(submission: Submission) -> User:
    return User.objects.create_superuser(
        "root", "root@example.org", factories.PASSWORD, first_name=MARKUP[:100]
    )


@pytest.mark.parametrize("who", PAGES_OF)
def test_no_page_runs_what_somebody_stored(
    who: str, submission: Submission, superuser: User, signed_in: Callable[[User], Client]
) -> None:
    user = superuser if who == "superuser" else User.objects.get(username=who)

    pages = list(crawl(signed_in(user), *STARTS, submission.get_absolute_url()))

    assert faults_of(pages) == {}
    assert len(pages) >= PAGES_OF[who]
    assert shown_on(pages, submission.get_absolute_url())
    assert who == "student" or shown_on(pages, "/admin/exercises/submission/")
    assert who == "student" or shown_on(pages, f"/admin/exercises/submission/{submission.pk}/change/")


def faults_of(pages: list[Page]) -> dict[str, list[str]]:
    found = {
        page.address: what_would_run(page.text) if page.content_type == "text/html" else [] for page in pages
    }
    found |= {
        page.address: cells_that_compute(page.text) for page in pages if page.content_type == "text/csv"
    }
    found |= {page.address: [f"status {page.status}"] for page in pages if page.status >= 500}
    return {address: wrong for address, wrong in found.items() if wrong}


def shown_on(pages: list[Page], address: str) -> bool:
    """Whether the page shows one of the hostile texts, letter by letter."""
    texts = [html.unescape(page.text) for page in pages if page.address.split("?")[0] == address]
    return any(MARKUP[:40] in text for text in texts)


def _person(name: str, course: Course, section: Section, role: Role) -> Enrolment:
    user = factories.person(name)
    User.objects.filter(pk=user.pk).update(first_name=MARKUP[:140], last_name=FORMULA)
    user.refresh_from_db()
    create_token(user=user, name=MARKUP, scopes=["grades.read"], now=timezone.now())
    return enrol(user=user, course=course, role=role, sections=[section])


def _have_their_say(row: Submission, label: Label, teacher: User) -> None:
    """Store a hostile reason wherever a reason is kept."""
    now = timezone.now()
    said: dict[str, Any] = {"reason": MARKUP, "actor": teacher}
    override_grade(submission=row, score=50, now=now, **said)
    AttemptRefund.objects.create(submission=row, created_at=now, **said)
    Extension.objects.create(
        course=row.enrolment.course, label=label, extra_attempts=1, created_at=now, **said
    )
    Pause.objects.create(created_at=now, lifted_at=now, lifted_by=teacher, **said)
    Regrade.objects.create(
        course=row.enrolment.course, exercise=row.exercise, revision=row.revision, created_at=now, **said
    )
    ReviewRequest.objects.create(
        submission=row, message=MARKUP, created_at=now, answer=FORMULA, answered_at=now, answered_by=teacher
    )
