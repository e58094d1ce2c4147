"""The list of submissions: what the filters find, and a cost that does not grow with the table."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annsite.accounts.models import User
from exercises.admin import submission_list
from exercises.models import AttemptRefund, Exercise, Grade, ReviewRequest, Status, Submission
from lessons.models import Course, Enrolment, Role
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/admin/exercises/submission/"
SignIn = Callable[[Enrolment | User], Client]


def fill(enrolment: Enrolment, exercise: Exercise, rows: int, first: int = 1) -> None:
    """Add graded submissions, without running the grader."""
    assert exercise.revision is not None
    now = timezone.now()
    made = Submission.objects.bulk_create(
        [
            Submission(
                enrolment=enrolment,
                exercise=exercise,
                revision=exercise.revision,
                attempt=number,
                answer={},
                answer_digest="0" * 64,
                status=Status.GRADED,
                submitted_at=now,
                finished_at=now,
            )
            for number in range(first, first + rows)
        ],
        batch_size=2_000,
    )
    Grade.objects.bulk_create(
        [
            Grade(
                submission=row,
                revision=exercise.revision,
                score=1,
                max_score=100,
                report={"checks": []},
                engine_version="0",
                fingerprint="0",
                seed=1,
                fence=1,
                duration_ms=1,
                created_at=now,
            )
            for row in made
        ],
        batch_size=2_000,
    )


def test_the_same_queries_for_10_and_10_000_rows_and_no_full_count(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    client = signed_in(instructor)
    client.get(LIST)
    counts = []
    for rows, first in ((10, 1), (9_990, 11)):
        fill(student, xor, rows, first)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(LIST).content.decode()
        counts.append(len(queries))
        counting = [row["sql"] for row in queries.captured_queries if "COUNT(" in row["sql"].upper()]
        assert all("LIMIT 1000" in sql for sql in counting)

    assert counts[0] == counts[1]
    assert "1000+ submissions" in page


def test_pages_beyond_the_first_show_other_rows(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    fill(student, xor, 150)
    client = signed_in(instructor)

    first, second = (client.get(f"{LIST}?p={page}").context["cl"].result_list for page in (1, 2))

    assert (len(first), len(second)) == (100, 50)
    assert {row.pk for row in first}.isdisjoint({row.pk for row in second})


def test_every_column_is_read_for_the_rows_of_the_page_alone(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)
    AttemptRefund.objects.create(submission=row, actor=instructor.user, reason="x", created_at=timezone.now())
    ReviewRequest.objects.create(submission=row, message="x", created_at=timezone.now())

    page = signed_in(instructor).get(LIST).content.decode()

    assert "100 of 100" in page
    assert "refunded, review" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sent=7", {"asked", "plain"}),
        ("flag=review", {"asked"}),
        ("flag=refunded", set()),
        ("flag=nonsense", {"asked", "plain"}),
        ("section=abc", {"asked", "plain"}),
        ("course=99999", set()),
        ("q=STUD", {"asked"}),
        ("q=stud+ent", {"asked"}),
        ("q=stud+other", set()),
        ("exercise__id__exact={xor}&failing=Margin+around+%280%2C+0%29", {"plain"}),
        ("failing=Margin+around+%280%2C+0%29", {"asked", "plain"}),
    ],
)
def test_filters_and_words(
    student: Enrolment,
    other_student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    *,
    query: str,
    found: set[str],
) -> None:
    rows = {
        "asked": factories.graded(student, xor),
        "plain": factories.graded(other_student, xor, factories.WRONG_WIRING),
    }
    ReviewRequest.objects.create(submission=rows["asked"], message="x", created_at=timezone.now())

    page = signed_in(instructor).get(f"{LIST}?{query.format(xor=xor.pk)}").content.decode()

    assert {name for name, row in rows.items() if row.public_id in page} == found


def test_the_filters_name_no_course_of_somebody_else(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Secret seminar")
    enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)
    factories.graded(student, xor)

    assert "Secret seminar" not in signed_in(instructor).get(LIST).content.decode()


def test_counting_stops_at_the_cap(
    student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission_list, "MOST_COUNTED", 5)
    fill(student, xor, 8)

    assert submission_list.CappedPaginator(Submission.objects.all(), 2).count == 5


def test_the_history_tells_everything_in_order(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)
    client = signed_in(instructor)
    override = f"{LIST}{row.pk}/override/"
    client.post(override, {"score": "75", "reason": "Explained it well"})
    client.post(f"{LIST}{row.pk}/undo/", {"reason": "It was the neighbour"})
    student.course.extensions.create(
        section=student.sections.get(), extra_attempts=2, reason="Ill", actor=instructor.user,
        created_at=timezone.now(),
    )  # fmt: skip

    history = client.get(f"{LIST}{row.pk}/change/").context["history"]

    assert [(entry.who, entry.old, entry.new, entry.why) for entry in history] == [
        ("grader", None, 30, ""),
        ("instructor", 30, 75, "Explained it well"),
        ("instructor", 75, 30, "It was the neighbour"),
        ("instructor", None, None, "Ill"),
    ]


def test_an_override_can_be_looked_at_before_it_is_made(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor)
    row = factories.graded(student, xor, factories.WRONG_WIRING)

    page = signed_in(instructor).post(f"{LIST}{row.pk}/override/", {"score": "75", "preview": "1"})

    words = " ".join(page.content.decode().split())
    assert "This attempt: 30 → 75." in words
    assert "counts for the exercise: 100 → 100 (it stays)" in words
    assert not row.changes.exists()


def test_an_undo_without_anything_to_undo_is_422(
    student: Enrolment, instructor: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)
    address = f"{LIST}{row.pk}/undo/"

    assert signed_in(instructor).post(address, {"reason": "x"}).status_code == 422
    assert signed_in(instructor).post(address, {}).status_code == 422
    assert signed_in(assistant).post(address, {"reason": "x"}).status_code == 403


def test_an_odd_row_number_is_404(instructor: Enrolment, signed_in: SignIn) -> None:
    for number in ("0", "abc", "²", "9" * 40):
        assert signed_in(instructor).get(f"{LIST}{number}/change/").status_code == 404


@pytest.mark.parametrize("page", ["abc", "0", "99"])
def test_an_odd_page_shows_no_error(
    page: str, student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> Any:
    factories.graded(student, xor)

    assert signed_in(instructor).get(f"{LIST}?p={page}", follow=True).status_code == 200


def test_an_attempt_is_given_back_once_with_a_reason(
    student: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)
    client = signed_in(assistant)
    address = f"{LIST}{row.pk}/refund/"

    statuses = [
        client.post(address, data).status_code for data in ({}, {"reason": "Power cut"}, {"reason": "x"})
    ]

    assert statuses == [422, 302, 422]
    assert AttemptRefund.objects.get().reason == "Power cut"


def test_a_review_is_answered_once_and_the_student_reads_it(
    student: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    row = factories.graded(student, xor)
    client = signed_in(assistant)
    address = f"{LIST}{row.pk}/answer/"
    nothing_asked = client.post(address, {"answer": "x"}).status_code
    ReviewRequest.objects.create(submission=row, message="Please look", created_at=timezone.now())

    statuses = [client.post(address, data).status_code for data in ({}, {"answer": "It is right"})]
    page = client.get(f"{LIST}{row.pk}/change/").content.decode()

    assert nothing_asked == 404
    assert statuses == [422, 302]
    assert "It is right" in page
    assert client.post(address, {"answer": "again"}).status_code == 422


@pytest.mark.parametrize("action", ["override", "undo", "refund", "answer"])
def test_nobody_else_decides_about_a_submission(
    action: str, student: Enrolment, other_student: Enrolment, assistant: Enrolment, xor: Exercise,
    signed_in: SignIn,
) -> None:  # fmt: skip
    row = factories.graded(other_student, xor)
    ReviewRequest.objects.create(submission=row, message="x", created_at=timezone.now())
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    stranger = enrol(user=factories.person("stranger"), course=elsewhere, role=Role.INSTRUCTOR)
    data = {"score": "1", "reason": "x", "answer": "x"}

    clients = [Client(), *(signed_in(who) for who in (student, other_student, assistant, stranger))]
    found = [client.post(f"{LIST}{row.pk}/{action}/", data).status_code for client in clients]

    assert found == [302, 302, 302, 404, 404]
    assert not AttemptRefund.objects.exists()
    assert not row.changes.exists()
    assert ReviewRequest.objects.get().answer == ""
