"""`python -m tests.hostile.people COUNT`: so many students with token and session, and a teacher."""

import json
import sys

from django.utils import timezone

from tests.faults.actor import people, sessions

from annsite.accounts.models import Scope, User  # isort: skip
from annsite.accounts.services import create_token  # isort: skip
from lessons.models import Enrolment, Role  # isort: skip


def main(count: str) -> None:
    """Sign in one person more than asked for; the last one runs the course."""
    people(str(int(count) + 1))
    everybody = list(User.objects.filter(username__startswith="person").order_by("pk"))
    Enrolment.objects.filter(user=everybody[-1]).update(role=Role.INSTRUCTOR)
    *keys, teacher = sessions(str(len(everybody)))
    now = timezone.now()
    tokens = [
        create_token(user=user, name="hostile", scopes=Scope.values, now=now)[1] for user in everybody[:-1]
    ]
    print(json.dumps({"students": list(zip(tokens, keys, strict=True)), "teacher": teacher}))


if __name__ == "__main__":
    main(sys.argv[1])
