"""The page of known faults names tests that exist, and says openly what is not built."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "docs" / "known-faults.md").read_text().splitlines()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES if line.startswith("| ")][1:]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_fault_is_kept_out_by_tests_that_exist_or_is_not_built(row: list[str]) -> None:
    _, guard, cited = row
    named = re.findall(r"`([^`]+)::([^`]+)`", cited)

    assert named or guard.startswith("not built")
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) >= 40
