"""Every page of the admin, asked by everybody: a new page or a new model without a row here fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from annsite.accounts.services import create_token
from exercises.models import Assignment, Exercise, Extension, Pause, ReviewRequest
from lessons.models import Course, Enrolment, Lesson
from lessons.services.enrol import enrol
from lessons.services.report import report_mistake
from tests import factories

pytestmark = pytest.mark.django_db

# What an assistant gets, and what an instructor gets; whoever does not teach is sent to the sign-in page.
HIDDEN = dict.fromkeys(("changelist", "add", "change", "history", "delete"), (403, 403))
SHOWN = HIDDEN | {"changelist": (403, 200), "change": (403, 200), "history": (403, 200)}
OF_OWN_COURSES = SHOWN | {"history": (302, 200)}
MODELS = {
    "lessons_course": OF_OWN_COURSES,
    "lessons_enrolment": OF_OWN_COURSES | {"add": (403, 200)},
    "lessons_lesson": SHOWN,
    "lessons_lessonrevision": SHOWN,
    "lessons_mistakereport": SHOWN,
    "exercises_exercise": SHOWN,
    "exercises_assignment": OF_OWN_COURSES | {"add": (403, 200)},
    "exercises_extension": OF_OWN_COURSES | {"add": (403, 200), "delete": (403, 403)},
    "exercises_submission": HIDDEN | {"changelist": (200, 200), "change": (200, 200), "history": (200, 200)},
    "exercises_pause": HIDDEN,
    "exercises_regrade": OF_OWN_COURSES | {"add": (403, 200), "delete": (403, 403)},
    "exercises_reviewrequest": HIDDEN
    | {"changelist": (200, 200), "change": (302, 302), "history": (200, 200)},
    "accounts_user": HIDDEN,
    "accounts_apitoken": HIDDEN,
    "auth_group": HIDDEN,
    "axes_accessattempt": HIDDEN,
    "axes_accesslog": HIDDEN,
    "axes_accessfailurelog": HIDDEN,
}
PAGES = {f"{model}_{action}": row for model, rows in MODELS.items() for action, row in rows.items()} | {
    "index": (200, 200),
    "app_list": (404, 200),
    "login": (302, 302),
    "logout": (405, 405),
    "password_change": (200, 200),
    "password_change_done": (200, 200),
    "autocomplete": (403, 403),
    "jsi18n": (200, 200),
    "view_on_site": (302, 302),
    "auth_user_password_change": (403, 403),
    "exercises_submission_export": (200, 200),
    "exercises_submission_override": (405, 405),
    "exercises_submission_undo": (405, 405),
    "exercises_submission_refund": (405, 405),
    "exercises_submission_answer": (405, 405),
    "exercises_regrade_status": (403, 200),
    "exercises_regrade_apply": (405, 405),
    "exercises_regrade_undo": (405, 405),
    "exercises_regrade_cancel": (405, 405),
    "course_exercises": (200, 200),
    "course_exercise": (200, 200),
    "course_stuck": (200, 200),
    "course_gradebook": (200, 200),
    "course_roster": (403, 200),
    "course_roster_save": (405, 405),
}
OF_ONE_ROW = (
    "change",
    "history",
    "delete",
    "override",
    "undo",
    "refund",
    "answer",
    "status",
    "apply",
    "cancel",
)


@pytest.fixture
def rows(student: Enrolment, xor: Exercise) -> None:
    """Put a row into every table that the admin shows."""
    row = factories.graded(student, xor)
    Assignment.objects.create(course=student.course, exercise=xor)
    Extension.objects.create(
        course=student.course,
        enrolment=student,
        extra_minutes=60,
        reason="x",
        actor=student.user,
        created_at=timezone.now(),
    )
    ReviewRequest.objects.create(submission=row, message="x", created_at=timezone.now())
    factories.regrade(student, xor)
    report_mistake(
        lesson=Lesson.objects.get(slug="mlp-xor"),
        reporter=student.user,
        anchor="",
        quote="",
        words="x",
        now=timezone.now(),
    )
    Group.objects.create(name="a group")
    Pause.objects.create(reason="x", actor=student.user, created_at=timezone.now(), lifted_at=timezone.now())
    create_token(user=student.user, name="notebook", scopes=[], now=timezone.now())
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        fields = {"failures_since_start": 1} if model is AccessAttempt else {}
        model.objects.create(username="student", ip_address="127.0.0.1", **fields)


def address_of(name: str) -> str:
    arguments: dict[str, list[object]] = {
        "app_list": ["lessons"],
        "view_on_site": [ContentType.objects.get_for_model(Exercise).pk, Exercise.objects.all()[0].pk],
        "auth_user_password_change": [1],
        "course_exercise": ["autumn", "xor-weights"],
    }
    if name.startswith("course_"):
        arguments.setdefault(name, ["autumn"])
    for model in admin.site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        if name in {f"{label}_{action}" for action in OF_ONE_ROW}:
            arguments[name] = [model._default_manager.all()[0].pk]
    return reverse(f"admin:{name}", args=arguments.get(name, []))


def page_names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            yield from page_names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


@pytest.mark.parametrize("name", PAGES)
def test_who_teaches_gets_what_the_role_may_see(
    name: str, rows: None, assistant: Enrolment, instructor: Enrolment, signed_in: Callable[..., Client]
) -> None:
    address = address_of(name)

    found = tuple(signed_in(who).get(address).status_code for who in (assistant, instructor))

    assert found == PAGES[name]


def test_everybody_else_is_sent_to_the_sign_in_page(
    rows: None, student: Enrolment, other_student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    addresses = {name: address_of(name) for name in PAGES if name not in {"login", "logout"}}

    for client in (Client(), signed_in(student), signed_in(other_student)):
        sent_to = {name: client.get(address).headers.get("Location") for name, address in addresses.items()}
        assert sent_to == {name: f"/admin/login/?next={address}" for name, address in addresses.items()}


def test_every_page_of_the_admin_has_a_row() -> None:
    assert set(page_names(list(admin.site.urls[0]))) == set(PAGES)


@pytest.mark.parametrize("model", ["course", "enrolment", "assignment"])
def test_rows_of_another_course_do_not_exist_for_an_instructor(
    model: str, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    foreign = {
        "course": elsewhere,
        "enrolment": enrol(user=factories.person("stranger"), course=elsewhere),
        "assignment": Assignment.objects.create(course=elsewhere, exercise=xor),
    }[model]
    app = foreign._meta.app_label
    client = signed_in(instructor)

    opened = client.get(reverse(f"admin:{app}_{model}_change", args=[foreign.pk]), follow=True)
    listed = client.get(reverse(f"admin:{app}_{model}_changelist"))

    assert f"{app}_{model}_change" not in str(opened.resolver_match)
    assert "doesn’t exist" in opened.content.decode()
    assert f"/{model}/{foreign.pk}/change/" not in listed.content.decode()


RULES = {
    "cooldown_seconds": "0",
    "grade_policy": "best",
    "feedback": "now",
    "solution": "after_passing",
}


@pytest.mark.parametrize("model", ["enrolment", "assignment"])
def test_an_instructor_cannot_add_to_another_course(
    model: str, instructor: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    app, fields = {
        "enrolment": ("lessons", {"username": instructor.user.username, "role": "instructor"}),
        "assignment": ("exercises", {"exercise": str(xor.pk), **RULES}),
    }[model]

    response = signed_in(instructor).post(
        reverse(f"admin:{app}_{model}_add"), fields | {"course": str(elsewhere.pk)}
    )

    assert response.status_code == 200
    assert set(response.context["adminform"].form.errors) == {"course"}
    assert not elsewhere.enrolments.exists()
    assert not elsewhere.assignments.exists()
