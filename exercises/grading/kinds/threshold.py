"""Grade McCulloch-Pitts gates: a threshold and a set of inhibitory inputs for each, and choices."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from engine.history import MPNeuron, boolean_inputs
from engine.network import UnitTrace
from engine.tensor import Array
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.report import CounterExample, DecisionMap
from exercises.grading.spec_threshold import Choice, Gate, ThresholdSpec
from exercises.grading.wording import name_inputs, write_number, write_point


def parse(spec: ThresholdSpec, raw: object) -> Answer:
    """Read {"gates": {...}, "choices": {...}}; a lone gate may also come bare."""
    reader = Reader()
    if len(spec.gates) == 1 and not spec.choices and isinstance(raw, dict) and "gates" not in raw:
        answer: Answer = {"gates": {spec.gates[0].id: _read_gate(reader, raw, "", spec.gates[0])}}
        reader.finish()
        return answer
    parts = ["gates", "choices"] if spec.choices else ["gates"]
    top = reader.read_object(raw, "", parts)
    answer = {}
    if "gates" in top:
        gates = reader.read_object(top["gates"], "gates", [gate.id for gate in spec.gates])
        answer["gates"] = {
            gate.id: _read_gate(reader, gates[gate.id], f"gates.{gate.id}", gate)
            for gate in spec.gates
            if gate.id in gates
        }
    if "choices" in top:
        choices = reader.read_object(top["choices"], "choices", [choice.id for choice in spec.choices])
        answer["choices"] = {
            choice.id: _read_choice(reader, choices[choice.id], choice)
            for choice in spec.choices
            if choice.id in choices
        }
    reader.finish()
    return answer


def plan(spec: ThresholdSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per gate (or per row) and per choice, in the order of the file."""
    planned: list[PlannedCheck] = []
    for gate in spec.gates:
        given = answer["gates"][gate.id]
        neuron = MPNeuron(given["threshold"], frozenset(given["inhibitory"]))
        if gate.each_row:
            planned += _plan_rows(spec, gate, neuron)
        else:
            run = partial(_check_rows, spec, gate, neuron, range(len(gate.outputs)), seed)
            planned.append(PlannedCheck(gate.title, gate.points, gate.hidden, run))
    for choice in spec.choices:
        check = partial(_check_choice, choice, answer["choices"][choice.id])
        planned.append(PlannedCheck(choice.title, choice.points, choice.hidden, check))
    return planned


def draw_maps(
    spec: ThresholdSpec, answer: Answer, counterexample: CounterExample | None
) -> list[DecisionMap]:
    """Draw nothing: the inputs of these neurons are only 0 and 1."""
    return []


def form_groups(spec: ThresholdSpec) -> list[FieldGroup]:
    """Give each gate a number and checkboxes, and each choice radio buttons."""
    groups = []
    for gate in spec.gates:
        inputs = tuple((str(number), f"x{number}") for number in range(1, gate.inputs + 1))
        threshold = Field(f"gates.{gate.id}.threshold", "threshold θ", "number")
        inhibitory = Field(f"gates.{gate.id}.inhibitory", "inhibitory inputs", "checkboxes", inputs)
        groups.append(FieldGroup(gate.title, gate.note, (threshold, inhibitory)))
    for choice in spec.choices:
        options = tuple((option.value, option.label) for option in choice.options)
        field = Field(f"choices.{choice.id}", choice.question, "radio", options)
        groups.append(FieldGroup(choice.title, "", (field,)))
    return groups


