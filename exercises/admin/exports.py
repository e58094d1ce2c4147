"""Exports as CSV: streamed, safe to open in a spreadsheet, with the filters of the screen."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from exercises.admin.courses import chosen_section, taught_course, visible_students
from exercises.queries.exports import (
    RAW_COLUMNS,
    gradebook_columns,
    gradebook_exercises,
    gradebook_rows,
    raw_rows,
)

BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet reads a cell that begins like this as a formula; also after spaces, and in full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_PER_PIECE = 100


class _Line:
    """What csv.writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: Any) -> str:
    """Write a value for a spreadsheet: numbers as numbers, and text so that it stays text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format(value, ".12g") if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool) -> Iterator[str]:
    """Yield the file in pieces of some rows each; every cell is quoted."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    piece = [BYTE_ORDER_MARK] if mark else []
    piece.append(writer.writerow([safe_cell(cell) for cell in header]))
    for row in rows:
        piece.append(writer.writerow([safe_cell(cell) for cell in row]))
        if len(piece) >= ROWS_PER_PIECE:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool
) -> StreamingHttpResponse:
    """Stream a file; the name is ours, so nothing that people typed stands in a header."""
    response = StreamingHttpResponse(
        csv_pieces(header, rows, mark=mark), content_type="text/csv; charset=utf-8"
    )
    stamp = timezone.now().strftime("%Y-%m-%d")
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def gradebook_view(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Students by exercises, for the students whose work the person may see."""
    course = taught_course(request, slug)
    students = visible_students(request, course)
    section = chosen_section(request, course)
    if section:
        students = students.filter(pk__in=section.enrolments.values("pk"))
    exercises = gradebook_exercises(course)
    rows = gradebook_rows(students, exercises)
    return csv_response(
        f"gradebook-{course.slug}", gradebook_columns(exercises), rows, mark="bom" in request.GET
    )


def submissions_response(submissions: Any, *, with_answers: bool, mark: bool) -> StreamingHttpResponse:
    """Stream the raw submissions of a filtered list."""
    header = [*RAW_COLUMNS, "answer"] if with_answers else RAW_COLUMNS
    return csv_response("submissions", header, raw_rows(submissions, with_answers=with_answers), mark=mark)
