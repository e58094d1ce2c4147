"""The command line: train, predict, estimate, fingerprint, bench. JSON on stdout, one clear line on bad
input.
"""

import argparse
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np

from engine import __version__
from engine.build import build
from engine.data import Dataset, load, names
from engine.estimate import Limits, estimate
from engine.evaluation import mean_loss, predict
from engine.examples import Examples, fit
from engine.fingerprint import fingerprint
from engine.metrics import accuracy
from engine.module import Module
from engine.progress import OverBudget, StepInfo
from engine.rng import Streams
from engine.spec import TrainSpec, read_spec
from engine.strict_json import MAX_BYTES, Refused, shorten
from engine.train import train
from engine.weights import FORMATS
from engine.weights import MAX_BYTES as MAX_WEIGHTS
from engine.weights import load as load_weights
from engine.weights import save as save_weights

BAR = 30
LONGEST_MESSAGE = 1000
JSON_NUMBER = 5
"""Bytes of a weight in JSON, at the least: `0.0, `; most take about twenty."""
CANCELLED = 130  # what a shell reports after SIGINT, and below after SIGPIPE; Windows has no SIGPIPE to ask
BROKEN_PIPE = 141
EXAMPLES = """examples:
  python -m engine train config.json --data digits --seed 0 --out model.safetensors
  python -m engine predict config.json --weights model.safetensors --data digits
  python -m engine estimate config.json --data 'digits:shift=1'
  python -m engine fingerprint

config.json, for instance:
  {"layers": [{"type": "linear", "units": 128}, {"type": "relu"}, {"type": "linear", "units": 10}],
   "loss": "cross_entropy", "optimizer": {"type": "adam", "lr": 0.001}, "epochs": 20, "batch_size": 32}
"""


class BadInput(Exception):
    """What was typed or read cannot be used; the message is one line."""


class Mistyped(Exception):
    """The arguments are not those of `command`."""

    def __init__(self, command: str, message: str) -> None:
        super().__init__(message)
        self.command = command


class Parser(argparse.ArgumentParser):
    """A parser that raises Mistyped where argparse would print its usage over several lines and exit."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong."""
        raise Mistyped(self.prog, message)


def main(arguments: Sequence[str], stdout: TextIO | None = None, stderr: TextIO | None = None) -> int:
    """Run one command and return its exit status: 0; 2 after one line on stderr that says what is wrong; 130
    after Ctrl-C; 141 when nobody reads stdout any more.
    """
    stdout = stdout or sys.stdout
    stderr = stderr or sys.stderr or io.StringIO()  # there is none where the caller has closed it
    try:
        options = _parser().parse_args(arguments)
    except Mistyped as error:
        print(f"{error.command}: {_one_line(error)}; {error.command} --help tells more", file=stderr)
        return 2
    try:
        result = COMMANDS[options.command](options, stderr)
        _print(json.dumps(result, allow_nan=False), stdout)
    except KeyboardInterrupt:
        print(f"engine {options.command}: cancelled", file=stderr)
        return CANCELLED
    except BrokenPipeError:
        return BROKEN_PIPE
    except (BadInput, Refused, ValueError, OSError, OverflowError, MemoryError) as error:
        print(f"engine {options.command}: {_one_line(error) or 'not enough memory'}", file=stderr)
        return 2
    return _status(result)


def _print(text: str, stdout: TextIO) -> None:
    """Print and flush here, where a failure can be told; Python would try again, and complain, at its end."""
    try:
        print(text, file=stdout, flush=True)
    except OSError:
        if stdout is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        raise


def _status(result: dict[str, Any]) -> int:
    """Tell a script that the training was cut short, or that what it asked to have saved was not."""
    if result.get("outcome") == "cancelled":
        return CANCELLED
    return 2 if "out" in result and result["out"] is None else 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m engine",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in PURPOSES.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        if name in ("train", "predict", "estimate"):
            command.add_argument("config", type=Path, help="the configuration, a JSON file")
            command.add_argument(
                "--data", required=True, help=f"one of {', '.join(names())}; NAME:option=value,..."
            )
            command.add_argument("--seed", type=int, default=0, help="of everything random (0)")
        if name == "train":
            command.add_argument(
                "--out", type=Path, help="where to save the weights: .safetensors, .npz or .json"
            )
            command.add_argument(
                "--no-limits", action="store_true", help="train even what is over the limits"
            )
        if name == "predict":
            command.add_argument("--weights", type=Path, required=True, help=".safetensors, .npz or .json")
    return parser


