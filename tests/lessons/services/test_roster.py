"""Rosters: the preview says what is saved, nobody gains more than the importer may give."""

from dataclasses import asdict
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from annsite.accounts.models import User
from lessons.models import Course, Enrolment, Label, Role, Section
from lessons.services.enrol import enrol
from lessons.services.roster import (
    CHANGED,
    ENROL,
    ERROR,
    NEW,
    SAME,
    Options,
    Planned,
    RosterChanged,
    Saved,
    plan_roster,
    save_roster,
)
from lessons.services.roster_file import Line, read_roster
from tests import factories

pytestmark = pytest.mark.django_db

HEADER = "username,email,first_name,last_name,role,sections,labels\n"
CREATE = Options(create_missing=True)


def plan(course: Course, actor: User, text: str, options: Options = CREATE) -> list[Planned]:
    return plan_roster(course=course, actor=actor, lines=read_roster(HEADER + text), options=options)


def save(course: Course, actor: User, text: str, expected: list[Planned] | None = None) -> Saved:
    lines = read_roster(HEADER + text)
    planned = expected or plan_roster(course=course, actor=actor, lines=lines, options=CREATE)
    return save_roster(course=course, actor=actor, lines=lines, options=CREATE, expected=planned)


def test_each_line_is_one_of_five_things(
    course: Course, section: Section, student: Enrolment, instructor: Enrolment
) -> None:
    factories.person("known")
    text = (
        "fresh,fresh@example.org,Fr,Esh,,Tuesday,\n"
        "known,,,,assistant,,\n"
        "student,,,,,-,extra time\n"
        "student,,,,,,\n"
        "instructor,,,,student,,\n"
    )

    rows = plan(course, instructor.user, text)

    assert [(row.line, row.action, row.changes) for row in rows[:3]] == [
        (2, NEW, ("as student", "section +Tuesday")),
        (3, ENROL, ("as assistant",)),
        (4, CHANGED, ("section −Tuesday", "label +extra time")),
    ]
    assert [row.action for row in rows[3:]] == [ERROR, ERROR]
    assert "line 4 as well" in rows[3].problem
    assert [row.action for row in plan(course, instructor.user, "student,,,,student,Tuesday,\n")] == [SAME]


def test_saving_does_what_the_plan_said(
    course: Course, section: Section, student: Enrolment, instructor: Enrolment
) -> None:
    known = factories.person("known")
    password = known.password
    text = (
        "fresh,fresh@example.org,Fr,Esh,,Tuesday|Friday,repeats\n"
        "known,other@example.org,Other,Name,assistant,,\n"
        "student,,,,,Friday,\n"
        "bad,,,,,,\n"
    )

    saved = save(course, instructor.user, text)

    fresh = course.enrolments.get(user__username="fresh")
    known.refresh_from_db()
    assert asdict(saved) == {"new": ("fresh",), "enrolled": 2, "changed": 1, "unchanged": 0, "left_out": 1}
    assert (str(fresh.user), fresh.user.email, fresh.role) == ("Fr Esh", "fresh@example.org", Role.STUDENT)
    assert sorted(fresh.sections.values_list("name", flat=True)) == ["Friday", "Tuesday"]
    assert list(fresh.labels.values_list("name", flat=True)) == ["repeats"]
    assert not fresh.user.has_usable_password()
    assert (known.email, known.first_name, known.password) == ("known@example.org", "", password)
    assert course.enrolments.get(user=known).role == Role.ASSISTANT
    assert list(student.sections.values_list("name", flat=True)) == ["Friday"]
    assert "1 new people" in LogEntry.objects.get(user=instructor.user).change_message


def test_a_second_time_nothing_changes(course: Course, instructor: Enrolment) -> None:
    text = "fresh,fresh@example.org,Fr,Esh,,Tuesday,repeats\n"
    save(course, instructor.user, text)

    again = save(course, instructor.user, text)

    assert (again.new, again.enrolled, again.changed, again.unchanged) == ((), 0, 0, 1)
    assert course.sections.count() == 1


