/** A network as an SVG diagram: width is the size of a weight, a dashed line is a negative one. */

import { setText, svg } from "./dom.js";

const RADIUS = 22;
const STOP = 5;
const THINNEST = 1.25;
const THICKEST = 5;

/**
 * Draw nodes {id, x, y, text, radius} and edges {from, to, at}; `at` is where along the line its value stands,
 * and `reach` the weight that gets the thickest line.
 * `update({edges: [{weight, text, inhibitory}], notes: {id: text}, on: [ids]})` shows new values.
 */
export function drawNetwork({ label, width, height, nodes, edges, reach }) {
  const root = svg("svg", { class: "net", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const places = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.map((edge) => drawEdge(edge, places));
  const circles = nodes.map(drawNode);
  root.append(
    ...lines.map((line) => line.group),
    ...lines.map((line) => line.text),
    ...circles.map((circle) => circle.group),
  );
  const update = (values) => {
    lines.forEach((line, i) => line.update(values.edges[i], reach));
    circles.forEach((circle) => circle.update(values));
  };
  return { svg: root, update };
}

function drawEdge({ from, to, at }, places) {
  const [start, end] = trim(places.get(from), places.get(to));
  const line = svg("line", { x1: start.x, y1: start.y, x2: end.x, y2: end.y });
  const stop = svg("circle", { class: "net-stop", cx: end.stopX, cy: end.stopY, r: STOP });
  const group = svg("g", { class: "net-edge" }, line, stop);
  const text = svg("text", {
    class: "net-value", x: start.x + at * (end.x - start.x), y: start.y + at * (end.y - start.y) - 5,
  });
  const update = ({ weight, text: shown, inhibitory = false }, reach) => {
    const sign = weight > 0 ? "pos" : weight < 0 ? "neg" : "zero";
    group.setAttribute("class", `net-edge ${sign}${inhibitory ? " inhibitory" : ""}`);
    line.setAttribute("stroke-width", THINNEST + (THICKEST - THINNEST) * Math.min(1, Math.abs(weight) / reach));
    setText(text, shown);
  };
  return { group, text, update };
}

function drawNode({ id, x, y, text, radius = RADIUS }) {
  const label = svg("text", { x, y: y + 1, class: "net-name" }, text);
  const note = svg("text", { x, y: y + radius + 17, class: "net-note" });
  const group = svg("g", { class: "net-node" }, svg("circle", { cx: x, cy: y, r: radius }), label, note);
  const update = ({ notes = {}, on = [], names = {} }) => {
    group.classList.toggle("on", on.includes(id));
    setText(note, notes[id] ?? "");
    setText(label, names[id] ?? text);
  };
  return { group, update };
}

/** The ends of a line between two nodes, at their rims; the mark of a veto touches the rim. */
function trim(from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [out, into] = [from.radius ?? RADIUS, to.radius ?? RADIUS];
  return [
    { x: from.x + dx * out, y: from.y + dy * out },
    {
      x: to.x - dx * into, y: to.y - dy * into,
      stopX: to.x - dx * (into + STOP), stopY: to.y - dy * (into + STOP),
    },
  ];
}
