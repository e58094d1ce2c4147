/** Polynomials fitted to measurements of a sine at even places, and what they are expected to miss. */

export const PLACES = 201;

export function truth(x) {
  return Math.sin(2 * Math.PI * x);
}

/** So many even numbers from 0 to 1, both ends among them. */
export function places(count) {
  return Array.from({ length: count }, (_, i) => i / (count - 1));
}

/** 1, t, t², … with t = 2x − 1. */
export function powers(x, degree) {
  return Array.from({ length: degree + 1 }, (_, k) => (2 * x - 1) ** k);
}

/**
 * A list of columns, one for each measurement: how much it counts for the fit at each of the places `at`.
 *
 * The weights w minimise |y − Aw|² + ridge |w|². Below A stand rows for the ridge; modified Gram and Schmidt
 * splits the columns into Q and a triangle R, and the fit at a place p is p R⁻¹ Qᵀ y.
 */
export function smoother(size, at, degree, ridge = 0) {
  const { q, r } = orthogonalised(places(size).map((x) => powers(x, degree)), degree, ridge);
  const rows = at.map((x) => solvedByTriangle(powers(x, degree), r));
  return Array.from({ length: size }, (_, j) => (
    rows.map((row) => row.reduce((total, value, k) => total + value * q[k][j], 0))
  ));
}

/** The fitted values at all places for measurements `y`, by the columns of a smoother. */
export function fitted(columns, y) {
  return columns[0].map((_, i) => y.reduce((total, value, j) => total + value * columns[j][i], 0));
}

/** Squared bias and variance of a smoother, averaged over the places, for a noise of 1. */
export function decomposed(columns, at) {
  const measured = places(columns.length).map(truth);
  const mean = fitted(columns, measured);
  const bias2 = mean.reduce((total, value, i) => total + (value - truth(at[i])) ** 2, 0) / at.length;
  const variance = columns.reduce((total, column) => (
    total + column.reduce((sum, value) => sum + value * value, 0)
  ), 0) / at.length;
  return { bias2, variance };
}

function orthogonalised(rows, degree, ridge) {
  const q = [];
  const r = [];
  for (let k = 0; k <= degree; k += 1) {
    const ofRidge = Array.from({ length: degree + 1 }, (_, i) => (i === k ? Math.sqrt(ridge) : 0));
    const column = [...rows.map((row) => row[k]), ...ofRidge];
    const parts = q.map((unit) => {
      const part = dot(unit, column);
      unit.forEach((value, i) => { column[i] -= part * value; });
      return part;
    });
    const length = Math.sqrt(dot(column, column));
    q.push(column.map((value) => value / length));
    r.push([...parts, length]);
  }
  return { q, r };
}

/** Solve z R = p, where r[k] is the k-th column of the triangle R from the top to its diagonal. */
function solvedByTriangle(p, r) {
  const z = [];
  p.forEach((value, k) => {
    z.push((value - z.reduce((total, known, i) => total + known * r[k][i], 0)) / r[k][k]);
  });
  return z;
}

function dot(one, other) {
  return one.reduce((total, value, i) => total + value * other[i], 0);
}
