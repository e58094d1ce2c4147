"""Exercises, checks, submissions and grades in the REST API."""

from datetime import UTC
from typing import Any

import django_filters
import django_filters.fields
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import exceptions, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annsite.accounts.models import Scope
from annsite.rest.errors import Problem
from exercises import access
from exercises.api import serializers
from exercises.api.parsers import StrictJSONParser, refusal
from exercises.errors import AnswerRefused, GradedWorkError, LimitReached, StudentMistake
from exercises.grading.describe import first_answer, listed_checks
from exercises.grading.grade import given_numbers
from exercises.models import Exercise, Status, Submission
from exercises.queries.cards import gradebook
from exercises.queries.line import place_of
from exercises.queries.reveal import feedback_of, hints_of, shown_progress, shown_report
from exercises.queries.scores import standing_at, with_scores
from exercises.queries.specs import spec_for
from exercises.services.cancel import cancel_submission
from exercises.services.check import check_answer
from exercises.services.files import read_upload
from exercises.services.hints import take_hint
from exercises.services.review import request_review
from exercises.services.submit import submit_answer
from lessons.access import current_enrolment

EXERCISE_ID = OpenApiParameter(
    "id", OpenApiTypes.STR, OpenApiParameter.PATH, description="For example xor-weights"
)
HINT_NUMBER = OpenApiParameter(
    "number", OpenApiTypes.INT, OpenApiParameter.PATH, description="Counted from 1"
)
COURSE = OpenApiParameter(
    "course", OpenApiTypes.STR, description="Id of one of your courses; without it, the newest"
)
LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[202],
    description="Where to ask for the grade",
)
LECTURE = {
    "0.weight": [[20, 20], [-20, -20]],
    "0.bias": [-10, 30],
    "2.weight": [[20, 20]],
    "2.bias": [-30],
}
CHECK_EXAMPLE = OpenApiExample("XOR", {"answer": {"weights": LECTURE}}, request_only=True)
SUBMIT_EXAMPLE = OpenApiExample(
    "XOR", {"exercise": "xor-weights", "answer": {"weights": LECTURE}}, request_only=True
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key with the same answer gives the first submission again, not a second one",
)


@extend_schema_view(
    list=extend_schema(summary="Published exercises"),
    retrieve=extend_schema(
        summary="One exercise: statement, your numbers, checks, and an answer to start from",
        parameters=[EXERCISE_ID],
        responses=serializers.ExerciseDetailSerializer,
    ),
)
class ExerciseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Exercise]):
    scopes = {"GET": Scope.EXERCISES_READ, "POST": Scope.EXERCISES_READ}
    serializer_class = serializers.ExerciseSerializer
    parser_classes = [StrictJSONParser, MultiPartParser]
    throttle_scope: str | None = None
    queryset = Exercise.objects.published().select_related("revision", "lesson")
    lookup_url_kwarg = "id"
    lookup_value_regex = r"[-a-zA-Z0-9_]+"

    def retrieve(self, request: Request, id: str) -> Response:
        exercise: Any = access.published_exercise(id)
        enrolment = current_enrolment(request.user)
        spec = spec_for(exercise, enrolment)
        exercise.blank_answer = first_answer(spec)
        exercise.givens = given_numbers(spec)
        exercise.checks = listed_checks(spec)
        exercise.hints = _hints(enrolment, exercise, spec)
        return Response(serializers.ExerciseDetailSerializer(exercise).data)

    @extend_schema(
        summary="Run the visible checks at once; nothing is stored",
        description="Needs no sign-in. Limited to a number of calls a minute.",
        parameters=[EXERCISE_ID],
        examples=[CHECK_EXAMPLE],
        request={
            "application/json": serializers.CheckRequestSerializer,
            "multipart/form-data": serializers.FileSerializer,
        },
        responses=serializers.ReportSerializer,
        auth=[{"bearer": []}, {}],  # type: ignore[list-item]
    )
    @action(detail=True, methods=["post"], permission_classes=[AllowAny], throttle_scope="check")
    def check(self, request: Request, id: str) -> Response:
        exercise = access.published_exercise(id)
        enrolment = current_enrolment(request.user)
        try:
            if _is_upload(request):
                upload = _checked(serializers.FileSerializer(data=request.data))["file"]
                answer, _ = read_upload(exercise=exercise, enrolment=enrolment, upload=upload)
            else:
                answer = _checked(serializers.CheckRequestSerializer(data=_object(request)))["answer"]
            report = check_answer(exercise=exercise, enrolment=enrolment, answer=answer)
        except AnswerRefused as error:
            raise refusal(error) from error
        return Response(serializers.ReportSerializer(report.to_json()).data)

    @extend_schema(
        summary="Open a hint that costs points; attempts sent afterwards count that much less",
        parameters=[EXERCISE_ID, HINT_NUMBER, COURSE],
        request=None,
        responses=serializers.HintSerializer,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=r"hints/(?P<number>[0-9]{1,3})",
        url_name="hint",
        scopes={"POST": Scope.SUBMISSIONS_WRITE},
    )
    def take_hint(self, request: Request, id: str, number: str) -> Response:
        exercise = access.published_exercise(id)
        enrolment = current_enrolment(request.user, request.query_params.get("course", ""))
        if enrolment is None:
            raise exceptions.PermissionDenied("You are not enrolled in this course.")
        try:
            take_hint(enrolment=enrolment, exercise=exercise, number=int(number), now=timezone.now())
        except GradedWorkError as error:
            raise Problem(status=409, code=error.code, detail=error.message) from error
        hints = _hints(enrolment, exercise, spec_for(exercise, enrolment))
        return Response(serializers.HintSerializer(hints[int(number) - 1]).data)


