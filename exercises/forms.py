"""Forms of the graded work: the answer form of an exercise, and the override of a grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from engine.strict_json import Problem, decode_json
from exercises.grading.files import MAX_FILE, AnswerFile, answer_of_file
from exercises.grading.grade import answer_from_fields, fields_from_answer, form_groups, start_answer
from exercises.grading.parsing import AnswerRefused
from exercises.grading.specs import ExerciseSpec

JSON_FIELD = "answer_json"


@dataclass
class AnswerForm:
    """What a person typed, kept as typed, with the problems found in it."""

    spec: ExerciseSpec
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    file: AnswerFile | None = None
    is_start: bool = False

    @classmethod
    def of_post(cls, spec: ExerciseSpec, post: QueryDict, upload: UploadedFile | None = None) -> "AnswerForm":
        names = {item.name for group in form_groups(spec) for item in group.fields}
        file = AnswerFile(upload.name or "", upload.read(MAX_FILE + 1)) if upload else None
        values = {name: post.getlist(name) for name in [*names, JSON_FIELD] if name in post}
        return cls(spec, values, file=file)

    @classmethod
    def of_answer(cls, spec: ExerciseSpec, answer: dict[str, Any]) -> "AnswerForm":
        return cls(spec, fields_from_answer(spec, answer))

    @classmethod
    def at_first(cls, spec: ExerciseSpec, kept: Mapping[str, Sequence[str]]) -> "AnswerForm":
        """Return the form as a person finds it: what was kept for them, or what the exercise starts from."""
        start = start_answer(spec)
        if kept or start is None:
            return cls(spec, kept)
        return cls(spec, fields_from_answer(spec, start), is_start=True)

    def answer(self) -> object:
        """Return the raw answer: the file's, else the pasted JSON, else the fields. Raises AnswerRefused."""
        if self.file is not None:
            return answer_of_file(self.spec, self.file)
        pasted = self.pasted()
        if pasted:
            return decode_json(pasted.encode("utf-8", "surrogatepass"))
        return answer_from_fields(self.spec, {name: list(values) for name, values in self.values.items()})

    def size(self) -> int:
        """Characters that were typed."""
        return sum(len(value) for values in self.values.values() for value in values)

    def pasted(self) -> str:
        return "".join(self.values.get(JSON_FIELD, [])).strip()

    def groups(self) -> list[dict[str, Any]]:
        """Return the input groups with values and errors, as the template draws them."""
        messages = self._messages()
        number = 0
        groups = []
        for group in form_groups(self.spec):
            rows = []
            for item in group.fields:
                number += 1
                values = list(self.values.get(item.name, []))
                rows.append(
                    {
                        "name": item.name,
                        "id": f"field-{number}",
                        "label": item.label,
                        "type": item.type,
                        "value": values[0] if values else "",
                        "values": values,
                        "choices": item.choices,
                        "error": messages.get(item.name, ""),
                    }
                )
            groups.append({"title": group.title, "note": group.note, "fields": rows})
        return groups

    def _elsewhere(self) -> str:
        """Return the id of what a problem without an input of its own belongs to."""
        if self.file is not None:
            return "answer-file"
        return "answer-json" if self.pasted() else "answer-form"

    def _messages(self) -> dict[str, str]:
        """Gather the problems by input: each belongs to the one whose name it begins with, the longest."""
        names = [item.name for group in form_groups(self.spec) for item in group.fields]
        messages: dict[str, str] = {}
        for problem in self.problems:
            name = _input_of(problem.field, names)
            messages[name] = f"{messages[name]} {problem.message}" if name in messages else problem.message
        return messages

    def summary(self) -> list[dict[str, str]]:
        """Return the problems with the id of the input that each belongs to."""
        ids = {row["name"]: row["id"] for group in self.groups() for row in group["fields"]}
        return [
            {
                "field": problem.field,
                "id": ids.get(_input_of(problem.field, list(ids)), self._elsewhere()),
                "message": problem.message,
            }
            for problem in self.problems
        ]


def _input_of(path: str, names: Sequence[str]) -> str:
    """Return the name of the input that a path is part of, or the path itself."""
    parts = [name for name in names if path == name or path.startswith((f"{name}.", f"{name}["))]
    return max(parts, key=len, default=path)


def refused(form: AnswerForm, error: AnswerRefused) -> AnswerForm:
    """Return the same form with the problems beside what was typed."""
    return AnswerForm(form.spec, form.values, error.problems, form.file)


class OverrideForm(forms.Form):
    """A new grade for a submission, with the reason that the ledger keeps."""

    score = forms.FloatField(label="New grade", min_value=0)
    reason = forms.CharField(label="Reason", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, points: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["score"] = forms.FloatField(
            label=f"New grade, 0 to {points:g}",
            min_value=0,
            max_value=points,
            widget=forms.NumberInput({"step": "any"}),
        )
