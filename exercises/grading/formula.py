"""The formulas of exercise files: a small language of numbers, parsed by Python and run by us.

Nothing of Python runs: the parsed tree is checked against a list of what is allowed, and walked. Every value
is a float64 array of at most MAX_SIZE numbers, so a formula's time and memory are bounded by its length.
"""

import ast
import keyword
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from engine.normal import normal_distribution
from engine.ops.activation import elu, leaky_relu, relu, sigmoid, step
from engine.tensor import Array

MAX_LENGTH = 500
MAX_DEPTH = 30
MAX_SIZE = 1024
MAX_CONSTANT = 1e12
MAX_ITEMS = 64

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.USub: np.subtract,
    ast.UAdd: np.add,
}


class FormulaInvalid(Exception):
    """A formula that cannot be read, or whose shapes do not fit; the message is for authors."""


@dataclass(frozen=True)
class Function:
    """A function of the language and how many arguments it takes."""

    run: Callable[..., Any]
    least: int = 1
    most: int = 1


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula that was read: its text, the names it needs, and its checked tree."""

    text: str
    names: frozenset[str]
    tree: ast.expr

    def evaluate(self, values: Mapping[str, Array]) -> Array:
        """Compute the formula; what has no value is NaN or infinite. FormulaInvalid if shapes do not fit."""
        try:
            with np.errstate(all="ignore"):
                return _evaluate(self.tree, values)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise FormulaInvalid(f"“{self.text}” cannot be computed: {error}.") from error


@lru_cache(maxsize=4096)
def read_formula(text: str) -> Formula:
    """Read a formula, or raise FormulaInvalid saying what is not allowed."""
    if len(text) > MAX_LENGTH:
        raise FormulaInvalid(f"A formula has at most {MAX_LENGTH} characters; this one has {len(text)}.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise FormulaInvalid(f"“{text}” is not a formula.") from error
    names: set[str] = set()
    waiting: list[tuple[ast.expr, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise FormulaInvalid(f"“{text}” is nested more than {MAX_DEPTH} levels deep.")
        if isinstance(node, ast.Name) and node.id not in CONSTANTS:
            names.add(node.id)
        waiting += [(part, depth + 1) for part in _parts(node)]
    return Formula(text, frozenset(names), tree)


def is_reserved(name: str) -> bool:
    """Whether a name means something in formulas, so that no number may be called by it."""
    return name in FUNCTIONS or name in CONSTANTS or keyword.iskeyword(name)


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    """Return the operands of an allowed node, or raise FormulaInvalid."""
    parts: Sequence[ast.expr] | None = None
    match node:
        case ast.Name():
            parts = []
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            parts = [] if abs(value) <= MAX_CONSTANT else None
        case ast.BinOp() if type(node.op) in OPERATORS:
            parts = [node.left, node.right]
        case ast.UnaryOp() if type(node.op) in OPERATORS:
            parts = [node.operand]
        case ast.Compare() if all(type(operator) in OPERATORS for operator in node.ops):
            parts = [node.left, *node.comparators]
        case ast.List() if 1 <= len(node.elts) <= MAX_ITEMS:
            parts = node.elts
        case ast.Subscript(slice=ast.Constant(value=int() as index)) if not isinstance(index, bool):
            parts = [node.value]
        case ast.Call():
            parts = _arguments(node)
    if parts is None:
        raise FormulaInvalid(f"“{_source(node)}” is not allowed in a formula.")
    return parts


def _arguments(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call of a known function."""
    function = FUNCTIONS.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if function is None or call.keywords:
        known = ", ".join(sorted(FUNCTIONS))
        raise FormulaInvalid(f"“{_source(call)}” calls no known function; known are {known}.")
    if not function.least <= len(call.args) <= function.most:
        raise FormulaInvalid(f"“{_source(call)}” has {len(call.args)} arguments.")
    return call.args


def _source(node: ast.expr) -> str:
    """Write a part of a formula for a message."""
    try:
        return ast.unparse(node)[:60]
    except (RecursionError, ValueError):
        return type(node).__name__


