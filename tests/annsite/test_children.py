"""The supervisor: what dies is started again and said so, and all end together."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annsite.children import Child, Supervisor
from tests.stack import wait_for

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    """Give a supervisor that leaves nothing behind, whatever the test finds."""
    supervisor = Supervisor(said.append)
    yield supervisor
    supervisor.stop()


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_child_that_dies_is_started_again_and_said_so(supervisor: Supervisor, said: list[str]) -> None:
    child = Child("worker", SLEEP, os.environ)
    supervisor.add(child)
    before = pid_of(child)

    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pid_of(child) == before and time.monotonic() < deadline:
        supervisor.tend()
        time.sleep(0.05)

    assert pid_of(child) != before
    assert child.died() is None
    assert said == ["worker died (signal SIGKILL); starting it again in 0.5 s"]


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(
    supervisor: Supervisor, said: list[str]
) -> None:
    child = Child("web", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    supervisor.add(child)
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        supervisor.tend()
        time.sleep(0.05)

    assert 2 <= len(said) <= 4
    assert "exit code 3" in said[0]
    assert said[1].endswith("1 s")


def test_stopping_ends_every_child_and_starts_none_again(supervisor: Supervisor, said: list[str]) -> None:
    children = [Child(name, SLEEP, os.environ) for name in ("broker", "web")]
    for child in children:
        supervisor.add(child)

    supervisor.stop()
    supervisor.tend()

    assert all(child.died() is not None for child in children)
    assert said == []


def test_a_child_that_will_not_end_is_killed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("annsite.children.STOP_SECONDS", 0.3)
    log = tmp_path / "log"
    child = Child("worker", [sys.executable, "-c", DEAF], os.environ, str(log))
    supervisor.add(child)
    wait_for(log.read_text, "the child to be deaf")

    supervisor.stop()

    assert child.died() == -signal.SIGKILL


def test_children_are_ended_last_started_first(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    ended: list[str] = []
    monkeypatch.setattr("annsite.children.end", lambda child: ended.append(child.name))
    supervisor = Supervisor(said.append)
    supervisor.children = [Child(name, SLEEP, {}) for name in ("broker", "worker", "web")]

    supervisor.stop()

    assert ended == ["web", "worker", "broker"]


def test_what_a_child_prints_is_added_to_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("before\n")

    supervisor.add(Child("web", [sys.executable, "-c", "print('now')"], os.environ, str(log)))

    assert wait_for(lambda: "now" in log.read_text(), "the line")
    assert log.read_text() == "before\nnow\n"
