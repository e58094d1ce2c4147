"""Both profiles for tests that start their own services: a folder, and an empty site in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.stack import Stack


@pytest.fixture(scope="module")
def short_folder() -> Iterator[Path]:
    """A folder with a short path, because a socket's path may have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="ann"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def empty_stack(request: pytest.FixtureRequest, short_folder: Path) -> Iterator[Stack]:
    """A site without tables yet, on each profile, for one module; its PATH has PostgreSQL's programs."""
    folder = short_folder / request.param / "var"
    if request.param == "sqlite":
        yield from _stopped_at_the_end(Stack(folder, SWEEP_SECONDS="1"))
        return
    with Postgres(short_folder / "pg", durable=False) as server:
        stack = Stack(folder, server.url, SWEEP_SECONDS="1")
        stack.env["PGHOST"] = str(server.folder)
        stack.env["PATH"] = f"{server.binaries / 'bin'}:{stack.env['PATH']}"
        yield from _stopped_at_the_end(stack)


def _stopped_at_the_end(stack: Stack) -> Iterator[Stack]:
    stack.folder.mkdir(parents=True)
    try:
        yield stack
    finally:
        stack.stop_all()
