"""Reading a configuration: what is wrong is said once, with its path, its value and its limit."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.build import build_optimizer
from engine.spec import read_spec
from engine.spec.reading import canonical
from engine.strict_json import Refused
from engine.tensor import Parameter

GOOD: dict[str, Any] = {
    "layers": [{"type": "linear", "units": 128}, {"type": "relu"}, {"type": "linear", "units": 10}],
    "loss": "cross_entropy",
    "optimizer": {"type": "adam", "lr": 0.001},
    "epochs": 20,
    "batch_size": 32,
}
TEXT = json.dumps(GOOD)


def test_the_configuration_of_the_documents_is_read() -> None:
    spec = read_spec(TEXT.encode())

    assert [layer.type for layer in spec.layers] == ["linear", "relu", "linear"]
    assert (spec.optimizer.lr, spec.epochs, spec.batch_size, spec.precision) == (0.001, 20, 32, "auto")


def test_equal_configurations_have_equal_bytes_whatever_was_left_out() -> None:
    spelled = GOOD | {"spec_version": 1, "precision": "auto", "init": {"type": "torch"}}

    assert canonical(read_spec(TEXT.encode())) == canonical(read_spec(json.dumps(spelled).encode()))
    assert read_spec(canonical(read_spec(TEXT.encode()))) == read_spec(TEXT.encode())


def test_adamw_decays_the_weights_unless_told_otherwise() -> None:
    def decay(**optimizer: Any) -> float:
        spec = read_spec(json.dumps(GOOD | {"optimizer": optimizer}).encode())
        return float(build_optimizer(spec, [Parameter(np.ones(1))]).weight_decay)

    assert decay(type="adamw") == torch.optim.AdamW([torch.ones(1)]).defaults["weight_decay"]
    assert decay(type="adamw", weight_decay=0.0) == decay(type="adam") == 0


@pytest.mark.parametrize(
    ("old", "new", "field", "value", "words"),
    [
        ("128", "true", "layers[0].units", "true", "a whole number, not true"),
        ("128", '"0.1"', "layers[0].units", "0.1", "a whole number, not text"),
        ("128", "1.5", "layers[0].units", "1.5", "a whole number, not 1.5"),
        ("128", "0", "layers[0].units", "0", "at least 1"),
        ("128", "4097", "layers[0].units", "4097", "at most 4096"),
        ("128", "NaN", "layers[0].units", "NaN", "not a finite number"),
        ("0.001", "1e400", "optimizer.lr", "1e400", "not a finite number"),
        ("0.001", "-Infinity", "optimizer.lr", "-Infinity", "not a finite number"),
        ("0.001", "true", "optimizer.lr", "true", "a number, not true"),
        ("0.001", '"0.1"', "optimizer.lr", "0.1", "a number, not text"),
        ("0.001", "0", "optimizer.lr", "0", "greater than 0"),
        ('"relu"', '"relux"', "layers[1].type", "relux", "is not a type; the types are linear"),
        ('{"type": "relu"}', "{}", "layers[1].type", "an object of 0", "is missing"),
        ('{"type": "relu"}', "[]", "layers[1]", "a list of 0", "an object, not a list"),
        ('{"type": "relu"}', '{"type": "relu", "a": 1}', "layers[1].a", "1", "not a setting"),
        ('{"type": "relu"}', '{"type": "relu", "relu": 1}', "layers[1].relu", "1", "not a setting"),
        (
            '"adam", "lr": 0.001',
            '"adam", "adam": {"type": "adam"}',
            "optimizer.adam",
            "an object of 1",
            "not a",
        ),
        ('"epochs": 20', '"epochs": 20, "schedule": {"constant": 1}', "schedule.constant", "1", "not a"),
        (
            '"epochs": 20',
            '"epochs": 20, "schedule": {"type": "constant", "constant": 1}',
            "schedule.constant",
            "1",
            "not a setting",
        ),
        ('"epochs": 20', '"epochs": 20, "type": "optimizer"', "type", "optimizer", "not a setting"),
        ('"epochs": 20', '"epochs": 20, "epochs": 3', "epochs", "epochs", "appears twice"),
        ('"epochs": 20', '"epochs": 20, "spec_version": true', "spec_version", "true", "number, not true"),
        ('"epochs": 20', '"epochs": 20, "spec_version": 2', "spec_version", "2", "at most 1"),
        ('"epochs": 20', '"epoch": 20', "epochs", "null", "is missing"),
        ('"cross_entropy"', '"ce"', "loss", "ce", "is not one of mse"),
        ('{"type": "adam", "lr": 0.001}', '"adam"', "optimizer", "adam", "an object, not text"),
        ('"lr": 0.001', '"betas": [0.9]', "optimizer.betas[1]", "null", "Item 2 is missing"),
        ('"lr": 0.001', '"betas": [0.9, 1.0]', "optimizer.betas[1]", "1.0", "less than 1"),
        (
            '"adam", "lr": 0.001',
            '"sgd", "lr": 1, "nesterov": true',
            "optimizer",
            "an object of 3",
            "momentum above 0",
        ),
        ("20", "1" * 5000, "epochs", "1" * 77 + "...", "5000 characters"),
    ],
)
def test_each_mistake_gets_one_clear_sentence_with_its_path(
    old: str, new: str, field: str, value: str, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_spec(TEXT.replace(old, new, 1).encode())

    problem = refusal.value.problems[0]
    assert (problem.field, problem.value) == (field, value)
    assert words in problem.message


def test_all_mistakes_are_told_at_once() -> None:
    body = json.dumps(GOOD | {"epochs": 0, "batch_size": -1, "loss": "x"}).encode()

    with pytest.raises(Refused) as refusal:
        read_spec(body)

    assert sorted(problem.field for problem in refusal.value.problems) == ["batch_size", "epochs", "loss"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"layers":' * 50_000, b"{", b"", b"\xff", b"[]", b"3"])
def test_what_is_no_configuration_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        read_spec(body)

    assert len(refusal.value.problems) == 1


def test_a_type_where_none_belongs_leaves_the_other_paths_alone() -> None:
    with pytest.raises(Refused) as refusal:
        read_spec(json.dumps(GOOD | {"type": "schedule", "schedule": {"warmup": -1}}).encode())

    assert sorted(problem.field for problem in refusal.value.problems) == ["schedule.warmup", "type"]


def test_a_flood_of_mistakes_is_cut() -> None:
    body = json.dumps(GOOD | {f"setting {number}": number for number in range(3000)}).encode()

    with pytest.raises(Refused) as refusal:
        read_spec(body)

    assert len(refusal.value.problems) == 50


def test_too_many_layers_are_refused() -> None:
    with pytest.raises(Refused, match="at most 32 items, not 33"):
        read_spec(json.dumps(GOOD | {"layers": [{"type": "relu"}] * 33}).encode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        spec = read_spec(body)
    except Refused as refusal:
        problems = refusal.problems
        assert problems
    else:
        assert spec.layers


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)
    ),
    st.sampled_from([*GOOD, "schedule", "early_stopping", "init", "x"]),
)
def test_any_value_in_any_place_is_read_or_refused_with_its_path(value: object, key: str) -> None:
    try:
        read_spec(json.dumps(GOOD | {key: value}).encode())
    except Refused as refusal:
        fields = {problem.field for problem in refusal.problems}
        assert all(field.startswith(key) or not field for field in fields)
    else:
        assert key != "x"
