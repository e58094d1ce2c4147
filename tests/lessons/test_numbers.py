"""Every number a lesson states is computed again here and looked for in its text."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.history import MPNeuron, Perceptron, boolean_inputs, learn_perceptron
from engine.network import Network
from engine.ops.activation import sigmoid
from lessons.reading import read_course

Array = npt.NDArray[np.float64]
State = dict[str, Any]
CONTENT = Path(__file__).parents[2] / "lessons" / "content"
BODIES = {lesson.slug: " ".join(lesson.body.split()) for lesson in read_course(CONTENT).lessons}

INPUTS = boolean_inputs(2)
ROWS = [(0, 0), (0, 1), (1, 0), (1, 1)]
AND, OR, NAND, NOR, XOR = (0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (1, 0, 0, 0), (0, 1, 1, 0)
XNOR = (1, 0, 0, 1)
SIGMOIDS = ((2, 2, 1), ("sigmoid", "sigmoid"))
LINEAR = ((2, 2, 1), ("linear", "linear"))
LECTURE: State = {
    "0.weight": [[20.0, 20.0], [-20.0, -20.0]],
    "0.bias": [-10.0, 30.0],
    "2.weight": [[20.0, 20.0]],
    "2.bias": [-30.0],
}
START: State = {
    "0.weight": [[6.0, -4.0], [-5.0, 7.0]],
    "0.bias": [-2.0, -3.0],
    "2.weight": [[8.0, 8.0]],
    "2.bias": [-4.0],
}


def s(z: float) -> float:
    return float(sigmoid(np.array(z, float)).data)


def mp_table(neuron: MPNeuron) -> tuple[int, ...]:
    return tuple(int(y) for y in neuron.outputs(INPUTS))


def table(perceptron: Perceptron) -> tuple[int, ...]:
    return tuple(perceptron.output(row) for row in ROWS)


def answers(state: State) -> list[float]:
    return [float(y) for y in Network(*SIGMOIDS, state).forward(INPUTS)[:, 0]]


def says(slug: str, *parts: str) -> None:
    for part in parts:
        assert part in BODIES[slug], f"{slug} does not say {part!r}"


# Opening


def test_the_worked_neuron_hesitates_as_the_opening_says() -> None:
    neuron = Perceptron((2.0, 2.0), -3.0)
    assert [neuron.sum(row) for row in ((1, 0), (1, 1), (0, 0))] == [-1, 1, -3]
    assert table(neuron) == AND
    says("opening", f"{s(-1):.4f}", f"{s(1):.4f}", f"{s(-3):.4f}")


def test_the_losses_of_the_opening() -> None:
    squared = sum((y - guess) ** 2 for y, guess in zip((1, 2, 3), (1.5, 2, 2), strict=True)) / 3
    exponentials = [math.exp(value) for value in (1, 2, 3)]
    softmax = ", ".join(f"{value / sum(exponentials):.4f}" for value in exponentials)
    says("opening", f"{squared:.4f}", f"{-math.log(0.9):.4f}", f"({softmax})", "e \\approx 2.718")


@pytest.mark.parametrize("slug", ["opening", "mlp-xor"])
def test_the_lab_starts_with_three_of_four_right(slug: str) -> None:
    outputs = answers(START)
    assert [y >= 0.5 for y in outputs] == [False, True, True, True]
    says(slug, f"{outputs[3]:.3f}")
    for name, values in START.items():
        says(slug, f'"{name}" = {values}')


def test_the_opening_prints_the_answers_of_the_lab() -> None:
    for (x1, x2), target, output in zip(ROWS, XOR, answers(START), strict=True):
        says("opening", f"| {x1} | {x2} | {target} | {output:.3f} |")


# McCulloch-Pitts neuron


@pytest.mark.parametrize(
    ("row", "threshold", "inhibitory", "wanted"),
    [
        ("| $x_1$ AND $x_2$ | none | 2 | 0, 0, 0, 1 |", 2, [], AND),
        ("| $x_1$ OR $x_2$ | none | 1 | 0, 1, 1, 1 |", 1, [], OR),
        ("| $x_1$ AND NOT $x_2$ | $x_2$ | 1 | 0, 0, 1, 0 |", 1, [2], (0, 0, 1, 0)),
        ("| NOR: neither $x_1$ nor $x_2$ | $x_1$ and $x_2$ | 0 | 1, 0, 0, 0 |", 0, [1, 2], NOR),
    ],
)
def test_the_gates_have_the_thresholds_stated(
    row: str, threshold: int, inhibitory: list[int], wanted: tuple[int, ...]
) -> None:
    assert mp_table(MPNeuron(threshold, frozenset(inhibitory))) == wanted
    says("mp-neuron", row)


def test_not_is_one_vetoing_input_and_threshold_zero() -> None:
    assert [int(y) for y in MPNeuron(0, frozenset({1})).outputs(boolean_inputs(1))] == [1, 0]
    says("mp-neuron", "| NOT $x_1$ (one input) | $x_1$ | 0 | 1 for 0, 0 for 1 |")


def test_the_worked_neuron_of_three_inputs() -> None:
    inputs = np.array([(1, 1, 0), (1, 1, 1), (1, 0, 0)], dtype=float)
    assert MPNeuron(2, frozenset({3})).outputs(inputs).tolist() == [1, 0, 0]
    three = boolean_inputs(3)
    assert MPNeuron(2).outputs(three).tolist() == [float(row.sum() >= 2) for row in three]


def test_nor_with_threshold_one_never_fires() -> None:
    assert mp_table(MPNeuron(1, frozenset({1, 2}))) == (0, 0, 0, 0)


def _reached(connections: list[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Collect the functions of one neuron that uses only the inputs connected."""
    found = set()
    for connected in connections:
        columns = INPUTS[:, [number - 1 for number in connected]]
        places = range(1, len(connected) + 1)
        for size in range(len(connected) + 1):
            for inhibitory in itertools.combinations(places, size):
                for threshold in range(-1, 4):
                    neuron = MPNeuron(threshold, frozenset(inhibitory))
                    found.add(tuple(int(y) for y in neuron.outputs(columns)))
    return found


