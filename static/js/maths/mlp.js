/**
 * A multilayer perceptron with one output for two classes, and its training, as pure functions.
 *
 * A network is {sizes, activation, layers}; layer l is {weight, bias} with weight[to][from], as in PyTorch.
 * The output is a logit z: it says class 1 where z > 0. The loss is the mean binary cross-entropy in nats.
 */

import { sigmoid } from "../figure/maths.js";

/** Each activation with its derivative, given the sum z and the value a = f(z). */
export const ACTIVATIONS = {
  sigmoid: { value: sigmoid, slope: (z, a) => a * (1 - a) },
  tanh: { value: Math.tanh, slope: (z, a) => 1 - a * a },
  relu: { value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
  linear: { value: (z) => z, slope: () => 1 },
};

/** Weights and biases from U(-1/√n, 1/√n), n the inputs of the layer, as PyTorch's Linear does; or all zero. */
export function startNetwork(sizes, activation, random) {
  const layers = sizes.slice(1).map((to, l) => {
    const bound = 1 / Math.sqrt(sizes[l]);
    const draw = () => (random ? (2 * random() - 1) * bound : 0);
    return {
      weight: Array.from({ length: to }, () => Array.from({ length: sizes[l] }, draw)),
      bias: Array.from({ length: to }, draw),
    };
  });
  return { sizes, activation, layers };
}

/** The values of all units for one input, layer by layer; the last is [z]. */
export function forward({ layers, activation }, x) {
  const { value } = ACTIVATIONS[activation];
  let values = x;
  return layers.map((layer, l) => {
    const sums = sumsOf(layer, values);
    values = l < layers.length - 1 ? sums.map(value) : sums;
    return values;
  });
}

export function logit(network, x) {
  return forward(network, x).at(-1)[0];
}

/** Mean binary cross-entropy of rows {x, target}, from the logits. */
export function meanLoss(network, rows) {
  return rows.reduce((sum, { x, target }) => sum + cost(logit(network, x), target), 0) / rows.length;
}

/** The share of rows on the right side; a logit of exactly 0 is on neither. */
export function accuracy(network, rows) {
  const right = rows.filter(({ x, target }) => (target ? 1 : -1) * logit(network, x) > 0);
  return right.length / rows.length;
}

/** The gradient of meanLoss by back-propagation, in the shape of `layers`. */
export function gradient(network, rows) {
  const total = zerosLike(network.layers);
  for (const row of rows) addGradient(network, row, total, 1 / rows.length);
  return total;
}

function addGradient({ layers, activation }, { x, target }, total, share) {
  const { value, slope } = ACTIVATIONS[activation];
  const inputs = [x];
  const sums = [];
  layers.forEach((layer, l) => {
    sums.push(sumsOf(layer, inputs[l]));
    inputs.push(l < layers.length - 1 ? sums[l].map(value) : sums[l]);
  });
  let delta = [(sigmoid(sums.at(-1)[0]) - target) * share];
  for (let l = layers.length - 1; l >= 0; l -= 1) {
    const { weight } = layers[l];
    const before = inputs[l];
    delta.forEach((d, to) => {
      total[l].bias[to] += d;
      for (let from = 0; from < before.length; from += 1) total[l].weight[to][from] += d * before[from];
    });
    if (l === 0) return;
    const known = delta;
    delta = before.map((a, from) => (
      known.reduce((sum, d, to) => sum + d * weight[to][from], 0) * slope(sums[l - 1][from], a)
    ));
  }
}

/** What an optimizer remembers before its first step. */
export function startOptimizer(network) {
  return { steps: 0, first: zerosLike(network.layers), second: zerosLike(network.layers) };
}

/**
 * One step on the rows; changes the network and the memory in place. `settings` has type ("sgd" or "adam"),
 * rate, momentum (sgd) and decay, which adds decay · p to each gradient, as PyTorch's weight_decay does.
 */
export function trainStep(network, memory, rows, settings) {
  memory.steps += 1;
  const slopes = gradient(network, rows);
  const move = settings.type === "adam" ? adam : sgd;
  network.layers.forEach((layer, l) => {
    const update = (p, g, m, v, at) => {
      const slope = g[at] + settings.decay * p[at];
      p[at] -= settings.rate * move(slope, m, v, at, memory.steps, settings);
    };
    layer.weight.forEach((row, to) => row.forEach((_, from) => update(
      row, slopes[l].weight[to], memory.first[l].weight[to], memory.second[l].weight[to], from,
    )));
    layer.bias.forEach((_, to) => update(
      layer.bias, slopes[l].bias, memory.first[l].bias, memory.second[l].bias, to,
    ));
  });
}

/** v ← μ v + g; the step is v. */
function sgd(slope, v, _, at, steps, { momentum }) {
  v[at] = momentum * v[at] + slope;
  return v[at];
}

/** Kingma and Ba (2015) with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. */
function adam(slope, m, v, at, steps) {
  m[at] = 0.9 * m[at] + 0.1 * slope;
  v[at] = 0.999 * v[at] + 0.001 * slope * slope;
  return (m[at] / (1 - 0.9 ** steps)) / (Math.sqrt(v[at] / (1 - 0.999 ** steps)) + 1e-8);
}

function sumsOf({ weight, bias }, values) {
  return weight.map((row, to) => {
    let sum = bias[to];
    for (let from = 0; from < row.length; from += 1) sum += row[from] * values[from];
    return sum;
  });
}

function cost(z, target) {
  return Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z)));
}

function zerosLike(layers) {
  return layers.map(({ weight, bias }) => ({
    weight: weight.map((row) => row.map(() => 0)), bias: bias.map(() => 0),
  }));
}
