"""Read the course's files into checked data, and name every mistake in them at once.

The folder holds course.toml, perhaps glossary.toml and verified.toml, and one folder per lesson
(`07-mlp-xor`) with lesson.md and, below exercises/, one TOML file per exercise. What an exercise file
must say is the business of whoever grades; here it only has to be TOML under the right name.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

FENCE = "+++"
GLOSSARY = "glossary.toml"
VERIFIED = "verified.toml"
FIRST_YEAR, LAST_YEAR = 1600, 2100
MAX_BYTES = 1_000_000
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LINE_OF_TOML_ERROR = re.compile(r" \(at line (\d+), column (\d+)\)$")

CURES = {
    "missing": ("this key is missing", "add it"),
    "extra_forbidden": ("this key is not known", "check its spelling, or remove it"),
    "string_type": ("this must be text", 'write it in quotes, "like this"'),
    "int_type": ("this must be a whole number", "write it without quotes and without a decimal point"),
    "list_type": ("this must be a list", 'write it in square brackets, ["one", "two"]'),
    "model_type": ("this must be a table", 'write it in braces, {text = "...", year = 1943}'),
    "string_pattern_mismatch": ("this is not a slug", "use small letters, digits and single hyphens"),
    "string_too_short": ("this is empty", "write at least one word"),
    "too_short": ("this list has too few entries", "goals are exactly three; other lists need one entry"),
    "too_long": ("this list has too many entries", "goals are exactly three"),
}

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=50)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Number = Annotated[int, Field(ge=0, le=99)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Source(_Strict):
    """A work the lesson rests on."""

    text: Text
    year: Year


class Topic(_Strict):
    """One place in the timeline, taught already or only announced."""

    number: Number
    year: Year
    title: Text
    slug: Slug


class _CourseToml(_Strict):
    title: Text
    topics: Annotated[list[Topic], Field(min_length=1)]


class _GlossaryToml(_Strict):
    terms: dict[Text, Text]


class _VerifiedToml(_Strict):
    digests: dict[Slug, Text]


class _FrontMatter(_Strict):
    title: Text
    slug: Slug
    number: Number
    year: Year
    minutes: Annotated[int, Field(ge=1, le=240)]
    summary: Text
    goals: Annotated[list[Text], Field(min_length=3, max_length=3)]
    concepts: Annotated[list[Text], Field(min_length=1)]
    sources: Annotated[list[Source], Field(min_length=1)]


LATER = {"choice": 1, "descent": 2, "kernel": 2, "polynomial": 2, "repair": 2, "signal": 2, "training": 3}
"""The exercises of a lesson go from what is computed by hand (0) to what is trained (3)."""


@dataclass(frozen=True)
class LessonFile:
    """A lesson as its author wrote it; `body_line` is the line of the file where the body begins."""

    slug: str
    number: int
    year: int
    title: str
    minutes: int
    summary: str
    goals: Sequence[str]
    concepts: Sequence[str]
    sources: Sequence[Source]
    body: str
    body_line: int
    path: str
    digest: str


@dataclass(frozen=True)
class ExerciseFile:
    """An exercise as its author wrote it, not yet checked; `position` counts from 1 in its lesson."""

    id: str
    lesson_slug: str
    position: int
    data: dict[str, Any]
    path: str
    digest: str


@dataclass(frozen=True)
class CourseFiles:
    """Everything the folder holds, in the order of the timeline.

    `verified` has the digest that an exercise's file had when it was measured on many seeds.
    """

    title: str
    topics: Sequence[Topic]
    lessons: Sequence[LessonFile]
    exercises: Sequence[ExerciseFile]
    glossary: Mapping[str, str]
    verified: Mapping[str, str]


@dataclass(frozen=True, order=True)
class ContentProblem:
    """One mistake: the file (relative to the folder), the key or line, what is wrong, what to do."""

    path: str
    key: str
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.message}; {self.cure}"


class ContentInvalid(Exception):
    """Refuse the course's files with every problem found in them."""

    def __init__(self, problems: Iterable[ContentProblem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_course(folder: Path) -> CourseFiles:
    """Read all files below `folder`; raise ContentInvalid with all problems of all files."""
    reader = _Reader(folder)
    course = reader.course()
    lessons: list[LessonFile] = []
    exercises: list[ExerciseFile] = []
    for place in reader.lesson_folders():
        lesson = reader.lesson(place)
        if lesson is not None:
            lessons.append(lesson)
        slug = lesson.slug if lesson is not None else place.name.partition("-")[2]
        exercises.extend(reader.exercises(place, slug))
    if course is not None:
        reader.compare_with_timeline(lessons, course.topics)
    glossary = reader.optional(GLOSSARY, _GlossaryToml)
    verified = reader.optional(VERIFIED, _VerifiedToml)
    reader.refuse_repeats("slug", [(item.path, item.slug) for item in lessons])
    reader.refuse_repeats("number", [(item.path, str(item.number)) for item in lessons])
    reader.refuse_repeats("id", [(item.path, item.id) for item in exercises])
    if reader.problems or course is None:
        raise ContentInvalid(reader.problems)
    return CourseFiles(
        title=course.title,
        topics=tuple(sorted(course.topics, key=lambda topic: topic.number)),
        lessons=tuple(sorted(lessons, key=lambda lesson: lesson.number)),
        exercises=tuple(exercises),
        glossary=glossary.terms if glossary else {},
        verified=verified.digests if verified else {},
    )


_Model = TypeVar("_Model", bound=BaseModel)


class _Reader:
    """Read what can be read and keep every problem met on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[ContentProblem] = []

    def course(self) -> _CourseToml | None:
        path = self.folder / "course.toml"
        text = self._text(path)
        data = None if text is None else self._toml(path, text, 0)
        course = None if data is None else self._checked(path, _CourseToml, data)
        if course is not None:
            where = self._name(path)
            self.refuse_repeats("topics.slug", [(where, topic.slug) for topic in course.topics])
            self.refuse_repeats("topics.number", [(where, str(topic.number)) for topic in course.topics])
        return course

    def lesson_folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        places = (place for place in self.folder.iterdir() if place.is_dir())
        return sorted(place for place in places if not place.name.startswith((".", "_")))

    def lesson(self, place: Path) -> LessonFile | None:
        path = place / "lesson.md"
        text = self._text(path)
        parts = None if text is None else self._split(path, text)
        if text is None or parts is None:
            return None
        head, body, body_line = parts
        data = self._toml(path, head, 1)
        front = None if data is None else self._checked(path, _FrontMatter, data)
        if front is None:
            return None
        if place.name != (wanted := f"{front.number:02d}-{front.slug}"):
            self._add(path, "slug", f"the folder is called {place.name!r}", f"rename it to {wanted!r}")
        fields = {name: getattr(front, name) for name in _FrontMatter.model_fields}
        return LessonFile(
            **fields, body=body, body_line=body_line, path=self._name(path), digest=_digest(text)
        )

    def exercises(self, place: Path, lesson_slug: str) -> list[ExerciseFile]:
        found = []
        for path in (place / "exercises").glob("*.toml"):
            text = self._text(path)
            data = None if text is None else self._toml(path, text, 0)
            if text is None or data is None:
                continue
            self._check_id(path, data)
            found.append((path, data, _digest(text)))
        found.sort(key=lambda file: (LATER.get(str(file[1].get("kind")), 0), file[0].name))
        return [
            ExerciseFile(path.stem, lesson_slug, position, data, self._name(path), digest)
            for position, (path, data, digest) in enumerate(found, start=1)
        ]

    def optional(self, name: str, model: type[_Model]) -> _Model | None:
        """Read a file beside course.toml that need not be there."""
        path = self.folder / name
        text = self._text(path) if path.exists() else None
        data = None if text is None else self._toml(path, text, 0)
        return None if data is None else self._checked(path, model, data)

    def compare_with_timeline(self, lessons: Sequence[LessonFile], topics: Sequence[Topic]) -> None:
        """Each lesson is a topic of the timeline, with the same number and year."""
        by_slug = {topic.slug: topic for topic in topics}
        for lesson in lessons:
            topic = by_slug.get(lesson.slug)
            if topic is None:
                self._add_named(
                    lesson.path, "slug", f"{lesson.slug!r} is not in the timeline", "add it to course.toml"
                )
                continue
            for key in ("number", "year"):
                ours, theirs = getattr(lesson, key), getattr(topic, key)
                if ours != theirs:
                    message = f"this says {ours}, the timeline says {theirs}"
                    self._add_named(lesson.path, key, message, "make this file and course.toml agree")

    def refuse_repeats(self, key: str, values: Iterable[tuple[str, str]]) -> None:
        seen: dict[str, str] = {}
        for path, value in values:
            if value in seen:
                where = "this file" if seen[value] == path else seen[value]
                self._add_named(path, key, f"{value!r} is taken by {where}", "choose another")
            seen.setdefault(value, path)

    def _check_id(self, path: Path, data: dict[str, Any]) -> None:
        if not re.match(SLUG, path.stem):
            self._add(path, "id", f"{path.stem!r} is not an id", CURES["string_pattern_mismatch"][1])
        if "id" not in data:
            self._add(path, "id", *CURES["missing"])
        elif data["id"] != path.stem:
            message = f"the id is {data['id']!r}, the file is called {path.stem!r}"
            self._add(path, "id", message, "give both the same name")

    def _text(self, path: Path) -> str | None:
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig")
        except FileNotFoundError:
            self._add(path, "file", "there is no such file", "write it, or remove its folder")
        except UnicodeDecodeError as error:
            self._add(path, "file", f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        except OSError as error:
            self._add(path, "file", f"it cannot be read ({error.strerror})", "check what it is")
        else:
            if len(raw) <= MAX_BYTES:
                return _normal(text)
            self._add(path, "file", f"it has {len(raw)} bytes", f"keep it below {MAX_BYTES}")
        return None

    def _split(self, path: Path, text: str) -> tuple[str, str, int] | None:
        """Return the front matter, the body, and the line where the body begins."""
        lines = text.split("\n")
        end = next((i for i, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
        if lines[0].rstrip() != FENCE or end is None:
            cure = f"begin the file with a {FENCE} line, the TOML, and another {FENCE} line"
            self._add(path, "front matter", "there is none", cure)
            return None
        body = "\n".join(lines[end + 1 :])
        if not body.strip():
            self._add(path, "body", "the lesson has no text", "write it below the front matter")
        return "\n".join(lines[1:end]), body, end + 2

    def _toml(self, path: Path, text: str, lines_before: int) -> dict[str, Any] | None:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line, message, cure = explain_toml(error, text)
            self._add(path, f"line {line + lines_before}", message, cure)
        except RecursionError:
            self._add(path, "file", "its lists are nested too deeply", "write it flatter")
        return None

    def _checked(self, path: Path, model: type[_Model], data: dict[str, Any]) -> _Model | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                message, cure = CURES.get(detail["type"], (detail["msg"], "put a fitting value here"))
                self._add(path, _key(detail["loc"]), message, cure)
        return None

    def _add(self, path: Path, key: str, message: str, cure: str) -> None:
        self._add_named(self._name(path), key, message, cure)

    def _add_named(self, path: str, key: str, message: str, cure: str) -> None:
        self.problems.append(ContentProblem(path, key, message, cure))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def explain_toml(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str, str]:
    """Return line (from 1), message and cure of a TOML error."""
    message = str(error)
    found = LINE_OF_TOML_ERROR.search(message)
    line = int(found[1]) if found else text.count("\n") + 1
    column = f", column {found[2]}" if found else ""
    what = LINE_OF_TOML_ERROR.sub("", message)
    return line, f"this is not TOML{column}: {what}", "mend this line, or the one above"


def _key(location: Sequence[str | int]) -> str:
    """Return `sources[1].year` for ("sources", 1, "year")."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).lstrip(".") or "file"


def _normal(text: str) -> str:
    """Return the text with one kind of line end and exactly one at the end, whoever's editor saved it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
