/** Activation functions with their slopes, and a random signal through layers of them. */

import { sigmoid } from "../figure/maths.js";
import { normals, randomStream } from "./random.js";

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
  linear: { label: "none (linear)", value: (z) => z, slope: () => 1 },
};

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
