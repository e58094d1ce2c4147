"""Settings that no optimizer can work with are refused by name."""

from typing import Any

import numpy as np
import pytest

from engine.optim import SGD, Adagrad, Adam, AdamW, Flat, Optimizer, RMSprop

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
