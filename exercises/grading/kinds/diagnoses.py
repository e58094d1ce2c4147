"""Recognise typical wrong networks and say what probably happened."""

import numpy as np

from exercises.grading.kinds.networks import Given, Labelled, table_of
from exercises.grading.spec_weights import NetworksSpec
from exercises.grading.wording import write_point

TIE = 1e-9


def diagnose(spec: NetworksSpec, given: Given, labelled: Labelled) -> tuple[str, ...]:
    """Explain a network that gets some of these inputs wrong: author's patterns, then general mistakes."""
    special = _pattern_notes(spec, given) + _forgotten_bias_notes(given, labelled)
    notes = (special or _general_notes(given, labelled)) + _twin_notes(given)
    title = f"{given.spec.title}: " if given.spec.name else ""
    return tuple(f"{title}{note}" for note in notes)


def find_tie(given: Given, labelled: Labelled) -> int | None:
    """Find an input on the border itself: |z| / |(w, b)| at most 1e-9. All-zero numbers tie everywhere.

    The ratio does not change when all numbers are multiplied by the same factor.
    """
    norm = float(np.hypot(np.linalg.norm(given.parameter("weight")), np.linalg.norm(given.parameter("bias"))))
    clear = np.abs(given.sums(labelled.inputs)) > TIE * norm
    return None if bool(np.all(clear)) else int(np.argmin(clear))


def _pattern_notes(spec: NetworksSpec, given: Given) -> list[str]:
    """Look the network's truth table up among the wrong functions the author knows."""
    count = 2**given.spec.inputs
    outputs = given.outputs(table_of((0,) * count).inputs)
    if bool(np.any(outputs == 0.5)):
        return []
    classes = tuple(int(output > 0.5) for output in outputs)
    return [p.message for p in spec.patterns if p.of == given.spec.name and p.outputs == classes]


def _general_notes(given: Given, labelled: Labelled) -> list[str]:
    """Spot outputs that are all opposite, all the same, or undecided."""
    outputs = given.outputs(labelled.inputs)
    if bool(np.all(outputs == 0.5)):
        return ["The output is exactly 0.5 for every input: with a sum of 0 the network cannot decide."]
    if not np.any(labelled.right(outputs)) and not np.any(outputs == 0.5):
        numbers = "all its numbers" if len(given.spec.layers) == 1 else "all numbers of the output unit"
        return [f"Every answer is the opposite of the right one: change the sign of {numbers}."]
    if bool(np.all(outputs > 0.5)) or bool(np.all(outputs < 0.5)):
        side = int(outputs[0] > 0.5)
        return [f"The network says {side} for every input: its border does not pass between them."]
    return []


def _twin_notes(given: Given) -> list[str]:
    """Find two units of the first hidden layer with the same numbers."""
    if len(given.spec.layers) < 2:
        return []
    rows = np.column_stack([given.parameter("weight"), given.parameter("bias")])
    for second in range(1, len(rows)):
        for first in range(second):
            if np.array_equal(rows[first], rows[second]):
                pair = f"h{first + 1} and h{second + 1}"
                return [
                    f"{pair} are twins: the same weights and bias, so together they do no more than one unit."
                ]
    return []


def _forgotten_bias_notes(given: Given, labelled: Labelled) -> list[str]:
    """Spot a step unit without bias whose sum at the origin is therefore 0, which fires."""
    if given.spec.layers[0].activation != "step" or bool(np.any(given.parameter("bias") != 0)):
        return []
    at_origin = ~np.any(labelled.inputs != 0, axis=1)
    if not bool(np.any(at_origin & (labelled.targets == 0))):
        return []
    origin = write_point(np.zeros(given.spec.inputs))
    return [f"Did you forget x0? With b = 0 the sum at {origin} is 0 whatever the weights are, and u(0) = 1."]
