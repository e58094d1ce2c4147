"""Draw the decision maps of a `weights` answer."""

import numpy as np

from engine.tensor import Array
from exercises.grading.kinds.networks import Given, build_networks, labelled_inputs
from exercises.grading.picture import DARK, LIGHT, SIZE, draw_map, map_grid
from exercises.grading.planning import Answer
from exercises.grading.report import CounterExample, DecisionMap, MapPoint
from exercises.grading.spec_weights import NetworksSpec
from exercises.grading.wording import write_number

MOST_MAPS = 4


def draw_maps(spec: NetworksSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw y and the hidden units of each network with two inputs, four maps at most."""
    maps: list[DecisionMap] = []
    for name, given in build_networks(spec, answer).items():
        if given.spec.inputs != 2 or len(maps) >= MOST_MAPS:
            continue
        cross = None
        if counterexample and counterexample.network == name:
            cross = (counterexample.inputs["x1"], counterexample.inputs["x2"])
        maps += _maps_of(spec, given, cross)
    return maps[:MOST_MAPS]


def _maps_of(spec: NetworksSpec, given: Given, cross: tuple[float, float] | None) -> list[DecisionMap]:
    """Draw the units of one network, the output first."""
    labelled = labelled_inputs(spec, given.spec.name, visible_only=True)
    right = labelled.right(given.outputs(labelled.inputs)).tolist()
    places = labelled.inputs.tolist()
    points = tuple(
        MapPoint(x, y, target, is_right)
        for (x, y), target, is_right in zip(places, labelled.targets.tolist(), right, strict=True)
    )
    low, high = given.spec.map_range
    pixels = _unit_outputs(given, map_grid(low, high))
    at_points = _unit_outputs(given, labelled.inputs)
    activations = [layer.activation for layer in given.spec.layers for _ in range(layer.units)]
    drawn = []
    for index, unit in enumerate(given.network.unit_names()):
        shades = _shade(pixels[index], activations[index]).reshape(SIZE, SIZE)
        drawn.append(
            DecisionMap(
                title=_title(given, unit),
                alt=_describe(given, unit, shades, points),
                light=draw_map(shades, LIGHT),
                dark=draw_map(shades, DARK),
                x_range=(low, high),
                y_range=(low, high),
                points=points,
                cross=cross,
                columns=("x1", "x2", unit),
                rows=tuple((x, y, z) for (x, y), z in zip(places, at_points[index].tolist(), strict=True)),
            )
        )
    return [drawn[-1], *drawn[:-1]]


def _unit_outputs(given: Given, inputs: Array) -> Array:
    """Compute the output of every unit: inputs (batch, 2) -> (units, batch)"""
    return np.concatenate([layer.outputs for layer in given.network.values(inputs)], axis=1).T


def _shade(values: Array, activation: str) -> Array:
    """Bring outputs to [0, 1] with the border at 0.5: units that can be negative have their border at 0."""
    if activation in ("step", "sigmoid"):
        return values
    largest = 1.0 if activation == "tanh" else max(float(np.abs(values).max()), 1e-12)
    return 0.5 + 0.5 * values / largest


def _title(given: Given, unit: str) -> str:
    if given.spec.name:
        return given.spec.title
    return "Output y" if unit == "y" else f"Hidden unit {unit}"


def _describe(given: Given, unit: str, shades: Array, points: tuple[MapPoint, ...]) -> str:
    """Say in one sentence what the picture shows."""
    low, high = (write_number(value) for value in given.spec.map_range)
    share = round(100 * float((shades >= 0.5).mean()))
    sentence = f"{_title(given, unit)} for x1 and x2 from {low} to {high}: class 1 on {share} % of the square"
    if unit != "y" or not points:
        return f"{sentence}."
    right = sum(point.right for point in points)
    return f"{sentence}; {right} of {len(points)} labelled points are on the right side."
