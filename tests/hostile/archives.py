"""Hostile npz files: bombs, lies and overlaps, each built by hand because no good tool would write it."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from tests.hostile.cases import XOR

MEGABYTE = 1024 * 1024
STATE = {name: np.array(value, np.float64) for name, value in json.loads(XOR)["weights"].items()}
PLAIN = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
VICTIM = "0.bias"
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14


class Payload:
    """Would open a file if anybody unpickled it."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, ("a-pickle-was-opened", "w")


def npz(**changed: Any) -> bytes:
    """The right answer with some arrays exchanged; None takes one away."""
    file = io.BytesIO()
    arrays = {name: value for name, value in {**STATE, **changed}.items() if value is not None}
    np.savez(file, **arrays)
    return file.getvalue()


def victim(value: Any) -> bytes:
    return npz(**{VICTIM: value})


def npy(header: str, content: bytes = b"\0" * 16, version: int = 1, length: int | None = None) -> bytes:
    """One npy file whose header says whatever it is told."""
    text = header.encode("latin-1").ljust(117) + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text) if length is None else length)
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + content


def shaped(shape: str, descr: str = "<f8", content: bytes = b"\0" * 16) -> bytes:
    return with_member(npy(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}", content))


def zipped(members: Mapping[str, bytes], method: int = STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_member(content: bytes, method: int = STORED) -> bytes:
    """The right answer, the bytes of one member exchanged."""
    members = {f"{name}.npy": _good(value) for name, value in STATE.items()}
    return zipped(members | {f"{VICTIM}.npy": content}, method)


def _good(value: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, value)
    return file.getvalue()


def record(
    name: str, packed: bytes, size: int, method: int = STORED, crc: int = 0, flags: int = 0
) -> tuple[bytes, bytes]:
    """One member of a zip: its local record, and its entry in the directory without the offset."""
    head = struct.pack("<5H3I2H", 20, flags, method, 0, 33, crc, len(packed), size, len(name), 0)
    return b"PK\x03\x04" + head + name.encode() + packed, b"PK\x01\x02\x14\x00" + head


def directory(records: bytes, entries: list[tuple[bytes, str, int]], count: int | None = None) -> bytes:
    """Close a zip with a directory of (entry, name, offset)."""
    whole = b"".join(
        entry + struct.pack("<3H2I", 0, 0, 0, 0, at) + name.encode() for entry, name, at in entries
    )
    number = min(len(entries), 65_535) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(whole), len(records), 0)
    return records + whole + end


def deflated(size: int) -> bytes:
    """So many zero bytes, packed a megabyte at a time: a full flush makes the pieces alike."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (size // MEGABYTE) + packer.flush()


def bomb(size: int, stated: int | None = None) -> bytes:
    """A member that unpacks to `size` bytes and says `stated`."""
    name = f"{VICTIM}.npy"
    local, entry = record(name, deflated(size), size if stated is None else stated, DEFLATED)
    return directory(local, [(entry, name, 0)])


def many_entries_on_one_record(names: list[str]) -> bytes:
    """Entries that all point to the same packed megabyte."""
    packed = deflated(200 * MEGABYTE)
    local, _ = record(f"{VICTIM}.npy", packed, 200 * MEGABYTE, DEFLATED)
    entries = [(record(name, packed, 200 * MEGABYTE, DEFLATED)[1], name, 0) for name in names]
    return directory(local, entries)


def empty_members(count: int) -> bytes:
    entries = [(record(f"{number:06}.npy", b"", 0)[1], f"{number:06}.npy", 0) for number in range(count)]
    return directory(b"PK\x03\x04", entries)


def repeated_member() -> bytes:
    name = f"{VICTIM}.npy"
    good = npy(PLAIN)
    local, entry = record(name, good, len(good), crc=zlib.crc32(good))
    return directory(local + local, [(entry, name, 0), (entry, name, len(local))])


def flagged(flags: int) -> bytes:
    name = f"{VICTIM}.npy"
    local, entry = record(name, npy(PLAIN), 200, flags=flags)
    return directory(local, [(entry, name, 0)])


def renamed(name: str) -> bytes:
    """The right answer with one member more, under a hostile name."""
    return zipped({**{f"{key}.npy": _good(value) for key, value in STATE.items()}, name: _good(np.ones(2))})


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "1 MB that unpacks to 1 GiB": (partial(bomb, 1024 * MEGABYTE), "is missing"),
    "a size that lies": (partial(bomb, 256 * MEGABYTE, 1_000), "is missing"),
    "a lie beside the right members": (
        lambda: with_member(b"\0" * (4 * MEGABYTE), DEFLATED),
        "unpacks to 4194304",
    ),
    "50 entries on one record": (
        partial(many_entries_on_one_record, [f"{n}.npy" for n in range(50)]),
        "not expected",
    ),
    "right names on one record": (
        partial(many_entries_on_one_record, [f"{name}.npy" for name in STATE]),
        "ends behind the members",
    ),
    "60,000 members": (partial(empty_members, 60_000), "60000 members"),
    "a member twice": (repeated_member, "appears twice"),
    "packed by bzip2": (lambda: with_member(npy(PLAIN), BZIP2), "only stored"),
    "packed by lzma": (lambda: with_member(npy(PLAIN), LZMA), "only stored"),
    "an unknown packing": (lambda: directory(*_one("x", 99)), "with .npy behind"),
    "encrypted": (partial(flagged, 0x1), "only stored"),
    "hidden headers": (partial(flagged, 0x2000), "only stored"),
    "a shape of 8 TiB": (partial(shaped, f"({2**40},)"), "shape (1099511627776,), not (2,)"),
    "a shape of 320 MB": (partial(shaped, "(40000000,)"), "shape (40000000,), not (2,)"),
    "a shape that wraps around": (partial(shaped, f"({2**32}, {2**32})"), "shape (4294967296, 4294967296)"),
    "a shape above 64 bits": (partial(shaped, f"({2**64 + 1},)"), "not an array"),
    "a negative shape": (partial(shaped, "(-2,)"), "not an array"),
    "a shape with a zero": (partial(shaped, "(0, 1000000000000)"), "shape (0, 1000000000000)"),
    "no dimensions": (partial(shaped, "()"), "shape (), not (2,)"),
    "200 dimensions": (partial(shaped, "(" + "1, " * 200 + ")"), "not (2,)"),
    "a shape of text": (partial(shaped, "('2',)"), "not an array"),
    "fewer bytes than its shape": (partial(shaped, "(2,)", content=b"\0" * 8), "holds 8 bytes"),
    "more bytes than its shape": (partial(shaped, "(2,)", content=b"\0" * 24), "holds 24 bytes"),
    "a header of 4 GiB": (lambda: with_member(npy(PLAIN, version=2, length=2**32 - 1)), "not an array"),
    "a header longer than the file": (lambda: with_member(npy(PLAIN, length=60_000)), "not an array"),
    "a header of 3,900 minus signs": (lambda: with_member(npy("-" * 3_900 + "1")), "not an array"),
    "a header of brackets": (lambda: with_member(npy("(" * 3_000)), "not an array"),
    "a header that calls": (lambda: with_member(npy("__import__('os').system('id')")), "not an array"),
    "a header with an extra key": (lambda: with_member(npy(PLAIN[:-1] + " 'x': 1}")), "not an array"),
    "an unknown version": (lambda: with_member(npy(PLAIN, version=9)), "not an array"),
    "an object array": (lambda: victim(np.array([1, None], object)), "not an array"),
    "a pickle for an array": (lambda: with_member(pickle.dumps(Payload())), "not an array"),
    "an object dtype around a pickle": (
        lambda: with_member(npy(PLAIN.replace("<f8", "|O"), pickle.dumps(Payload()))),
        "not an array",
    ),
    "float16 infinity": (lambda: victim(np.array([np.inf, 1], np.float16)), "type f2"),
    "complex": (lambda: victim(np.array([1 + 2j, 0])), "type c16"),
    "text": (lambda: victim(np.array(["20", "20"])), "type U2"),
    "bytes": (lambda: victim(np.array([b"20", b"20"])), "type S2"),
    "truth values": (lambda: victim(np.array([True, False])), "type b1"),
    "whole numbers": (lambda: victim(np.array([-10, 30])), "type i8"),
    "dates": (lambda: victim(np.array(["2026-01-01", "2026-01-02"], "datetime64[D]")), "not an array"),
    "fields": (lambda: victim(np.zeros(2, [("a", "f8")])), "not an array"),
    "long doubles": (lambda: victim(np.zeros(2, np.longdouble)), "type f16"),
    "nan": (lambda: victim(np.array([np.nan, 1])), "0.bias[0] is nan"),
    "minus infinity": (lambda: victim(np.array([1, -np.inf])), "0.bias[1] is -inf"),
    "1e308": (lambda: victim(np.array([1e308, 1])), "0.bias[0] is 1e+308"),
    "another shape": (lambda: victim(np.ones(3)), "shape (3,), not (2,)"),
    "an array missing": (lambda: npz(**{VICTIM: None}), "“0.bias” is missing"),
    "an array too many": (lambda: npz(__proto__=np.ones(2)), "“__proto__” is not expected"),
    "a member above its folder": (partial(renamed, "../../etc/passwd.npy"), "not expected"),
    "a member with an absolute path": (partial(renamed, "/etc/passwd.npy"), "not expected"),
    "a member with markup": (partial(renamed, "<script>alert('hostile')</script>.npy"), "not expected"),
    "a member with a formula": (partial(renamed, "=1+1.npy"), "not expected"),
    "a member with a long name": (partial(renamed, "n" * 60_000 + ".npy"), "not expected"),
    "a folder": (partial(renamed, "0.weight/"), "with .npy behind"),
    "no members": (lambda: zipped({}), "is missing"),
    "cut off": (lambda: npz()[:-30], "not an npz file"),
    "cut in the middle": (lambda: npz()[: len(npz()) // 2], "not an npz file"),
    "only a signature": (lambda: b"PK\x03\x04", "not an npz file"),
    "a wrong checksum": (
        lambda: npz().replace(np.float64(30).tobytes(), np.float64(31).tobytes(), 1),
        "not an array",
    ),
    "a zip within a zip": (lambda: zipped({f"{VICTIM}.npy": npz()}), "is missing"),
}
TAKEN: dict[str, Callable[[], bytes]] = {
    "big-endian": lambda: victim(STATE[VICTIM].astype(">f8")),
    "columns first": lambda: npz(**{"0.weight": np.asfortranarray(STATE["0.weight"])}),
    "float32": lambda: npz(**{name: value.astype(np.float32) for name, value in STATE.items()}),
    "deflated": lambda: zipped({f"{name}.npy": _good(value) for name, value in STATE.items()}, DEFLATED),
}


def _one(name: str, method: int) -> tuple[bytes, list[tuple[bytes, str, int]]]:
    local, entry = record(name, b"", 0, method)
    return local, [(entry, name, 0)]
