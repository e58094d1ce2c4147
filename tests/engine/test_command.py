"""The engine from the command line, as a student types it."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.command import main

DIGITS = {
    "layers": [{"type": "linear", "units": 16}, {"type": "relu"}, {"type": "linear", "units": 10}],
    "loss": "cross_entropy",
    "optimizer": {"type": "adam", "lr": 0.01},
    "epochs": 3,
    "batch_size": 32,
}


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(DIGITS))
    return path


def run(*arguments: object, stderr: io.StringIO | None = None) -> tuple[int, Any, str]:
    """Run a command; return its status, what it printed as JSON, and its errors."""
    out, err = io.StringIO(), stderr or io.StringIO()
    status = main([str(argument) for argument in arguments], out, err)
    return status, json.loads(out.getvalue()) if out.getvalue() else None, err.getvalue()


@contextmanager
def interrupts(handler: Any) -> Iterator[None]:
    """Handle Ctrl-C so, wherever the tests were started from: in the background it is ignored."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("suffix", ["safetensors", "npz", "json"])
def test_what_was_trained_and_saved_predicts_the_same_after_loading(config: Path, suffix: str) -> None:
    file = config.parent / f"model.{suffix}"

    _, trained, errors = run("train", config, "--data", "digits", "--seed", 3, "--out", file)
    _, predicted, _ = run("predict", config, "--weights", file, "--data", "digits")

    assert (trained["outcome"], trained["steps"], errors) == ("finished", 135, "")
    assert trained["test_accuracy"] > 0.85
    assert predicted["test_accuracy"] == trained["test_accuracy"]
    assert predicted["test_loss"] == trained["test_loss"]
    assert len(predicted["outputs"]) == 357


def test_estimate_refuses_what_train_refuses(config: Path) -> None:
    assert run("estimate", config, "--data", "moons")[0] == run("train", config, "--data", "moons")[0] == 2


def test_estimate_and_fingerprint_print_json(config: Path) -> None:
    _, cost, _ = run("estimate", config, "--data", "digits")
    _, mark, _ = run("fingerprint")

    assert (cost["parameters"], cost["steps"], cost["problems"]) == (1210, 135, [])
    assert len(mark["fingerprint"]) == 16


def test_bench_times_two_trainings() -> None:
    _, result, _ = run("bench")

    assert set(result) == {"xor", "digits"}


def test_a_terminal_sees_progress(config: Path) -> None:
    _, _, errors = run("train", config, "--data", "digits", stderr=Terminal())

    assert "100%" in errors
    assert "epoch 3" in errors


def test_options_of_a_data_set_are_passed_on(config: Path) -> None:
    config.write_text(json.dumps(DIGITS | {"layers": [{"type": "flatten"}, *DIGITS["layers"]]}))  # type: ignore[misc]

    status, result, _ = run("train", config, "--data", "digits:image=true,rows=200")

    assert (status, result["steps"]) == (0, 21)


