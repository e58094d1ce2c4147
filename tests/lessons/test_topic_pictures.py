"""The home page draws one small picture for each lesson."""

from collections import Counter
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from lessons.reading import read_course

CONTENT = Path(__file__).parents[2] / "lessons" / "content"
SLUGS = [lesson.slug for lesson in read_course(CONTENT).lessons]


def picture(slug: str) -> str:
    return "".join(render_to_string("lessons/_topic_picture.html", {"slug": slug}).split())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lesson_has_a_picture_and_no_placeholder(slug: str) -> None:
    assert picture(slug) != picture("not a lesson")


def test_no_two_lessons_share_a_picture() -> None:
    shared = Counter(picture(slug) for slug in SLUGS)

    assert len(SLUGS) >= 15
    assert set(shared.values()) == {1}
