"""The measuring half of bench/lists.py; it runs with the settings of the database that is measured."""

import logging
import os
import statistics
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from annsite.accounts.models import User  # noqa: E402
from annsite.accounts.services import create_token  # noqa: E402
from exercises.models import Exercise, Grade, Status, Submission  # noqa: E402
from lessons.models import Course, Enrolment, Role, Section  # noqa: E402

FEW = 1_000
EACH = 50
# Of so many students the first two are in the section, so that its list fills a page from the start.
SECTION_OF = 200
IDLE = 100
ROUNDS = 9
CHUNK = 10_000
MOST_RATIO = 1.5
PAGES = {
    "student": [
        "/learn/",
        "/exercises/",
        "/exercises/xor-weights/",
        "/grades/",
        "/submissions/{own}/",
        "/api/v1/submissions/",
        "/api/v1/submissions/?exercise=xor-weights&status=graded",
        "/api/v1/grades/",
    ],
    "instructor": [
        "/admin/",
        "/admin/exercises/submission/",
        "/admin/exercises/submission/?p=5",
        "/admin/exercises/submission/?exercise__id__exact={exercise}",
        "/admin/exercises/submission/?status__exact=queued",
        "/admin/exercises/submission/?section={section}",
        "/admin/exercises/submission/?late=yes",
        "/admin/exercises/submission/?q=person1",
        "/admin/exercises/submission/?q={public_id}",
        "/admin/exercises/submission/{pk}/change/",
        "/admin/lessons/enrolment/",
        "/admin/exercises/exercise/",
        "/admin/exercises/assignment/",
    ],
    "assistant": ["/admin/exercises/submission/"],
}


class School:
    """One course that grows: each student has the same number of submissions however many there are.

    Every list fills its page from the start: what is compared is the finding, not the drawing of rows.
    """

    def __init__(self) -> None:
        self.course = Course.objects.create(slug="million", title="A million submissions")
        self.section = Section.objects.create(course=self.course, name="Tuesday")
        self.exercises = list(Exercise.objects.published().select_related("revision")[:3])
        self.clients = {role.value: self._person(role) for role in (Role.INSTRUCTOR, Role.ASSISTANT)}
        self.students = 0
        self.submissions = 0
        self._enrol([f"idle{number}" for number in range(IDLE)])

    def grow(self, rows: int) -> None:
        while self.submissions < rows:
            self._add(min(CHUNK, rows - self.submissions) // EACH)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def measure(self) -> dict[str, float]:
        """Return the median milliseconds of each page."""
        own = Submission.objects.filter(enrolment__user__username="person17").order_by("pk")[0]
        student = self._client(own.enrolment.user)
        names = {
            "own": own.public_id,
            "pk": own.pk,
            "public_id": own.public_id,
            "exercise": self.exercises[0].pk,
            "section": self.section.pk,
        }
        _, token = create_token(
            user=own.enrolment.user,
            name="lists",
            scopes=["submissions.read", "grades.read"],
            now=timezone.now(),
        )
        clients = self.clients | {"student": student}
        return {
            f"{who} {page}": median_ms(clients[who], page.format(**names), token)
            for who, pages in PAGES.items()
            for page in pages
        }

    def _add(self, students: int) -> None:
        numbers = range(self.students, self.students + students)
        enrolments = self._enrol([f"person{number}" for number in numbers])
        member = Enrolment.sections.through
        member.objects.bulk_create(
            [
                member(enrolment=row, section=self.section)
                for number, row in zip(numbers, enrolments, strict=True)
                if number % SECTION_OF < 2
            ]
        )
        now = timezone.now()
        rows = [
            Submission(
                enrolment=enrolment,
                exercise=exercise,
                revision_id=exercise.revision_id,
                attempt=attempt,
                answer=exercise.revision.spec["reference"],
                answer_digest="0" * 64,
                status=Status.GRADED,
                submitted_at=now,
                started_at=now,
                finished_at=now,
            )
            for attempt in range(1, EACH + 1)
            for enrolment in enrolments
            for exercise in [self.exercises[attempt % len(self.exercises)]]
        ]
        made = Submission.objects.bulk_create(rows, batch_size=2_000)
        Grade.objects.bulk_create(
            [
                Grade(
                    submission=row,
                    revision_id=row.revision_id,
                    score=row.attempt,
                    max_score=100,
                    report={"score": row.attempt, "max_score": 100, "checks": [], "notes": []},
                    engine_version="0",
                    fingerprint="0",
                    seed=1,
                    fence=1,
                    duration_ms=1,
                    created_at=now,
                )
                for row in made
            ],
            batch_size=2_000,
        )
        self.students += students
        self.submissions += len(rows)

    def _enrol(self, names: list[str]) -> list[Enrolment]:
        users = User.objects.bulk_create([User(username=name) for name in names])
        rows: list[Enrolment] = Enrolment.objects.bulk_create(
            [Enrolment(course=self.course, user=user) for user in users]
        )
        return rows

    def _person(self, role: Role) -> Client:
        user = User.objects.create(username=role.value)
        enrolment = Enrolment.objects.create(course=self.course, user=user, role=role)
        enrolment.sections.add(self.section)
        return self._client(user)

    def _client(self, user: User) -> Client:
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client


def median_ms(client: Client, page: str, token: str) -> float:
    headers = {"Authorization": f"Bearer {token}"} if page.startswith("/api/") else {}
    waits = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        response = client.get(page, headers=headers)
        b"".join(response.streaming_content) if response.streaming else response.content
        waits.append((time.perf_counter() - started) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"{page} gave {response.status_code}")
    return statistics.median(waits)


def main(rows: int) -> None:
    logging.disable(logging.CRITICAL)
    school = School()
    school.grow(FEW)
    few = school.measure()
    school.grow(rows)
    many = school.measure()
    print(f"{connection.vendor}, load {os.getloadavg()[0]:.2f}; median of {ROUNDS}, ms")
    print(f"{'page':75} {FEW:>9,} {rows:>10,}  ratio")
    for page, before in few.items():
        ratio = many[page] / before
        mark = "" if ratio <= MOST_RATIO else "  above 1.5"
        print(f"{page:75} {before:9.1f} {many[page]:10.1f} {ratio:6.2f}{mark}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
