"""The random numbers everything rests on: the first never change, and no stream touches another."""

import hashlib
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest

from engine.rng import StreamName, Streams
from engine.tensor import Array

NAMES = get_args(StreamName)
DRAWS: dict[str, Callable[[np.random.Generator], Array]] = {
    "uniform": lambda generator: generator.uniform(-1.0, 1.0, 1000),
    "normal": lambda generator: generator.normal(0.0, 1.0, 1000),
    "integers": lambda generator: generator.integers(0, 10, 1000),
    "permutation": lambda generator: generator.permutation(1000),
}
GOLDEN = {
    "uniform": "60cf20bd8d88adb248a9293f3bf691bae32c07859d586a1d453c0da9c2373101",
    "normal": "7d1a4c38b466dfc99718efb1d7c345178c160e61c65ff5e7a551e386f9009f28",
    "integers": "ca267dcc457420efce1589f7abe9a070405bb0a4d78c5533faa0fee877259e4b",
    "permutation": "7e6ca5062473b9d3179874026f84ca9f3031d1528534b69614b47965cf6d4aa3",
}
FIRST = {
    "init": [3445585646, 4049885951, 23549334],
    "shuffle": [2843493045, 2908538353, 1515234240],
    "dropout": [2819132514, 3600347165, 1987908409],
    "noise": [3833089861, 1565229677, 1332404265],
    "data": [751395872, 2804495858, 1867014110],
}


@pytest.mark.parametrize("distribution", DRAWS)
def test_the_first_thousand_draws_are_those_of_the_first_release(distribution: str) -> None:
    draws = DRAWS[distribution](Streams(0).get("data"))

    assert (
        hashlib.sha256(draws.astype(draws.dtype.newbyteorder("<")).tobytes()).hexdigest()
        == GOLDEN[distribution]
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_purpose_has_a_stream_of_its_own_that_never_changes(name: StreamName) -> None:
    assert Streams(0).get(name).integers(0, 2**32, 3).tolist() == FIRST[name]


@pytest.mark.parametrize("used", NAMES)
def test_drawing_from_one_stream_moves_no_other(used: StreamName) -> None:
    untouched, streams = Streams(7), Streams(7)

    streams.get(used).normal(size=1000)

    for name in NAMES:
        same = (streams.get(name).uniform(size=10) == untouched.get(name).uniform(size=10)).all()
        assert same == (name != used)


def test_the_order_in_which_streams_are_first_asked_for_does_not_matter() -> None:
    forwards, backwards = Streams(7), Streams(7)

    first = {name: forwards.get(name).uniform() for name in NAMES}
    second = {name: backwards.get(name).uniform() for name in reversed(NAMES)}

    assert first == second


def test_a_restored_state_goes_on_with_the_same_numbers() -> None:
    streams = Streams(7)
    streams.get("data").normal(size=17)
    streams.get("shuffle").permutation(5)

    state = streams.state()
    expected = {name: streams.get(name).uniform(size=100).tolist() for name in NAMES}
    other = Streams(7)
    other.get("init").uniform(size=3)
    other.restore(state)

    assert {name: other.get(name).uniform(size=100).tolist() for name in NAMES} == expected


def test_who_holds_a_stream_is_put_back_with_it() -> None:
    streams = Streams(7)
    held, first = streams.get("dropout"), Streams(7).get("dropout").uniform()
    held.uniform(size=5)
    streams.restore({})

    assert streams.get("dropout") is held
    assert held.uniform() == first


def test_a_state_is_not_moved_by_draws_that_come_after_it() -> None:
    streams = Streams(7)
    streams.get("data").uniform()
    state = streams.state()

    first = streams.get("data").uniform()
    streams.restore(state)

    assert streams.get("data").uniform() == first


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed must be 0 or more, got -1"):
        Streams(-1)
