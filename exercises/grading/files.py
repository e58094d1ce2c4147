"""An answer that comes as a file: turned into the same raw answer that a form or a program would send."""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

from engine.strict_json import Problem, Refused, decode_json, shorten
from engine.weights import load
from exercises.grading.kinds import KINDS
from exercises.grading.specs import ExerciseSpec

MAX_FILE = 5_000_000
LONGEST_NAME = 100
WEIGHTS_ALONE = ("npz", "safetensors")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class AnswerFile:
    """A file as it was sent: its name, not to be trusted, and at most one byte more than is allowed."""

    name: str
    content: bytes

    def source(self) -> dict[str, Any]:
        """Return what is kept of the file: a printable name, its hash and its length."""
        return {
            "name": self.shown_name(),
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "bytes": len(self.content),
        }

    def shown_name(self) -> str:
        """Return the last part of the name without what no name should have, shortened."""
        return self._last()[:LONGEST_NAME] or "file"

    def format(self) -> str:
        """Return the ending of the name, in lower case."""
        return self._last().rpartition(".")[2].lower()

    def _last(self) -> str:
        return UNPRINTABLE.sub("", re.split(r"[/\\]", self.name)[-1])


def file_formats(spec: ExerciseSpec) -> tuple[str, ...]:
    """List the endings that an exercise takes: weights come in three formats, everything else as JSON."""
    return ("json", *WEIGHTS_ALONE) if KINDS[spec.kind].tensors(spec) else ("json",)


def answer_of_file(spec: ExerciseSpec, file: AnswerFile) -> object:
    """Turn a file into a raw answer for parse_answer; AnswerRefused has fields that begin with `file`.

    Names, shapes and sizes are those of the exercise: nothing larger is ever allocated.
    """
    allowed = file_formats(spec)
    if len(file.content) > MAX_FILE:
        limit = f"{MAX_FILE:,} bytes"
        raise _refused("", f"more than {limit}", limit, f"The file is larger than {limit}.")
    if file.format() not in allowed:
        limit = f"a name ending in .{', .'.join(allowed)}"
        raise _refused("", shorten(file.shown_name()), limit, f"The file must have {limit}.")
    try:
        if file.format() == "json":
            return _wrapped(spec, decode_json(file.content))
        state = load(file.content, KINDS[spec.kind].tensors(spec), format=file.format(), max_bytes=MAX_FILE)
    except Refused as error:
        raise Refused([replace(problem, field=_path(problem.field)) for problem in error.problems]) from error
    return {"weights": {name: values.tolist() for name, values in state.items()}}


def _wrapped(spec: ExerciseSpec, raw: object) -> object:
    """Let a file hold the whole answer, or just what is in it: a state, or a configuration."""
    key = "config" if spec.kind == "training" else "weights" if KINDS[spec.kind].tensors(spec) else ""
    return {key: raw} if key and isinstance(raw, dict) and key not in raw else raw


def _refused(field: str, value: str, limit: str, message: str) -> Refused:
    return Refused([Problem(_path(field), value, limit, message)])


def _path(field: str) -> str:
    return f"file.{field}" if field else "file"
