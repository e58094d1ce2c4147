"""Specifications of published revisions, read once per process: a revision never changes."""

from functools import lru_cache

from exercises.grading.grade import personal_spec
from exercises.grading.specs import ExerciseSpec, read_spec
from exercises.models import Exercise, ExerciseRevision
from exercises.queries.seeds import seed_for
from lessons.models import Enrolment

EXAMPLE_SEED = 0


@lru_cache(maxsize=256)
def spec_of(revision_pk: int) -> ExerciseSpec:
    """Return the checked specification of a revision."""
    return read_spec(ExerciseRevision.objects.values_list("spec", flat=True).get(pk=revision_pk))


def spec_for(exercise: Exercise, enrolment: Enrolment | None) -> ExerciseSpec:
    """Return the current specification as this person's own variant; who is not enrolled sees an example."""
    if exercise.revision_id is None:
        raise ValueError(f"{exercise} has no published revision")
    seed = seed_for(enrolment.pk, exercise.slug) if enrolment else EXAMPLE_SEED
    return personal_spec(spec_of(exercise.revision_id), seed)
