"""Weights as npz: a zip of npy files, every size of which is checked before anything is unpacked.

numpy believes the shape in the header of an npy file: 179 bytes can ask it for 30 GB. Here a member must be
as large as the shape that was asked for, and its header must say that shape.
"""

import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.lib import format as npy

from engine.strict_json import shorten
from engine.tensor import Array
from engine.weights.checks import Shapes, check_dtype, check_names, check_shape, checked, refusal, size_of

HEADER = 4096
MARGIN = 64 * 1024
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, KeyError, IndexError,
    NotImplementedError, RuntimeError, OverflowError, SyntaxError, TypeError, MemoryError,
    tokenize.TokenError,
)  # fmt: skip
"""What the readers of zip and npy files raise on files that are none; RecursionError is a RuntimeError."""


def load(data: bytes, shapes: Shapes, max_bytes: int) -> dict[str, Array]:
    """Read an npz written by numpy.savez or savez_compressed."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except BROKEN as error:
        raise refusal("", "unreadable", "an npz file", "This is not an npz file.") from error
    names = [member.filename.removesuffix(".npy") for member in members]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise refusal(shorten(twice), shorten(twice), "once", f"“{shorten(twice)}” appears twice.")
    check_names(names, shapes)
    total = sum(member.file_size for member in members)
    if total > max_bytes + MARGIN:
        raise refusal(
            "", f"{total} bytes", f"{max_bytes} bytes", f"Unpacked, the file would have {total} bytes."
        )
    return {
        name: _member(archive, member, name, shapes[name])
        for member, name in zip(members, names, strict=True)
    }


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
