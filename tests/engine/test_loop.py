"""How numpy is set inside training loops, and that no result depends on it."""

import numpy as np
import pytest

from engine import loop
from engine.progress import StepInfo
from engine.train import train
from tests.engine.configurations import FAMILIES, XOR, configuration, xor_configuration


def test_a_training_sets_numpy_for_its_steps_alone() -> None:
    seen: list[tuple[int, str]] = []

    def look(_info: StepInfo) -> None:
        seen.append((np.getbufsize(), np.geterr()["over"]))

    train(xor_configuration(), XOR, 0, on_step=look)

    assert set(seen) == {(loop.BUFFER, "ignore")}
    assert (np.getbufsize(), np.geterr()["over"]) == (8192, "warn")


@pytest.mark.parametrize("family", FAMILIES)
def test_no_bit_depends_on_the_length_of_the_buffers(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layers, examples = FAMILIES[family]
    spec = configuration(layers, early_stopping={"patience": 9, "validation": 0.3})
    results = []
    for length in (16, loop.BUFFER, 1 << 20):
        monkeypatch.setattr(loop, "BUFFER", length)
        model = train(spec, examples, 0).model
        assert model is not None
        results.append({name: value.tobytes() for name, value in model.state_dict().items()})

    assert results[0] == results[1] == results[2]
