"""The decoder-only transformer beside PyTorch's."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.losses import cross_entropy
from engine.models.gpt import GPT, GPTConfig
from engine.optim import SGD
from engine.plan import Plan

SYMBOLS, LENGTH, FEATURES, HEADS, BLOCKS = 7, 6, 8, 2, 2
CONFIG = GPTConfig(SYMBOLS, LENGTH, FEATURES, HEADS, BLOCKS)


class Twin(nn.Module):
    """The same network of PyTorch's own layers, its parameters in the same order."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, FEATURES)
        self.positions = nn.Embedding(LENGTH, FEATURES)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                FEATURES,
                HEADS,
                4 * FEATURES,
                0.0,
                lambda x: functional.gelu(x, approximate="tanh"),
                batch_first=True,
                norm_first=True,
            )
            for _ in range(BLOCKS)
        )
        self.norm, self.head = nn.LayerNorm(FEATURES), nn.Linear(FEATURES, SYMBOLS)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embedding(tokens) + self.positions.weight
        mask = torch.ones(LENGTH, LENGTH).triu(1).bool()
        for block in self.blocks:
            x = block(x, src_mask=mask)
        return self.head(self.norm(x))


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def test_the_gpt_learns_as_in_pytorch() -> None:
    ours, theirs = GPT(CONFIG, generator=draws(), dtype=np.float64), Twin().double()
    theirs.load_state_dict({name: torch.tensor(value) for name, value in ours.state_dict().items()})
    tokens, targets = draws(1).integers(0, SYMBOLS, (2, 4, LENGTH))
    optimizer, peer = SGD(ours.parameters(), lr=0.05), torch.optim.SGD(theirs.parameters(), lr=0.05)
    plan = Plan(lambda a, b: cross_entropy(ours(a), b), tokens, targets)

    for _ in range(50):
        value = plan.run()
        optimizer.step()
        peer.zero_grad()
        logits = theirs(torch.tensor(tokens)).reshape(-1, SYMBOLS)
        loss = functional.cross_entropy(logits, torch.tensor(targets).reshape(-1))
        loss.backward()
        peer.step()
        assert value == pytest.approx(loss.item(), rel=1e-9)

    state = ours.state_dict()
    for name, expected in theirs.state_dict().items():
        np.testing.assert_allclose(state[name], expected.numpy(), rtol=1e-8, atol=1e-10, err_msg=name)


def test_the_first_loss_is_about_that_of_guessing() -> None:
    model = GPT(GPTConfig(65, 16, 32, 4, 2), generator=draws())
    tokens, targets = draws(1).integers(0, 65, (2, 8, 16))

    loss = float(cross_entropy(model(tokens), targets).data)

    assert loss == pytest.approx(np.log(65), rel=0.1)


def test_a_low_temperature_takes_the_most_likely_symbol() -> None:
    model = GPT(CONFIG, generator=draws())

    tokens = model.generate(np.array([1, 2, 3]), 1, draws(2), temperature=1e-6)

    window = np.array([[1, 2, 3, 0, 0, 0]])
    assert tokens.tolist() == [1, 2, 3, int(model(window).data[0, 2].argmax())]


def test_a_text_goes_on_from_a_symbol_at_least() -> None:
    model = GPT(CONFIG, generator=draws())

    assert len(model.generate(np.array([1]), 0, draws(2))) == 1
    with pytest.raises(ValueError, match="at least one symbol"):
        model.generate([], 3, draws(2))  # type: ignore[arg-type]


def test_a_symbol_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(IndexError, match=f"index {SYMBOLS} is outside"):
        GPT(CONFIG)(np.full((1, LENGTH), SYMBOLS))


def test_rows_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=rf"takes tokens \(B, {LENGTH}\), got \(2, {LENGTH - 1}\)"):
        GPT(CONFIG)(np.zeros((2, LENGTH - 1), int))


def test_a_temperature_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="temperature must be above 0, got nan"):
        GPT(CONFIG).generate(np.array([1]), 2, draws(), temperature=float("nan"))


@pytest.mark.parametrize("temperature", [1e-37, 1e-40, 5e-324])
def test_the_colder_the_surer(temperature: float) -> None:
    model = GPT(GPTConfig(5, 4, 8, 2, 1), generator=np.random.default_rng(0))
    start = np.array([1, 2, 3, 4])
    best = int(model(start[None]).data[0, -1].argmax())

    assert model.generate(start, 1, np.random.default_rng(0), temperature)[-1] == best