def test_one_neuron_reaches_nine_functions_and_eleven_with_an_input_left_out() -> None:
    nine = _reached([(1, 2)])
    eleven = nine | _reached([(1,), (2,)])
    out_of_reach = set(itertools.product((0, 1), repeat=4)) - eleven
    assert (len(nine), len(eleven)) == (9, 11)
    assert eleven - nine == {(0, 0, 1, 1), (0, 1, 0, 1)}
    assert out_of_reach == {XOR, XNOR, NAND, (1, 0, 1, 1), (1, 1, 0, 1)}
    says("mp-neuron", "$4 + 2 + 2 + 1 = 9$", "the count is 11", "$2^4 = 16$")


def test_three_neurons_compute_xor() -> None:
    left = MPNeuron(1, frozenset({2})).outputs(INPUTS)
    right = MPNeuron(1, frozenset({1})).outputs(INPUTS)
    assert MPNeuron(1).outputs(np.stack([left, right], axis=1)).tolist() == list(XOR)


# Perceptron


@pytest.mark.parametrize(
    ("weight", "bias", "sums", "wanted"),
    [
        ((2.0, 2.0), -3.0, [-3, -1, -1, 1], AND),
        ((2.0, 2.0), -1.0, [-1, 1, 1, 3], OR),
        ((-2.0, -2.0), 3.0, [3, 1, 1, -1], NAND),
    ],
)
def test_the_gates_by_hand(
    weight: tuple[float, float], bias: float, sums: list[float], wanted: tuple[int, ...]
) -> None:
    neuron = Perceptron(weight, bias)
    assert [neuron.sum(row) for row in ROWS] == sums
    assert table(neuron) == wanted


