"""Weights in files: JSON, npz and safetensors, read from strangers without trust and without pickles."""

from collections.abc import Mapping

from engine.strict_json import shorten
from engine.tensor import Array
from engine.weights import json_format, npz_format, safetensors_format
from engine.weights.checks import MAX_BYTES, Shapes, WeightsRefused, refusal

__all__ = ["MAX_BYTES", "WeightsRefused", "load", "save"]

FORMATS = {"json": json_format, "npz": npz_format, "safetensors": safetensors_format}


def load(
    data: bytes, shapes: Shapes, *, format: str | None = None, max_bytes: int = MAX_BYTES
) -> dict[str, Array]:
    """Read a state: exactly the names and shapes asked for, float32 or float64, finite, at most a million.

    `format` is json, npz or safetensors; without it the bytes tell. WeightsRefused names the entry, what it
    holds and what it may hold; nothing is allocated for an entry before its size is known to be right.
    """
    if len(data) > max_bytes:
        raise refusal("", f"{len(data)} bytes", f"{max_bytes} bytes", f"The file has {len(data)} bytes.")
    name = _recognise(data) if format is None else format
    if name not in FORMATS:
        raise refusal(
            "", shorten(name), ", ".join(FORMATS), f"“{shorten(name)}” is not a format for weights."
        )
    loaded: dict[str, Array] = FORMATS[name].load(data, shapes, max_bytes)
    return loaded


def save(state: Mapping[str, Array], format: str) -> bytes:
    """Write a state; the same state gives the same bytes. ValueError on an unknown format."""
    if format not in FORMATS:
        raise ValueError(f"weights are saved as {', '.join(FORMATS)}, not as {format!r}")
    saved: bytes = FORMATS[format].save(state)
    return saved


def _recognise(data: bytes) -> str:
    """Tell the format from the first bytes."""
    if data[:4] == b"PK\x03\x04":
        return "npz"
    return "json" if data.lstrip()[:1] == b"{" else "safetensors"
