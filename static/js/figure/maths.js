/**
 * The networks of the first lessons as pure functions: nothing here touches the page.
 *
 * A 2-2-1 network is nine numbers in the order of its PyTorch state_dict, row by row:
 * 0.weight (x1>h1, x2>h1, x1>h2, x2>h2), 0.bias (h1, h2), 2.weight (h1>y, h2>y), 2.bias (y).
 */

export const XOR_ROWS = [
  { x: [0, 0], target: 0 },
  { x: [0, 1], target: 1 },
  { x: [1, 0], target: 1 },
  { x: [1, 1], target: 0 },
];

/** A sum this close to zero answers 1 only because zero counts as firing. */
const TIE = 1e-9;

export function sigmoid(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** u(0) = 1, as in the perceptron's rule "fire if the sum is not negative". */
export function step(z) {
  return z >= 0 ? 1 : 0;
}

export function isTie(z) {
  return Math.abs(z) < TIE;
}

export function forward(weights, [x1, x2]) {
  const [a, b, c, d, b1, b2, e, f, b3] = weights;
  const h1 = sigmoid(a * x1 + b * x2 + b1);
  const h2 = sigmoid(c * x1 + d * x2 + b2);
  const z = e * h1 + f * h2 + b3;
  return { h1, h2, z, y: sigmoid(z) };
}

/** Mean cross-entropy in nats, from the logits, so that a saturated output costs a finite amount. */
export function crossEntropy(weights, rows = XOR_ROWS) {
  const costs = rows.map(({ x, target }) => {
    const { z } = forward(weights, x);
    return Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z)));
  });
  return costs.reduce((sum, cost) => sum + cost, 0) / rows.length;
}

/** The gradient of crossEntropy in the same order as the nine numbers. */
export function gradient(weights, rows = XOR_ROWS) {
  const sum = new Array(9).fill(0);
  for (const { x, target } of rows) {
    const { h1, h2, y } = forward(weights, x);
    const dz = (y - target) / rows.length;
    const d1 = dz * weights[6] * h1 * (1 - h1);
    const d2 = dz * weights[7] * h2 * (1 - h2);
    const part = [d1 * x[0], d1 * x[1], d2 * x[0], d2 * x[1], d1, d2, dz * h1, dz * h2, dz];
    part.forEach((value, i) => { sum[i] += value; });
  }
  return sum;
}

export function descend(weights, rate, rows = XOR_ROWS) {
  const slope = gradient(weights, rows);
  return weights.map((weight, i) => weight - rate * slope[i]);
}

/** True when every row answers at least `margin` away from one half, on the right side. */
export function solvedWithMargin(weights, margin, rows = XOR_ROWS) {
  return rows.every(({ x, target }) => (forward(weights, x).y - 0.5) * (target ? 1 : -1) >= margin);
}

/** All rows of a truth table in counting order, x1 first: 00, 01, 10, 11. */
export function inputRows(count) {
  return Array.from({ length: 2 ** count }, (_, row) => (
    Array.from({ length: count }, (_, i) => (row >> (count - 1 - i)) & 1)
  ));
}

/** The neuron of McCulloch and Pitts; `inhibitory` holds input numbers counted from 1. */
export function mpNeuron(inputs, threshold, inhibitory) {
  const vetoes = inhibitory.filter((number) => inputs[number - 1] === 1);
  const sum = inputs.reduce((total, value, i) => total + (inhibitory.includes(i + 1) ? 0 : value), 0);
  return { sum, vetoes, y: vetoes.length === 0 && sum >= threshold ? 1 : 0 };
}

/** One string of answers, such as "0001" for AND, for a threshold and a set of inhibitory inputs. */
export function mpAnswers(count, threshold, inhibitory) {
  return inputRows(count).map((row) => mpNeuron(row, threshold, inhibitory).y).join("");
}

/**
 * Every function of `count` inputs that one MP neuron computes, with the first setting that does.
 * Thresholds beyond count + 1 only repeat "never fires", so the search is complete.
 */
export function mpReachable(count) {
  const found = new Map();
  for (let chosen = 0; chosen < 2 ** count; chosen += 1) {
    const inhibitory = Array.from({ length: count }, (_, i) => i + 1).filter((n) => (chosen >> (n - 1)) & 1);
    for (let threshold = 0; threshold <= count + 1; threshold += 1) {
      const answers = mpAnswers(count, threshold, inhibitory);
      if (!found.has(answers)) found.set(answers, { threshold, inhibitory });
    }
  }
  return found;
}

export function perceptronSum([w1, w2, bias], [x1, x2]) {
  return w1 * x1 + w2 * x2 + bias;
}

/** Show one point to the perceptron: add the input on a missed 1, subtract it on a false 1. */
export function perceptronStep(weights, { x, target }) {
  const z = perceptronSum(weights, x);
  const sign = target - step(z);
  const after = [weights[0] + sign * x[0], weights[1] + sign * x[1], weights[2] + sign];
  return { z, y: step(z), sign, after };
}

/**
 * Run the learning rule over the points in order and give every step of it.
 * It ends at the first clean epoch ("clean"), when an epoch ends on weights that an earlier
 * epoch ended on ("cycle": from there it repeats for ever), or at the cap ("cap").
 */
export function perceptronRun(start, points, maxEpochs = 100) {
  const steps = [];
  const seen = new Map([[start.join(), 0]]);
  let weights = start;
  for (let epoch = 1; epoch <= maxEpochs; epoch += 1) {
    let updates = 0;
    for (const [index, point] of points.entries()) {
      const result = perceptronStep(weights, point);
      steps.push({ epoch, index, before: weights, ...result });
      weights = result.after;
      updates += Math.abs(result.sign);
    }
    if (updates === 0) return { steps, end: "clean", epoch };
    if (seen.has(weights.join())) return { steps, end: "cycle", epoch, since: seen.get(weights.join()) };
    seen.set(weights.join(), epoch);
  }
  return { steps, end: "cap", epoch: maxEpochs };
}
