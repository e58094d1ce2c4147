"""People who teach elsewhere: an assistant of another section, an instructor of another course.

Every address of the site and of the admin that names a row of the course is asked by both, by every method
that the address takes; none may answer with the row, and no list may name it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import reverse

from exercises.models import Exercise, Grade, GradeChange, Submission
from lessons.models import Course, Enrolment, Role, Section
from lessons.services.enrol import enrol
from tests import factories
from tests.annsite import test_who_may_do_what as doing
from tests.annsite import test_who_may_see_the_admin as admin_pages
from tests.annsite import test_who_may_see_what as seeing

pytestmark = pytest.mark.django_db

REFUSED = {401, 403, 404, 405}
# Rows that belong to the site and to no course: every instructor may read them.
OF_NO_COURSE = (
    "lessons_lesson",
    "lessons_lessonrevision",
    "lessons_mistakereport",
    "exercises_exercise",
    "view_on_site",
    "app_list",
)
OPEN_TO_ALL = ("mlp-xor", "autumn")


@pytest.fixture(params=["assistant of another section", "instructor of another course"])
def stranger(request: pytest.FixtureRequest, course: Course) -> Enrolment:
    if request.param.startswith("assistant"):
        thursday = Section.objects.create(course=course, name="Thursday")
        return enrol(
            user=factories.person("stranger"), course=course, role=Role.ASSISTANT, sections=[thursday]
        )
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    return enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)


rows = admin_pages.rows
arguments = doing.arguments
names = seeing.names


def is_refused(response: Any) -> bool:
    """Refused, or sent away: to sign in, or to the front of the admin as for a row that does not exist."""
    sent_to = response.headers.get("Location", "")
    return response.status_code in REFUSED or sent_to == "/admin/" or "/login/" in sent_to


@pytest.mark.parametrize("address", [address for address in seeing.GET if "{" in address])
def test_a_page_of_somebody_elses_student_does_not_exist(
    address: str, stranger: Enrolment, names: dict[str, Any], signed_in: Callable[..., Client]
) -> None:
    response = signed_in(stranger).get(address.format(**names))

    assert is_refused(response), f"{response.status_code} {response.headers.get('Location')}"


@pytest.mark.parametrize("address", [address for address in seeing.GET if "{" not in address])
def test_no_list_names_somebody_elses_student(
    address: str, stranger: Enrolment, names: dict[str, Any], signed_in: Callable[..., Client]
) -> None:
    response = signed_in(stranger).get(address)

    body = b"".join(response.streaming_content) if response.streaming else response.content
    for word in (str(names["own"]), "student@example.org", f"/submission/{names['own_pk']}/"):
        assert word not in body.decode()


@pytest.mark.parametrize("name", [name for name in admin_pages.PAGES if not name.startswith(OF_NO_COURSE)])
def test_a_page_of_the_admin_shows_no_row_of_another_course(
    name: str, stranger: Enrolment, rows: None, signed_in: Callable[..., Client]
) -> None:
    address = admin_pages.address_of(name)

    response = signed_in(stranger).get(address)

    if any(part.isdigit() for part in address.split("/")):
        assert is_refused(response), f"{response.status_code} {response.headers.get('Location')}"
    elif response.status_code == 200:
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for row in Submission.objects.all():
            assert row.public_id not in body.decode()


@pytest.mark.parametrize("name", doing.POST)
def test_nothing_of_another_course_can_be_changed(
    name: str,
    stranger: Enrolment,
    arguments: dict[str, list[object]],
    xor: Exercise,
    signed_in: Callable[..., Client],
) -> None:
    of_a_row = arguments.get(name, [])
    is_open = not of_a_row or Exercise.objects.filter(slug=str(of_a_row[0])).exists()
    names_no_row = is_open or str(of_a_row[0]) in OPEN_TO_ALL or "wrong-token" in of_a_row
    body, _ = doing.POST[name]
    kind = doing.JSON if name.startswith("api:") else MULTIPART_CONTENT
    work = list(Submission.objects.values_list("pk", flat=True))
    before = _everything(work)

    response = signed_in(stranger).post(reverse(name, args=of_a_row), body, kind)

    assert names_no_row or is_refused(response) or name == "token-revoke", response.status_code
    assert _everything(work) == before


def _everything(work: list[int]) -> list[tuple[Any, ...]]:
    """What there is of the student's work."""
    of_theirs = {"submission__in": work}
    return [
        *Submission.objects.filter(pk__in=work).order_by("pk").values_list("pk", "status", "fence"),
        *Grade.objects.filter(**of_theirs).order_by("pk").values_list("pk", "score"),
        *GradeChange.objects.filter(**of_theirs).order_by("pk").values_list("pk", "new_score"),
    ]
