"""Pages of the graded work: exercises, submissions, grades."""

import json
import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exercises import access
from exercises.errors import AnswerRefused, GradedWorkError, LimitReached, StudentMistake
from exercises.forms import AnswerForm, refused
from exercises.grading.files import file_formats
from exercises.queries import exercise_page
from exercises.queries.cards import gradebook
from exercises.queries.mastery import mastery
from exercises.queries.progress import progress_of
from exercises.queries.result import attempts_at, heading_of, result_of
from exercises.queries.reveal import feedback_of, shown_progress
from exercises.queries.specs import spec_for
from exercises.services.cancel import cancel_submission
from exercises.services.check import check_answer
from exercises.services.hints import take_hint
from exercises.services.review import request_review
from exercises.services.submit import submit_answer
from lessons.access import current_enrolment

PENDING = "pending_answer:"
MAX_PENDING = 20_000


@require_safe
def exercise_list(request: HttpRequest) -> HttpResponse:
    """Every exercise with the person's best grade."""
    return render(
        request, "exercises/exercise_list.html", {"rows": gradebook(current_enrolment(request.user))}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an exercise; take an answer by POST, to check at once or to submit."""
    exercise = access.published_exercise(slug)
    spec = spec_for(exercise, current_enrolment(request.user))
    if request.method != "POST":
        form = AnswerForm.at_first(spec, request.session.pop(PENDING + slug, {}))
        return _exercise_page(request, exercise, form)
    form = AnswerForm.of_post(spec, request.POST, request.FILES.get("file"))
    if request.POST.get("action") == "check":
        return _check(request, exercise, form)
    if not request.user.is_authenticated:
        _keep(request, slug, form)
        return redirect_to_login(exercise.get_absolute_url())
    return _submit(request, exercise, form)


@never_cache
@login_required
@require_POST
def hint_take(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open a hint that costs points; what was typed into the form meanwhile is kept."""
    exercise = access.published_exercise(slug)
    enrolment = current_enrolment(request.user)
    form = AnswerForm.of_post(spec_for(exercise, enrolment), request.POST)
    if enrolment is None:
        return _exercise_page(request, exercise, form, status=403)
    _keep(request, slug, form)
    try:
        take_hint(enrolment=enrolment, exercise=exercise, number=number, now=timezone.now())
    except GradedWorkError as error:
        messages.info(request, error.message)
    return redirect(f"{exercise.get_absolute_url()}#hint-{number}")


def _keep(request: HttpRequest, slug: str, form: AnswerForm) -> None:
    """Keep what was typed until the page of the exercise is shown again."""
    if form.values and form.size() <= MAX_PENDING:
        request.session[PENDING + slug] = dict(form.values)


def _check(request: HttpRequest, exercise: Any, form: AnswerForm) -> HttpResponse:
    try:
        enrolment = current_enrolment(request.user)
        report = check_answer(exercise=exercise, enrolment=enrolment, answer=form.answer())
    except AnswerRefused as error:
        return _exercise_page(request, exercise, refused(form, error), status=422)
    return _exercise_page(request, exercise, form, check_report=report.to_json())


def _submit(request: HttpRequest, exercise: Any, form: AnswerForm) -> HttpResponse:
    enrolment = current_enrolment(request.user)
    if enrolment is None:
        return _exercise_page(request, exercise, form, status=403)
    try:
        submission, _ = submit_answer(
            enrolment=enrolment,
            exercise=exercise,
            answer=form.answer(),
            source=form.file.source() if form.file else None,
            idempotency_key=request.POST.get("idempotency_key") or None,
            now=timezone.now(),
        )
    except AnswerRefused as error:
        return _exercise_page(request, exercise, refused(form, error), status=422)
    except StudentMistake as error:
        return _exercise_page(request, exercise, form, status=422, refusal=error.message)
    except LimitReached as error:
        return _limited(_exercise_page(request, exercise, form, status=409, refusal=error.message), error)
    return redirect(submission)


def _limited(response: HttpResponse, error: LimitReached) -> HttpResponse:
    """Say when to come back, where waiting helps."""
    response.status_code = error.http_status()
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _exercise_page(
    request: HttpRequest,
    exercise: Any,
    form: AnswerForm,
    *,
    status: int = 200,
    check_report: dict[str, Any] | None = None,
    refusal: str = "",
) -> HttpResponse:
    context = exercise_page.page_context(exercise, current_enrolment(request.user), request.user)
    context |= {
        "groups": form.groups(),
        "is_start": form.is_start,
        "file_formats": [f".{ending}" for ending in file_formats(form.spec)],
        "has_file": form.file is not None,
        "problems": form.summary(),
        "answer_json": form.pasted(),
        "idempotency_key": secrets.token_urlsafe(16),
        "check_report": check_report,
        "refusal": refusal,
        "curl_example": exercise_page.curl_example(
            request.build_absolute_uri("/api/v1/submissions/"), exercise.slug, form.spec
        ),
    }
    return render(request, "exercises/exercise.html", context, status=status)


@never_cache
@login_required
@require_safe
def submission_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One submission: progress while it is being graded, then the result."""
    submission = access.viewable_submission(request.user, public_id)
    return render(request, "exercises/submission.html", _submission_context(request, submission))


@never_cache
@login_required
@require_safe
def submission_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """The fragment that the page polls; headers say when to ask again, or that it is done."""
    submission = access.viewable_submission(request.user, public_id)
    context = _submission_context(request, submission)
    response = render(request, "exercises/_progress.html", context)
    if submission.is_final():
        response["X-Done"] = "1"
    else:
        response["X-Poll-After"] = str(context["progress"].poll_after())
    return response


@never_cache
@login_required
@require_POST
def submission_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own answer out of the line; it uses no attempt."""
    submission = access.own_submission(request.user, public_id)
    try:
        cancel_submission(submission=submission)
    except StudentMistake as error:
        messages.info(request, error.message)
    return redirect(submission)


@never_cache
@login_required
@require_POST
def submission_review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for a person to look at one's own result."""
    submission = access.own_submission(request.user, public_id)
    message = request.POST.get("message", "")
    try:
        request_review(submission=submission, message=message, now=timezone.now())
    except StudentMistake as error:
        if error.code != "message_length":
            messages.info(request, error.message)
            return redirect(submission)
        context = _submission_context(request, submission)
        context |= {"review_message": message, "review_problem": error.message}
        return render(request, "exercises/submission.html", context, status=422)
    return redirect(f"{submission.get_absolute_url()}#review")


@never_cache
@login_required
@require_safe
def grade_list(request: HttpRequest) -> HttpResponse:
    """The person's grades, exercise by exercise."""
    rows = gradebook(current_enrolment(request.user))
    context = {
        "rows": rows,
        "total": sum(row["best"] or 0 for row in rows),
        "total_points": sum(row["points"] for row in rows),
    }
    return render(request, "exercises/grades.html", context)


@never_cache
@login_required
@require_safe
def concept_list(request: HttpRequest) -> HttpResponse:
    """What the person has shown of each concept that some exercise asks for."""
    return render(request, "exercises/concepts.html", {"lessons": mastery(current_enrolment(request.user))})


def _submission_context(request: HttpRequest, submission: Any) -> dict[str, Any]:
    attempts = attempts_at(submission)
    feedback = feedback_of(submission, timezone.now())
    submission.progress = shown_progress(submission.progress, feedback)
    context = {
        "submission": heading_of(submission, attempts),
        "progress": progress_of(submission),
        "is_own": submission.enrolment.user_id == request.user.pk,
        "submissions": attempts,
        "answer_json": json.dumps(submission.answer, indent=1),
    }
    return context | (result_of(submission, feedback) if submission.is_final() else {})