@pytest.mark.parametrize(
    ("change", "data", "words"),
    [
        ({"epochs": 0}, "digits", "epochs: 0 must be at least 1"),
        ({"loss": "mse"}, "digits", "use cross_entropy"),
        ({"epochs": 1_000_000}, "digits", "would fit"),
        ({}, "digit", "there is no data set 'digit'"),
        ({}, "digits:rows", "'rows' is not option=value"),
        ({}, "digits:colour=3", "colour"),
        ({}, "xor:x=1", "xor has no option x; it has none"),
        ({}, "digits:rows=2.5", "rows must be a whole number, got 2.5"),
        ({}, "moons:rows=20,rows=30", "rows is given twice"),
        ({}, "moons:seed=3", "give it as --seed 3"),
        ({}, "moons:name=3", "moons has no option name"),
        ({}, "digits:image=true", "flatten first"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(
    config: Path, change: dict[str, Any], data: str, words: str
) -> None:
    config.write_text(json.dumps(DIGITS | change))

    status, printed, errors = run("train", config, "--data", data)

    assert (status, printed) == (2, None)
    assert errors.count("\n") == 1
    assert words in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "python -m engine: the following arguments are required: COMMAND"),
        (["traain"], "invalid choice: 'traain'"),
        (["fingerprint", "a\nb"], "unrecognized arguments: a b"),
        (["train", "c.json"], "python -m engine train: the following arguments are required: --data"),
        (["train", "c.json", "--data", "xor", "--seed", "1e9"], "argument --seed: invalid int value: '1e9'"),
        (
            ["train", "c.json", "--data", "xor", "--seed", "9" * 5000],
            "argument --seed: invalid int value: '9",
        ),
        (["predict", "c.json", "--data"], "python -m engine predict: argument --data: expected one argument"),
        (["bench", "--" + "x" * 5000], "unrecognized arguments: --x"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_arguments_end_with_two_and_one_line_that_leads_to_help(
    arguments: list[str], words: str
) -> None:
    status, printed, errors = run(*arguments)

    assert (status, printed) == (2, None)
    assert errors.count("\n") == 1
    assert words in errors
    assert errors.endswith(" --help tells more\n")
    assert len(errors) < 1200


def test_a_path_of_thousands_of_letters_is_not_repeated_in_full() -> None:
    status, _, errors = run("train", "x" * 5000, "--data", "xor")

    assert status == 2
    assert errors.count("\n") == 1
    assert len(errors) < 1200


def test_a_missing_file_and_wrong_weights_end_with_two(config: Path, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")

    missing = run("train", tmp_path / "none.json", "--data", "digits")
    wrong = run("predict", config, "--weights", tmp_path / "model.json", "--data", "digits")

    assert missing[0] == wrong[0] == 2
    assert "No such file" in missing[2]
    assert "“0.weight” is missing" in wrong[2]


def test_the_command_is_installed_as_a_module_and_helps_with_examples() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "--help"], capture_output=True, text=True, check=True
    )

    assert "python -m engine train config.json --data digits" in done.stdout


def test_an_unknown_command_ends_with_two_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "fly"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_engine_is_light_to_import() -> None:
    code = (
        "import sys, engine.train, psutil; print('django' in sys.modules, psutil.Process().memory_info().rss)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    django, size = done.stdout.split()
    assert django == "False"
    assert int(size) < 90 * 1024**2


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("model.bin", "must end in .json, .npz, .safetensors"),
        ("none/model.npz", "there is no folder"),
        ("config.json", "this is the configuration"),
        ("folder.npz", "this is a folder"),
    ],
)
def test_a_place_to_save_is_refused_before_the_training(
    config: Path, monkeypatch: pytest.MonkeyPatch, out: str, words: str
) -> None:
    (config.parent / "folder.npz").mkdir()
    before = config.read_bytes()
    monkeypatch.setattr("engine.command.train", lambda *_, **__: pytest.fail("it was trained"))

    status, printed, errors = run("train", config, "--data", "digits", "--out", config.parent / out)

    assert (status, printed, errors.count("\n")) == (2, None, 1)
    assert words in errors
    assert config.read_bytes() == before


def test_a_suffix_in_capitals_is_a_format_too(config: Path) -> None:
    file = config.parent / "MODEL.NPZ"

    trained = run("train", config, "--data", "digits", "--out", file)
    predicted = run("predict", config, "--weights", file, "--data", "digits")

    assert (trained[0], predicted[0]) == (0, 0)


def test_a_diverged_training_reports_and_saves_nothing(config: Path) -> None:
    wild = {"optimizer": {"type": "sgd", "lr": 10}, "loss": "mse", "epochs": 300, "batch_size": None}
    layers = [{"type": "linear", "units": 16}, {"type": "linear", "units": 1}]
    config.write_text(json.dumps(DIGITS | wild | {"layers": layers}))
    file = config.parent / "model.json"

    status, report, errors = run("train", config, "--data", "sine", "--out", file)

    assert (status, report["outcome"], report["out"]) == (2, "diverged", None)
    assert errors.count("\n") == 1
    assert "nothing saved" in errors
    assert not file.exists()


def test_a_diverged_training_has_no_accuracy(config: Path) -> None:
    wild = {"optimizer": {"type": "sgd", "lr": 1000}, "precision": "float32", "batch_size": None}
    layers = [{"type": "linear", "units": 10}, {"type": "relu"}, *2 * [{"type": "linear", "units": 10}]]
    config.write_text(json.dumps(DIGITS | wild | {"layers": layers, "epochs": 30}))

    status, report, _ = run("train", config, "--data", "digits")

    assert (status, report["outcome"]) == (0, "diverged")
    assert report["test_loss"] is report["test_accuracy"] is None


def test_without_a_place_for_errors_the_status_tells(config: Path) -> None:
    command = f'"{sys.executable}" -m engine "$@" 2>&-'
    ran = [
        subprocess.run(
            ["sh", "-c", command, "sh", "train", config, "--data", data], check=False, stdout=subprocess.PIPE
        )
        for data in ("digits", "nothing")
    ]

    assert [each.returncode for each in ran] == [0, 2]
    assert json.loads(ran[0].stdout)["outcome"] == "finished"
    assert ran[1].stdout == b""


def test_a_training_in_the_background_is_not_interrupted(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.command._bar", lambda _: lambda _: signal.raise_signal(signal.SIGINT))
    with interrupts(signal.SIG_IGN):  # as a shell starts it with &
        status, report, _ = run("train", config, "--data", "digits", stderr=Terminal())

    assert (status, report["outcome"]) == (0, "finished")


def test_the_first_interrupt_stops_between_steps_and_reports(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = config.parent / "model.npz"
    monkeypatch.setattr("engine.command._bar", lambda _: lambda _: signal.raise_signal(signal.SIGINT))

    with interrupts(signal.default_int_handler):
        status, report, _ = run("train", config, "--data", "digits", "--out", file, stderr=Terminal())
        after = signal.getsignal(signal.SIGINT)

    assert (status, report["outcome"], report["steps"]) == (130, "cancelled", 1)
    assert report["out"] == str(file)
    assert after is signal.default_int_handler


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyboardInterrupt(), (130, None, "engine estimate: cancelled\n")),
        (MemoryError(), (2, None, "engine estimate: not enough memory\n")),
        (MemoryError("Unable to allocate 8 GiB"), (2, None, "engine estimate: Unable to allocate 8 GiB\n")),
    ],
)
def test_what_ends_a_command_is_one_line(
    config: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, expected: tuple[int, None, str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("engine.command.load", fail)

    assert run("estimate", config, "--data", "digits") == expected


@pytest.mark.parametrize("data", ["moons:rows=100000000000", "digits:rows=" + "[" * 5000])
def test_absurd_rows_end_with_two_and_one_line(config: Path, data: str) -> None:
    status, printed, errors = run("estimate", config, "--data", data)

    assert (status, printed, errors.count("\n")) == (2, None, 1)
    assert len(errors) < 400


def test_a_full_disk_and_a_closed_pipe_leave_no_traceback() -> None:
    command = f"{sys.executable} -m engine fingerprint"

    full = subprocess.run(f"{command} >/dev/full", shell=True, capture_output=True, text=True, check=False)
    closed = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true"], capture_output=True, text=True, check=False
    )

    assert (full.returncode, full.stderr.count("\n")) == (2, 1)
    assert "No space left" in full.stderr
    assert (closed.returncode, closed.stderr) == (141, "")


@pytest.mark.parametrize("form", ["safetensors", "json"])
def test_weights_that_could_not_be_read_back_are_refused_before_the_training(
    tmp_path: Path, form: str
) -> None:
    layers = [{"type": "linear", "units": units} for units in (1300, 1000, 10)]
    config = tmp_path / "wide.json"
    config.write_text(json.dumps(DIGITS | {"layers": layers, "epochs": 1}))

    status, report, errors = run(
        "train", config, "--data", "digits", "--no-limits", "--out", tmp_path / f"w.{form}"
    )

    assert (status, report) == (2, None)
    assert "1,395,510 parameters take more than the 5,242,880 bytes that are read" in errors


def test_a_noise_too_large_is_told_in_one_line(config: Path) -> None:
    status, _, errors = run("train", config, "--data", "moons:noise=1e308")

    assert (status, errors) == (2, "engine train: moons x_train must be finite\n")
