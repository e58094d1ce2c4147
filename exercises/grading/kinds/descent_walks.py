"""The walks of one answer: its optimizer on the function of a goal, and what there is to say of them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    """The walks of one goal, each from its own start; `worst` is the number of the one that ended highest."""

    run: Run
    settings: Settings
    at_most: float
    landscape: Landscape
    walks: Walk
    worst: int

    @property
    def reached(self) -> float:
        """Return the value at which the worst walk ended; infinite when it left."""
        return _end(self.walks, self.worst)

    @property
    def passed(self) -> bool:
        """Whether every walk ended low enough."""
        return self.reached <= self.at_most

    @property
    def steps(self) -> int:
        """Return the number of steps that were taken."""
        return len(self.walks.values) - 1

    def values(self) -> list[float]:
        """List the values along the worst walk, from the start on."""
        return [float(value) for value in self.walks.values[:, self.worst]]

    def slope(self, step: int) -> float:
        """Return the length of the gradient where the worst walk was after a step."""
        point = self.walks.points[step][:, [self.worst]]
        return float(np.linalg.norm(self.landscape.gradient(point)))

    def sentence(self) -> str:
        """Say where the worst walk began, what it passed and where it ended."""
        values, left = self.values(), self.walks.left_at(self.worst)
        last = self.steps if left is None else min(self.steps, left + 2)
        passed = ((step, values[step]) for step in SHOWN_STEPS if step < last)
        path = "".join(f", {write_value(value)} after step {step:,}" for step, value in passed)
        begin = "The worst start is" if self.walks.values.shape[1] > 1 else "From"
        words = f"{begin} {self._point(0)}: f = {write_value(values[0])} at the start{path}"
        words += f", and {write_value(values[last])} after step {last:,}"
        limit = f"at most {write_value(self.at_most)} is needed"
        if left is not None:
            return f"{words}. It left at step {left:,}; {limit}."
        return f"{words}, at {self._point(last)}; {limit}."

    def _point(self, step: int) -> str:
        return write_point(self.walks.points[step, :, self.worst].round(3).tolist())


def try_goal(spec: DescentSpec, goal: Goal, settings: Settings, seed: int) -> Trial:
    """Descend from every start of the goal; with drawn starts, the seed says which."""
    run = spec.run_of(goal)
    landscape = LANDSCAPES[goal.function or spec.function]
    if goal.turned:
        landscape = landscape.rotated(goal.turned)
    steps = int(settings.get("steps", spec.steps))
    walks = walk(landscape, _maker(run, settings), _starts(spec, goal, seed), steps)
    ends = [_end(walks, number) for number in range(walks.values.shape[1])]
    return Trial(run, settings, goal.at_most, landscape, walks, ends.index(max(ends)))


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


def _end(walks: Walk, number: int) -> float:
    value = float(walks.values[-1, number])
    return value if math.isfinite(value) else math.inf


def _starts(spec: DescentSpec, goal: Goal, seed: int) -> list[tuple[float, float]]:
    x, y = goal.start or spec.start
    if goal.starts is None or goal.spread is None:
        return [(x, y)]
    moves = random_stream(seed, goal.name).uniform(-goal.spread, goal.spread, (goal.starts, 2))
    return [(round(x + right, 3), round(y + up, 3)) for right, up in moves.tolist()]


def _maker(run: Run, settings: Settings) -> Callable[[Flat], Optimizer]:
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
    return makers[run.optimizer]
