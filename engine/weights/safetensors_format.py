"""Weights as safetensors: a JSON header with names, types, shapes and places, then the numbers.

A network of PyTorch saved by safetensors.torch.save_file(model.state_dict(), ...) is such a file.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import save as write

from engine.strict_json import Refused, decode_json, kind_of, shorten
from engine.tensor import Array
from engine.weights.checks import (
    Shapes,
    WeightsRefused,
    check_dtype,
    check_names,
    check_shape,
    checked,
    refusal,
    size_of,
)

DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}
LONGEST_HEADER = 100_000


def load(data: bytes, shapes: Shapes, max_bytes: int) -> dict[str, Array]:
    """Read a file whose entries lie one after the other and fill it."""
    header, body = _header(data)
    header.pop("__metadata__", None)
    check_names(header, shapes)
    places: dict[str, tuple[int, int]] = {}
    for name, shape in shapes.items():
        places[name] = _place(name, header[name], shape)
    reached = 0
    for name, (begin, end) in sorted(places.items(), key=lambda item: item[1]):
        if begin != reached:
            raise refusal(name, str(begin), str(reached), f"{name} begins at byte {begin}, not at {reached}.")
        reached = end
    if reached != len(body):
        message = f"The entries fill {reached} bytes; the file has {len(body)} after its header."
        raise refusal("", f"{len(body)} bytes", f"{reached} bytes", message)
    result = {}
    for name, (begin, end) in places.items():
        values = np.frombuffer(body[begin:end], DTYPES[header[name]["dtype"]])
        result[name] = checked(name, values.reshape(shapes[name]))
    return result


def save(state: Mapping[str, Array]) -> bytes:
    """Write the state, the numbers row by row."""
    return bytes(write({name: np.array(value, order="C") for name, value in state.items()}))


def _header(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Split the file after checking the length that it states for its header."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, LONGEST_HEADER):
        limit = f"{min(max(len(data) - 8, 0), LONGEST_HEADER)} bytes"
        raise refusal("", f"a header of {length} bytes", limit, "This is not a safetensors file.")
    try:
        header = decode_json(data[8 : 8 + length].rstrip(b" "), LONGEST_HEADER)
    except Refused as error:
        raise WeightsRefused(error.problems) from error
    if not isinstance(header, dict):
        raise refusal("", shorten(header), "an object", "The header of the file is not an object.")
    return header, data[8 + length :]


def _place(name: str, entry: object, shape: tuple[int, ...]) -> tuple[int, int]:
    """Check one entry of the header and return where its bytes begin and end."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise refusal(
            name, kind_of(entry), "dtype, shape, data_offsets", f"The header of {name} is incomplete."
        )
    dtype, found, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    check_dtype(name, dtype if isinstance(dtype, str) else kind_of(dtype), "I64", ("F32", "F64"))
    if not _whole_numbers(found) or not _whole_numbers(offsets) or len(offsets) != 2:
        raise refusal(
            name, shorten(found), "lists of whole numbers", f"The header of {name} is not in order."
        )
    check_shape(name, tuple(found), shape)
    begin, end = offsets
    size = size_of(shape) * np.dtype(DTYPES[str(dtype)]).itemsize
    if end - begin != size:
        raise refusal(
            name, f"{end - begin} bytes", f"{size} bytes", f"{name} has {end - begin} bytes, not {size}."
        )
    return begin, end


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)
