"""What every kind of exercise provides, and how its checks become a report."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from exercises.grading.fields import FieldGroup, Fields
from exercises.grading.report import CheckResult, CounterExample, DecisionMap, Measured, Report
from exercises.grading.spec_common import Trap

Spec = TypeVar("Spec")
Answer = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What running one check found; `credit` is the part of its points earned, by default all or nothing.

    The first check that has runs or maps gives them to the report.
    """

    passed: bool
    message: str
    counterexample: CounterExample | None = None
    notes: tuple[str, ...] = ()
    credit: float | None = None
    runs: tuple[dict[str, Any], ...] = ()
    maps: tuple[DecisionMap, ...] = ()
    measured: Measured | None = None

    def share(self) -> float:
        """Return the part of the check's points that is earned, 0 to 1."""
        return float(self.passed) if self.credit is None else self.credit


@dataclass(frozen=True)
class PlannedCheck:
    """A check that has not run yet; weights of all checks together stand for the exercise's points."""

    name: str
    weight: float
    hidden: bool
    run: Callable[[], Outcome]


@dataclass(frozen=True)
class Watch:
    """How a long grading tells where it stands (plain JSON), and learns that nobody waits for it any more."""

    report: Callable[[dict[str, Any]], None] = lambda progress: None
    should_stop: Callable[[], bool] = lambda: False


SILENT = Watch()


class Stopped(Exception):
    """The grading was told to stop; there is no report."""


@dataclass(frozen=True)
class GivenNumbers:
    """Numbers of a person's own variant, as one table under the statement."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _same_for_all(spec: Spec, seed: int) -> Spec:
    return spec


def _nothing_given(spec: Spec) -> list[GivenNumbers]:
    return []


def _empty_form(spec: Spec) -> Answer | None:
    return None


def _nothing_foreseen(spec: Spec, answer: Answer) -> tuple[str, ...]:
    return ()


def _no_tensors(spec: Spec) -> Mapping[str, tuple[int, ...]]:
    return {}


def _no_traps(spec: Spec) -> list[tuple[str, Trap]]:
    return []


def _three_seeds(spec: Spec) -> Sequence[int]:
    return range(3)


def _sound_variant(spec: Spec, seed: int) -> list[str]:
    return []


@dataclass(frozen=True)
class Kind(Generic[Spec]):
    """The functions of one kind of exercise; grade.py calls them and nothing else.

    `personalise` turns the exercise into a person's own variant by the person's seed; the other functions
    get what it returns, with the reference and the traps of that variant in it. `start` is what the form
    holds at first. `tensors` are the names and shapes of weights that may come in a file. What is
    `isolated` runs for seconds: in the training lane, in a process of its own; `foresee` tells the instant
    check what that will be.

    The rest is for the proof: the seeds to prove, traps that follow from the variant (with their key in the
    file), and what is wrong with the variant that the file gives a seed.
    """

    parse: Callable[[Spec, object], Answer]
    plan: Callable[[Spec, Answer, int, Watch], list[PlannedCheck]]
    draw_maps: Callable[[Spec, Answer, CounterExample | None], list[DecisionMap]]
    form_groups: Callable[[Spec], list[FieldGroup]]
    answer_from_fields: Callable[[Spec, Fields], object]
    fields_from_answer: Callable[[Spec, Answer], dict[str, list[str]]]
    personalise: Callable[[Spec, int], Spec] = _same_for_all
    givens: Callable[[Spec], list[GivenNumbers]] = _nothing_given
    start: Callable[[Spec], Answer | None] = _empty_form
    tensors: Callable[[Spec], Mapping[str, tuple[int, ...]]] = _no_tensors
    isolated: bool = False
    foresee: Callable[[Spec, Answer], tuple[str, ...]] = _nothing_foreseen
    proof_seeds: Callable[[Spec], Sequence[int]] = _three_seeds
    own_traps: Callable[[Spec], list[tuple[str, Trap]]] = _no_traps
    variant_faults: Callable[[Spec, int], list[str]] = _sound_variant


def random_stream(seed: int, check: str) -> np.random.Generator:
    """Give each check its own numbers by its name, so that adding one does not move the others."""
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(check.encode()),))
    return np.random.Generator(np.random.PCG64(sequence))


def run_checks(planned: Sequence[PlannedCheck], points: float, visible_only: bool) -> Report:
    """Run the checks in order; only the first that fails keeps its counter-example.

    Points are scaled by the weight of all checks, run or not, so a visible check shows the same points
    before and after handing in.
    """
    total = sum(check.weight for check in planned)
    checks: list[CheckResult] = []
    notes: dict[str, None] = {}
    runs: tuple[dict[str, Any], ...] = ()
    maps: tuple[DecisionMap, ...] = ()
    for check in planned:
        if visible_only and check.hidden:
            continue
        outcome = check.run()
        notes |= dict.fromkeys(outcome.notes)
        runs, maps = runs or outcome.runs, maps or outcome.maps
        worth = points * check.weight / total
        earlier_failure = any(not result.passed for result in checks)
        checks.append(
            CheckResult(
                name=check.name,
                passed=outcome.passed,
                points=worth * outcome.share(),
                max_points=worth,
                hidden=check.hidden,
                message=outcome.message,
                counterexample=None if outcome.passed or earlier_failure else outcome.counterexample,
                measured=outcome.measured,
            )
        )
    return Report(tuple(checks), tuple(notes), runs, maps)
