"""Which tests run where when several processes share the suite.

Those that share services, or reports that take long to make, stay together.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

# xdist_group would say this beside each test, but xdist 3.8 loses it under pytest 9.2.
SHARED = {
    "tests/e2e/figures/": "a browser",
    "tests/e2e/test_course.py": "a running site of its own",
    "tests/e2e/": "the running site",
    "tests/contract/test_openapi.py": "the running site",
    "tests/annsite/test_backups.py": "a site without tables",
    "tests/upgrade/": "a site without tables",
    "tests/exercises/grading/test_grade.py": "reports",
}


class BySharedServices(LoadScopeScheduling):  # type: ignore[misc]
    """Hand tests out one by one, and those that share something as one piece, to one process, first."""

    def _split_scope(self, nodeid: str) -> Any:
        return next((shared for path, shared in SHARED.items() if nodeid.startswith(path)), nodeid)
