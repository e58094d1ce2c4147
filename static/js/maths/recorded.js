/** Networks out of the frames of a recorded training. */

/**
 * The network of one frame, as maths/mlp.js has it. A frame lists the parameters layer by layer, the weight row
 * by row and then the bias.
 */
export function networkOf({ sizes, activation, weights }, frame) {
  const numbers = weights[frame];
  const layers = sizes.slice(1).map((to, l) => {
    const from = sizes[l];
    const flat = numbers[2 * l];
    return {
      weight: Array.from({ length: to }, (_, unit) => flat.slice(unit * from, (unit + 1) * from)),
      bias: numbers[2 * l + 1],
    };
  });
  return { sizes, activation, layers };
}
