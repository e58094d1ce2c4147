"""The whole database in one file: taken while the site runs, put back all or nothing."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from annsite.accounts.models import User
from exercises.models import Grade, Submission

TABLE = Submission._meta.db_table
START_AFRESH = b"SET lock_timeout = '10s';\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
TLS_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")


class BackupRefused(Exception):
    """Say in one line why nothing was written."""


def back_up(file: Path) -> None:
    """Write the database as it is at one moment to a new file that only its owner may read."""
    if file.exists():
        raise BackupRefused(f"{file} exists already; name a new file")
    part = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    except OSError as error:
        raise BackupRefused(f"{part} cannot be written: {error.strerror}") from error
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(_sqlite_file(), part)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path, *, force: bool) -> None:
    """Replace the database by the one in the file; without `force` only where nobody is in it yet."""
    if not file.is_file():
        raise BackupRefused(f"{file} is no file")
    if not force and _is_used():
        raise BackupRefused("this database has people in it; --force replaces all of it")
    connection.close()
    if connection.vendor == "sqlite":
        with _site_stopped():
            _check_sqlite(file)
            _copy_sqlite(file, _sqlite_file())
    else:
        if TABLE not in _run("pg_restore", "--list", str(file)):
            raise BackupRefused(f"{file} is no backup of this site")
        _restore_postgres(file)


def contents() -> str:
    """Say how much the database holds."""
    counts = (User.objects.count(), Submission.objects.count(), Grade.objects.count())
    return "{} people, {} submissions, {} grades".format(*counts)


def _is_used() -> bool:
    return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()


def _sqlite_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _site_stopped() -> IO[str]:
    """Hold the lock of the data folder, which a running site has."""
    lock = open(settings.VAR_DIR / "lock", "w")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise BackupRefused(f"the site is running with the data in {settings.VAR_DIR}; stop it") from error
    return lock


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy in one step: a backup in many steps begins anew whenever somebody writes."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)


def _check_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as reader:
            (state,) = reader.execute("PRAGMA integrity_check(1)").fetchone()
            reader.execute(f"SELECT 1 FROM {TABLE} LIMIT 1")  # noqa: S608  (our own constant)
    except sqlite3.Error as error:
        raise BackupRefused(f"{file} is no backup of this site: {error}") from error
    if state != "ok":
        raise BackupRefused(f"{file} is damaged: {state}")


def _restore_postgres(file: Path) -> None:
    """Replace everything in one transaction: where anything fails, the database stays as it was."""
    reader = subprocess.Popen(
        [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)],
        stdout=subprocess.PIPE,
    )
    writer = subprocess.Popen(
        [_program("psql"), "-X", "-q", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"],
        stdin=subprocess.PIPE,
        env=_environment(),
    )
    try:
        if reader.stdout is None or writer.stdin is None:
            raise BackupRefused("the programs were started without pipes")
        writer.stdin.write(START_AFRESH)
        shutil.copyfileobj(reader.stdout, writer.stdin)
        if reader.wait() != 0:
            raise BackupRefused(f"{file} cannot be read to its end; nothing was changed")
        writer.stdin.close()
        if writer.wait() != 0:
            raise BackupRefused("the server refused the backup; nothing was changed")
    except BrokenPipeError as error:
        raise BackupRefused("the server refused the backup; nothing was changed") from error
    finally:
        for process in (reader, writer):
            process.kill()
            process.wait()
        for pipe in (reader.stdout, writer.stdin):
            if pipe:
                _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [_program(program), *arguments], env=_environment(), check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise BackupRefused(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(
            f"{name} is not on the PATH; install the PostgreSQL client of the server's major version"
        )
    return found


def _environment() -> dict[str, str]:
    """Tell PostgreSQL's programs where the database is, without a password on any command line."""
    parts: dict[str, Any] = connection.settings_dict
    options = {f"PG{name.upper()}": str(parts["OPTIONS"].get(name, "")) for name in TLS_OPTIONS}
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    own = {name: str(parts[key]) for name, key in names.items()} | {"PGDATABASE": parts["NAME"]} | options
    return os.environ | {name: value for name, value in own.items() if value}
