"""The demo course and people of the embedded profile; never made anywhere else."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.crypto import get_random_string

from annsite.accounts.models import User
from lessons.models import Course, Role, Section
from lessons.services.enrol import enrol

PEOPLE = {
    "student": (Role.STUDENT, "Ada", "Student", "Tuesday"),
    "student2": (Role.STUDENT, "Bo", "Student", "Thursday"),
    "assistant": (Role.ASSISTANT, "Asa", "Assistant", "Tuesday"),
    "instructor": (Role.INSTRUCTOR, "Ines", "Instructor", None),
}
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def create_demo() -> str:
    """Make the demo course and people where they are missing, and return their password."""
    if not settings.EMBEDDED:
        raise ImproperlyConfigured("demo people exist only in the embedded profile")
    password = _password(settings.VAR_DIR / "demo_password")
    course, _ = Course.objects.get_or_create(
        slug="demo", defaults={"title": "Introduction to Artificial Neural Networks", "open_enrolment": True}
    )
    for username, (role, first, last, section) in PEOPLE.items():
        user = _person(username, password, first=first, last=last)
        if not user.enrolments.filter(course=course).exists():
            names = [section] if section else []
            sections = [Section.objects.get_or_create(course=course, name=name)[0] for name in names]
            enrol(user=user, course=course, role=role, sections=sections)
    _person("admin", password, first="Ada", last="Admin", is_superuser=True)
    return password


def _person(username: str, password: str, *, first: str, last: str, is_superuser: bool = False) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(
            username=username,
            email=f"{username}@example.org",
            password=password,
            first_name=first,
            last_name=last,
            is_superuser=is_superuser,
            is_staff=is_superuser,
        )
    return user


def _password(path: Path) -> str:
    """Return the one demo password, made at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{get_random_string(4, READABLE)}-{get_random_string(4, READABLE)}")
    return path.read_text().strip()
