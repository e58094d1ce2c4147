"""A backup brings everything back, on each profile: people, grades, and work that still waited."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

import pytest

from tests.stack import ROOT, Stack

pytestmark = [pytest.mark.services, pytest.mark.timeout(240)]
INSIDE = "docker compose exec -T postgres "
EVERYTHING = """
import django, hashlib, json
django.setup()
from django.apps import apps
from django.core import serializers
models = [m for m in apps.get_models() if m.__name__ not in {"Moment", "Session"}]
rows = {m._meta.label: serializers.serialize("json", m._default_manager.order_by("pk")) for m in models}
print(json.dumps({name: hashlib.sha256(text.encode()).hexdigest() for name, text in rows.items()}))
"""


def everything(stack: Stack) -> str:
    """Return a digest of every table of the site."""
    return stack.python("-c", EVERYTHING)


FILL = """
import django
django.setup()
from tests.factories import grade_all
from tests.faults.actor import people, submit
people("3")
submit("1")
grade_all()
submit("1")
"""


@pytest.fixture(scope="module")
def filled_stack(empty_stack: Stack) -> Stack:
    """A site with three people, three graded answers, and three that wait; each test leaves it like that."""
    empty_stack.prepare()
    empty_stack.python("-c", FILL)
    return empty_stack


def destroy(stack: Stack) -> None:
    """Lose the database, and make an empty one in its place."""
    stack.python("-c", DESTROY)


DESTROY = """
import django
django.setup()
from django.db import connection
if connection.vendor == "sqlite":
    import pathlib
    for file in pathlib.Path(connection.settings_dict["NAME"]).parent.glob("annsite.sqlite3*"):
        file.unlink()
else:
    connection.cursor().execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
"""


def test_a_database_with_people_is_replaced_only_by_force(filled_stack: Stack) -> None:
    stack, file = filled_stack, filled_stack.folder / "forced.backup"
    stack.manage("backup", str(file))
    before = everything(stack)
    stack.actor("submit", "1")
    changed = everything(stack)

    with pytest.raises(AssertionError, match="--force replaces all of it"):
        stack.manage("restore", str(file))
    kept = everything(stack)
    stack.manage("restore", str(file), "--force")

    assert kept == changed != before
    assert everything(stack) == before


def test_a_damaged_backup_changes_nothing(filled_stack: Stack) -> None:
    stack, file = filled_stack, filled_stack.folder / "damaged.backup"
    stack.manage("backup", str(file))
    before = everything(stack)
    content = file.read_bytes()
    middle = len(content) // 2
    noise = hashlib.sha512(b"noise").digest() * 64
    damaged = {
        "cut": content[:middle],
        "noise": content[:middle] + noise + content[middle + len(noise) :],
        "empty": b"",
        "text": b"a shopping list\n",
    }

    for name, part in damaged.items():
        (stack.folder / name).write_bytes(part)
        with pytest.raises(AssertionError, match="CommandError"):
            stack.manage("restore", str(stack.folder / name), "--force")

    assert everything(stack) == before


def test_a_backup_never_overwrites_a_file(filled_stack: Stack) -> None:
    file = filled_stack.folder / "precious"
    file.write_text("precious")

    with pytest.raises(AssertionError, match="exists already"):
        filled_stack.manage("backup", str(file))

    assert file.read_text() == "precious"
    assert list(Path(filled_stack.folder).glob("*.part")) == []


@pytest.mark.parametrize("empty_stack", ["sqlite"], indirect=True)
def test_a_running_site_is_not_replaced_under_its_own_feet(filled_stack: Stack) -> None:
    file = filled_stack.folder / "running.backup"
    filled_stack.manage("backup", str(file))

    with open(filled_stack.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(AssertionError, match="the site is running"):
            filled_stack.manage("restore", str(file), "--force")


@pytest.mark.parametrize("empty_stack", ["postgres"], indirect=True)
def test_the_lines_for_docker_compose_in_the_manual_back_up_and_restore(filled_stack: Stack) -> None:
    manual = (ROOT / "docs" / "operating.md").read_text().splitlines()
    lines = [line.removeprefix(INSIDE) for line in manual if line.startswith(INSIDE)]
    assert [line.split()[0] for line in lines] == ["pg_dump", "dropdb", "createdb", "pg_restore"]
    before = everything(filled_stack)
    in_container(filled_stack, "psql -U postgres -c 'CREATE ROLE annsite SUPERUSER LOGIN' postgres")

    in_container(filled_stack, lines[0])
    in_container(filled_stack, lines[1])
    in_container(filled_stack, lines[2])
    empty = in_container(filled_stack, "psql -U annsite -Atc '\\dt' annsite")
    in_container(filled_stack, lines[3])

    assert empty.strip() == ""
    assert everything(filled_stack) == before


def in_container(stack: Stack, line: str) -> str:
    """Run a line as the database's container does: with its programs, beside its server."""
    done = subprocess.run(
        line, shell=True, cwd=stack.folder, env=stack.env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_backed_up_comes_back_and_what_waited_is_graded(filled_stack: Stack) -> None:
    stack, file = filled_stack, filled_stack.folder / "whole.backup"
    before = everything(stack)

    said = stack.manage("backup", str(file))
    destroy(stack)
    stack.manage("restore", str(file))

    assert everything(stack) == before
    assert "3 people, 6 submissions, 3 grades" in said
    assert file.stat().st_mode & 0o077 == 0, "only its owner may read it"
    stack.start_broker()
    stack.start_worker()
    stack.start_sweeper()
    rows = stack.endings(6)
    assert [(row["status"], row["grades"]) for row in rows] == [("graded", 1)] * 6
