"""Asking for a review, and what was given back, on the result page and in the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exercises.models import Exercise, ReviewRequest, Submission
from exercises.services.cancel import cancel_submission
from exercises.services.refund import refund_attempt
from exercises.services.review import answer_review, request_review
from lessons.models import Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

OFFER = "Something wrong? Ask for a review"


def ask(browser: Client, row: Submission, message: str, **options: Any) -> Any:
    address = reverse("exercises:submission-review", args=[row.public_id])
    return browser.post(address, {"message": message}, **options)


def api(row: Submission, who: Enrolment, message: object) -> Any:
    address = reverse("api:submission-review", args=[row.public_id])
    headers = factories.bearer(who, "submissions.write")
    return Client().post(address, {"message": message}, "application/json", headers=headers)


def test_a_student_asks_on_the_page_and_reads_the_answer_there(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor, factories.WRONG_WIRING)
    browser = signed_in(student)
    assert OFFER in browser.get(row.get_absolute_url()).content.decode()

    asked = ask(browser, row, "Corner <b>11</b> is right", follow=True).content.decode()

    assert "Corner &lt;b&gt;11&lt;/b&gt; is right" in asked
    assert "not answered yet" in asked
    assert OFFER not in asked
    answer_review(
        request=ReviewRequest.objects.get(),
        actor=instructor.user,
        answer="It is not <i>",
        now=timezone.now(),
    )
    answered = browser.get(row.get_absolute_url()).content.decode()
    assert "It is not &lt;i&gt;" in answered
    assert "not answered yet" not in answered


def test_a_message_that_is_too_long_is_refused_and_kept(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor)

    refused = ask(signed_in(student), row, "x" * 2001)

    assert refused.status_code == 422
    assert "x" * 2001 in refused.content.decode()
    assert "1 to 2,000 characters; this has 2,001" in refused.content.decode()
    assert not ReviewRequest.objects.exists()


def test_a_line_break_counts_once_as_it_does_in_the_browser(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor)

    ask(signed_in(student), row, "x" * 1000 + "\r\n" + "y" * 999)

    assert len(ReviewRequest.objects.get().message) == 2000


def test_asking_twice_or_too_early_says_so(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    browser, row = signed_in(student), factories.submission(student, xor)
    assert "still being graded" in ask(browser, row, "Why?", follow=True).content.decode()
    factories.grade_all()
    ask(browser, row, "Why?")

    again = ask(browser, row, "Why not?", follow=True).content.decode()

    assert "asked for a review of this answer before" in again
    assert ReviewRequest.objects.get().message == "Why?"


def test_the_offer_is_for_whoever_sent_it_alone(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor)
    teacher = signed_in(instructor)
    assert OFFER not in teacher.get(row.get_absolute_url()).content.decode()

    assert ask(teacher, row, "Why?").status_code == 404
    assert api(row, instructor, "Why?").status_code == 404


def test_nothing_is_offered_for_what_was_cancelled(
    student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.submission(student, xor)
    cancel_submission(submission=row)

    assert OFFER not in signed_in(student).get(row.get_absolute_url()).content.decode()
    assert api(row, student, "Why?").json()["code"] == "nothing_to_review"


def test_the_api_takes_a_request_once(student: Enrolment, xor: Exercise) -> None:
    row = factories.graded(student, xor)

    taken, again = api(row, student, "Why?"), api(row, student, "Why?")

    assert (taken.status_code, taken.json()["review"]["message"]) == (200, "Why?")
    assert taken.json()["review"]["answered_at"] is None
    assert (again.status_code, again.json()["code"]) == (409, "already_requested")


@pytest.mark.parametrize("message", ["", "  ", "x" * 2001])
def test_the_api_refuses_too_few_and_too_many_words(student: Enrolment, xor: Exercise, message: str) -> None:
    row = factories.graded(student, xor)

    refused = api(row, student, message)

    assert (refused.status_code, refused.json()["code"]) == (422, "message_length")


@pytest.mark.parametrize("message", [None, 7.5, ["a"], {"a": "b"}])
def test_the_api_refuses_what_is_no_text(student: Enrolment, xor: Exercise, message: object) -> None:
    row = factories.graded(student, xor)

    refused = api(row, student, message)

    assert refused.status_code in {200, 422}
    assert ReviewRequest.objects.exists() is (refused.status_code == 200)


def test_what_was_given_back_is_said_on_the_page_and_in_the_api(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor)
    refund_attempt(submission=row, actor=instructor.user, reason="The <power> failed", now=timezone.now())
    request_review(submission=row, message="Thanks", now=timezone.now())

    page = signed_in(student).get(row.get_absolute_url()).content.decode()
    headers = factories.bearer(student, "submissions.read")
    detail = Client().get(reverse("api:submission-detail", args=[row.public_id]), headers=headers).json()

    assert "Attempt given back by" in page
    assert "The &lt;power&gt; failed" in page
    assert (detail["refund"]["reason"], detail["score"]) == ("The <power> failed", 100)
    assert detail["review"]["message"] == "Thanks"
