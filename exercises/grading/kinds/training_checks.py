"""The checks of a training configuration: what it reaches over the hidden seeds, and what it costs."""

import math
import statistics
from dataclasses import replace
from functools import partial

from engine.spec.layers import Linear
from exercises.grading.kinds.training_doctor import bends, diagnose
from exercises.grading.kinds.training_maps import draw_run
from exercises.grading.kinds.training_runs import Lab, round_against
from exercises.grading.planning import Outcome, PlannedCheck
from exercises.grading.report import Measured
from exercises.grading.spec_training import (
    GapCheck,
    HiddenLayersCheck,
    LayersCheck,
    MetricCheck,
    ParametersCheck,
    SolvesCheck,
    TrainingSpec,
)

PARTS = {"train": "the training data", "test": "new data", "moved": "the moved data"}


def plan_checks(spec: TrainingSpec, lab: Lab, parameters: int) -> list[PlannedCheck]:
    """Plan every check; nothing is trained before one of them runs."""
    planned = []
    for check in spec.checks:
        if isinstance(check, MetricCheck):
            run = partial(_check_metric, check, lab)
        elif isinstance(check, SolvesCheck):
            run = partial(_check_solves, check, lab)
        elif isinstance(check, GapCheck):
            run = partial(_check_gap, check, lab)
        elif isinstance(check, LayersCheck):
            run = partial(_check_layers, check, lab)
        elif isinstance(check, HiddenLayersCheck):
            run = partial(_check_hidden_layers, check, lab)
        else:
            run = partial(_check_parameters, check, parameters)
        planned.append(PlannedCheck(check.name, check.points, check.hidden, run))
    return planned


def _check_metric(check: MetricCheck, lab: Lab) -> Outcome:
    values = lab.over_seeds(check.metric, check.on)
    reached = lab.central(values)
    passed = reached >= check.limit if check.at_least is not None else reached <= check.limit
    sign = "at least" if check.at_least is not None else "at most"
    message = (
        f"{check.metric.capitalize()} on {PARTS[check.on]}: {_spread(lab, check.metric, values)}; "
        f"{sign} {check.limit:g} is needed."
    )
    credit, measured = _share(check, reached, passed), Measured(reached, check.limit)
    return _with_pictures(lab, Outcome(passed, message, credit=credit, measured=measured))


def _share(check: MetricCheck, reached: float, passed: bool) -> float | None:
    """Give a share of the points between `nothing_at` and the limit, in tenths: hidden scores are rounded."""
    if passed or check.nothing_at is None:
        return None
    part = (reached - check.nothing_at) / (check.limit - check.nothing_at)
    return round(min(0.9, max(0.0, part)), 1) if math.isfinite(part) else 0.0


def _check_solves(check: SolvesCheck, lab: Lab) -> Outcome:
    share = sum(lab.solved) / len(lab.solved)
    passed = share >= check.at_least
    losses = [slot.loss for slot, solved in zip(lab.cohort, lab.solved, strict=True) if not solved]
    stuck = [loss for loss in losses if math.isfinite(loss)]
    notes: tuple[str, ...] = ()
    if not passed and stuck and share > 0.1:
        notes = (
            f"The same configuration succeeds from some starts and not from others: those that fail stand "
            f"still at a loss of about {statistics.median(stuck):.2g}. More hidden units leave more ways.",
        )
    message = (
        f"{round(100 * share)} % of {len(lab.solved)} trainings get every example right; "
        f"{round(100 * check.at_least)} % are needed."
    )
    return _with_pictures(
        lab, Outcome(passed, message, notes=notes, measured=Measured(share, check.at_least))
    )


def _check_gap(check: GapCheck, lab: Lab) -> Outcome:
    train, test = (lab.central(lab.over_seeds("accuracy", part)) for part in ("train", "test"))
    message = (
        f"Accuracy {train:.2f} on the training data and {test:.2f} on new data: "
        f"{train - test:.2f} apart, at most {check.at_most:g} is allowed."
    )
    measured = Measured(train - test, check.at_most)
    return _with_pictures(lab, Outcome(train - test <= check.at_most, message, measured=measured))


def _check_parameters(check: ParametersCheck, parameters: int) -> Outcome:
    message = f"{parameters:,} parameters; at most {check.at_most:,} are allowed."
    return Outcome(parameters <= check.at_most, message)


def _check_layers(check: LayersCheck, lab: Lab) -> Outcome:
    count = sum(layer.type == check.layer for layer in lab.config.layers)
    layers = f"{count or 'no'} layer{'' if count == 1 else 's'}"
    message = f"The network has {layers} of type {check.layer}; at least {check.at_least} needed."
    return Outcome(count >= check.at_least, message)


def _check_hidden_layers(check: HiddenLayersCheck, lab: Lab) -> Outcome:
    """Count `linear` layers behind which something bends before the next; two without are one in truth."""
    count, open_layer = 0, False
    for layer in lab.config.layers:
        if isinstance(layer, Linear):
            open_layer = layer.units >= check.units
        elif open_layer and bends(layer.type):
            count, open_layer = count + 1, False
    passed = count >= check.at_least
    message = (
        f"The network has {count or 'no'} hidden layer{'' if count == 1 else 's'} of at least {check.units} "
        f"units with a bend behind; {check.at_least} are needed."
    )
    return Outcome(passed, message if passed else f"{message} Without a bend two layers are one.")


def _spread(lab: Lab, metric: str, values: list[float]) -> str:
    """Write the middle and the ends to two digits: more would tell too much of what is hidden."""
    ends = lab.central(values), min(values), max(values)
    middle, low, high = (_write(metric, value) for value in ends)
    if len(values) == 1:
        return middle
    return f"{lab.spec.score_by} {middle} of {len(values)} runs, from {low} to {high}"


def _write(metric: str, value: float) -> str:
    if not math.isfinite(value):
        return "no number"
    return f"{round_against(metric, value):{'.2f' if metric == 'accuracy' else '.2g'}}"


def _with_pictures(lab: Lab, outcome: Outcome) -> Outcome:
    """Add curves, a map of the first network, and what the doctor says."""
    runs = tuple(run.to_json(number) for number, run in enumerate(lab.runs, start=1))
    notes = outcome.notes or (() if outcome.passed else tuple(diagnose(lab)))
    return replace(outcome, notes=notes, runs=runs, maps=draw_run(lab))
