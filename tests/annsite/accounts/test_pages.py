"""The account pages as a browser meets them: sign-up, sign-in, lockout, lost password, tokens."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from annsite.accounts.models import ApiToken, User
from annsite.accounts.services import create_token
from lessons.models import Course, Enrolment, Role
from tests import factories

NEW_PASSWORD = "another password for tests"
EXERCISE = "/exercises/xor-weights/"
TRIES = 5

SignIn = Callable[[Enrolment | User], Client]


def sign_up_form(**changes: str) -> dict[str, str]:
    return {
        "username": "newcomer",
        "email": "newcomer@example.org",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
        "next": "",
    } | changes


def token_form(**changes: object) -> dict[str, object]:
    return {"name": "notebook", "scopes": ["submissions.read", "submissions.write"], "days": "30"} | changes


def fail_to_sign_in(client: Client, times: int) -> int:
    """Try a wrong password that often, and return the status of the last answer."""
    form = {"username": "student", "password": "wrong"}
    return [client.post(reverse("login"), form).status_code for _ in range(times)][-1]


def shown_token(page: str) -> str:
    found = re.search(r'id="new-token"[^>]*value="([^"]+)"', page)
    assert found, "no new token is on the page"
    return found[1]


def test_signing_up_enrols_in_open_courses_and_returns_to_where_one_was(
    client: Client, course: Course
) -> None:
    opened = Course.objects.create(slug="open", title="Open course", open_enrolment=True)

    response = client.post(reverse("signup"), sign_up_form(next=EXERCISE))

    assert (response.status_code, response["Location"]) == (302, EXERCISE)
    enrolment = Enrolment.objects.get(user__username="newcomer")
    assert (enrolment.course, enrolment.role) == (opened, Role.STUDENT)
    assert client.session["_auth_user_id"] == str(enrolment.user_id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_up_or_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    response = client.post(reverse("signup"), sign_up_form(next=elsewhere))
    assert response["Location"] == reverse("lessons:syllabus")

    client.logout()
    form = {"username": "newcomer", "password": NEW_PASSWORD, "next": elsewhere}
    response = client.post(reverse("login"), form)
    assert response["Location"] == reverse("lessons:syllabus")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "student"}, "username"),
        ({"email": "no address"}, "email"),
        ({"email": "STUDENT@example.org"}, "email"),
        ({"password2": "something else"}, "password2"),
        ({"password1": "12345", "password2": "12345"}, "password2"),
    ],
)
def test_a_wrong_sign_up_names_the_field_and_keeps_the_way_back(
    client: Client, changes: dict[str, str], field: str
) -> None:
    factories.person("student")

    response = client.post(reverse("signup"), sign_up_form(next=EXERCISE, **changes))

    page = response.content.decode()
    assert response.status_code == 422
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}_error"' in page
    assert page.count(f'id="id_{field}_error"') == 1
    assert f'name="next" value="{EXERCISE}"' in page
    assert not User.objects.filter(username="newcomer").exists()


def test_a_field_points_at_its_help_and_its_error_once(client: Client, student: Enrolment) -> None:
    page = client.post(reverse("signup"), sign_up_form(username="student")).content.decode()

    field = re.search(r'<input[^>]*id="id_username"[^>]*>', page)
    assert field is not None
    assert field[0].count("aria-describedby") == 1
    described = re.search(r'aria-describedby="([^"]+)"', field[0])
    assert described is not None
    assert all(page.count(f'id="{name}"') == 1 for name in described[1].split())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["signup", "token-list"])
def test_account_pages_refuse_other_methods(signed_in: SignIn, name: str) -> None:
    client = signed_in(factories.person("student"))

    assert client.delete(reverse(name)).status_code == 405


def test_signing_in_returns_to_the_page_one_came_from(client: Client, student: Enrolment) -> None:
    page = client.get(reverse("login"), {"next": EXERCISE}).content.decode()
    assert f"{reverse('signup')}?next={EXERCISE}" in page

    form = {"username": "student", "password": factories.PASSWORD, "next": EXERCISE}
    response = client.post(reverse("login"), form)

    assert response["Location"] == EXERCISE


def test_a_wrong_password_is_refused_without_saying_whether_the_name_exists(
    client: Client, student: Enrolment
) -> None:
    pages = [
        client.post(reverse("login"), {"username": name, "password": "wrong"}).content.decode()
        for name in ("student", "nobody")
    ]

    sentences = [re.findall(r"<li>(Please enter a correct [^<]+)</li>", page) for page in pages]
    assert sentences[0] == sentences[1] != []


def test_the_fifth_wrong_password_closes_sign_in_even_for_the_right_one(
    client: Client, student: Enrolment
) -> None:
    assert fail_to_sign_in(client, TRIES - 1) == 422

    response = client.post(reverse("login"), {"username": "student", "password": "wrong"})

    assert response.status_code == 429
    assert "accounts/locked.html" in [template.name for template in response.templates]
    assert "closed for 15 minutes" in response.content.decode()
    form = {"username": "student", "password": factories.PASSWORD}
    assert client.post(reverse("login"), form).status_code == 429


def test_sign_in_opens_again_after_the_wait_and_not_for_who_keeps_trying(
    client: Client, student: Enrolment, time_machine: TimeMachineFixture
) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    assert fail_to_sign_in(client, TRIES) == 429
    form = {"username": "student", "password": factories.PASSWORD}

    time_machine.move_to(start + timedelta(minutes=10), tick=False)
    assert client.post(reverse("login"), form).status_code == 429

    time_machine.move_to(start + timedelta(minutes=16), tick=False)
    assert client.post(reverse("login"), form).status_code == 429

    time_machine.move_to(start + timedelta(minutes=32), tick=False)
    assert client.post(reverse("login"), form).status_code == 302


def test_a_locked_name_leaves_other_people_alone(
    client: Client, student: Enrolment, other_student: Enrolment
) -> None:
    fail_to_sign_in(client, TRIES)

    response = client.post(reverse("login"), {"username": "other", "password": factories.PASSWORD})

    assert response.status_code == 302


def test_a_lost_password_is_replaced_by_mail_once(client: Client, student: Enrolment) -> None:
    response = client.post(reverse("password_reset"), {"email": "student@example.org"})
    assert response["Location"] == reverse("password_reset_done")
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["student@example.org"], "Set a new password at Threshold")
    link = re.search(r"http://testserver(/\S+)", str(letter.body))
    assert link is not None

    form_page = client.get(link[1], follow=True)
    response = client.post(
        form_page.redirect_chain[-1][0], {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    )

    assert response["Location"] == reverse("password_reset_complete")
    assert client.post(reverse("login"), {"username": "student", "password": NEW_PASSWORD}).status_code == 302
    assert "This link no longer works" in Client().get(link[1], follow=True).content.decode()


@pytest.mark.django_db
def test_an_unknown_address_gets_no_mail_and_the_same_answer(client: Client) -> None:
    response = client.post(reverse("password_reset"), {"email": "nobody@example.org"})

    assert response["Location"] == reverse("password_reset_done")
    assert mail.outbox == []


def test_changing_the_password_asks_for_the_old_one(signed_in: SignIn, student: Enrolment) -> None:
    client = signed_in(student)
    form = {"old_password": "wrong", "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

    page = client.post(reverse("password_change"), form).content.decode()
    assert 'href="#id_old_password"' in page

    response = client.post(reverse("password_change"), form | {"old_password": factories.PASSWORD})
    assert response["Location"] == reverse("password_change_done")


def test_a_token_is_shown_once_and_only_its_hash_is_stored(signed_in: SignIn, student: Enrolment) -> None:
    client = signed_in(student)

    token = shown_token(client.post(reverse("token-list"), token_form()).content.decode())

    row = ApiToken.objects.get()
    assert row.digest == ApiToken.digest_of(token)
    assert token not in [str(value) for value in ApiToken.objects.values_list().get()]
    later = client.get(reverse("token-list")).content.decode()
    assert "notebook" in later
    assert token not in later
    answer = Client().get(reverse("api:submission-list"), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"days": "0"}, "days"),
    ],
)
def test_a_wrong_token_form_makes_no_token(
    signed_in: SignIn, student: Enrolment, changes: dict[str, object], field: str
) -> None:
    response = signed_in(student).post(reverse("token-list"), token_form(**changes))

    assert response.status_code == 422
    assert f'href="#id_{field}"' in response.content.decode()
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing_and_leaves_the_list(signed_in: SignIn, student: Enrolment) -> None:
    client = signed_in(student)
    token = shown_token(client.post(reverse("token-list"), token_form()).content.decode())

    response = client.post(reverse("token-revoke", args=[ApiToken.objects.get().pk]), follow=True)

    assert "The token is revoked" in response.content.decode()
    assert "Revoke notebook" not in response.content.decode()
    answer = Client().get(reverse("api:me"), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_revoking_is_by_post_and_only_of_ones_own(
    signed_in: SignIn, student: Enrolment, other_student: Enrolment
) -> None:
    row, _ = create_token(user=student.user, name="mine", scopes=[], now=timezone.now())
    address = reverse("token-revoke", args=[row.pk])

    assert signed_in(student).get(address).status_code == 405
    signed_in(other_student).post(address)

    row.refresh_from_db()
    assert row.revoked_at is None


@pytest.mark.django_db
def test_tokens_are_for_people_who_are_signed_in(client: Client) -> None:
    response = client.get(reverse("token-list"))

    assert response["Location"] == f"{reverse('login')}?next={reverse('token-list')}"


def test_a_token_name_is_shown_as_text(signed_in: SignIn, student: Enrolment) -> None:
    page = signed_in(student).post(reverse("token-list"), token_form(name="<script>alert(1)</script>"))

    assert "<script>alert(1)" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["help", "privacy", "status", "api-docs", "login", "signup", "password_reset"]
)
def test_no_page_carries_an_inline_style_or_handler(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()

    assert not re.search(r"<[^>]+\s(style|on[a-z]+)\s*=", page)
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


@pytest.mark.django_db
def test_the_status_page_asks_nothing_of_the_session(client: Client) -> None:
    client.force_login(factories.person("student"), factories.BACKEND)

    response = client.get(reverse("status"))

    assert response.status_code == 200
    assert not response.context["request"].session.accessed
