"""manage.py verify_course: what it prints, keeps and refuses."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from lessons.reading import read_course


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_course", *arguments, stdout=out)
    return out.getvalue()


def test_the_figures_of_an_exercise_replace_its_old_ones_and_leave_the_others(
    tmp_path: Path, settings: LazySettings
) -> None:
    page = tmp_path / "docs" / "verification.md"
    page.parent.mkdir()
    page.write_text("# Old\n\n## mp-gates\n\nold figures\n\n## xor-weights\n\nkept\n\n## gone\n\ndropped\n")
    settings.BASE_DIR = tmp_path
    content = tmp_path / "content"
    shutil.copytree(settings.CONTENT_DIR, content)
    (content / "verified.toml").write_text(
        '[digests]\nmp-gates = "old"\nxor-weights = "kept"\ngone = "dropped"\n'
    )

    printed = verify("mp-gates", "--seeds", "2", "--write", "--folder", str(content))

    written = page.read_text()
    assert "| reference | 2 of 2 | 100 |" in printed
    assert "| reference | 2 of 2 | 100 |" in written
    assert "## xor-weights\n\nkept\n" in written
    assert "old figures" not in written
    assert "dropped" not in written
    course = read_course(content)
    (file,) = [file for file in course.exercises if file.id == "mp-gates"]
    assert course.verified == {"mp-gates": file.digest, "xor-weights": "kept"}


def test_an_exercise_that_is_not_sound_loses_its_digest(tmp_path: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    content = tmp_path / "content"
    shutil.copytree(settings.CONTENT_DIR, content)
    file = content / "01-mp-neuron" / "exercises" / "mp-gates.toml"
    file.write_text(file.read_text().replace("and = { threshold = 2", "and = { threshold = 1"))

    with pytest.raises(CommandError, match="1 of 1 exercises are not as promised"):
        verify("mp-gates", "--seeds", "2", "--write", "--folder", str(content))

    assert "mp-gates" not in read_course(content).verified


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such"], "there is no exercise no-such"),
        (["mp-gates", "--seeds", "1"], "1: a whole number from 2"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        verify(*arguments)


def test_every_exercise_has_been_verified(settings: LazySettings) -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "verification.md").read_text(encoding="utf-8")

    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])

    course = read_course(settings.CONTENT_DIR)
    assert list(sections) == [file.id for file in course.exercises]
    assert all("| reference | 50 of 50 |" in text for text in sections.values())
    assert course.verified == {file.id: file.digest for file in course.exercises}
