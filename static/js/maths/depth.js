/** A random network of equal layers: how large values and gradients are at each of its layers. */

import { slopeAt, valueAt } from "./activations.js";
import { normals, randomStream } from "./random.js";

/**
 * Weights of each layer, normal with mean 0 and standard deviation spread / √width; rows of normal inputs; and
 * for each row a normal gradient at the last layer.
 */
export function randomNetwork({ seed, layers, width, rows, spread }) {
  const normal = normals(randomStream(seed));
  const row = (scale) => Float64Array.from({ length: width }, () => scale * normal());
  const inputs = Array.from({ length: rows }, () => row(1));
  const pulls = Array.from({ length: rows }, () => row(1));
  const weights = Array.from({ length: layers }, () => (
    Array.from({ length: width }, () => row(spread / Math.sqrt(width)))
  ));
  return { weights, inputs, pulls };
}

/** Root mean squares: of the values from the inputs on, and of the gradients by them, at every layer. */
export function throughAndBack({ weights, inputs, pulls }, name, alpha = 0.1) {
  let values = inputs;
  const sums = [];
  const forward = [rootMeanSquare(inputs)];
  for (const layer of weights) {
    sums.push(values.map((row) => layer.map((unit) => dot(unit, row))));
    values = sums.at(-1).map((row) => row.map((sum) => valueAt(name, sum, alpha)));
    forward.push(rootMeanSquare(values));
  }
  let gradients = pulls;
  const backward = [rootMeanSquare(pulls)];
  for (let number = weights.length - 1; number >= 0; number -= 1) {
    gradients = gradients.map((row, i) => {
      const pulled = sums[number][i].map((sum, unit) => row[unit] * slopeAt(name, sum, alpha));
      return carriedBack(weights[number], pulled);
    });
    backward.unshift(rootMeanSquare(gradients));
  }
  return { forward, backward };
}

/** Each input collects from all units, by the weight that led there. */
function carriedBack(layer, pulled) {
  const found = new Float64Array(layer[0].length);
  layer.forEach((unit, number) => {
    for (let i = 0; i < found.length; i += 1) found[i] += unit[i] * pulled[number];
  });
  return found;
}

function dot(unit, row) {
  let sum = 0;
  for (let i = 0; i < unit.length; i += 1) sum += unit[i] * row[i];
  return sum;
}

function rootMeanSquare(rows) {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    for (const value of row) sum += value * value;
    count += row.length;
  }
  return Math.sqrt(sum / count);
}
