"""Grading in a process of its own: the same grade, within limits, and ended when nobody wants it."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from exercises.grading import alone
from exercises.grading.grade import grade
from exercises.models import Exercise
from exercises.queries.specs import spec_of
from exercises.worker import isolated
from exercises.worker.isolated import IsolatedError, NotWanted, TooSlow, grade_isolated
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def spec(xor: Exercise) -> dict[str, Any]:
    assert xor.revision is not None
    stored: dict[str, Any] = xor.revision.spec
    return stored


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another program in the place of the grader; it gets the job on stdin as the grader does."""

    def replace(body: str) -> None:
        path = tmp_path / "stand_in.py"
        path.write_text(body)
        monkeypatch.setattr(isolated.alone, "__file__", str(path))

    return replace


def wanted(_: object) -> bool:
    return True


def test_the_grade_is_the_one_that_the_rules_give_here(spec: dict[str, Any], xor: Exercise) -> None:
    here = grade(spec_of(xor.revision_id), factories.WRONG_WIRING, 7)

    there = grade_isolated(spec, factories.WRONG_WIRING, 7, wanted)

    assert there.report == here.to_json()
    assert (there.score, there.max_score) == (here.score, here.max_score)


def test_the_process_gets_no_environment(
    spec: dict[str, Any], script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "never to be seen")
    script("import os, sys; sys.exit(' '.join(sorted(os.environ)))")

    with pytest.raises(IsolatedError) as error:
        grade_isolated(spec, factories.LECTURE, 7, wanted)

    assert "OPENBLAS_NUM_THREADS" in str(error.value)
    assert "SECRET_KEY" not in str(error.value)


def test_a_process_that_dies_is_our_fault_and_says_how(spec: dict[str, Any], script: Any) -> None:
    script("import os; os.kill(os.getpid(), 9)")

    with pytest.raises(IsolatedError, match="code -9"):
        grade_isolated(spec, factories.LECTURE, 7, wanted)


def test_a_process_that_takes_too_long_is_ended(spec: dict[str, Any], script: Any, settings: Any) -> None:
    settings.TRAINING_SECONDS = 1
    script("import sys, time; sys.stdin.readline(); time.sleep(60)")
    started, before = time.monotonic(), psutil.Process().children()

    with pytest.raises(TooSlow):
        grade_isolated(spec, factories.LECTURE, 7, wanted)

    assert time.monotonic() - started < 10
    assert psutil.Process().children() == before


def test_a_process_that_floods_us_is_ended(
    spec: dict[str, Any], script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "MOST_OUTPUT", 100_000)
    script("import sys\nwhile True: sys.stdout.write('{}\\n' * 1000)")

    with pytest.raises(IsolatedError, match="more than 100,000 bytes"):
        grade_isolated(spec, factories.LECTURE, 7, wanted)


def test_a_grade_that_nobody_wants_any_more_is_stopped(spec: dict[str, Any], script: Any) -> None:
    script("import sys, time; sys.stdin.readline(); time.sleep(60)")

    before = psutil.Process().children()

    with pytest.raises(NotWanted):
        grade_isolated(spec, factories.LECTURE, 7, lambda _: False)

    assert psutil.Process().children() == before


def test_news_reaches_the_one_who_waits(spec: dict[str, Any], script: Any) -> None:
    script(
        "import sys, time\n"
        "for done in range(25):\n"
        '    print(\'{"progress": {"done": %d}}\' % done, flush=True)\n'
        "    time.sleep(0.1)\n"
    )
    told: list[Any] = []

    with pytest.raises(IsolatedError):
        grade_isolated(spec, factories.LECTURE, 7, lambda news: told.append(news) or True)

    assert len(told) >= 2
    assert all(news["done"] > 0 for news in told)


@pytest.mark.parametrize(
    ("crime", "cry"),
    [
        ("bytearray(2_000_000_000)", "MemoryError"),
        ("os.write(os.open('crime', os.O_CREAT | os.O_WRONLY), b'x')", "File too large"),
        ("[open('/dev/null') for _ in range(100)]", "Too many open files"),
    ],
)
def test_the_process_limits_itself(crime: str, cry: str, tmp_path: Path) -> None:
    code = (
        "import importlib.util, os, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"spec = importlib.util.spec_from_file_location('alone', {str(alone.__file__)!r})\n"
        "alone = importlib.util.module_from_spec(spec); spec.loader.exec_module(alone)\n"
        f"alone.limit_self(5, 700)\nkept = {crime}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert cry in done.stderr


def test_the_process_ends_itself_when_whoever_started_it_is_gone(spec: dict[str, Any]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-I", str(alone.__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None

    process.stdin.close()

    assert process.wait(20) != 0
    assert process.stdout is not None
    process.stdout.close()
