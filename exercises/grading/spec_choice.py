"""Exercise files of kind `choice`: questions with options to pick from."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from exercises.grading.spec_common import (
    CommonSpec,
    Items,
    Line,
    Name,
    Scored,
    require_known,
    require_unique,
)
from exercises.grading.spec_threshold import Option


class Question(Scored):
    """A question with one right option, or with `several`; `shuffle` gives each person another order."""

    id: Name
    title: Line
    question: Line
    options: Annotated[Items[Option], Field(min_length=2, max_length=20)]
    right: Name | Annotated[Items[Name], Field(min_length=1)]
    several: bool = False
    shuffle: bool = False

    @model_validator(mode="after")
    def _options_are_sound(self) -> Self:
        values = [option.value for option in self.options]
        require_unique("option values", values)
        require_unique("right options", list(self.rights()))
        for value in self.rights():
            require_known("right", value, values)
        if not self.several and len(self.rights()) > 1:
            raise ValueError("several right options need several = true")
        if len(self.rights()) == len(values):
            raise ValueError("at least one option must be wrong")
        return self

    def rights(self) -> tuple[str, ...]:
        """Return the values of the right options."""
        return (self.right,) if isinstance(self.right, str) else self.right


class ChoiceSpec(CommonSpec):
    """An exercise whose answer is options; a lone question is answered without its id."""

    kind: Literal["choice"]
    questions: Annotated[Items[Question], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _questions_are_sound(self) -> Self:
        require_unique("question ids", [question.id for question in self.questions])
        require_unique("question titles", [question.title for question in self.questions])
        return self
