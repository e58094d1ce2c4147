"""Numbers typed into a form."""

import pytest

from exercises.grading.fields import read_typed_number, show_number
from exercises.grading.parsing import AnswerRefused, Reader


@pytest.mark.parametrize(
    ("text", "number"),
    [("20", 20), (" -1.5 ", -1.5), ("\N{MINUS SIGN}3", -3), ("+.5", 0.5), ("1e3", 1000.0), ("7.", 7.0)],
)
def test_usual_ways_to_write_a_number_are_understood(text: str, number: float) -> None:
    reader = Reader()

    assert read_typed_number(reader, {"w": [text]}, "w", "weight") == number
    reader.finish()


@pytest.mark.parametrize(
    "text", ["", "  ", "abc", "1,5", "1_000", "١٢", "0x10", "nan", "inf", "1 2", "--1", "1" * 41]
)
def test_anything_else_is_refused_by_the_name_of_its_field(text: str) -> None:
    reader = Reader()

    read_typed_number(
        reader, {"weights.0.bias[1]": [text]}, "weights.0.bias[1]", "Hidden unit h2, bias of h2"
    )

    with pytest.raises(AnswerRefused) as refusal:
        reader.finish()
    (problem,) = refusal.value.problems
    assert problem.field == "weights.0.bias[1]"
    assert problem.message.startswith("Hidden unit h2, bias of h2: ")


def test_a_decimal_comma_is_explained() -> None:
    reader = Reader()

    read_typed_number(reader, {"w": ["0,5"]}, "w", "weight")

    with pytest.raises(AnswerRefused, match="Use a point for decimals"):
        reader.finish()


@pytest.mark.parametrize("values", [None, [], ["1", "2"]])
def test_a_field_must_come_exactly_once(values: list[str] | None) -> None:
    reader = Reader()

    read_typed_number(reader, {} if values is None else {"w": values}, "w", "weight")

    with pytest.raises(AnswerRefused):
        reader.finish()


@pytest.mark.parametrize(
    ("number", "text"),
    [(20.0, "20"), (-3, "-3"), (0.1, "0.1"), (1e-5, "0.00001"), (-4.5e-6, "-0.0000045"), (1e-7, "1e-07")],
)
def test_shown_numbers_read_back_the_same(number: float, text: str) -> None:
    assert show_number(number) == text
    assert float(text) == number
