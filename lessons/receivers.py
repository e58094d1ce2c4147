"""What the course does when something happens to a person."""

from typing import Any

from django.dispatch import receiver

from annsite.accounts.events import signed_up
from annsite.accounts.models import User
from lessons.services.enrol import enrol_in_open_courses


@receiver(signed_up)
def enrol_new_person(*, user: User, **_: Any) -> None:
    enrol_in_open_courses(user=user)
