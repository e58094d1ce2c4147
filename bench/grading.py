"""How fast answers are graded: ours beside a bare Celery and ORM loop over the same rows, in one run.

`make bench`, or `python -m bench.grading [--postgres] [--rows N] [--rounds N]`.
"""

import argparse
import contextlib
import shutil
import tempfile
from pathlib import Path

from tests.postgres import Postgres
from tests.stack import Stack


def main() -> None:
    """Start database, broker and worker in a folder of their own, and measure from another process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--rows", type=int, default=400, help="submissions in a burst")
    parser.add_argument("--rounds", type=int, default=5, help="bursts of each kind, in turn")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(Postgres(folder / "pg")).url if options.postgres else ""
        services = Stack(folder / "var", url, SUBMISSIONS_A_MINUTE="100000")
        stack.callback(services.stop_all)
        services.prepare()
        services.actor("people", "40")
        services.start_broker()
        services.start_worker(app="bench.worker")
        print(services.python("-m", "bench.bursts", str(options.rows), str(options.rounds)), end="")


if __name__ == "__main__":
    main()
