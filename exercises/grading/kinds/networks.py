"""From the networks of an exercise file to networks that run, and the names of their parameters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.history import boolean_inputs
from engine.network import Network
from engine.tensor import Array
from exercises.grading.planning import Answer
from exercises.grading.report import CounterExample
from exercises.grading.spec_weights import NetworkSpec, NetworksSpec, PointsCheck, labelled_checks
from exercises.grading.wording import name_inputs


@dataclass(frozen=True)
class Parameter:
    """One tensor of an answer: its name there, its name in the engine, and its shape."""

    name: str
    engine_name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Given:
    """A network as specified together with the student's numbers for it."""

    spec: NetworkSpec
    network: Network

    def outputs(self, inputs: Array) -> Array:
        """Compute y for a batch: inputs (batch, features) -> (batch,)"""
        return self.network.forward(inputs)[:, 0]

    def sums(self, inputs: Array) -> Array:
        """Compute the weighted sum of the last unit: inputs (batch, features) -> (batch,)"""
        return self.network.values(inputs)[-1].sums[:, 0]

    def parameter(self, part: str) -> Array:
        """Return the weight or the bias of the first layer."""
        return self.network.state_dict()[f"0.{part}"]

    def counterexample(self, x: Array, expected: str) -> CounterExample:
        """Follow one input through the network."""
        units = tuple(self.network.trace(x.tolist()))
        return CounterExample(name_inputs(x), expected, units[-1].output, units, self.spec.name)

    def wanted(self, target: int) -> str:
        """Say what the output has to be for a class."""
        if self.spec.layers[-1].activation == "step":
            return str(target)
        return "above 0.5" if target == 1 else "below 0.5"


@dataclass(frozen=True)
class Labelled:
    """Inputs with their classes: inputs (count, features), targets (count,) of 0 and 1."""

    inputs: Array
    targets: npt.NDArray[np.int64]

    def right(self, outputs: Array) -> npt.NDArray[np.bool_]:
        """Tell which outputs lie on the right side of 0.5; exactly 0.5 and NaN are on no side."""
        return np.where(self.targets == 1, outputs > 0.5, outputs < 0.5)


def parameters_of(network: NetworkSpec) -> list[Parameter]:
    """List the parameters of a network in the order of its layers, weight before bias."""
    parameters = []
    inputs = network.inputs
    for index, layer in enumerate(network.layers):
        prefix = network.name or str(2 * index)
        parameters.append(Parameter(f"{prefix}.weight", f"{2 * index}.weight", (layer.units, inputs)))
        parameters.append(Parameter(f"{prefix}.bias", f"{2 * index}.bias", (layer.units,)))
        inputs = layer.units
    return parameters


def tensors_of(spec: NetworksSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter of an answer by its name there."""
    return {p.name: p.shape for network in spec.networks for p in parameters_of(network)}


def build_networks(spec: NetworksSpec, answer: Answer) -> dict[str, Given]:
    """Build every network of a canonical answer."""
    weights = answer["weights"]
    built = {}
    for network in spec.networks:
        state = {parameter.engine_name: weights[parameter.name] for parameter in parameters_of(network)}
        built[network.name] = Given(network, _build(network, state))
    return built


def _build(network: NetworkSpec, state: dict[str, npt.ArrayLike]) -> Network:
    """Build the engine's network of a specification."""
    sizes = [network.inputs, *(layer.units for layer in network.layers)]
    return Network(sizes, [layer.activation for layer in network.layers], state)


def table_of(outputs: tuple[int, ...]) -> Labelled:
    """Turn the outputs of a truth table into labelled inputs."""
    return Labelled(boolean_inputs(len(outputs).bit_length() - 1), np.array(outputs))


def points_of(check: PointsCheck) -> Labelled:
    """Turn the points of a check into labelled inputs."""
    return Labelled(
        np.array([point.x for point in check.data]), np.array([point.target for point in check.data])
    )


def labelled_inputs(spec: NetworksSpec, network: str, visible_only: bool = False) -> Labelled:
    """Gather all inputs whose class the exercise states for a network; there may be none."""
    checks = [check for check in labelled_checks(spec, network) if not (visible_only and check.hidden)]
    sets = [
        points_of(check) if isinstance(check, PointsCheck) else table_of(check.outputs) for check in checks
    ]
    none = Labelled(np.empty((0, spec.network(network).inputs)), np.empty(0, dtype=np.int64))
    inputs = np.concatenate([none.inputs, *(labelled.inputs for labelled in sets)])
    return Labelled(inputs, np.concatenate([none.targets, *(labelled.targets for labelled in sets)]))
