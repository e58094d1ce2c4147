"""Exports: the numbers of the screen, the filters of the screen, and nothing that a spreadsheet runs."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annsite.accounts.models import User
from exercises.admin.exports import csv_pieces, safe_cell
from exercises.models import Exercise, Submission
from exercises.queries import exports
from exercises.queries.exports import gradebook_rows, raw_rows
from exercises.queries.scores import standings
from lessons.models import Course, Enrolment, Section
from lessons.services.enrol import enrol
from tests import factories

pytestmark = pytest.mark.django_db

RAW = "/admin/exercises/submission/export/"
BOOK = "/admin/teaching/autumn/gradebook.csv"
SignIn = Callable[[Enrolment | User], Client]


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  ="])
def test_no_cell_begins_like_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("value", "written"),
    [(-3.5, "-3.5"), (75.0, "75"), (0.1 + 0.2, "0.3"), (7, "7"), (None, ""), (True, "yes"), ("a-b", "a-b")],
)
def test_numbers_stay_numbers_and_plain_text_stays_plain(value: Any, written: str) -> None:
    assert safe_cell(value) == written


def test_every_cell_is_quoted_and_survives_reading() -> None:
    text = "".join(csv_pieces(["a"], [['say "hi", twice\nplease'], [-1]], mark=True))

    assert text.startswith('\ufeff"a"\r\n')
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == [
        ["a"],
        ['say "hi", twice\nplease'],
        ["-1"],
    ]
    assert '"-1"' in text


def test_the_gradebook_shows_what_counts(
    student: Enrolment, other_student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    factories.graded(student, xor, factories.WRONG_WIRING)
    factories.graded(student, xor)
    factories.graded(other_student, xor, factories.WRONG_WIRING)

    found = {row["username"]: row for row in rows_of(signed_in(instructor).get(BOOK))}

    counted = {who: standings(who, [xor])[xor.pk].best for who in (student, other_student)}
    assert {name: row["xor-weights"] for name, row in found.items()} == {
        who.user.username: safe_cell(score) for who, score in counted.items()
    }
    assert found["student"]["total"] == "100"
    assert found["student"]["sections"] == "Tuesday"
    assert found["student"]["mp-gates"] == ""


def test_an_assistant_exports_only_their_sections(
    student: Enrolment, other_student: Enrolment, assistant: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    inside, _ = factories.graded(student, xor), factories.graded(other_student, xor)
    client = signed_in(assistant)

    assert [row["username"] for row in rows_of(client.get(BOOK))] == ["student"]
    assert [row["submission"] for row in rows_of(client.get(RAW))] == [inside.public_id]


def test_an_assistant_cannot_name_another_section(
    student: Enrolment, other_student: Enrolment, assistant: Enrolment, course: Course, signed_in: SignIn
) -> None:
    other = Section.objects.create(course=course, name="Monday")
    other_student.sections.add(other)

    found = rows_of(signed_in(assistant).get(BOOK, {"section": other.pk}))

    assert [row["username"] for row in found] == ["student"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["right", "wrong"]),
        ("status__exact=graded", ["right", "wrong"]),
        ("status__exact=failed", []),
        ("exercise__id__exact={xor}&failing=XOR+%280%2C+0%29+answers+0", []),
        ("exercise__id__exact={xor}&failing=XOR+%280%2C+1%29+answers+1", ["wrong"]),
        ("q=other", ["wrong"]),
        ("q={right}", ["right"]),
        ("o=-9&p=7&bom=1", ["right", "wrong"]),
    ],
)
def test_the_export_has_the_filters_of_the_screen(
    student: Enrolment,
    other_student: Enrolment,
    instructor: Enrolment,
    xor: Exercise,
    signed_in: SignIn,
    *,
    query: str,
    found: list[str],
) -> None:
    rows = {
        "right": factories.graded(student, xor),
        "wrong": factories.graded(other_student, xor, factories.WRONG_WIRING),
    }
    address = query.format(xor=xor.pk, right=rows["right"].public_id)
    client = signed_in(instructor)

    exported = {row["submission"] for row in rows_of(client.get(f"{RAW}?{address}"))}

    assert exported == {rows[name].public_id for name in found}


def test_an_unknown_filter_exports_nothing(instructor: Enrolment, xor: Exercise, signed_in: SignIn) -> None:
    response = signed_in(instructor).get(f"{RAW}?colour=blue")

    assert response.status_code == 302


def test_a_raw_row_says_what_the_screen_says(
    student: Enrolment, instructor: Enrolment, xor: Exercise, signed_in: SignIn
) -> None:
    User.objects.filter(pk=student.user_id).update(first_name="=cmd|' /C calc'!A0")
    row = factories.graded(student, xor)

    response = signed_in(instructor).get(f"{RAW}?answers=1&bom=1")
    (found,) = rows_of(response)

    assert response["Content-Disposition"].startswith('attachment; filename="submissions-2')
    assert (found["grade"], found["points"], found["late"], found["state"]) == ("100", "100", "no", "graded")
    assert found["name"] == "'=cmd|' /C calc'!A0"
    assert found["answer sha256"] == row.answer_digest
    assert found["answer"].startswith('{"weights"')


def test_an_answer_too_long_for_a_cell_is_left_where_it_is(
    student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.graded(student, xor)
    monkeypatch.setattr(exports, "LONGEST_ANSWER", 20)

    (row,) = raw_rows(Submission.objects.all(), with_answers=True)

    assert row[-1] == "(longer than 20 characters; open the submission)"


def test_exports_read_chunk_by_chunk_with_the_same_queries_each(
    course: Course,
    student: Enrolment,
    xor: Exercise,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    for number in range(4):
        factories.graded(enrol(user=factories.person(f"p{number}"), course=course), xor)
    factories.graded(student, xor)

    with django_assert_num_queries(10):  # numbers (and none left), rows, sections
        raw = list(raw_rows(Submission.objects.all(), with_answers=False))
    with django_assert_num_queries(31):  # numbers, people, sections, labels, six for scores
        book = list(gradebook_rows(course.enrolments.all(), [xor]))

    assert len(raw) == len({row[0] for row in raw}) == 5
    assert len(book) == len({row[0] for row in book}) == 5
