"""Grade the repair of a faulty network: by what it does, and by how many numbers were changed."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from exercises.grading.kinds import weights
from exercises.grading.kinds.networks import build_networks, labelled_inputs, tensors_of
from exercises.grading.kinds.weights_checks import NOT_YET
from exercises.grading.kinds.weights_checks import plan as plan_behaviour
from exercises.grading.kinds.weights_maps import draw_maps
from exercises.grading.parsing import AnswerRefused
from exercises.grading.planning import Answer, GivenNumbers, Kind, Outcome, PlannedCheck, Watch
from exercises.grading.spec_common import Trap
from exercises.grading.spec_repair import RepairSpec
from exercises.grading.variants import draw_index, seeds_of_each

STREAM = "variant fault"
UNTOUCHED = "You changed nothing: the network is as it was given."
MOST_NAMED = 6


def personalise(spec: RepairSpec, seed: int) -> RepairSpec:
    """Return the exercise with this seed's fault; the traps of the file belong to the first one."""
    if not spec.faults:
        return spec
    index = draw_index(seed, STREAM, len(spec.faults))
    fault = spec.faults[index]
    own = {"faulty": spec.with_fault(fault), "faults": (), "reference": fault.reference or spec.reference}
    return spec.model_copy(update=own if index == 0 else own | {"traps": ()})


def plan(spec: RepairSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan the checks of what the network does, and that of how much was changed."""
    planned = plan_behaviour(spec, answer, seed, watch)
    total = len(weights.fields_from_answer(spec, answer))
    name = f"At most {spec.changes.most} of {total} numbers changed"
    run = partial(_judge_changes, spec, answer)
    return [*planned, PlannedCheck(name, spec.changes.points, spec.changes.hidden, run)]


def start(spec: RepairSpec) -> Answer:
    """Return the faulty network, which the form holds at first."""
    return weights.parse(spec, {"weights": spec.given_weights()})


def givens(spec: RepairSpec) -> list[GivenNumbers]:
    """List the numbers of the faulty network, which the form forgets as they are changed."""
    numbers = weights.fields_from_answer(spec, start(spec))
    rows = tuple((label, _shown(numbers[name])) for name, label in _labels(spec).items())
    return [GivenNumbers("The network as given", ("number", "value"), rows)]


def proof_seeds(spec: RepairSpec) -> Sequence[int]:
    """Prove every fault."""
    return seeds_of_each(STREAM, len(spec.faults)) if spec.faults else range(3)


def own_traps(spec: RepairSpec) -> list[tuple[str, Trap]]:
    """Turn the untouched network into a trap: it must fail some check of what it does."""
    behaviour = sum(check.points for check in spec.checks)
    most = 99.99 * behaviour / (behaviour + spec.changes.points)
    return [
        ("faulty", Trap(name="Untouched", answer=start(spec), message=UNTOUCHED, max_score=most)),
    ]


def variant_faults(spec: RepairSpec, seed: int) -> list[str]:
    """Say whether the faulty network of this seed is no answer that could be sent."""
    try:
        start(personalise(spec, seed))
    except AnswerRefused as refusal:
        return [f"The faulty network is refused: {refusal}"]
    return []


def _judge_changes(spec: RepairSpec, answer: Answer) -> Outcome:
    """Count the numbers that differ from the faulty network, and name them."""
    before = weights.fields_from_answer(spec, start(spec))
    after = weights.fields_from_answer(spec, answer)
    changed = [
        f"{label} from {_shown(before[name])} to {_shown(after[name])}"
        for name, label in _labels(spec).items()
        if before[name] != after[name]
    ]
    if not changed:
        return Outcome(False, UNTOUCHED)
    more = [f"and {len(changed) - MOST_NAMED} more"] if len(changed) > MOST_NAMED else []
    count = "1 number" if len(changed) == 1 else f"{len(changed)} numbers"
    message = f"You changed {count}: {'; '.join([*changed[:MOST_NAMED], *more])}."
    if len(changed) > spec.changes.most:
        return Outcome(False, f"{message} At most {spec.changes.most} may change.")
    if not _is_right(spec, answer):
        return Outcome(False, f"{message} {NOT_YET}")
    return Outcome(True, message)


def _is_right(spec: RepairSpec, answer: Answer) -> bool:
    """Tell whether every network is right at the inputs that everybody may see."""
    for name, given in build_networks(spec, answer).items():
        labelled = labelled_inputs(spec, name, visible_only=True)
        if not np.all(labelled.right(given.outputs(labelled.inputs))):
            return False
    return True


def _labels(spec: RepairSpec) -> dict[str, str]:
    """Name every number of the form."""
    groups = weights.form_groups(spec)
    has_many = len(spec.networks) > 1
    return {
        field.name: f"{group.title}, {field.label}" if has_many else field.label
        for group in groups
        for field in group.fields
    }


def _shown(values: list[str]) -> str:
    return values[0].replace("-", "\N{MINUS SIGN}")


REPAIR: Kind[RepairSpec] = Kind(
    parse=weights.parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=weights.form_groups,
    answer_from_fields=weights.answer_from_fields,
    fields_from_answer=weights.fields_from_answer,
    tensors=tensors_of,
    personalise=personalise,
    givens=givens,
    start=start,
    proof_seeds=proof_seeds,
    own_traps=own_traps,
    variant_faults=variant_faults,
)
