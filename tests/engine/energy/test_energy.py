"""Energy models: exact where they can be counted, and the approximations against the exact."""

import numpy as np
import pytest

from engine.data import load
from engine.energy.boltzmann import BoltzmannMachine
from engine.energy.dbn import DBN
from engine.energy.rbm import RBM, RBMTraining, train_rbm
from engine.energy.states import all_states, log_sum_exp, logistic
from engine.evaluation import predict
from engine.layers.dense import Linear, Sigmoid
from engine.losses import cross_entropy
from engine.module import Module, Sequential
from engine.optim import Adam
from engine.plan import Plan


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def machine(units: int, visible: int, scale: float = 1.0) -> BoltzmannMachine:
    generator = draws(units)
    upper = np.triu(generator.normal(0, scale, (units, units)), 1)
    return BoltzmannMachine(upper + upper.T, generator.normal(0, scale, units), visible)


def parity_machine(strength: float) -> BoltzmannMachine:
    """Three visible units and a hidden one that give even parity: topic 18's reference."""
    weight = np.full((4, 4), -strength)
    weight[3, :] = weight[:, 3] = 2 * strength
    np.fill_diagonal(weight, 0)
    return BoltzmannMachine(weight, np.array([-strength / 2] * 3 + [-2 * strength]), 3)


EVEN = np.array([1.0, 0, 0, 1, 0, 1, 1, 0]) / 4


def test_states_count_upwards() -> None:
    assert all_states(2, 16).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(("strength", "divergence"), [(12, 0.0043), (20, 7.9e-5)])
def test_a_hidden_unit_gives_even_parity(strength: float, divergence: float) -> None:
    assert parity_machine(strength).divergence(EVEN) == pytest.approx(divergence, rel=0.02)


def test_no_machine_without_hidden_units_sees_parity() -> None:
    pairs_only = BoltzmannMachine(np.zeros((3, 3)), np.zeros(3), 3)

    weight, bias = pairs_only.gradient(all_states(3, 16)[EVEN > 0])

    assert max(np.abs(weight).max(), np.abs(bias).max()) < 1e-12
    assert pairs_only.divergence(EVEN) == pytest.approx(np.log(2))


def test_states_too_unlikely_for_a_float_still_have_their_divergence_and_gradient() -> None:
    """With so strong weights p(v) of odd parity is below the smallest float."""
    model, odd = parity_machine(2000), (1 - 4 * EVEN) / 4

    weight, bias = model.gradient(all_states(3, 16)[odd > 0])

    assert model.visible_probabilities()[odd > 0].max() == 0
    assert model.divergence(odd) == pytest.approx(1000, rel=0.01)
    assert weight[0, 3] == pytest.approx(-0.125)
    assert np.isfinite(weight).all()
    assert np.isfinite(bias).all()


def test_probabilities_add_up_and_follow_the_energies() -> None:
    model = machine(6, 4)

    p = model.probabilities()

    assert p.sum() == pytest.approx(1, rel=1e-12)
    assert np.log(p[3] / p[40]) == pytest.approx(
        float(np.diff(model.energies(all_states(6, 16)[[3, 40]]))[0]), rel=1e-9
    )
    assert model.visible_probabilities().sum() == pytest.approx(1, rel=1e-12)


def test_conditionals_are_those_of_the_table() -> None:
    model, states = machine(4, 4), all_states(4, 16)
    p = model.probabilities()

    for row, state in enumerate(states):
        flipped = row ^ 0b0100
        on, off = (row, flipped) if state[1] else (flipped, row)
        assert model.conditional(state[None], 1)[0] == pytest.approx(p[on] / (p[on] + p[off]), rel=1e-9)


def test_gibbs_sampling_draws_the_exact_marginals() -> None:
    model = machine(5, 5, 0.7)

    ended = model.sample(np.zeros((20_000, 5)), 30, draws())

    counted = np.bincount((ended @ 2.0 ** np.arange(5)[::-1]).astype(int), minlength=32) / len(ended)
    assert np.abs(counted - model.probabilities()).max() < 0.01


