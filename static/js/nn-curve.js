/** <nn-curve>: one sigmoid neuron as a curve to bend through two points, with the perceptron's step and the slope. */

import { button, checkbox, copyText, rangeRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { sigmoid, step } from "./figure/maths.js";
import { Plot } from "./figure/plot.js";
import { clamp, readNumbers, stateLink } from "./figure/state.js";
import { answer, slope } from "./maths/sigmoid-neuron.js";

const LIMIT = 20;
const X_RANGE = [-2, 5];
const PARTS = 140;
/** A point counts as hit within this. */
const NEAR = 0.01;
const TABLE_AT = [-2, -1, 0, 1, 2, 3, 4, 5];

class Curve extends Figure {
  build() {
    const { w = 1, b = 0, x = 1, points = [] } = this.config;
    this.first = { w, b, x };
    this.values = { ...this.first };
    this.points = points;
    this.shown = { step: true, slope: false };
    this.plot = new Plot({
      xRange: X_RANGE, yRange: [0, 1], xLabel: "x", yLabel: "f(x)", label: "The curve of the neuron; its values are in the table below.",
    });
    this.rows = {
      w: this.row("w", "weight w", 6, 0.05), b: this.row("b", "bias b", 10, 0.05), x: this.row("x", "input x", 5, 0.05),
    };
    this.checks = {
      step: checkbox("Perceptron", (on) => this.toggle("step", on)),
      slope: checkbox("Slope f′(x)", (on) => this.toggle("slope", on)),
    };
    this.reading = html("p", { class: "figure-note" });
    this.table = dataTable({ title: "The curve as a table", columns: ["x", "sum z", "f(x)", "slope f′(x)", "perceptron"] });
    const note = html("span", { role: "status", class: "copy-note" });
    const controls = html("div", { class: "controls" }, this.checks.step.row, this.checks.slope.row,
      button("Reset", () => this.reset()), button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied.")), note);
    this.body.append(this.plot.element,
      html("div", { class: "range-rows" }, ...Object.values(this.rows).map(({ row }) => row)),
      this.reading, this.summary, controls, this.table.element);
  }

  row(name, label, reach, stride) {
    return rangeRow({ label, reach, limit: LIMIT, stride, onInput: (value) => {
      this.values[name] = value;
      this.changed();
    } });
  }

  toggle(part, on) {
    this.shown[part] = on;
    this.changed();
  }

  reset() {
    this.values = { ...this.first };
    this.shown = { step: true, slope: false };
    this.changed();
  }

  state() {
    const { w, b, x } = this.values;
    return [["v", [w, b, x].join()], ["show", `${Number(this.shown.step)}${Number(this.shown.slope)}`]];
  }

  restore(state) {
    const [w, b, x] = readNumbers(state.get("v"), 3, LIMIT) ?? Object.values(this.first);
    this.values = { w, b, x };
    const [shown] = /^[01][01]$/.test(state.get("show") ?? "") ? [state.get("show")] : ["10"];
    this.shown = { step: shown[0] === "1", slope: shown[1] === "1" };
  }

  render() {
    const { w, b, x } = this.values;
    for (const [name, row] of Object.entries(this.rows)) row.show(this.values[name]);
    for (const [name, check] of Object.entries(this.checks)) check.show(this.shown[name]);
    this.drawPlot(w, b, x);
    const z = w * x + b;
    setText(this.reading, `At x = ${formatShort(x)}: z = ${formatShort(z)}, f = ${formatNumber(sigmoid(z), 4)}, `
      + `slope = ${formatNumber(slope(w, b, x), 4)}.`);
    this.say(this.verdict(w, b));
    this.table.update(TABLE_AT.map((at) => [
      formatShort(at), formatShort(w * at + b), formatNumber(answer(w, b, at), 4), formatNumber(slope(w, b, at), 4), step(w * at + b),
    ]));
  }

  drawPlot(w, b, x) {
    const along = Array.from({ length: PARTS + 1 }, (_, i) => X_RANGE[0] + (i / PARTS) * (X_RANGE[1] - X_RANGE[0]));
    const lines = [{ name: "f", tone: "ink", label: "f(x)", points: along.map((at) => [at, answer(w, b, at)]) }];
    if (this.shown.step) {
      lines.unshift({ name: "step", tone: "soft", dash: true, label: "perceptron", points: along.map((at) => [at, step(w * at + b)]) });
    }
    const slopes = along.map((at) => slope(w, b, at));
    const lowest = this.shown.slope ? Math.min(0, ...slopes) : 0;
    const highest = this.shown.slope ? Math.max(1, ...slopes) : 1;
    if (this.shown.slope) lines.unshift({ name: "slope", tone: "soft", label: "slope", points: along.map((at, i) => [at, slopes[i]]) });
    const middle = -b / w;
    const isInside = !this.shown.step && middle > X_RANGE[0] && middle < X_RANGE[1];
    this.plot.draw({
      yRange: [lowest, highest], lines,
      marks: isInside ? [{ x: middle, label: "one half" }] : [],
      dots: [
        ...this.points.map(([at, wanted]) => ({ x: at, y: wanted, shape: "diamond", tone: "ink" })),
        { x: clamp(x, ...X_RANGE), y: answer(w, b, clamp(x, ...X_RANGE)), shape: "circle", tone: "ink" },
      ],
    });
  }

  verdict(w, b) {
    const missed = this.points.filter(([at, wanted]) => Math.abs(answer(w, b, at) - wanted) > NEAR);
    if (!this.points.length) return "";
    if (!missed.length) return "The curve goes through both diamonds.";
    return missed.map(([at, wanted]) => (
      `At x = ${formatShort(at)} the curve is too ${answer(w, b, at) > wanted ? "high" : "low"}: ${formatNumber(wanted, 2)} is wanted.`
    )).join(" ");
  }
}

customElements.define("nn-curve", Curve);
