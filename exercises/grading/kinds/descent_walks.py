"""The walks of one answer: its optimizer on the function of a goal, and what there is to say of them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.landscape import LANDSCAPES, Landscape, Walk, walk
from engine.optim import SGD, Adagrad, Adam, Flat, Optimizer, RMSprop
from exercises.grading.planning import random_stream
from exercises.grading.spec_descent import DescentSpec, Goal, Run
from exercises.grading.wording import write_point

Settings = Mapping[str, float]
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHOWN_STEPS = (1, 2, 3, 10, 100, 1000, 10_000)


@dataclass(frozen=True)
class Trial:
    """The walk of one goal; of many starts, the one that ended highest."""

    run: Run
    settings: Settings
    at_most: float
    starts: int
    landscape: Landscape
    walk: Walk

    @property
    def reached(self) -> float:
        """Return the value at which the walk ended; infinite when it left."""
        return _end(self.walk.values[-1, 0])

    @property
    def passed(self) -> bool:
        """Whether the walk, and so every one, ended low enough."""
        return self.reached <= self.at_most

    @property
    def steps(self) -> int:
        """Return the number of steps that were taken."""
        return len(self.walk.values) - 1

    def values(self) -> list[float]:
        """List the values along the walk, from the start on."""
        return [float(value) for value in self.walk.values[:, 0]]

    def slope(self, step: int) -> float:
        """Return the length of the gradient where the walk was after a step."""
        return float(np.linalg.norm(self.landscape.gradient(self.walk.points[step])))

    def sentence(self) -> str:
        """Say where the walk began, what it passed and where it ended."""
        values, left = self.values(), self.walk.left_at()
        last = self.steps if left is None else min(self.steps, left + 2)
        passed = ((step, values[step]) for step in SHOWN_STEPS if step < last)
        path = "".join(f", {write_value(value)} after step {step:,}" for step, value in passed)
        begin = "The worst start is" if self.starts > 1 else "From"
        words = f"{begin} {self._point(0)}: f = {write_value(values[0])} at the start{path}"
        words += f", and {write_value(values[last])} after step {last:,}"
        limit = f"at most {write_value(self.at_most)} is needed"
        if left is not None:
            return f"{words}. It left at step {left:,}; {limit}."
        return f"{words}, at {self._point(last)}; {limit}."

    def _point(self, step: int) -> str:
        return write_point(self.walk.points[step, :, 0].round(3).tolist())


def try_goal(spec: DescentSpec, goal: Goal, settings: Settings, seed: int) -> Trial:
    """Descend from every start of the goal; with drawn starts, the seed says which."""
    run = spec.run_of(goal)
    landscape = _landscape(goal.function or spec.function, goal.turned)
    starts, steps = _starts(spec, goal, seed), int(settings.get("steps", spec.steps))
    worst = _worst_walk(landscape, run.optimizer, tuple(settings.items()), starts, steps)
    return Trial(run, settings, goal.at_most, len(starts), landscape, worst)


def write_value(value: float) -> str:
    """Write a value of the function for reading: 24, 0.0086 or 6.7·10⁻¹⁷."""
    if not math.isfinite(value):
        return "no number"
    if 10 <= value < 1e5:
        return f"{value:,.0f}"
    digits, exponent, power = f"{value:.2g}".partition("e")
    if not exponent:
        return digits
    ten = f"10{str(int(power)).translate(RAISED)}"
    return ten if digits == "1" else f"{digits}·{ten}"


@lru_cache(maxsize=32)
def _landscape(function: str, degrees: float) -> Landscape:
    landscape = LANDSCAPES[function]
    return landscape.rotated(degrees) if degrees else landscape


@lru_cache(maxsize=32)
def _worst_walk(
    landscape: Landscape,
    optimizer: str,
    settings: tuple[tuple[str, float], ...],
    starts: tuple[tuple[float, float], ...],
    steps: int,
) -> Walk:
    """Walk from every start and keep the walk that ended highest.

    Once for all answers that share an optimizer: a student's next try, and most traps of a proof.
    """
    walks = walk(landscape, _maker(optimizer, dict(settings)), starts, steps)
    ends = [_end(value) for value in walks.values[-1]]
    worst = ends.index(max(ends))
    return Walk(walks.points[:, :, [worst]], walks.values[:, [worst]])


def _end(value: float) -> float:
    return float(value) if math.isfinite(value) else math.inf


def _starts(spec: DescentSpec, goal: Goal, seed: int) -> tuple[tuple[float, float], ...]:
    x, y = goal.start or spec.start
    if goal.starts is None or goal.spread is None:
        return ((x, y),)
    moves = random_stream(seed, goal.name).uniform(-goal.spread, goal.spread, (goal.starts, 2))
    return tuple((round(x + right, 3), round(y + up, 3)) for right, up in moves.tolist())


def _maker(optimizer: str, settings: Settings) -> Callable[[Flat], Optimizer]:
    """Fit the settings to the engine's optimizer; what is not given keeps its default there."""
    rate, momentum = settings["lr"], settings.get("momentum", 0.9)
    alpha, betas = settings.get("alpha", 0.99), (settings.get("beta1", 0.9), settings.get("beta2", 0.999))
    makers: dict[str, Callable[[Flat], Optimizer]] = {
        "sgd": lambda flat: SGD(flat, rate),
        "momentum": lambda flat: SGD(flat, rate, momentum),
        "nesterov": lambda flat: SGD(flat, rate, momentum, nesterov=momentum > 0),
        "adagrad": lambda flat: Adagrad(flat, rate),
        "rmsprop": lambda flat: RMSprop(flat, rate, alpha),
        "adam": lambda flat: Adam(flat, rate, betas),
    }
    return makers[optimizer]