def answer_from_fields(spec: ThresholdSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names what was not filled in."""
    reader = Reader()
    gates = {}
    for gate in spec.gates:
        name = f"gates.{gate.id}"
        threshold = read_typed_number(reader, fields, f"{name}.threshold", f"{gate.title}, threshold θ")
        ticked = fields.get(f"{name}.inhibitory", [])
        numbers = [str(number) for number in range(1, gate.inputs + 1)]
        for value in ticked:
            if value not in numbers:
                message = f"{gate.title} has no input “{value[:20]}”."
                reader.refuse(f"{name}.inhibitory", value, f"inputs 1 to {gate.inputs}", message)
        inhibitory = [int(value) for value in ticked if value in numbers]
        gates[gate.id] = {"threshold": threshold, "inhibitory": inhibitory}
    choices = {}
    for choice in spec.choices:
        name = f"choices.{choice.id}"
        picked = fields.get(name, [])
        if len(picked) != 1:
            reader.refuse(name, None, "one option", f"{choice.title}: pick one option.")
        choices[choice.id] = picked[0] if picked else ""
    reader.finish()
    return {"gates": gates, "choices": choices} if choices else {"gates": gates}


def fields_from_answer(spec: ThresholdSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    fields: dict[str, list[str]] = {}
    for gate in spec.gates:
        given = answer["gates"][gate.id]
        fields[f"gates.{gate.id}.threshold"] = [show_number(given["threshold"])]
        fields[f"gates.{gate.id}.inhibitory"] = [str(number) for number in given["inhibitory"]]
    for choice in spec.choices:
        fields[f"choices.{choice.id}"] = [answer["choices"][choice.id]]
    return fields


def _read_gate(reader: Reader, raw: object, field: str, gate: Gate) -> dict[str, object]:
    """Read one {"threshold": number, "inhibitory": [input numbers]}."""
    prefix = f"{field}." if field else ""
    given = reader.read_object(raw, field, ["threshold", "inhibitory"])
    threshold = reader.read_number(given["threshold"], f"{prefix}threshold") if "threshold" in given else 0
    items = (
        reader.read_list(given["inhibitory"], f"{prefix}inhibitory", gate.inputs)
        if "inhibitory" in given
        else []
    )
    numbers: list[int] = []
    for index, item in enumerate(items):
        name, limit = f"{prefix}inhibitory[{index}]", f"a whole number from 1 to {gate.inputs}"
        if type(item) is not int or not 1 <= item <= gate.inputs:
            reader.refuse(name, item, limit, f"{name} must be {limit}; inputs are counted from 1.")
        elif item in numbers:
            reader.refuse(name, item, "each input once", f"{name} names input {item} a second time.")
        else:
            numbers.append(item)
    return {"threshold": threshold, "inhibitory": sorted(numbers)}


def _read_choice(reader: Reader, raw: object, choice: Choice) -> str:
    """Read the value of one option."""
    values = [option.value for option in choice.options]
    if not isinstance(raw, str) or raw not in values:
        limit = f"one of {', '.join(values)}"
        reader.refuse(f"choices.{choice.id}", raw, limit, f"{choice.title}: pick {limit}.")
        return ""
    return raw


def _plan_rows(spec: ThresholdSpec, gate: Gate, neuron: MPNeuron) -> list[PlannedCheck]:
    """Plan one check for each row of a visible gate."""
    planned = []
    for row, (x, target) in enumerate(zip(boolean_inputs(gate.inputs), gate.outputs, strict=True)):
        run = partial(_check_rows, spec, gate, neuron, [row], 0)
        name = f"{gate.title}: {write_point(x)} answers {target}"
        planned.append(PlannedCheck(name, gate.points / len(gate.outputs), False, run))
    return planned


def _check_rows(spec: ThresholdSpec, gate: Gate, neuron: MPNeuron, rows: Sequence[int], seed: int) -> Outcome:
    """Compare some rows of the neuron's truth table with the gate's."""
    inputs = boolean_inputs(gate.inputs)
    got = neuron.outputs(inputs)
    wrong = [row for row in rows if got[row] != gate.outputs[row]]
    if not wrong:
        return Outcome(True, "Right." if len(rows) == 1 else f"All {len(rows)} rows are right.")
    shown = wrong[0]
    message = "At least one row of the truth table is wrong."
    if gate.hidden:
        shown = int(random_stream(seed, gate.title).choice(wrong))
    else:
        wanted = gate.outputs[shown]
        message = (
            f"For {write_point(inputs[shown])} your neuron answers {int(got[shown])}, and {wanted} is wanted."
        )
    counterexample = CounterExample(
        inputs=name_inputs(inputs[shown]),
        expected=str(gate.outputs[shown]),
        got=float(got[shown]),
        units=_truth_table(neuron, inputs, got),
        network=gate.id,
    )
    return Outcome(False, message, counterexample, tuple(_diagnose(spec, gate, neuron, got)))


def _truth_table(neuron: MPNeuron, inputs: Array, got: Array) -> tuple[UnitTrace, ...]:
    """Show the student's neuron on every row; a veto is named, since the sum does not show it."""
    rows = zip(inputs, neuron.sums(inputs).tolist(), got.tolist(), neuron.vetoed(inputs), strict=True)
    return tuple(
        UnitTrace(f"{write_point(x)} veto" if vetoed else write_point(x), total, output)
        for x, total, output, vetoed in rows
    )


def _diagnose(spec: ThresholdSpec, gate: Gate, neuron: MPNeuron, got: Array) -> list[str]:
    """Recognise a wrong gate: the author's patterns first, then what is typical of every gate."""
    outputs = tuple(int(output) for output in got)
    notes = [f"{gate.title}: {p.message}" for p in spec.patterns if p.of == gate.id and p.outputs == outputs]
    threshold = write_number(neuron.threshold)
    excitatory = gate.inputs - len(neuron.inhibitory)
    if gate.outputs[0] == 1 and outputs[0] == 0:
        notes.append(f"{gate.title}: with all inputs 0 the sum is 0. Is 0 ≥ θ = {threshold}?")
    elif neuron.threshold > excitatory:
        reach = f"its excitatory inputs add up to {excitatory} at most"
        notes.append(f"{gate.title}: your neuron never fires, because {reach} and θ is {threshold}.")
    elif bool(np.all(got == 1)):
        notes.append(
            f"{gate.title}: your neuron always fires, because θ = {threshold} is reached by a sum of 0."
        )
    return notes


def _check_choice(choice: Choice, picked: str) -> Outcome:
    """Compare the picked option with the right one; the option's own message explains a wrong pick."""
    if picked == choice.right:
        return Outcome(True, "Right.")
    option = next(option for option in choice.options if option.value == picked)
    return Outcome(False, f"Not {option.label}. {option.message}".strip())


THRESHOLD: Kind[ThresholdSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
)
