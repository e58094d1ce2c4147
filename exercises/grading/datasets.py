"""The data of training exercises: the same for everybody, made or read once per process."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.data import load
from engine.data.dataset import Dataset


def load_data(name: str, options: Mapping[str, Any]) -> Dataset:
    """Return a data set of the engine; ValueError or TypeError when it has no such options."""
    return _load(name, json.dumps(options, sort_keys=True))


@lru_cache(maxsize=8)
def _load(name: str, options: str) -> Dataset:
    return load(name, seed=0, **json.loads(options))
