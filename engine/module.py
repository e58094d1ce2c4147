"""Modules: parameters and other modules held as attributes, named by the path to them, as in PyTorch.

The order is that of assignment, so parameter number three is number three in every process.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.tensor import Array, Parameter, Tensor


class Buffer:
    """Numbers that belong to a module and are saved with it but not learned: running averages."""

    __slots__ = ("data",)

    def __init__(self, data: npt.ArrayLike) -> None:
        self.data: Array = np.array(data)


class Module:
    """Something with parameters that computes y = module(x)."""

    training: bool = True

    def forward(self, *inputs: Any) -> Tensor:
        """Compute the output; each module says what shapes it takes and gives."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def __call__(self, *inputs: Any) -> Tensor:
        return self.forward(*inputs)

    def children(self) -> Iterator[tuple[str, "Module"]]:
        """List the modules held directly, each with its name."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value

    def modules(self) -> Iterator["Module"]:
        """List this module and all below it."""
        yield self
        for _, child in self.children():
            yield from child.modules()

    def named_entries(self, prefix: str = "") -> Iterator[tuple[str, Parameter | Buffer]]:
        """List what is saved, parameters and buffers, in PyTorch's order and by PyTorch's names."""
        for name, value in vars(self).items():
            if isinstance(value, Parameter | Buffer):
                yield prefix + name, value
        for name, child in self.children():
            yield from child.named_entries(f"{prefix}{name}.")

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """List the parameters by name; one that is shared comes once, under its first name."""
        seen: set[int] = set()
        for name, entry in self.named_entries():
            if isinstance(entry, Parameter) and id(entry) not in seen:
                seen.add(id(entry))
                yield name, entry

    def parameters(self) -> list[Parameter]:
        """List the parameters in order."""
        return [parameter for _, parameter in self.named_parameters()]

    def state_dict(self) -> dict[str, Array]:
        """Copy the parameters and buffers by name: weight of a Linear is (out, in)."""
        return {name: entry.data.copy() for name, entry in self.named_entries()}

    def load_state_dict(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Copy a state in; ValueError names each missing, unknown or misshapen entry and changes nothing."""
        entries = dict(self.named_entries())
        if set(state) != set(entries):
            missing, unknown = sorted(set(entries) - set(state)), sorted(set(state) - set(entries))
            raise ValueError(f"missing parameters {missing}, unknown parameters {unknown}")
        arrays = {name: np.asarray(state[name]) for name in entries}
        for name, entry in entries.items():
            if arrays[name].shape != entry.data.shape:
                raise ValueError(f"{name} has shape {arrays[name].shape}, expected {entry.data.shape}")
            if arrays[name].dtype.kind not in "fiub":
                raise ValueError(f"{name} has dtype {arrays[name].dtype}, expected real numbers")
            if entry.data.dtype.kind in "iu" and not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} must be whole numbers, got {arrays[name]}")
        for name, entry in entries.items():
            np.copyto(entry.data, arrays[name], casting="unsafe")

    def train(self, training: bool = True) -> "Module":
        """Switch dropout and batch statistics on, here and below."""
        for module in self.modules():
            module.training = training
        return self

    def eval(self) -> "Module":
        """Switch dropout and batch statistics off, here and below."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Empty the gradients here and below: a loss leaves those alone that it does not depend on."""
        for parameter in self.parameters():
            parameter.grad.fill(0)

    def requires_grad_(self, required: bool = True) -> "Module":
        """Freeze (False) or thaw the parameters here and below: a frozen one gets no gradient, and loses the
        one of the step before.
        """
        for parameter in self.parameters():
            parameter.requires_grad = required
            if not required:
                parameter.grad.fill(0)
        return self


class Sequential(Module):
    """Modules one after the other, named 0, 1, 2, ...: y = m_n(... m_1(m_0(x)))."""

    def __init__(self, *modules: Module) -> None:
        for number, module in enumerate(modules):
            setattr(self, str(number), module)

    def __iter__(self) -> Iterator[Module]:
        return (child for _, child in self.children())

    def __len__(self) -> int:
        return sum(1 for _ in self.children())

    def __getitem__(self, number: int) -> Module:
        return list(self)[number]

    def forward(self, x: Any) -> Tensor:
        """Pass x through the modules in order."""
        for module in self:
            x = module(x)
        result: Tensor = x
        return result
