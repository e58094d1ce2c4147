"""The factor on the learning rate, step by step."""

import pytest

from engine.schedules import constant, cosine, exponential, linear_warmup, step_decay


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
