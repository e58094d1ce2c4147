"""The peer of the grading benchmark: one Celery task per submission, a row in, a result row out.

`celery -A bench.worker worker` serves both this task and the site's own bell.
"""

import django

from annsite.celery import app

django.setup()

from django.utils import timezone  # noqa: E402

from exercises.grading.grade import grade  # noqa: E402
from exercises.models import Grade, Submission  # noqa: E402
from exercises.queries.specs import spec_of  # noqa: E402

__all__ = ["app", "bare_grade"]


@app.task(name="bench.bare_grade", ignore_result=True)
def bare_grade(pk: int) -> None:
    """Read the row, run the same rules, write the result row: no claim, no lease, no fence."""
    row = Submission.objects.get(pk=pk)
    report = grade(spec_of(row.revision_id), row.answer, 1)
    Grade.objects.create(
        submission=row,
        revision_id=row.revision_id,
        score=report.score,
        max_score=report.max_score,
        report=report.to_json(),
        engine_version="",
        fingerprint="",
        seed=1,
        fence=0,
        duration_ms=0,
        created_at=timezone.now(),
    )
