"""PyTorch's twins of our transformers: the same network, with our starting weights."""

import re

import torch
from torch.nn import functional

from engine.models.gpt import GPT
from engine.models.vit import ViTConfig
from engine.module import Module

BLOCK_NAMES = {r"self_attn\.in_proj_": "qkv.", r"self_attn\.out_proj": "out"}


class Block(torch.nn.Module):
    """PyTorch's twin of a transformer block: causal with the approximate GELU, or neither."""

    def __init__(self, size: int, heads: int, causal: bool) -> None:
        super().__init__()
        nn = torch.nn
        self.causal, self.approximate = causal, "tanh" if causal else "none"
        self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(size), nn.LayerNorm(size)
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.linear1, self.linear2 = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, size = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, size))
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x)), approximate=self.approximate))


class Decoder(torch.nn.Module):
    """PyTorch's twin of our GPT."""

    def __init__(self, model: GPT) -> None:
        super().__init__()
        config, nn = model.config, torch.nn
        self.embedding = nn.Embedding(config.symbols, config.features)
        self.weight = nn.Parameter(torch.zeros(config.length, config.features))
        self.blocks = nn.Sequential(
            *(Block(config.features, config.heads, causal=True) for _ in range(config.blocks))
        )
        self.norm, self.head = nn.LayerNorm(config.features), nn.Linear(config.features, config.symbols)
        self.load_state_dict(renamed(model, BLOCK_NAMES | {r"positions\.": ""}))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.blocks(self.embedding(tokens) + self.weight)))


class Vision(torch.nn.Module):
    """PyTorch's twin of our ViT; `unfold` cuts the patches."""

    def __init__(self, config: ViTConfig, model: Module) -> None:
        super().__init__()
        nn, size, pixels = torch.nn, config.features, config.patch**2
        self.patch = config.patch
        self.token, self.projection = nn.Parameter(torch.zeros(1, 1, size)), nn.Linear(pixels, size)
        self.positions = nn.Parameter(torch.zeros(1 + config.image[1] * config.image[2] // pixels, size))
        self.blocks = nn.Sequential(*(Block(size, config.heads, causal=False) for _ in range(config.blocks)))
        self.norm, self.head = nn.LayerNorm(size), nn.Linear(size, config.classes)
        places = {r"^0\.": "", r"^1\.weight": "positions", r"^4\.": "norm.", r"^6\.": "head."}
        blocks = {rf"^{2 + number}\.": f"blocks.{number}." for number in range(config.blocks)}
        self.load_state_dict(renamed(model, places | blocks | BLOCK_NAMES))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = functional.unfold(x, self.patch, stride=self.patch).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), self.projection(patches)], 1)
        return self.head(self.norm(self.blocks(tokens + self.positions))[:, 0])


def renamed(model: Module, names: dict[str, str]) -> dict[str, torch.Tensor]:
    """Return the state of our model under the names of its twin: each pattern is replaced, in turn."""
    state = {}
    for name, value in model.state_dict().items():
        for ours, theirs in names.items():
            name = re.sub(ours, theirs, name)  # noqa: PLW2901 - one name through all renamings
        state[name] = torch.tensor(value)
    return state
