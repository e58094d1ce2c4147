"""Each fault test runs on both profiles: embedded (SQLite) and production (PostgreSQL)."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.stack import Stack


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, because a socket's path may have 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="ann"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest, folder: Path) -> Iterator[Stack]:
    """A migrated site with content and three students; the test starts the services it needs."""
    if request.param == "sqlite":
        yield from _ready(Stack(folder / "var", GRADING_SECONDS="1", SWEEP_SECONDS="1"))
        return
    with Postgres(folder / "pg") as server:
        yield from _ready(Stack(folder / "var", server.url, GRADING_SECONDS="1", SWEEP_SECONDS="1"))


def _ready(stack: Stack) -> Iterator[Stack]:
    stack.prepare()
    stack.actor("people", "3")
    try:
        yield stack
    finally:
        stack.stop_all()
