"""From bytes to a checked configuration, or to one clear sentence for each thing that is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from engine.spec.training import TrainSpec
from engine.strict_json import MAX_PROBLEMS, Problem, Refused, decode_json, join_path, kind_of, shorten

Words = Callable[[Mapping[str, Any]], tuple[str, str]]


def read_spec(body: bytes) -> TrainSpec:
    """Read a configuration from JSON; Refused holds every problem, up to 50, with the path of the field.

    Refused: more than 256 kB, more than 32 levels, repeated or unknown keys, NaN, 1e400, "0.1" for a number,
    true for a number, numbers outside the limits of the field.
    """
    raw = decode_json(body)
    try:
        return TrainSpec.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False)[:MAX_PROBLEMS]
        raise Refused([_problem(raw, detail) for detail in details]) from error


def canonical(spec: TrainSpec) -> bytes:
    """Write a configuration with every setting, sorted: equal configurations give equal bytes."""
    return spec.model_dump_json(exclude_none=False).encode()


def _problem(raw: object, detail: Mapping[str, Any]) -> Problem:
    """Say what pydantic found in the words of the one who wrote the file."""
    path = _path(raw, detail["loc"])
    if detail["type"].startswith("union_tag"):
        path = join_path(path, "type")
    limit, sentence = WORDS.get(detail["type"], _other)(detail)
    given = None if detail["type"] == "missing" else detail["input"]
    value = detail["ctx"]["tag"] if detail["type"] == "union_tag_invalid" else given
    return Problem(path, shorten(value), limit, sentence)


def _path(raw: object, location: Sequence[int | str]) -> str:
    """Write layers[2].units, leaving out the names of types that pydantic puts between.

    Where such a name is also a key of the object, it is the key only as the last part.
    """
    path, here = "", raw
    for number, part in enumerate(location, 1):
        keys = here if isinstance(here, dict) else {}
        if number > 1 and part == keys.get("type") and (part not in keys or number < len(location)):
            continue
        if isinstance(part, int):
            path = f"{path}[{part}]"
            here = here[part] if isinstance(here, list) and part < len(here) else None
        else:
            path = join_path(path, part)
            here = keys.get(part)
    return path


def _missing(detail: Mapping[str, Any]) -> tuple[str, str]:
    name = detail["loc"][-1]
    return "required", f"Item {name + 1} is missing." if isinstance(name, int) else f"“{name}” is missing."


def _unknown(detail: Mapping[str, Any]) -> tuple[str, str]:
    return "known names only", f"“{shorten(detail['loc'][-1])}” is not a setting here."


def _tag(detail: Mapping[str, Any]) -> tuple[str, str]:
    known = re.sub("'", "", detail["ctx"]["expected_tags"])
    return f"one of {known}", f"“{shorten(detail['ctx']['tag'])}” is not a type; the types are {known}."


def _no_tag(detail: Mapping[str, Any]) -> tuple[str, str]:
    return "an object with a type", "“type” is missing."


def _literal(detail: Mapping[str, Any]) -> tuple[str, str]:
    known = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
    return f"one of {known}", f"{_shown(detail)} is not one of {known}."


def _above(detail: Mapping[str, Any]) -> tuple[str, str]:
    limit = f"at least {detail['ctx']['ge']}"
    return limit, f"{_shown(detail)} must be {limit}."


def _strictly_above(detail: Mapping[str, Any]) -> tuple[str, str]:
    limit = f"greater than {detail['ctx']['gt']}"
    return limit, f"{_shown(detail)} must be {limit}."


def _below(detail: Mapping[str, Any]) -> tuple[str, str]:
    limit = f"at most {detail['ctx']['le']}"
    return limit, f"{_shown(detail)} must be {limit}."


def _strictly_below(detail: Mapping[str, Any]) -> tuple[str, str]:
    limit = f"less than {detail['ctx']['lt']}"
    return limit, f"{_shown(detail)} must be {limit}."


def _length(detail: Mapping[str, Any]) -> tuple[str, str]:
    context = detail["ctx"]
    limit = f"at most {context['max_length']} items" if "max_length" in context else "at least 1 item"
    return limit, f"There must be {limit}, not {context['actual_length']}."


def _kind(wanted: str) -> Words:
    def words(detail: Mapping[str, Any]) -> tuple[str, str]:
        given = detail["input"]
        found = shorten(given) if isinstance(given, int | float) else kind_of(given)
        return wanted, f"This must be {wanted}, not {found}."

    return words


def _other(detail: Mapping[str, Any]) -> tuple[str, str]:
    message = detail["msg"].removeprefix("Value error, ")
    return message, f"{message[:1].upper()}{message[1:]}."


def _shown(detail: Mapping[str, Any]) -> str:
    return shorten(detail["input"])


WORDS: dict[str, Words] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _no_tag,
    "literal_error": _literal,
    "greater_than_equal": _above,
    "greater_than": _strictly_above,
    "less_than_equal": _below,
    "less_than": _strictly_below,
    "too_long": _length,
    "too_short": _length,
    "int_type": _kind("a whole number"),
    "int_from_float": _kind("a whole number"),
    "float_type": _kind("a number"),
    "bool_type": _kind("true or false"),
    "string_type": _kind("text"),
    "list_type": _kind("a list"),
    "tuple_type": _kind("a list"),
    "model_type": _kind("an object"),
    "model_attributes_type": _kind("an object"),
    "dict_type": _kind("an object"),
}
