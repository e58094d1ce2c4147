/** The 2-2-1 network of back-propagation: values in the nodes, signals beside them, a weight and a derivative on each line. */

import { formatNumber, formatShort, setText, svg } from "./dom.js";

const [WIDTH, HEIGHT, RADIUS] = [340, 288, 25];
const [THIN, THICK, REACH] = [1.25, 4, 0.5];
const NODES = {
  i1: { x: 36, y: 80, name: "i₁", nameAt: -33 },
  i2: { x: 36, y: 220, name: "i₂", nameAt: 40 },
  h1: { x: 166, y: 80, name: "h₁", nameAt: -33, signalAt: -52 },
  h2: { x: 166, y: 220, name: "h₂", nameAt: 40, signalAt: 58 },
  y: { x: 296, y: 150, name: "ŷ", nameAt: -33, signalAt: 42 },
};
/** `at` is where along the line its numbers stand, `off` how far above or below it. */
const EDGES = [
  { from: "i1", to: "h1", at: 0.5, off: -25 }, { from: "i2", to: "h1", at: 0.27, off: -4 },
  { from: "i1", to: "h2", at: 0.27, off: -4 }, { from: "i2", to: "h2", at: 0.5, off: 14 },
  { from: "h1", to: "y", at: 0.5, off: -38 }, { from: "h2", to: "y", at: 0.5, off: 25 },
];

/** `update({ weights, values, signals, gradients, current })`: what is null or missing is not yet known. */
export function chainDiagram() {
  const root = svg("svg", { class: "net chain-net", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const edges = EDGES.map(drawEdge);
  const nodes = Object.entries(NODES).map(([id, place]) => [id, drawNode(place)]);
  root.append(...edges.map(({ line }) => line), ...nodes.map(([, { group }]) => group), ...edges.map(({ text }) => text));
  const update = ({ weights, values, signals, gradients, current, label }) => {
    edges.forEach((edge, k) => edge.update(weights[k], gradients[k], current.includes(k)));
    for (const [id, node] of nodes) node.update(values[id], signals[id], current.includes(id));
    root.setAttribute("aria-label", label);
  };
  return { element: root, update };
}

function drawEdge({ from, to, at, off }) {
  const [a, b] = [NODES[from], NODES[to]];
  const line = svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
  const group = svg("g", {}, line);
  const [x, y] = [a.x + at * (b.x - a.x), a.y + at * (b.y - a.y) + off];
  const weightText = svg("text", { class: "net-value", x, y });
  const gradientText = svg("text", { class: "net-value chain-gradient", x, y: y + 15 });
  const text = svg("g", {}, weightText, gradientText);
  const update = (weight, gradient, current) => {
    const sign = weight > 0 ? "pos" : weight < 0 ? "neg" : "zero";
    group.setAttribute("class", `net-edge ${sign}`);
    text.setAttribute("class", current ? "chain-current" : "");
    const width = THIN + (THICK - THIN) * Math.min(1, Math.abs(weight) / REACH);
    line.setAttribute("stroke-width", current ? width + 2.5 : width);
    setText(weightText, formatShort(weight));
    setText(gradientText, gradient === null ? "" : `∂ ${formatNumber(gradient, 3)}`);
  };
  return { line: group, text, update };
}

function drawNode({ x, y, name, nameAt, signalAt = 0 }) {
  const value = svg("text", { x, y: y + 1, class: "net-name chain-value" });
  const signal = svg("text", { x, y: y + signalAt, class: "net-note chain-gradient" });
  const group = svg("g", {},
    svg("circle", { cx: x, cy: y, r: RADIUS }), value, svg("text", { x, y: y + nameAt, class: "net-note" }, name), signal);
  const update = (known, back, current) => {
    group.setAttribute("class", current ? "net-node chain-current" : "net-node");
    setText(value, known === undefined ? "?" : formatShort(known));
    setText(signal, back ?? "");
  };
  return { group, update };
}
