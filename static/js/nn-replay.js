/** <nn-replay>: trainings that the engine did and recorded, played frame by frame: borders and losses. */

import { button, copyText } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { DecisionMap, mapLegend } from "./figure/map.js";
import { sigmoid } from "./figure/maths.js";
import { Plot } from "./figure/plot.js";
import { readInteger, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";
import { forward } from "./maths/mlp.js";
import { networkOf } from "./maths/recorded.js";

const PACE = 180;
const SIZE = 240;
/** How far the map reaches beyond the points, as a part of their reach. */
const MARGIN = 0.5;
const TONES = [{ tone: "pos" }, { tone: "neg", dash: true }, { tone: "ink" }];

class Recorded extends Figure {
  build() {
    const { replay, frame = 0 } = this.config;
    this.runs = replay;
    this.last = replay[0].steps.length - 1;
    this.frame = Math.min(frame, this.last);
    this.maps = replay.map(({ points }) => {
      const [xRange, yRange] = [0, 1].map((axis) => reach(points.map((point) => point[axis])));
      return new DecisionMap({ size: SIZE, xRange, yRange });
    });
    const highest = Math.max(...replay.flatMap(({ losses }) => losses));
    this.plot = new Plot({
      xRange: [0, Math.max(...replay.map(({ steps }) => steps.at(-1)))], yRange: [0, highest * 1.1],
      xLabel: "step", yLabel: "loss", label: "Loss of each training over its steps",
    });
    this.table = dataTable({ title: "The losses as a table", columns: ["step", ...replay.map(({ title }) => title)] });
    this.table.update(replay[0].steps.map((step, i) => [step, ...replay.map(({ losses }) => formatNumber(losses[i], 4))]));
    this.player = turnPlayer({
      count: () => this.last, pace: PACE, label: "Frame", goTo: (frame) => this.choose(frame),
    });
    this.notes = replay.map(() => html("p", { class: "map-legend" }));
    const columns = this.maps.map(({ canvas }, i) => html("div", { class: "replay-run" },
      html("p", { class: "map-title" }, replay[i].title), html("div", { class: "map-frame" }, canvas), this.notes[i]));
    this.body.append(html("div", { class: "replay-runs" }, ...columns), mapLegend("— answer one half"),
      this.player.element, this.plot.element, this.summary, this.table.element, this.buildFoot());
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    return html("p", { class: "controls" }, this.hides("link") ? "" : button("Copy link", copy), note);
  }

  choose(frame) {
    this.frame = frame;
    this.changed();
  }

  pause() {
    this.player?.pause();
  }

  recolour() {
    this.maps.forEach((map) => map.forgetColours());
  }

  state() {
    return [["n", this.frame]];
  }

  restore(state) {
    this.frame = readInteger(state.get("n"), 0, this.last) ?? this.frame;
  }

  render() {
    const right = this.runs.map((run, i) => this.drawRun(run, this.maps[i], this.notes[i]));
    const step = this.runs[0].steps[this.frame];
    this.plot.draw({
      lines: this.runs.map(({ title, steps, losses }, i) => ({
        name: title, points: steps.map((at, k) => [at, losses[k]]), label: title, ...TONES[i],
      })),
      marks: [{ x: step, label: "now" }],
    });
    this.player.show(this.frame);
    this.say(`Step ${step}. ${this.runs.map((run, i) => `${run.title}: ${right[i]} of ${run.points.length} right`).join("; ")}.`);
  }

  /** Draw one training at the chosen frame; return how many points are right. */
  drawRun(run, map, note) {
    const network = networkOf(run, this.frame);
    const answer = (x, y) => sigmoid(forward(network, [x, y]).at(-1)[0]);
    const points = run.points.map(([x, y, target]) => ({ x, y, target, right: (answer(x, y) > 0.5) === Boolean(target) }));
    map.draw({ value: answer, points });
    setText(note, `loss ${formatNumber(run.losses[this.frame], 3)}`);
    return points.filter((point) => point.right).length;
  }
}

/** From the lowest to the highest, and some more on both sides. */
function reach(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = (high - low || 1) * MARGIN;
  return [low - more, high + more];
}

customElements.define("nn-replay", Recorded);
