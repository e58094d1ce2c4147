/** Functions of two numbers and optimizers that descend them, with the formulas of the engine. */

import { sigmoid } from "../figure/maths.js";

/** How much steeper the ravine is across than along. */
const RAVINE = 25;
/** The lecture's two examples: what the sigmoid neuron should say at which input. */
const LECTURE = [[0.5, 0.2], [2.5, 0.9]];
/** A walk above this has left, as in the engine. */
const LEFT_ABOVE = 1e6;
const EPSILON = 1e-8;

export const FUNCTIONS = {
  bowl: {
    value: (x, y) => 0.5 * (x * x + y * y),
    gradient: (x, y) => [x, y],
  },
  ravine: {
    value: (x, y) => 0.5 * (x * x + RAVINE * y * y),
    gradient: (x, y) => [x, RAVINE * y],
  },
  rosenbrock: {
    value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)],
  },
  /** The error of a sigmoid neuron over its weight and bias, half the sum of squares over both examples. */
  lecture: {
    value: (w, b) => LECTURE.reduce((sum, [x, y]) => sum + 0.5 * (sigmoid(w * x + b) - y) ** 2, 0),
    gradient: (w, b) => LECTURE.reduce(([dw, db], [x, y]) => {
      const f = sigmoid(w * x + b);
      const slope = (f - y) * f * (1 - f);
      return [dw + slope * x, db + slope];
    }, [0, 0]),
  },
};

/** Makers of rules: settings -> a function from a slope and the step's number (from 1) to the move of one weight. */
export const OPTIMIZERS = {
  sgd: ({ lr }) => () => (slope) => lr * slope,
  momentum: ({ lr, momentum = 0.9 }) => () => {
    let velocity = 0;
    return (slope) => {
      velocity = momentum * velocity + slope;
      return lr * velocity;
    };
  },
  rmsprop: ({ lr, alpha = 0.9 }) => () => {
    let squares = 0;
    return (slope) => {
      squares = alpha * squares + (1 - alpha) * slope * slope;
      return (lr * slope) / (Math.sqrt(squares) + EPSILON);
    };
  },
  adam: ({ lr, betas = [0.9, 0.999] }) => () => {
    let [mean, square] = [0, 0];
    return (slope, step) => {
      mean = betas[0] * mean + (1 - betas[0]) * slope;
      square = betas[1] * square + (1 - betas[1]) * slope * slope;
      const corrected = mean / (1 - betas[0] ** step);
      return (lr * corrected) / (Math.sqrt(square / (1 - betas[1] ** step)) + EPSILON);
    };
  },
};

/** The walk of one optimizer: points and values before the first step and after each, to the step at which it left. */
export function walk(name, optimizer, settings, start, steps) {
  const { value, gradient } = FUNCTIONS[name];
  const rules = start.map(OPTIMIZERS[optimizer](settings));
  const points = [[...start]];
  const values = [value(...start)];
  for (let step = 1; step <= steps; step += 1) {
    const slopes = gradient(...points.at(-1));
    points.push(points.at(-1).map((number, i) => number - rules[i](slopes[i], step)));
    values.push(value(...points.at(-1)));
    if (!(values.at(-1) <= LEFT_ABOVE)) return { points, values, left: step };
  }
  return { points, values, left: null };
}

/** The steps that a film of a walk shows: every one at first, then ever fewer, the last always. */
export function shownSteps(steps, frames) {
  const shown = new Set([0]);
  const fraction = (steps + 1) ** (1 / frames);
  for (let frame = 1; frame <= frames; frame += 1) {
    const before = [...shown].at(-1);
    shown.add(Math.min(steps, Math.max(before + 1, Math.round(fraction ** frame) - 1)));
  }
  return [...shown.add(steps)].sort((one, other) => one - other);
}