@pytest.mark.parametrize(("wanted", "low", "high"), [(AND, -4.0, -2.0), (OR, -2.0, 0.0)])
def test_the_bias_may_lie_in_a_half_open_interval(wanted: tuple[int, ...], low: float, high: float) -> None:
    works = {
        bias: table(Perceptron((2.0, 2.0), bias)) == wanted for bias in (low - 0.01, low, high - 0.01, high)
    }
    assert list(works.values()) == [False, True, True, False]
    assert 0.0 in [Perceptron((2.0, 2.0), low).sum(row) for row in ROWS]
    says("perceptron", f"${low:.0f} \\le b < {high:.0f}$")


def test_the_corner_lies_at_the_distance_stated() -> None:
    distance = Perceptron((2.0, 2.0), -3.0).sum((1, 1)) / math.hypot(2, 2)
    says("perceptron", f"1/\\sqrt{{8}} = {distance:.3f}")


def test_the_table_of_first_corrections_is_the_run_of_the_engine() -> None:
    trace = learn_perceptron(ROWS, AND)
    before = trace.start
    for update in trace.updates[:5]:
        row, after = ROWS[update.example], update.perceptron
        target, answer = AND[update.example], before.output(row)
        numbers = f"{after.bias:.0f}, {after.weight[0]:.0f}, {after.weight[1]:.0f}"
        cells = [update.epoch, f"{row[0]}{row[1]}", f"{before.sum(row):.0f}", answer, target, numbers]
        says("perceptron", f"| {' | '.join(str(cell) for cell in cells)} |".replace("-", "−"))
        before = after


@pytest.mark.parametrize(
    ("wanted", "updates", "epochs", "final", "said"),
    [
        (
            AND,
            11,
            6,
            Perceptron((2.0, 1.0), -3.0),
            "$(-3, 2, 1)$, the eleventh correction, made in epoch 5. Epoch 6",
        ),
        (OR, 5, 4, Perceptron((1.0, 1.0), -1.0), "OR takes 5 corrections and ends at $(-1, 1, 1)$"),
        (NAND, 10, 6, Perceptron((-2.0, -1.0), 2.0), "NAND takes 10"),
        (NOR, 4, 4, Perceptron((-1.0, -1.0), 0.0), "NOR 4"),
    ],
)
def test_the_learning_rule_ends_where_the_lesson_says(
    wanted: tuple[int, ...], updates: int, epochs: int, final: Perceptron, said: str
) -> None:
    trace = learn_perceptron(ROWS, wanted)
    assert (len(trace.updates), trace.epochs, trace.converged) == (updates, epochs, True)
    assert trace.final() == final
    assert 0.0 in [final.sum(row) for row in ROWS], "the lesson says that it ends on a tie"
    says("perceptron", said)


def test_the_sixth_correction_is_the_one_asked_for() -> None:
    sixth = learn_perceptron(ROWS, AND).updates[5]
    assert (sixth.epoch, ROWS[sixth.example]) == (3, (0, 1))
    assert sixth.perceptron == Perceptron((2.0, 0.0), -2.0)
    says("perceptron", "the weights become $(-2, 2, 0)$")


def test_the_bound_on_corrections_is_fifty_one() -> None:
    longest = max(1 + x1**2 + x2**2 for x1, x2 in ROWS)
    reference = Perceptron((2.0, 2.0), -3.0)
    margin = min(abs(reference.sum(row)) for row in ROWS)
    bound = longest * (9 + 4 + 4) / margin**2
    says("perceptron", f"$R^2 = {longest}$", f"at most {bound:.0f} corrections", "= 17$")


def test_learning_xor_comes_back_to_where_it_was() -> None:
    updates = learn_perceptron(ROWS, XOR, max_epochs=10).updates
    last = {epoch: [u for u in updates if u.epoch == epoch] for epoch in range(1, 11)}
    assert last[2][-1].perceptron == Perceptron((-1.0, 0.0), 0.0)
    assert all(last[epoch][-1].perceptron == last[2][-1].perceptron for epoch in range(3, 11))
    assert [len(last[epoch]) for epoch in range(3, 11)] == [4] * 8


