"""Exercise files of kind `weights`: the student gives the numbers of small networks."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from exercises.grading.spec_common import (
    Activation,
    Bit,
    CommonSpec,
    Items,
    Line,
    Name,
    Pattern,
    Scored,
    Strict,
    TruthTable,
    require_known,
    require_unique,
)

Point = Annotated[tuple[float, float], Field(strict=False)]


class LayerSpec(Strict):
    """A fully connected layer and its activation."""

    units: Annotated[int, Field(ge=1, le=16)]
    activation: Activation


class NetworkSpec(Strict):
    """A network to give numbers for.

    The only network of an exercise may stay without a name; its parameters are called 0.weight, 0.bias,
    2.weight, ... A network with a name has one layer; its parameters are called <name>.weight and .bias.
    """

    name: Annotated[str, Field(pattern=r"^([a-z][a-z0-9]*)?$", max_length=30)] = ""
    title: Line
    note: str = ""
    inputs: Annotated[int, Field(ge=1, le=4)] = 2
    layers: Annotated[Items[LayerSpec], Field(min_length=1, max_length=4)]
    map_range: Point = (-0.5, 1.5)

    @model_validator(mode="after")
    def _layers_are_sound(self) -> Self:
        if self.name and len(self.layers) > 1:
            raise ValueError("a network with a name has exactly one layer")
        if self.layers[-1].units != 1 or self.layers[-1].activation not in ("step", "sigmoid"):
            raise ValueError("the last layer must be one unit with step or sigmoid")
        if self.map_range[0] >= self.map_range[1]:
            raise ValueError("map_range must go from a smaller to a larger number")
        return self


class NetworkCheck(Scored):
    """A check of one network, by its name."""

    name: Line
    network: str = ""


class TruthTableCheck(TruthTable):
    """The network answers every row of a truth table on the right side of 0.5."""

    type: Literal["truth_table"]
    name: Line
    network: str = ""


class MarginCheck(NetworkCheck):
    """At every row of a truth table the output keeps a distance from 0.5."""

    type: Literal["margin"]
    outputs: Items[Bit]
    margin: Annotated[float, Field(gt=0, lt=0.5)]

    @model_validator(mode="after")
    def _table_is_sound(self) -> Self:
        if len(self.outputs) not in (2, 4, 8, 16):
            raise ValueError(f"outputs has {len(self.outputs)} rows; 1 to 4 inputs have 2, 4, 8 or 16")
        return self


class NeighbourhoodCheck(NetworkCheck):
    """Inputs near some points still get those points' class: box corners and random points inside."""

    type: Literal["neighbourhood"]
    hidden: Literal[True]
    centres: Annotated[Items[Point], Field(min_length=1)]
    target: Bit
    radius: Annotated[float, Field(gt=0, le=10)]
    random_points: Annotated[int, Field(ge=1, le=5000)] = 200


class LabelledPoint(Strict):
    """An input with its class."""

    x: Point
    target: Bit


class PointsCheck(NetworkCheck):
    """Every given point gets its class."""

    type: Literal["points"]
    data: Annotated[Items[LabelledPoint], Field(min_length=1, max_length=500)]


class Cloud(Strict):
    """A round normal distribution of points of one class."""

    centre: Point
    spread: Annotated[float, Field(gt=0, le=10)]
    target: Bit


class CloudsCheck(NetworkCheck):
    """New points of the clouds, drawn from the seed, get their class often enough."""

    type: Literal["clouds"]
    hidden: Literal[True]
    clouds: Annotated[Items[Cloud], Field(min_length=2, max_length=10)]
    count: Annotated[int, Field(ge=10, le=10_000)]
    accuracy: Annotated[float, Field(gt=0, le=1)]


class NoTieCheck(NetworkCheck):
    """The network is right without leaning on u(0) = 1."""

    type: Literal["no_tie"]


class Mistake(Strict):
    """States (b, w1, w2, ...) that a misread learning rule passes through, and what to say about it."""

    states: Items[Items[float]]
    message: Line


class LearningTraceCheck(Scored):
    """Network k is the perceptron after the k-th update of the learning rule; one check per network."""

    type: Literal["learning_trace"]
    name: Line
    networks: Annotated[Items[Name], Field(min_length=1)]
    outputs: Items[Bit]
    mistakes: Items[Mistake] = ()


