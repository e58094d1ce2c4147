"""Pages of a course in the admin: each person, each page, and what of it they see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annsite.accounts.models import User
from exercises.models import Exercise, ReviewRequest
from lessons.models import Course, Enrolment, Role, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

SignIn = Callable[[Enrolment | User], Client]
BASE = "/admin/teaching/autumn/"
# Anonymous, student, assistant, instructor, instructor of another course.
READ = {
    "exercises/": (302, 302, 200, 200, 404),
    "exercises/xor-weights/": (302, 302, 200, 200, 404),
    "exercises/no-such-exercise/": (302, 302, 404, 404, 404),
    "stuck/": (302, 302, 200, 200, 404),
    "stuck/?days=abc&section=x": (302, 302, 200, 200, 404),
    "gradebook.csv": (302, 302, 200, 200, 404),
    "roster/": (302, 302, 403, 200, 404),
}
WRITE = {"roster/": (302, 302, 403, 422, 404), "roster/save/": (302, 302, 403, 302, 404)}


@pytest.fixture
def stranger(db: None) -> Enrolment:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    return enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)


@pytest.fixture
def clients(
    student: Enrolment, assistant: Enrolment, instructor: Enrolment, stranger: Enrolment, signed_in: SignIn
) -> list[Client]:
    return [Client(), *(signed_in(who) for who in (student, assistant, instructor, stranger))]


@pytest.mark.parametrize("page", READ)
def test_who_may_read_a_page_of_a_course(page: str, clients: list[Client], xor: Exercise) -> None:
    assert tuple(client.get(f"{BASE}{page}").status_code for client in clients) == READ[page]


@pytest.mark.parametrize("page", WRITE)
def test_who_may_import_a_roster(page: str, clients: list[Client]) -> None:
    assert tuple(client.post(f"{BASE}{page}").status_code for client in clients) == WRITE[page]


@pytest.mark.parametrize("page", ["exercises/", "exercises/xor-weights/", "stuck/", "gradebook.csv"])
def test_pages_that_only_show_take_no_post(page: str, clients: list[Client], xor: Exercise) -> None:
    assert clients[3].post(f"{BASE}{page}").status_code == 405


def test_an_assistant_sees_their_section_and_no_other(
    student: Enrolment,
    other_student: Enrolment,
    assistant: Enrolment,
    course: Course,
    xor: Exercise,
    signed_in: SignIn,
) -> None:
    other_student.sections.add(Section.objects.create(course=course, name="Monday"))
    for who in (student, other_student):
        for _ in range(3):
            row = factories.graded(who, xor, factories.WRONG_WIRING)
        ReviewRequest.objects.create(submission=row, message=f"from {who.user}", created_at=timezone.now())
    client = signed_in(assistant)

    stuck = client.get(f"{BASE}stuck/").content.decode()
    analytics = client.get(f"{BASE}exercises/xor-weights/")
    reviews = client.get("/admin/exercises/reviewrequest/").content.decode()

    assert "q=student" in stuck
    assert "q=other" not in stuck
    assert (analytics.context["result"].students, analytics.context["result"].attempts) == (1, 3)
    assert "Monday" not in analytics.content.decode()
    assert "from student" in reviews
    assert "from other" not in reviews


def test_a_review_opens_the_submission_for_who_may_see_it(
    student: Enrolment, other_student: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    rows = [
        ReviewRequest.objects.create(
            submission=factories.graded(who, xor), message="x", created_at=timezone.now()
        )
        for who in (student, other_student)
    ]
    client = signed_in(assistant)

    own, foreign = (client.get(f"/admin/exercises/reviewrequest/{row.pk}/change/") for row in rows)

    assert own["Location"] == f"/admin/exercises/submission/{rows[0].submission_id}/change/#review"
    assert foreign.status_code == 404


@pytest.mark.parametrize(("query", "listed"), [("", True), ("state=all", True), ("state=answered", False)])
def test_open_reviews_come_first(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn, query: str, listed: bool
) -> None:
    row = factories.graded(student, xor)
    ReviewRequest.objects.create(submission=row, message="please look", created_at=timezone.now())

    page = signed_in(instructor).get(f"/admin/exercises/reviewrequest/?{query}").content.decode()

    assert ("please look" in page) is listed


def test_the_front_page_links_to_what_the_role_may_use(
    assistant: Enrolment, instructor: Enrolment, stranger: Enrolment, signed_in: SignIn
) -> None:
    pages = {who: signed_in(who).get("/admin/").content.decode() for who in (assistant, instructor, stranger)}

    assert [f"{BASE}stuck/" in page for page in pages.values()] == [True, True, False]
    assert [f"{BASE}roster/" in page for page in pages.values()] == [False, True, False]


@pytest.mark.parametrize("page", ["exercises/", "exercises/xor-weights/", "stuck/"])
def test_pages_ask_the_same_number_of_queries_for_3_and_12_students(
    page: str,
    course: Course,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(instructor)
    counts = []
    for size in (3, 9):
        for number in range(size):
            who = enrol(user=factories.person(f"p{size}-{number}"), course=course)
            for _ in range(3):
                factories.graded(who, xor, factories.WRONG_WIRING)
            enrol(user=factories.person(f"s{size}-{number}"), course=course)
        with django_assert_max_num_queries(40) as queries:
            client.get(f"{BASE}{page}")
        counts.append(len(queries))

    assert counts[0] == counts[1]
