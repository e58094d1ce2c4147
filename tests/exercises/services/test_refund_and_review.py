"""Attempts given back and reviews asked for: by whom, once, with words."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.models import AttemptRefund, Exercise, ReviewRequest, Submission
from exercises.queries.scores import standings
from exercises.services.cancel import cancel_submission
from exercises.services.refund import refund_attempt
from exercises.services.review import answer_review, request_review
from lessons.models import Course, Enrolment, Role, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

Decide = Callable[[Submission, User, str], AttemptRefund | ReviewRequest]


def refund(row: Submission, actor: User, reason: str = "The page was down") -> AttemptRefund:
    return refund_attempt(submission=row, actor=actor, reason=reason, now=timezone.now())


def ask(row: Submission, message: str = "I think check 2 is wrong") -> ReviewRequest:
    return request_review(submission=row, message=message, now=timezone.now())


def answer(row: Submission, actor: User, text: str = "It is right") -> ReviewRequest:
    request = ReviewRequest.objects.filter(submission=row).first() or ask(row)
    answer_review(request=request, actor=actor, answer=text, now=timezone.now())
    request.refresh_from_db()
    return request


@pytest.fixture
def people(
    student: Enrolment, other_student: Enrolment, assistant: Enrolment, instructor: Enrolment, superuser: User
) -> dict[str, User]:
    """Everybody who might try to decide about the student's work."""
    thursday = Section.objects.create(course=student.course, name="Thursday")
    elsewhere = Course.objects.create(slug="spring", title="Spring course")
    second = enrol(
        user=factories.person("second"), course=student.course, role=Role.ASSISTANT, sections=[thursday]
    )
    foreign = enrol(user=factories.person("foreign"), course=elsewhere, role=Role.INSTRUCTOR)
    return {
        "student": student.user,
        "other student": other_student.user,
        "assistant": assistant.user,
        "assistant of another section": second.user,
        "instructor": instructor.user,
        "instructor of another course": foreign.user,
        "superuser": superuser,
    }


@pytest.mark.parametrize("decide", [refund, answer])
@pytest.mark.parametrize("who", ["assistant", "instructor", "superuser"])
def test_whoever_teaches_the_student_decides(
    people: dict[str, User], student: Enrolment, xor: Exercise, who: str, decide: Decide
) -> None:
    row = factories.graded(student, xor)

    made = decide(row, people[who], " A reason ")

    actor, text = (
        (made.actor, made.reason) if isinstance(made, AttemptRefund) else (made.answered_by, made.answer)
    )
    assert (actor, text) == (people[who], "A reason")


@pytest.mark.parametrize("decide", [refund, answer])
@pytest.mark.parametrize(
    "who", ["student", "other student", "assistant of another section", "instructor of another course"]
)
def test_nobody_else_decides(
    people: dict[str, User], student: Enrolment, xor: Exercise, who: str, decide: Decide
) -> None:
    row = factories.graded(student, xor)

    with pytest.raises(StudentMistake) as refused:
        decide(row, people[who], "A reason")

    assert refused.value.code == "not_allowed"
    assert not AttemptRefund.objects.exists()
    assert not ReviewRequest.objects.exclude(answer="").exists()


def test_a_refunded_attempt_is_not_charged_and_its_grade_counts(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)

    refund(row, instructor.user)

    assert not Submission.objects.charged().exists()
    assert standings(student, [xor])[xor.pk].best == 100


def test_an_attempt_is_given_back_once(student: Enrolment, instructor: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)
    refund(row, instructor.user)

    with pytest.raises(StudentMistake) as refused:
        refund(row, instructor.user)

    assert refused.value.code == "already_refunded"


def test_what_waits_or_used_no_attempt_is_not_given_back(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.submission(student, xor)
    with pytest.raises(StudentMistake, match="still being graded"):
        refund(row, instructor.user)
    cancel_submission(submission=row)

    with pytest.raises(StudentMistake, match="used no attempt"):
        refund(row, instructor.user)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "missing"), (" \n", "missing"), ("x" * 2001, "too_long")],
    ids=["empty", "blank", "long"],
)
def test_words_are_needed_and_not_too_many(
    student: Enrolment, instructor: Enrolment, xor: Exercise, text: str, code: str
) -> None:
    row = factories.graded(student, xor)
    codes = []
    for attempt in (
        lambda: refund(row, instructor.user, text),
        lambda: ask(row, text),
        lambda: answer(row, instructor.user, text),
    ):
        with pytest.raises(StudentMistake) as refused:
            attempt()
        codes.append(refused.value.code)

    assert codes == [f"reason_{code}", "message_length", "answer_length"]


def test_the_longest_message_is_taken(student: Enrolment, xor: Exercise) -> None:
    assert len(ask(factories.graded(student, xor), "x" * 2000).message) == 2000


def test_a_review_is_asked_for_once_and_answered_once(
    student: Enrolment, instructor: Enrolment, xor: Exercise
) -> None:
    row = factories.graded(student, xor)
    ask(row)
    with pytest.raises(StudentMistake) as asked_again:
        ask(row)
    answer(row, instructor.user)

    with pytest.raises(StudentMistake) as answered_again:
        answer(row, instructor.user, "No, wrong")

    assert (asked_again.value.code, answered_again.value.code) == ("already_requested", "already_answered")
    assert ReviewRequest.objects.get().answer == "It is right"


def test_what_has_no_result_is_not_reviewed(student: Enrolment, xor: Exercise) -> None:
    row = factories.submission(student, xor)
    with pytest.raises(StudentMistake, match="still being graded"):
        ask(row)
    cancel_submission(submission=row)

    with pytest.raises(StudentMistake, match="cancelled"):
        ask(row)
