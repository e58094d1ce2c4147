"""The course's files are read completely, or refused with every mistake in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lessons.reading import ContentInvalid, ContentProblem, CourseFiles, read_course

CONTENT = Path(__file__).parents[2] / "lessons" / "content"
COURSE = """
title = "Networks"
[[topics]]
number = 2
year = 1958
title = "Perceptron"
slug = "perceptron"
[[topics]]
number = 1
year = 1943
title = "MP neuron"
slug = "mp-neuron"
"""
LESSON = """+++
title = "MP neuron"
slug = "mp-neuron"
number = 1
year = 1943
minutes = 20
summary = "Counting and comparing."
goals = ["one", "two", "three"]
concepts = ["threshold"]
sources = [{text = "McCulloch and Pitts", year = 1943}]
+++

## A question

An answer.
"""
EXERCISE = 'id = "mp-gates"\ntitle = "Gates"\n'
LESSON_PATH = "01-mp-neuron/lesson.md"
EXERCISE_PATH = "01-mp-neuron/exercises/mp-gates.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path, "course.toml", COURSE)
    _write(tmp_path, LESSON_PATH, LESSON)
    _write(tmp_path, EXERCISE_PATH, EXERCISE)
    return tmp_path


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    _write(folder, name, text.replace(old, new))


def _problems(folder: Path) -> list[ContentProblem]:
    with pytest.raises(ContentInvalid) as refusal:
        read_course(folder)
    return refusal.value.problems


def _only_problem(folder: Path) -> ContentProblem:
    problems = _problems(folder)
    assert len(problems) == 1, problems
    return problems[0]


def test_a_good_folder_is_read_in_the_order_of_the_timeline(folder: Path) -> None:
    course = read_course(folder)

    assert course.title == "Networks"
    assert [topic.slug for topic in course.topics] == ["mp-neuron", "perceptron"]
    (lesson,) = course.lessons
    assert (lesson.slug, lesson.number, lesson.year, lesson.minutes) == ("mp-neuron", 1, 1943, 20)
    assert lesson.goals == ["one", "two", "three"]
    assert (lesson.sources[0].text, lesson.sources[0].year) == ("McCulloch and Pitts", 1943)
    assert lesson.path == LESSON_PATH
    (exercise,) = course.exercises
    assert (exercise.id, exercise.lesson_slug, exercise.position) == ("mp-gates", "mp-neuron", 1)
    assert exercise.data == {"id": "mp-gates", "title": "Gates"}
    assert exercise.path == EXERCISE_PATH


def test_the_body_keeps_its_place_in_the_file(folder: Path) -> None:
    lesson = read_course(folder).lessons[0]

    lines = (folder / LESSON_PATH).read_text().split("\n")
    assert "\n".join(lines[lesson.body_line - 1 :]) == lesson.body


def test_exercises_of_a_lesson_follow_their_file_names(folder: Path) -> None:
    _write(folder, "01-mp-neuron/exercises/a-first.toml", 'id = "a-first"')

    exercises = read_course(folder).exercises

    assert [(item.id, item.position) for item in exercises] == [("a-first", 1), ("mp-gates", 2)]


def test_calculations_come_before_questions_and_trainings(folder: Path) -> None:
    for name, kind in (("a", "training"), ("b", "choice"), ("c", "kernel"), ("d", "numbers")):
        _write(folder, f"01-mp-neuron/exercises/{name}.toml", f'id = "{name}"\nkind = "{kind}"')

    exercises = read_course(folder).exercises

    assert [item.id for item in exercises] == ["d", "mp-gates", "b", "c", "a"]


def test_the_digest_ignores_line_ends_and_sees_every_word(folder: Path) -> None:
    before = read_course(folder)
    _write(folder, LESSON_PATH, "\ufeff" + LESSON.replace("\n", "\r\n") + "\r\n\r\n")
    same = read_course(folder)
    _change(folder, LESSON_PATH, "An answer.", "Another answer.")
    changed = read_course(folder)

    assert _digest(before) == _digest(same) != _digest(changed)
    assert same.lessons[0].body == before.lessons[0].body


def _digest(course: CourseFiles) -> str:
    return course.lessons[0].digest


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: _change(folder, name, old, new)


MISTAKES = {
    "no course": (_remove("course.toml"), "course.toml", "file", "no such file"),
    "bad course": (_edit("course.toml", "number = 2", "number ="), "course.toml", "line 4", "not TOML"),
    "no topics": (
        lambda folder: _write(folder, "course.toml", 'title = "x"\ntopics = []'),
        "course.toml",
        "topics",
        "too few",
    ),
    "year of a topic": (_edit("course.toml", "1958", "19580"), "course.toml", "topics[0].year", "less than"),
    "repeated number": (
        _edit("course.toml", "number = 2", "number = 1"),
        "course.toml",
        "topics.number",
        "taken by this file",
    ),
    "repeated slug": (
        _edit("course.toml", '"perceptron"', '"mp-neuron"'),
        "course.toml",
        "topics.slug",
        "taken by this file",
    ),
    "no lesson": (_remove(LESSON_PATH), LESSON_PATH, "file", "no such file"),
    "no front matter": (_edit(LESSON_PATH, "+++", "---"), LESSON_PATH, "front matter", "there is none"),
    "bad front matter": (
        _edit(LESSON_PATH, "minutes = 20", "minutes = twenty"),
        LESSON_PATH,
        "line 6",
        "not TOML",
    ),
    "missing key": (_edit(LESSON_PATH, "minutes = 20\n", ""), LESSON_PATH, "minutes", "missing"),
    "unknown key": (
        _edit(LESSON_PATH, "minutes = 20", "minutes = 20\nauthor = 1"),
        LESSON_PATH,
        "author",
        "known",
    ),
    "text for a number": (_edit(LESSON_PATH, "= 20", '= "20"'), LESSON_PATH, "minutes", "whole number"),
    "number for a text": (_edit(LESSON_PATH, '"threshold"', "3"), LESSON_PATH, "concepts[0]", "must be text"),
    "empty title": (_edit(LESSON_PATH, '"MP neuron"', '" "'), LESSON_PATH, "title", "empty"),
    "two goals": (_edit(LESSON_PATH, ', "three"', ""), LESSON_PATH, "goals", "too few"),
    "four goals": (_edit(LESSON_PATH, '"three"', '"three", "four"'), LESSON_PATH, "goals", "too many"),
    "source without year": (
        _edit(LESSON_PATH, ", year = 1943}", "}"),
        LESSON_PATH,
        "sources[0].year",
        "missing",
    ),
    "source as text": (
        _edit(LESSON_PATH, '[{text = "McCulloch and Pitts", year = 1943}]', '["x"]'),
        LESSON_PATH,
        "sources[0]",
        "must be a table",
    ),
    "other year": (
        _edit(LESSON_PATH, "year = 1943\nm", "year = 1944\nm"),
        LESSON_PATH,
        "year",
        "timeline says 1943",
    ),
    "no text": (_edit(LESSON_PATH, "## A question\n\nAn answer.\n", ""), LESSON_PATH, "body", "no text"),
    "bad exercise": (_edit(EXERCISE_PATH, '"Gates"', '"Gates'), EXERCISE_PATH, "line 2", "not TOML"),
    "exercise without id": (_edit(EXERCISE_PATH, 'id = "mp-gates"\n', ""), EXERCISE_PATH, "id", "missing"),
    "id of another": (
        _edit(EXERCISE_PATH, '"mp-gates"', '"mp-gate"'),
        EXERCISE_PATH,
        "id",
        "called 'mp-gates'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_key_and_cure(folder: Path, mistake: str) -> None:
    make, path, key, message = MISTAKES[mistake]
    make(folder)

    problem = _only_problem(folder)

    assert (problem.path, problem.key) == (path, key)
    assert message in problem.message
    assert problem.cure


def test_bytes_that_are_not_utf_8_are_named(folder: Path) -> None:
    (folder / LESSON_PATH).write_bytes(b"+++\n\xff\n+++\n")

    assert "byte 4 is not UTF-8" in _only_problem(folder).message


def test_a_huge_file_is_refused(folder: Path) -> None:
    _write(folder, LESSON_PATH, LESSON + "x" * 1_000_000)

    assert "bytes" in _only_problem(folder).message


def test_a_lesson_outside_the_timeline_is_refused(folder: Path) -> None:
    _write(
        folder,
        "03-lost/lesson.md",
        LESSON.replace('"mp-neuron"', '"lost"').replace("number = 1", "number = 3"),
    )

    problem = _only_problem(folder)

    assert (problem.path, problem.key) == ("03-lost/lesson.md", "slug")
    assert "not in the timeline" in problem.message


def test_a_folder_is_called_by_number_and_slug(folder: Path) -> None:
    (folder / "01-mp-neuron").rename(folder / "1-neuron")

    assert "rename it to '01-mp-neuron'" in _only_problem(folder).cure


def test_two_lessons_and_two_exercises_of_one_name_are_refused(folder: Path) -> None:
    _write(folder, "02-perceptron/lesson.md", LESSON)
    _write(folder, "02-perceptron/exercises/mp-gates.toml", EXERCISE)

    keys = {(problem.path, problem.key) for problem in _problems(folder)}

    assert ("02-perceptron/lesson.md", "number") in keys
    assert ("02-perceptron/lesson.md", "slug") in keys
    assert ("02-perceptron/exercises/mp-gates.toml", "id") in keys


def test_an_id_of_odd_letters_is_refused(folder: Path) -> None:
    _write(folder, "01-mp-neuron/exercises/My Gates.toml", 'id = "My Gates"')

    assert "is not an id" in _only_problem(folder).message


def test_all_mistakes_of_all_files_come_at_once(folder: Path) -> None:
    _change(folder, "course.toml", "number = 2", "number =")
    _change(folder, LESSON_PATH, "minutes = 20\n", "")
    _change(folder, LESSON_PATH, '"threshold"', "3")
    _change(folder, EXERCISE_PATH, '"Gates"', '"Gates')

    problems = _problems(folder)

    assert [problem.path for problem in problems] == [EXERCISE_PATH, LESSON_PATH, LESSON_PATH, "course.toml"]
    assert "course.toml: line 4: " in str(ContentInvalid(problems))


def test_an_empty_place_is_refused(tmp_path: Path) -> None:
    assert _only_problem(tmp_path / "nowhere").path == "course.toml"


def test_the_real_course_has_its_28_topics_and_lessons_in_their_order() -> None:
    course = read_course(CONTENT)

    assert [topic.number for topic in course.topics] == list(range(28))
    assert {"opening", "mp-neuron", "perceptron", "mlp-xor"} <= {lesson.slug for lesson in course.lessons}
    assert [lesson.number for lesson in course.lessons] == sorted(lesson.number for lesson in course.lessons)
