/** The playground's data: four generators with a seed, and rows of one's own as CSV. */

import { normals, randomStream } from "../maths/random.js";

export const TRAIN_ROWS = 200;
export const TEST_ROWS = 100;
export const MOST_OWN_ROWS = 500;
/** Inputs of one's own lie within this, so that the usual learning rates fit them. */
export const REACH = 10;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i;

/** Each data set: its name, and how to draw one row of class 0 or 1. */
export const DATASETS = {
  xor: { label: "XOR", draw: drawXor },
  moons: { label: "moons", draw: drawMoons },
  circles: { label: "circles", draw: drawCircles },
  spirals: { label: "spirals", draw: drawSpirals },
};

/** Training and test rows {x: [x1, x2], target}; classes take turns. */
export function makeData(name, noise, seed) {
  const random = randomStream(seed);
  const normal = normals(random);
  const rows = Array.from({ length: TRAIN_ROWS + TEST_ROWS }, (_, i) => {
    const target = i % 2;
    const x = DATASETS[name].draw(target, random).map((value) => value + noise * normal());
    return { x, target };
  });
  return { train: rows.slice(0, TRAIN_ROWS), test: rows.slice(TRAIN_ROWS) };
}

/**
 * Read "x1, x2, class" line by line; a first line of names is skipped. Every fifth row is kept for the test
 * when there are ten or more; with fewer, all rows do both. Gives {data} or {error}, which names the line.
 */
export function readCsv(text) {
  const lines = text.split(/\r?\n/).map((line, i) => ({ number: i + 1, line: line.trim() }))
    .filter(({ line }) => line !== "");
  if (lines.length && !looksLikeRow(lines[0].line)) lines.shift();
  if (lines.length < 2) return { error: "Paste at least two rows: x₁, x₂ and the class, 0 or 1, separated by commas." };
  if (lines.length > MOST_OWN_ROWS) {
    return { error: `There are ${lines.length} rows; ${MOST_OWN_ROWS} is the most.` };
  }
  const rows = [];
  for (const { number, line } of lines) {
    const row = readRow(line);
    if (row.error) return { error: `Line ${number}: ${row.error}` };
    rows.push(row);
  }
  if (new Set(rows.map((row) => row.target)).size < 2) return { error: "All rows are of one class; there must be two." };
  if (rows.length < 10) return { data: { train: rows, test: rows } };
  return { data: { train: rows.filter((_, i) => i % 5 !== 4), test: rows.filter((_, i) => i % 5 === 4) } };
}

export function writeCsv(rows) {
  return rows.map(({ x, target }) => `${x[0]},${x[1]},${target}`).join("\n");
}

function looksLikeRow(line) {
  return line.split(/[,;\t]/).some((part) => NUMBER.test(part.trim()));
}

function readRow(line) {
  const parts = line.split(/[,;\t]/).map((part) => part.trim());
  if (parts.length !== 3) return { error: `there are ${parts.length} values, wanted are 3: x₁, x₂ and the class.` };
  const wrong = parts.find((part) => !NUMBER.test(part));
  if (wrong !== undefined) return { error: `“${wrong.slice(0, 20)}” is not a number.` };
  const [x1, x2, target] = parts.map(Number);
  const far = [x1, x2].find((value) => Math.abs(value) > REACH);
  if (far !== undefined) return { error: `${far} is beyond −${REACH} to ${REACH}; divide that column by a fitting number.` };
  if (target !== 0 && target !== 1) return { error: `the class is ${target}; it must be 0 or 1.` };
  return { x: [x1, x2], target };
}

/** Two opposite quarters of the square from −1 to 1 are one class: XOR, with −1 for 0. Handing in converts this. */
function drawXor(target, random) {
  const [a, b] = [0.1 + 0.9 * random(), 0.1 + 0.9 * random()];
  const side = random() < 0.5 ? 1 : -1;
  return [side * a, (target ? -side : side) * b];
}

/** Two half circles that reach into each other. */
function drawMoons(target, random) {
  const turn = Math.PI * random();
  const [x, y] = target ? [1 - Math.cos(turn), 0.5 - Math.sin(turn)] : [Math.cos(turn), Math.sin(turn)];
  return [x - 0.5, 1.2 * (y - 0.25)];
}

/** A circle within a circle; the inner one is class 1. */
function drawCircles(target, random) {
  const turn = 2 * Math.PI * random();
  const radius = target ? 0.45 : 1.1;
  return [radius * Math.cos(turn), radius * Math.sin(turn)];
}

/** Two arms that wind once and a quarter round the middle. */
function drawSpirals(target, random) {
  const along = 0.1 + 0.9 * random();
  const turn = 2.5 * Math.PI * along + (target ? Math.PI : 0);
  return [1.25 * along * Math.cos(turn), 1.25 * along * Math.sin(turn)];
}
