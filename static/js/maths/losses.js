/** Losses of one sigmoid neuron with sum z and target y, and their derivatives by z. */

import { sigmoid } from "../figure/maths.js";

/** (ŷ − y)², and its derivative by z, 2(ŷ − y) ŷ (1 − ŷ). */
export function squaredError(z, y) {
  const answer = sigmoid(z);
  return { loss: (answer - y) ** 2, slope: 2 * (answer - y) * answer * (1 - answer) };
}

/** ln(1 + e^z) − y z, computed so that no exponential overflows, and its derivative by z, ŷ − y. */
export function binaryCrossEntropy(z, y) {
  return { loss: Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))), slope: sigmoid(z) - y };
}

/** The sum that belongs to an answer. */
export function logit(answer) {
  return Math.log(answer / (1 - answer));
}
