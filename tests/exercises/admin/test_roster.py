"""The roster page: a preview, then exactly that; what people typed is never lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annsite.accounts.models import User
from lessons.models import Course, Enrolment
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/admin/teaching/autumn/roster/"
SAVE = f"{PAGE}save/"
TEXT = "username,email,role\nfresh,fresh@example.org,student\nbad,,\n"
SignIn = Callable[[Enrolment | User], Client]


def preview_of(response: Any) -> str:
    found = re.search(r'name="preview" value="([^"]+)"', response.content.decode())
    assert found is not None
    return found[1]


def test_a_preview_saves_nothing_and_saving_does_what_it_said(
    course: Course, instructor: Enrolment, signed_in: SignIn
) -> None:
    client = signed_in(instructor)

    shown = client.post(PAGE, {"text": TEXT})
    before = User.objects.filter(username="fresh").exists()
    page = client.post(SAVE, {"preview": preview_of(shown)}, follow=True).content.decode()

    assert shown.status_code == 200
    assert "Save 1 line, leave 1 out" in shown.content.decode()
    assert not before
    assert course.enrolments.filter(user__username="fresh").exists()
    assert "fresh, fresh@example.org" in page
    assert "Line 3, bad: A new person needs an e-mail" in page


def test_whoever_is_new_sets_a_password_by_mail(
    course: Course, instructor: Enrolment, signed_in: SignIn
) -> None:
    client = signed_in(instructor)
    client.post(SAVE, {"preview": preview_of(client.post(PAGE, {"text": TEXT}))})

    Client().post("/accounts/reset/", {"email": "Fresh@example.org"})

    (letter,) = mail.outbox
    assert letter.to == ["fresh@example.org"]


def test_a_file_is_read_and_stays_on_the_page_as_text(instructor: Enrolment, signed_in: SignIn) -> None:
    upload = SimpleUploadedFile("people.csv", b"\xef\xbb\xbf" + TEXT.encode(), "text/csv")

    page = signed_in(instructor).post(PAGE, {"file": upload})

    assert page.status_code == 200
    assert "fresh,fresh@example.org,student" in page.content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "Choose a file"),
        ({"text": "name\nx"}, "names a column"),
        ({"file": SimpleUploadedFile("a.csv", b"x" * 300_001)}, "a.csv has 300,001 bytes"),
        ({"file": SimpleUploadedFile("a.csv", b"\xff\xfe\x00")}, "UTF-16"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "Choose a file"),
    ],
)
def test_what_cannot_be_read_is_422_with_a_reason(
    instructor: Enrolment, signed_in: SignIn, data: dict[str, Any], says: str
) -> None:
    response = signed_in(instructor).post(PAGE, data)

    assert response.status_code == 422
    assert says in response.content.decode()


def test_a_change_since_the_preview_is_shown_and_nothing_saved(
    course: Course, instructor: Enrolment, signed_in: SignIn
) -> None:
    client = signed_in(instructor)
    preview = preview_of(client.post(PAGE, {"text": TEXT}))
    factories.person("fresh")

    response = client.post(SAVE, {"preview": preview})

    assert response.status_code == 409
    assert "Line 2, fresh: was “new person, as student”, now “enrol, as student”" in response.content.decode()
    assert not course.enrolments.filter(user__username="fresh").exists()
    assert client.post(SAVE, {"preview": preview_of(response)}).status_code == 302
    assert course.enrolments.filter(user__username="fresh").exists()


def test_a_preview_of_somebody_else_or_a_forged_one_saves_nothing(
    course: Course, instructor: Enrolment, superuser: User, signed_in: SignIn
) -> None:
    text = "username,email,role\nboss,boss@example.org,instructor\n"
    theirs = preview_of(signed_in(superuser).post(PAGE, {"text": text}))
    client = signed_in(instructor)

    for preview in (theirs, f"{theirs}x", "", "nonsense"):
        assert client.post(SAVE, {"preview": preview}).status_code == 302

    assert not User.objects.filter(username="boss").exists()


def test_names_are_shown_as_text(instructor: Enrolment, signed_in: SignIn) -> None:
    text = "username,email,first_name\n<b>x</b>,x@example.org,<script>alert(1)</script>\n"

    page = signed_in(instructor).post(PAGE, {"text": text}).content.decode()

    assert "<b>x</b>" not in page
    assert "<script>alert" not in page
