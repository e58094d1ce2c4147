"""Compare a student's trace of the perceptron learning rule with the rule itself."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from engine.history import LearningTrace, Perceptron, boolean_inputs, learn_perceptron
from engine.network import UnitTrace
from exercises.grading.kinds.networks import Given
from exercises.grading.planning import Outcome, PlannedCheck
from exercises.grading.report import CounterExample
from exercises.grading.spec_weights import LearningTraceCheck, Mistake
from exercises.grading.wording import name_inputs, write_number, write_point

TOLERANCE = 1e-9

State = tuple[float, ...]


def plan_learning_trace(check: LearningTraceCheck, networks: Mapping[str, Given]) -> list[PlannedCheck]:
    """Plan one check per update: network k must be the perceptron after the k-th update, from zero."""
    inputs = boolean_inputs(len(check.outputs).bit_length() - 1)
    trace = learn_perceptron(inputs.tolist(), check.outputs)
    given = [_state_of(networks[name]) for name in check.networks]
    planned = []
    for index, name in enumerate(check.networks):
        title = networks[name].spec.title
        run = partial(_check_update, check, trace, given, index)
        planned.append(PlannedCheck(title, check.points / len(check.networks), check.hidden, run))
    return planned


def _check_update(check: LearningTraceCheck, trace: LearningTrace, given: list[State], index: int) -> Outcome:
    """Compare the state after one update; a wrong one is shown the example that causes the update."""
    right = [_numbers(update.perceptron) for update in trace.updates]
    if _same(given[index], right[index]):
        return Outcome(True, "Right.")
    bias, *weights = (write_number(value) for value in given[index])
    message = f"b = {bias}, w = ({', '.join(weights)}) is not the state after update {index + 1}."
    first = next(place for place in range(index + 1) if not _same(given[place], right[place]))
    if first < index:
        return Outcome(False, f"{message} Update {first + 1} is wrong already; correct that one first.")
    before = trace.updates[index - 1].perceptron if index else trace.start
    notes = tuple(mistake.message for mistake in check.mistakes if _is_mistake(mistake, given, index))
    return Outcome(False, message, _next_example(trace, before, check.outputs, index), notes)


def _next_example(
    trace: LearningTrace, before: Perceptron, targets: tuple[int, ...], index: int
) -> CounterExample:
    """Show the example that is answered wrongly just before the update, which the rule then uses."""
    example = trace.updates[index].example
    x = boolean_inputs(len(before.weight))[example].tolist()
    unit = UnitTrace(
        f"y before update {index + 1}, at {write_point(x)}", before.sum(x), float(before.output(x))
    )
    return CounterExample(name_inputs(x), str(targets[example]), float(before.output(x)), (unit,))


def _is_mistake(mistake: Mistake, given: list[State], index: int) -> bool:
    """Tell whether the student's states follow a known mistake up to the first wrong one."""
    if len(mistake.states) <= index:
        return False
    return all(_same(given[place], mistake.states[place]) for place in range(index + 1))


def _state_of(given: Given) -> State:
    """Write a one-unit network as (b, w1, w2, ...)."""
    return (*given.parameter("bias").tolist(), *given.parameter("weight")[0].tolist())


def _numbers(perceptron: Perceptron) -> State:
    return (perceptron.bias, *perceptron.weight)


def _same(left: State, right: State) -> bool:
    """Compare two states number by number; NaN equals nothing."""
    return len(left) == len(right) and bool(np.all(np.abs(np.subtract(left, right)) <= TOLERANCE))