def test_the_gradient_of_a_machine_is_that_of_its_likelihood() -> None:
    model = machine(5, 3)
    data = draws(3).integers(0, 2, (20, 3)).astype(float)
    places = (data @ [4, 2, 1]).astype(int)
    weight, bias = model.gradient(data)

    def likelihood(w: np.ndarray, b: np.ndarray) -> float:
        return float(np.log(BoltzmannMachine(w, b, 3).visible_probabilities()[places]).mean())

    h = 1e-6
    change = np.zeros((5, 5))
    change[1, 4] = change[4, 1] = h
    numeric = (
        likelihood(model.weight + change, model.bias) - likelihood(model.weight - change, model.bias)
    ) / (2 * h)
    step = np.eye(5)[2] * h
    numeric_bias = (
        likelihood(model.weight, model.bias + step) - likelihood(model.weight, model.bias - step)
    ) / (2 * h)
    assert weight[1, 4] == pytest.approx(numeric, rel=1e-6)
    assert bias[2] == pytest.approx(numeric_bias, rel=1e-6)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.array([[0.0, 1, 0], [1, 0.5, 0]]), "0 or 1, not 0.5"),
        (np.array([[0.0, 1, -1]]), "0 or 1, not -1"),
        (np.array([[0.0, np.nan, 1]]), "0 or 1, not nan"),
        (np.zeros((0, 3)), r"a row at least, got \(0, 3\)"),
        (np.zeros((4, 2)), r"data \(M, 3\)"),
    ],
)
def test_a_gradient_of_what_are_no_states_is_refused(data: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        machine(5, 3).gradient(data)


def test_a_cooler_machine_ranks_the_states_the_same() -> None:
    model = machine(4, 4)

    assert np.array_equal(np.argsort(model.probabilities()), np.argsort(model.probabilities(0.5)))


@pytest.mark.parametrize(
    ("weight", "visible", "words"),
    [
        (np.ones((2, 2)), 1, "zero diagonal"),
        (np.array([[0.0, 1], [2, 0]]), 1, "symmetric"),
        (np.zeros((3, 3)), 1, r"weight \(2, 2\)"),
        (np.zeros((2, 2)), 3, "1 to 2 visible"),
    ],
)
def test_weights_that_make_no_machine_are_refused(weight: np.ndarray, visible: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BoltzmannMachine(weight, np.zeros(2), visible)


def test_too_many_units_to_count_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 16 units"):
        machine(17, 2).log_partition()
    with pytest.raises(ValueError, match="at most 16 units"):
        RBM(17, 18, draws()).log_partition()


def small_rbm(visible: int = 6, hidden: int = 4, std: float = 0.8) -> RBM:
    rbm = RBM(visible, hidden, draws(1), std=std)
    rbm.visible_bias, rbm.hidden_bias = draws(2).normal(size=visible), draws(3).normal(size=hidden)
    return rbm


def test_an_rbm_is_a_boltzmann_machine_of_two_layers() -> None:
    rbm = small_rbm()
    weight = np.zeros((10, 10))
    weight[6:, :6] = rbm.weight
    twin = BoltzmannMachine(weight + weight.T, np.concatenate([rbm.visible_bias, rbm.hidden_bias]), 6)

    p = np.exp(-rbm.free_energies(all_states(6, 16)) - rbm.log_partition())

    assert rbm.log_partition() == pytest.approx(twin.log_partition(), rel=1e-12)
    np.testing.assert_allclose(p, twin.visible_probabilities(), rtol=1e-9)


def test_both_layers_give_the_same_partition() -> None:
    wide, tall = small_rbm(6, 4), small_rbm(4, 6)

    over_visible = log_sum_exp(-wide.free_energies(all_states(6, 16)))
    h = all_states(6, 16)
    over_hidden = log_sum_exp(
        h @ tall.hidden_bias + np.log1p(np.exp(h @ tall.weight + tall.visible_bias)).sum(1)
    )

    assert wide.log_partition() == pytest.approx(float(over_visible), rel=1e-12)
    assert tall.log_partition() == pytest.approx(float(over_hidden), rel=1e-12)


def test_the_exact_gradient_is_that_of_the_exact_likelihood() -> None:
    rbm, data = small_rbm(), draws(4).integers(0, 2, (15, 6)).astype(float)
    gradient = rbm.exact_gradient(data)

    for name, analytic in (
        ("weight", gradient.weight),
        ("visible_bias", gradient.visible_bias),
        ("hidden_bias", gradient.hidden_bias),
    ):
        values = getattr(rbm, name)
        for index in list(np.ndindex(values.shape))[::3]:
            around = []
            for h in (1e-6, -2e-6):
                values[index] += h
                around.append(rbm.log_likelihood(data))
            values[index] += 1e-6
            assert analytic[index] == pytest.approx((around[0] - around[1]) / 2e-6, abs=1e-7)


def test_the_contrastive_gradient_becomes_the_exact_one_as_k_grows() -> None:
    rbm, data = small_rbm(std=2.0), (draws(4).random((4, 6)) < 0.8).astype(float)
    exact = rbm.exact_gradient(data)

    errors = []
    for k in (1, 2, 4, 50):
        chains = np.repeat(data, 10_000, axis=0)
        estimate, _ = rbm.contrastive_gradient(data, chains, k, draws(5))
        errors.append(float(np.linalg.norm(estimate.weight - exact.weight)))

    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]
    assert errors[3] < 0.02


def test_ten_steps_learn_bars_and_stripes_better_than_one() -> None:
    data = load("bars_and_stripes").x_train
    reached = {}
    for k in (1, 10):
        rbm = RBM(16, 16, draws(), std=0.1)
        train_rbm(rbm, data, RBMTraining(steps=1500, k=k, lr=0.1), draws(1))
        reached[k] = rbm.log_likelihood(data)

    assert reached[10] > reached[1] + 0.2
    assert -5.0 < reached[10] < -np.log(30)


def test_persistent_chains_go_on_and_steps_are_told() -> None:
    data = load("bars_and_stripes").x_train
    rbm, told = RBM(16, 8, draws()), []

    train_rbm(
        rbm,
        data,
        RBMTraining(steps=5, persistent=True, batch_size=10),
        draws(1),
        lambda step, _: told.append(step),
    )

    assert told == [1, 2, 3, 4, 5]
    assert np.isfinite(rbm.log_likelihood(data))


def test_half_a_picture_is_completed() -> None:
    data = load("bars_and_stripes").x_train
    rbm = RBM(16, 24, draws(), std=0.1)
    train_rbm(rbm, data, RBMTraining(steps=2500, k=5, lr=0.1), draws(1))
    known = np.arange(16) < 8

    completed = rbm.complete(data, known, 50, draws(2))

    assert np.array_equal(completed[:, :8], data[:, :8])
    patterns = {row.tobytes() for row in data}
    assert np.mean([row.tobytes() in patterns for row in completed]) > 0.4


def test_large_weights_do_not_overflow() -> None:
    rbm = RBM(4, 4, draws(), std=1e5)

    assert np.isfinite(rbm.log_likelihood(np.ones((1, 4))))
    assert logistic(np.array([-1e5, 0.0, 1e5])).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("choices", [{"steps": 0}, {"steps": 1, "k": 0}, {"steps": 1, "lr": 0.0}])
def test_settings_of_a_training_are_checked(choices: dict) -> None:
    with pytest.raises(ValueError, match="at least 1, lr above 0"):
        RBMTraining(**choices)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros((0, 4)), r"M at least 1, got \(0, 4\)"),
        (np.zeros((3, 5)), r"data \(M, 4\)"),
        (np.zeros(4), r"got \(4,\)"),
        (np.array([[0, 1, np.nan, 0]]), r"data\[0, 2\] is nan"),
        (np.array([[0, 1, 1, 0], [0, 0, 0, 1.5]]), r"data\[1, 3\] is 1.5"),
        (np.array([[0, -1, 0, np.inf]]), r"data\[0, 1\] is -1"),
    ],
)
def test_data_from_which_an_rbm_cannot_learn_are_refused(data: np.ndarray, words: str) -> None:
    rbm = RBM(4, 2, draws())
    before = rbm.weight.copy()

    with pytest.raises(ValueError, match=words):
        train_rbm(rbm, data, RBMTraining(steps=1), draws(1))

    assert np.array_equal(rbm.weight, before)


