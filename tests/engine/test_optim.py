"""Settings that no optimizer can work with are refused by name."""

from typing import Any

import numpy as np
import pytest
import torch

from engine.ops.basic import concatenate, power, total
from engine.optim import SGD, Adagrad, Adam, AdamW, Flat, Optimizer, RMSprop, clip_gradients, flatten
from engine.tensor import Parameter, Tape

NAN, INFINITY = float("nan"), float("inf")
SHARED = [("lr", NAN), ("lr", INFINITY), ("lr", -0.5), ("weight_decay", NAN), ("weight_decay", -1)]
OWN: dict[type[Optimizer], list[tuple[str, float]]] = {
    SGD: [("momentum", -1), ("momentum", NAN)],
    Adagrad: [("eps", -1), ("eps", NAN)],
    RMSprop: [("eps", -1), ("eps", NAN), ("alpha", 2), ("alpha", -0.1), ("alpha", NAN)],
    Adam: [("eps", -1), ("eps", NAN)],
    AdamW: [("eps", -1), ("eps", NAN)],
}


def flat(*shape: int) -> Flat:
    return Flat(np.ones(shape), np.ones(shape))


@pytest.mark.parametrize(
    ("kind", "name", "value"), [(kind, *row) for kind, rows in OWN.items() for row in SHARED + rows]
)
def test_a_setting_out_of_bounds_is_named_with_its_value_and_its_limit(
    kind: type[Optimizer], name: str, value: float
) -> None:
    limit = "between 0 and 1" if name == "alpha" else "a finite number of at least 0"
    choices: dict[str, Any] = {"lr": 0.1, name: value}

    with pytest.raises(ValueError, match=rf"^{name} must be {limit}, got {value:g}$"):
        kind(flat(3), **choices)


def test_the_wrong_one_of_many_learning_rates_is_named() -> None:
    with pytest.raises(ValueError, match=r"lr must be .*, got -3$"):
        SGD(flat(2, 3), np.array([0.1, -3.0, 0.2]))


@pytest.mark.parametrize("betas", [(1.0, 0.9), (0.9, NAN), (-0.1, 0.9)])
def test_a_beta_out_of_bounds_is_refused(betas: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="betas must be at least 0 and below 1"):
        Adam(flat(3), betas=betas)


@pytest.mark.parametrize("kind", OWN)
def test_the_bounds_themselves_are_taken(kind: type[Optimizer]) -> None:
    ends: dict[str, float] = {name: 0 for name, _ in OWN[kind]}
    optimizer = kind(flat(3), 0.0, **({"alpha": 1.0} if kind is RMSprop else ends))

    optimizer.step()

    assert np.isfinite(optimizer.flat.values).all()


def squares(*parameters: Parameter) -> None:
    """Leave the gradients of the sum of squares."""
    with Tape() as tape:
        loss = total(power(concatenate([*parameters], 0), 2))
    tape.backward(loss)


def test_a_loss_moves_only_what_it_depends_on_once_the_gradients_are_emptied() -> None:
    first, second = Parameter(np.ones(1)), Parameter(np.ones(1))
    optimizer = SGD([first, second], lr=0.1)

    for parameter in (first, second):
        optimizer.zero_grad()
        squares(parameter)
        optimizer.step()

    assert first.data == second.data == 0.8


def test_an_optimizer_whose_parameters_were_taken_over_says_so() -> None:
    shared, own = Parameter(np.ones(1)), Parameter(np.ones(1))
    older = SGD([shared, own], lr=0.1)
    newer = SGD([shared], lr=0.1)
    squares(shared, own)

    for use in (older.step, older.zero_grad):
        with pytest.raises(ValueError, match="lie elsewhere by now"):
            use()
    newer.step()
    assert shared.data == 0.8


@pytest.mark.parametrize("kind", [SGD, Adagrad, RMSprop, Adam, AdamW])
def test_weight_decay_leaves_the_gradients_as_they_are(kind: type[Optimizer]) -> None:
    parameter, theirs = Parameter(np.ones(3)), torch.ones(3, dtype=torch.float64, requires_grad=True)
    ours = kind([parameter], lr=0.1, weight_decay=0.5)
    twin = getattr(torch.optim, kind.__name__)([theirs], lr=0.1, weight_decay=0.5)
    squares(parameter)
    theirs.grad = torch.full((3,), 2.0, dtype=torch.float64)

    for _ in range(2):
        ours.step()
        twin.step()

    assert parameter.grad.tolist() == [2, 2, 2]
    np.testing.assert_allclose(parameter.data, theirs.detach().numpy(), rtol=1e-12)


def test_a_parameter_given_twice_moves_once() -> None:
    shared = Parameter(np.ones(2))
    optimizer = SGD([shared, shared], lr=0.1)
    squares(shared)

    optimizer.step()

    assert shared.data.tolist() == [0.8, 0.8]


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(SGD, {"nesterov": True}), (Adagrad, {"eps": -1}), (RMSprop, {"alpha": 2}), (Adam, {"betas": (1, 1)})],
)
def test_an_optimizer_that_was_refused_has_taken_nothing(
    kind: type[Optimizer], wrong: dict[str, Any]
) -> None:
    parameter = Parameter(np.ones(1))
    optimizer = SGD([parameter], lr=0.1)
    with pytest.raises(ValueError, match=r"nesterov|eps|alpha|betas"):
        kind([parameter], **wrong)
    squares(parameter)

    optimizer.step()

    assert parameter.data == 0.8


def test_what_is_frozen_stays_also_where_the_vector_was_there_before() -> None:
    parameters = [Parameter(np.ones(1)), Parameter(np.ones(1))]
    optimizer = SGD(flatten(parameters), lr=0.1, momentum=0.9, weight_decay=0.1)
    squares(*parameters)
    optimizer.step()
    parameters[0].requires_grad = False
    before = parameters[0].data.copy()

    optimizer.step()

    assert parameters[0].data == before
    assert parameters[1].data != before


@pytest.mark.parametrize("most", [-1.0, NAN])
def test_a_norm_that_cannot_be_is_refused(most: float) -> None:
    with pytest.raises(ValueError, match=f"max_norm must be at least 0, got {most}"):
        clip_gradients(np.ones(3), most)
