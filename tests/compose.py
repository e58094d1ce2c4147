"""docker-compose.yml without Docker: what each service would run, and with which environment."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.stack import ROOT

VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(:-|:\?)([^}]*)\})")
FILE = ROOT / "docker-compose.yml"


def services(values: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the services with `values` put in, as docker compose does it."""
    text = json.dumps(yaml.safe_load(FILE.read_text()))

    def put_in(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, kind, rest = found.groups()
        if kind == ":?" and not values.get(name):
            raise KeyError(name)
        return values.get(name) or (rest if kind == ":-" else "")

    filled: dict[str, dict[str, Any]] = json.loads(VARIABLE.sub(put_in, text))["services"]
    return filled


def command_of(service: dict[str, Any]) -> list[str]:
    """Return what a service runs: its own command, else the image's."""
    if "command" in service:
        return [str(word) for word in service["command"]]
    image = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    command: list[str] = json.loads(image.split("\nCMD ")[1])
    return command


def health_command(service: dict[str, Any]) -> list[str]:
    """Return the health check as an argument list."""
    kind, *words = service["healthcheck"]["test"]
    return ["sh", "-c", *words] if kind == "CMD-SHELL" else words


def programs_path() -> str:
    """Return the folder in which `python`, `celery` and `granian` are this environment's."""
    return str(Path(sys.executable).parent)


def config_problems(env: dict[str, str]) -> str | None:
    """Return what docker compose itself says against the file, or None where it is not installed."""
    for tool in (["docker", "compose"], ["docker-compose"]):
        if not shutil.which(tool[0]):
            continue
        if subprocess.run([*tool, "version"], check=False, capture_output=True).returncode != 0:
            continue
        command = [*tool, "-f", str(FILE), "config", "-q"]
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode else ""
    return None
