"""Hostile safetensors files: a header that lies about what follows it."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from engine.weights import save
from tests.hostile.archives import STATE, VICTIM

GOOD = save(STATE, "safetensors")
LENGTH = int.from_bytes(GOOD[:8], "little")
HEADER: dict[str, Any] = json.loads(GOOD[8 : 8 + LENGTH])
BODY = GOOD[8 + LENGTH :]


def file(header: object, body: bytes = BODY, length: int | None = None) -> bytes:
    """A file with a header given as an object or as bytes, and whatever length it states."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def changed(body: bytes = BODY, **entry: Any) -> bytes:
    """The right answer with one thing changed in the header of one tensor."""
    return file(HEADER | {VICTIM: HEADER[VICTIM] | entry}, body)


def extra(name: str, **entry: Any) -> bytes:
    end = len(BODY)
    return file(HEADER | {name: {"dtype": "F64", "shape": [0], "data_offsets": [end, end]} | entry})


def moved(by: int) -> bytes:
    """The right answer whose last tensor is said to lie elsewhere."""
    name = max(HEADER, key=lambda name: HEADER[name]["data_offsets"])
    begin, end = HEADER[name]["data_offsets"]
    return file(HEADER | {name: HEADER[name] | {"data_offsets": [begin + by, end + by]}})


def empty_tensors(count: int) -> bytes:
    return file({f"t{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(count)}, b"")


def repeated() -> bytes:
    text = json.dumps(HEADER)
    return file((text[:-1] + f', "{VICTIM}": ' + json.dumps(HEADER[VICTIM]) + "}").encode())


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "overlapping tensors": (partial(moved, -8), "begins at byte"),
    "a hole": (partial(moved, 8), "begins at byte"),
    "two tensors at one place": (
        lambda: changed(data_offsets=HEADER["2.weight"]["data_offsets"]),
        "begins at byte",
    ),
    "trailing bytes": (lambda: GOOD + b"\0", "after its header"),
    "missing bytes": (lambda: GOOD[:-1], "after its header"),
    "a header of 2 to the 63": (partial(file, HEADER, length=2**63), "not a safetensors file"),
    "a header of 2 to the 64 less one": (partial(file, HEADER, length=2**64 - 1), "not a safetensors file"),
    "a header of no length": (partial(file, HEADER, length=0), "not valid JSON"),
    "a header of 4 MB": (lambda: file(b" " * 4_000_000, b""), "not a safetensors file"),
    "a deep header": (lambda: file(b"[" * 90_000, b""), "more than 32 levels"),
    "a header that is a list": (lambda: file([1]), "not an object"),
    "a header with NaN": (lambda: file(b'{"0.bias": NaN}'), "not a finite number"),
    "a header that is no UTF-8": (lambda: file(b'{"\xff": 1}'), "not UTF-8"),
    "a repeated tensor": (repeated, "appears twice"),
    "offsets above 64 bits": (lambda: changed(data_offsets=[0, 2**70]), "not in order"),
    "offsets of 400 digits": (lambda: changed(data_offsets=[0, 10**400]), "401 characters"),
    "negative offsets": (lambda: changed(data_offsets=[-16, 0]), "not in order"),
    "offsets backwards": (lambda: changed(data_offsets=[16, 0]), "has -16 bytes, not 16"),
    "offsets in text": (lambda: changed(data_offsets=["0", "16"]), "not in order"),
    "offsets that are true": (lambda: changed(data_offsets=[False, True]), "not in order"),
    "a shape that overflows": (lambda: changed(shape=[2**62, 8]), "shape (4611686018427387904, 8)"),
    "a shape with a zero": (lambda: changed(shape=[0, 10**18], data_offsets=[0, 0]), "shape (0, 10000"),
    "a negative shape": (lambda: changed(shape=[-2]), "not in order"),
    "a shape of decimals": (lambda: changed(shape=[2.0]), "not in order"),
    "a shape of 10,000 ones": (lambda: changed(shape=[1] * 10_000), "not (2,)"),
    "no shape": (lambda: file(HEADER | {VICTIM: {"dtype": "F64"}}), "incomplete"),
    "a number for a tensor": (lambda: file(HEADER | {VICTIM: 3}), "incomplete"),
    "BF16": (lambda: changed(dtype="BF16"), "type BF16"),
    "F8": (lambda: changed(dtype="F8_E4M3"), "type F8_E4M3"),
    "F16": (lambda: changed(dtype="F16"), "type F16"),
    "I64": (lambda: changed(dtype="I64"), "type I64"),
    "BOOL": (lambda: changed(dtype="BOOL"), "type BOOL"),
    "a type with markup": (lambda: changed(dtype="<script>alert('hostile')</script>"), "<script>"),
    "a type that is a list": (lambda: changed(dtype=["F64"]), "type a list"),
    "200,000 empty tensors": (partial(empty_tensors, 60_000), "not a safetensors file"),
    "1,000 empty tensors": (partial(empty_tensors, 1_000), "not expected"),
    "a tensor too many": (partial(extra, "__proto__"), "“__proto__” is not expected"),
    "a name with markup": (partial(extra, "<script>alert('hostile')</script>"), "<script>"),
    "a name with a NUL": (partial(extra, "a\0b"), "NUL or half a character"),
    "nan": (lambda: GOOD[:-8] + bytes.fromhex("000000000000f87f"), "is nan"),
    "infinity": (lambda: GOOD[:-8] + bytes.fromhex("000000000000f07f"), "is inf"),
    "1e308": (lambda: GOOD[:-8] + bytes.fromhex("a0c8eb85f3cce17f"), "is 1e+308"),
}
TAKEN: dict[str, Callable[[], bytes]] = {
    "metadata with markup": lambda: file(
        {"__metadata__": {"format": "<script>alert('hostile')</script>"}} | HEADER
    ),
    "a header padded with blanks": lambda: file(json.dumps(HEADER).encode() + b" " * 500),
}
