"""Hostile bodies as a whole: wrong bytes, wrong sizes, bottomless nesting, false content types."""

import gzip
import json
import pickle
import zlib
from functools import partial

from tests.hostile.cases import SUBMISSIONS, XOR, Case, Sent, body
from tests.hostile.numbers import xor_with

GOOD = '{"exercise": "xor-weights", "answer": ' + XOR + "}"
MEGABYTE = 1024 * 1024
SIZE = "more than 262144 bytes"
NO_LENGTH = "answer: This field is required"
"""A body whose length is not stated is taken for an empty one."""
DEEP = "more than 32 levels deep"


class Payload:
    """Opens a file when it is unpickled, which nothing here ever does."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return open, ("a-pickle-was-opened",)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return '{"exercise": "xor-weights", "answer": ' + opening * levels + closing * levels + "}"


def empty_lists(size: int) -> bytes:
    return b'{"exercise": "xor-weights", "answer": [' + b"[]," * (size // 3) + b"[]]}"


def many_weights(count: int) -> bytes:
    return b'{"exercise": "xor-weights", "answer": {"weights": {"2.bias": [' + b"0," * (count - 1) + b"0]}}}"


def typed(content_type: str, raw: bytes = GOOD.encode()) -> Sent:
    return Sent(SUBMISSIONS, raw, content_type)


def packed(raw: bytes, encoding: str) -> Sent:
    return Sent(SUBMISSIONS, raw, headers={"Content-Encoding": encoding})


def sent(name: str, make: partial[Sent], status: int, words: str = "", **kept: object) -> Case:
    return Case(name, make, status, words, **kept)  # type: ignore[arg-type]


REFUSED_TEXT = {
    "blank": " \n\t", "an open brace": "{", "single quotes": GOOD.replace('"', "'"),
    "a comment": GOOD + " // right", "a comma too many": GOOD[:-1] + ",}", "two documents": GOOD + GOOD,
    "html": "<html>" + GOOD, "toml": 'exercise = "xor-weights"',
    "a raw line break in text": '{"exercise": "a\nb"}', "a raw NUL in text": '{"exercise": "a\0b"}',
    "a broken escape": '{"exercise": "\\x41"}', "words of python": "{'exercise': None}",
    "cut off": GOOD[:-20], "a form feed": "\f" + GOOD,
}  # fmt: skip
SCALARS = {
    "null": "null",
    "true": "true",
    "a number": "1",
    "text": '"x"',
    "a list": "[]",
    "list of answers": f"[{GOOD}]",
}
NOT_UTF8 = {
    "utf-16 with a mark": GOOD.encode("utf-16"), "utf-32": GOOD.encode("utf-32"),
    "latin-1": '{"exercise": "é"}'.encode("latin-1"), "an overlong NUL": b'{"exercise": "\xc0\x80"}',
    "half a character in bytes": b'{"exercise": "\xed\xa0\xbd"}',
    "cut within a character": b'{"exercise": "\xf0\x9f', "random bytes": bytes(range(128, 256)),
    "a pickle": pickle.dumps(Payload()), "gzip": gzip.compress(GOOD.encode()),
}  # fmt: skip
MEDIA_TYPES = (
    "text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "application/xml",
    "application/yaml", "application/x-python-pickle", "application/octet-stream", "text/html", "nonsense",
    "", "application/json/../xml", "x" * 5_000, "application/json" + "; a=b" * 500,
)  # fmt: skip
HARMLESS_TYPES = (
    "application/json; charset=utf-16",
    "application/json; charset=no-such-charset",
    "APPLICATION/JSON",
    "application/json; a=b",
)

CASES: list[Case] = [
    *(body(f"body: {name}", raw, "not valid JSON", field="") for name, raw in REFUSED_TEXT.items()),
    *(body(f"body is {name}", raw, "must be a JSON object", code="invalid") for name, raw in SCALARS.items()),
    *(body(f"body: {name}", raw, "not UTF-8", field="") for name, raw in NOT_UTF8.items()),
    body("body: utf-16 without a mark", GOOD.encode("utf-16-le"), "not valid JSON"),
    body("body: empty", "", "required", code="invalid", field="exercise"),
    body("body: a byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), "byte order mark"),
    body("body: an escaped NUL", '{"exercise": "xor\\u0000", "answer": {}}', "NUL or half", field="exercise"),
    body(
        "body: a repeated exercise",
        GOOD[:-1] + ', "exercise": "mp-gates"}',
        "appears twice",
        field="exercise",
    ),
    body("body: no answer", '{"exercise": "xor-weights"}', "required", code="invalid", field="answer"),
    body("body: no exercise", '{"answer": {}}', "required", code="invalid", field="exercise"),
    body("body: unknown keys beside a good answer", GOOD[:-1] + ', "score": 100, "user": 1}', score=100),
    body("depth: 33 levels", nested(32), DEEP),
    body("depth: 100,000 lists", nested(100_000), DEEP),
    body("depth: 100,000 lists left open", "[" * 100_000, DEEP),
    body("depth: 40,000 objects", nested(40_000, '{"a":', "}").replace(":}", ":1}"), DEEP),
    body("depth: 200,000 closing brackets", "]" * 200_000, "not valid JSON"),
    body("size: one byte too many", GOOD.encode() + b" " * (262_145 - len(GOOD)), SIZE),
    body("size: exactly the limit", GOOD.encode() + b" " * (262_144 - len(GOOD)), score=100),
    body("size: 20 MB of empty lists", partial(empty_lists, 20 * MEGABYTE), SIZE),
    body(
        "size: 250 kB of empty lists", partial(empty_lists, 250_000), "Expected a dictionary", code="invalid"
    ),
    body("size: 20 MB of blanks", lambda: b" " * (20 * MEGABYTE), SIZE),
    body("size: a million and one weights", partial(many_weights, 1_000_001), SIZE),
    body("size: 125,000 weights", partial(many_weights, 125_000), "must hold 1 and holds 125000"),
    body("size: one text of 250 kB", xor_with('"' + "x" * 250_000 + '"').encode(), code="", status=422),
    body(
        "size: 120,000 times NaN kept short", lambda: many_weights(60_000).replace(b"0,", b"NaN,"), "finite"
    ),
    body(
        "size: 60,000 escapes",
        '{"exercise": "' + "\\u0041" * 40_000 + '", "answer": {}}',
        "exercise",
        code="invalid",
    ),
    sent(
        "packed: gzip that says so", partial(packed, gzip.compress(GOOD.encode()), "gzip"), 422, "not UTF-8"
    ),
    sent(
        "packed: deflate that says so",
        partial(packed, zlib.compress(GOOD.encode()), "deflate"),
        422,
        "not UTF-8",
    ),
    Case(
        "packed: a gzip bomb",
        lambda: packed(gzip.compress(b" " * (300 * MEGABYTE), 1)[:200_000], "gzip"),
        422,
        "not UTF-8",
    ),
    sent("packed: an encoding nobody knows", partial(packed, GOOD.encode(), "x-rot13"), 202, score=100),
    Case("chunked: without a length", lambda: Sent(SUBMISSIONS, GOOD.encode(), chunked=True), 422, NO_LENGTH),
    Case(
        "chunked: 20 MB", lambda: Sent(SUBMISSIONS, empty_lists(20 * MEGABYTE), chunked=True), 422, NO_LENGTH
    ),
    *(
        sent(f"media type: {name[:40] or 'none'}", partial(typed, name), 415, code="unsupported_media_type")
        for name in MEDIA_TYPES
    ),
    *(
        sent(f"media type: {name[:40]} is read as UTF-8", partial(typed, name), 202, score=100)
        for name in HARMLESS_TYPES
    ),
    sent(
        "media type: an npz that says json",
        partial(typed, "application/json", b"PK\x03\x04" + b"\0" * 100),
        422,
        "JSON",
    ),
    sent(
        "media type: json that says text in the body",
        partial(typed, "text/plain", json.dumps(1).encode()),
        415,
    ),
]