def _evaluate(node: ast.expr, values: Mapping[str, Array]) -> Array:
    """Compute a checked node."""
    result: Any
    match node:
        case ast.Constant(value=int() | float() as value):
            result = np.float64(value)
        case ast.Name(id=name):
            result = np.float64(CONSTANTS[name]) if name in CONSTANTS else values[name]
        case ast.BinOp():
            result = OPERATORS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
        case ast.UnaryOp():
            result = OPERATORS[type(node.op)](np.float64(0), _evaluate(node.operand, values))
        case ast.Compare():
            sides = [_evaluate(side, values) for side in (node.left, *node.comparators)]
            steps = zip(node.ops, sides, sides[1:], strict=False)
            result = reduce(np.logical_and, [OPERATORS[type(o)](left, right) for o, left, right in steps])
        case ast.List():
            result = np.stack([_evaluate(item, values) for item in node.elts])
        case ast.Subscript(slice=ast.Constant(value=int() as index)):
            result = np.asarray(_evaluate(node.value, values))[index]
        case ast.Call(func=ast.Name(id=name)):
            result = FUNCTIONS[name].run(*(_evaluate(argument, values) for argument in node.args))
        case _:
            raise FormulaInvalid(f"“{_source(node)}” is not allowed in a formula.")
    numbers: Array = np.asarray(result, dtype=np.float64)
    if numbers.size > MAX_SIZE:
        raise FormulaInvalid(f"“{_source(node)}” makes {numbers.size} numbers; at most {MAX_SIZE} are kept.")
    return numbers


def _dot(left: Array, right: Array) -> Array:
    """Add up the products of two lists of the same length."""
    if left.shape != right.shape:
        raise ValueError(f"dot of shapes {left.shape} and {right.shape}")
    return np.asarray(np.sum(left * right))


def _softmax(x: Array) -> Array:
    """e^x over the sum of e^x, for one list."""
    powers = np.exp(x - np.max(x))
    return np.asarray(powers / np.sum(powers))


def _round(x: Array, digits: Array = np.asarray(0.0)) -> Array:  # noqa: B008  (an array that nobody changes)
    """Round to some digits after the point."""
    if digits.ndim or not -12 <= digits <= 12:
        raise ValueError(f"round to {digits} digits")
    return np.round(x, int(digits))


def _least_or_most(pairwise: np.ufunc) -> Callable[..., Any]:
    """Make max or min: of one list, or item by item of several arguments."""
    return lambda *items: pairwise.reduce(items[0], axis=None) if len(items) == 1 else reduce(pairwise, items)


FUNCTIONS: dict[str, Function] = {
    "abs": Function(np.abs),
    "sqrt": Function(np.sqrt),
    "exp": Function(np.exp),
    "log": Function(np.log),
    "log2": Function(np.log2),
    "log10": Function(np.log10),
    "sin": Function(np.sin),
    "cos": Function(np.cos),
    "tanh": Function(np.tanh),
    "normal_cdf": Function(lambda z: normal_distribution(np.asarray(z, float))[0]),
    "dtanh": Function(lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": Function(lambda z: sigmoid(z).data),
    "dsigmoid": Function(lambda z: sigmoid(z).data * (1 - sigmoid(z).data)),
    "relu": Function(lambda z: relu(z).data),
    "drelu": Function(lambda z: np.greater(z, 0)),
    "leaky_relu": Function(lambda z, slope: leaky_relu(z, float(slope)).data, 2, 2),
    "elu": Function(lambda z, alpha: elu(z, float(alpha)).data, 2, 2),
    "step": Function(lambda z: step(z).data),
    "max": Function(_least_or_most(np.maximum), 1, MAX_ITEMS),
    "min": Function(_least_or_most(np.minimum), 1, MAX_ITEMS),
    "sum": Function(np.sum),
    "mean": Function(np.mean),
    "var": Function(np.var),
    "std": Function(np.std),
    "size": Function(np.size),
    "dot": Function(_dot, 2, 2),
    "softmax": Function(_softmax),
    "floor": Function(np.floor),
    "round": Function(_round, 1, 2),
    "where": Function(lambda test, yes, no: np.where(test != 0, yes, no), 3, 3),
}
