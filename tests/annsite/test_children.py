"""The supervisor: what dies is started again and said so, and all end together."""

import os
import signal
import sys
import time

import pytest

from annsite.children import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def said() -> list[str]:
    return []


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_a_child_that_dies_is_started_again_and_said_so(said: list[str]) -> None:
    supervisor = Supervisor(said.append)
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
    supervisor.stop()


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(said: list[str]) -> None:
    supervisor = Supervisor(said.append)
    child = Child("web", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    supervisor.add(child)
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        supervisor.tend()
        time.sleep(0.05)
    supervisor.stop()

    assert 2 <= len(said) <= 4
    assert "exit code 3" in said[0]
    assert said[1].endswith("1 s")


def test_stopping_ends_every_child_and_starts_none_again(said: list[str]) -> None:
    supervisor = Supervisor(said.append)
    children = [Child(name, SLEEP, os.environ) for name in ("broker", "web")]
    for child in children:
        supervisor.add(child)

    supervisor.stop()
    supervisor.tend()

    assert all(child.died() is not None for child in children)
    assert said == []
