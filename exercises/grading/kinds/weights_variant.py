"""A person's own truth table, one of those that the file lists."""

from collections.abc import Sequence

from engine.history import boolean_inputs
from exercises.grading.planning import GivenNumbers
from exercises.grading.spec_weights import Check, MarginCheck, Target, TruthTableCheck, WeightsSpec
from exercises.grading.variants import draw_index, seeds_of_each
from exercises.grading.wording import write_number

STREAM = "variant target"


def personalise(spec: WeightsSpec, seed: int) -> WeightsSpec:
    """Return the exercise with this seed's truth table; the traps of the file belong to the first one."""
    if spec.variant is None:
        return spec
    index = draw_index(seed, STREAM, len(spec.variant.targets))
    target, network = spec.variant.targets[index], spec.variant.network
    own = spec.model_copy(update={"variant": spec.variant.model_copy(update={"targets": (target,)})})
    if index == 0:
        return own
    others = tuple(pattern for pattern in spec.patterns if pattern.of != network)
    return own.model_copy(
        update={
            "checks": tuple(_retargeted(check, network, target) for check in spec.checks),
            "patterns": (*target.patterns, *others),
            "reference": target.reference,
            "traps": (),
        }
    )


def givens(spec: WeightsSpec) -> list[GivenNumbers]:
    """Show the truth table that is wanted, if it is a person's own."""
    if spec.variant is None:
        return []
    target = spec.variant.targets[0]
    inputs = boolean_inputs(spec.network(spec.variant.network).inputs)
    columns = (*(f"x{number + 1}" for number in range(inputs.shape[1])), "wanted y")
    rows = tuple(
        (*map(write_number, row), str(output))
        for row, output in zip(inputs.tolist(), target.outputs, strict=True)
    )
    return [GivenNumbers(f"Your function: {target.title}", columns, rows)]


def proof_seeds(spec: WeightsSpec) -> Sequence[int]:
    """Prove every truth table."""
    return seeds_of_each(STREAM, len(spec.variant.targets)) if spec.variant else range(3)


def _retargeted(check: Check, network: str, target: Target) -> Check:
    """Give a check of the varied network the outputs of a target."""
    if isinstance(check, TruthTableCheck | MarginCheck) and check.network == network:
        return check.model_copy(update={"outputs": target.outputs})
    return check
