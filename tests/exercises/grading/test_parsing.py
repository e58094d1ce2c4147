"""Numbers, lists and objects taken from an answer."""

import pytest

from exercises.grading.parsing import AnswerRefused, Reader


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "not true"),
        (None, "not null"),
        ("1", "not text"),
        ("١٢", "not text"),
        ([1], "not a list"),
        ({}, "not an object"),
    ],
)
def test_only_numbers_count_as_numbers(value: object, words: str) -> None:
    reader = Reader()

    reader.read_number(value, "weights.0.bias[0]")

    with pytest.raises(AnswerRefused, match=words):
        reader.finish()


@pytest.mark.parametrize("value", [1e308, -1e308, 1_000_001, 10**400, float("nan"), float("inf")])
def test_numbers_beyond_a_million_are_refused(value: float) -> None:
    reader = Reader()

    reader.read_number(value, "x")

    with pytest.raises(AnswerRefused) as refusal:
        reader.finish()
    assert refusal.value.problems[0].limit == "a number from −1,000,000 to 1,000,000"


@pytest.mark.parametrize(
    ("value", "read"), [(20, "20"), (20.0, "20"), (-0.0, "0"), (0.5, "0.5"), (1e6, "1000000")]
)
def test_whole_numbers_become_integers(value: float, read: str) -> None:
    assert repr(Reader().read_number(value, "x")) == read


def test_wrong_shapes_name_the_place() -> None:
    reader = Reader()

    reader.read_numbers([[1, 2], [3]], "w", (2, 2))
    reader.read_numbers(7, "v", (1,))

    with pytest.raises(AnswerRefused) as refusal:
        reader.finish()
    assert [problem.field for problem in refusal.value.problems] == ["w[1]", "v"]


def test_a_flood_of_problems_is_cut() -> None:
    reader = Reader()

    reader.read_object({f"key{number}": 1 for number in range(10_000)}, "weights", ["0.bias"])

    with pytest.raises(AnswerRefused) as refusal:
        reader.finish()
    assert len(refusal.value.problems) == 50
