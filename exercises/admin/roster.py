"""Import a roster: a file or pasted text, a preview of each line, and then exactly that."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from exercises.admin.courses import course_page, instructed_course, person
from lessons.models import Course
from lessons.services.roster import (
    ERROR,
    SAME,
    Options,
    Planned,
    RosterChanged,
    Saved,
    plan_roster,
    save_roster,
)
from lessons.services.roster_file import (
    COLUMNS,
    MOST_BYTES,
    MOST_ROWS,
    Line,
    RosterUnreadable,
    decode_roster,
    read_roster,
)

PAGE = "admin/teaching/roster.html"
SALT = "exercises.admin.roster"
RESULT = "roster_result"
EXAMPLE = "username,email,first_name,last_name,role,sections,labels"


class RosterForm(forms.Form):
    """A file, or text in its place: what is pasted is kept on the page to be corrected."""

    file = forms.FileField(label="CSV file", required=False, allow_empty_file=True)
    text = forms.CharField(
        label="Or paste the lines",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8, "placeholder": EXAMPLE, "spellcheck": "false"}),
    )
    create_missing = forms.BooleanField(
        label="Create sections and labels that the course does not have yet", required=False
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        upload = data.get("file")
        try:
            text = self._text(upload) if upload else data.get("text", "")
            if not text.strip():
                raise RosterUnreadable("Choose a file, or paste its lines.")
            data["lines"] = read_roster(text)
            data["text"] = text
        except RosterUnreadable as error:
            self.add_error("file" if upload else "text", str(error))
        return data

    def _text(self, upload: Any) -> str:
        if upload.size > MOST_BYTES:
            raise RosterUnreadable(
                f"{upload.name} has {upload.size:,} bytes; at most {MOST_BYTES:,} are read. "
                "Split it into several."
            )
        return decode_roster(upload.read())


@require_http_methods(["GET", "HEAD", "POST"])
def roster_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a roster, and show what each of its lines would do."""
    course = instructed_course(request, slug)
    if request.method != "POST":
        result = request.session.pop(f"{RESULT}_{course.pk}", None)
        return _page(request, course, RosterForm(), {"result": result})
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, course, form, status=422)
    options = Options(form.cleaned_data["create_missing"])
    return _preview(request, course, form.cleaned_data["lines"], options, form.cleaned_data["text"])


@require_POST
def save_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Save what the preview showed, or show it anew where it no longer holds."""
    course = instructed_course(request, slug)
    try:
        stored = signing.loads(request.POST.get("preview", ""), salt=SALT)
    except signing.BadSignature:
        stored = {}
    if (stored.get("course"), stored.get("actor")) != (course.pk, person(request).pk):
        messages.error(
            request, "Nothing was saved: this preview is not yours, or is damaged. Make a new one."
        )
        return redirect("admin:course_roster", course.slug)
    lines = [Line.from_json(line) for line in stored["lines"]]
    options = Options(**stored["options"])
    expected = [Planned.from_json(row) for row in stored["plan"]]
    try:
        saved = save_roster(
            course=course, actor=person(request), lines=lines, options=options, expected=expected
        )
    except RosterChanged as error:
        return _preview(request, course, lines, options, stored["text"], changed=error.lines)
    request.session[f"{RESULT}_{course.pk}"] = _result(saved, expected, lines)
    return redirect("admin:course_roster", course.slug)


def _preview(
    request: HttpRequest,
    course: Course,
    lines: list[Line],
    options: Options,
    text: str,
    changed: Any = (),
) -> HttpResponse:
    plan = plan_roster(course=course, actor=person(request), lines=lines, options=options)
    by_number = {line.number: line for line in lines}
    counts = Counter(row.action for row in plan)
    payload = {
        "course": course.pk,
        "actor": person(request).pk,
        "lines": [asdict(line) for line in lines],
        "options": asdict(options),
        "plan": [asdict(row) for row in plan],
        "text": text,
    }
    form = RosterForm(initial={"text": text, **asdict(options)})
    context = {
        "rows": [{"plan": row, "line": by_number[row.line]} for row in plan],
        "counts": sorted(counts.items()),
        "error_count": counts[ERROR],
        "save_count": sum(counts.values()) - counts[ERROR] - counts[SAME],
        "preview": signing.dumps(payload, salt=SALT, compress=True),
        "changed": changed,
    }
    return _page(request, course, form, context, status=409 if changed else 200)


def _result(saved: Saved, plan: list[Planned], lines: list[Line]) -> dict[str, Any]:
    """What the page says afterwards: who is new, and which lines were left out and why."""
    emails = {line.username: line.email for line in lines}
    return {
        **asdict(saved),
        "new": [{"username": name, "email": emails[name]} for name in saved.new],
        "errors": [
            {"line": row.line, "username": row.username, "problem": row.problem}
            for row in plan
            if row.action == ERROR
        ],
    }


def _page(
    request: HttpRequest,
    course: Course,
    form: RosterForm,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    shared = {
        "course": course,
        "form": form,
        "columns": COLUMNS,
        "most_rows": MOST_ROWS,
        "most_bytes": MOST_BYTES,
    }
    return course_page(request, PAGE, f"Roster of {course}", shared | (context or {}), status)
