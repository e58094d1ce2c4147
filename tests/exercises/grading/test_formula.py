"""The language of formulas: what it computes, and that nothing else gets through."""

import math
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exercises.grading.formula import MAX_SIZE, FormulaInvalid, is_reserved, read_formula

VALUES = {"a": np.asarray(2.0), "b": np.asarray(-0.5), "p": np.array([1.0, 2.0, 4.0])}


def value_of(text: str) -> float | list[float]:
    result: float | list[float] = read_formula(text).evaluate(VALUES).tolist()
    return result


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b*3 - 1/4", 0.25),
        ("-a**2", -4),
        ("+b", -0.5),
        ("abs(b) + sqrt(4) + exp(0) + log(e) + log10(100) + log2(8)", 9.5),
        ("sin(pi/2) + cos(0)", 2),
        ("tanh(0.5)", 0.46211715726000973),
        ("dtanh(0.5)", 1 - 0.46211715726000973**2),
        ("sigmoid(2)", 0.8807970779778823),
        ("sigmoid(-800) + sigmoid(800)", 1),
        ("dsigmoid(0)", 0.25),
        ("normal_cdf(0)", 0.5),
        ("normal_cdf(1.96)", 0.9750021048517795),
        ("relu(b) + relu(a)", 2),
        ("drelu(0) + drelu(a)", 1),
        ("leaky_relu(-2, 0.1)", -0.2),
        ("elu(-2, 0.1)", -0.08646647167633873),
        ("step(0) + step(b)", 1),
        ("max(p) + min(p) + sum(p) + mean(p)", 4 + 1 + 7 + 7 / 3),
        ("max(a, b, 3)", 3),
        ("min(a, b)", -0.5),
        ("var([1, 3, 5])", 8 / 3),
        ("std([1, 3, 5])", math.sqrt(8 / 3)),
        ("var(p)*size(p)/(size(p) - 1)", 7 / 3),
        ("dot(p, [1, 1, 0])", 3),
        ("softmax([1, 2, 3])[2]", 0.6652409557748219),
        ("softmax([1000, 0])[0]", 1),
        ("round(0.12345, 2)", 0.12),
        ("round(2.6)", 3),
        ("where(a > 1, 5, 6)", 5),
        ("0 < a < 1", 0),
        ("0 < a <= 2", 1),
        ("a >= 3", 0),
        ("[p, p*2][1][2]", 8),
        ("p*2 - 1", [1, 3, 7]),
        ("9**9**9", math.inf),
    ],
)
def test_a_formula_is_computed(text: str, value: float) -> None:
    assert value_of(text) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("text", ["log(-1)", "sqrt(b)", "0/0", "b**0.5"])
def test_what_has_no_value_is_nan_and_not_an_error(text: str) -> None:
    assert math.isnan(float(read_formula(text).evaluate(VALUES)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.real",
        "().__class__",
        "__import__('os')",
        "open('x')",
        "abs.__call__(a)",
        "(lambda: 1)()",
        "[x for x in p]",
        "sum(x for x in p)",
        "a if a else b",
        "a and b",
        "a or b",
        "not a",
        "(a := 1)",
        "a % 2",
        "a // 2",
        "a @ b",
        "~a",
        "a == 2",
        "a is b",
        "a in p",
        "'text'",
        "b'bytes'",
        "f'{a}'",
        "True",
        "None",
        "...",
        "1j",
        "1e999",
        "9" * 400,
        "{a: b}",
        "{a}",
        "(a, b)",
        "[]",
        "p[0:1]",
        "p[a]",
        "p[-1]",
        "p[True]",
        "max(*p)",
        "max()",
        "exp(a, b)",
        "exp(x=a)",
        "round(a, 1, 2)",
        "a = 1",
        "a; b",
        "import os",
        "\0",
        "\ud800",
        "(" * 300,
        "-" * 100 + "a",
        "[" * 60 + "a" + "]" * 60,
        "a+" * 300 + "a",
    ],
)
def test_nothing_else_of_python_is_a_formula(text: str) -> None:
    with pytest.raises(FormulaInvalid):
        read_formula(text)


@pytest.mark.parametrize(
    "text", ["p[3]", "a[0]", "[a, p]", "p + [1, 2]", "dot(p, [1, 2])", "round(a, 99)", "leaky_relu(a, p)"]
)
def test_shapes_that_do_not_fit_are_refused_when_computing(text: str) -> None:
    with pytest.raises(FormulaInvalid):
        read_formula(text).evaluate(VALUES)


def test_lists_cannot_grow_without_bound() -> None:
    ten = f"[{', '.join(['a'] * 10)}]"
    nested = f"[{', '.join(['q'] * 40)}]"

    with pytest.raises(FormulaInvalid, match=f"at most {MAX_SIZE}"):
        read_formula(nested).evaluate({"q": np.ones(32)})
    assert read_formula(ten).evaluate(VALUES).shape == (10,)


def test_a_formula_tells_the_names_it_needs() -> None:
    assert read_formula("w1*i1 + max(w2, pi) - sum").names == {"w1", "i1", "w2", "sum"}


def test_names_with_a_meaning_are_reserved() -> None:
    assert [name for name in ("max", "e", "lambda", "is", "w1", "delta") if is_reserved(name)] == [
        "max",
        "e",
        "lambda",
        "is",
    ]


NAMES = [
    "a",
    "b",
    "p",
    "1",
    "2.5",
    "0",
    "1e9",
    "'",
    "__class__",
    "max(",
    "exp(",
    "softmax(",
    "where(",
    "round(",
]
SIGNS = ["(", ")", "[", "]", ",", "+", "-", "*", "/", "**", "<", ">=", ".", "_", ":", "=", "[0]"]
pieces = st.sampled_from(NAMES + SIGNS)


@settings(max_examples=500, deadline=None)
@given(text=st.lists(pieces, max_size=40).map("".join) | st.text(max_size=60))
@example(text="**".join(["9"] * 60))
@example(text="exp(" * 20 + "a" + ")" * 20)
def test_no_text_crashes_the_reader_or_takes_long(text: str) -> None:
    started = time.perf_counter()
    try:
        formula = read_formula(text)
        if formula.names <= set(VALUES):
            result = formula.evaluate(VALUES)
            assert result.dtype == np.float64
            assert result.size <= MAX_SIZE
    except FormulaInvalid:
        pass
    assert time.perf_counter() - started < 0.5
