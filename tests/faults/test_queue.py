"""Break the grading path on purpose: every answer still ends graded exactly once, and costs one attempt."""

import os
import signal
import time
from typing import Any

import pytest

from tests.stack import Stack, wait_for

pytestmark = pytest.mark.timeout(240)


def all_graded(stack: Stack, count: int) -> list[dict[str, Any]] | None:
    rows: list[dict[str, Any]] = stack.actor("outcomes")
    return rows if len(rows) == count and all(row["status"] == "graded" for row in rows) else None


def assert_graded_exactly_once(rows: list[dict[str, Any]]) -> None:
    assert [row["grades"] for row in rows] == [1] * len(rows)
    assert [row["scores"] for row in rows] == [[100.0]] * len(rows)


def test_killing_the_worker_child_during_a_grade_loses_and_doubles_nothing(stack: Stack) -> None:
    stack.start_broker()
    stack.start_sweeper()
    hold = stack.folder / "hold"
    hold.touch()
    stack.start_worker(fault=f"held:{hold}")
    wait_for(lambda: len(stack.worker_children()) == 2, "two worker children")

    stack.actor("submit", "2")
    wait_for(hold.with_name("hold.begun").exists, "a running grade")
    for child in stack.worker_children():
        os.kill(child.pid, signal.SIGKILL)
    hold.unlink()

    rows = wait_for(lambda: all_graded(stack, 6), "six grades", seconds=90)
    assert_graded_exactly_once(rows)
    assert max(row["claims"] for row in rows) >= 2, "no grade was interrupted, so the test proved nothing"
    assert stack.actor("attempts_used") == [2, 2, 2]


def test_a_broker_wiped_between_submit_and_grade_loses_nothing(stack: Stack) -> None:
    stack.start_broker()
    stack.actor("submit", "2")

    stack.wipe_broker()
    stack.actor("submit", "1")
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()

    rows = wait_for(lambda: all_graded(stack, 9), "nine grades", seconds=60)
    assert_graded_exactly_once(rows)


def test_a_submission_is_accepted_quickly_while_the_broker_is_down(stack: Stack) -> None:
    started = time.monotonic()

    made = stack.actor("submit", "1")

    assert len(made) == 3
    assert time.monotonic() - started < 15
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()
    assert_graded_exactly_once(wait_for(lambda: all_graded(stack, 3), "three grades", seconds=60))


def test_every_message_delivered_twice_grades_once(stack: Stack) -> None:
    stack.start_broker()
    stack.actor("submit", "2")
    for _ in range(12):
        stack.python("-c", "import django; django.setup(); from exercises import tasks; assert tasks.ring()")

    stack.start_worker()

    assert_graded_exactly_once(wait_for(lambda: all_graded(stack, 6), "six grades", seconds=60))


def test_a_job_that_kills_its_worker_every_time_ends_as_our_fault_and_costs_no_attempt(stack: Stack) -> None:
    stack.start_broker()
    stack.start_sweeper()
    stack.start_worker(fault="poison")

    stack.actor("submit", "1")

    def all_failed() -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = stack.actor("outcomes")
        return rows if all(row["status"] == "failed" for row in rows) else None

    rows = wait_for(all_failed, "three failures", seconds=120)
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

    def all_ended() -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = stack.actor("outcomes")
        return rows if {row["status"] for row in rows} <= {"graded", "failed"} else None

    rows = wait_for(all_ended, "seven endings", seconds=150)
    ends = {(row["exercise"], row["status"], row["grades"]) for row in rows}
    assert ends == {("xor-weights", "graded", 1), ("mp-gates", "failed", 0)}
    assert stack.actor("attempts_used") == [2, 2, 2]
