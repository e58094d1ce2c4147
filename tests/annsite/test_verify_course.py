"""manage.py verify_course: what it prints, keeps and refuses."""

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

    printed = verify("mp-gates", "--seeds", "2", "--write")

    written = page.read_text()
    assert "| reference | 2 of 2 | 100 |" in printed
    assert "| reference | 2 of 2 | 100 |" in written
    assert "## xor-weights\n\nkept\n" in written
    assert "old figures" not in written
    assert "dropped" not in written


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

    assert list(sections) == [file.id for file in read_course(settings.CONTENT_DIR).exercises]
    assert all("| reference | 50 of 50 |" in text for text in sections.values())
