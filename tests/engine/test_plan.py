"""A recorded step, replayed: the same bits as a fresh tape, for any number of steps."""

import numpy as np
import pytest

from engine.gradcheck import directional, numeric_gradient
from engine.layers.dense import Dropout, Linear, ReLU
from engine.losses import cross_entropy
from engine.module import Sequential
from engine.ops.basic import add, multiply, total
from engine.optim import SGD, clip_gradients, flatten
from engine.plan import Plan
from engine.tensor import Parameter, Tape, Tensor

X = np.random.Generator(np.random.PCG64(5)).normal(size=(8, 3))
Y = np.array([0, 1, 2, 3, 0, 1, 2, 3])


def network(p: float = 0.5) -> Sequential:
    """Build the same network again, its dropout at the start of its stream."""
    init, mask = (np.random.Generator(np.random.PCG64(seed)) for seed in (1, 2))
    first = Linear(3, 6, generator=init, dtype=np.float64)
    return Sequential(
        first, ReLU(), Dropout(p, generator=mask), Linear(6, 4, generator=init, dtype=np.float64)
    )


def test_twenty_replayed_steps_have_the_bits_of_twenty_tapes() -> None:
    recorded, taped = network(), network()
    fast, slow = SGD(recorded.parameters(), lr=0.1), SGD(taped.parameters(), lr=0.1)
    plan = Plan(lambda x, y: cross_entropy(recorded(x), y), X, Y)

    for _ in range(20):
        loss = plan.step(X, Y)
        fast.step()
        with Tape() as tape:
            value = cross_entropy(taped(X), Y)
        tape.backward(value)
        slow.step()
        assert loss == float(value.data)

    assert np.array_equal(fast.flat.values, slow.flat.values)


def test_new_inputs_take_the_place_of_the_old() -> None:
    model = network(0.0)
    plan = Plan(lambda x, y: cross_entropy(model(x), y), X, Y)

    other = plan.step(X * 2, Y[::-1].copy())

    assert other == float(cross_entropy(model(X * 2), Y[::-1].copy()).data)


def test_recording_draws_nothing() -> None:
    model = network()
    Plan(lambda x, y: cross_entropy(model(x), y), X, Y)

    assert np.array_equal(model(X).data, network()(X).data)


def test_gradients_do_not_accumulate_from_one_call_to_the_next() -> None:
    weight = Parameter(np.array([2.0]))
    with Tape() as tape:
        loss = total(multiply(weight, weight))

    first = tape.backward(loss)[weight].copy()

    assert tape.backward(loss)[weight].tolist() == first.tolist() == [4.0]


def test_a_parameter_used_twice_gets_the_sum_of_its_gradients() -> None:
    layer = Linear(3, 3, generator=np.random.default_rng(0), dtype=np.float64)
    loss = lambda: total(multiply(layer(layer(X)), X))  # noqa: E731 - a loss is a function without arguments

    with Tape() as tape:
        value = loss()
    gradient = tape.backward(value)[layer.weight]

    assert np.abs(gradient - numeric_gradient(loss, layer.weight)).max() < 1e-7


@pytest.mark.parametrize("seed", range(30))
def test_gradients_that_share_a_buffer_are_not_overwritten(seed: int) -> None:
    draws = np.random.Generator(np.random.PCG64(seed))
    weights = [Parameter(draws.normal(size=(2, 3))) for _ in range(2)]
    with Tape() as tape:
        tensors: list[Tensor] = [multiply(weight, weight) for weight in weights]
        for _ in range(25):
            left, right = (tensors[int(draws.integers(len(tensors)))] for _ in range(2))
            tensors.append(multiply(left, right) if draws.random() < 0.2 else add(left, right))
            tensors[-1].data *= 0.5
        loss = total(add(tensors[-1], tensors[-2]))

    apart = tape.gradients(loss, [*weights, *tensors])  # nothing that is kept shares a buffer
    expected = [gradient.copy() for gradient in apart[:2]]
    gradients = tape.backward(loss)

    for weight, right_one in zip(weights, expected, strict=True):
        assert np.allclose(gradients.get(weight, 0 * right_one), right_one, rtol=1e-12)


