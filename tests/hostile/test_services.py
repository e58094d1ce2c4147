"""The whole corpus over HTTP against the real services: nothing breaks, dies, grows or stays undone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.factories import LECTURE
from tests.faults.test_services import ask
from tests.hostile.corpus import CASES
from tests.hostile.judging import Received, faults
from tests.hostile.memory import peak_megabytes
from tests.hostile.over_http import send
from tests.site import free_port
from tests.stack import Stack, wait_for

pytestmark = [pytest.mark.timeout(240), pytest.mark.services]

FINAL = {"graded", "cancelled"}
MOST_WEB_MEGABYTES = 350
MOST_WORKER_MEGABYTES = 250
MANY = "1000000"


@pytest.fixture
def stack(short_folder: Path) -> Iterator[Stack]:
    """The services of the embedded profile."""
    rates = {"CHECK_RATE": f"{MANY}/min", "SUBMIT_RATE": f"{MANY}/min"}
    stack = Stack(short_folder / "var", SWEEP_SECONDS="1", LOG_LEVEL="WARNING", **rates)
    stack.prepare()
    stack.manage("collectstatic", "--no-input", "-v0")
    try:
        stack.start_broker()
        stack.start_worker(queues="interactive,training")
        stack.start_sweeper()
        yield stack
    finally:
        stack.stop_all()


def test_the_services_outlive_the_whole_corpus(stack: Stack) -> None:
    site = stack.start_web(free_port())
    people = json.loads(stack.python("-m", "tests.hostile.people", str(len(CASES) + 1)))
    *students, (token, _) = people["students"]
    before = processes(stack)

    received = [
        send(
            site,
            sent,
            token=own,
            session=people["teacher"] if sent.who == "teacher" else session,
            course="faults",
        )
        for sent, (own, session) in zip((case.send() for case in CASES), students, strict=True)
    ]
    ended = wait_for(lambda: final_statuses(stack), "every answer to end", seconds=90)
    taken = ask(f"{site}/api/v1/submissions/", token, {"exercise": "xor-weights", "answer": LECTURE})
    address = f"{site}/api/v1/submissions/{taken['id']}/"
    wait_for(lambda: ask(address, token)["status"] == "graded", "the grade of a good answer")

    assert answered_otherwise(received) == {}
    assert ended == {"graded": sum(case.score is not None for case in CASES)}
    assert processes(stack) == before
    assert too_large(stack) == {}
    assert ask(address, token)["score"] == 100


def answered_otherwise(received: list[Received]) -> dict[str, list[str]]:
    found = {
        case.name: faults(case, answer, [], over_http=True)
        for case, answer in zip(CASES, received, strict=True)
    }
    return {name: wrong for name, wrong in found.items() if wrong}


def final_statuses(stack: Stack) -> dict[str, int] | None:
    statuses: dict[str, int] = stack.actor("summary")["statuses"]
    return statuses if set(statuses) <= FINAL else None


def processes(stack: Stack) -> dict[str, list[int]]:
    """The processes of the web server and of the workers, by service."""
    return {name: sorted(child.pid for child in family(stack, name)) for name in ("web", "worker", "sweeper")}


def too_large(stack: Stack) -> dict[str, float]:
    bounds = {"web": MOST_WEB_MEGABYTES, "worker": MOST_WORKER_MEGABYTES, "sweeper": MOST_WORKER_MEGABYTES}
    peaks = {
        f"{name} {process.pid}": (peak_megabytes(process.pid), most)
        for name, most in bounds.items()
        for process in family(stack, name)
    }
    return {name: peak for name, (peak, most) in peaks.items() if peak > most}


def family(stack: Stack, name: str) -> list[Any]:
    process = stack.children[name].process
    assert process is not None
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]
