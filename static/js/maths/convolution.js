/** What a convolutional layer computes: sliding a kernel unflipped, ReLU, pooling. Pictures are lists of rows. */

/** How many places a window of `kernel` pixels has in a row of `size`, with zeros around it and a stride. */
export function outputSize(size, kernel, stride = 1, padding = 0) {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** Surround a picture with rows and columns of zeros. */
export function padded(picture, padding) {
  const width = picture[0].length + 2 * padding;
  const empty = Array.from({ length: padding }, () => new Array(width).fill(0));
  const sides = new Array(padding).fill(0);
  return [...empty, ...picture.map((row) => [...sides, ...row, ...sides]), ...empty];
}

/** The pixels under the window that answers in row i and column j of the map. */
export function windowAt(picture, i, j, size, stride = 1) {
  return Array.from({ length: size }, (_, k) => (
    picture[stride * i + k].slice(stride * j, stride * j + size)
  ));
}

export function products(pixels, kernel) {
  return pixels.map((row, k) => row.map((pixel, l) => pixel * kernel[k][l]));
}

export function sum(table) {
  return table.flat().reduce((total, value) => total + value, 0);
}

/** y[i][j] = sum over k, l of x[s i + k - p][s j + l - p] w[k][l], as the engine's conv2d. */
export function convolve(picture, kernel, { stride = 1, padding = 0 } = {}) {
  const source = padded(picture, padding);
  const [rows, columns] = [picture.length, picture[0].length].map((size) => (
    outputSize(size, kernel.length, stride, padding)
  ));
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => (
    sum(products(windowAt(source, i, j, kernel.length, stride), kernel))
  )));
}

/** The largest number of each square of `size`, after max(0, y); a last odd row or column is left out. */
export function reluMaxPool(map, size) {
  const count = (length) => Math.floor(length / size);
  return Array.from({ length: count(map.length) }, (_, i) => (
    Array.from({ length: count(map[0].length) }, (__, j) => (
      Math.max(0, ...map.slice(size * i, size * (i + 1)).flatMap((row) => row.slice(size * j, size * (j + 1))))
    ))
  ));
}
