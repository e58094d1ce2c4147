"""Break the grading path on purpose: every answer still ends graded exactly once, and costs one attempt."""

import os
import signal
import time
from typing import Any

import pytest

from tests.stack import Stack, wait_for

pytestmark = pytest.mark.timeout(240)
RING_OFTEN = """
import django
django.setup()
from exercises import tasks
assert all([tasks.ring() for _ in range(12)])
"""


def assert_graded_exactly_once(stack: Stack, count: int, seconds: int = 60) -> list[dict[str, Any]]:
    """Wait until so many answers have ended; every one must be graded, once, with full points."""
    with stack.telling():
        rows = stack.endings(count, seconds)
        assert [row["status"] for row in rows] == ["graded"] * count
        assert [row["grades"] for row in rows] == [1] * count
        assert [row["scores"] for row in rows] == [[100.0]] * count
    return rows


def test_killing_the_worker_child_during_a_grade_loses_and_doubles_nothing(stack: Stack) -> None:
    hold = stack.folder / "hold"
    hold.touch()
    stack.start_broker()
    stack.start_sweeper()
    stack.actor("submit", "2")

    stack.start_worker(fault=f"held:{hold}")
    wait_for(hold.with_name("hold.begun").exists, "a running grade")
    for child in stack.worker_children():
        os.kill(child.pid, signal.SIGKILL)
    hold.unlink()

    rows = assert_graded_exactly_once(stack, 6, seconds=90)
    assert max(row["claims"] for row in rows) >= 2, "no grade was interrupted, so the test proved nothing"
    assert stack.actor("attempts_used") == [2, 2, 2]


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
def test_a_time_limit_that_strikes_within_a_query_does_not_spoil_what_comes_after(stack: Stack) -> None:
    stack.start_broker()
    stack.start_sweeper()
    stack.start_worker(fault="struck")
    stack.actor("submit", "2")

    assert_graded_exactly_once(stack, 6)

    assert (stack.folder / "worker.log").read_text().count("SoftTimeLimitExceeded()") >= 1


def test_a_broker_wiped_between_submit_and_grade_loses_nothing(stack: Stack) -> None:
    stack.start_broker()
    stack.actor("submit", "2")

    stack.wipe_broker()
    stack.actor("submit", "1")
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()

    assert_graded_exactly_once(stack, 9)


def test_a_submission_is_accepted_quickly_while_the_broker_is_down(stack: Stack) -> None:
    started = time.monotonic()

    made = stack.actor("submit", "1")

    assert len(made) == 3
    assert time.monotonic() - started < 15
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()
    assert_graded_exactly_once(stack, 3)


def test_every_message_delivered_twice_grades_once(stack: Stack) -> None:
    stack.start_broker()
    stack.actor("submit", "2")
    stack.python("-c", RING_OFTEN)

    stack.start_worker()

    assert_graded_exactly_once(stack, 6)


def test_a_job_that_kills_its_worker_every_time_ends_as_our_fault_and_costs_no_attempt(stack: Stack) -> None:
    stack.start_broker()
    stack.start_sweeper()
    stack.start_worker(fault="poison")

    stack.actor("submit", "1")

    rows = stack.endings(3, seconds=120)
    assert [row["status"] for row in rows] == ["failed"] * 3
    assert [row["grades"] for row in rows] == [0, 0, 0]
    assert [row["claims"] for row in rows] == [3, 3, 3]
    assert stack.actor("attempts_used") == [0, 0, 0]


@pytest.mark.parametrize("fault", ["poison-gates", "hang-gates"])
def test_a_job_that_kills_or_hangs_its_worker_stops_nobody_else(stack: Stack, fault: str) -> None:
    stack.start_broker()
    stack.actor("submit", "1")
    stack.actor("submit", "1", "mp-gates", "1")
    stack.actor("submit", "1")
    stack.start_sweeper()
    stack.start_worker(fault=fault)

    rows = stack.endings(7, seconds=150)
    ends = {(row["exercise"], row["status"], row["grades"]) for row in rows}
    assert ends == {("xor-weights", "graded", 1), ("mp-gates", "failed", 0)}
    assert stack.actor("attempts_used") == [2, 2, 2]