def _train(options: argparse.Namespace, stderr: TextIO) -> dict[str, Any]:
    spec = _spec(options.config)
    if options.out:
        _check_out(options.out, options.config)
    data = _dataset(options)
    if options.out:
        _check_size(spec, data.train(), options.out)
    bar = _bar(stderr) if stderr.isatty() else None
    limits = None if options.no_limits else Limits()
    with _interrupted() as should_stop:
        result = train(spec, data.train(), options.seed, limits=limits, on_step=bar, should_stop=should_stop)
    if bar:
        print(file=stderr)
    if isinstance(result.outcome, OverBudget) or result.model is None:
        raise BadInput(" ".join(problem.message for problem in getattr(result.outcome, "problems", ())))
    report = {
        "outcome": type(result.outcome).__name__.lower(),
        "steps": result.outcome.step,
        "loss": _number(result.losses[-1] if result.losses else float("nan")),
        **_scores(result.model, spec, data),
        "fingerprint": fingerprint(),
    }
    if options.out:
        report["out"] = _save(result.model, options.out, stderr)
    return report


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end the training between two steps, where its weights are whole; the second ends
    all.
    """
    seen: list[int] = []
    background = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if background or threading.current_thread() is not threading.main_thread():  # nothing interrupts these
        yield lambda: False
        return

    def note(number: int, frame: object) -> None:
        seen.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(seen)
    finally:
        signal.signal(signal.SIGINT, before)


def _check_out(out: Path, config: Path) -> None:
    """Refuse a place where weights cannot be saved, before the training that they would cost."""
    if _format(out) not in FORMATS:
        raise BadInput(f"--out {out}: the name must end in .{', .'.join(FORMATS)}")
    if not out.parent.is_dir():
        raise BadInput(f"--out {out}: there is no folder {out.parent}")
    if out.exists() and out.samefile(config):
        raise BadInput(f"--out {out}: this is the configuration, and would be overwritten")
    if out.is_dir():
        raise BadInput(f"--out {out}: this is a folder, not a file")
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        raise BadInput(f"--out {out}: it is not allowed to write there")


def _check_size(spec: TrainSpec, examples: Examples, out: Path) -> None:
    """Refuse to train what cannot fit into a file that is read again."""
    parameters = estimate(spec, examples.signal(), len(examples)).parameters
    number = JSON_NUMBER if _format(out) == "json" else np.dtype(spec.number_type(parameters)).itemsize
    if parameters * number > MAX_WEIGHTS:
        raise BadInput(
            f"--out {out}: {parameters:,} parameters take more than the {MAX_WEIGHTS:,} bytes that are read"
        )


def _save(model: Module, out: Path, stderr: TextIO) -> str | None:
    """Save what can be read back, or say why not: the report of the training is worth printing anyway."""
    state = model.state_dict()
    try:
        saved = save_weights(state, _format(out))
        load_weights(saved, {name: array.shape for name, array in state.items()}, format=_format(out))
        out.write_bytes(saved)
    except (Refused, ValueError, OSError) as error:
        print(f"engine train: --out {out}: nothing saved: {_one_line(error)}", file=stderr)
        return None
    return str(out)


def _predict(options: argparse.Namespace, stderr: TextIO) -> dict[str, Any]:
    spec, data = _spec(options.config), _dataset(options)
    model = build(spec, data.train().signal(), Streams(options.seed))
    shapes = {name: entry.data.shape for name, entry in model.named_entries()}
    weights = load_weights(_read(options.weights, MAX_WEIGHTS), shapes, format=_format(options.weights))
    model.load_state_dict(weights)
    examples = _cast(model, data.test())
    outputs = predict(model, examples.x)
    return {**_scores(model, spec, data), "outputs": outputs.tolist()}


def _estimate(options: argparse.Namespace, stderr: TextIO) -> dict[str, Any]:
    spec, examples = _spec(options.config), _dataset(options).train()
    fit(spec, examples)
    return asdict(estimate(spec, examples.signal(), len(examples)))


def _fingerprint(options: argparse.Namespace, stderr: TextIO) -> dict[str, Any]:
    return {"fingerprint": fingerprint(), "engine": __version__, "numpy": np.__version__}


def _bench(options: argparse.Namespace, stderr: TextIO) -> dict[str, Any]:
    """Time two small trainings and compare them with their estimates: how fast is this machine?"""
    result = {}
    for name, text in BENCHES.items():
        spec, examples = read_spec(text.encode()), load(name).train()
        predicted = estimate(spec, examples.signal(), len(examples)).seconds
        start = time.process_time()
        train(spec, examples, 0)
        seconds = time.process_time() - start
        result[name] = {"seconds": round(seconds, 4), "estimate": round(predicted, 4)}
    return result


def _spec(path: Path) -> TrainSpec:
    return read_spec(_read(path, MAX_BYTES))


def _read(path: Path, most: int) -> bytes:
    """Read a file, and of one that is too large only enough to see that it is."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _dataset(options: argparse.Namespace) -> Dataset:
    """Read NAME or NAME:option=value,...; values are JSON, or text."""
    name, _, rest = options.data.partition(":")
    chosen: dict[str, Any] = {}
    for pair in filter(None, rest.split(",")):
        key, sign, value = pair.partition("=")
        if not sign:
            raise BadInput(f"--data {shorten(options.data)}: {pair!r} is not option=value")
        if key == "seed":
            raise BadInput(
                f"--data {shorten(options.data)}: seed is no option here; give it as --seed {value}"
            )
        if key in chosen:
            raise BadInput(f"--data {shorten(options.data)}: {key} is given twice; give it once")
        chosen[key] = _value(value)
    try:
        return load(name, options.seed, **chosen)
    except TypeError as error:
        raise BadInput(f"--data {shorten(options.data)}: {error}") from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _format(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def _one_line(error: BaseException) -> str:
    """Fold a message into one line of a length that a terminal can show."""
    line = " ".join(str(error).split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 3] + "..."


def _cast(model: Module, examples: Examples) -> Examples:
    return examples.cast(model.parameters()[0].data.dtype)


def _scores(model: Module, spec: TrainSpec, data: Dataset) -> dict[str, Any]:
    """Score the network on the test rows: the loss, and the share of right classes where there are classes;
    None where its answers are not finite.
    """
    examples = _cast(model, data.test())
    outputs = predict(model, examples.x)
    scores = {"test_loss": _number(mean_loss(outputs, examples.y, spec.loss))}
    if examples.classes:
        scores["test_accuracy"] = accuracy(outputs, examples.y) if np.isfinite(outputs).all() else None
    return scores


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _bar(stderr: TextIO) -> Callable[[StepInfo], None]:
    """Draw progress over itself on a terminal."""

    def draw(info: StepInfo) -> None:
        share = info.step / info.steps
        filled = round(BAR * share)
        bar = "#" * filled + "." * (BAR - filled)
        words = f"\r[{bar}] {share:4.0%}  epoch {info.epoch}  loss {info.loss:.5g}   "
        print(words, end="", file=stderr, flush=True)

    return draw


PURPOSES = {
    "train": "train a configuration on a data set and report how it went",
    "predict": "load weights and report the outputs for the test rows",
    "estimate": "predict what a training would cost, without running it",
    "fingerprint": "print the hash of this machine's arithmetic",
    "bench": "time two small trainings on this machine",
}
COMMANDS: dict[str, Callable[[argparse.Namespace, TextIO], dict[str, Any]]] = {
    "train": _train,
    "predict": _predict,
    "estimate": _estimate,
    "fingerprint": _fingerprint,
    "bench": _bench,
}
BENCHES = {
    "xor": """{
        "layers": [{"type": "linear", "units": 2}, {"type": "sigmoid"}, {"type": "linear", "units": 1}],
        "loss": "binary_cross_entropy", "optimizer": {"type": "sgd", "lr": 1.0}, "epochs": 5000
    }""",
    "digits": """{
        "layers": [{"type": "linear", "units": 128}, {"type": "relu"}, {"type": "linear", "units": 10}],
        "loss": "cross_entropy", "optimizer": {"type": "adam"}, "epochs": 20, "batch_size": 32
    }""",
}
