/** Recorded trainings in the plane: the border of each at a frame, and one plot of all their losses. */

import { sigmoid } from "./maths.js";
import { formatNumber, html, setText } from "./dom.js";
import { DecisionMap, mapLegend } from "./map.js";
import { Plot } from "./plot.js";
import { forward } from "../maths/mlp.js";
import { networkOf } from "../maths/recorded.js";

const SIZE = 240;
/** How far the map reaches beyond the points, as a part of their reach. */
const MARGIN = 0.5;
const TONES = [{ tone: "pos" }, { tone: "neg", dash: true }, { tone: "ink" }];

/** What stands above and below the player, the table, and `draw(frame)`, which returns the sentence. */
export function film(runs) {
  const maps = runs.map(({ points }) => {
    const [xRange, yRange] = [0, 1].map((axis) => reach(points.map((point) => point[axis])));
    return new DecisionMap({ size: SIZE, xRange, yRange });
  });
  const notes = runs.map(() => html("p", { class: "map-legend" }));
  const columns = maps.map(({ canvas }, i) => html("div", { class: "replay-run" },
    html("p", { class: "map-title" }, runs[i].title), html("div", { class: "map-frame" }, canvas), notes[i]));
  const plot = new Plot({
    xRange: [0, Math.max(...runs.map(({ steps }) => steps.at(-1)))],
    yRange: [0, Math.max(...runs.flatMap(({ losses }) => losses)) * 1.1],
    xLabel: "step", yLabel: "loss", label: "Loss of each training over its steps",
  });
  const draw = (frame) => {
    const right = runs.map((run, i) => drawRun(run, frame, maps[i], notes[i]));
    const step = runs[0].steps[frame];
    plot.draw({
      lines: runs.map(({ title, steps, losses }, i) => ({
        name: title, points: steps.map((at, k) => [at, losses[k]]), label: title, ...TONES[i],
      })),
      marks: [{ x: step, label: "now" }],
    });
    return `Step ${step}. ${runs.map((run, i) => `${run.title}: ${right[i]} of ${run.points.length} right`).join("; ")}.`;
  };
  return {
    above: [html("div", { class: "replay-runs" }, ...columns), mapLegend("— answer one half")],
    below: [plot.element],
    table: {
      title: "The losses as a table", columns: ["step", ...runs.map(({ title }) => title)],
      rows: runs[0].steps.map((step, i) => [step, ...runs.map(({ losses }) => formatNumber(losses[i], 4))]),
    },
    draw,
    recolour: () => maps.forEach((map) => map.forgetColours()),
  };
}

/** Draw one training at a frame; return how many points are right. */
function drawRun(run, frame, map, note) {
  const network = networkOf(run, frame);
  const answer = (x, y) => sigmoid(forward(network, [x, y]).at(-1)[0]);
  const points = run.points.map(([x, y, target]) => ({ x, y, target, right: (answer(x, y) > 0.5) === Boolean(target) }));
  map.draw({ value: answer, points });
  setText(note, `loss ${formatNumber(run.losses[frame], 3)}`);
  return points.filter((point) => point.right).length;
}

/** From the lowest to the highest, and some more on both sides. */
function reach(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = (high - low || 1) * MARGIN;
  return [low - more, high + more];
}
