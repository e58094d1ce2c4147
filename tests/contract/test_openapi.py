"""The running API keeps what its schema promises, whatever is sent to it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site import Site

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SCOPES = ("courses.read", "exercises.read", "submissions.read", "submissions.write", "grades.read")


@pytest.mark.timeout(400)
def test_fuzzing_finds_no_server_error_and_no_undocumented_answer(site: Site, tmp_path: Path) -> None:
    token = site.manage("create_token", "instructor", *(f"--scope={scope}" for scope in SCOPES)).strip()
    schemathesis = str(Path(sys.executable).parent / "schemathesis")

    done = subprocess.run(
        [
            schemathesis,
            "run",
            f"{site.url}/api/v1/schema/?format=json",
            f"--header=Authorization: Bearer {token}",
            f"--checks={CHECKS}",
            "--max-examples=40",
            "--seed=1943",
            "--phases=examples,coverage,fuzzing",
            "--generation-database=none",
            "--no-color",
        ],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
