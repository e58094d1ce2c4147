"""A reader reports a mistake; those who run a course find it in the admin."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.models import Course, Enrolment, Lesson, MistakeReport, Passage
from lessons.services.enrol import enrol
from lessons.services.report import MOST_OF_ONE, ReportRefused, report_mistake
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = "/lessons/mlp-xor/mistake/"
LIST = "/admin/lessons/mistakereport/"
GIVEN = {"anchor": "", "quote": "The first row is OR.", "words": "It is NAND."}


@pytest.fixture
def lesson(course: Course) -> Lesson:
    found: Lesson = Lesson.objects.get(slug="mlp-xor")
    return found


def reported(lesson: Lesson, reporter: Enrolment | None = None, **other: Any) -> MistakeReport:
    given = GIVEN | {"now": timezone.now()} | other
    return report_mistake(lesson=lesson, reporter=reporter.user if reporter else None, **given)


def test_a_visitor_reports_without_javascript_and_without_an_account(lesson: Lesson) -> None:
    passage = Passage.objects.filter(lesson=lesson).exclude(anchor="")[0]
    client = Client()
    page = client.get("/lessons/mlp-xor/").content.decode()

    reply = client.post(ADDRESS, GIVEN | {"anchor": passage.anchor}, follow=True)

    assert f'<option value="{passage.anchor}">' in page
    report = MistakeReport.objects.get()
    assert (report.quote, report.words, report.reporter, report.done) == (
        *list(GIVEN.values())[1:],
        None,
        False,
    )
    assert report.revision == lesson.revision
    assert report.get_absolute_url() == f"/lessons/mlp-xor/#{passage.anchor}"
    assert "Your report has reached those who teach this course" in reply.content.decode()


def test_the_name_of_somebody_signed_in_is_kept(
    lesson: Lesson, student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    signed_in(student).post(ADDRESS, GIVEN)

    assert MistakeReport.objects.get().reporter == student.user


@pytest.mark.parametrize(("words", "length"), [(" ", "0"), ("x" * 2001, "2,001")])
def test_a_report_without_words_or_with_too_many_is_shown_again(
    lesson: Lesson, words: str, length: str
) -> None:
    reply = Client().post(ADDRESS, GIVEN | {"words": words})

    assert reply.status_code == 422
    text = reply.content.decode()
    assert f"in 1 to 2,000 characters; this has {length}." in text
    assert '<details class="more" id="mistake" open>' in text
    assert GIVEN["quote"] in text
    assert not MistakeReport.objects.exists()


def test_an_anchor_that_is_no_heading_is_forgotten_and_a_long_quote_is_cut(lesson: Lesson) -> None:
    report = reported(lesson, anchor="section-of-another-lesson", quote="long " * 1000)

    assert report.anchor == ""
    assert len(report.quote) == 1000


def test_what_a_reader_sends_is_text_in_the_page(lesson: Lesson) -> None:
    reply = Client().post(ADDRESS, GIVEN | {"words": "", "quote": "</textarea><script>alert(1)</script>"})

    assert "<script>alert(1)" not in reply.content.decode()


def test_who_sends_too_many_is_told_when_to_come_back(
    lesson: Lesson, student: Enrolment, other_student: Enrolment, signed_in: Callable[..., Client]
) -> None:
    start = timezone.now() - timedelta(minutes=50)
    for _ in range(MOST_OF_ONE):
        reported(lesson, student, now=start)

    reply = signed_in(student).post(ADDRESS, GIVEN)

    assert reply.status_code == 429
    assert 540 <= int(reply["Retry-After"]) <= 600
    assert "You have sent 10 reports within an hour. Please come back in 10 min." in reply.content.decode()
    reported(lesson, other_student)
    reported(lesson, student, now=start + timedelta(hours=1, seconds=1))


def test_visitors_have_one_allowance_together(lesson: Lesson) -> None:
    now = timezone.now()
    rows = [
        MistakeReport(lesson=lesson, revision=lesson.revision, words="x", created_at=now) for _ in range(60)
    ]
    MistakeReport.objects.bulk_create(rows)

    with pytest.raises(ReportRefused, match="Readers who are not signed in have sent 60 reports"):
        reported(lesson, now=now)


def test_a_lesson_that_is_not_published_takes_no_report(course: Course) -> None:
    assert Client().post("/lessons/no-such-lesson/mistake/", GIVEN).status_code == 404
    assert Client().get(ADDRESS).status_code == 405


def test_an_instructor_finds_the_report_and_ticks_it_off(
    lesson: Lesson, student: Enrolment, instructor: Enrolment, signed_in: Callable[..., Client]
) -> None:
    report = reported(lesson, student)
    desk = signed_in(instructor)
    listed = desk.get(LIST).content.decode()

    counts = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"}
    desk.post(LIST, counts | {"form-0-id": str(report.pk), "form-0-done": "on", "_save": "Save"})

    assert "It is NAND." in listed
    assert "student" in listed
    report.refresh_from_db()
    assert report.done
    assert "It is NAND." not in desk.get(f"{LIST}?done__exact=0").content.decode()


def test_the_words_of_a_report_cannot_be_changed_in_the_admin(
    lesson: Lesson, instructor: Enrolment, signed_in: Callable[..., Client]
) -> None:
    report = reported(lesson)

    signed_in(instructor).post(f"{LIST}{report.pk}/change/", {"words": "All is well.", "done": "on"})

    report.refresh_from_db()
    assert (report.words, report.done) == ("It is NAND.", True)


def test_a_reader_of_another_course_stays_without_a_name(
    lesson: Lesson, instructor: Enrolment, signed_in: Callable[..., Client]
) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    report = reported(lesson, enrol(user=factories.person("stranger"), course=elsewhere))
    desk = signed_in(instructor)

    pages = [desk.get(address).content.decode() for address in (LIST, f"{LIST}{report.pk}/change/")]

    assert all("of another course" in page for page in pages)
    assert not any("stranger" in page for page in pages)


def test_the_list_asks_the_database_as_often_for_20_reports_as_for_10(
    lesson: Lesson, student: Enrolment, instructor: Enrolment, signed_in: Callable[..., Client]
) -> None:
    desk, now = signed_in(instructor), timezone.now()
    found = []
    for _ in range(2):
        MistakeReport.objects.bulk_create(
            MistakeReport(lesson=lesson, revision=lesson.revision, words="x", reporter=user, created_at=now)
            for user in [student.user, None] * 5
        )
        with CaptureQueriesContext(connection) as asked:
            desk.get(LIST)
        found.append(len(asked))

    assert found[0] == found[1]
