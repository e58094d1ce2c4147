/** Dropout on one layer whose outputs x are added up with weights w: masks, their sums, and all masks at once. */

import { randomStream } from "./random.js";

/** `count` masks for so many units: each unit is 0 with probability p, else 1. The same seed, the same masks. */
export function drawMasks(seed, count, units, p) {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => Array.from({ length: units }, () => (random() >= p ? 1 : 0)));
}

/** What stands for the dropped ones: 1 / (1 - p) with inverted scaling, else 1. */
export function keptFactor(p, scaled) {
  return scaled ? 1 / (1 - p) : 1;
}

/** y = m x factor for each unit, as the next layer sees it. */
export function masked(x, mask, factor) {
  return x.map((value, i) => value * mask[i] * factor);
}

export function weightedSum(y, w) {
  return y.reduce((total, value, i) => total + value * w[i], 0);
}

/** Mean and standard deviation of the sum over all masks. */
export function overAllMasks(x, w, p, factor) {
  const products = x.map((value, i) => value * w[i]);
  const mean = (1 - p) * factor * products.reduce((total, value) => total + value, 0);
  const squares = products.reduce((total, value) => total + value * value, 0);
  return { mean, spread: factor * Math.sqrt(p * (1 - p) * squares) };
}

/** The mean of the first, the first two, the first three, ... values. */
export function runningMeans(values) {
  let total = 0;
  return values.map((value, i) => {
    total += value;
    return total / (i + 1);
  });
}
