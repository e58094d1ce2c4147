"""Weights in files: JSON, npz and safetensors, read from strangers without trust and without pickles."""

import re
from collections.abc import Mapping

import numpy as np

from engine.strict_json import shorten
from engine.tensor import Array
from engine.weights import json_format, npz_format, safetensors_format
from engine.weights.checks import MAX_BYTES, Shapes, WeightsRefused, check_dtype, checked, refusal

__all__ = ["MAX_BYTES", "WeightsRefused", "load", "save"]

NAME = re.compile(r"(?!__metadata__$)\w[\w.\-]{0,199}")
FORMATS = {"json": json_format, "npz": npz_format, "safetensors": safetensors_format}


def load(
    data: bytes, shapes: Shapes, *, format: str | None = None, max_bytes: int = MAX_BYTES
) -> dict[str, Array]:
    """Read a state: exactly the names and shapes asked for, float32 or float64, finite, at most a million in
    size; of a batch norm, variances of 0 or more and whole counts of batches.

    `format` is json, npz or safetensors; without it the bytes tell. WeightsRefused names the entry, what it
    holds and what it may hold; nothing is allocated for an entry before its size is known to be right.
    """
    if len(data) > max_bytes:
        message = f"The file has {len(data):,} bytes; at most {max_bytes:,} are allowed."
        raise refusal("", f"{len(data)} bytes", f"{max_bytes} bytes", message)
    name = format or _recognise(data)
    if name not in FORMATS:
        raise refusal(
            "", shorten(name), ", ".join(FORMATS), f"“{shorten(name)}” is not a format for weights."
        )
    if not data:
        raise refusal("", "0 bytes", "weights", "The file is empty.")
    loaded: dict[str, Array] = FORMATS[name].load(data, shapes, max_bytes)
    return loaded


def save(state: Mapping[str, Array], format: str) -> bytes:
    """Write a state; the same state gives the same bytes. ValueError on an unknown format."""
    if format not in FORMATS:
        raise ValueError(f"weights are saved as {', '.join(FORMATS)}, not as {format!r}")
    arrays = {name: np.asarray(state[name]) for name in sorted(state)}
    for name, array in arrays.items():
        if not NAME.fullmatch(name):
            message = f"“{shorten(name)}” is no name: letters, digits, dots, dashes and underscores are."
            raise refusal(shorten(name), shorten(name), "letters, digits, . - _", message)
        check_dtype(name, array.dtype.name, "int64", ("float32", "float64"))
        checked(name, array)
    saved: bytes = FORMATS[format].save(arrays)
    return saved


def _recognise(data: bytes) -> str:
    """Tell the format from the first bytes."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "npz"
    if data[7:9] == b"\0{":  # a length in eight bytes ends in zeros, which no text has
        return "safetensors"
    return "json" if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else "safetensors"
