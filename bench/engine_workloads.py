"""The eight trainings that the engine is timed on, each as ours and as PyTorch's: same start, batches and
loss.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from torch.nn import functional

from bench.engine_twins import Decoder, Vision
from engine.data import load
from engine.layers.dense import Linear, ReLU, Sigmoid
from engine.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from engine.models.cnn import cnn
from engine.models.gpt import GPT, GPTConfig
from engine.models.recurrent import sequence_model
from engine.models.vit import ViTConfig, vit
from engine.module import Module, Sequential
from engine.ops.activation import sigmoid
from engine.ops.many import bce_many, linear_many, linear_shared
from engine.optim import SGD, Adam, Flat
from engine.plan import Plan
from engine.tensor import Parameter

Run = Callable[[], float]
Make = Callable[[], Run]


@dataclass(frozen=True)
class Workload:
    """A training to time: `ours` and the peers each prepare a run, which trains and returns the last loss."""

    name: str
    title: str
    target: float
    ours: Make
    torch: dict[str, Make]
    other: dict[str, Make]


def draws() -> np.random.Generator:
    """Start the generator that every contestant starts from."""
    return np.random.Generator(np.random.PCG64(0))


def batches(rows: int, size: int, epochs: int) -> Iterator[np.ndarray]:
    """Shuffle the rows for each epoch and cut them into batches; what does not fill one is left out."""
    generator = np.random.Generator(np.random.PCG64(1))
    for _ in range(epochs):
        order = generator.permutation(rows)
        for start in range(0, rows - size + 1, size):
            yield order[start : start + size]


def train_ours(
    model: Module, optimizer: object, loss: Callable, x: np.ndarray, y: np.ndarray, plan: tuple
) -> Run:
    """Record the step, and replay it for every batch."""
    size, epochs = plan
    step = Plan(lambda a, b: loss(model(a), b), x[:size], y[:size])

    def run() -> float:
        value = 0.0
        for rows in batches(len(x), size, epochs):
            np.take(x, rows, axis=0, out=step.inputs[0], mode="clip")
            np.take(y, rows, axis=0, out=step.inputs[1], mode="clip")
            value = step.run()
            optimizer.step()  # type: ignore[attr-defined]
        return value

    return run


def train_torch(
    forward: Callable, optimizer: torch.optim.Optimizer, x: np.ndarray, y: np.ndarray, plan: tuple
) -> Run:
    """Train PyTorch's twin on the same batches."""
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def run() -> float:
        loss = torch.zeros(())
        for rows in batches(len(x), *plan):
            index = torch.tensor(rows)
            optimizer.zero_grad()
            loss = forward(inputs[index], targets[index])
            loss.backward()
            optimizer.step()
        return loss.item()

    return run


def twin(layers: list[torch.nn.Module], model: Module) -> torch.nn.Sequential:
    """Build PyTorch's network with our starting weights."""
    network = torch.nn.Sequential(*layers)
    network.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})
    return network


def adams(make: Callable[[Callable], Run], channels_last: bool = False) -> dict[str, Make]:
    """Offer PyTorch its optimizer in both forms."""
    return {
        f"torch, {name} Adam": lambda fused=fused: make(lambda p: torch.optim.Adam(p, lr=1e-3, fused=fused))
        for name, fused in (("plain", False), ("fused", True))
    }


XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64)
XOR_Y = np.array([[0], [1], [1], [0]], np.float64)