def test_a_sum_that_both_terms_of_a_product_wait_for_is_not_lost() -> None:
    weights = [Parameter(np.array(value)) for value in ([2.0, 3.0], [5.0, 7.0])]
    with Tape() as tape:
        a, b = (multiply(weight, 1.0) for weight in weights)
        product = multiply(a, b)
        loss = total(add(add(product, a), add(product, multiply(a, a))))

    gradients = tape.backward(loss)

    assert gradients[weights[0]].tolist() == [15.0, 21.0]  # 2 b + 1 + 2 a
    assert gradients[weights[1]].tolist() == [4.0, 6.0]  # 2 a


def test_a_sum_has_its_gradient_without_a_copy() -> None:
    weight = Parameter(np.ones(3))
    with Tape() as tape:
        terms = [multiply(weight, factor) for factor in (2.0, 3.0)]
        loss = total(multiply(add(*terms), 5.0))

    calls, gradients = tape.schedule(loss)

    assert gradients[terms[0]] is gradients[terms[1]]
    for function, arguments in calls:
        function(*arguments)
    assert weight.grad.tolist() == [25.0, 25.0, 25.0]


def test_nothing_is_recorded_outside_a_tape() -> None:
    with Tape() as tape:
        add(1.0, np.ones(2))
    add(1.0, np.ones(2))

    assert len(tape.nodes) == 1


def test_a_sum_of_2000_terms_needs_no_recursion() -> None:
    weight = Parameter(np.array(1.0))
    with Tape() as tape:
        value: Tensor = weight
        for _ in range(2000):
            value = add(value, weight)

    assert tape.backward(value)[weight] == 2001


def test_back_propagation_starts_from_one_number() -> None:
    with Tape() as tape:
        value = add(Parameter(np.ones(2)), 1.0)

    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        tape.backward(value)


def test_a_frozen_parameter_gets_no_gradient() -> None:
    model = network()
    model[0].requires_grad_(False)

    with Tape() as tape:
        loss = cross_entropy(model(X), Y)

    assert len(tape.backward(loss)) == 2


def test_a_wrong_gradient_is_found() -> None:
    weight = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    right = directional(lambda: total(multiply(weight, weight)), [weight], np.random.default_rng(0))
    wrong = type(right)(right.analytic * 1.01, right.numeric)

    assert right.relative() < 1e-9
    assert wrong.relative() > 1e-4


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_a_gradient_is_checked_in_float64_only(dtype: type) -> None:
    weight = Tensor(np.ones(3, dtype), requires_grad=True)
    loss = lambda: total(multiply(weight, weight))  # noqa: E731 - a loss without a name

    with pytest.raises(ValueError, match=f"checked in float64, got a tensor of {np.dtype(dtype)}"):
        directional(loss, [weight], np.random.default_rng(0))
    with pytest.raises(ValueError, match=f"checked in float64, got a tensor of {np.dtype(dtype)}"):
        numeric_gradient(loss, weight)


