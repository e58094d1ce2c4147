"""The pause switch: operators hold grading back, and let it go on."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from annsite.accounts.models import User
from exercises.errors import StudentMistake
from exercises.models import Exercise, Pause
from exercises.services.pause import lift_pause, pause_grading


class PauseForm(forms.ModelForm[Pause]):
    """What to hold back, and why."""

    class Meta:
        model = Pause
        fields = ["exercise", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": "Students whose answers wait read this."}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if Pause.objects.active().filter(exercise=data.get("exercise")).exists():
            raise forms.ValidationError("This is paused already.")
        return data


@admin.register(Pause)
class PauseAdmin(admin.ModelAdmin[Pause]):
    """Only those who run the site see it."""

    form = PauseForm
    list_display = ["what", "reason", "actor", "created_at", "lifted_at", "lifted_by"]
    list_select_related = ["exercise", "actor", "lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    actions = ["lift"]

    @admin.display(description="Held back")
    def what(self, pause: Pause) -> str:
        return pause.exercise.slug if pause.exercise else "everything"

    @admin.action(description="Let grading go on")
    def lift(self, request: HttpRequest, queryset: QuerySet[Pause]) -> None:
        for pause in queryset:
            lift_pause(pause=pause, actor=_operator(request), now=timezone.now())
        messages.success(request, "Grading goes on.")

    def save_model(self, request: HttpRequest, obj: Pause, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = pause_grading(
            exercise=data["exercise"], actor=_operator(request), reason=data["reason"], now=timezone.now()
        )
        obj.pk = made.pk

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "exercise":
            kwargs |= {"queryset": Exercise.objects.filter(retired_at=None), "empty_label": "Everything"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _operator(request: HttpRequest) -> User:
    """Return who is signed in; the admin lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise StudentMistake("not_signed_in", "Sign in first.")
    return request.user
