"""What an operator types."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import MagicMock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from annsite.accounts.models import ApiToken
from annsite.demo import create_demo
from annsite.management.commands import run_sweeper
from annsite.management.commands.run_sweeper import Patience
from exercises import tasks
from exercises.models import Exercise, Lane, Moment, Submission
from lessons.models import Enrolment, Lesson
from tests import factories

pytestmark = pytest.mark.django_db


def test_create_token_prints_a_token_that_works_and_keeps_only_its_hash(
    student: Enrolment, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_token", "student", "--scope", "submissions.write")

    token = capsys.readouterr().out.strip()
    row = ApiToken.objects.get()
    assert row.digest == ApiToken.digest_of(token)
    assert token not in str(row.__dict__)
    assert row.scopes == ["submissions.write"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody", "--scope", "grades.read"], "nobody is called"),
        (["student"], "at least one --scope"),
        (["student", "--scope", "everything"], "does not exist"),
        (["student", "--scope", "grades.read", "--days", "0"], "outside 1 to 3650"),
    ],
)
def test_create_token_says_what_is_wrong(student: Enrolment, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("create_token", *arguments)


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """Give Ctrl-C back to the test run after a command has taken it."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number in numbers:
        signal.signal(number, before[number])


def test_the_sweeper_rings_for_what_nobody_heard(
    student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Lane] = []

    def heard(lane: Lane) -> bool:
        rung.append(lane)
        return True

    monkeypatch.setattr(tasks, "ring", heard)
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(submitted_at=timezone.now() - timedelta(minutes=1))

    call_command("run_sweeper", "--once")

    assert rung == [Lane.INTERACTIVE]


def test_a_database_that_is_away_does_not_end_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(run_sweeper, "sweep", fail)
    connection = MagicMock()
    monkeypatch.setattr(run_sweeper, "connection", connection)

    call_command("run_sweeper", "--once")

    connection.close.assert_called_once_with()


def test_bells_do_not_pile_up_while_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ring", lambda lane: True)
    patience = Patience(Lane.INTERACTIVE)

    bells = [patience.ring(waiting=100) for _ in range(200)]

    assert max(bells) == 4
    assert sum(bells) <= 4 * 25
    assert patience.ring(waiting=50) == 4, "a line that gets shorter is rung for at once"


def test_a_broker_that_is_away_is_tried_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def nobody_hears(lane: Lane) -> bool:
        tries.append(1)
        return False

    monkeypatch.setattr(tasks, "ring", nobody_hears)
    patience = Patience(Lane.INTERACTIVE)

    for _ in range(5):
        patience.ring(waiting=1)

    assert len(tries) == 5


def test_sync_content_says_what_it_published_unless_told_to_be_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("sync_content")
    call_command("sync_content", verbosity=0)

    count, lessons = Exercise.objects.published().count(), Lesson.objects.published().count()
    assert capsys.readouterr().out == (
        f"{lessons} lessons (0 new revisions), {count} exercises (0 new revisions), 0 retired\n"
    )


def test_the_embedded_site_does_not_start_on_a_production_database(
    settings: object,
) -> None:
    settings.EMBEDDED = False  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match=r"docker-compose\.yml"):
        call_command("run_site")
    with pytest.raises(ImproperlyConfigured, match="only in the embedded profile"):
        create_demo()


def test_the_demo_can_be_made_twice_and_keeps_its_password(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    settings.EMBEDDED = True  # type: ignore[attr-defined]

    first, second = create_demo(), create_demo()

    assert first == second
    assert Enrolment.objects.filter(course__slug="demo").count() == 4


def test_check_sweeper_fails_until_a_sweep_and_again_long_after(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="never swept"):
        call_command("check_sweeper")

    call_command("run_sweeper", "--once")
    call_command("check_sweeper")
    assert "swept" in capsys.readouterr().out

    Moment.objects.update(at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(CommandError, match=r"swept 12\d s ago"):
        call_command("check_sweeper")