def test_parameters_share_one_vector_and_keep_their_values() -> None:
    model = network()
    before = model.state_dict()

    flat = flatten(model.parameters())

    assert all(np.shares_memory(parameter.data, flat.values) for parameter in model.parameters())
    assert all(np.array_equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("parameters", [[], [Parameter(np.ones(2)), Parameter(np.ones(2, np.float32))]])
def test_an_optimizer_refuses_nothing_and_mixed_dtypes(parameters: list[Parameter]) -> None:
    with pytest.raises(ValueError, match="one dtype"):
        SGD(parameters)


def test_clipping_scales_long_gradients_to_the_limit_and_leaves_short_ones() -> None:
    long, short = np.array([3.0, 4.0]), np.array([0.3, 0.4])

    assert clip_gradients(long, 1.0) == 5.0
    clip_gradients(short, 1.0)

    assert np.linalg.norm(long) == pytest.approx(1.0, rel=1e-6)
    assert short.tolist() == [0.3, 0.4]


def test_recording_a_sum_does_not_look_at_buffers_that_are_not_filled_yet() -> None:
    unfilled = Parameter(np.array([np.inf, -np.inf]))  # whose sum is invalid

    with np.errstate(all="raise"):
        plan = Plan(lambda: total(unfilled))

    unfilled.data[...] = 2
    assert plan.run() == 4


def test_a_step_takes_inputs_of_the_recorded_shapes_only() -> None:
    plan = Plan(lambda x: total(multiply(x, Parameter(np.ones(3)))), np.ones((4, 3)))

    with pytest.raises(ValueError, match=r"recorded for inputs \(4, 3\), got \(1, 3\)"):
        plan.step(np.ones((1, 3)))


@pytest.mark.parametrize("clip", [False, True])
def test_what_is_frozen_and_thawed_between_replays_learns_as_on_fresh_tapes(clip: bool) -> None:
    recorded, taped = network(), network()
    fast, slow = SGD(recorded.parameters(), lr=0.1), SGD(taped.parameters(), lr=0.1)
    recorded[0].requires_grad_(False)
    plan = Plan(lambda x, y: cross_entropy(recorded(x), y), X, Y)
    recorded[0].requires_grad_(True)

    for step in range(12):
        for model in (recorded, taped):
            model[0].requires_grad_(step % 6 < 3)
            model[3].requires_grad_(step % 4 < 2)
        loss = plan.step(X, Y)
        with Tape() as tape:
            value = cross_entropy(taped(X), Y)
        tape.backward(value)
        if clip:
            assert clip_gradients(fast.flat.gradients, 0.05) == clip_gradients(slow.flat.gradients, 0.05)
        fast.step()
        slow.step()
        assert loss == float(value.data)
        assert np.array_equal(fast.flat.values, slow.flat.values)


def test_a_parameter_frozen_by_hand_loses_its_gradient() -> None:
    model = network()
    plan = Plan(lambda x, y: cross_entropy(model(x), y), X, Y)
    plan.run()
    model[0].weight.requires_grad = False
    plan.run()

    assert not model[0].weight.grad.any()
    assert model[0].bias.grad.any()
    assert model[0].weight not in plan.parameters


def test_a_step_can_stop_half_way_and_go_on() -> None:
    whole, halves = network(), network()
    seen: list[Tensor] = []

    def loss(x: np.ndarray, y: np.ndarray) -> Tensor:
        seen.append(halves[2](halves[1](halves[0](x))))
        return cross_entropy(halves[3](seen[0]), y)

    plan, other = Plan(loss, X, Y), Plan(lambda x, y: cross_entropy(whole(x), y), X, Y)
    expected = [other.step(X + number, Y) for number in range(3)]
    for number in range(3):
        plan.begin(seen[0], X + number, Y)
        half = seen[0].data.copy()
        assert plan.run() == expected[number]
        assert np.array_equal(seen[0].data, half)

    with pytest.raises(ValueError, match="did not compute"):
        plan.begin(Tensor(X), X, Y)
    with pytest.raises(ValueError, match=r"recorded for inputs \(8, 3\), got \(2, 3\)"):
        plan.begin(seen[0], X[:2], Y)


def test_a_step_that_was_begun_and_not_finished_leaves_nothing_to_the_next() -> None:
    weight = Parameter(np.array([1.0]))
    middle: list[Tensor] = []

    def loss(x: np.ndarray) -> Tensor:
        middle.append(multiply(weight, x))
        return total(middle[0])

    plan = Plan(loss, np.array([1.0]))
    plan.begin(middle[0], np.array([2.0]))

    assert plan.step(np.array([5.0])) == 5.0
    assert weight.grad.tolist() == [5.0]


def test_the_loss_is_what_is_returned_and_not_what_was_computed_last() -> None:
    weight = Parameter(np.array([2.0]))

    def loss(x: np.ndarray) -> Tensor:
        value = total(multiply(weight, x))
        multiply(value, 100.0)
        return value

    assert Plan(loss, np.array([3.0])).run() == 6.0
    assert weight.grad.tolist() == [3.0]


def test_a_loss_that_was_not_computed_is_refused() -> None:
    with pytest.raises(ValueError, match="did not compute the Tensor"):
        Plan(lambda _: Tensor(np.array(1.0)), np.array([3.0]))
    with pytest.raises(ValueError, match="starts from one number"):
        Plan(lambda x: multiply(x, x), np.array([3.0, 4.0]))


def test_a_tape_records_once_at_a_time() -> None:
    tape = Tape()
    with tape, pytest.raises(RuntimeError, match="recording already"), tape:
        pass
    with tape:
        total(np.ones(2))

    assert len(tape.nodes) == 1
