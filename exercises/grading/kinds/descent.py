"""Grade settings of optimizers: let each descend the exercise's function, and look where it ends."""

from functools import partial

from engine.landscape import LANDSCAPES
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.kinds.descent_doctor import diagnose
from exercises.grading.kinds.descent_walks import try_goal
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch
from exercises.grading.report import CounterExample, DecisionMap, Measured
from exercises.grading.spec_descent import DescentSpec, Goal, Run
from exercises.grading.wording import write_number, write_point

LABELS = {
    "lr": "learning rate",
    "momentum": "momentum",
    "alpha": "α, of the average of squares",
    "beta1": "β1, of the average of slopes",
    "beta2": "β2, of the average of squares",
    "steps": "steps",
}
MOST_RATE = 1000


def parse(spec: DescentSpec, raw: object) -> Answer:
    """Read {"runs": {"adam": {"lr": 0.1}}} with exactly the runs and settings of the exercise."""
    reader = Reader()
    top = reader.read_object(raw, "", ["runs"])
    given = reader.read_object(top["runs"], "runs", [run.id for run in spec.runs]) if "runs" in top else {}
    runs = {run.id: _read_run(reader, spec, run, given[run.id]) for run in spec.runs if run.id in given}
    reader.finish()
    return {"runs": runs}


def plan(spec: DescentSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per goal, in the order of the file."""
    return [
        PlannedCheck(goal.name, goal.points, goal.hidden, partial(_judge, spec, goal, answer, seed))
        for goal in spec.goals
    ]


def draw_maps(spec: DescentSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: there is no network."""
    return []


def form_groups(spec: DescentSpec) -> list[FieldGroup]:
    """Give each run a group with a number for each setting; the first says what they descend."""
    title, start = LANDSCAPES[spec.function].title, write_point(spec.start)
    groups = []
    for number, run in enumerate(spec.runs):
        steps = f"at most {spec.steps:,}" if "steps" in run.asks else f"{spec.steps:,}"
        course = "" if number else f"On {title} from {start}, {steps} steps."
        note = f"{run.note} {course}".strip()
        fields = tuple(Field(_path(run, name), LABELS[name], "number") for name in run.asks)
        groups.append(FieldGroup(run.title, note, fields))
    return groups


def answer_from_fields(spec: DescentSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    runs = {
        run.id: {
            name: read_typed_number(reader, fields, _path(run, name), f"{run.title}, {LABELS[name]}")
            for name in run.asks
        }
        for run in spec.runs
    }
    reader.finish()
    return {"runs": runs}


def fields_from_answer(spec: DescentSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    runs = answer["runs"]
    return {_path(run, name): [show_number(runs[run.id][name])] for run in spec.runs for name in run.asks}


def _read_run(reader: Reader, spec: DescentSpec, run: Run, raw: object) -> dict[str, float]:
    """Read the settings of one run, each within its limits."""
    given = reader.read_object(raw, f"runs.{run.id}", run.asks)
    return {
        name: _read_setting(reader, spec, _path(run, name), name, given[name])
        for name in run.asks
        if name in given
    }


def _read_setting(reader: Reader, spec: DescentSpec, field: str, name: str, raw: object) -> float:
    value = reader.read_number(raw, field)
    if name == "steps":
        fits = type(value) is int and 1 <= value <= spec.steps
        limit = f"a whole number from 1 to {spec.steps:,}"
    elif name == "lr":
        fits, limit = 0 < value <= MOST_RATE, f"above 0 and at most {MOST_RATE:,}"
    else:
        fits, limit = 0 <= value < 1, "at least 0 and below 1"
    if not fits and value == raw:
        reader.refuse(field, raw, limit, f"{field} is {write_number(value)}; it must be {limit}.")
    return value


def _judge(spec: DescentSpec, goal: Goal, answer: Answer, seed: int) -> Outcome:
    trial = try_goal(spec, goal, answer["runs"][goal.run], seed)
    optimizers = {run.id: run.optimizer for run in spec.runs}
    notes = () if trial.passed else tuple(diagnose(trial, answer, optimizers))
    measured = Measured(trial.reached, goal.at_most)
    return Outcome(trial.passed, trial.sentence(), notes=notes, measured=measured)


def _path(run: Run, name: str) -> str:
    return f"runs.{run.id}.{name}"


DESCENT: Kind[DescentSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
)
