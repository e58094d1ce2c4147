"""Grade a training configuration: read it, refuse what costs too much, train it on hidden seeds, test it."""

import json
from collections.abc import Sequence
from dataclasses import replace

from engine.cohort import stacks
from engine.estimate import Estimate, Limits, estimate
from engine.examples import fit
from engine.spec import TrainSpec, read_spec
from engine.spec.reading import canonical
from engine.strict_json import Problem, Refused
from exercises.grading.fields import FieldGroup, Fields
from exercises.grading.kinds import training_form
from exercises.grading.kinds.training_checks import plan_checks
from exercises.grading.kinds.training_runs import Lab, data_of
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, PlannedCheck, Watch
from exercises.grading.report import CounterExample, DecisionMap
from exercises.grading.spec_training import TOGETHER, LimitsSpec, SolvesCheck, TrainingSpec
from exercises.grading.wording import write_count


def parse(spec: TrainingSpec, raw: object) -> Answer:
    """Read {"config": {...}}, a configuration of the engine that fits the data and the limits."""
    reader = Reader()
    top = reader.read_object(raw, "", ["config"])
    reader.finish()
    given = top["config"]
    if isinstance(given, dict):
        given = {"loss": spec.loss, **given}
    try:
        config = read_spec(json.dumps(given).encode())
        problems = _problems(spec, config)
    except Refused as error:
        problems = list(error.problems)
    if problems:
        raise Refused([replace(problem, field=_path(problem.field)) for problem in problems])
    return {"config": json.loads(canonical(config))}


def plan(spec: TrainingSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan the checks; the first that runs trains."""
    config = _config(answer)
    return plan_checks(spec, Lab(spec, config, seed, watch), _estimate(spec, config).parameters)


def foresee(spec: TrainingSpec, answer: Answer) -> tuple[str, ...]:
    """Say what the training, which the instant check leaves out, will be and take."""
    config = _config(answer)
    cost = _estimate(spec, config)
    seconds = cost.seconds * spec.seeds + _seconds_together(spec, config, cost)
    time = f"about {seconds:.0f} s" if seconds >= 1.5 else "about a second"
    return (
        f"{write_count(cost.parameters, 'parameter')}, {write_count(cost.steps, 'step')} in each training. "
        f"Nothing is trained before you submit; that will take {time}.",
    )


def draw_maps(spec: TrainingSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: the network is gone, and its map is in the report."""
    return []


def form_groups(spec: TrainingSpec) -> list[FieldGroup]:
    """Describe the form: layers as lines of text, and the settings that most answers need."""
    return training_form.groups(spec)


def answer_from_fields(spec: TrainingSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that cannot be read."""
    return {"config": training_form.config_of(spec, fields)}


def fields_from_answer(spec: TrainingSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a configuration; what it has no field for is left to the pasted JSON."""
    return training_form.fields_of(_config(answer))


def start(spec: TrainingSpec) -> Answer | None:
    """Let the form begin with a network of the right shape that learns little."""
    return training_form.first_answer(spec)


def proof_seeds(spec: TrainingSpec) -> Sequence[int]:
    """Prove with one seed: `verify` with many is a measurement, not a gate."""
    return range(1)


def _config(answer: Answer) -> TrainSpec:
    return TrainSpec.model_validate_json(json.dumps(answer["config"]))


def _problems(spec: TrainingSpec, config: TrainSpec) -> list[Problem]:
    """List what the exercise does not allow, and what costs too much, with what would fit."""
    problems = []
    if config.loss != spec.loss:
        message = f"This exercise fixes the loss: {spec.loss}."
        problems.append(Problem("loss", config.loss, spec.loss, message))
    if config.epochs > spec.limits.epochs:
        limit = f"at most {spec.limits.epochs:,}"
        message = f"{config.epochs:,} epochs; this exercise allows {limit}."
        problems.append(Problem("epochs", str(config.epochs), limit, message))
    problems += _foreign_layers(spec.limits, config)
    if problems:
        return problems
    fit(config, data_of(spec.data).train())
    cost = _estimate(spec, config)
    return [*cost.problems, *_all_runs(spec, config, cost)]


def _foreign_layers(limits: LimitsSpec, config: TrainSpec) -> list[Problem]:
    allowed = ", ".join(limits.layers)
    return [
        Problem(
            f"layers[{number}].type",
            layer.type,
            f"one of {allowed}",
            f"“{layer.type}” may not be used here; allowed are {allowed}.",
        )
        for number, layer in enumerate(config.layers)
        if limits.layers and layer.type not in limits.layers
    ]


def _estimate(spec: TrainingSpec, config: TrainSpec) -> Estimate:
    limits = Limits(
        parameters=spec.limits.parameters,
        steps=spec.limits.steps,
        bytes=spec.limits.megabytes * 1024**2,
        seconds=spec.limits.seconds,
    )
    data = data_of(spec.data).train()
    return estimate(config, data.signal(), len(data), limits)


def _all_runs(spec: TrainingSpec, config: TrainSpec, cost: Estimate) -> list[Problem]:
    """Refuse what takes too long when it is trained as often as a check of type solves asks for."""
    many = _many(spec)
    seconds = _seconds_together(spec, config, cost)
    most = spec.limits.seconds * many / TOGETHER
    if seconds <= most or cost.problems:
        return []
    message = (
        f"{many} trainings of this would take about {seconds:.0f} s, at most {most:.0f} s are allowed. "
        f"Without batch_size, with at most 16 units a layer, they are trained together; or use fewer epochs."
    )
    return [Problem("epochs", f"{seconds:.0f} s", f"{most:.0f} s", message)]


def _seconds_together(spec: TrainingSpec, config: TrainSpec, cost: Estimate) -> float:
    """Estimate the trainings that a check of type solves asks for."""
    stacked = stacks(config, data_of(spec.data).train())
    return cost.seconds * (_many(spec) / TOGETHER if stacked else _many(spec))


def _many(spec: TrainingSpec) -> int:
    return sum(check.seeds for check in spec.checks if isinstance(check, SolvesCheck))


def _path(field: str) -> str:
    return f"config.{field}" if field and not field.startswith("[") else f"config{field}"


TRAINING: Kind[TrainingSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
    start=start,
    isolated=True,
    foresee=foresee,
    proof_seeds=proof_seeds,
)
