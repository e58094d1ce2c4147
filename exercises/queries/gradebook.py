"""The grade that counts, for many people at many exercises at once."""

from collections import defaultdict
from collections.abc import Sequence

from exercises.models import Exercise, HintTaken, Submission
from exercises.queries.delivery import deliveries_of
from exercises.queries.scores import Attempt, Standing, counted, with_scores
from lessons.models import Enrolment

Place = tuple[int, int]


def counted_scores(enrolments: Sequence[Enrolment], exercises: Sequence[Exercise]) -> dict[Place, float]:
    """Return by enrolment and exercise what `standings` says counts, for people of one course.

    The number of queries is fixed; nobody without a grade is in the answer.
    """
    rules = deliveries_of(enrolments, exercises)
    costs = defaultdict(list)
    for person, exercise, taken, cost in HintTaken.objects.filter(
        enrolment__in=enrolments, exercise__in=exercises
    ).values_list("enrolment", "exercise", "taken_at", "cost"):
        costs[person, exercise].append((taken, cost))
    attempts: dict[Place, list[Attempt]] = defaultdict(list)
    rows = with_scores(Submission.objects.filter(enrolment__in=enrolments, exercise__in=exercises))
    fields = ("enrolment", "exercise", "attempt", "submitted_at", "graded_score", "changed_score")
    for person, exercise, number, sent, score, changed in rows.order_by("attempt").values_list(*fields):
        credit = rules[person][exercise].credit_at(sent)
        penalty = sum(cost for taken, cost in costs[person, exercise] if taken <= sent)
        counts = counted(score, changed, credit, penalty)
        attempts[person, exercise].append(Attempt(number, sent, counts, credit, penalty, is_charged=True))
    found = {}
    for (person, exercise), tries in attempts.items():
        delivery = rules[person][exercise]
        counting = Standing(None, 0, delivery.attempts, delivery, tuple(tries)).counting()
        if counting is not None and counting.counts is not None:
            found[person, exercise] = counting.counts
    return found
