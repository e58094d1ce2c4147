"""What a list of submissions shows in its columns, on the screen and in an export."""

from typing import Any

from django.db.models import Exists, OuterRef

from exercises.models import AttemptRefund, GradeChange, ReviewRequest
from exercises.queries.scores import with_lateness, with_scores


def with_columns(submissions: Any) -> Any:
    """Add score, lateness, and whether the grade was changed, the attempt given back, a review asked for."""
    own = {"submission": OuterRef("pk")}
    rows = with_lateness(with_scores(submissions)).annotate(
        is_overridden=Exists(GradeChange.objects.filter(**own)),
        is_refunded=Exists(AttemptRefund.objects.filter(**own)),
        is_in_review=Exists(ReviewRequest.objects.filter(**own, answered_at=None)),
    )
    return rows.select_related("enrolment__user", "enrolment__course", "exercise", "revision").defer(
        "answer", "progress", "revision__spec", "revision__pages"
    )