def fine_tune(model: Module, x: np.ndarray, y: np.ndarray, epochs: int) -> None:
    optimizer, order = Adam(model.parameters(), lr=0.003), draws(9)
    plan = Plan(lambda a, b: cross_entropy(model(a), b), x[:40], y[:40])
    for _ in range(epochs):
        rows = order.permutation(len(x))
        for start in range(0, len(x) - 39, 40):
            part = rows[start : start + 40]
            plan.step(x[part], y[part])
            optimizer.step()


def test_pre_training_helps_a_deep_network_of_sigmoids() -> None:
    data = load("digits")
    x, y = data.x_train, data.y_train
    dbn = DBN((64, 48, 32, 24), draws())
    dbn.train(x, RBMTraining(steps=700, lr=0.1, batch_size=50), draws(1))
    pretrained = dbn.to_classifier(10, draws(2))
    small = Sequential(
        *(
            module
            for below, above in ((64, 48), (48, 32), (32, 24))
            for module in (Linear(below, above, dtype=np.float64), Sigmoid())
        ),
        Linear(24, 10, generator=draws(2), dtype=np.float64),
    )
    for layer, seed in zip(list(small)[0:6:2], range(3), strict=True):
        layer.weight.data[...] = draws(seed).normal(0, 0.01, layer.weight.shape)  # type: ignore[attr-defined]

    accuracy = {}
    for name, model in (("pre-trained", pretrained), ("small random", small)):
        fine_tune(model, x, y, 4)
        accuracy[name] = (predict(model, data.x_test).argmax(1) == data.y_test).mean()

    assert dbn.features(x).shape == (1440, 24)
    assert accuracy["pre-trained"] > accuracy["small random"] + 0.15


