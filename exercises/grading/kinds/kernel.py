"""Grade the kernel of one convolutional filter by sliding it over pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.ops.conv import conv2d
from engine.tensor import Array
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.report import CounterExample, DecisionMap, Measured
from exercises.grading.spec_kernel import EdgeCheck, FlatCheck, KernelSpec, NoisyCheck, Side
from exercises.grading.wording import write_number

WEIGHT = "0.weight"
SIDE = 8
LEVELS = (0.25, 1.0)
TINY = 1e-6
NOTHING = "This counts once the kernel answers to something."
OPPOSITE: dict[Side, Side] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
ACROSS: dict[Side, Side] = {"left": "top", "right": "bottom", "top": "left", "bottom": "right"}
QUARTER_TURNS: dict[Side, int] = {"right": 0, "top": 1, "left": 2, "bottom": 3}


@dataclass(frozen=True)
class Work:
    """What every check looks at: the exercise, the kernel (K, K), and the seed."""

    spec: KernelSpec
    kernel: Array
    seed: int

    def answers(self, pictures: Array) -> Array:
        """Slide the kernel over pictures, as a layer does: (N, 8, 8) -> (N, 9 - K, 9 - K)."""
        return conv2d(pictures[:, None], self.kernel[None, None]).data[:, 0]

    def at_edge(self, ink: Side) -> Array:
        """Return the map of a clean edge."""
        clean: Array = self.answers(edge(ink, SIDE // 2)[None])[0]
        return clean


def parse(spec: KernelSpec, raw: object) -> Answer:
    """Read {"weights": {"0.weight": [[[[...]]]]}}, as PyTorch keeps a filter of one channel."""
    reader = Reader()
    top = reader.read_object(raw, "", ["weights"])
    given = reader.read_object(top["weights"], "weights", [WEIGHT]) if "weights" in top else {}
    weights = {
        name: reader.read_numbers(value, f"weights.{name}", _shape(spec)) for name, value in given.items()
    }
    reader.finish()
    return {"weights": weights}


def plan(spec: KernelSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan all checks in the order of the file."""
    work = Work(spec, np.array(answer["weights"][WEIGHT], np.float64)[0, 0], seed)
    return [
        PlannedCheck(check.name, check.points, check.hidden, partial(RUNNERS[check.type], work, check))
        for check in spec.checks
    ]


