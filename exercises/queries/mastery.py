"""How much of each concept a person has shown, by the exercises that ask for it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from exercises.models import Exercise
from exercises.queries.cards import cards_by_exercise
from lessons.models import Enrolment, Term
from lessons.work import DONE, NOT_STARTED, STARTED, ExerciseCard


@dataclass(frozen=True)
class Concept:
    """One concept: the points of its exercises, those that were earned, and the exercises."""

    name: str
    earned: float
    points: float
    state: str
    exercises: Sequence[ExerciseCard]

    @property
    def per_cent(self) -> int:
        """Return the share of the points, rounded down, so that 100 means all of them."""
        return int(100 * self.earned / self.points)


@dataclass(frozen=True)
class LessonConcepts:
    """The concepts that a lesson introduces and some exercise asks for."""

    title: str
    url: str
    concepts: Sequence[Concept]


def mastery(enrolment: Enrolment | None) -> list[LessonConcepts]:
    """Return the lessons in the order of the course, each with its concepts in alphabetical order."""
    cards = cards_by_exercise(enrolment)
    asking: dict[str, list[ExerciseCard]] = defaultdict(list)
    rows = Exercise.objects.filter(pk__in=cards).values_list("pk", "revision__spec__concepts")
    for pk, concepts in rows.order_by("lesson__number", "position"):
        for name in concepts or ():
            asking[name].append(cards[pk])
    terms = Term.objects.filter(name__in=asking, lesson__revision__isnull=False).select_related("lesson")
    by_lesson = groupby(terms.order_by("lesson__number", "name"), key=lambda term: term.lesson)
    return [
        LessonConcepts(
            title=lesson.title,
            url=lesson.get_absolute_url(),
            concepts=[_concept(term.name, asking[term.name]) for term in terms],
        )
        for lesson, terms in by_lesson
    ]


def _concept(name: str, cards: Sequence[ExerciseCard]) -> Concept:
    states = {card.state for card in cards}
    state = next((only for only in (DONE, NOT_STARTED) if states == {only}), STARTED)
    return Concept(
        name=name,
        earned=sum(min(card.best or 0.0, card.points) for card in cards),
        points=sum(card.points for card in cards),
        state=state,
        exercises=cards,
    )