def test_a_stack_of_one_layer_is_none() -> None:
    with pytest.raises(ValueError, match="at least two sizes"):
        DBN((64,), draws())


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_boltzmann_machine_has_a_temperature_above_zero(temperature: float) -> None:
    machine = BoltzmannMachine(np.zeros((2, 2)), np.zeros(2), 1)

    for ask in (
        machine.log_partition,
        machine.probabilities,
        lambda t: machine.conditional(np.zeros((1, 2)), 0, t),
    ):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            ask(temperature)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (np.ones(8) / 9, "target must be"),
        (np.full(8, np.nan), "target must be"),
        (np.ones(4) / 4, "have 8 states"),
    ],
)
def test_a_divergence_is_from_a_distribution(target: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parity_machine(1).divergence(target)


@pytest.mark.parametrize("data", [np.full((1, 3), 2.0), np.zeros((0, 3)), np.zeros((2, 4))])
def test_what_an_rbm_cannot_have_seen_has_no_likelihood(data: np.ndarray) -> None:
    rbm = RBM(3, 2, draws())

    for ask in (rbm.log_likelihood, rbm.exact_gradient):
        with pytest.raises(ValueError, match="data"):
            ask(data)


@pytest.mark.parametrize("setting", [{"lr": np.nan}, {"lr": np.inf}, {"weight_decay": np.nan}])
def test_an_rbm_is_not_trained_with_a_rate_that_is_no_number(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        RBMTraining(5, **setting)


def test_a_machine_has_units() -> None:
    with pytest.raises(ValueError, match="hidden must be a whole number of at least 1, got 0"):
        RBM(9, 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="visible must be a whole number of at least 1, got 0"):
        DBN([0, 3], np.random.default_rng(0))
