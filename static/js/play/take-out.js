/** The trained network as text to take along: JSON, NumPy, PyTorch. */

const TORCH = { sigmoid: "nn.Sigmoid()", tanh: "nn.Tanh()", relu: "nn.ReLU()" };
const NUMPY = {
  sigmoid: "1 / (1 + np.exp(-z))", tanh: "np.tanh(z)", relu: "np.maximum(z, 0)", linear: "z",
};

/** PyTorch's state_dict of nn.Sequential: "0.weight", "0.bias", "2.weight" with activations between. */
export function stateDict({ layers, activation }) {
  const stride = activation === "linear" ? 1 : 2;
  return Object.fromEntries(layers.flatMap(({ weight, bias }, l) => [
    [`${stride * l}.weight`, weight.map((row) => row.map(tidy))], [`${stride * l}.bias`, bias.map(tidy)],
  ]));
}

export function asJson(network) {
  return JSON.stringify({ weights: stateDict(network) });
}

export function asNumpy({ layers, activation }) {
  const parameters = layers.map(({ weight, bias }) => `    (${array(weight)},\n     ${array(bias)}),`);
  return `import numpy as np

# Each layer: weights (units, inputs) and biases (units,).
LAYERS = [
${parameters.join("\n")}
]


def activation(z):
    return ${NUMPY[activation]}


def predict(x):
    """Return the probability of class 1 for inputs x (rows, 2)."""
    for weight, bias in LAYERS[:-1]:
        x = activation(x @ weight.T + bias)
    weight, bias = LAYERS[-1]
    return 1 / (1 + np.exp(-(x @ weight.T + bias)))


print(predict(np.array([[0.0, 0.0], [1.0, 1.0]])))
`;
}

export function asTorch(network) {
  const { sizes, activation } = network;
  const parts = sizes.slice(1).flatMap((to, l) => {
    const linear = `nn.Linear(${sizes[l]}, ${to})`;
    return l < sizes.length - 2 && activation in TORCH ? [linear, TORCH[activation]] : [linear];
  });
  const entries = Object.entries(stateDict(network));
  return `import torch
from torch import nn

model = nn.Sequential(${parts.join(", ")})
model.load_state_dict({
${entries.map(([name, value]) => `    "${name}": torch.tensor(${floats(value)}),`).join("\n")}
})
with torch.no_grad():
    print(torch.sigmoid(model(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))))
`;
}

function array(value) {
  return `np.array(${floats(value)})`;
}

/**
 * The layers that answer at inputs 0 and 1 what these answer at −1 and 1: with x = 2u − 1 the sum W x + b is
 * (2 W) u + (b − the sum of W over the inputs).
 */
export function onZeroOne([{ weight, bias }, ...rest]) {
  const first = {
    weight: weight.map((row) => row.map((value) => 2 * value)),
    bias: bias.map((value, j) => value - weight[j].reduce((sum, entry) => sum + entry, 0)),
  };
  return [first, ...rest];
}

export function tidy(value) {
  return Number(value.toFixed(6)) || 0;
}

/** Nested numbers as Python writes floats: 20 becomes 20.0. */
function floats(value) {
  if (Array.isArray(value)) return `[${value.map(floats).join(", ")}]`;
  const number = tidy(value);
  return Number.isInteger(number) ? `${number}.0` : String(number);
}
