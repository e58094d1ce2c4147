"""Read untrusted JSON strictly: one clear problem with its path for whatever is wrong.

Python's json module accepts NaN, 1e400, repeated keys and any depth; a weight or a learning rate read from
them would poison everything after it.
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NUMBER_LENGTH = 100
MAX_SHOWN = 80
MAX_PROBLEMS = 50

TYPE_WORDS: dict[type, str] = {str: "text", dict: "an object", list: "a list"}


@dataclass(frozen=True)
class Problem:
    """One reason for a refusal: which field, the value it had, the limit it broke, and a sentence."""

    field: str
    value: str
    limit: str
    message: str


class Refused(Exception):
    """What was sent cannot be used as it stands; `problems` lists all reasons."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        return " ".join(
            ": ".join(filter(None, (problem.field, problem.message))) for problem in self.problems
        )


@dataclass(frozen=True)
class _Unreadable:
    """Stands in the decoded value for a piece that JSON allows and we do not."""

    text: str
    limit: str
    message: str


def decode_json(body: bytes, max_bytes: int = MAX_BYTES) -> object:
    """Decode strict JSON, or raise Refused with every problem and its path.

    Refused: more than max_bytes bytes, bytes that are not UTF-8, more than 32 levels, repeated keys, NaN and
    infinities in any spelling, numbers longer than 100 characters, NUL and lone surrogates in text.
    """
    text = _decode_text(body, max_bytes)
    if _depth(text) > MAX_DEPTH:
        raise _refusal(
            shorten(text), f"{MAX_DEPTH} levels", f"The JSON is nested more than {MAX_DEPTH} levels deep."
        )
    try:
        value: object = json.loads(
            text,
            parse_int=_read_integer,
            parse_float=_read_float,
            parse_constant=_read_constant,
            object_pairs_hook=_read_object,
        )
    except json.JSONDecodeError as error:
        message = f"This is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise _refusal(shorten(text[error.pos : error.pos + MAX_SHOWN]), "valid JSON", message) from error
    problems = list(islice(_unreadable_parts(value, ""), MAX_PROBLEMS))
    if problems:
        raise Refused(problems)
    return value


def shorten(value: object) -> str:
    """Show a refused value in at most 80 printable characters, whatever it is."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list):
        return f"{kind_of(value)} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 300:
        return "an integer of more than 90 digits"
    text = value if isinstance(value, str) else repr(value)
    start = text[: MAX_SHOWN + 1]
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in start)
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."


def join_path(field: str, key: str) -> str:
    """Extend the path of a field by one key; keys that were sent to us are shortened."""
    return f"{field}.{shorten(key)}" if field else shorten(key)


def _decode_text(body: bytes, max_bytes: int) -> str:
    """Turn the body into text within the size limit."""
    if len(body) > max_bytes:
        message = f"This has more than {max_bytes} bytes, which is the most that is read."
        raise _refusal(f"more than {max_bytes} bytes", f"{max_bytes} bytes", message)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = " ".join(f"{byte:02x}" for byte in body[error.start : error.start + 4])
        message = f"This is not UTF-8 text: byte {error.start} cannot be read."
        raise _refusal(shown, "UTF-8", message) from error
    if text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        raise _refusal(
            "byte order mark", "UTF-8 without a mark", "Save the file as UTF-8 without a byte order mark."
        )
    return text


def _depth(text: str) -> int:
    """Count the deepest nesting of brackets outside strings, before the recursive decoder sees them."""
    deepest = level = 0
    in_string = escaped = False
    for letter in text:
        if in_string:
            in_string = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            in_string = True
        elif letter in "[{":
            level += 1
            deepest = max(deepest, level)
        elif letter in "]}":
            level -= 1
    return deepest


def _read_integer(text: str) -> object:
    """Read an integer, unless it is longer than any number an answer needs."""
    return int(text) if len(text) <= MAX_NUMBER_LENGTH else _long_number(text)


def _read_float(text: str) -> object:
    """Read a decimal number, unless it is too long or too large for a float."""
    if len(text) > MAX_NUMBER_LENGTH:
        return _long_number(text)
    number = float(text)
    return number if math.isfinite(number) else _read_constant(text)


def _read_constant(text: str) -> _Unreadable:
    """Refuse NaN, Infinity and what overflows to it."""
    return _Unreadable(text, f"at most {sys.float_info.max:.0e}", f"{shorten(text)} is not a finite number.")


def _long_number(text: str) -> _Unreadable:
    limit = f"{MAX_NUMBER_LENGTH} characters"
    return _Unreadable(
        text, limit, f"This number is written with {len(text)} characters; at most {limit} are read."
    )


def _read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object and mark the keys that appear twice."""
    result: dict[str, object] = {}
    for key, value in pairs:
        repeated = key in result
        result[key] = (
            _Unreadable(key, "once", f"The key “{shorten(key)}” appears twice.") if repeated else value
        )
    return result


def _unreadable_parts(value: object, field: str) -> Iterator[Problem]:
    """Walk the decoded value for marks and for text a database cannot store."""
    if isinstance(value, _Unreadable):
        yield Problem(field, shorten(value.text), value.limit, value.message)
    elif isinstance(value, str) and not _is_storable(value):
        yield Problem(field, shorten(value), "plain text", "The text holds a NUL or half a character.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unreadable_parts(item, f"{field}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            path = join_path(field, key)
            if not _is_storable(key):
                yield Problem(path, shorten(key), "plain text", "The name holds a NUL or half a character.")
            yield from _unreadable_parts(item, path)


def _is_storable(text: str) -> bool:
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _refusal(value: str, limit: str, message: str) -> Refused:
    """Refuse the whole."""
    return Refused([Problem("", value, limit, message)])


def kind_of(value: object) -> str:
    """Say in a student's words what was sent."""
    if isinstance(value, bool) or value is None:
        return shorten(value)
    return next((word for kind, word in TYPE_WORDS.items() if isinstance(value, kind)), "this")
