"""Schedules: the factor on the learning rate at each step, 1 where nothing is said.

Every function gives the factor for step number `step`, counted from 0, of `steps` in all.
"""

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """factor = 1"""
    return lambda step: 1.0


def step_decay(every: int, factor: float) -> Schedule:
    """factor ** floor(step / every): smaller by the factor after every so many steps.

    ValueError when every is below 1 or the factor not in [0, 1].
    """
    _refuse_outside("every", every, 1, math.inf)
    _refuse_outside("factor", factor, 0, 1)
    return lambda step: factor ** (step // every)


def exponential(factor: float) -> Schedule:
    """factor ** step; ValueError when the factor is not in [0, 1]."""
    _refuse_outside("factor", factor, 0, 1)
    return lambda step: factor**step


def cosine(steps: int, final: float = 0.0) -> Schedule:
    """final + (1 - final) (1 + cos(pi step / steps)) / 2: down along half a cosine.

    ValueError when steps is below 1 or final not in [0, 1]. Source: Loshchilov and Hutter (2017).
    """
    _refuse_outside("steps", steps, 1, math.inf)
    _refuse_outside("final", final, 0, 1)
    return lambda step: final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(step / steps, 1.0)))


def linear_warmup(warmup: int, after: Schedule) -> Schedule:
    """(step + 1) / warmup for the first `warmup` steps, then `after`, counted from there.

    ValueError when warmup is negative. Source: Goyal et al. (2017).
    """
    _refuse_outside("warmup", warmup, 0, math.inf)
    return lambda step: (step + 1) / warmup if step < warmup else after(step - warmup)


def _refuse_outside(name: str, value: float, least: float, most: float) -> None:
    """Refuse a setting that is no number between the two."""
    if not least <= value <= most:
        raise ValueError(f"{name} must be between {least} and {most}, got {value}")
