"""Print the reference and every expected wrong answer of exercises, as one person's variant wants them.

Run as `python -m tests.e2e.course_answers USERNAME EXERCISE...` in the site's environment; prints JSON: by
exercise a list of {name, answer, message}; the reference comes first, without a message but with `fields`,
what one types into the form of the page to give it: by the name of the input, its values.
"""

import json
import sys
from typing import Any

import django

django.setup()

from annsite.accounts.models import User  # noqa: E402
from exercises.grading.grade import fields_from_answer, form_groups  # noqa: E402
from exercises.grading.kinds import KINDS  # noqa: E402
from exercises.models import Exercise  # noqa: E402
from exercises.queries.specs import spec_for  # noqa: E402
from lessons.access import current_enrolment  # noqa: E402


def main(username: str, slugs: list[str]) -> None:
    enrolment = current_enrolment(User.objects.get(username=username))
    exercises = Exercise.objects.select_related("revision").filter(slug__in=slugs)
    print(json.dumps({one.slug: answers_to(spec_for(one, enrolment)) for one in exercises}))


def answers_to(spec: Any) -> list[dict[str, Any]]:
    own = [trap for _, trap in KINDS[spec.kind].own_traps(spec)]
    traps = [
        {"name": trap.name, "answer": trap.answer, "message": trap.message} for trap in [*spec.traps, *own]
    ]
    shown = {field.name for group in form_groups(spec) for field in group.fields}
    typed = fields_from_answer(spec, spec.reference)
    fields = {name: values for name, values in typed.items() if name in shown}
    reference = {"name": "reference", "answer": spec.reference, "message": "", "fields": fields}
    return [reference, *traps]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
