"""The form of a training configuration: one layer a line, and a field for each common setting."""

import re
from typing import Any

from engine.spec import TrainSpec
from engine.spec.layers import LayerSpec
from exercises.grading.fields import Field, FieldGroup, Fields, read_typed_number, show_number
from exercises.grading.kinds.training_runs import data_of
from exercises.grading.parsing import Reader
from exercises.grading.planning import Answer
from exercises.grading.spec_training import SolvesCheck, TrainingSpec

LAYERS = "config.layers"
OPTIMIZER = "config.optimizer.type"
RATE = "config.optimizer.lr"
MOMENTUM = "config.optimizer.momentum"
DECAY = "config.optimizer.weight_decay"
EPOCHS = "config.epochs"
BATCH = "config.batch_size"
INIT = "config.init.type"
SPREAD = "config.init.std"
SHIFT = "config.random_shift"
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad")
INITS = ("torch", "he_normal", "he_uniform", "xavier_normal", "xavier_uniform", "normal")
FIRST_SETTING = {
    "linear": "units",
    "conv2d": "filters",
    "dropout": "p",
    "leaky_relu": "negative_slope",
    "elu": "alpha",
    "gaussian_noise": "std",
    "max_pool2d": "kernel_size",
    "avg_pool2d": "kernel_size",
    "embedding": "units",
    "rnn": "units",
    "lstm": "units",
    "gru": "units",
    "transformer_block": "heads",
    "select": "token",
    "patches": "size",
}
MOST_LINES = 40
LONGEST_LINE = 120
WORD = re.compile(r"[a-z0-9_]+")


def groups(spec: TrainingSpec) -> list[FieldGroup]:
    """List the groups; random shifts are offered for images only."""
    outputs = data_of(spec.data)
    last = f"linear {outputs.classes or outputs.target_shape[-1]}"
    allowed = f" Allowed: {', '.join(spec.limits.layers)}." if spec.limits.layers else ""
    note = f"One layer a line, such as “linear 16” and “relu”. The last must be “{last}”.{allowed}"
    training = [
        Field(EPOCHS, f"epochs, at most {spec.limits.epochs:,}", "number"),
        Field(BATCH, "batch size (empty: all examples)", "number"),
    ]
    if len(outputs.feature_shape) == 3:
        training.append(Field(SHIFT, "random shift, pixels (empty: 0)", "number"))
    return [
        FieldGroup("Network", note, (Field(LAYERS, "layers", "textarea"),)),
        FieldGroup(
            "Optimizer",
            "",
            (
                Field(OPTIMIZER, "optimizer", "select", _options(OPTIMIZERS)),
                Field(RATE, "learning rate", "number"),
                Field(MOMENTUM, "momentum, for sgd (empty: 0)", "number"),
                Field(DECAY, "weight decay (empty: 0; for adamw 0.01)", "number"),
            ),
        ),
        FieldGroup(
            "Training",
            f"The loss is {spec.loss}. {_how_often(spec)}",
            tuple(training),
        ),
        FieldGroup(
            "Start",
            "",
            (
                Field(INIT, "weights start as", "select", _options(INITS)),
                Field(SPREAD, "deviation, for normal", "number"),
            ),
        ),
    ]


def config_of(spec: TrainingSpec, fields: Fields) -> dict[str, Any]:
    """Read the fields; AnswerRefused names those that hold nothing usable."""
    reader = Reader()
    optimizer: dict[str, Any] = {
        "type": _pick(reader, fields, OPTIMIZER, OPTIMIZERS),
        "lr": read_typed_number(reader, fields, RATE, "Learning rate"),
    }
    for name, label in ((MOMENTUM, "Momentum"), (DECAY, "Weight decay")):
        if _typed(fields, name):
            optimizer[name.rpartition(".")[2]] = read_typed_number(reader, fields, name, label)
    config: dict[str, Any] = {
        "layers": _read_layers(reader, fields),
        "loss": spec.loss,
        "optimizer": optimizer,
        "epochs": read_typed_number(reader, fields, EPOCHS, "Epochs"),
    }
    for name, label in ((BATCH, "Batch size"), (SHIFT, "Random shift")):
        if _typed(fields, name):
            config[name.rpartition(".")[2]] = read_typed_number(reader, fields, name, label)
    config["init"] = {"type": _pick(reader, fields, INIT, INITS)}
    if config["init"]["type"] == "normal":
        config["init"]["std"] = read_typed_number(reader, fields, SPREAD, "Deviation")
    reader.finish()
    return config


