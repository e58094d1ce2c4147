"""A class at work: 200 students in a minute, then a steady stream, on PostgreSQL and a real broker.

`make load`, or `python -m bench.load [--students N] [--seconds N]`. Each student opens the exercise, submits
the form, and watches the result page until the grade is there, as a browser does; the stream is of programs
that use the API. Prints p50 and p95 of what
people wait for; exit code 1 when any request failed.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.postgres import Postgres
from tests.site import free_port
from tests.stack import Stack, answers, wait_for

WEIGHTS, TRAINING = "xor-weights", "xor-train"
TRAINING_SHARE = 10
STEADY_PER_SECOND = 20
STEADY_SECONDS = 30
LIMIT_SECONDS = 120.0
TARGET_MS = 150.0


class Figures:
    """Milliseconds by what was waited for, and what went wrong."""

    def __init__(self) -> None:
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.lock = threading.Lock()

    def note(self, what: str, started: float) -> None:
        with self.lock:
            self.waits[what].append((time.perf_counter() - started) * 1000)

    def fail(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)


class Student(threading.Thread):
    """One person with a browser: opens the exercise, submits the form, watches the result page."""

    def __init__(
        self, port: int, session: str, exercise: str, form: dict[str, str], figures: Figures
    ) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {"sessionid": session}
        self.exercise = exercise
        self.form = form
        self.figures = figures

    def run(self) -> None:
        try:
            self.work()
        except (OSError, http.client.HTTPException, LookupError) as error:
            self.figures.fail(f"{type(error).__name__}: {error}")
        finally:
            self.connection.close()

    def work(self) -> None:
        address = f"/exercises/{self.exercise}/"
        page = self.ask("exercise page", "GET", address)
        token, key = _hidden(page, "csrfmiddlewaretoken"), _hidden(page, "idempotency_key")
        form = self.form | {"csrfmiddlewaretoken": token, "idempotency_key": key}
        sent = time.perf_counter()
        self.ask("submit", "POST", address, urllib.parse.urlencode(form), wanted=302)
        result = self.location
        done = "<grade-progress" not in self.ask("result page", "GET", result)
        while not done:
            if time.perf_counter() - sent > LIMIT_SECONDS:
                raise LookupError(f"no grade after {LIMIT_SECONDS:g} s")
            time.sleep(1)
            self.ask("status fragment", "GET", f"{result}status")
            done = self.headers.get("X-Done") == "1"
        self.figures.note(f"result seen, {self.exercise}", sent)

    def headers_of(self, body: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}

    def ask(self, what: str, method: str, address: str, body: str = "", wanted: int = 200) -> str:
        headers = self.headers_of(body)
        started = time.perf_counter()
        self.connection.request(method, address, body or None, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        self.figures.note(what, started)
        if response.status != wanted:
            raise LookupError(f"{method} {address} gave {response.status}")
        self.headers = response.headers
        self.location = response.headers.get("Location", "")
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return text


class Program(Student):
    """One person with a script and a token: submits to the API, and asks until there is a grade."""

    def headers_of(self, body: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.cookies['sessionid']}", "Content-Type": "application/json"}

    def work(self) -> None:
        answer = {"exercise": self.exercise, "answer": json.loads(self.form["answer"])}
        self.ask("API submit", "POST", "/api/v1/submissions/", json.dumps(answer), wanted=202)
        place = urllib.parse.urlsplit(self.location).path
        while json.loads(self.ask("API status", "GET", place))["status"] != "graded":
            time.sleep(0.25)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise LookupError(f"the page has no field {name}")
    return found[1]


def at_rate(start: Callable[[int], Student], count: int, per_second: float) -> None:
    """Let students begin at a fixed rate whatever happens, and wait until all have finished."""
    started = time.perf_counter()
    students = []
    for number in range(count):
        time.sleep(max(0.0, started + number / per_second - time.perf_counter()))
        student = start(number)
        student.start()
        students.append(student)
    for student in students:
        student.join()


def run(stack: Stack, port: int, count: int, seconds: int) -> Figures:
    """A class in a minute, then weights alone at a steady rate."""
    figures = Figures()
    calm = Figures()
    sessions = stack.actor("sessions", str(count))
    tokens = stack.actor("tokens", str(STEADY_PER_SECOND * STEADY_SECONDS))
    reference = json.dumps(stack.actor("reference", WEIGHTS))
    weights, training = stack.actor("form_of", WEIGHTS), stack.actor("form_of", TRAINING)

    def in_class(number: int) -> Student:
        if number % TRAINING_SHARE == 0:
            return Student(port, sessions[number], TRAINING, training, figures)
        return Student(port, sessions[number], WEIGHTS, weights, figures)

    def steady(number: int) -> Student:
        return Program(port, tokens[number], WEIGHTS, {"answer": reference}, calm)

    at_rate(in_class, count, count / seconds)
    report(f"{count} students in {seconds} s, every {TRAINING_SHARE}th trains", figures)
    for exercise in (WEIGHTS, TRAINING):
        _print_row(f"submitted to graded, {exercise}", stack.actor("waits", exercise))
    before = len(stack.actor("waits", WEIGHTS))
    at_rate(steady, STEADY_PER_SECOND * STEADY_SECONDS, STEADY_PER_SECOND)
    report(f"weights over the API at {STEADY_PER_SECOND}/s for {STEADY_SECONDS} s", calm)
    _print_row(f"submitted to graded (p95 < {TARGET_MS:g})", stack.actor("waits", WEIGHTS)[before:])
    figures.errors += calm.errors
    return figures


def report(title: str, figures: Figures) -> None:
    print(f"{title}; {len(figures.errors)} errors, load {os.getloadavg()[0]:.2f}")
    for what, waits in figures.waits.items():
        _print_row(what, waits)


def _print_row(what: str, waits: list[float]) -> None:
    if len(waits) < 2:
        print(f"  {what:36} {len(waits):5} of them")
        return
    p95 = statistics.quantiles(waits, n=20)[-1]
    print(f"  {what:36} {len(waits):5} p50 {statistics.median(waits):8.1f} ms   p95 {p95:8.1f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        database = exits.enter_context(Postgres(folder / "pg"))
        stack = Stack(folder / "var", database.url, SUBMISSIONS_A_MINUTE="100000")
        exits.callback(stack.stop_all)
        stack.prepare()
        stack.manage("collectstatic", "--no-input", "-v0")
        stack.actor("people", str(max(options.students, STEADY_PER_SECOND * STEADY_SECONDS)))
        stack.start_broker()
        stack.start_worker(name="worker-interactive", queues="interactive")
        stack.start_worker(name="worker-training", queues="training,bulk")
        stack.start_sweeper()
        port = free_port()
        site = stack.start_web(port)
        wait_for(lambda: answers(f"{site}/readyz"), "the site to be ready")
        figures = run(stack, port, options.students, options.seconds)
    for error in figures.errors[:10]:
        print(f"  error: {error}")
    return 1 if figures.errors else 0


if __name__ == "__main__":
    sys.exit(main())
