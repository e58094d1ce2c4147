"""Run tests in the production profile: `python -m tests.on_servers [what pytest takes]`.

Starts a private PostgreSQL and a private Valkey, and pytest with their addresses in its environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.postgres import Postgres
from tests.stack import ROOT, Stack


def main(arguments: list[str]) -> int:
    """Return pytest's exit code."""
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    folder.chmod(0o755)
    broker = Stack(folder)
    try:
        with Postgres(folder / "pg", durable=False) as server:
            broker.start_broker()
            production = {
                "DATABASE_URL": server.url,
                "REDIS_URL": f"redis+socket://{broker.socket}",
                "SECRET_KEY": broker.env["SECRET_KEY"],
                "HTTPS": "no",
            }
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.run(command, cwd=ROOT, env=os.environ | production, check=False).returncode
    finally:
        broker.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
