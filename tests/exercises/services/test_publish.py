"""Publishing: everything or nothing, revisions that never change, and every problem named at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from exercises.models import Exercise, ExerciseRevision
from exercises.services import publish
from exercises.services.publish import Published, sync_content
from lessons.models import Enrolment, Lesson, LessonRevision
from lessons.reading import ContentInvalid, read_course
from tests import factories

pytestmark = pytest.mark.django_db

XOR = "07-mlp-xor/exercises/xor-weights.toml"
LESSON = "07-mlp-xor/lesson.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real content, to be changed by a test."""
    return Path(shutil.copytree(settings.CONTENT_DIR, tmp_path / "content"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def sync(folder: Path) -> Published:
    return sync_content(folder=folder, now=timezone.now())


def test_publishing_the_same_files_again_changes_nothing(folder: Path) -> None:
    counts = (ExerciseRevision.objects.count(), LessonRevision.objects.count())

    published = sync(folder)

    assert (published.new_exercise_revisions, published.new_lesson_revisions, published.retired) == (0, 0, 0)
    assert (ExerciseRevision.objects.count(), LessonRevision.objects.count()) == counts


def test_a_changed_exercise_gets_a_new_revision_and_keeps_the_old_one(folder: Path) -> None:
    before = Exercise.objects.get(slug="xor-weights").revision
    assert before is not None
    change(folder / XOR, before.title, "XOR, said otherwise")

    published = sync(folder)

    exercise = Exercise.objects.select_related("revision").get(slug="xor-weights")
    assert published.new_exercise_revisions == 1
    assert exercise.revision is not None
    assert (exercise.revision.number, exercise.revision.title) == (before.number + 1, "XOR, said otherwise")
    assert ExerciseRevision.objects.get(pk=before.pk).title == before.title


def test_going_back_to_an_earlier_text_uses_its_revision_again(folder: Path) -> None:
    before = Exercise.objects.get(slug="xor-weights").revision
    assert before is not None
    original = (folder / XOR).read_text()
    change(folder / XOR, before.title, "XOR, said otherwise")
    sync(folder)
    (folder / XOR).write_text(original)

    published = sync(folder)

    assert published.new_exercise_revisions == 0
    assert Exercise.objects.get(slug="xor-weights").revision_id == before.pk


def test_a_removed_exercise_is_retired_and_may_come_back(folder: Path) -> None:
    text = (folder / XOR).read_text()
    (folder / XOR).unlink()

    assert sync(folder).retired == 1
    assert Exercise.objects.get(slug="xor-weights").retired_at is not None
    (folder / XOR).write_text(text)
    sync(folder)
    assert Exercise.objects.get(slug="xor-weights").retired_at is None


def test_a_retired_exercise_takes_no_answers_and_keeps_those_it_has(
    folder: Path, student: Enrolment, xor: Exercise, signed_in: Callable[..., Client]
) -> None:
    row = factories.graded(student, xor)
    (folder / XOR).unlink()
    sync(folder)
    client = signed_in(student)

    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.get(xor.get_absolute_url()).status_code == 404
    assert client.post(xor.get_absolute_url(), factories.LECTURE_FIELDS).status_code == 404
    assert client.get("/lessons/mlp-xor/").status_code == 200
    assert row.grades.count() == 1


def test_a_grade_names_the_revision_that_was_submitted_to(
    folder: Path, student: Enrolment, xor: Exercise
) -> None:
    assert xor.revision is not None
    row = factories.submission(student, xor)
    change(folder / XOR, xor.revision.title, "XOR, said otherwise")
    sync(folder)

    factories.grade_all()

    assert row.grades.get().revision_id == xor.revision_id


def test_a_removed_lesson_is_announced_again_and_keeps_its_revisions(folder: Path) -> None:
    shutil.rmtree(folder / "07-mlp-xor")

    sync(folder)

    lesson = Lesson.objects.get(slug="mlp-xor")
    assert lesson.revision is None
    assert lesson.revisions.count() == 1


def test_every_problem_of_every_file_is_reported_and_nothing_is_published(folder: Path) -> None:
    change(folder / XOR, 'kind = "weights"', 'kind = "weights"\nsurprise = 1')
    change(folder / "01-mp-neuron/exercises/mp-gates.toml", "points = 100", 'points = "100"')
    change(folder / "02-perceptron/lesson.md", "$", r"$\nonsense{")
    before = set(Exercise.objects.values_list("slug", "revision"))

    with pytest.raises(ContentInvalid) as refusal:
        sync(folder)

    paths = {problem.path for problem in refusal.value.problems}
    assert paths >= {XOR, "01-mp-neuron/exercises/mp-gates.toml", "02-perceptron/lesson.md"}
    assert all(problem.message and problem.cure for problem in refusal.value.problems)
    assert set(Exercise.objects.values_list("slug", "revision")) == before


def test_a_reference_that_is_wrong_is_not_published(folder: Path) -> None:
    change(folder / XOR, '"2.bias" = [-30]', '"2.bias" = [-10]')

    with pytest.raises(ContentInvalid, match="reference"):
        sync(folder)


def publish_unproven(folder: Path) -> None:
    """Break the reference of an exercise, and make what its file then says the published revision."""
    change(folder / XOR, '"2.bias" = [-30]', '"2.bias" = [-10]')
    file = next(file for file in read_course(folder).exercises if file.id == "xor-weights")
    item = publish._read(file, [])
    assert item is not None
    exercise = Exercise.objects.get(slug="xor-weights")
    exercise.revision = ExerciseRevision.objects.create(
        exercise=exercise,
        number=99,
        digest=item.digest(),
        title="Unproven",
        points=100,
        attempts=10,
        spec=file.data,
        pages=item.pages,
        created_at=timezone.now(),
    )
    exercise.save(update_fields=["revision"])


def keep_one_exercise(folder: Path) -> None:
    """Leave XOR alone in the folder, so that proving all is quick; tests of their own prove the others."""
    for file in folder.glob("*/exercises/*.toml"):
        if file != folder / XOR:
            file.unlink()


def test_what_is_published_already_is_proven_again_only_on_request(folder: Path) -> None:
    publish_unproven(folder)
    keep_one_exercise(folder)

    assert sync(folder).new_exercise_revisions == 0
    with pytest.raises(CommandError, match="nothing was published"):
        call_command("sync_content", str(folder), "--prove-all")


def test_what_is_verified_to_the_letter_is_not_proven_and_what_was_changed_is(folder: Path) -> None:
    change(folder / XOR, '"2.bias" = [-30]', '"2.bias" = [-10]')
    with pytest.raises(ContentInvalid, match="reference"):
        sync(folder)
    file = next(file for file in read_course(folder).exercises if file.id == "xor-weights")
    (folder / "verified.toml").write_text(f'[digests]\nxor-weights = "{file.digest}"\n')

    assert sync(folder).new_exercise_revisions == 1
    keep_one_exercise(folder)
    with pytest.raises(CommandError, match="nothing was published"):
        call_command("sync_content", str(folder), "--prove-all")


def test_a_retired_exercise_is_proven_before_it_comes_back(folder: Path) -> None:
    publish_unproven(folder)
    Exercise.objects.filter(slug="xor-weights").update(retired_at=timezone.now())

    with pytest.raises(ContentInvalid, match="reference"):
        sync(folder)


def test_the_command_prints_each_problem_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder / XOR, 'kind = "weights"', 'kind = "guesses"')

    with pytest.raises(CommandError, match="nothing was published"):
        call_command("sync_content", str(folder))

    assert XOR in capsys.readouterr().err
