"""Do list pages stay as fast with a million submissions as with a thousand?

`make lists`, or `python -m bench.lists [--profile sqlite] [--rows N]`. Fills a database, times every list
page, fills it up to N submissions, and times them again; prints both and the ratio, at most 1.5.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

from tests.postgres import Postgres
from tests.stack import Stack


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ann"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        url = exits.enter_context(Postgres(folder / "pg")).url if options.profile == "postgres" else ""
        stack = Stack(folder / "var", url)
        stack.prepare()
        stack.manage("collectstatic", "--no-input", "-v0")
        print(stack.python("-m", "bench.list_pages", str(options.rows)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
