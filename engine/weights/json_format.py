"""Weights as JSON: nested lists by name, for networks small enough to read."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.strict_json import Problem, Refused, decode_json, kind_of, shorten
from engine.tensor import Array
from engine.weights.checks import COUNTS, Shapes, WeightsRefused, check_names, checked, refusal, size_of

SLACK = 10_000


def load(data: bytes, shapes: Shapes, max_bytes: int) -> dict[str, Array]:
    """Read {"weights": {name: nested lists}} or {name: nested lists}."""
    _check_amount(data, shapes)
    try:
        raw = decode_json(data, max_bytes)
    except Refused as error:
        raise WeightsRefused([_without_prefix(problem) for problem in error.problems]) from error
    if isinstance(raw, dict) and set(raw) == {"weights"}:
        inner = raw["weights"]
        raw = inner if "weights" not in shapes or isinstance(inner, dict) else raw  # one entry of that name
    if not isinstance(raw, dict):
        raise refusal(
            "weights", shorten(raw), "an object", f"The weights must be an object, not {kind_of(raw)}."
        )
    check_names(raw, shapes)
    return {name: checked(name, _numbers(name, raw[name], shape)) for name, shape in shapes.items()}


def _check_amount(data: bytes, shapes: Shapes) -> None:
    """Refuse far more commas and brackets than the network needs, before each becomes an object."""
    most = 2 * sum(2 * size_of(shape) + 2 for shape in shapes.values()) + SLACK
    parts = sum(map(data.count, (b",", b"[", b"{")))
    if parts > most:
        message = f"The file has {parts} commas and brackets; the network needs fewer than {most}."
        raise refusal("", f"{parts} commas and brackets", f"at most {most}", message)


def _without_prefix(problem: Problem) -> Problem:
    """Name the entry as the network does."""
    return replace(problem, field=problem.field.removeprefix("weights."))


def save(state: Mapping[str, Array]) -> bytes:
    """Write nested lists; every number comes back as it was."""
    return json.dumps({"weights": {name: value.tolist() for name, value in state.items()}}).encode()


def _numbers(name: str, value: object, shape: tuple[int, ...]) -> Array:
    """Look at every number before numpy does: it would take true for 1."""
    flat: list[Any] = []
    _collect(name, value, shape, flat)
    whole = name.endswith(COUNTS) and all(type(number) is int for number in flat)
    dtype = np.int64 if whole else np.float64
    try:
        return np.array(flat, dtype).reshape(shape)
    except OverflowError as error:
        raise refusal(
            name, "a large number", "64 bits", f"{name} holds a number that is too large."
        ) from error


def _collect(place: str, value: object, shape: tuple[int, ...], flat: list[Any]) -> None:
    if not shape:
        if type(value) is not int and type(value) is not float:
            raise refusal(
                place, shorten(value), "a number", f"{place} must be a number, not {kind_of(value)}."
            )
        flat.append(value)
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        found = f"{len(value)} of them" if isinstance(value, list) else kind_of(value)
        raise refusal(
            place,
            shorten(value),
            f"a list of {shape[0]}",
            f"{place} must be a list of {shape[0]}, not {found}.",
        )
    for index, item in enumerate(value):
        _collect(f"{place}[{index}]", item, shape[1:], flat)