def test_a_change_since_the_preview_is_named_and_nothing_is_saved(
    course: Course, instructor: Enrolment
) -> None:
    text = "fresh,fresh@example.org,,,,,\nanother,another@example.org,,,,,\n"
    before = plan(course, instructor.user, text)
    factories.person("fresh")

    with pytest.raises(RosterChanged) as refused:
        save(course, instructor.user, text, before)

    assert refused.value.lines == ["Line 2, fresh: was “new person, as student”, now “enrol, as student”"]
    assert not User.objects.filter(username="another").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fresh,,,,,,\n", "needs an e-mail"),
        ("fresh,not-an-address,,,,,\n", "email='not-an-address'"),
        ("fr esh!,f@example.org,,,,,\n", "username='fr esh!'"),
        (f"{'a' * 151},f@example.org,,,,,\n", "150"),
        ("fresh,f@example.org,,,boss,,\n", "role 'boss' does not exist"),
        ("fresh,f@example.org,,,instructor,,\n", "Only whoever runs this site"),
        ("instructor,,,,student,,\n", "is an instructor of this course"),
        ("Student,s@example.org,,,,,\n", "There is an account student"),
        ("fresh,STUDENT@example.org,,,,,\n", "belongs to another account"),
        ("gone,,,,,,\n", "switched off"),
    ],
)
def test_a_line_that_may_not_be_saved_says_why(
    course: Course, student: Enrolment, instructor: Enrolment, text: str, says: str
) -> None:
    gone = factories.person("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    (row,) = plan(course, instructor.user, text)

    assert row.action == ERROR
    assert says in row.problem


def test_an_unknown_section_is_refused_unless_it_may_be_created(
    course: Course, section: Section, instructor: Enrolment
) -> None:
    text = "fresh,fresh@example.org,,,,Tusday,\n"

    (refused,) = plan(course, instructor.user, text, Options())
    (made,) = plan(course, instructor.user, text)

    assert "no section 'Tusday'; it has: Tuesday" in refused.problem
    assert made.changes == ("as student", "section +Tusday (new)")


def test_two_new_people_need_two_addresses(course: Course, instructor: Enrolment) -> None:
    rows = plan(course, instructor.user, "one,x@example.org,,,,,\ntwo,X@example.org,,,,,\n")

    assert [row.action for row in rows] == [NEW, ERROR]


def test_a_superuser_may_enrol_instructors(course: Course, superuser: User) -> None:
    save(course, superuser, "boss,boss@example.org,,,instructor,,\n")

    assert course.enrolments.get(user__username="boss").role == Role.INSTRUCTOR


def test_whoever_left_takes_part_again(course: Course, student: Enrolment, instructor: Enrolment) -> None:
    Enrolment.objects.filter(pk=student.pk).update(is_active=False)

    save(course, instructor.user, "student,,,,,,\n")

    student.refresh_from_db()
    assert student.is_active


def test_sections_of_another_course_stay_out_of_it(course: Course, instructor: Enrolment) -> None:
    elsewhere = Course.objects.create(slug="elsewhere", title="Elsewhere")
    foreign = Section.objects.create(course=elsewhere, name="Tuesday")
    enrol(user=factories.person("anna"), course=elsewhere, sections=[foreign])

    save(course, instructor.user, "anna,,,,,Tuesday,\n")

    own = course.enrolments.get(user__username="anna")
    assert [row.course for row in own.sections.all()] == [course]
    assert foreign.enrolments.count() == 1


def test_queries_do_not_grow_with_the_roster(
    course: Course, instructor: Enrolment, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for size in (5, 50):
        text = "".join(f"p{size}-{n},p{size}-{n}@example.org,,,,Tuesday,x\n" for n in range(size))
        with django_assert_max_num_queries(60) as queries:
            save(course, instructor.user, text)
        counts.append(len(queries))

    assert counts[1] <= counts[0]
    assert Label.objects.filter(course=course).count() == 1


def test_lines_and_plans_survive_a_round_trip(course: Course, instructor: Enrolment) -> None:
    lines = read_roster(HEADER + "fresh,fresh@example.org,Fr,Esh,,A|B,-\n")
    rows = plan_roster(course=course, actor=instructor.user, lines=lines, options=CREATE)

    assert [Line.from_json(_as_json(line)) for line in lines] == lines
    assert [Planned.from_json(_as_json(row)) for row in rows] == rows


def _as_json(row: Any) -> dict[str, Any]:
    return {name: list(part) if isinstance(part, tuple) else part for name, part in asdict(row).items()}
