"""Grade questions with options: one right one each, or several."""

from functools import partial

from exercises.grading.fields import Field, FieldGroup, Fields
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer, Kind, Outcome, PlannedCheck, Watch, random_stream
from exercises.grading.report import CounterExample, DecisionMap
from exercises.grading.spec_choice import ChoiceSpec, Question
from exercises.grading.variants import EXAMPLE_SEED

SEVERAL = "Tick all that apply. A wrong tick takes away a part of what the right ones earn."


def parse(spec: ChoiceSpec, raw: object) -> Answer:
    """Read {"choice": "b"} or {"choices": ["a", "c"]}; with several questions {"choices": {id: ...}}."""
    reader = Reader()
    top_key = _top_key(spec)
    top = reader.read_object(raw, "", [top_key])
    picked: dict[str, object] = {}
    if top_key in top and len(spec.questions) == 1:
        picked[spec.questions[0].id] = _read_pick(reader, top[top_key], top_key, spec.questions[0])
    elif top_key in top:
        given = reader.read_object(top[top_key], top_key, [question.id for question in spec.questions])
        for question in spec.questions:
            if question.id in given:
                field = f"{top_key}.{question.id}"
                picked[question.id] = _read_pick(reader, given[question.id], field, question)
    reader.finish()
    return _wrap(spec, picked)


def plan(spec: ChoiceSpec, answer: Answer, seed: int, watch: Watch) -> list[PlannedCheck]:
    """Plan one check per question."""
    picked = _picked(spec, answer)
    return [
        PlannedCheck(
            question.title, question.points, question.hidden, partial(_judge, question, picked[question.id])
        )
        for question in spec.questions
    ]


def draw_maps(spec: ChoiceSpec, answer: Answer, counterexample: CounterExample | None) -> list[DecisionMap]:
    """Draw nothing: there is no network."""
    return []


def form_groups(spec: ChoiceSpec) -> list[FieldGroup]:
    """Give each question radio buttons, or checkboxes where several may be right."""
    groups = []
    for question in spec.questions:
        options = tuple((option.value, option.label) for option in question.options)
        path, note = _path(spec, question), SEVERAL if question.several else ""
        field = Field(path, question.question, "checkboxes" if question.several else "radio", options)
        groups.append(FieldGroup(question.title, note, (field,)))
    return groups


def answer_from_fields(spec: ChoiceSpec, fields: Fields) -> object:
    """Build the raw answer from the form; AnswerRefused names the questions without a pick."""
    reader = Reader()
    picked: dict[str, object] = {}
    for question in spec.questions:
        path = _path(spec, question)
        ticked = fields.get(path, [])
        if not ticked or (len(ticked) > 1 and not question.several):
            limit = "at least one option" if question.several else "one option"
            reader.refuse(path, None, limit, f"{question.title}: pick {limit}.")
            continue
        picked[question.id] = list(ticked) if question.several else ticked[0]
    reader.finish()
    return _wrap(spec, picked)


def fields_from_answer(spec: ChoiceSpec, answer: Answer) -> dict[str, list[str]]:
    """Fill the form with a canonical answer."""
    picked = _picked(spec, answer)
    return {_path(spec, question): list(picked[question.id]) for question in spec.questions}


def personalise(spec: ChoiceSpec, seed: int) -> ChoiceSpec:
    """Put the options of each question in an order of the person's own; 0 keeps that of the file."""
    if seed == EXAMPLE_SEED:
        return spec
    return spec.model_copy(
        update={"questions": tuple(_shuffled(question, seed) for question in spec.questions)}
    )


def _shuffled(question: Question, seed: int) -> Question:
    if not question.shuffle:
        return question
    order = random_stream(seed, f"options {question.id}").permutation(len(question.options))
    return question.model_copy(update={"options": tuple(question.options[index] for index in order)})


def _read_pick(reader: Reader, raw: object, field: str, question: Question) -> object:
    """Read the value of one option, or a list of values, sorted."""
    values = [option.value for option in question.options]
    if not question.several:
        return _read_option(reader, raw, field, question, values)
    items = reader.read_list(raw, field, len(values))
    picked: list[str] = []
    for index, item in enumerate(items):
        value = _read_option(reader, item, f"{field}[{index}]", question, values)
        if value and value in picked:
            message = f"{question.title}: “{value}” is named twice."
            reader.refuse(f"{field}[{index}]", value, "each option once", message)
        picked.append(value)
    if raw == []:
        reader.refuse(field, raw, "at least one option", f"{question.title}: pick at least one option.")
    return sorted(picked)


def _read_option(reader: Reader, raw: object, field: str, question: Question, values: list[str]) -> str:
    if isinstance(raw, str) and raw in values:
        return raw
    limit = f"one of {', '.join(sorted(values))}"
    reader.refuse(field, raw, limit, f"{question.title}: pick {limit}.")
    return ""


def _judge(question: Question, picked: tuple[str, ...]) -> Outcome:
    """Answer each wrong pick with its own message; wrong ticks take away what right ones earned."""
    rights = question.rights()
    wrong = [option for option in question.options if option.value in picked and option.value not in rights]
    hits = sum(value in rights for value in picked)
    if not wrong and hits == len(rights):
        return Outcome(True, "Right.")
    said = [f"Not “{option.label.rstrip('.')}”. {option.message}".strip() for option in wrong]
    if question.several and hits < len(rights):
        said.append("At least one right option is not ticked.")
    share = hits / len(rights) - len(wrong) / (len(question.options) - len(rights))
    return Outcome(False, " ".join(said), credit=max(0.0, share) if question.several else 0.0)


def _top_key(spec: ChoiceSpec) -> str:
    return "choice" if len(spec.questions) == 1 and not spec.questions[0].several else "choices"


def _path(spec: ChoiceSpec, question: Question) -> str:
    return _top_key(spec) if len(spec.questions) == 1 else f"choices.{question.id}"


def _wrap(spec: ChoiceSpec, picked: dict[str, object]) -> Answer:
    """Put picks into the form of an answer."""
    return {_top_key(spec): picked[spec.questions[0].id] if len(spec.questions) == 1 else picked}


def _picked(spec: ChoiceSpec, answer: Answer) -> dict[str, tuple[str, ...]]:
    """Take the picks of each question out of a canonical answer."""
    top = answer[_top_key(spec)]
    picks = {spec.questions[0].id: top} if len(spec.questions) == 1 else top
    return {name: (pick,) if isinstance(pick, str) else tuple(pick) for name, pick in picks.items()}


CHOICE: Kind[ChoiceSpec] = Kind(
    parse=parse,
    plan=plan,
    draw_maps=draw_maps,
    form_groups=form_groups,
    answer_from_fields=answer_from_fields,
    fields_from_answer=fields_from_answer,
    personalise=personalise,
)