def test_a_perceptron_computes_fourteen_functions_and_three_rows_of_xor() -> None:
    halves = np.arange(-3, 3.5, 0.5)
    tables = {table(Perceptron((w1, w2), b)) for b, w1, w2 in itertools.product(halves, repeat=3)}
    assert set(itertools.product((0, 1), repeat=4)) - tables == {XOR, XNOR}
    assert max(sum(y == t for y, t in zip(row, XOR, strict=True)) for row in tables) == 3
    says("perceptron", "the perceptron computes 14")


def test_the_product_as_a_third_input_solves_xor() -> None:
    neuron = Perceptron((2.0, 2.0, -4.0), -1.0)
    assert [neuron.sum((x1, x2, x1 * x2)) for x1, x2 in ROWS] == [-1, 1, 1, -1]


# XOR and the hidden layer


def test_the_table_of_the_lectures_network() -> None:
    hidden, output = Network(*SIGMOIDS, LECTURE).values(INPUTS)
    for (x1, x2), h, y in zip(ROWS, hidden.outputs, output.outputs[:, 0], strict=True):
        says("mlp-xor", f"| {x1} | {x2} | {h[0]:.7f} | {h[1]:.7f} | {y:.10f} |")
    assert hidden.sums[1].tolist() == [10, 10]
    says(
        "mlp-xor",
        f"{output.sums[1, 0]:.6f}",
        f"\\sigma({output.sums[1, 0]:.6f}) = {s(output.sums[1, 0]):.7f}",
    )


def test_the_other_wiring_answers_0010() -> None:
    other = LECTURE | {"0.weight": [[20.0, -20.0], [20.0, -20.0]]}
    assert [round(y) for y in answers(other)] == [0, 0, 1, 0]
    says("mlp-xor", "the same numbers answer 0, 0, 1, 0")


def test_rounding_the_hidden_outputs_shows_in_the_seventh_decimal() -> None:
    true = answers(LECTURE)
    for rounded, output in [(s(-10), true[0]), (s(10), true[1])]:
        assert f"{rounded:.9f}"[:8] == f"{output:.9f}"[:8]
        assert f"{rounded:.9f}"[8] != f"{output:.9f}"[8]


def test_a_bias_of_minus_four_mends_the_start_of_the_lab() -> None:
    mended = answers(START | {"0.bias": [-4.0, -3.0]})
    assert [y >= 0.5 for y in mended] == [bool(t) for t in XOR]
    assert Network(*SIGMOIDS, START).values(INPUTS)[0].sums[3, 0] == 0
    says("mlp-xor", f"makes the last answer {mended[3]:.3f}")


def test_without_a_bend_the_network_is_a_constant() -> None:
    assert Network(*LINEAR, LECTURE).forward(INPUTS)[:, 0].tolist() == [370.0] * 4
    says("mlp-xor", "- 30 = 370$")


def test_half_the_weights_are_still_excellent() -> None:
    halved = {name: (np.array(values) / 2).tolist() for name, values in LECTURE.items()}
    outputs = answers(halved)
    says("mlp-xor", f"the answers become {outputs[0]:.4f} and {outputs[1]:.4f}")


def test_a_saturated_neuron_has_a_tiny_slope() -> None:
    slope = s(10) * (1 - s(10))
    says("mlp-xor", f"{slope:.7f}, about {round(0.25 / slope, -2):,.0f} times smaller")


def test_exchanging_the_hidden_neurons_changes_nothing() -> None:
    swapped = {
        "0.weight": START["0.weight"][::-1],
        "0.bias": START["0.bias"][::-1],
        "2.weight": [START["2.weight"][0][::-1]],
        "2.bias": START["2.bias"],
    }
    assert answers(swapped) == pytest.approx(answers(START), abs=1e-15)


