"""The factor on the learning rate, step by step."""

from collections.abc import Callable

import pytest

from engine.schedules import Schedule, constant, cosine, exponential, linear_warmup, step_decay


def test_schedules_give_the_factors_of_their_formulas() -> None:
    assert [constant()(step) for step in (0, 9)] == [1, 1]
    assert [step_decay(2, 0.5)(step) for step in range(5)] == [1, 1, 0.5, 0.5, 0.25]
    assert exponential(0.9)(2) == pytest.approx(0.81)
    assert [cosine(4)(step) for step in range(6)] == pytest.approx(
        [1, 0.8535533905932737, 0.5, 0.14644660940672624, 0, 0]
    )
    assert cosine(4, 0.1)(4) == pytest.approx(0.1)


def test_a_warm_up_climbs_to_one_and_hands_over() -> None:
    schedule = linear_warmup(4, exponential(0.5))

    assert [schedule(step) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 0.5]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: step_decay(0, 0.5), "every must be between 1 and inf, got 0"),
        (lambda: step_decay(2, -2), "factor must be between 0 and 1, got -2"),
        (lambda: exponential(float("nan")), "factor must be between 0 and 1, got nan"),
        (lambda: cosine(0), "steps must be between 1 and inf, got 0"),
        (lambda: cosine(10, 5.0), "final must be between 0 and 1, got 5.0"),
        (lambda: linear_warmup(-1, constant()), "warmup must be between 0 and inf, got -1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(make: Callable[[], Schedule], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
