/** Activation functions with their slopes, and a random signal through layers of them. */

import { sigmoid } from "../figure/maths.js";
import { normals, randomStream } from "./random.js";

/** Beyond so many standard deviations a normal number lies with less probability than 1 has digits for. */
const CERTAIN = 9;

/** Value and slope at a sum z; `alpha` matters to leaky and elu alone. At 0 the ReLU's slope is 0, as in the engine. */
export const ACTIVATIONS = {
  sigmoid: { label: "sigmoid", value: sigmoid, slope: (z) => sigmoid(z) * (1 - sigmoid(z)) },
  tanh: { label: "tanh", value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  relu: { label: "ReLU", value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
  leaky: { label: "leaky ReLU", value: (z, alpha) => (z > 0 ? z : alpha * z), slope: (z, alpha) => (z > 0 ? 1 : alpha) },
  elu: {
    label: "ELU", value: (z, alpha) => (z > 0 ? z : alpha * Math.expm1(z)),
    slope: (z, alpha) => (z > 0 ? 1 : alpha * Math.exp(z)),
  },
  gelu: { label: "GELU", value: (z) => z * normalBelow(z), slope: (z) => normalBelow(z) + z * normalDensity(z) },
  linear: { label: "none (linear)", value: (z) => z, slope: () => 1 },
};

/** The density of the standard normal distribution. */
function normalDensity(z) {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The probability that a standard normal number is below z, (1 + erf(z / √2)) / 2, to the last bits of 1: the series
 * z + z³/3 + z⁵/(3 · 5) + … of G. Marsaglia, Evaluating the normal distribution, Journal of Statistical Software 11
 * (2004). Its terms have one sign, so none takes digits from another.
 */
export function normalBelow(z) {
  if (!(Math.abs(z) < CERTAIN)) return z > 0 ? 1 : 0;
  let [sum, before, term] = [z, 0, z];
  for (let odd = 3; sum !== before; odd += 2) {
    term *= (z * z) / odd;
    [sum, before] = [sum + term, sum];
  }
  return 0.5 + sum * normalDensity(z);
}

export function valueAt(name, z, alpha) {
  return ACTIVATIONS[name].value(z, alpha);
}

export function slopeAt(name, z, alpha) {
  return ACTIVATIONS[name].slope(z, alpha);
}

/**
 * The values after each layer: rows of standard normal numbers go through layers of `width` units whose weights are
 * normal with mean 0 and standard deviation spread / √width, without biases.
 */
export function signalThrough({ name, alpha, spread, seed, layers = 10, width = 100, rows = 20 }) {
  const normal = normals(randomStream(seed));
  let values = Array.from({ length: rows }, () => Float64Array.from({ length: width }, normal));
  return Array.from({ length: layers }, () => {
    const weights = Array.from({ length: width }, () => (
      Float64Array.from({ length: width }, () => (spread * normal()) / Math.sqrt(width))
    ));
    values = values.map((row) => Float64Array.from(weights, (unit) => {
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += unit[i] * row[i];
      return valueAt(name, sum, alpha);
    }));
    return values;
  });
}

export function meanSquare(values) {
  let [sum, count] = [0, 0];
  for (const row of values) {
    for (const value of row) sum += value * value;
    count += row.length;
  }
  return sum / count;
}
