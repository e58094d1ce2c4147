"""A training configuration: checked data that describes a network and how to train it, never a program."""

from engine.spec.reading import read_spec
from engine.spec.training import TrainSpec

__all__ = ["TrainSpec", "read_spec"]
