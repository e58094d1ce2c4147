/** A small network with a layer under dropout: dropped units lose their circle's ink and all their lines. */

import { formatShort, setText, svg } from "./dom.js";

const [WIDTH, INPUTS_X, UNITS_X, SUM_X] = [340, 34, 165, 306];
const [GAP, TOP, RADIUS] = [66, 36, 21];
const [THIN, THICK, REACH] = [1.25, 5, 1];

/** Draw `inputs` unnamed inputs, a unit for each of `w`, and the sum z. `update({ mask, y, z })` shows a mask. */
export function maskDiagram({ inputs, w, label }) {
  const height = TOP * 2 + GAP * (w.length - 1);
  const middle = height / 2;
  const root = svg("svg", { class: "mask-net", viewBox: `0 0 ${WIDTH} ${height}`, role: "img" });
  const sources = Array.from({ length: inputs }, (_, i) => middle + (i - (inputs - 1) / 2) * GAP);
  const units = w.map((weight, i) => unit(weight, i, TOP + i * GAP, middle, sources));
  const sum = svg("text", { class: "mask-sum", x: SUM_X, y: middle });
  root.append(
    ...units.map(({ lines }) => lines),
    ...sources.map((y) => svg("circle", { class: "mask-source", cx: INPUTS_X, cy: y, r: 8 })),
    ...units.map(({ node }) => node),
    svg("circle", { class: "mask-node", cx: SUM_X, cy: middle, r: RADIUS + 3 }), sum,
    svg("text", { class: "mask-note", x: SUM_X, y: middle + RADIUS + 22 }, "z"),
  );
  const update = ({ x, mask, y, z }) => {
    units.forEach((one, i) => one.update(x[i], mask[i], y[i]));
    setText(sum, formatShort(z));
    root.setAttribute("aria-label", label(mask));
  };
  return { element: root, update };
}

function unit(weight, i, y, middle, sources) {
  const thickness = THIN + (THICK - THIN) * Math.min(1, Math.abs(weight) / REACH);
  const sign = weight < 0 ? "neg" : "pos";
  const at = 0.42;
  const place = [UNITS_X + at * (SUM_X - UNITS_X), y + at * (middle - y)];
  const lines = svg("g", {},
    ...sources.map((from) => svg("line", { class: "mask-in", x1: INPUTS_X, y1: from, x2: UNITS_X, y2: y })),
    svg("line", { class: `mask-out ${sign}`, x1: UNITS_X, y1: y, x2: SUM_X, y2: middle, "stroke-width": thickness }),
    svg("text", { class: "mask-weight", x: place[0], y: place[1] - 4 }, formatShort(weight)));
  const name = svg("text", { class: "mask-value", x: UNITS_X, y });
  const note = svg("text", { class: "mask-note", x: UNITS_X, y: y + RADIUS + 14 });
  const node = svg("g", {}, svg("circle", { class: "mask-node", cx: UNITS_X, cy: y, r: RADIUS }), name, note);
  const update = (x, kept, sent) => {
    for (const group of [lines, node]) group.setAttribute("class", kept ? "mask-part" : "mask-part dropped");
    setText(name, kept ? formatShort(sent) : "✗");
    setText(note, `x${"₁₂₃₄₅₆₇₈"[i]} = ${formatShort(x)}`);
  };
  return { lines, node, update };
}
