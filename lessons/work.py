"""What the course asks of whoever grades: the exercises of its lessons and how far a person is.

The exercises app answers (it registers itself when it starts), so that lessons need not know it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lessons.models import Enrolment

NOT_STARTED, STARTED, DONE = "todo", "started", "done"


@dataclass(frozen=True)
class ExerciseCard:
    """One exercise as a lesson shows it; `best` is None before the first graded attempt.

    `due_at` is the person's own date, extensions included, and None where there is none. `due` and `closes`
    say the dates in words, `credit` what an answer sent now is worth; each is empty where there is nothing to
    say. An extension has `what`, `who` and `why`.
    """

    id: str
    title: str
    url: str
    points: float
    best: float | None
    state: str
    due_at: datetime | None
    due: str
    closes: str
    credit: str
    extensions: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Work:
    """The cards of every lesson, by lesson row number."""

    by_lesson: Mapping[int, Sequence[ExerciseCard]] = field(default_factory=dict)


Provider = Callable[[Enrolment | None], Work]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Name the function that knows the exercises; there is one."""
    _providers[:] = [provider]


def work_of(enrolment: Enrolment | None) -> Work:
    """Return the exercise cards as this person sees them."""
    return _providers[0](enrolment) if _providers else Work()
