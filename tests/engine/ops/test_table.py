"""Every operation against its formula, PyTorch in float64, finite differences and its own replay."""

import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.gradcheck import directional
from engine.ops.basic import multiply, total
from engine.plan import Plan
from engine.tensor import Parameter, Tape, Tensor
from tests.engine.ops.calls import OPERATIONS, Shapes, direct_calls
from tests.engine.ops.case import Case, Refusal

MODULES = [
    import_module(f"tests.engine.ops.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("cases_*.py"))
]
CASES = [case for module in MODULES for case in module.CASES]
REFUSALS = [refusal for module in MODULES for refusal in module.REFUSALS]
DIFFERENTIABLE = [case for case in CASES if case.differentiable]
STEADY = [case for case in DIFFERENTIABLE if not case.random]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_the_operation_is_its_formula(case: Case) -> None:
    arrays = case.inputs()

    assert_close(case.op(*map(Tensor, arrays)).data, case.formula(*arrays), 1e-12)


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.differentiable and case.torch], ids=lambda case: case.name
)
def test_what_is_looked_at_is_that_of_pytorch(case: Case) -> None:
    arrays = case.inputs()

    expected = case.torch(*map(torch.tensor, arrays)).numpy()  # type: ignore[misc]

    assert_close(case.op(*map(Tensor, arrays)).data, expected, case.rtol)


@pytest.mark.parametrize("case", [case for case in DIFFERENTIABLE if case.torch], ids=lambda case: case.name)
def test_value_and_gradients_are_those_of_pytorch(case: Case) -> None:
    arrays = case.inputs()
    twins = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = case.torch(*twins)
    seed = upstream(expected.shape)
    if expected.numel():
        (expected * torch.tensor(seed)).sum().backward()

    value, gradients = run(case, arrays, seed)

    assert_close(value, expected.detach().numpy(), case.rtol)
    for gradient, twin in zip(gradients, twins, strict=True):
        assert_close(gradient, np.zeros(twin.shape) if twin.grad is None else twin.grad.numpy(), case.rtol)


@pytest.mark.parametrize("case", STEADY, ids=lambda case: case.name)
def test_the_gradient_predicts_a_small_step(case: Case) -> None:
    tensors = [Tensor(array, requires_grad=True) for array in case.inputs()]
    seed = upstream(case.op(*tensors).shape)

    difference = directional(
        lambda: total(multiply(case.op(*tensors), seed)), tensors, np.random.default_rng(1943)
    )

    assert difference.relative() < 1e-7


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_in_value_and_gradient(case: Case, dtype: Any) -> None:
    arrays = case.inputs(dtype)

    value, gradients = run(case, arrays, upstream(case.op(*map(Tensor, arrays)).shape).astype(dtype))

    assert value.dtype == dtype
    assert {gradient.dtype for gradient in gradients} <= {np.dtype(dtype)}


@pytest.mark.parametrize("case", STEADY, ids=lambda case: case.name)
def test_a_replay_gives_the_bits_of_a_fresh_tape(case: Case) -> None:
    first, second = case.inputs(), tuple(array * 0.5 for array in case.inputs())
    parameters = [Parameter(array.copy()) for array in first]
    seed = upstream(case.op(*map(Tensor, first)).shape)
    plan = Plan(lambda: total(multiply(case.op(*parameters), seed)))

    for parameter, array in zip(parameters, second, strict=True):
        np.copyto(parameter.data, array)
    loss = plan.run()

    value, gradients = run(case, second, seed)
    assert loss == float((value * seed).sum())
    for parameter, gradient in zip(parameters, gradients, strict=True):
        assert np.array_equal(parameter.grad, gradient)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_inputs_that_do_not_fit_are_refused(refusal: Refusal) -> None:
    with pytest.raises(refusal.error, match=refusal.words):
        refusal.call()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_each_operation_states_formula_and_shapes(operation: Any) -> None:
    words = inspect.getdoc(operation) or ""

    assert "=" in words
    assert "->" in words


def test_each_operation_has_a_row_in_the_table() -> None:
    assert without_row(CASES) == []


def test_a_row_that_is_missing_is_noticed() -> None:
    others = [
        case
        for case in CASES
        if not case.name.startswith(("gelu", "causal attention weights", "attention weights"))
    ]

    assert without_row(others) == ["gelu", "attention_weights"]


def test_each_operation_has_a_row_with_an_axis_of_size_one() -> None:
    assert without_size(1, CASES, []) == []


def test_each_operation_has_a_row_or_a_refusal_with_an_empty_axis() -> None:
    assert without_size(0, CASES, REFUSALS) == []


def test_a_size_that_is_missing_is_noticed() -> None:
    filled = [case for case in CASES if "softmax" not in case.name or "empty" not in case.name]

    assert without_size(0, filled, REFUSALS) == ["softmax"]
    assert without_size(0, CASES, []) == [
        "bce_many",
        "mse_many",
        "binary_cross_entropy_with_logits",
        "cross_entropy",
        "mse_loss",
    ]


def without_size(size: int, cases: list[Case], refusals: list[Refusal]) -> list[str]:
    """Name the operations to which no row gives an array with an axis of this size."""
    seen = {
        operation
        for calls in [*map(calls_of, cases), *map(refused_calls, refusals)]
        for operation, shapes in calls.items()
        if any(size in shape for shape in shapes)
    }
    return [operation.__name__ for operation in OPERATIONS if operation not in seen]


@cache
def refused_calls(refusal: Refusal) -> dict[Any, Shapes]:
    """List the operations that refuse."""
    return direct_calls(refusal.call, refusal.error)


def without_row(cases: list[Case]) -> list[str]:
    """Name the operations that no row calls by themselves."""
    alone = [set(calls_of(case)) for case in cases]
    return [operation.__name__ for operation in OPERATIONS if {operation} not in alone]


@cache
def calls_of(case: Case) -> dict[Any, Shapes]:
    """List the operations a row calls, with the shapes it gives them."""
    return direct_calls(lambda: case.op(*map(Tensor, case.inputs())))


def run(case: Case, arrays: tuple[np.ndarray, ...], seed: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Compute the value, and the gradients of the sum of value times seed."""
    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    with Tape() as tape:
        value = case.op(*tensors)
        loss = total(multiply(value, seed))
    return value.data, tape.gradients(loss, tensors)


def upstream(shape: tuple[int, ...]) -> np.ndarray:
    """Draw the gradient that arrives from above."""
    return np.random.Generator(np.random.PCG64(1986)).standard_normal(tuple(shape))


def assert_close(actual: np.ndarray, expected: np.ndarray, rtol: float) -> None:
    """Compare relative to the largest element, so that sums that cancel do not count their rounding."""
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.max(np.abs(expected), initial=0)))
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * scale)
