"""Grade the weights and biases of small networks, given with PyTorch's names and layout."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.kinds.networks import parameters_of, tensors_of
from exercises.grading.kinds.weights_checks import plan
from exercises.grading.kinds.weights_maps import draw_maps
from exercises.grading.kinds.weights_variant import givens, personalise, proof_seeds
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind
from exercises.grading.spec_weights import NetworkSpec, NetworksSpec, WeightsSpec


def parse(spec: NetworksSpec, raw: object) -> Answer:
    """Read {"weights": {name: nested list}} with exactly the parameters of the exercise's networks."""
    reader = Reader()
    top = reader.read_object(raw, "", ["weights"])
    weights: dict[str, object] = {}
    if "weights" in top:
        parameters = [parameter for network in spec.networks for parameter in parameters_of(network)]
        given = reader.read_object(top["weights"], "weights", [parameter.name for parameter in parameters])
        for parameter in parameters:
            if parameter.name in given:
                field = f"weights.{parameter.name}"
                weights[parameter.name] = reader.read_numbers(given[parameter.name], field, parameter.shape)
    reader.finish()
    return {"weights": weights}


def form_groups(spec: NetworksSpec) -> list[FieldGroup]:
    """Give each unit a group with its weights and its bias."""
    return [group for network in spec.networks for group in _groups_of(network)]


def answer_from_fields(spec: NetworksSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    typed = {
        field.name: read_typed_number(reader, fields, field.name, f"{group.title}, {field.label}")
        for group in form_groups(spec)
        for field in group.fields
    }
    reader.finish()
    parameters = [parameter for network in spec.networks for parameter in parameters_of(network)]
    return {"weights": {p.name: _nest(typed, f"weights.{p.name}", p.shape) for p in parameters}}


def fields_from_answer(spec: NetworksSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    fields = {}
    for network in spec.networks:
        for parameter in parameters_of(network):
            values = answer["weights"][parameter.name]
            for place in product(*(range(size) for size in parameter.shape)):
                name = f"weights.{parameter.name}{_brackets(place)}"
                fields[name] = [show_number(_pick(values, place))]
    return fields


def _groups_of(network: NetworkSpec) -> Iterator[FieldGroup]:
    """List the units of a network in reading order: h1, h2, ..., y."""
    parameters = parameters_of(network)
    sources = [f"x{number}" for number in range(1, network.inputs + 1)]
    hidden = 0
    for index, layer in enumerate(network.layers):
        weight, bias = parameters[2 * index], parameters[2 * index + 1]
        is_last = index == len(network.layers) - 1
        units = ["y"] if is_last else [f"h{hidden + number}" for number in range(1, layer.units + 1)]
        for row, unit in enumerate(units):
            names = [f"weights.{weight.name}[{row}][{column}]" for column in range(len(sources))]
            labels = [f"{source} → {unit}" for source in sources]
            last_label = f"bias of {unit}"
            if len(network.layers) == 1:
                labels = [f"weight w{number} of {source}" for number, source in enumerate(sources, start=1)]
                last_label = "bias b"
            numbers = [Field(name, label, "number") for name, label in zip(names, labels, strict=True)]
            numbers.append(Field(f"weights.{bias.name}[{row}]", last_label, "number"))
            yield FieldGroup(_group_title(network, unit), network.note if is_last else "", tuple(numbers))
        sources = units
        hidden += layer.units


def _group_title(network: NetworkSpec, unit: str) -> str:
    if len(network.layers) == 1:
        return network.title
    return "Output y" if unit == "y" else f"Hidden unit {unit}"


def _nest(typed: dict[str, int | float], prefix: str, shape: tuple[int, ...]) -> object:
    """Gather the numbers of one parameter into nested lists."""
    if not shape:
        return typed[prefix]
    return [_nest(typed, f"{prefix}[{index}]", shape[1:]) for index in range(shape[0])]


def _brackets(place: tuple[int, ...]) -> str:
    return "".join(f"[{index}]" for index in place)


def _pick(values: Any, place: tuple[int, ...]) -> float:
    """Follow indexes into nested lists."""
    for index in place:
        values = values[index]
    return float(values)


WEIGHTS: Kind[WeightsSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
    tensors=tensors_of,
    personalise=personalise,
    givens=givens,
    proof_seeds=proof_seeds,
)
