/** The sigmoid neuron with one input, f(x) = σ(wx + b), and its slope by the input. */

import { sigmoid } from "../figure/maths.js";

export function answer(w, b, x) {
  return sigmoid(w * x + b);
}

/** f′(x) = w f (1 − f). */
export function slope(w, b, x) {
  const f = answer(w, b, x);
  return w * f * (1 - f);
}
