"""What an operator types."""

import pytest
from django.core.management import CommandError, call_command

from annsite.accounts.models import ApiToken
from annsite.demo import create_demo
from annsite.management.commands import run_sweeper
from annsite.management.commands.run_sweeper import Patience
from exercises.models import Exercise, Submission
from lessons.models import Enrolment
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


def test_the_sweeper_rings_for_what_nobody_heard(
    student: Enrolment, xor: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(run_sweeper.tasks, "ring", lambda: rung.append(True) or True)
    row = factories.submission(student, xor)
    Submission.objects.filter(pk=row.pk).update(submitted_at="2026-11-01T00:00Z")
    monkeypatch.setattr("django.conf.settings.QUEUE_DEADLINE_SECONDS", 10**9, raising=False)

    call_command("run_sweeper", "--once")

    assert rung == [True]


def test_bells_do_not_pile_up_while_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_sweeper.tasks, "ring", lambda: True)
    patience = Patience()

    bells = [patience.ring(waiting=100) for _ in range(200)]

    assert max(bells) == 4
    assert sum(bells) <= 4 * 25
    assert patience.ring(waiting=50) == 4, "a line that gets shorter is rung for at once"


def test_the_demo_can_be_made_twice_and_keeps_its_password(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]

    first, second = create_demo(), create_demo()

    assert first == second
    assert Enrolment.objects.filter(course__slug="demo").count() == 4