def fields_of(config: TrainSpec) -> dict[str, list[str]]:
    """Write a configuration into the fields."""
    optimizer = config.optimizer.model_dump()
    init = config.init.model_dump()
    fields = {
        LAYERS: "\n".join(_line_of(layer) for layer in config.layers),
        OPTIMIZER: str(optimizer["type"]),
        RATE: show_number(optimizer["lr"]),
        MOMENTUM: _show(optimizer.get("momentum", 0)),
        DECAY: _show_decay(optimizer),
        EPOCHS: str(config.epochs),
        BATCH: _show(config.batch_size or 0),
        INIT: str(init["type"]) if init["type"] in INITS else INITS[0],
        SPREAD: _show(init.get("std", 0)),
        SHIFT: _show(config.random_shift),
    }
    return {name: [value] for name, value in fields.items()}


def _show_decay(optimizer: dict[str, Any]) -> str:
    """Leave the field empty for no decay, but for adamw, which decays when nothing is said."""
    decay = optimizer.get("weight_decay", 0)
    return show_number(decay) if optimizer["type"] == "adamw" else _show(decay)


def first_answer(spec: TrainingSpec) -> Answer:
    """Return the smallest configuration that fits: one layer, one epoch."""
    data = data_of(spec.data)
    outputs = data.classes or data.target_shape[-1]
    flat = [] if len(data.feature_shape) == 1 else [{"type": "flatten"}]
    return {
        "config": {
            "layers": [*flat, {"type": "linear", "units": outputs}],
            "loss": spec.loss,
            "optimizer": {"type": "sgd", "lr": 0.1},
            "epochs": 1,
        }
    }


def _how_often(spec: TrainingSpec) -> str:
    together = max((check.seeds for check in spec.checks if isinstance(check, SolvesCheck)), default=0)
    often = max(spec.seeds, together)
    if often == 1:
        return "Each answer is trained once, with a seed that you do not see."
    return f"Each answer is trained {often} times, with seeds that you do not see."


def _read_layers(reader: Reader, fields: Fields) -> list[dict[str, Any]]:
    """Read lines such as "linear 16" or "conv2d 8 kernel_size=3 padding=1"."""
    lines = [line.strip() for line in _typed(fields, LAYERS).splitlines() if line.strip()]
    if not lines or len(lines) > MOST_LINES:
        limit = f"1 to {MOST_LINES} lines"
        reader.refuse(LAYERS, f"{len(lines)} lines", limit, f"Layers: write {limit}, one layer each.")
        return []
    return [_read_line(reader, number, line) for number, line in enumerate(lines, start=1)]


def _read_line(reader: Reader, number: int, line: str) -> dict[str, Any]:
    kind, *settings = line[:LONGEST_LINE].lower().split()
    if not WORD.fullmatch(kind):
        message = f"Layers, line {number}: “{kind}” is no layer. Write it like “linear 16” or “relu”."
        reader.refuse(LAYERS, line, "a layer such as linear 16", message)
        return {}
    layer: dict[str, Any] = {"type": kind}
    for place, setting in enumerate(settings):
        name, equals, value = setting.partition("=")
        if not equals:
            name, value = FIRST_SETTING.get(kind, ""), setting
        if not WORD.fullmatch(name) or (not equals and place):
            message = (
                f"Layers, line {number}: “{setting}” is not understood. Write settings like kernel_size=3."
            )
            reader.refuse(LAYERS, line, "settings like kernel_size=3", message)
            return {}
        layer[name] = _value(value)
    return layer


def _value(text: str) -> object:
    """Read a number, true or false; anything else stays text, which the engine then refuses by name."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _line_of(layer: LayerSpec) -> str:
    """Write a layer as a line, without what is at its default."""
    settings = layer.model_dump(exclude_defaults=True, exclude={"type", "init"})
    first = FIRST_SETTING.get(layer.type)
    words: list[str] = [layer.type]
    if first is not None:
        words.append(_word(getattr(layer, first)))
    return " ".join(
        [*words, *(f"{name}={_word(value)}" for name, value in settings.items() if name != first)]
    )


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pick(reader: Reader, fields: Fields, name: str, options: tuple[str, ...]) -> str:
    picked = _typed(fields, name) or options[0]
    if picked not in options:
        limit = f"one of {', '.join(options)}"
        reader.refuse(name, picked, limit, f"Pick {limit}.")
    return picked


def _typed(fields: Fields, name: str) -> str:
    return "".join(fields.get(name, [])[:1]).strip()


def _show(number: float) -> str:
    return show_number(number) if number else ""


def _options(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)
