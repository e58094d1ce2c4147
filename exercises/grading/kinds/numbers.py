"""Grade numbers computed step by step, with tolerances that the student is told."""

from functools import partial

from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.kinds.numbers_marking import Mark, State, mark
from exercises.grading.kinds.numbers_variant import own_traps, personalise, proof_seeds, variant_faults
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, GivenNumbers, Kind, Outcome, PlannedCheck, Watch
from exercises.grading.report import CounterExample, DecisionMap
from exercises.grading.spec_numbers import NumbersSpec, Quantity, Step
from exercises.grading.wording import write_number

OWN_NUMBERS = "Lines after a wrong one were compared with what follows from your own numbers."


def parse(spec: NumbersSpec, raw: object) -> Answer:
    """Read {"values": {name: number}} with exactly the names of the exercise."""
    reader = Reader()
    names = [quantity.name for quantity in spec.quantities()]
    top = reader.read_object(raw, "", ["values"])
    given = reader.read_object(top["values"], "values", names) if "values" in top else {}
    values = {name: reader.read_number(given[name], f"values.{name}") for name in names if name in given}
    reader.finish()
    return {"values": values}


def plan(spec: NumbersSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per quantity, in order."""
    values = answer["values"]
    marks = mark(spec, values)
    return [
        PlannedCheck(
            name=f"{quantity.label} ({spec.tolerance_words(quantity)})",
            weight=quantity.points,
            hidden=quantity.hidden,
            run=partial(_judge, spec, quantity, values[quantity.name], marks),
        )
        for quantity in spec.quantities()
    ]


def draw_maps(spec: NumbersSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: there is no network."""
    return []


def form_groups(spec: NumbersSpec) -> list[FieldGroup]:
    """Give each step a group with a number for each quantity, and say the tolerance."""
    return [
        FieldGroup(
            step.title,
            f"{step.note} {_tolerances(spec, step)}".strip(),
            tuple(Field(_path(quantity), _label(quantity), "number") for quantity in step.quantities),
        )
        for step in spec.steps
    ]


def answer_from_fields(spec: NumbersSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the fields that hold no number."""
    reader = Reader()
    values = {
        quantity.name: read_typed_number(reader, fields, _path(quantity), quantity.label)
        for quantity in spec.quantities()
    }
    reader.finish()
    return {"values": values}


def fields_from_answer(spec: NumbersSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    return {_path(q): [show_number(answer["values"][q.name])] for q in spec.quantities()}


def givens(spec: NumbersSpec) -> list[GivenNumbers]:
    """List the given numbers, table by table."""
    tables = []
    for table in spec.given:
        rows = []
        for given in table.numbers:
            values = given.value if isinstance(given.value, tuple) else (given.value,)
            shown = (show_number(value).replace("-", "\N{MINUS SIGN}") for value in values)
            rows.append((given.label, *shown))
        tables.append(GivenNumbers(table.title, table.columns, tuple(rows)))
    return tables


def _judge(spec: NumbersSpec, quantity: Quantity, value: float, marks: dict[str, Mark]) -> Outcome:
    """Turn a mark into points and a sentence."""
    own = marks[quantity.name]
    if own.state is State.RIGHT:
        return Outcome(True, "Right.")
    leaning = _list([_quantity(spec, name).label for name in own.leans_on])
    first = _first_wrong(spec, quantity, marks)
    if own.state is State.FOLLOWS:
        wrong = "itself is wrong" if own.leans_on == (first.name,) else "is the first wrong line"
        message = f"Right for your {leaning}; {first.label} {wrong}."
        return Outcome(spec.follow_through == 1, message, notes=(OWN_NUMBERS,), credit=spec.follow_through)
    message = f"{write_number(value)} is not right."
    if first == quantity:
        message += " It is the first wrong line."
    elif own.leans_on:
        message += f" It does not follow from your {leaning} either; {first.label} is the first wrong line."
    return Outcome(False, message, notes=own.mistakes)


def _first_wrong(spec: NumbersSpec, quantity: Quantity, marks: dict[str, Mark]) -> Quantity:
    """Find the first wrong line; a line that everybody may check hears nothing of hidden ones."""
    return next(
        other
        for other in spec.quantities()
        if marks[other.name].state is State.WRONG and (quantity.hidden or not other.hidden)
    )


def _quantity(spec: NumbersSpec, name: str) -> Quantity:
    return next(quantity for quantity in spec.quantities() if quantity.name == name)


def _tolerances(spec: NumbersSpec, step: Step) -> str:
    """Say what counts as right in one step."""
    words = {quantity.label: spec.tolerance_words(quantity) for quantity in step.quantities}
    if set(words.values()) == {"exact"}:
        return "Whole numbers, to be exact."
    if len(set(words.values())) == 1:
        return f"Right within {next(iter(words.values()))}."
    return f"Right within: {'; '.join(f'{label} {word}' for label, word in words.items())}."


def _label(quantity: Quantity) -> str:
    return f"{quantity.label} in {quantity.unit}" if quantity.unit else quantity.label


def _path(quantity: Quantity) -> str:
    return f"values.{quantity.name}"


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


NUMBERS: Kind[NumbersSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
    personalise=personalise,
    givens=givens,
    proof_seeds=proof_seeds,
    own_traps=own_traps,
    variant_faults=variant_faults,
)
