"""The feed-forward network."""

from typing import Any

import numpy as np
import pytest

from engine.network import Network

SIGMOIDS = ((2, 2, 1), ("sigmoid", "sigmoid"))
XOR: dict[str, Any] = {
    "0.weight": [[20, 20], [-20, -20]],
    "0.bias": [-10, 30],
    "2.weight": [[20, 20]],
    "2.bias": [-30],
}
INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
LOW, HIGH = 4.543910487654591e-05, 0.999954519621495


def test_xor_network_gives_the_recomputed_outputs() -> None:
    outputs = Network(*SIGMOIDS, XOR).forward(INPUTS)

    assert outputs[:, 0] == pytest.approx([LOW, HIGH, HIGH, LOW], rel=1e-13)


def test_other_wiring_gives_x1_and_not_x2() -> None:
    outputs = Network(*SIGMOIDS, XOR | {"0.weight": [[20, -20], [20, -20]]}).forward(INPUTS)

    assert np.round(outputs[:, 0]).tolist() == [0, 0, 1, 0]


def test_trace_follows_every_unit_in_reading_order() -> None:
    units = Network(*SIGMOIDS, XOR).trace([0, 0])

    assert [unit.unit for unit in units] == ["h1", "h2", "y"]
    assert [unit.sum for unit in units[:2]] == [-10, 30]
    assert units[0].output == pytest.approx(4.5397868702434395e-05, rel=1e-14)
    assert units[2].output == pytest.approx(LOW, rel=1e-13)


def test_trace_agrees_with_forward() -> None:
    network = Network(*SIGMOIDS, XOR)

    assert [network.trace(x.tolist())[-1].output for x in INPUTS] == network.forward(INPUTS)[:, 0].tolist()


def test_sums_have_the_same_bits_alone_and_in_a_batch() -> None:
    generator = np.random.Generator(np.random.PCG64(1958))
    state = {"0.weight": generator.normal(size=(3, 7)), "0.bias": generator.normal(size=3)}
    network, x = Network((7, 3), ("linear",), state), generator.normal(size=(1000, 7))

    together = network.forward(x)

    assert all(
        np.array_equal(network.forward(row[None, :])[0], together[index]) for index, row in enumerate(x)
    )


def test_weight_rows_belong_to_the_unit_they_lead_to() -> None:
    network = Network((3, 2), ("linear",), {"0.weight": [[1, 2, 3], [4, 5, 6]], "0.bias": [10, 20]})

    assert network.forward(np.array([[1.0, 0.0, 1.0]])).tolist() == [[14, 30]]
    assert network.unit_names() == ["y1", "y2"]


def test_the_linear_activation_passes_its_sum_on() -> None:
    state = {"0.weight": [[2]], "0.bias": [1], "2.weight": [[3]], "2.bias": [0]}

    assert Network((1, 1, 1), ("linear", "linear"), state).forward(np.array([[5.0]])).tolist() == [[33]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"2.bias": [[-30]]}, "2.bias has shape"),
        ({"0.weight": [[20, 20, 1], [-20, -20, 1]]}, "0.weight has shape"),
        ({"1.bias": [0]}, "unknown parameters"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_by_name(changes: dict[str, list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Network(*SIGMOIDS, XOR | changes)


def test_a_missing_parameter_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"missing parameters \['0.bias', '2.bias', '2.weight'\]"):
        Network(*SIGMOIDS, {"0.weight": [[20, 20], [-20, -20]]})


def test_the_state_dict_is_a_copy() -> None:
    network = Network(*SIGMOIDS, XOR)

    network.state_dict()["0.bias"][0] = 99

    assert network.state_dict()["0.bias"].tolist() == [-10, 30]
