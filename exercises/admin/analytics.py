"""How a class does: each exercise, and who is stuck."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from exercises.admin.bars import with_widths
from exercises.admin.courses import (
    chosen_section,
    course_page,
    runs,
    taught_course,
    visible_sections,
    visible_students,
)
from exercises.models import Exercise
from exercises.queries.analytics import (
    NEWEST,
    checks_of,
    class_at,
    commonest_wrong_answers,
    exercises_of,
    stuck_students,
)
from lessons.models import Course

DAYS, MOST_DAYS = 7, 365


@require_safe
def exercises_view(request: HttpRequest, slug: str) -> HttpResponse:
    """List the exercises of a course with how many tried and how many passed."""
    course = taught_course(request, slug)
    students, choice = _students(request, course)
    context = {"course": course, "rows": exercises_of(students), "student_count": students.count(), **choice}
    return course_page(request, "admin/teaching/exercises.html", f"Exercises of {course}", context)


@require_safe
def exercise_view(request: HttpRequest, slug: str, exercise: str) -> HttpResponse:
    """Show one exercise: attempts, grades, checks, commonest wrong answers, time to grade."""
    course = taught_course(request, slug)
    rows = Exercise.objects.filter(revision__isnull=False).select_related("revision", "lesson")
    found: Exercise = get_object_or_404(rows, slug=exercise)
    students, choice = _students(request, course)
    result = class_at(found, students)
    context = {
        "course": course,
        "exercise": found,
        "result": result,
        "bars": with_widths(result.bars),
        "checks": checks_of(found, students),
        "wrong_answers": commonest_wrong_answers(found, students),
        "newest": NEWEST,
        "may_regrade": runs(request, course),
        **choice,
    }
    title = f"{found.revision.title if found.revision else found}: {course}"
    return course_page(request, "admin/teaching/exercise.html", title, context)


@require_safe
def stuck_view(request: HttpRequest, slug: str) -> HttpResponse:
    """List who is stuck in a course, most stuck first."""
    course = taught_course(request, slug)
    students, choice = _students(request, course)
    wanted = request.GET.get("days", "")
    days = min(MOST_DAYS, max(1, int(wanted))) if wanted.isdecimal() and len(wanted) < 5 else DAYS
    rows = stuck_students(students, days=days, now=timezone.now())
    context = {"course": course, "rows": rows, "days": days, "most_days": MOST_DAYS, **choice}
    return course_page(request, "admin/teaching/stuck.html", f"Stuck students of {course}", context)


def _students(request: HttpRequest, course: Course) -> tuple[Any, dict[str, Any]]:
    """Return the students in view, and what the section filter of the page shows."""
    students = visible_students(request, course)
    section = chosen_section(request, course)
    if section:
        students = students.filter(pk__in=section.enrolments.values("pk"))
    return students, {"section": section, "sections": visible_sections(request, course)}
