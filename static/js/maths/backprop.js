/**
 * The lesson's example of back-propagation as pure functions: two inputs, two linear hidden units, one linear output.
 *
 * The weights are w1 to w6, with w1, w2 into h1, w3, w4 into h2 and w5, w6 into y; an example is [i1, i2, t].
 */

export function forward([w1, w2, w3, w4, w5, w6], [i1, i2]) {
  const [h1, h2] = [w1 * i1 + w2 * i2, w3 * i1 + w4 * i2];
  return { h1, h2, y: w5 * h1 + w6 * h2 };
}

export function error(weights, example) {
  return 0.5 * (forward(weights, example).y - example[2]) ** 2;
}

/** The error signals at y, h1 and h2, and the derivatives by w1 to w6. */
export function backward(weights, example) {
  const { h1, h2, y } = forward(weights, example);
  const [i1, i2, t] = example;
  const delta = y - t;
  const [s1, s2] = [delta * weights[4], delta * weights[5]];
  return { delta, s1, s2, gradients: [s1 * i1, s1 * i2, s2 * i1, s2 * i2, delta * h1, delta * h2] };
}

/** The derivatives once more, from the error alone, with each weight moved up and down. */
export function finiteDifferences(weights, example, reach) {
  return weights.map((_, k) => {
    const moved = (by) => weights.map((weight, i) => (i === k ? weight + by : weight));
    return (error(moved(reach), example) - error(moved(-reach), example)) / (2 * reach);
  });
}

/** One step of gradient descent on all six weights, every derivative taken at the old ones. */
export function descend(weights, example, rate) {
  const { gradients } = backward(weights, example);
  return weights.map((weight, k) => weight - rate * gradients[k]);
}
