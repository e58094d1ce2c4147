"""What docker compose would start, started here: the same commands and environment, without Docker."""

import json
import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from annsite.celery import app
from annsite.children import Child, end
from tests.compose import command_of, config_problems, health_command, programs_path, services
from tests.factories import LECTURE
from tests.postgres import Postgres
from tests.site import free_port
from tests.stack import ROOT, Stack, wait_for

VALUES = {
    "SECRET_KEY": "a secret for tests alone, long enough to be taken seriously",
    "POSTGRES_PASSWORD": "secret",
    "ALLOWED_HOSTS": "annsite.example.org",
    "METRICS_TOKEN": "a token for scrapes",
}
OURS = ("web", "worker-interactive", "worker-training", "sweeper")


def test_docker_compose_itself_takes_the_file() -> None:
    problems = config_problems(dict(os.environ) | VALUES)

    if problems is None:
        pytest.skip("neither docker compose nor docker-compose is installed")
    assert problems == ""


@pytest.mark.parametrize("missing", ["SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS"])
def test_what_must_be_set_has_no_default(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        services({**VALUES, missing: ""})


@pytest.mark.parametrize("name", [*OURS, "setup"])
def test_each_of_our_services_is_confined(name: str) -> None:
    service = services(VALUES)[name]

    assert service["image"] == "annsite"
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "mem_limit" in service
    assert "\nUSER 10001\n" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", [*OURS, "postgres", "redis"])
def test_each_lasting_service_has_a_health_check_and_is_started_again(name: str) -> None:
    service = services(VALUES)[name]

    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


def test_the_workers_together_serve_every_queue() -> None:
    found = services(VALUES)
    routes = {route["queue"] for route in app.conf.task_routes.values()} | {app.conf.task_default_queue}

    served = []
    for service in found.values():
        command = command_of(service)
        if "-Q" in command:
            served += command[command.index("-Q") + 1].split(",")

    assert sorted(served) == sorted(routes)


def test_every_variable_of_the_file_is_a_setting() -> None:
    known = (ROOT / "annsite" / "settings.py").read_text()

    environment = services(VALUES)["web"]["environment"]

    assert [name for name in environment if f'"{name}"' not in known] == []


class Containers:
    """The services of docker-compose.yml as processes on real servers."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        self.stack = Stack(folder)
        self.stack.start_broker()
        self.port = str(free_port())
        self.server = server
        self.services = services(VALUES)
        self.children: list[Child] = []

    def env(self, name: str) -> dict[str, str]:
        """Return what the container would see, but for the addresses of the servers."""
        own: dict[str, str] = {
            key: str(value) for key, value in self.services[name].get("environment", {}).items()
        }
        servers = {"DATABASE_URL": self.server.url, "REDIS_URL": f"redis+socket://{self.stack.socket}"}
        path = f"{programs_path()}:{self.server.binaries / 'bin'}:{os.environ['PATH']}"
        host = {"PATH": path, "HOSTNAME": socket.gethostname(), "PGHOST": str(self.server.folder)}
        image = {"PYTHONUNBUFFERED": "1", "STATIC_ROOT": str(self.stack.folder / "static")}
        return own | (servers if "DATABASE_URL" in own else {}) | host | image

    def words(self, command: list[str]) -> list[str]:
        return [word.replace("8000", self.port).replace("0.0.0.0", "127.0.0.1") for word in command]

    def start(self, name: str) -> None:
        log = str(self.stack.folder / f"{name}.log")
        command = self.words(command_of(self.services[name]))
        child = Child(name, command, self.env(name), log, cwd=str(ROOT))
        child.start()
        self.children.append(child)

    def run(self, name: str, *command: str) -> str:
        """Run a command in the service's environment, as `docker compose run` does."""
        done = self._call(name, list(command) or command_of(self.services[name]))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def is_healthy(self, name: str) -> bool:
        return self._call(name, health_command(self.services[name])).returncode == 0

    def _call(self, name: str, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.words(command),
            cwd=ROOT,
            env=self.env(name),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def ask(self, path: str, token: str = "", body: dict[str, Any] | None = None) -> Any:
        headers = {"Host": VALUES["ALLOWED_HOSTS"], "X-Forwarded-Proto": "https"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": "application/json"} if body else {}
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def log(self, name: str) -> list[str]:
        return (self.stack.folder / f"{name}.log").read_text().splitlines()

    def stop(self) -> None:
        for child in reversed(self.children):
            end(child)
        self.stack.stop_all()


@pytest.fixture
def containers(short_folder: Path) -> Iterator[Containers]:
    (short_folder / "run").mkdir()
    with Postgres(short_folder / "pg") as server:
        running = Containers(short_folder / "run", server)
        try:
            yield running
        finally:
            running.stop()


@pytest.mark.services
@pytest.mark.timeout(240)
def test_what_compose_would_start_is_healthy_and_grades(containers: Containers) -> None:
    assert containers.is_healthy("postgres")
    containers.run("setup")
    assert not any(containers.is_healthy(name) for name in OURS), "a check that cannot fail is worthless"

    containers.run("web", "python", "manage.py", "collectstatic", "--no-input", "-v0")
    for name in OURS:
        containers.start(name)
    for name in OURS:
        wait_for(partial(containers.is_healthy, name), f"{name} to be healthy", seconds=60)
    wait_for(lambda: json.loads(containers.ask("/readyz"))["status"] == "ready", "the site to be ready")
    containers.run("web", "python", "manage.py", "shell", "-v0", "-c", SOMEBODY)
    scopes = ("--scope=submissions.write", "--scope=submissions.read")
    token = containers.run("web", "python", "manage.py", "create_token", "somebody", *scopes)
    answer = {"exercise": "xor-weights", "answer": LECTURE}
    sent = json.loads(containers.ask("/api/v1/submissions/", token, answer))
    address = f"/api/v1/submissions/{sent['id']}/"
    wait_for(lambda: json.loads(containers.ask(address, token))["status"] == "graded", "the grade")

    assert json.loads(containers.ask(address, token))["score"] == 100
    figures = containers.ask("/metrics", VALUES["METRICS_TOKEN"])
    assert 'annsite_finished_total{lane="interactive",status="graded"} 1.0' in figures
    lines = [json.loads(line) for line in containers.log("web")]
    assert any(line["message"] == "POST api:submission-list" and line["request_id"] for line in lines)


SOMEBODY = """
from annsite.accounts.models import User
from lessons.models import Course
from lessons.services.enrol import enrol
enrol(user=User.objects.create_user("somebody"), course=Course.objects.create(slug="c", title="C"))
"""
