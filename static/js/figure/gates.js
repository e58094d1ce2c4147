/** The gates that a McCulloch-Pitts neuron is asked to be, and the picture of all 16 of two inputs. */

import { html, svg } from "./dom.js";
import { inputRows, mpReachable } from "./maths.js";

/** Answers in counting order of the inputs: 00, 01, 10, 11. */
const GATES = [
  ["and", 2, "0001", "x₁ AND x₂"],
  ["or", 2, "0111", "x₁ OR x₂"],
  ["x1-and-not-x2", 2, "0010", "x₁ AND NOT x₂"],
  ["nor", 2, "1000", "x₁ NOR x₂"],
  ["not", 1, "10", "NOT x₁ (one input)"],
  ["nand", 2, "1110", "x₁ NAND x₂"],
  ["xor", 2, "0110", "x₁ XOR x₂"],
  ["xnor", 2, "1001", "x₁ XNOR x₂"],
  ["x2-and-not-x1", 2, "0100", "x₂ AND NOT x₁"],
  ["x1-or-not-x2", 2, "1011", "x₁ OR NOT x₂"],
  ["x2-or-not-x1", 2, "1101", "x₂ OR NOT x₁"],
  ["first", 2, "0011", "x₁ alone"],
  ["second", 2, "0101", "x₂ alone"],
  ["not-first", 2, "1100", "NOT x₁"],
  ["not-second", 2, "1010", "NOT x₂"],
  ["never", 2, "0000", "never"],
  ["always", 2, "1111", "always"],
  ["majority", 3, "00010111", "majority of three"],
  ["and-3", 3, "00000001", "AND of three"],
  ["or-3", 3, "01111111", "OR of three"],
].map(([id, count, answers, name]) => ({ id, count, answers, name }));

const SUBSCRIPTS = ["₀", "₁", "₂", "₃"];

export function inputName(number) {
  return `x${SUBSCRIPTS[number]}`;
}

export function findGate(id) {
  return GATES.find((gate) => gate.id === id) ?? null;
}

/** The gates to offer: those named, in that order, or all. */
export function chooseGates(ids) {
  const named = Array.isArray(ids) ? ids.map(findGate).filter(Boolean) : [];
  return named.length > 0 ? named : GATES;
}

/** "θ = 1, x₂ inhibitory" */
export function describeSetting({ threshold, inhibitory }) {
  const names = inhibitory.map(inputName).join(" and ");
  return `θ = ${threshold}${names ? `, ${names} inhibitory` : ""}`;
}

/**
 * The 16 functions of two inputs as tiles, with which of them one neuron reaches (found by trying
 * every setting). With `onChoose`, a tile is a button; `show(id)` marks the chosen one.
 */
export function functionTiles(onChoose) {
  const reachable = mpReachable(2);
  const gates = GATES.filter((gate) => gate.count === 2).sort((a, b) => a.answers.localeCompare(b.answers));
  const tiles = gates.map((gate) => ({ gate, element: drawTile(gate, reachable.get(gate.answers), onChoose) }));
  const within = gates.filter((gate) => reachable.has(gate.answers)).length;
  const element = html("section", { class: "function-map" },
    html("p", { class: "map-title" }, "The 16 functions of two inputs"),
    html("p", { class: "figure-note" }, `One MP neuron reaches ${within} of the ${gates.length}. `
      + "Each square has x₁ to the right and x₂ upwards; ◆ is answer 1, ○ is answer 0."),
    html("ul", { class: "function-tiles" }, ...tiles.map((tile) => html("li", {}, tile.element))));
  const show = (id) => {
    if (!onChoose) return;
    tiles.forEach((tile) => tile.element.setAttribute("aria-pressed", String(tile.gate.id === id)));
  };
  return { element, show };
}

function drawTile(gate, setting, onChoose) {
  const verdict = setting ? `✓ ${describeSetting(setting)}` : "✗ out of reach";
  const element = html(onChoose ? "button" : "div", {
    class: `function-tile ${setting ? "within" : "beyond"}`, type: onChoose ? "button" : null,
  },
  drawSquare(gate.answers),
  html("span", { class: "function-words" },
    html("span", { class: "function-name" }, gate.name),
    html("span", { class: `verdict ${setting ? "pass" : "fail"}` }, verdict)));
  if (onChoose) element.addEventListener("click", () => onChoose(gate));
  return element;
}

function drawSquare(answers) {
  const marks = inputRows(2).map(([x1, x2], i) => {
    const [x, y] = [14 + 28 * x1, 42 - 28 * x2];
    return answers[i] === "1"
      ? svg("path", { class: "one", d: `M${x} ${y - 7}l7 7l-7 7l-7-7z` })
      : svg("circle", { class: "zero", cx: x, cy: y, r: 5 });
  });
  return svg("svg", { class: "function-square", viewBox: "0 0 56 56", "aria-hidden": "true" },
    svg("path", { class: "frame", d: "M14 14H42V42H14Z" }), ...marks);
}