def draw_maps(spec: KernelSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: the answers are pictures, not a plane of two inputs."""
    return []


def form_groups(spec: KernelSpec) -> list[FieldGroup]:
    """Give each column of the kernel a group: side by side they look like the kernel."""
    return [
        FieldGroup(
            f"Column {column + 1}",
            "",
            tuple(Field(_path(row, column), _label(row, column), "number") for row in range(spec.size)),
        )
        for column in range(spec.size)
    ]


def answer_from_fields(spec: KernelSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    places = range(spec.size)
    kernel = [
        [
            read_typed_number(reader, fields, _path(row, column), _label(row, column).capitalize())
            for column in places
        ]
        for row in places
    ]
    reader.finish()
    return {"weights": {WEIGHT: [[kernel]]}}


def fields_from_answer(spec: KernelSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    kernel = answer["weights"][WEIGHT][0][0]
    return {
        _path(row, column): [show_number(kernel[row][column])]
        for row in range(spec.size)
        for column in range(spec.size)
    }


def tensors(spec: KernelSpec) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of the only tensor."""
    return {WEIGHT: _shape(spec)}


def edge(ink: Side, paper: int, low: float = 0.0, high: float = 1.0) -> Array:
    """Draw a picture (8, 8) with so many rows or columns of `low`, and `high` on the named side."""
    picture = np.full((SIDE, SIDE), high)
    picture[:, :paper] = low
    return np.rot90(picture, QUARTER_TURNS[ink])


def _check_flat(work: Work, check: FlatCheck) -> Outcome:
    if not work.kernel.any():
        return Outcome(False, NOTHING, notes=_diagnose(work))
    pictures = np.stack([np.full((SIDE, SIDE), level) for level in LEVELS])
    found = work.answers(pictures)
    if bool(np.all(np.abs(found) <= TINY)):
        return Outcome(True, "Right: 0 everywhere.")
    message = f"A picture that is {LEVELS[-1]:g} everywhere answers {write_number(found[-1, 0, 0])}, not 0."
    return Outcome(False, message, notes=_diagnose(work))


def _check_edge(work: Work, check: EdgeCheck) -> Outcome:
    if not work.kernel.any():
        return Outcome(False, NOTHING, notes=_diagnose(work))
    found = work.at_edge(check.ink)
    low, high = float(found.min()), float(found.max())
    passed = {
        "positive": high >= 1 - TINY and low >= -TINY,
        "negative": low <= TINY - 1 and high <= TINY,
        "none": max(high, -low) <= TINY,
    }[check.answer]
    line = found[len(found) // 2] if check.ink in ("left", "right") else found[:, len(found) // 2]
    numbers = ", ".join(write_number(value) for value in line)
    place = "on the" if check.ink in ("left", "right") else "at the"
    message = f"With ink {place} {check.ink}, across the edge the map reads {numbers}."
    return Outcome(passed, message, notes=() if passed else _diagnose(work))


def _check_noisy(work: Work, check: NoisyCheck) -> Outcome:
    """Draw pictures from the seed and count how many are told apart."""
    strength = float(work.at_edge(check.ink).max())
    if strength <= TINY:
        return Outcome(False, "The kernel does not answer to a clean edge yet.", notes=_diagnose(work))
    pictures, has_edge = _noisy_pictures(work, check)
    found = work.answers(pictures).max(axis=(1, 2)) >= check.contrast * strength / 2
    accuracy = float(np.mean(found == has_edge))
    passed = accuracy >= check.accuracy
    measured = Measured(accuracy, check.accuracy)
    if passed:
        return Outcome(True, "Passed.", measured=measured)
    message = (
        f"Fewer than {100 * check.accuracy:g} % of {check.pictures} pictures with noise are told apart: "
        f"about {round(100 * float(np.mean(~found[has_edge])))} % of the edges are missed, and "
        f"{round(100 * float(np.mean(found[~has_edge])))} % of the other pictures raise a false alarm."
    )
    return Outcome(False, message, notes=_diagnose(work) or _about_noise(work), measured=measured)


def _noisy_pictures(work: Work, check: NoisyCheck) -> tuple[Array, Array]:
    """Draw pictures, every second with the edge; the others are flat or hold another edge."""
    generator = random_stream(work.seed, check.name)
    others: tuple[Side | None, ...] = (None, OPPOSITE[check.ink], ACROSS[check.ink])
    pictures = []
    for number in range(check.pictures):
        ink = check.ink if number % 2 else others[number // 2 % len(others)]
        low = generator.uniform(0, 1 - check.contrast)
        paper = int(generator.integers(2, SIDE - 1))
        clean = np.full((SIDE, SIDE), low) if ink is None else edge(ink, paper, low, low + check.contrast)
        pictures.append(clean + generator.normal(0, check.noise, clean.shape))
    return np.stack(pictures), np.arange(check.pictures) % 2 == 1


def _diagnose(work: Work) -> tuple[str, ...]:
    """Name the most likely mistake, from the sum of the weights and the answers to clean edges."""
    wanted, total = work.spec.wanted, float(work.kernel.sum())
    aim, across = work.at_edge(wanted), work.at_edge(ACROSS[wanted])
    name, other = ("vertical", "horizontal") if wanted in ("left", "right") else ("horizontal", "vertical")
    high, low, sideways = float(aim.max()), float(aim.min()), float(np.abs(across).max())
    rules = (
        (not work.kernel.any(), "All weights are 0, and so is every answer."),
        (
            abs(total) > TINY,
            f"The weights add up to {write_number(total)}, not to 0: an even area is multiplied by that sum, "
            "and bright paper looks like an edge.",
        ),
        (
            high <= TINY and low >= -TINY,
            f"This kernel finds {other} edges and is blind to {name} ones: exchange its rows and columns."
            if sideways > TINY
            else f"This kernel is blind to {name} edges.",
        ),
        (
            high <= TINY,
            f"The kernel is turned by half a circle: it answers minus where ink begins on the {wanted}. "
            f"A layer does not flip the kernel: the weights on the {wanted} meet the pixels on the {wanted}.",
        ),
        (
            low < -TINY,
            "At one edge the map has both signs: this kernel finds points and thin lines, not edges.",
        ),
        (
            sideways > TINY,
            f"The kernel answers to {other} edges too: along the edge its weights should be of equal sum.",
        ),
        (high < 1 - TINY, "The direction is right, the answer too weak: make all weights larger."),
    )
    return next(((sentence,) for holds, sentence in rules if holds), ())


def _about_noise(work: Work) -> tuple[str, ...]:
    """Say why a kernel that is right on clean pictures fails on others."""
    lines = work.kernel if work.spec.wanted in ("left", "right") else work.kernel.T
    used = int(np.any(np.abs(lines) > TINY, axis=1).sum())
    return (
        f"On clean pictures the kernel is right; of its {len(lines)} lines across the edge {used} "
        f"{'looks' if used == 1 else 'look'} for it. Let all of them do so alike: their answers add up, "
        "while their noise partly cancels.",
    )


def _shape(spec: KernelSpec) -> tuple[int, ...]:
    return (1, 1, spec.size, spec.size)


def _label(row: int, column: int) -> str:
    return f"row {row + 1}, column {column + 1}"


def _path(row: int, column: int) -> str:
    return f"weights.{WEIGHT}[0][0][{row}][{column}]"


RUNNERS: dict[str, Callable[[Work, Any], Outcome]] = {
    "flat": _check_flat,
    "edge": _check_edge,
    "noisy": _check_noisy,
}


KERNEL: Kind[KernelSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
    tensors=tensors,
)
