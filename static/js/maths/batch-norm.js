/** Batch normalisation of one unit: the statistics of a batch, what they do to it, and the running averages. */

export const EPS = 1e-5;
export const MOMENTUM = 0.1;

/** Mean and biased variance, which divides by the number of values. */
export function batchStatistics(values) {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** y = gain (x - mean) / sqrt(variance + eps) + shift */
export function normalised(values, { mean, variance }, gain = 1, shift = 0) {
  const scale = gain / Math.sqrt(variance + EPS);
  return values.map((value) => (value - mean) * scale + shift);
}

/** A tenth of the way from the running averages to the mean and the unbiased variance of a batch of `count`. */
export function followed(running, { mean, variance }, count) {
  const unbiased = (variance * count) / (count - 1);
  return {
    mean: running.mean + MOMENTUM * (mean - running.mean),
    variance: running.variance + MOMENTUM * (unbiased - running.variance),
  };
}

/** For each batch its statistics and the running averages after it; these start at mean 0 and variance 1. */
export function followBatches(batches) {
  let running = { mean: 0, variance: 1 };
  return batches.map((values) => {
    const batch = batchStatistics(values);
    running = followed(running, batch, values.length);
    return { batch, running };
  });
}

/** The share of the values in each of `count` equal boxes from low to high; what lies outside is left out. */
export function histogram(values, [low, high], count) {
  const boxes = Array.from({ length: count }, () => 0);
  const width = (high - low) / count;
  for (const value of values) {
    const box = Math.floor((value - low) / width);
    if (box >= 0 && box < count) boxes[box] += 1 / values.length;
  }
  return boxes.map((height, i) => ({ from: low + i * width, to: low + (i + 1) * width, height }));
}
