"""Pages of the course: home, syllabus, lesson, and what helps to find the way."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from annsite.accounts.models import User
from lessons import access, queries, search
from lessons.models import Lesson, Term
from lessons.passages import fold
from lessons.rendering import figure_modules, stored_html
from lessons.services.report import ReportRefused, report_mistake
from lessons.services.visit import record_visit

LAB_EXERCISE = "xor-weights"
HAND_IN = {"weights": LAB_EXERCISE, "training": "xor-train"}
"""What the playground can hand in, and the exercise that takes it."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One sentence, the XOR lab, the timeline."""
    rows = queries.timeline(request.user)
    published = [row for row in rows if row.url]
    taught = [row for row in published if row.exercises]
    context = {
        "rows": rows,
        "modules": figure_modules(["nn-xor-lab"]),
        "first_lesson_url": published[0].url if published else None,
        "lab_exercise": next((c for row in taught for c in row.exercises if c.id == LAB_EXERCISE), None),
    }
    return render(request, "lessons/home.html", context)


@require_safe
def syllabus(request: HttpRequest) -> HttpResponse:
    """The timeline with the person's progress, and where to continue."""
    rows = queries.timeline(request.user)
    enrolment = access.current_enrolment(request.user)
    context = {
        "rows": rows,
        "continue_to": queries.where_to_continue(rows),
        "course": enrolment.course.title if enrolment else "",
    }
    return render(request, "lessons/syllabus.html", context)


@require_safe
def lesson_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A lesson with its figures and exercises."""
    lesson = access.published_lesson(slug)
    enrolment = access.current_enrolment(request.user)
    if enrolment is not None:
        record_visit(enrolment=enrolment, lesson=lesson, now=timezone.now())
    return render(request, "lessons/lesson.html", _lesson_context(request, lesson))


@require_POST
def mistake_report(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a report of a mistake in a lesson, from whoever reads it."""
    lesson = access.published_lesson(slug)
    given = {name: request.POST.get(name, "") for name in ("anchor", "quote", "words")}
    reporter = request.user if isinstance(request.user, User) else None
    try:
        report_mistake(lesson=lesson, reporter=reporter, now=timezone.now(), **given)
    except ReportRefused as error:
        context = _lesson_context(request, lesson) | {"mistake": given | {"problem": error.message}}
        response = render(request, "lessons/lesson.html", context, status=429 if error.wait else 422)
        if error.wait:
            response["Retry-After"] = str(error.wait)
        return response
    messages.success(request, "Thank you. Your report has reached those who teach this course.")
    return redirect(lesson)


def _lesson_context(request: HttpRequest, lesson: Lesson) -> dict[str, Any]:
    rows = [row for row in queries.timeline(request.user) if row.url]
    place = next(index for index, row in enumerate(rows) if row.slug == lesson.slug)
    revision: Any = lesson.revision
    return {
        "lesson": {
            "slug": lesson.slug,
            "number": lesson.number,
            "title": revision.title,
            "year": lesson.year,
            "minutes": revision.minutes,
            "goals": revision.goals,
            "sources": revision.sources,
            "html": stored_html(revision.html),
        },
        "exercises": rows[place].exercises,
        "previous": rows[place - 1] if place > 0 else None,
        "next": rows[place + 1] if place + 1 < len(rows) else None,
        "headings": queries.headings(lesson),
        "modules": figure_modules(revision.figures),
    }


@require_safe
def playground(request: HttpRequest) -> HttpResponse:
    """A network that trains in the browser; the exercises that take it, where they are published."""
    cards = {card.id: card for row in queries.timeline(request.user) for card in row.exercises}
    targets = {what: cards[name] for what, name in HAND_IN.items() if name in cards}
    submit = {what: {"url": card.url, "title": card.title} for what, card in targets.items()}
    context = {"config": {"submit": submit}, "modules": figure_modules(["nn-playground"])}
    return render(request, "lessons/play.html", context)


@require_safe
def search_lessons(request: HttpRequest) -> HttpResponse:
    """Passages of the lessons that hold every word that was asked for."""
    query = request.GET.get("q", "").strip()
    is_too_long = len(query) > search.LONGEST_QUERY
    context = {
        "query": query,
        "longest": search.LONGEST_QUERY,
        "length": len(query),
        "is_too_long": is_too_long,
        "found": None if is_too_long or not query else search.find(query),
    }
    return render(request, "lessons/search.html", context, status=422 if is_too_long else 200)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with its meaning and the lesson that introduces it."""
    terms = Term.objects.filter(lesson__revision__isnull=False).select_related("lesson")
    rows = [
        {"term": term, "meaning": stored_html(term.meaning), "lesson": term.lesson}
        for term in sorted(terms, key=lambda term: fold(term.name))
    ]
    return render(request, "lessons/glossary.html", {"rows": rows})
