/** <nn-descent>: gradient descent on the error surface of a sigmoid neuron, one learning rate, step by step. */

import { ContourMap, levelPaths } from "./figure/contours.js";
import { button, copyText } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, html, setText, svg } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { rateRow, writeValue } from "./figure/rates.js";
import { clamp, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";
import { FUNCTIONS, shownSteps, walk } from "./maths/optimizers.js";

const SURFACE = "lecture";
const RANGES = { xRange: [-3, 5], yRange: [-5, 3] };
const LEVELS = [0.001, 0.005, 0.02, 0.06, 0.12, 0.2, 0.28, 0.36, 0.42];
const LOWEST = [1.791759, -2.282174];
const STEPS = 1000;
const FRAMES = 90;
const PACE = 90;
const MOST_DOTS = 60;
const MOST_RATE = 100;
/** Closer than this the walk has arrived; a slope smaller than that is a plateau. */
const ARRIVED = 1e-6;
const FLAT = 0.02;
const HIGH = 0.2;
/** Low and still nearly level: the valley's floor. */
const LEVEL = 0.05;
const CELLS = 80;
const TICKS = { across: [-2, 0, 2, 4], up: [-4, -2, 0, 2] };

class Descent extends Figure {
  build() {
    this.first = { rate: Number(this.config.rate) || 1, start: this.config.start ?? [-2, -2], position: Number(this.config.position) || 0 };
    this.take(this.first);
    this.map = new ContourMap("The error over weight and bias, and the path; the values are in the table.");
    this.map.lay(levelPaths(FUNCTIONS[SURFACE].value, LEVELS, RANGES), RANGES, LOWEST);
    this.map.levels.prepend(flatGround(this.map));
    this.map.root.append(scaleOf(this.map));
    this.plot = new Plot({
      xRange: [0, STEPS], yRange: [0, 0.5], xLabel: "step", yLabel: "error", label: "The error over the steps; the values are in the table.",
    });
    this.rate = rateRow({ name: "the descent", powers: [-2, 2], most: MOST_RATE }, (value) => {
      this.pause();
      this.take({ rate: value, start: this.start, position: this.position });
      this.changed();
    });
    this.reading = html("p", { class: "figure-note" });
    this.table = dataTable({ title: "The walk as a table", columns: ["step", "w", "b", "error", "length of the gradient"] });
    const title = "Error over weight w (across) and bias b (up); shaded: high and nearly flat";
    const surface = html("div", {}, html("p", { class: "map-title" }, title), this.map.root);
    this.body.append(html("div", { class: "figure-grid" }, surface, this.plot.element),
      html("div", {}, html("p", { class: "map-title" }, "Learning rate"), this.rate.row),
      this.buildPlayer(), this.reading, this.summary, this.table.element);
  }

  buildPlayer() {
    this.player = turnPlayer({
      count: () => this.steps.length - 1, goTo: (position) => this.goTo(position), pace: PACE, label: "Step of the walk",
    });
    const note = html("span", { role: "status", class: "copy-note" });
    return html("div", {}, this.player.element, html("p", { class: "controls" },
      button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied.")), note));
  }

  /** Walk anew; the walk is the same for the same rate and start. */
  take({ rate, start, position }) {
    this.rateNow = rate;
    this.start = start;
    this.walked = walk(SURFACE, "sgd", { lr: rate }, start, STEPS);
    this.steps = shownSteps(STEPS, FRAMES);
    this.position = clamp(position, 0, this.steps.length - 1);
  }

  goTo(position) {
    this.position = position;
    this.changed();
  }

  pause() {
    this.player?.pause();
  }

  state() {
    return [["r", Number(this.rateNow.toPrecision(4))], ["from", this.start.join()], ["at", this.position]];
  }

  restore(state) {
    const [rate] = readNumbers(state.get("r"), 1, MOST_RATE) ?? [this.first.rate];
    const start = readNumbers(state.get("from"), 2, 5) ?? this.first.start;
    this.take({ rate: Math.max(rate, 0), start, position: readInteger(state.get("at"), 0, FRAMES) ?? 0 });
  }

  render() {
    const step = this.steps[this.position];
    const { points, values } = this.walked;
    const gradient = FUNCTIONS[SURFACE].gradient(...points[step]);
    const length = Math.hypot(...gradient);
    this.rate.show(this.rateNow);
    this.map.show(points.slice(0, step + 1), MOST_DOTS);
    this.plot.draw({
      lines: [{ name: "error", tone: "ink", label: "error", points: this.steps.map((each) => [each, values[each]]) }],
      marks: [{ x: step, label: "now" }],
    });
    this.player.show(this.position);
    const [w, b] = points[step].map((value) => formatNumber(value, 3));
    setText(this.reading, `Step ${step}: w = ${w}, b = ${b}, error ${writeError(values[step])}, gradient `
      + `(${gradient.map((value) => formatNumber(value, 4)).join(", ")}).`);
    this.say(`${verdict(step, values, length)}${isOnMap(points[step]) ? "" : ` Off the map, at w = ${w}, b = ${b}.`}`.trim());
    if (this.tabled !== this.walked) this.fillTable();
  }

  fillTable() {
    const { points, values } = this.walked;
    this.table.update(this.steps.filter((_, i) => i % 6 === 0 || i === this.steps.length - 1).map((step) => [
      step, ...points[step].map((value) => formatNumber(value, 4)), writeError(values[step]),
      writeValue(Math.hypot(...FUNCTIONS[SURFACE].gradient(...points[step]))),
    ]));
    this.tabled = this.walked;
  }
}

function verdict(step, values, length) {
  if (values[step] < ARRIVED) return "Arrived: the error is below a millionth.";
  if (step > 0 && values[step] > values[step - 1] * 1.0001) return "The last step went up: it was too long.";
  if (values[step] > HIGH && length < FLAT) return "On the plateau: the surface is nearly flat, and the steps are short.";
  if (values[step] < HIGH && length < LEVEL) return "Low, but the ground is nearly level here too: the steps are short.";
  return "";
}

function isOnMap([w, b]) {
  const [[left, right], [low, high]] = [RANGES.xRange, RANGES.yRange];
  return w >= left && w <= right && b >= low && b <= high;
}

/** Four digits, so that the slow fall on the plateau shows. */
function writeError(value) {
  return value >= 0.001 ? formatNumber(value, 4) : writeValue(value);
}

/** The plateaus: where the error is high and the gradient short, as one strip for each run of cells in a row. */
function flatGround(map) {
  const { value, gradient } = FUNCTIONS[SURFACE];
  const [x, y] = [RANGES.xRange, RANGES.yRange].map(([from, to]) => (i) => from + ((to - from) * i) / CELLS);
  const isFlat = (...middle) => value(...middle) > HIGH && Math.hypot(...gradient(...middle)) < FLAT;
  const strips = [];
  for (let row = 0; row < CELLS; row += 1) {
    let start = null;
    for (let column = 0; column <= CELLS; column += 1) {
      const flat = column < CELLS && isFlat(x(column + 0.5), y(row + 0.5));
      if (flat) start ??= column;
      else if (start !== null) {
        const [left, top] = map.place([x(start), y(row + 1)]);
        const [right, bottom] = map.place([x(column), y(row)]);
        strips.push(`M${left} ${top}H${right}V${bottom}H${left}Z`);
        start = null;
      }
    }
  }
  return svg("path", { class: "descent-flat", d: strips.join("") });
}

/** The numbers along the left and the lower edge of the map. */
function scaleOf(map) {
  const { xRange: [left], yRange: [low] } = RANGES;
  const across = TICKS.across.map((w) => {
    const [x, y] = map.place([w, low]);
    return svg("text", { x, y: y - 4, "text-anchor": "middle" }, formatNumber(w, 0));
  });
  const up = TICKS.up.map((b) => {
    const [x, y] = map.place([left, b]);
    return svg("text", { x: x + 4, y: y + 4 }, formatNumber(b, 0));
  });
  return svg("g", { class: "descent-scale" }, ...across, ...up);
}

customElements.define("nn-descent", Descent);
