"""Weights as npz: a zip of npy files, every size of which is checked before anything is unpacked.

numpy believes the shape in the header of an npy file: 179 bytes can ask it for 30 GB. Here a member must be
as large as the shape that was asked for, and its header must say that shape.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.lib import format as npy

from engine.strict_json import shorten
from engine.tensor import Array
from engine.weights.checks import Shapes, check_dtype, check_names, check_shape, checked, refusal, size_of

HEADER = 4096
SUFFIX = ".npy"
SPARE_MEMBERS = 100
DIRECTORY_ENTRY = b"PK\x01\x02"
LOCAL_HEADER = 30
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FLAGS = 0x1 | 0x20 | 0x40 | 0x2000
"""Encrypted, patched, strongly encrypted, hidden headers."""
FIELD = (
    r"'descr': ?'[<>|=]?[bfiucVSU][0-9]{1,4}'"
    r"|'fortran_order': ?(?:True|False)"
    r"|'shape': ?\([0-9]{0,15}(?:, ?[0-9]{1,15})*,? ?\)"
)
HEADER_TEXT = re.compile(rf"\{{(?:{FIELD})(?:, ?(?:{FIELD})){{2}},? ?\}} *\n?".encode())
"""What numpy.save writes for plain numbers. numpy evaluates headers as Python: nothing else may get there."""
MARGIN = 64 * 1024
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, KeyError, IndexError,
    NotImplementedError, RuntimeError, OverflowError, SyntaxError, TypeError, MemoryError,
)  # fmt: skip
"""What the readers of zip and npy files raise on files that are none; RecursionError is a RuntimeError."""


def load(data: bytes, shapes: Shapes, max_bytes: int) -> dict[str, Array]:
    """Read an npz written by numpy.savez or savez_compressed."""
    listed, most = data.count(DIRECTORY_ENTRY), 2 * len(shapes) + SPARE_MEMBERS
    if listed > most:
        raise refusal(
            "", f"{listed} members", f"at most {most}", f"The zip lists {listed} members, not at most {most}."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except BROKEN as error:
        raise refusal("", "unreadable", "an npz file", "This is not an npz file.") from error
    names = [_plain_name(member) for member in members]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise refusal(shorten(twice), shorten(twice), "once", f"“{shorten(twice)}” appears twice.")
    check_names(names, shapes)
    _check_apart(members, archive.start_dir)
    total = sum(member.file_size for member in members)
    if total > max_bytes + MARGIN:
        message = f"Unpacked, the file would have {total:,} bytes; at most {max_bytes:,} are allowed."
        raise refusal("", f"{total} bytes", f"{max_bytes} bytes", message)
    return {
        name: _member(archive, member, name, shapes[name])
        for member, name in zip(members, names, strict=True)
    }


def _plain_name(member: zipfile.ZipInfo) -> str:
    """Return the name of an entry. LZMA may ask for 4 GB before its first byte; NUL may cut a name."""
    shown = shorten(member.orig_filename)
    if member.orig_filename != member.filename or not member.filename.endswith(SUFFIX):
        message = f"The zip holds “{shown}”; a member is called like its entry, with .npy behind."
        raise refusal(shown, shown, "name.npy", message)
    name = member.filename.removesuffix(SUFFIX)
    if member.compress_type not in PACKINGS or member.flag_bits & FLAGS:
        method = f"method {member.compress_type}, flags {member.flag_bits:#x}"
        message = f"{shorten(name)} is packed by {method}; only stored (0) and deflated (8) members are read."
        raise refusal(shorten(name), method, "method 0 or 8, not encrypted", message)
    return name


def _check_apart(members: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse members that share bytes with one another or with the directory."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        start, name = member.header_offset, member.filename.removesuffix(SUFFIX)
        if start < end:
            raise refusal(
                name, f"byte {start}", f"byte {end}", f"{name} begins at byte {start}, inside another."
            )
        end = start + LOCAL_HEADER + len(member.filename) + member.compress_size
        if end > directory:
            raise refusal(
                name, f"byte {end}", f"byte {directory}", f"{name} ends behind the members, at {end}."
            )


def save(state: Mapping[str, Array]) -> bytes:
    """Write an npz without compression and without the time of day."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, value in state.items():
            member = io.BytesIO()
            npy.write_array(member, np.ascontiguousarray(value).reshape(value.shape), version=(1, 0))
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", FIRST_DAY), member.getvalue())
    return file.getvalue()


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, shape: tuple[int, ...]) -> Array:
    """Unpack one array; its size is known to be right before it is read."""
    most = size_of(shape) * 8 + HEADER
    if member.file_size > most:
        message = f"{name} unpacks to {member.file_size} bytes; its shape {shape} needs at most {most}."
        raise refusal(name, f"{member.file_size} bytes", f"{most} bytes", message)
    try:
        with archive.open(member) as file:
            content = io.BytesIO(file.read(most + 1))
        version = npy.read_magic(content)
        _check_header_text(content.getbuffer()[8:], version)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        found, columns, dtype = read(content, max_header_size=HEADER)
    except BROKEN as error:
        raise refusal(
            name, "unreadable", "an npy array", f"{name} is not an array that can be read."
        ) from error
    rest = content.read()
    check_dtype(name, dtype.str.lstrip("<>|="), "i8", ("f4", "f8"))
    check_shape(name, tuple(found), shape)
    if len(rest) != size_of(shape) * dtype.itemsize:
        message = f"{name} holds {len(rest)} bytes for shape {shape} of {dtype.itemsize} bytes each."
        raise refusal(name, f"{len(rest)} bytes", f"{size_of(shape) * dtype.itemsize} bytes", message)
    values = np.frombuffer(rest, dtype).reshape(shape, order="F" if columns else "C")
    return checked(name, np.ascontiguousarray(values).reshape(shape))


def _check_header_text(rest: memoryview, version: tuple[int, int]) -> None:
    """Raise ValueError unless the header is one that numpy.save writes."""
    width = 2 if version == (1, 0) else 4
    size = int.from_bytes(rest[:width], "little")
    if version not in ((1, 0), (2, 0), (3, 0)) or size > HEADER:
        raise ValueError(f"version {version} with a header of {size} bytes")
    if not HEADER_TEXT.fullmatch(rest[width : width + size]):
        raise ValueError("not a header of plain numbers")
