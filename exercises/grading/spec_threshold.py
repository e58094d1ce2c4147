"""Exercise files of kind `threshold`: McCulloch-Pitts gates and questions with one right option."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from exercises.grading.spec_common import (
    CommonSpec,
    Items,
    Line,
    Name,
    Pattern,
    Scored,
    Strict,
    TruthTable,
    require_known,
    require_unique,
)


class Gate(TruthTable):
    """A Boolean function to build with one neuron."""

    id: Name
    title: Line
    note: str = ""


class Option(Strict):
    """One option of a choice; the message answers a student who picks it wrongly."""

    value: Name
    label: Line
    message: str = ""


class Choice(Scored):
    """A question with exactly one right option."""

    id: Name
    title: Line
    question: Line
    options: Annotated[Items[Option], Field(min_length=2)]
    right: Name

    @model_validator(mode="after")
    def _options_are_sound(self) -> Self:
        values = [option.value for option in self.options]
        require_unique("option values", values)
        require_known("right", self.right, values)
        return self


class ThresholdSpec(CommonSpec):
    """An exercise whose answer is thresholds, inhibitory inputs and choices."""

    kind: Literal["threshold"]
    gates: Annotated[Items[Gate], Field(min_length=1)]
    choices: Items[Choice] = ()
    patterns: Items[Pattern] = ()

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        sizes = {gate.id: len(gate.outputs) for gate in self.gates}
        require_unique("gate ids", [gate.id for gate in self.gates])
        require_unique("choice ids", [choice.id for choice in self.choices])
        for pattern in self.patterns:
            require_known("pattern of", pattern.of, list(sizes))
            if len(pattern.outputs) != sizes[pattern.of]:
                raise ValueError(f"a pattern of {pattern.of!r} needs {sizes[pattern.of]} outputs")
        return self
