"""Energy models: networks that give every state a probability, p(s) = e^-E(s) / Z."""
