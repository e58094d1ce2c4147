"""Grade how weights start: draw networks with them, and look what arrives of a signal and of a gradient."""

import statistics
from functools import lru_cache, partial
from typing import Any, get_args

from engine.signal import propagate
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.report import CounterExample, DecisionMap, Measured
from exercises.grading.spec_signal import Bend, Net, SignalSpec, Survival
from exercises.grading.wording import write_number

MOST_SPREAD = 5
NEAR_ONE = 0.1
BENDS: tuple[str, ...] = get_args(Bend)
LABELS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU, α = 0.1",
    "elu": "ELU, α = 1",
    "gelu": "GELU",
}


def parse(spec: SignalSpec, raw: object) -> Answer:
    """Read {"nets": {"own": {"activation": "tanh", "spread": 1.5}}}; activation only where it is asked."""
    reader = Reader()
    top = reader.read_object(raw, "", ["nets"])
    given = reader.read_object(top["nets"], "nets", [net.id for net in spec.nets]) if "nets" in top else {}
    nets = {net.id: _read_net(reader, net, given[net.id]) for net in spec.nets if net.id in given}
    reader.finish()
    return {"nets": nets}


def plan(spec: SignalSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per measure; visible ones draw the same networks for everybody, hidden ones new ones."""
    return [
        PlannedCheck(
            check.name,
            check.points,
            check.hidden,
            partial(_judge, spec.net_of(check), check, answer, seed if check.hidden else 0),
        )
        for check in spec.checks
    ]


def draw_maps(spec: SignalSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: the networks have no task."""
    return []


def form_groups(spec: SignalSpec) -> list[FieldGroup]:
    """Give each network a group: the activation where it is asked for, and the spread."""
    groups = []
    for net in spec.nets:
        bend = f"{LABELS[net.activation]}, " if net.activation else ""
        note = f"{bend}{net.layers} layers of {net.width} units. {net.note}".strip()
        fields = [Field(_path(net, "spread"), "spread s", "number")]
        if net.activation is None:
            choices = tuple((name, LABELS[name]) for name in BENDS)
            fields.insert(0, Field(_path(net, "activation"), "activation", "select", choices))
        groups.append(FieldGroup(net.title, note, tuple(fields)))
    return groups


def answer_from_fields(spec: SignalSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    nets: dict[str, dict[str, object]] = {}
    for net in spec.nets:
        name = _path(net, "spread")
        nets[net.id] = {"spread": read_typed_number(reader, fields, name, f"{net.title}, spread s")}
        if net.activation is None:
            typed = fields.get(_path(net, "activation"), [])
            nets[net.id]["activation"] = typed[0] if len(typed) == 1 else None
    reader.finish()
    return {"nets": nets}


def fields_from_answer(spec: SignalSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    fields = {}
    for net in spec.nets:
        given = answer["nets"][net.id]
        fields[_path(net, "spread")] = [show_number(given["spread"])]
        if net.activation is None:
            fields[_path(net, "activation")] = [given["activation"]]
    return fields


def _read_net(reader: Reader, net: Net, raw: object) -> dict[str, Any]:
    """Read what one network asks for, each within its limits."""
    asks = ["spread"] if net.activation else ["activation", "spread"]
    given = reader.read_object(raw, f"nets.{net.id}", asks)
    found: dict[str, Any] = {}
    if "activation" in asks and "activation" in given:
        path, limit = _path(net, "activation"), f"one of {', '.join(BENDS)}"
        found["activation"] = given["activation"]
        if given["activation"] not in BENDS:
            reader.refuse(path, given["activation"], limit, f"{path} must be {limit}.")
    if "spread" in given:
        path, limit = _path(net, "spread"), f"from 0 to {MOST_SPREAD}"
        found["spread"] = value = reader.read_number(given["spread"], path)
        if not 0 <= value <= MOST_SPREAD and value == given["spread"]:
            reader.refuse(path, value, limit, f"{path} is {write_number(value)}; it must be {limit}.")
    return found


def _judge(net: Net, check: Survival, answer: Answer, seed: int) -> Outcome:
    given = answer["nets"][net.id]
    bend, spread = net.activation or given["activation"], given["spread"]
    arrived, returned = _medians(net, bend, spread, check.networks, seed)
    if check.measure == "values":
        found = arrived
        what = f"The values of the last layer have {_write(found)} times the mean square of the first layer"
    else:
        found = returned
        what = f"The gradient has {_write(found)} times the size at the first layer that it has at the last"
    wanted = f"from {write_number(check.low)} to {write_number(check.high)} is needed"
    passed = check.low <= found <= check.high
    notes = () if passed else (f"{net.title}: {_diagnose(net, check, bend, spread, found)}",)
    return Outcome(
        passed,
        f"{what}, median of {check.networks} networks; {wanted}.",
        notes=notes,
        measured=Measured(found, check.low if found < 1 else check.high),
    )


@lru_cache(maxsize=64)
def _medians(net: Net, bend: str, spread: float, networks: int, seed: int) -> tuple[float, float]:
    """Return what arrives of the values and of the gradient; both checks of a net look at the same draws."""
    stream = random_stream(seed, net.id)
    sent = [propagate(bend, spread, net.layers, net.width, stream) for _ in range(networks)]
    return statistics.median(one.forward for one in sent), statistics.median(one.backward for one in sent)


def _diagnose(net: Net, check: Survival, bend: str, spread: float, found: float) -> str:
    """Say what becomes of the signal or the gradient layer by layer, and which way leads out."""
    each = _write(found ** (1 / (net.layers - 1)))
    if check.measure == "values" and found < check.low:
        why = (
            "ReLU sets half of the mean square to 0. "
            if bend == "relu" and abs(spread - 1) < NEAR_ONE
            else ""
        )
        return f"the signal fades, by the factor {each} in each layer. {why}A larger spread feeds it."
    if check.measure == "values":
        return f"the signal grows, by the factor {each} in each layer. Take a smaller spread."
    if found > check.high:
        return f"the gradient explodes, by the factor {each} in each layer. Take a smaller spread."
    if bend == "sigmoid":
        return (
            "the gradient vanishes though the values look healthy: a sigmoid answers about one half whatever "
            "it receives, and passes back at most a quarter. Take another activation."
        )
    return f"the gradient vanishes, by the factor {each} in each layer. A larger spread feeds it."


def _write(value: float) -> str:
    """Write a factor with two digits: 0.13, 3e-06."""
    return f"{value:.2g}"


def _path(net: Net, name: str) -> str:
    return f"nets.{net.id}.{name}"


SIGNAL: Kind[SignalSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
)
