"""Shapes of the graded work in the API: what goes in, and apart from it, what comes out."""

from typing import Any

from rest_framework import serializers

from exercises.models import Exercise, Status, Submission
from exercises.models.submission import Failure


class CheckListingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    points = serializers.FloatField()
    hidden = serializers.BooleanField()


class GivenNumbersSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class HintSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Counted from 1")
    cost = serializers.FloatField(help_text="Points that it takes off later attempts")
    text = serializers.CharField(required=False, help_text="Markdown; absent until the hint is opened")


class ExerciseSerializer(serializers.ModelSerializer[Exercise]):
    id = serializers.SlugField(source="slug", read_only=True)
    lesson = serializers.SlugField(source="lesson.slug", read_only=True)
    title = serializers.CharField(source="revision.title", read_only=True)
    points = serializers.FloatField(source="revision.points", read_only=True)
    attempts = serializers.IntegerField(
        source="revision.attempts", read_only=True, help_text="0 means as many as you like"
    )
    revision = serializers.IntegerField(source="revision.number", read_only=True)

    class Meta:
        model = Exercise
        fields = ["id", "lesson", "title", "points", "attempts", "revision"]


class ExerciseDetailSerializer(ExerciseSerializer):
    kind = serializers.CharField(source="revision.spec.kind", read_only=True)
    statement = serializers.CharField(source="revision.spec.statement", read_only=True, help_text="Markdown")
    blank_answer = serializers.DictField(
        read_only=True, help_text="An answer of the right shape: zeros, or the numbers to start from"
    )
    givens = GivenNumbersSerializer(
        many=True, read_only=True, help_text="Your own numbers; without an enrolment, an example"
    )
    checks = CheckListingSerializer(many=True, read_only=True)
    hints = HintSerializer(many=True, read_only=True)

    class Meta(ExerciseSerializer.Meta):
        fields = [
            *ExerciseSerializer.Meta.fields,
            "kind",
            "statement",
            "blank_answer",
            "givens",
            "checks",
            "hints",
        ]


class CheckRequestSerializer(serializers.Serializer[Any]):
    answer = serializers.DictField(help_text="As described in docs/api.md, by kind of exercise")


class SubmissionRequestSerializer(CheckRequestSerializer):
    exercise = serializers.SlugField(max_length=50)
    course = serializers.SlugField(
        max_length=50,
        required=False,
        help_text="Needed only by people in several courses; else the newest counts",
    )


class FileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text=".json, .npz or .safetensors, at most 5 MB")


class FileSubmissionSerializer(FileSerializer):
    exercise = serializers.SlugField(max_length=50)
    course = serializers.SlugField(max_length=50, required=False)


class ReviewRequestSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(
        allow_blank=True, trim_whitespace=False, help_text="What seems wrong, in 1 to 2,000 characters"
    )


class UnitSerializer(serializers.Serializer[Any]):
    unit = serializers.CharField()
    sum = serializers.FloatField()
    output = serializers.FloatField()


class CounterexampleSerializer(serializers.Serializer[Any]):
    inputs = serializers.DictField(child=serializers.FloatField())
    expected = serializers.CharField()
    got = serializers.JSONField()
    units = UnitSerializer(many=True)


class CheckSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    passed = serializers.BooleanField()
    points = serializers.FloatField(allow_null=True, help_text="Null while the report is withheld")
    max_points = serializers.FloatField()
    hidden = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    counterexample = CounterexampleSerializer(allow_null=True)


class TrainingRunSerializer(serializers.Serializer[Any]):
    run = serializers.IntegerField()
    diverged_at = serializers.IntegerField(allow_null=True, help_text="The step, or null")
    train = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="Pairs of epoch and loss"
    )
    validation = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        help_text="The same on examples held out by early_stopping",
    )
    accuracy = serializers.DictField(
        child=serializers.FloatField(),
        help_text="By part of the data, rounded down; empty where there is none",
    )
    loss = serializers.DictField(
        child=serializers.FloatField(), help_text="By part of the data, rounded up to two digits"
    )


class ReportSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField()
    max_score = serializers.FloatField()
    checks = CheckSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    runs = TrainingRunSerializer(many=True, required=False, help_text="Of trainings; else empty")


class ReviewSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True, help_text="Empty until somebody has answered")
    answered_at = serializers.DateTimeField(allow_null=True)


class RefundSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class ReceiptSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(source="revision.number")
    engine_version = serializers.CharField()
    fingerprint = serializers.CharField()
    graded_at = serializers.DateTimeField(source="created_at")
    duration_ms = serializers.FloatField()


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """A submission in a list: where it stands and its score, without the report."""

    id = serializers.CharField(source="public_id", read_only=True)
    exercise = serializers.SlugField(source="exercise.slug", read_only=True)
    course = serializers.SlugField(source="enrolment.course.slug", read_only=True)
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    failure = serializers.ChoiceField(choices=Failure.choices, read_only=True)
    score = serializers.FloatField(read_only=True, allow_null=True)
    max_score = serializers.FloatField(read_only=True)

    class Meta:
        model = Submission
        fields = [
            "id",
            "exercise",
            "course",
            "status",
            "failure",
            "score",
            "max_score",
            "attempt",
            "submitted_at",
            "finished_at",
        ]


class PlaceSerializer(serializers.Serializer[Any]):
    place = serializers.IntegerField(source="number", help_text="Counted from 1, in the order of turns")
    seconds = serializers.IntegerField(allow_null=True, help_text="Until the grade, from measured rates")
    pause = serializers.CharField(allow_blank=True, help_text="Why grading stands still, if it does")


class TrainingProgressSerializer(serializers.Serializer[Any]):
    run = serializers.IntegerField()
    runs = serializers.IntegerField()
    done = serializers.FloatField(help_text="Share of all that is to be trained, 0 to 1")
    curve = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), help_text="Pairs of epoch and loss"
    )


class SubmissionDetailSerializer(SubmissionSerializer):
    answer = serializers.DictField(read_only=True)
    is_late = serializers.BooleanField(read_only=True, help_text="Sent after your own due date")
    credit = serializers.FloatField(read_only=True, help_text="Per cent of its points that it keeps")
    counts = serializers.FloatField(
        read_only=True, allow_null=True, help_text="What it counts, after late credit and hints"
    )
    report = ReportSerializer(read_only=True, allow_null=True)
    withheld = serializers.CharField(
        read_only=True, help_text="When the rest of the report is shown; empty when it is whole"
    )
    receipt = ReceiptSerializer(read_only=True, allow_null=True)
    review = ReviewSerializer(read_only=True, allow_null=True, help_text="What you asked for, and the answer")
    refund = RefundSerializer(
        source="refund_note", read_only=True, allow_null=True, help_text="Why the attempt was given back"
    )
    line = PlaceSerializer(read_only=True, allow_null=True, help_text="Only while it waits")
    progress = TrainingProgressSerializer(
        read_only=True, allow_null=True, help_text="Only while a training runs"
    )

    class Meta(SubmissionSerializer.Meta):
        fields = [
            *SubmissionSerializer.Meta.fields,
            "line",
            "progress",
            "answer",
            "is_late",
            "credit",
            "counts",
            "report",
            "withheld",
            "receipt",
            "review",
            "refund",
        ]


class StandingSerializer(serializers.Serializer[Any]):
    exercise = serializers.CharField(source="id")
    title = serializers.CharField()
    points = serializers.FloatField()
    best = serializers.FloatField(allow_null=True)
    attempts_used = serializers.IntegerField()
    attempts_allowed = serializers.IntegerField(help_text="0 means as many as you like")
    opens_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="Your own, extensions included")
    closes_at = serializers.DateTimeField(allow_null=True)
    credit = serializers.FloatField(
        allow_null=True, help_text="Per cent that the counting attempt keeps; null before a grade"
    )


class GradesSerializer(serializers.Serializer[Any]):
    course = serializers.CharField(allow_null=True)
    total = serializers.FloatField()
    total_points = serializers.FloatField()
    exercises = StandingSerializer(many=True)