class MomentField(django_filters.fields.IsoDateTimeField):  # type: ignore[misc]
    """A time that the calendar can hold in UTC."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class SubmissionFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = django_filters.ChoiceFilter(choices=Status.choices)
    exercise = django_filters.CharFilter(field_name="exercise__slug", max_length=50)
    course = django_filters.CharFilter(field_name="enrolment__course__slug", max_length=50)
    submitted_since = MomentFilter(field_name="submitted_at", lookup_expr="gte")

    class Meta:
        model = Submission
        fields = ["status", "exercise", "course", "submitted_since"]


@extend_schema_view(
    list=extend_schema(summary="Your submissions, newest first"),
    retrieve=extend_schema(
        summary="One submission, with report and receipt once graded",
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses=serializers.SubmissionDetailSerializer,
    ),
)
class SubmissionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Submission]):
    scopes = {"GET": Scope.SUBMISSIONS_READ, "POST": Scope.SUBMISSIONS_WRITE}
    serializer_class = serializers.SubmissionSerializer
    parser_classes = [StrictJSONParser, MultiPartParser]
    filterset_class = SubmissionFilter
    queryset = Submission.objects.none()
    lookup_url_kwarg = "id"
    lookup_value_regex = r"[a-z0-9]+"

    def get_queryset(self) -> Any:
        return with_scores(access.own_submissions(self.request.user))

    def get_throttles(self) -> Any:
        self.throttle_scope = "submit" if self.action == "create" else None
        return super().get_throttles()

    def retrieve(self, request: Request, id: str) -> Response:
        submission = access.own_submission(request.user, id)
        return Response(_detail(submission))

    @extend_schema(
        summary="Submit an answer for grading",
        parameters=[KEY, LOCATION],
        examples=[SUBMIT_EXAMPLE],
        request={
            "application/json": serializers.SubmissionRequestSerializer,
            "multipart/form-data": serializers.FileSubmissionSerializer,
        },
        responses={
            202: OpenApiResponse(
                serializers.SubmissionDetailSerializer,
                description="Accepted; Location is where to ask for the grade",
            ),
        },
    )
    def create(self, request: Request) -> Response:
        body = _checked(
            serializers.FileSubmissionSerializer(data=request.data)
            if _is_upload(request)
            else serializers.SubmissionRequestSerializer(data=_object(request))
        )
        enrolment = current_enrolment(request.user, body.get("course", ""))
        if enrolment is None:
            raise exceptions.PermissionDenied("You are not enrolled in this course.")
        submission = _submit(request, enrolment, access.published_exercise(body["exercise"]), body)
        location = request.build_absolute_uri(reverse("api:submission-detail", args=[submission.public_id]))
        return Response(_detail(submission), status=202, headers={"Location": location})

    @extend_schema(
        summary="Cancel a submission that is not graded yet; it uses no attempt",
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        request=None,
        responses=serializers.SubmissionDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        submission = access.own_submission(request.user, id)
        try:
            cancel_submission(submission=submission)
        except StudentMistake as error:
            raise Problem(status=409, code=error.code, detail=error.message) from error
        return Response(_detail(submission))

    @extend_schema(
        summary="Ask, once, that a person looks at the result of your submission",
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH)],
        request=serializers.ReviewRequestSerializer,
        responses=serializers.SubmissionDetailSerializer,
    )
    @action(detail=True, methods=["post"])
    def review(self, request: Request, id: str) -> Response:
        submission = access.own_submission(request.user, id)
        message = _checked(serializers.ReviewRequestSerializer(data=_object(request)))["message"]
        try:
            request_review(submission=submission, message=message, now=timezone.now())
        except StudentMistake as error:
            status = 422 if error.code == "message_length" else 409
            raise Problem(status=status, code=error.code, detail=error.message) from error
        return Response(_detail(submission))


class GradesView(APIView):
    """Best grade and attempts, exercise by exercise."""

    scopes = {"GET": Scope.GRADES_READ}

    @extend_schema(
        operation_id="grades",
        summary="Your grades in a course",
        parameters=[COURSE],
        responses=serializers.GradesSerializer,
    )
    def get(self, request: Request) -> Response:
        wanted = request.query_params.get("course", "").replace("\x00", "\ufffd")
        enrolment = current_enrolment(request.user, wanted)
        if wanted and enrolment is None:
            raise exceptions.NotFound("You are not enrolled in a course with this id.")
        rows = gradebook(enrolment)
        data = {
            "course": enrolment.course.slug if enrolment else None,
            "total": sum(row["best"] or 0 for row in rows),
            "total_points": sum(row["points"] for row in rows),
            "exercises": rows,
        }
        return Response(serializers.GradesSerializer(data).data)


def _object(request: Request) -> Any:
    if not isinstance(request.data, dict):
        raise Problem(status=422, code="invalid", detail="The body must be a JSON object.")
    return request.data


def _checked(serializer: Any) -> dict[str, Any]:
    """Return the validated body; a wrong one is refused with 422, as a wrong answer is."""
    if not serializer.is_valid():
        entries = [
            {"field": field, "value": "", "limit": str(error.code), "message": f"{field}: {error}"}
            for field, errors in serializer.errors.items()
            for error in (errors if isinstance(errors, list) else [])
        ]
        raise Problem(status=422, code="invalid", detail="The request was refused.", errors=entries)
    return dict(serializer.validated_data)


def _is_upload(request: Request) -> bool:
    return str(request.content_type).startswith("multipart/")


def _submit(request: Request, enrolment: Any, exercise: Exercise, body: dict[str, Any]) -> Submission:
    try:
        answer, source = body.get("answer"), None
        if "file" in body:
            answer, source = read_upload(exercise=exercise, enrolment=enrolment, upload=body["file"])
        submission, _ = submit_answer(
            enrolment=enrolment,
            exercise=exercise,
            answer=answer,
            source=source,
            idempotency_key=request.headers.get("Idempotency-Key"),
            now=timezone.now(),
        )
    except AnswerRefused as error:
        raise refusal(error) from error
    except StudentMistake as error:
        raise Problem(status=422, code=error.code, detail=error.message) from error
    except LimitReached as error:
        raise _limit(error) from error
    return submission


def _hints(enrolment: Any, exercise: Exercise, spec: Any) -> list[dict[str, Any]]:
    """Return the hints, with the text of those that are open."""
    rules = hints_of(enrolment, exercise, spec)
    return [
        {"number": rule.number, "cost": rule.cost, **({"text": text} if rule.is_open else {})}
        for rule, text in zip(rules, spec.hints, strict=True)
    ]


def _limit(error: LimitReached) -> Problem:
    """Say that a rule forbids it, and when to come back where waiting helps."""
    status = error.http_status()
    return Problem(status=status, code=error.code, detail=error.message, wait=error.retry_after)


def _detail(submission: Submission) -> Any:
    """Return the submission with its newest grade, and its place while it waits."""
    row = with_scores(Submission.objects.filter(pk=submission.pk)).select_related(
        "exercise", "enrolment__course", "revision", "review_request", "refund"
    )
    found: Any = row.get()
    standing, attempt = standing_at(found)
    found.receipt = submission.grades.select_related("revision").order_by("-run").first()
    feedback = feedback_of(found, timezone.now(), standing.delivery)
    found.report = shown_report(found.receipt.report, feedback) if found.receipt else None
    found.withheld = feedback.when
    found.is_late = standing.delivery.is_late(attempt.sent)
    found.credit, found.counts = attempt.credit, attempt.counts
    found.line = place_of(found)
    running = found.status == Status.RUNNING
    found.progress = shown_progress(found.progress, feedback) if running else None
    found.review = getattr(found, "review_request", None)
    found.refund_note = getattr(found, "refund", None)
    return serializers.SubmissionDetailSerializer(found).data
