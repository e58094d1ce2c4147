"""Data sets: drawn from a seed or bundled, each with its hash."""

from engine.data.dataset import Dataset, Task
from engine.data.registry import load, names

__all__ = ["Dataset", "Task", "load", "names"]
