"""The course in the admin: instructors see and edit their own courses, nobody else's."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator

from annsite.accounts.models import User
from lessons.access import instructed_courses, instructs
from lessons.models import Course, Enrolment, Label, Lesson, LessonRevision, MistakeReport, Section
from lessons.services.report import mark_report


class CourseScopedAdmin(admin.ModelAdmin[Any]):
    """Rows of the instructor's own courses; `course_lookup` is the path from a row to its course."""

    course_lookup: ClassVar[str] = "course"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.course_lookup}__in": instructed_courses(request.user)})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and instructs(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "course":
            kwargs["queryset"] = instructed_courses(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sections":
            kwargs["queryset"] = Section.objects.filter(
                course__in=instructed_courses(request.user)
            ).select_related("course")
        if db_field.name == "labels":
            kwargs["queryset"] = Label.objects.filter(
                course__in=instructed_courses(request.user)
            ).select_related("course")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class SectionInline(admin.StackedInline[Section, Course]):
    model = Section
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission


class LabelInline(admin.StackedInline[Label, Course]):
    model = Label
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission


@admin.register(Course)
class CourseAdmin(CourseScopedAdmin):
    course_lookup = "pk"
    list_display = ["title", "slug", "time_zone", "open_enrolment"]
    list_filter = ["open_enrolment"]
    search_fields = ["title", "slug"]
    inlines = [SectionInline, LabelInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


class EnrolmentForm(forms.ModelForm[Enrolment]):
    """People are named, not picked from a list: an instructor need not see who else uses the site."""

    username = forms.CharField(max_length=150, help_text="The name this person signs in with")

    class Meta:
        model = Enrolment
        fields = ["course", "role", "sections", "labels", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].disabled = True
            self.fields["username"].initial = self.instance.user.username

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise ValidationError(f"Nobody signs in as {name!r}.")
        self.instance.user = user
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        course = data.get("course")
        for name, kind in (("sections", "section"), ("labels", "label")):
            foreign = [row for row in data.get(name, []) if row.course != course]
            if course and foreign:
                raise ValidationError({name: f"{foreign[0]} is not a {kind} of {course}."})
        return data


@admin.register(Enrolment)
class EnrolmentAdmin(CourseScopedAdmin):
    form = EnrolmentForm
    fields = ["username", "course", "role", "sections", "labels", "is_active"]
    list_display = ["user", "course", "role", "is_active"]
    list_select_related = ["user", "course"]
    list_filter = [
        ("course", admin.RelatedOnlyFieldListFilter),
        "role",
        ("sections", admin.RelatedOnlyFieldListFilter),
        ("labels", admin.RelatedOnlyFieldListFilter),
        "is_active",
    ]
    search_fields = ["user__username", "user__first_name", "user__last_name", "user__email"]


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that a command writes from files: shown, never edited here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and instructs(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(Lesson)
class LessonAdmin(ReadOnlyAdmin):
    list_display = ["number", "year", "title", "edit_in", "revision"]
    list_select_related = ["revision"]
    list_filter = [("revision", admin.EmptyFieldListFilter)]
    search_fields = ["title", "slug"]
    fields = ["number", "year", "title", "edit_in", "revision"]
    readonly_fields = ["number", "year", "title", "edit_in", "revision"]

    @admin.display(description="Edit in")
    def edit_in(self, lesson: Lesson) -> str:
        return (
            f"lessons/content/{lesson.number:02}-{lesson.slug}/lesson.md"
            if lesson.revision_id
            else "not written yet"
        )


@admin.register(LessonRevision)
class LessonRevisionAdmin(ReadOnlyAdmin):
    list_display = ["lesson", "title", "digest", "created_at"]
    list_select_related = ["lesson"]
    list_filter = ["lesson"]
    search_fields = ["title"]
    fields = ["lesson", "title", "summary", "minutes", "digest", "created_at", "body"]
    readonly_fields = ["lesson", "title", "summary", "minutes", "digest", "created_at", "body"]


@admin.register(MistakeReport)
class MistakeReportAdmin(ReadOnlyAdmin):
    """What readers found wrong, the newest first: instructors tick what they have dealt with.

    A lesson belongs to all courses, and so does a report; its author is named to those who teach them.
    """

    list_display = ["summary", "place", "reader", "created_at", "done"]
    list_editable = ["done"]
    list_select_related = ["lesson", "reporter"]
    list_filter = ["done", ("lesson", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["words", "quote", "lesson__title"]
    actions = None
    fields = ["place", "quote", "words", "reader", "revision", "created_at", "done"]
    readonly_fields = ["place", "quote", "words", "reader", "revision", "created_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = Enrolment.objects.filter(course__in=instructed_courses(request.user))
        known = Exists(people.filter(user=OuterRef("reporter")))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(is_known=known)
        return rows

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        mark_report(report=obj, done=obj.done)

    @admin.display(description="What is wrong")
    def summary(self, report: MistakeReport) -> str:
        return Truncator(report.words).chars(100)

    @admin.display(description="Where", ordering="lesson")
    def place(self, report: MistakeReport) -> str:
        return format_html('<a href="{}">{}</a>', report.get_absolute_url(), report.lesson)

    @admin.display
    def reader(self, report: Any) -> str:
        if report.reporter is None:
            return "not signed in"
        return str(report.reporter) if report.is_known else "of another course"
