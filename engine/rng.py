"""Named streams of random numbers, all from one seed.

Each purpose has a stream of its own, so a network with dropout sees its examples in the same order as one
without. numpy promises the same numbers for the same version; a test holds the first ones.
"""

from typing import Any, Literal, get_args

import numpy as np

StreamName = Literal["init", "shuffle", "dropout", "noise", "data"]
_NUMBERS: dict[str, int] = {name: number for number, name in enumerate(get_args(StreamName))}


class Streams:
    """The streams of one seed: a PCG64 generator for each name (O'Neill 2014)."""

    def __init__(self, seed: int) -> None:
        """Start every stream at its beginning, when it is first asked for; ValueError on a negative seed."""
        if seed < 0:
            raise ValueError(f"seed must be 0 or more, got {seed}")
        self.seed = seed
        self._generators: dict[str, np.random.Generator] = {}

    def get(self, name: StreamName) -> np.random.Generator:
        """Return the generator of a purpose; it goes on where it was left."""
        if name not in self._generators:
            self._generators[name] = np.random.Generator(self._start(name))
        return self._generators[name]

    def _start(self, name: str) -> np.random.PCG64:
        """Make the source of a stream anew."""
        return np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(_NUMBERS[name],)))

    def state(self) -> dict[str, Any]:
        """Return where every stream in use stands, as plain data for a checkpoint."""
        return {name: generator.bit_generator.state for name, generator in self._generators.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Put every stream where `state` says it stood, also for those who hold it; one that was not in use
        starts again.
        """
        for name, generator in self._generators.items():
            if name not in state:
                generator.bit_generator.state = self._start(name).state
        for name in get_args(StreamName):
            if name in state:
                self.get(name).bit_generator.state = state[name]
