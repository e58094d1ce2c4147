"""Make the search's passages and the glossary's terms anew from what is published."""

from collections.abc import Mapping

from django.db import transaction

from lessons.models import Lesson, LessonRevision, Passage, Term
from lessons.passages import fold, passages_of


@transaction.atomic
def index_lessons(*, meanings: Mapping[str, str]) -> None:
    """Replace all passages and terms; `meanings` has a term's meaning as HTML, by its name."""
    Passage.objects.all().delete()
    Term.objects.all().delete()
    terms: dict[str, Lesson] = {}
    passages: list[Passage] = []
    for revision in (
        LessonRevision.objects.filter(current_for__isnull=False)
        .select_related("lesson")
        .order_by("lesson__number")
    ):
        passages += _passages(revision)
        for name in revision.concepts:
            terms.setdefault(name, revision.lesson)
    Passage.objects.bulk_create(passages)
    Term.objects.bulk_create(
        Term(name=name, lesson=lesson, meaning=meanings.get(name, "")) for name, lesson in terms.items()
    )


def _passages(revision: LessonRevision) -> list[Passage]:
    return [
        Passage(
            lesson=revision.lesson,
            position=position,
            anchor=words.anchor,
            heading=words.heading,
            text=words.text,
            folded=fold(f"{revision.title} {words.heading} {words.text}"),
        )
        for position, words in enumerate(passages_of(revision.html))
    ]
