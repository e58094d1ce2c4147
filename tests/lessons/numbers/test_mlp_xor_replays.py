"""What the lesson on XOR says of the two trainings that its figure plays."""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessons.replays import ReplayBlock, record

FOLDER = Path(__file__).parents[3] / "lessons" / "content" / "07-mlp-xor"
TEXT = (FOLDER / "lesson.md").read_text(encoding="utf-8")
LESSON = " ".join(TEXT.split())


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    source = re.search(r"```figure nn-replay\n(.*?)```", TEXT, re.DOTALL)
    assert source is not None
    return [record(ReplayBlock.model_validate(one)) for one in tomllib.loads(source[1])["replay"]]


def test_the_table_of_the_two_losses(runs: list[dict[str, Any]]) -> None:
    lucky, unlucky = (dict(zip(run["steps"], run["losses"], strict=True)) for run in runs)
    for step in (1, 770, 1539, 3000):
        row = re.search(rf"\| {step} \| (\d\.\d{{3}}) \| (\d\.\d{{3}}) \|", LESSON)
        assert row is not None
        assert [lucky[step], unlucky[step]] == pytest.approx([float(row[1]), float(row[2])], abs=0.002)


def test_when_each_leaves_the_plain(runs: list[dict[str, Any]]) -> None:
    lucky, unlucky = (
        next(s for s, loss in zip(r["steps"], r["losses"], strict=True) if loss < 0.24) for r in runs
    )

    assert 200 < lucky < 400
    assert 1300 < unlucky < 1500
    assert "after some three hundred steps" in LESSON
    assert "wanders there for 1,300 steps" in LESSON


def test_what_both_answer_at_the_end(runs: list[dict[str, Any]]) -> None:
    lucky, unlucky = (answers(run) for run in runs)

    assert np.array_equal(lucky > 0.5, [False, True, True, False])
    assert unlucky == pytest.approx([0.06, 0.94, 0.50, 0.51], abs=0.01)
    assert "answers 0.06 and 0.94 at two of them, and 0.50 and 0.51 at the others" in LESSON


def answers(run: dict[str, Any]) -> np.ndarray:
    """Send the corners through the network of the last frame."""
    first, bias, second, out = (np.array(numbers) for numbers in run["weights"][-1])
    hidden = sigmoid(np.array(run["points"])[:, :2] @ first.reshape(2, 2).T + bias)
    return sigmoid(hidden @ second + out)


def sigmoid(z: np.ndarray) -> np.ndarray:
    value: np.ndarray = 1 / (1 + np.exp(-z))
    return value
