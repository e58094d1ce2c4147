"""A storm over the grading path: answers keep coming while every part of it is killed at random.

`make storm`, or `python -m tests.faults.storm [--profile postgres] [--submissions N] [--seed N]`. Prints what
was broken and how everything ended; exit code 1 when an answer got lost, was graded twice, or never ended.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.postgres import Postgres
from tests.stack import Stack, wait_for

PEOPLE = 100
CALM_SECONDS = 180.0
RINGS = "import django; django.setup()\nfrom exercises import tasks\nfor _ in range(20): tasks.ring()\n"


class Storm:
    """The services of one profile, and the ways to hurt them."""

    def __init__(self, stack: Stack, postgres: Postgres | None, seed: int) -> None:
        self.stack = stack
        self.postgres = postgres
        self.random = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.bells: list[subprocess.Popen[bytes]] = []
        self.ways: list[Callable[[], None]] = [
            self.kill_child,
            self.kill_child,
            self.kill_worker,
            self.kill_broker,
            self.wipe_broker,
            self.double_bells,
            self.kill_sweeper,
            self.kill_database if postgres else self.lock_database,
        ]

    def start(self) -> None:
        self.stack.start_broker()
        self.stack.start_worker(fault="uneven", queues="interactive,training")
        self.stack.start_sweeper()

    def strike(self) -> None:
        way = self.random.choice(self.ways)
        way()
        self.faults[way.__name__.replace("_", " ")] += 1

    def tend(self) -> None:
        """Start again what ended by itself, as the supervisor of every deployment does."""
        for name, child in self.stack.children.items():
            if child.died() is not None:
                self.ended[name] += 1
                child.start()

    def kill_child(self) -> None:
        for child in self.stack.worker_children()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)

    def kill_worker(self) -> None:
        children = self.stack.worker_children()
        self.stack.kill("worker")
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        self.stack.restart("worker")

    def kill_broker(self) -> None:
        self.stack.kill("broker")
        time.sleep(self.random.uniform(0, 2))
        self.stack.restart("broker")

    def wipe_broker(self) -> None:
        self.stack.kill("broker")
        for file in (self.stack.folder / "appendonlydir").glob("*"):
            file.unlink()
        self.stack.restart("broker")

    def double_bells(self) -> None:
        self.bells.append(self.stack.start_in_background("-c", RINGS))

    def kill_sweeper(self) -> None:
        self.stack.kill("sweeper")
        self.stack.restart("sweeper")

    def kill_database(self) -> None:
        assert self.postgres is not None
        self.postgres.stop("immediate")
        time.sleep(self.random.uniform(0, 1))
        self.postgres.start()

    def lock_database(self) -> None:
        """SQLite has no server to kill: hold its only write lock for a while instead."""
        with contextlib.closing(sqlite3.connect(self.stack.folder / "annsite.sqlite3", timeout=30)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            time.sleep(self.random.uniform(0.5, 3))
            lock.rollback()


def rage(storm: Storm, submissions: int, pause: float) -> dict[str, Any]:
    """Submit and strike at the same time, then wait for calm; return how everything ended."""
    stack = storm.stack
    storm.start()
    sender = stack.start_in_background("-m", "tests.faults.actor", "submit_through_storm", str(submissions))
    least = max(8, submissions // 40)
    while sender.poll() is None or storm.faults.total() < least:
        time.sleep(storm.random.uniform(0.5, 1.5) * pause)
        storm.strike()
        storm.tend()
    for bells in storm.bells:
        bells.wait(60)
    assert sender.returncode == 0, "the sender gave up"

    def calm() -> dict[str, Any] | None:
        storm.tend()
        found: dict[str, Any] = stack.actor("summary")
        return found if set(found["statuses"]) <= {"graded", "failed", "cancelled"} else None

    return dict(wait_for(calm, "every answer to end", seconds=CALM_SECONDS))


def faults_of(ended: dict[str, Any], submissions: int) -> list[str]:
    """List what went wrong: nothing may be lost, doubled, half done, or charged without a grade."""
    graded = ended["statuses"].get("graded", 0)
    claims = {
        f"{submissions - ended['keys']} answers are lost": ended["keys"] == submissions,
        f"{ended['rows'] - ended['keys']} answers were taken twice": ended["rows"] == ended["keys"],
        f"{ended['doubled']} were graded twice, or graded and not final": not ended["doubled"],
        f"{ended['missing']} are final without a grade": not ended["missing"],
        f"{ended['charged']} attempts are charged for {graded} grades": ended["charged"] == graded,
        f"{graded - ended['full_marks']} right answers lost points": ended["full_marks"] == graded,
    }
    return [sentence for sentence, holds in claims.items() if not holds]


@contextlib.contextmanager
def storm_over(profile: str, seed: int) -> Any:
    """Prepare a site of one profile in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = exits.enter_context(Postgres(folder / "pg")) if profile == "postgres" else None
        url = postgres.url if postgres else ""
        stack = Stack(
            folder / "var", url, GRADING_SECONDS="3", SWEEP_SECONDS="1", SUBMISSIONS_A_MINUTE="100000"
        )
        exits.callback(stack.stop_all)
        stack.prepare()
        stack.actor("people", str(PEOPLE))
        stack.actor("lift_limits")
        with stack.telling():
            yield Storm(stack, postgres, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--submissions", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1943)
    options = parser.parse_args()
    started = time.monotonic()
    with storm_over(options.profile, options.seed) as storm:
        ended = rage(storm, options.submissions, pause=1.0)
    wrong = faults_of(ended, options.submissions)
    struck = ", ".join(f"{count} x {fault}" for fault, count in sorted(storm.faults.items()))
    print(f"{options.profile}: {options.submissions} answers, {time.monotonic() - started:.0f} s")
    print(f"  {storm.faults.total()} faults: {struck}")
    if storm.ended:
        print(f"  ended by themselves and started again: {dict(storm.ended)}")
    print(f"  ended: {ended['statuses']}; {ended['again']} were claimed more than once")
    print(f"  {'; '.join(wrong) or '0 lost, 0 doubled, 0 non-final, no attempt charged without a grade'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
