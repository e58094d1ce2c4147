"""Which operations of the engine a row of the table calls by itself, and with what shapes."""

import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import engine.ops
from engine.tensor import Tensor

Shapes = list[tuple[int, ...]]
MODULES = [f"engine.ops.{module.name}" for module in pkgutil.iter_modules(engine.ops.__path__)]
OPERATIONS = [
    function
    for module in [import_module(name) for name in [*MODULES, "engine.losses"]]
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
ENGINE = str(Path(engine.ops.__file__).parent.parent)


def direct_calls(run: Callable[[], Any], errors: type[Exception] | tuple[()] = ()) -> dict[Any, Shapes]:
    """Run and list the operations called from outside of the engine, with the shapes of their arrays."""
    codes = {operation.__code__: operation for operation in OPERATIONS}
    calls: dict[Any, Shapes] = {}

    def look(frame: FrameType, event: str, _: Any) -> None:
        caller = frame.f_back
        if event != "call" or frame.f_code not in codes or caller is None:
            return
        if not caller.f_code.co_filename.startswith(ENGINE):
            found = [array.shape for value in frame.f_locals.values() for array in _arrays(value)]
            calls.setdefault(codes[frame.f_code], []).extend(found)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        with suppress(errors):
            run()
    finally:
        sys.setprofile(before)
    return calls


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """Find the arrays in an argument."""
    if isinstance(value, Tensor | np.ndarray):
        yield np.asarray(value.data if isinstance(value, Tensor) else value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _arrays(item)