class Cohort:
    """Many 2-k-1 networks trained on XOR at once: sigmoid, mean squared error, all four examples a step."""

    targets: Array = np.array(XOR, dtype=float)[:, None]

    def __init__(self, w1: Array, b1: Array, w2: Array, b2: Array) -> None:
        self.w1, self.b1, self.w2, self.b2 = w1, b1, w2, b2  # (k, 2, n), (k, n), (k, n), (n,)

    @classmethod
    def random(cls, hidden: int, count: int, seed: int) -> "Cohort":
        stream = np.random.default_rng(seed)
        shapes = ((hidden, 2, count), (hidden, count), (hidden, count), (count,))
        return cls(*(stream.standard_normal(shape) for shape in shapes))

    def stuck(self) -> "Cohort":
        keep = ~self.solved()
        return Cohort(self.w1[..., keep], self.b1[..., keep], self.w2[..., keep], self.b2[keep])

    def forward(self) -> tuple[Array, Array]:
        hidden = sigmoid(np.einsum("kin,pi->pkn", self.w1, INPUTS) + self.b1).data
        return hidden, sigmoid((hidden * self.w2).sum(axis=1) + self.b2).data

    def train(self, steps: int, lr: float = 1.0) -> None:
        for _ in range(steps):
            hidden, outputs = self.forward()
            delta = (outputs - self.targets) * outputs * (1 - outputs) / 2
            hidden_delta = delta[:, None] * self.w2 * hidden * (1 - hidden)
            self.w1 = self.w1 - lr * np.einsum("pkn,pi->kin", hidden_delta, INPUTS)
            self.b1 = self.b1 - lr * hidden_delta.sum(axis=0)
            self.w2 = self.w2 - lr * (delta[:, None] * hidden).sum(axis=0)
            self.b2 = self.b2 - lr * delta.sum(axis=0)

    def solved(self) -> npt.NDArray[np.bool_]:
        right: npt.NDArray[np.bool_] = ((self.forward()[1] >= 0.5) == (self.targets > 0.5)).all(axis=0)
        return right

    def losses(self) -> Array:
        losses: Array = ((self.forward()[1] - self.targets) ** 2).mean(axis=0)
        return losses


def test_from_zero_nothing_ever_moves_and_twins_stay_twins() -> None:
    zero = Cohort(np.zeros((2, 2, 1)), np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(1))
    zero.train(10)
    assert not any(np.any(part) for part in (zero.w1, zero.b1, zero.w2, zero.b2))

    twins = Cohort.random(1, 1, seed=0)
    w1, b1, w2 = (np.repeat(part, 2, axis=0) for part in (twins.w1, twins.b1, twins.w2))
    twins = Cohort(w1, b1, w2, twins.b2)
    twins.train(100)
    assert np.array_equal(twins.w1[0], twins.w1[1])
    assert np.array_equal(twins.w2[0], twins.w2[1])


@pytest.mark.parametrize(("hidden", "solved"), [(2, 294), (3, 388), (4, 399), (8, 400)])
def test_wider_networks_learn_xor_more_often(hidden: int, solved: int) -> None:
    """Another processor may round differently and turn a run or two, hence the tolerance."""
    cohort = Cohort.random(hidden, 400, seed=0)
    cohort.train(5000)
    assert abs(int(cohort.solved().sum()) - solved) <= 3
    says("mlp-xor", f"| {hidden} | {solved} |")
    if hidden == 2:
        _check_the_stuck_runs(cohort.stuck())


def _check_the_stuck_runs(stuck: Cohort) -> None:
    losses = stuck.losses()
    assert abs(int((np.abs(losses - 1 / 8) < 0.005).sum()) - 95) <= 3
    assert abs(int((np.abs(losses - 1 / 6) < 0.005).sum()) - 11) <= 3
    stuck.train(45_000)
    assert abs(int(stuck.solved().sum()) - 4) <= 3
    says(
        "mlp-xor",
        "Of the 106 unsolved runs",
        "95 sit near",
        "The other 11 sit near",
        "free just 4 of the 106",
    )
    assert round(400 / 106**2 * 400) == 14
    says("mlp-xor", "only about once in fourteen")
