"""The release before this one, taken out of the repository: its own code runs on the same database."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from annsite.children import Child
from tests.stack import ROOT, WORKER, Stack

RELEASE = "b6bb3efda58cbe7c3b3f43a8d9307b25101dba38"
PARTS = ("manage.py", "annsite", "engine", "exercises", "lessons", "static", "templates", "tests/faults")


class Release:
    """The code of an earlier release in a folder of its own, with the environment of a stack."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        self.folder = folder
        self.stack = stack
        _take_out(folder)

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.stack.env,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def actor(self, *arguments: str) -> Any:
        return json.loads(self.python("-m", "tests.faults.actor", *arguments))

    def start_worker(self) -> None:
        """Start the release's own worker under the name `worker` of the stack."""
        command = [sys.executable, "-m", "celery", "-A", "annsite", *WORKER.split(), "-Q", "interactive"]
        log = str(self.stack.folder / "old-worker.log")
        child = Child("worker", command, self.stack.env, log, cwd=str(self.folder))
        child.start()
        self.stack.children["worker"] = child


def _take_out(folder: Path) -> None:
    """Unpack the release; a clone without history cannot, which only CI must not accept."""
    command = ["git", "archive", "--format=zip", RELEASE, "--", *PARTS]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    if done.returncode != 0:
        reason = f"release {RELEASE} is not in this clone: git fetch --unshallow"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder.mkdir()
    with ZipFile(io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder)
