"""Print the reference and every expected wrong answer of one exercise, as one person's variant wants them.

Run as `python -m tests.e2e.course_answers USERNAME EXERCISE` in the site's environment; prints JSON, a list
of {name, answer, message}; the reference comes first, without a message.
"""

import json
import sys

import django

django.setup()

from annsite.accounts.models import User  # noqa: E402
from exercises.grading.kinds import KINDS  # noqa: E402
from exercises.models import Exercise  # noqa: E402
from exercises.queries.specs import spec_for  # noqa: E402
from lessons.access import current_enrolment  # noqa: E402


def main(username: str, slug: str) -> None:
    enrolment = current_enrolment(User.objects.get(username=username))
    spec = spec_for(Exercise.objects.get(slug=slug), enrolment)
    own = [trap for _, trap in KINDS[spec.kind].own_traps(spec)]
    traps = [
        {"name": trap.name, "answer": trap.answer, "message": trap.message} for trap in [*spec.traps, *own]
    ]
    print(json.dumps([{"name": "reference", "answer": spec.reference, "message": ""}, *traps]))


if __name__ == "__main__":
    main(*sys.argv[1:])
