"""Specifications of published revisions, read once per process: a revision never changes."""

from functools import lru_cache

from exercises.grading.specs import ExerciseSpec, read_spec
from exercises.models import ExerciseRevision


@lru_cache(maxsize=256)
def spec_of(revision_pk: int) -> ExerciseSpec:
    """Return the checked specification of a revision."""
    return read_spec(ExerciseRevision.objects.values_list("spec", flat=True).get(pk=revision_pk))
