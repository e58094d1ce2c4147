"""What the lesson on dropout says of the two trainings that its second figure plays."""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lessons.replays import ReplayBlock, recordings

FOLDER = Path(__file__).parents[3] / "lessons" / "content" / "12-dropout"
TEXT = (FOLDER / "lesson.md").read_text(encoding="utf-8")
LESSON = " ".join(TEXT.split())
NEAR = 0.02


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    source = re.search(r"```figure nn-replay\n(.*?)```", TEXT, re.DOTALL)
    assert source is not None
    return recordings([ReplayBlock.model_validate(one) for one in tomllib.loads(source[1])["replay"]])


def test_the_table_of_the_four_losses(runs: list[dict[str, Any]]) -> None:
    for epoch in (0, 20, 40, 60, 100):
        row = re.search(rf"\| {epoch} \| " + r"(\d\.\d\d) \| " * 3 + r"(\d\.\d\d) \|", LESSON)
        assert row is not None
        at = runs[0]["steps"].index(epoch)
        found = [run[name][at] for run in runs for name in ("losses", "other_losses")]
        assert found == pytest.approx([float(number) for number in row.groups()], abs=NEAR)


def test_all_lines_begin_at_ln_10(runs: list[dict[str, Any]]) -> None:
    starts = [run[name][0] for run in runs for name in ("losses", "other_losses")]

    assert starts == pytest.approx([math.log(10)] * 4, abs=0.005)
    assert starts[:2] == starts[2:]
    assert "All four lines begin at 2.30, which is $\\ln 10$" in LESSON


def test_without_dropout_the_loss_on_new_pictures_turns(runs: list[dict[str, Any]]) -> None:
    seen, new, epochs = (runs[0][name] for name in ("losses", "other_losses", "steps"))

    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == pytest.approx(0.34, abs=NEAR)
    assert min(new) == pytest.approx(0.65, abs=NEAR)
    assert 34 <= epochs[new.index(min(new))] <= 46
    assert new[-1] == pytest.approx(0.90, abs=2 * NEAR)
    assert "is lowest near epoch 40, at 0.65, and ends at 0.90" in LESSON


def test_with_dropout_it_goes_on_falling(runs: list[dict[str, Any]]) -> None:
    seen, new, epochs = (runs[1][name] for name in ("losses", "other_losses", "steps"))

    assert epochs[new.index(min(new))] >= 80
    assert all(high > low for high, low in zip(seen[5:], new[5:], strict=True))
    assert [new[epochs.index(epoch)] for epoch in (40, 100)] == pytest.approx([0.84, 0.69], abs=NEAR)
    assert "down to 0.84 by epoch 40 and to 0.69 by epoch 100" in LESSON