Check = Annotated[
    TruthTableCheck
    | MarginCheck
    | NeighbourhoodCheck
    | PointsCheck
    | CloudsCheck
    | NoTieCheck
    | LearningTraceCheck,
    Field(discriminator="type"),
]


class NetworksSpec(CommonSpec):
    """Small networks with checks of what they do, whatever the answer says about them."""

    networks: Annotated[Items[NetworkSpec], Field(min_length=1)]
    checks: Annotated[Items[Check], Field(min_length=1)]
    patterns: Items[Pattern] = ()

    @model_validator(mode="after")
    def _names_are_sound(self) -> Self:
        names = [network.name for network in self.networks]
        require_unique("network names", names)
        if len(names) > 1 and "" in names:
            raise ValueError("with several networks each needs a name")
        require_unique("check names", [check.name for check in self.checks])
        for check in self.checks:
            for name in check.networks if isinstance(check, LearningTraceCheck) else (check.network,):
                require_known("network", name, names)
            self._require_fitting(check)
        for pattern in self.patterns:
            require_known("pattern of", pattern.of, names)
            if len(pattern.outputs) != 2 ** self.network(pattern.of).inputs:
                raise ValueError(f"a pattern of {pattern.of!r} needs one output per row of the truth table")
        return self

    def network(self, name: str) -> NetworkSpec:
        """Return the network of that name."""
        return next(network for network in self.networks if network.name == name)

    def _require_fitting(self, check: Check) -> None:
        """Raise ValueError if a check asks for other inputs than its network has, or for missing data."""
        if isinstance(check, LearningTraceCheck):
            sizes = {self.network(name).inputs for name in check.networks}
            if sizes != {len(check.outputs).bit_length() - 1}:
                raise ValueError(f"{check.name!r}: outputs do not fit the inputs of the networks")
            return
        inputs = self.network(check.network).inputs
        if isinstance(check, TruthTableCheck | MarginCheck) and len(check.outputs) != 2**inputs:
            raise ValueError(f"{check.name!r}: a network with {inputs} inputs has {2**inputs} rows")
        if isinstance(check, NeighbourhoodCheck | PointsCheck | CloudsCheck) and inputs != 2:
            raise ValueError(f"{check.name!r}: points need a network with 2 inputs")
        if isinstance(check, NoTieCheck) and not labelled_checks(self, check.network):
            raise ValueError(f"{check.name!r}: the network needs a truth_table or points check as well")


class Target(Strict):
    """A truth table that some people get as theirs, with its solution and its recognised wrong functions."""

    title: Line
    outputs: Items[Bit]
    reference: dict[str, Any]
    patterns: Items[Pattern] = ()


class TargetVariant(Strict):
    """Which network has another truth table from person to person; the first one is the example."""

    network: str = ""
    targets: Annotated[Items[Target], Field(min_length=2, max_length=16)]


class WeightsSpec(NetworksSpec):
    """An exercise whose answer is the parameters of its networks."""

    kind: Literal["weights"]
    variant: TargetVariant | None = None

    @model_validator(mode="after")
    def _targets_are_sound(self) -> Self:
        if self.variant is None:
            return self
        names = [network.name for network in self.networks]
        require_known("variant.network", self.variant.network, names)
        require_unique("titles of targets", [target.title for target in self.variant.targets])
        rows = 2 ** self.network(self.variant.network).inputs
        for target in self.variant.targets:
            if len(target.outputs) != rows or any(len(p.outputs) != rows for p in target.patterns):
                raise ValueError(f"target {target.title!r}: the network has {rows} rows")
            if any(pattern.of != self.variant.network for pattern in target.patterns):
                raise ValueError(f"target {target.title!r}: its patterns must be of the varied network")
        example = self.variant.targets[0].outputs
        for check in self.checks:
            if isinstance(check, LearningTraceCheck) or check.network != self.variant.network:
                continue
            if isinstance(check, PointsCheck | NeighbourhoodCheck | CloudsCheck):
                raise ValueError(f"{check.name!r}: its type does not fit a varied truth table")  # noqa: TRY004
            if not isinstance(check, NoTieCheck) and check.outputs != example:
                raise ValueError(f"{check.name!r}: outputs must be those of the first target")
        return self


def labelled_checks(spec: NetworksSpec, network: str) -> list[TruthTableCheck | PointsCheck]:
    """List the checks that give inputs of a network with their classes."""
    checks = [check for check in spec.checks if isinstance(check, TruthTableCheck | PointsCheck)]
    return [check for check in checks if check.network == network]
