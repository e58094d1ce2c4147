"""The generative adversarial network: one network invents, the other tells invention from data.

D learns max ln D(x) + ln(1 - D(G(z))); G learns max ln D(G(z)), the non-saturating form. Both are cross-
entropies from logits. Each side's step is a plan of its own. G invents once, at the start of its step: D
learns from the invention as from any array, so nothing goes back into G; then G's step goes on through the
new D, and the gradients that D gets are left unused.
Goodfellow et al. (2014)
"""

import numpy as np

from engine.loop import training_loop
from engine.losses import binary_cross_entropy_with_logits
from engine.module import Module
from engine.ops.basic import add
from engine.optim import Optimizer
from engine.plan import Plan
from engine.tensor import Array, Tensor


class GAN:
    """A generator z (B, Z) -> x (B, ...) and a discriminator x (B, ...) -> logit (B, 1), learning in turn.

    The optimizers were made for their networks before this, and hold no parameter of the other.
    """

    def __init__(
        self,
        networks: tuple[Module, Module],
        optimizers: tuple[Optimizer, Optimizer],
        batch: tuple[Array, Array],
    ) -> None:
        """Record both steps for a batch (real x, noise z) of these shapes."""
        self.generator, self.discriminator = networks
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        real, noise = batch
        ones, zeros = np.ones((len(real), 1), real.dtype), np.zeros((len(real), 1), real.dtype)
        self._judge = Plan(
            lambda x, fake: add(
                binary_cross_entropy_with_logits(self.discriminator(x), ones),
                binary_cross_entropy_with_logits(self.discriminator(fake), zeros),
            ),
            real,
            real,
        )

        def invent(z: Array) -> Tensor:
            self._fake = self.generator(z)
            return binary_cross_entropy_with_logits(self.discriminator(self._fake), ones)

        self._invent = Plan(invent, noise)

    def step(self, real: Array, noise: Array) -> tuple[float, float]:
        """Let D learn on real (B, ...) against G(noise), then G on the same noise; return both losses.

        A sigmoid far out overflows and is right all the same, so numpy does not warn: look at the losses.
        """
        with training_loop():
            self._invent.begin(self._fake, noise)
            judged = self._judge.step(real, self._fake.data)
            self.discriminator_optimizer.step()
            invented = self._invent.run()
            self.generator_optimizer.step()
        return judged, invented
