"""A training packed into bytes: parameters, optimizer, streams and place, as one npz without pickles."""

import io
import json
from dataclasses import dataclass

import numpy as np

from engine.optim import Optimizer
from engine.progress import Progress
from engine.rng import Streams
from engine.tensor import Array


@dataclass(frozen=True)
class Parts:
    """What a step changes, beside the progress: `identity` tells which training it belongs to."""

    identity: str
    streams: Streams
    optimizer: Optimizer
    buffers: dict[str, Array]


def pack(progress: Progress, parts: Parts) -> bytes:
    """Write everything that a training needs to go on."""
    notes = {
        "identity": parts.identity,
        "streams": parts.streams.state(),
        "optimizer_steps": parts.optimizer.steps,
        "step": progress.step,
        "epoch": progress.epoch,
        "position": progress.position,
        "epoch_total": progress.epoch_total,
        "losses": progress.losses,
        "validation": progress.validation,
        "best": progress.best,
        "best_epoch": progress.best_epoch,
        "diverged": progress.diverged,
    }
    arrays = {"values": parts.optimizer.flat.values, "order": progress.order}
    arrays |= {f"optimizer.{name}": value for name, value in parts.optimizer.state().items()}
    arrays |= {f"buffer.{name}": value for name, value in parts.buffers.items()}
    if progress.best_values is not None:
        arrays["best_values"] = progress.best_values
    arrays |= {f"best_buffer.{name}": value for name, value in progress.best_buffers.items()}
    file = io.BytesIO()
    np.savez(file, notes=np.frombuffer(json.dumps(notes).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpack(checkpoint: bytes, parts: Parts) -> Progress:
    """Put the parts back where they were; ValueError when the checkpoint is of another training.

    For checkpoints that this program wrote: they are not checked as files from strangers are.
    """
    with np.load(io.BytesIO(checkpoint), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    notes = json.loads(arrays["notes"].tobytes())
    if notes.pop("identity") != parts.identity:
        raise ValueError("the checkpoint belongs to another configuration, seed or set of examples")
    parts.streams.restore(notes.pop("streams"))
    np.copyto(parts.optimizer.flat.values, arrays["values"])
    state = {name: arrays[f"optimizer.{name}"] for name in parts.optimizer.state()}
    parts.optimizer.restore(notes.pop("optimizer_steps"), state)
    for name, value in parts.buffers.items():
        np.copyto(value, arrays[f"buffer.{name}"])
    best = {name: arrays[f"best_buffer.{name}"] for name in parts.buffers if f"best_buffer.{name}" in arrays}
    return Progress(**notes, order=arrays["order"], best_values=arrays.get("best_values"), best_buffers=best)
