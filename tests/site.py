"""The whole embedded site for tests, started as `make run` starts it."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack, templates


@dataclass(frozen=True)
class Site:
    """The running site: its address and the demo people's password."""

    url: str
    password: str
    process: subprocess.Popen[str]
    output: list[str]
    stack: Stack

    def manage(self, *arguments: str) -> str:
        """Run a management command on the site's own data."""
        return self.stack.manage(*arguments)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The whole embedded site, started once."""
    with running_site() as found:
        yield found


@contextmanager
def running_site() -> Iterator[Site]:
    """Start the whole embedded site on a free port, and stop it at the end.

    The first of a run begins with nothing, as a person's does; the others with the tables and the content.
    """
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    port = free_port()
    stack = Stack(folder / "var", PORT=str(port), CHECK_RATE="1000/min", SUBMIT_RATE="1000/min")
    if not _takes_the_first_start():
        stack.prepare()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_site"], cwd=ROOT, env=stack.env, stdout=subprocess.PIPE, text=True
    )
    output: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        output.append(line)
        if "Ctrl-C stops" in line:
            break
    text = "".join(output)
    found = re.search(r"password (\S+)", text)
    assert found, f"the site did not start:\n{text}"
    try:
        yield Site(f"http://127.0.0.1:{port}", found[1], process, output, stack)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def _takes_the_first_start() -> bool:
    """Return whether no other site was started in this run, in whatever process."""
    try:
        (templates() / "site").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
