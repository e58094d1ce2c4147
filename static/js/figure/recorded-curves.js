/** Recorded trainings beside each other: the loss on the examples they learn from and on new ones. */

import { formatNumber, html, setText } from "./dom.js";
import { Plot } from "./plot.js";

const HEADINGS = ["loss", "loss on new", "right of new"];

/** What stands above and below the player, the table, and `draw(frame)`, which returns the sentence. */
export function film(runs) {
  const last = runs[0].steps.at(-1);
  const highest = Math.max(...runs.flatMap(({ losses, other_losses }) => [...losses, ...other_losses]));
  const plots = runs.map(({ title }) => new Plot({
    xRange: [0, last], yRange: [0, highest * 1.05], xLabel: "epoch", yLabel: "loss", label: `${title}: losses over the epochs`,
  }));
  const notes = runs.map(() => html("p", { class: "map-legend" }));
  const columns = runs.map(({ title }, i) => html("div", { class: "replay-run replay-curves" },
    html("p", { class: "map-title" }, title), plots[i].element, notes[i]));
  const draw = (frame) => {
    runs.forEach((run, i) => {
      plots[i].draw(curvesUpTo(run, frame));
      setText(notes[i], `right: ${formatNumber(run.accuracies[frame], 2)} in training, ${formatNumber(run.other_accuracies[frame], 2)} of new`);
    });
    const losses = runs.map(({ title, losses, other_losses }) =>
      `${title}: loss ${formatNumber(losses[frame], 2)} in training, ${formatNumber(other_losses[frame], 2)} on new examples`);
    return `Epoch ${runs[0].steps[frame]}. ${losses.join("; ")}.`;
  };
  return {
    above: [html("div", { class: "replay-runs" }, ...columns)],
    below: [],
    table: {
      title: "The curves as a table",
      columns: ["epoch", ...runs.flatMap(({ title }) => HEADINGS.map((name) => `${title}: ${name}`))],
      rows: runs[0].steps.map((epoch, k) => [epoch, ...runs.flatMap(({ losses, other_losses, other_accuracies }) =>
        [losses, other_losses, other_accuracies].map((values) => formatNumber(values[k], 3)))]),
    },
    draw,
    recolour: () => {},
  };
}

/** Both curves as far as the training has come. */
function curvesUpTo({ steps, losses, other_losses }, frame) {
  const upTo = (values) => steps.slice(0, frame + 1).map((step, k) => [step, values[k]]);
  const [seen, fresh] = [upTo(losses), upTo(other_losses)];
  return {
    lines: [{ name: "training", points: seen, tone: "pos", label: "training" },
      { name: "new", points: fresh, tone: "neg", dash: true, label: "new" }],
    dots: [{ x: seen.at(-1)[0], y: seen.at(-1)[1], tone: "pos" },
      { x: fresh.at(-1)[0], y: fresh.at(-1)[1], tone: "neg", shape: "diamond" }],
  };
}
