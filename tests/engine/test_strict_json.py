"""Hostile and clumsy JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.strict_json import MAX_BYTES, Problem, Refused, decode_json, shorten


def problems_of(body: bytes) -> list[Problem]:
    with pytest.raises(Refused) as refusal:
        decode_json(body)
    return refusal.value.problems


def test_plain_json_is_decoded() -> None:
    body = '{"a": [1, -2.5, 1e3], "b": {"c": "text", "d": [true, null]}, "é": "🙂"}'.encode()

    assert decode_json(body) == {"a": [1, -2.5, 1000.0], "b": {"c": "text", "d": [True, None]}, "é": "🙂"}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"])
def test_what_is_not_finite_is_refused_with_its_path(word: str) -> None:
    (problem,) = problems_of(f'{{"weights": {{"0.bias": [1, {word}]}}}}'.encode())

    assert problem.field == "weights.0.bias[1]"
    assert problem.value == word
    assert "not a finite number" in problem.message


@pytest.mark.parametrize("number", ["1" * 5000, "1" * 4299, "0." + "1" * 5000, "-" + "9" * 101])
def test_very_long_numbers_are_refused_and_shortened(number: str) -> None:
    (problem,) = problems_of(f"[{number}]".encode())

    assert problem.field == "[0]"
    assert problem.limit == "100 characters"
    assert len(problem.value) == 80


def test_a_repeated_key_is_refused() -> None:
    (problem,) = problems_of(b'{"weights": {"0.bias": [1], "0.bias": [2]}}')

    assert problem.field == "weights.0.bias"
    assert problem.limit == "once"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 33 + b"]" * 33])
def test_deep_nesting_is_refused_before_decoding(body: bytes) -> None:
    (problem,) = problems_of(body)

    assert problem.limit == "32 levels"


def test_brackets_inside_text_are_not_nesting() -> None:
    text = '[[[{"\\' * 40

    assert decode_json(json.dumps([text]).encode()) == [text]


def test_the_size_is_capped_before_anything_else() -> None:
    (problem,) = problems_of(b"[" + b" " * MAX_BYTES + b"]")

    assert problem.limit == f"{MAX_BYTES} bytes"
    assert problem.value == f"more than {MAX_BYTES} bytes", "who reads no further cannot say how many"


@pytest.mark.parametrize("body", ["[1]".encode("utf-16"), b'["\xff"]', b'["\xed\xa0\x80"]'])
def test_only_utf8_is_read(body: bytes) -> None:
    (problem,) = problems_of(body)

    assert problem.limit == "UTF-8"


def test_a_byte_order_mark_is_named() -> None:
    (problem,) = problems_of(b"\xef\xbb\xbf[1]")

    assert "byte order mark" in problem.message


@pytest.mark.parametrize("text", [r'["\u0000"]', r'["\ud800"]', r'[{"\udfff": 1}]', r'[{"a\u0000": 1}]'])
def test_nul_and_half_characters_are_refused(text: str) -> None:
    (problem,) = problems_of(text.encode())

    assert problem.limit == "plain text"
    assert problem.value.isprintable()


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"{'a': 1}", b"nonsense", b"[01]", b"[1] [2]"])
def test_what_is_not_json_is_refused_with_a_place(body: bytes) -> None:
    (problem,) = problems_of(body)

    assert problem.limit == "valid JSON"
    assert "line 1" in problem.message


def test_every_problem_is_reported_at_once() -> None:
    problems = problems_of(b'{"a": NaN, "b": [1e999], "b": 1, "c": "\\u0000"}')

    assert [problem.field for problem in problems] == ["a", "b", "c"]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_shown_values_are_short_and_printable(value: object) -> None:
    shown = shorten(value)

    assert len(shown) <= 80
    assert shown.isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(body: bytes) -> None:
    try:
        decode_json(body)
    except Refused as refusal:
        problems = refusal.problems
        assert problems
