/** The hidden units as small maps, layer by layer, and all weights as a table. */

import { formatNumber, html, setText } from "../figure/dom.js";
import { DecisionMap } from "../figure/map.js";

const SIZE = 84;

export function networkView() {
  const element = html("div", { class: "play-layers" });
  const body = html("tbody");
  const table = html("details", {},
    html("summary", {}, "All weights as a table"),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "All weights" },
      html("table", { class: "table-plain" },
        html("thead", {}, html("tr", {}, ...["unit", "weights of its inputs", "bias"].map((name) => (
          html("th", { scope: "col" }, name)
        )))), body)));
  let maps = [];
  let reach = 2;
  let shape = "";

  /** The maps are made anew only when the network has another shape. */
  const build = (hidden) => {
    maps = hidden.map((units) => Array.from({ length: units }, () => new DecisionMap({ size: SIZE, axes: null })));
    element.replaceChildren(...(hidden.length ? maps.map(layerOf) : [
      html("p", { class: "figure-note" }, "No hidden layer: the output is one sigmoid neuron, and its border a straight line."),
    ]));
  };

  /** `values(x1, x2)` gives the values of all units, layer by layer. */
  const draw = (network, values) => {
    const hidden = network.sizes.slice(1, -1);
    if (hidden.join() !== shape || !element.children.length) build(hidden);
    shape = hidden.join();
    maps.forEach((layer, l) => layer.forEach((map, unit) => {
      map.xRange = [-reach, reach];
      map.yRange = [-reach, reach];
      const shown = scaled(network.activation);
      map.draw({ value: (x1, x2) => shown(values(x1, x2)[l][unit]) });
    }));
    showWeights(body, network);
  };
  return {
    element,
    table,
    draw,
    setReach: (wanted) => { reach = wanted; },
    forgetColours: () => maps.flat().forEach((map) => map.forgetColours()),
  };
}

function layerOf(maps, l) {
  return html("div", { class: "play-layer" },
    html("p", { class: "figure-note" }, `Layer ${l + 1}`),
    html("div", { class: "play-maps" }, ...maps.map((map) => map.canvas)));
}

/** A unit's value as a colour from 0 to 1, one half where it is "neither". */
function scaled(activation) {
  if (activation === "sigmoid") return (value) => value;
  if (activation === "tanh") return (value) => (value + 1) / 2;
  return (value) => (Math.tanh(value) + 1) / 2;
}

function showWeights(body, { layers }) {
  const rows = layers.flatMap(({ weight, bias }, l) => weight.map((row, to) => [
    l === layers.length - 1 ? "output" : `layer ${l + 1}, unit ${to + 1}`,
    row.map((value) => formatNumber(value, 3)).join(", "), formatNumber(bias[to], 3),
  ]));
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, i) => {
    const row = body.rows[i] ?? body.insertRow();
    cells.forEach((text, j) => setText(row.cells[j] ?? row.insertCell(), text));
  });
}
