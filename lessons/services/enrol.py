"""Enrol people in courses."""

from collections.abc import Iterable

from django.db import transaction

from annsite.accounts.models import User
from lessons.models import Course, Enrolment, Role, Section


@transaction.atomic
def enrol(
    *, user: User, course: Course, role: Role = Role.STUDENT, sections: Iterable[Section] = ()
) -> Enrolment:
    """Give a person a role in a course; asking again changes the role and adds the sections."""
    enrolment, _ = Enrolment.objects.update_or_create(
        user=user, course=course, defaults={"role": role, "is_active": True}
    )
    enrolment.sections.add(*sections)
    return enrolment


def enrol_in_open_courses(*, user: User) -> list[Enrolment]:
    """Make a new person a student of every course that takes whoever signs up."""
    return [enrol(user=user, course=course) for course in Course.objects.filter(open_enrolment=True)]