def w1() -> Workload:
    """XOR with nine weights: the cost of a call."""

    def model() -> Sequential:
        generator = draws()
        return Sequential(
            Linear(2, 2, generator=generator, dtype=np.float64),
            Sigmoid(),
            Linear(2, 1, generator=generator, dtype=np.float64),
        )

    def ours() -> Run:
        network = model()
        optimizer = SGD(network.parameters(), lr=1.0)
        plan = Plan(lambda x, y: binary_cross_entropy_with_logits(network(x), y), XOR_X, XOR_Y)

        def run() -> float:
            value = 0.0
            for _ in range(5000):
                value = plan.run()
                optimizer.step()
            return value

        return run

    def peer(dtype: torch.dtype, fused: bool) -> Run:
        nn = torch.nn
        network = twin([nn.Linear(2, 2).double(), nn.Sigmoid(), nn.Linear(2, 1).double()], model()).to(dtype)
        optimizer = torch.optim.SGD(network.parameters(), lr=1.0, fused=fused)
        x, y = torch.tensor(XOR_X, dtype=dtype), torch.tensor(XOR_Y, dtype=dtype)

        def run() -> float:
            loss = torch.zeros(())
            for _ in range(5000):
                optimizer.zero_grad()
                loss = functional.binary_cross_entropy_with_logits(network(x), y)
                loss.backward()
                optimizer.step()
            return loss.item()

        return run

    peers = {
        f"torch, {dtype}, {'fused' if fused else 'plain'} SGD".replace(
            "torch.", ""
        ): lambda d=dtype, f=fused: peer(d, f)
        for dtype in (torch.float32, torch.float64)
        for fused in (False, True)
    }
    return Workload("W1", "XOR 2-2-1, sigmoid, BCE, 5,000 full batches", 0.10, ours, peers, {})


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the digits as float32."""
    data = load("digits")
    return data.x_train.astype(np.float32), data.y_train


def dense(sizes: tuple[int, ...]) -> Sequential:
    """Build a dense ReLU network."""
    generator, layers = draws(), []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs, generator=generator), ReLU()]
    return Sequential(*layers[:-1])


def dense_pair(
    sizes: tuple[int, ...], x: np.ndarray, y: np.ndarray, plan: tuple
) -> tuple[Make, dict[str, Make]]:
    """Make both sides of a dense classifier."""

    def ours() -> Run:
        network = dense(sizes)
        return train_ours(network, Adam(network.parameters(), lr=1e-3), cross_entropy, x, y, plan)

    def peer(optimizer: Callable) -> Run:
        layers: list[torch.nn.Module] = []
        for inputs, outputs in pairwise(sizes):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        network = twin(layers[:-1], dense(sizes))
        return train_torch(
            lambda a, b: functional.cross_entropy(network(a), b), optimizer(network.parameters()), x, y, plan
        )

    return ours, adams(peer)


def w2() -> Workload:
    """The digits with one hidden layer."""
    x, y = digits()
    ours, peers = dense_pair((64, 128, 10), x, y, (32, 20))

    def sklearn() -> Run:
        """Shuffle and start by its own rules: the time compares, the loss only roughly."""
        machine = MLPClassifier(
            (128,), batch_size=32, max_iter=20, tol=0, n_iter_no_change=100, random_state=0
        )

        def run() -> float:
            for epoch in range(20):
                machine.partial_fit(x, y, classes=np.arange(10) if not epoch else None)
            return float(machine.loss_)

        return run

    return Workload(
        "W2",
        "MLP 64-128-10, ReLU, CE, Adam, batch 32, 20 epochs of digits",
        0.30,
        ours,
        peers,
        {"scikit-learn": sklearn},
    )


def w3() -> Workload:
    """A dense network of the size of MNIST, on random numbers in classes that ten directions part."""
    generator = np.random.Generator(np.random.PCG64(2))
    x = generator.random((60_000, 784), dtype=np.float32)
    y = ((x - 0.5) @ generator.normal(size=(784, 10)).astype(np.float32)).argmax(axis=1)
    ours, peers = dense_pair((784, 256, 128, 10), x, y, (128, 1))
    return Workload("W3", "MLP 784-256-128-10, 60,000 rows, batch 128, 1 epoch", 0.75, ours, peers, {})


def w4() -> Workload:
    """Two convolutions on the digits."""
    x, y = digits()
    x = x.reshape(-1, 1, 8, 8)
    plan = (32, 5)

    def ours() -> Run:
        network = cnn(generator=draws())
        return train_ours(network, Adam(network.parameters(), lr=1e-3), cross_entropy, x, y, plan)

    def peer(optimizer: Callable, layout: torch.memory_format = torch.contiguous_format) -> Run:
        nn = torch.nn
        layers = [nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1)]
        layers += [nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)]
        network = twin(layers, cnn(generator=draws())).to(memory_format=layout)
        return train_torch(
            lambda a, b: functional.cross_entropy(network(a), b), optimizer(network.parameters()), x, y, plan
        )

    last = {
        f"{name}, channels last": lambda make=make: make()
        for name, make in adams(lambda o: peer(o, torch.channels_last)).items()
    }
    return Workload(
        "W4", "CNN, 8 and 16 3x3 filters, 8x8 digits, batch 32, 5 epochs", 0.35, ours, adams(peer) | last, {}
    )


def w5() -> Workload:
    """An LSTM on the adding problem."""
    generator = np.random.Generator(np.random.PCG64(3))
    x = np.zeros((64 * 200, 50, 2), np.float32)
    x[:, :, 0] = generator.random((len(x), 50))
    places = np.stack([generator.integers(0, 25, len(x)), generator.integers(25, 50, len(x))])
    for place in places:
        x[np.arange(len(x)), place, 1] = 1
    y = (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)
    plan = (64, 1)

    def model() -> Sequential:
        return sequence_model("lstm", (2, 64, 1), generator=draws())

    def ours() -> Run:
        network = model()
        return train_ours(network, Adam(network.parameters(), lr=1e-3), mse_loss, x, y, plan)

    def peer(optimizer: Callable) -> Run:
        state = {name: torch.tensor(value) for name, value in model().state_dict().items()}
        lstm, last = torch.nn.LSTM(2, 64, batch_first=True), torch.nn.Linear(64, 1)
        lstm.load_state_dict({name[2:]: value for name, value in state.items() if name.startswith("0.")})
        last.load_state_dict({name[2:]: value for name, value in state.items() if name.startswith("2.")})
        parameters = [*lstm.parameters(), *last.parameters()]
        return train_torch(
            lambda a, b: functional.mse_loss(last(lstm(a)[0][:, -1]), b), optimizer(parameters), x, y, plan
        )

    return Workload(
        "W5", "LSTM, 64 units, adding problem of 50 steps, batch 64, 200 steps", 1.0, ours, adams(peer), {}
    )


def w6() -> Workload:
    """A small language model on random symbols."""
    generator = np.random.Generator(np.random.PCG64(4))
    x, y = generator.integers(0, 65, (2, 32 * 100, 64))
    plan = (32, 1)

    def ours() -> Run:
        network = GPT(GPTConfig(65, 64), generator=draws())
        return train_ours(network, Adam(network.parameters(), lr=1e-3), cross_entropy, x, y, plan)

    def peer(optimizer: Callable) -> Run:
        network = Decoder(GPT(GPTConfig(65, 64), generator=draws()))
        loss = lambda a, b: functional.cross_entropy(network(a).view(-1, 65), b.view(-1))  # noqa: E731
        return train_torch(loss, optimizer(network.parameters()), x, y, plan)

    return Workload(
        "W6",
        "Transformer, 64 features, 2 blocks, 4 heads, 64 symbols of 65, batch 32, 100 steps",
        0.90,
        ours,
        adams(peer),
        {},
    )


def w7() -> Workload:
    """A thousand XOR networks at once."""
    many = 1000
    start = np.random.Generator(np.random.PCG64(5)).uniform(-0.7, 0.7, (9, many)).astype(np.float32)
    order = [0, 2, 1, 3, 4, 5, 6, 7, 8]

    def ours() -> Run:
        flat = Flat(start[order].copy(), np.zeros_like(start))
        blocks = [
            Parameter(flat.values[:6].reshape(3, 2, many)),
            Parameter(flat.values[6:].reshape(3, 1, many)),
        ]
        blocks[0].grad, blocks[1].grad = (
            flat.gradients[:6].reshape(3, 2, many),
            flat.gradients[6:].reshape(3, 1, many),
        )
        optimizer = SGD(flat, lr=1.0)
        targets = np.repeat(XOR_Y.astype(np.float32)[:, :, None], many, axis=2)
        plan = Plan(
            lambda x, y: bce_many(linear_many(sigmoid(linear_shared(x, blocks[0])), blocks[1]), y)[0],
            XOR_X.astype(np.float32),
            targets,
        )

        def run() -> float:
            for _ in range(1999):
                plan.run_blind()
                optimizer.step()
            value = plan.run()
            optimizer.step()
            return value / many

        return run

    def peer(fused: bool) -> Run:
        parts = [
            start[:4].reshape(2, 2, many),
            start[4:6].reshape(2, many),
            start[6:8].reshape(1, 2, many),
            start[8:],
        ]
        w1, w2 = (
            torch.tensor(part.transpose(2, 1, 0).copy(), requires_grad=True) for part in (parts[0], parts[2])
        )
        b1, b2 = (
            torch.tensor(part.T[:, None, :].copy(), requires_grad=True) for part in (parts[1], parts[3])
        )
        optimizer = torch.optim.SGD([w1, b1, w2, b2], lr=1.0, fused=fused)
        x = torch.tensor(XOR_X, dtype=torch.float32).expand(many, 4, 2)
        y = torch.tensor(XOR_Y, dtype=torch.float32).expand(many, 4, 1)

        def run() -> float:
            loss = torch.zeros(())
            for _ in range(2000):
                optimizer.zero_grad()
                hidden = torch.sigmoid(torch.baddbmm(b1, x, w1))
                logits = torch.baddbmm(b2, hidden, w2)
                loss = functional.binary_cross_entropy_with_logits(logits, y, reduction="sum") / 4
                loss.backward()
                optimizer.step()
            return loss.item() / many

        return run

    peers = {
        f"torch, baddbmm, {name} SGD": lambda f=fused: peer(f)
        for name, fused in (("plain", False), ("fused", True))
    }
    return Workload("W7", "1,000 XOR networks at once, 2,000 full batches", 0.12, ours, peers, {})


def w8() -> Workload:
    """A vision transformer on the digits."""
    x, y = digits()
    x, config, plan = x.reshape(-1, 1, 8, 8), ViTConfig(), (32, 5)

    def ours() -> Run:
        network = vit(config, generator=draws())
        return train_ours(network, Adam(network.parameters(), lr=1e-3), cross_entropy, x, y, plan)

    def peer(optimizer: Callable) -> Run:
        network = Vision(config, vit(config, generator=draws()))
        loss = lambda a, b: functional.cross_entropy(network(a), b)  # noqa: E731
        return train_torch(loss, optimizer(network.parameters()), x, y, plan)

    return Workload(
        "W8",
        "ViT, patches of 2x2, 32 features, 2 blocks, batch 32, 5 epochs of digits",
        1.10,
        ours,
        adams(peer),
        {},
    )


WORKLOADS = {make.__name__.upper(): make for make in (w1, w2, w3, w4, w5, w6, w7, w8)}
