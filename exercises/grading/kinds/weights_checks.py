"""Plan the checks of a `weights` exercise, one function per type of check."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from engine.tensor import Array
from exercises.grading.kinds.diagnoses import diagnose, find_tie
from exercises.grading.kinds.learning_trace import plan_learning_trace
from exercises.grading.kinds.networks import (
    Given,
    Labelled,
    build_networks,
    labelled_inputs,
    points_of,
    table_of,
)
from exercises.grading.planning import Answer, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.spec_weights import (
    CloudsCheck,
    LearningTraceCheck,
    MarginCheck,
    NeighbourhoodCheck,
    NetworksSpec,
    NoTieCheck,
    PointsCheck,
    TruthTableCheck,
)
from exercises.grading.wording import write_number, write_point

NOT_YET = "This counts only once the answers at the stated inputs are all right."


@dataclass(frozen=True)
class Work:
    """What every check looks at: the exercise, the student's networks, and the seed."""

    spec: NetworksSpec
    networks: dict[str, Given]
    seed: int


def plan(spec: NetworksSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan all checks in the order of the file."""
    work = Work(spec, build_networks(spec, answer), seed)
    planned: list[PlannedCheck] = []
    for check in spec.checks:
        if isinstance(check, LearningTraceCheck):
            planned += plan_learning_trace(check, work.networks)
        elif isinstance(check, TruthTableCheck) and check.each_row:
            planned += _plan_rows(work, check)
        else:
            run = partial(RUNNERS[check.type], work, check)
            planned.append(PlannedCheck(check.name, check.points, check.hidden, run))
    return planned


def _plan_rows(work: Work, check: TruthTableCheck) -> list[PlannedCheck]:
    """Plan one check for each row of a truth table."""
    planned = []
    for row, x in enumerate(table_of(check.outputs).inputs):
        name = f"{check.name} {write_point(x)} answers {check.outputs[row]}"
        run = partial(_check_row, work, check, row)
        planned.append(PlannedCheck(name, check.points / len(check.outputs), False, run))
    return planned


def _check_row(work: Work, check: TruthTableCheck, row: int) -> Outcome:
    """Check one row, and explain it with what the whole table shows."""
    given, table = work.networks[check.network], table_of(check.outputs)
    x, y = table.inputs[row], float(given.outputs(table.inputs)[row])
    wanted = given.wanted(check.outputs[row])
    if bool(table.right(given.outputs(table.inputs))[row]):
        return Outcome(True, f"y = {write_number(y)} is right.")
    message = f"y = {write_number(y)} at {write_point(x)}; it should be {wanted}."
    return Outcome(False, message, given.counterexample(x, wanted), diagnose(work.spec, given, table))


def _check_labelled(work: Work, check: TruthTableCheck | PointsCheck) -> Outcome:
    """Check that every labelled input gets its class; a hidden table shows a wrong row picked by the seed."""
    given = work.networks[check.network]
    labelled = points_of(check) if isinstance(check, PointsCheck) else table_of(check.outputs)
    wrong = np.flatnonzero(~labelled.right(given.outputs(labelled.inputs)))
    total = len(labelled.targets)
    if not len(wrong):
        return Outcome(True, f"All {total} are right.")
    shown = int(random_stream(work.seed, check.name).choice(wrong)) if check.hidden else int(wrong[0])
    wanted = given.wanted(int(labelled.targets[shown]))
    counterexample = given.counterexample(labelled.inputs[shown], wanted)
    place = write_point(labelled.inputs[shown])
    message = f"{total - len(wrong)} of {total} are right. At {place} the answer should be {wanted}."
    if check.hidden:
        message = "Not every input is on the right side."
    return Outcome(False, message, counterexample, diagnose(work.spec, given, labelled))


def _check_margin(work: Work, check: MarginCheck) -> Outcome:
    """Check that y is far from 0.5, on the right side, at every row."""
    given, table = work.networks[check.network], table_of(check.outputs)
    outputs = given.outputs(table.inputs)
    distance = np.where(table.targets == 1, outputs - 0.5, 0.5 - outputs)
    far = distance >= check.margin
    if bool(np.all(far)):
        return Outcome(True, f"The smallest distance from 0.5 is {write_number(float(distance.min()))}.")
    row = int(np.argmin(far))
    bound = (
        f"at least {0.5 + check.margin:g}" if check.outputs[row] == 1 else f"at most {0.5 - check.margin:g}"
    )
    message = f"At least one corner is closer than {check.margin:g} to 0.5, or on the wrong side."
    notes: tuple[str, ...] = ()
    if not check.hidden:
        y = write_number(float(outputs[row]))
        message = f"y = {y} at {write_point(table.inputs[row])}; it should be {bound}."
    if bool(np.all(table.right(outputs))):
        notes = ("All rows are on the right side, but not clearly: larger weights make the sigmoid steeper.",)
    return Outcome(False, message, given.counterexample(table.inputs[row], bound), notes)


def _check_neighbourhood(work: Work, check: NeighbourhoodCheck) -> Outcome:
    """Check the boxes around some points: their corners, and random points drawn from the seed.

    A wrong function may well be steady, so this counts only when the network is right at the stated
    inputs. The counter-example is the worst random point, so that none of the fixed ones is told; a
    corner of the box is shown only when no random point fails.
    """
    given = work.networks[check.network]
    if not _is_right(work, check.network):
        return Outcome(False, NOT_YET)
    generator = random_stream(work.seed, check.name)
    centres = np.array(check.centres)
    box = np.array(list(product((-check.radius, check.radius), repeat=2)))
    chosen = centres[generator.integers(len(centres), size=check.random_points)]
    drawn = generator.uniform(-check.radius, check.radius, size=chosen.shape)
    corners = np.repeat(centres, len(box), axis=0)
    wanted = given.wanted(check.target)
    for middles, points in ((chosen, chosen + drawn), (corners, corners + np.tile(box, (len(centres), 1)))):
        outputs = given.outputs(points)
        if bool(np.all(Labelled(points, np.full(len(points), check.target)).right(outputs))):
            continue
        worst = int(np.argmax(np.abs(outputs - check.target)))
        x = _shortened_while_wrong(given, points[worst], check.target, middles[worst])
        near = " or ".join(write_point(centre) for centre in check.centres)
        message = f"Inputs within {check.radius:g} of {near} should give {wanted}; not all of them do."
        return Outcome(False, message, given.counterexample(x, wanted))
    return Outcome(True, "Passed.")


def _check_clouds(work: Work, check: CloudsCheck) -> Outcome:
    """Draw new points of the clouds from the seed and count how many get their class."""
    given = work.networks[check.network]
    generator = random_stream(work.seed, check.name)
    clouds = [check.clouds[index % len(check.clouds)] for index in range(check.count)]
    centres = np.array([cloud.centre for cloud in clouds])
    spreads = np.array([[cloud.spread] for cloud in clouds])
    points = Labelled(generator.normal(centres, spreads), np.array([cloud.target for cloud in clouds]))
    wrong = np.flatnonzero(~points.right(given.outputs(points.inputs)))
    if check.count - len(wrong) >= check.accuracy * check.count:
        return Outcome(True, "Passed.")
    target = int(points.targets[wrong[0]])
    x = _shortened_while_wrong(given, points.inputs[wrong[0]], target, np.zeros(2))
    message = f"Fewer than {100 * check.accuracy:g} % of {check.count} new points are on the right side."
    notes: tuple[str, ...] = ()
    if _is_right(work, check.network):
        notes = (
            f"{given.spec.title}: the border separates the given points, but runs too close to some of them.",
        )
    return Outcome(False, message, given.counterexample(x, given.wanted(target)), notes)


def _check_no_tie(work: Work, check: NoTieCheck) -> Outcome:
    """Check that a network that is right would also be right if u(0) were 0."""
    given = work.networks[check.network]
    labelled = labelled_inputs(work.spec, check.network)
    if not _is_right(work, check.network):
        return Outcome(False, NOT_YET)
    tie = find_tie(given, labelled)
    if tie is None:
        return Outcome(True, "Passed.")
    x = labelled.inputs[tie]
    reason = f"{given.spec.title} is right only because 0 counts as firing"
    message = f"{reason}: at {write_point(x)} the sum is exactly 0. Move the border off that point."
    return Outcome(False, message, given.counterexample(x, "a sum that is not 0"))


def _is_right(work: Work, network: str) -> bool:
    """Tell whether a network gets every input right whose class the exercise states."""
    labelled = labelled_inputs(work.spec, network)
    return bool(np.all(labelled.right(work.networks[network].outputs(labelled.inputs))))


def _shortened_while_wrong(given: Given, x: Array, target: int, middle: Array) -> Array:
    """Cut a counter-example to two decimals from a middle if it stays one, because that is easier to read.

    Cutting moves towards the middle, so the point stays in its box.
    """
    cut = np.round(middle + np.trunc((x - middle) * 100) / 100, 6)
    still_wrong = not Labelled(cut[None, :], np.array([target])).right(given.outputs(cut[None, :]))[0]
    return cut if still_wrong else x


RUNNERS: dict[str, Callable[[Work, Any], Outcome]] = {
    "truth_table": _check_labelled,
    "margin": _check_margin,
    "neighbourhood": _check_neighbourhood,
    "points": _check_labelled,
    "clouds": _check_clouds,
    "no_tie": _check_no_tie,
}
