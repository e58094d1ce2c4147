"""Measure an exercise over many seeds: who passes, how surely, and how long a grade takes."""

import math
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass

from exercises.grading.grade import grade_personal, parse_answer, personal_spec
from exercises.grading.kinds import KINDS
from exercises.grading.report import Measured, Report
from exercises.grading.specs import ExerciseSpec

REFERENCE = "reference"


@dataclass(frozen=True)
class Sample:
    """One grade of one answer: in per cent, whether all was right, whether the expected words were said.

    `seconds` are of the processor, so that they do not depend on what else the machine has to do.
    """

    per_cent: float
    passed: bool
    said: bool
    seconds: float
    measured: dict[str, Measured]


@dataclass(frozen=True)
class Spread:
    """What one check measured of one answer, over the seeds.

    `distance` is how many standard deviations the mean lies from the mark; None where nothing varies, or
    where a training came to no number.
    """

    mark: float
    mean: float
    deviation: float
    lowest: float
    highest: float

    @property
    def distance(self) -> float | None:
        """Return the distance of the mean from the mark, in standard deviations."""
        if not self.deviation or not math.isfinite(self.deviation):
            return None
        return abs(self.mean - self.mark) / self.deviation


@dataclass(frozen=True)
class Series:
    """The grades of one answer, the reference or a trap, one for each seed."""

    name: str
    samples: tuple[Sample, ...]

    @property
    def promised(self) -> list[bool]:
        """Of each grade, whether it was as promised: a pass, or for a trap no pass and its message."""
        wanted = self.name == REFERENCE
        return [sample.passed == wanted and sample.said for sample in self.samples]

    @property
    def is_as_promised(self) -> bool:
        """Whether every grade was as promised."""
        return all(self.promised)

    def spreads(self) -> dict[str, Spread]:
        """Return what each check that compares a number measured, by its name."""
        names = dict.fromkeys(name for sample in self.samples for name in sample.measured)
        return {name: self._spread(name) for name in names}

    def _spread(self, name: str) -> Spread:
        found = [sample.measured[name] for sample in self.samples if name in sample.measured]
        values = [item.value for item in found]
        finite = all(math.isfinite(value) for value in values)
        deviation = statistics.pstdev(values) if finite else math.nan
        mean = statistics.fmean(values)
        return Spread(found[0].mark, mean, deviation, min(values), max(values))


def verify_exercise(spec: ExerciseSpec, seeds: Iterable[int]) -> list[Series]:
    """Grade the reference and every trap of each seed's variant; traps of one name are one series."""
    series: dict[str, list[Sample]] = {}
    for seed in seeds:
        personal = personal_spec(spec, seed)
        series.setdefault(REFERENCE, []).append(_sample(personal, personal.reference, seed, ""))
        own = [trap for _, trap in KINDS[spec.kind].own_traps(personal)]
        for trap in [*personal.traps, *own]:
            series.setdefault(trap.name, []).append(_sample(personal, trap.answer, seed, trap.message))
    return [Series(name, tuple(samples)) for name, samples in series.items()]


def _sample(spec: ExerciseSpec, raw: object, seed: int, message: str) -> Sample:
    """Grade an answer as a student would send it; AnswerRefused passes through, as no trap may be refused."""
    started = time.process_time()
    report = grade_personal(spec, parse_answer(spec, raw), seed)
    seconds = time.process_time() - started
    return Sample(
        per_cent=100 * report.score / report.max_score,
        passed=all(check.passed for check in report.checks),
        said=any(message in sentence for sentence in _sentences(report)),
        seconds=seconds,
        measured={check.name: check.measured for check in report.checks if check.measured is not None},
    )


def _sentences(report: Report) -> list[str]:
    return [*(check.message for check in report.checks), *report.notes]
