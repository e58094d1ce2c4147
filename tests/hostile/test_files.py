"""Every hostile file of weights is refused by its reader with the documented reason, and stays small."""

import numpy as np
import pytest

from engine.weights import WeightsRefused, load
from tests.hostile import archives, tensors
from tests.hostile.memory import growth_while

SHAPES = {name: value.shape for name, value in archives.STATE.items()}
REFUSED = {f"npz: {name}": row for name, row in archives.ARCHIVES.items()} | {
    f"safetensors: {name}": row for name, row in tensors.FILES.items()
}
TAKEN = {f"npz: {name}": make for name, make in archives.TAKEN.items()} | {
    f"safetensors: {name}": make for name, make in tensors.TAKEN.items()
}
MOST_MEGABYTES = 20


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("is_named", [True, False])
def test_a_hostile_file_is_refused_with_its_reason(name: str, is_named: bool) -> None:
    make, words = REFUSED[name]
    data = make()
    form = name.split(":", maxsplit=1)[0] if is_named else None

    refusal, megabytes = growth_while(lambda: refusal_of(data, form))

    assert words in refusal or not is_named
    assert megabytes < MOST_MEGABYTES


@pytest.mark.parametrize("name", TAKEN)
def test_an_odd_but_right_file_is_read(name: str) -> None:
    loaded = load(TAKEN[name](), SHAPES)

    assert all(np.array_equal(loaded[key], value) for key, value in archives.STATE.items())


def refusal_of(data: bytes, form: str | None) -> str:

    with pytest.raises(WeightsRefused) as refusal:
        load(data, SHAPES, format=form)
    return str(refusal.value)
