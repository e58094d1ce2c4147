/** <nn-activation>: an activation function with its slope, and what ten layers of it make of a random signal. */

import { button, copyText, rangeRow, selectRow, stepperRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { writeValue } from "./figure/rates.js";
import { readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { ACTIVATIONS, meanSquare, signalThrough, slopeAt, valueAt } from "./maths/activations.js";

const REACH = 4;
const PARTS = 160;
const LAYERS = 10;
const BINS = 25;
const MOST_SEED = 999;
const LIMIT = 5;
/** A mean square below this is a signal that has faded, one above the other one that has grown. */
const FADED = 0.01;
const GROWN = 10;

class Activation extends Figure {
  build() {
    const { activation = "relu", alpha = 0.1, spread = 1, layer = 5, seed = 1 } = this.config;
    this.first = { activation, alpha, spread, layer, seed };
    this.values = { ...this.first };
    this.curve = new Plot({ xRange: [-REACH, REACH], yRange: [-2, 4], xLabel: "sum z", yLabel: "f(z)", label: "The activation and its slope; values are in the table." });
    this.histogram = new Plot({ xRange: [-1, 1], yRange: [0, 1], xLabel: "value", yLabel: "share", label: "How often which value comes out of the layer." });
    const names = Object.entries(ACTIVATIONS).map(([name, { label }]) => [name, label]);
    this.rows = {
      activation: selectRow("Activation", names, (name) => this.set({ activation: name })),
      alpha: rangeRow({ label: "α", reach: 1, limit: 2, stride: 0.05, onInput: (value) => this.set({ alpha: Math.max(0, value) }) }),
      spread: rangeRow({ label: "spread s", reach: 3, limit: LIMIT, stride: 0.05, onInput: (value) => this.set({ spread: Math.max(0, value) }) }),
      layer: stepperRow({ label: "Layer", lowest: () => 1, highest: () => LAYERS, onInput: (value) => this.set({ layer: value }) }),
      seed: stepperRow({ label: "Seed", lowest: () => 0, highest: () => MOST_SEED, onInput: (value) => this.set({ seed: value }) }),
    };
    this.reading = html("p", { class: "figure-note" });
    this.table = dataTable({ title: "The layers as a table", columns: ["layer", "mean square of the values"] });
    this.points = dataTable({ title: "The curve as a table", columns: ["z", "f(z)", "slope"] });
    const note = html("span", { role: "status", class: "copy-note" });
    const above = html("div", {}, html("p", { class: "map-title" }, "The function, and dashed its slope"), this.curve.element);
    const below = html("div", {}, html("p", { class: "map-title" }, "What comes out of the layer"), this.histogram.element);
    this.body.append(html("div", { class: "controls" }, this.rows.activation.row),
      html("div", { class: "figure-grid" }, above, below),
      html("div", { class: "range-rows" }, this.rows.alpha.row, this.rows.spread.row),
      html("div", { class: "controls" }, this.rows.layer.row, this.rows.seed.row,
        button("Reset", () => this.set(this.first)),
        button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied.")), note),
      this.reading, this.summary, this.table.element, this.points.element);
  }

  set(change) {
    this.values = { ...this.values, ...change };
    this.changed();
  }

  state() {
    const { activation, alpha, spread, layer, seed } = this.values;
    return [["f", activation], ["a", alpha], ["s", spread], ["layer", layer], ["seed", seed]];
  }

  restore(state) {
    const number = (key, name, most) => Math.max(0, (readNumbers(state.get(key), 1, most) ?? [this.first[name]])[0]);
    this.values = {
      activation: readChoice(state.get("f"), Object.keys(ACTIVATIONS)) ?? this.first.activation,
      alpha: number("a", "alpha", 2),
      spread: number("s", "spread", LIMIT),
      layer: readInteger(state.get("layer"), 1, LAYERS) ?? this.first.layer,
      seed: readInteger(state.get("seed"), 0, MOST_SEED) ?? this.first.seed,
    };
  }

  render() {
    const { activation, alpha, spread, layer, seed } = this.values;
    for (const [name, row] of Object.entries(this.rows)) row.show(this.values[name]);
    this.rows.alpha.row.hidden = !["leaky", "elu"].includes(activation);
    this.drawCurve(activation, alpha);
    const key = [activation, alpha, spread, seed].join();
    if (this.computed !== key) {
      this.signal = signalThrough({ name: activation, alpha, spread, seed, layers: LAYERS });
      this.sizes = this.signal.map(meanSquare);
      this.table.update(this.sizes.map((size, i) => [i + 1, writeValue(size)]));
      this.computed = key;
    }
    this.drawHistogram(this.signal[layer - 1]);
    setText(this.reading, `Mean square of the values in layer ${layer}: ${writeValue(this.sizes[layer - 1])}; in layer ${LAYERS}: ${writeValue(this.sizes.at(-1))}.`);
    this.say(verdict(this.sizes.at(-1)));
  }

  drawCurve(name, alpha) {
    const along = Array.from({ length: PARTS + 1 }, (_, i) => -REACH + (2 * REACH * i) / PARTS);
    this.curve.draw({
      lines: [
        { name: "slope", tone: "soft", dash: true, label: "slope", points: along.map((z) => [z, slopeAt(name, z, alpha)]) },
        { name: "value", tone: "ink", label: "f(z)", points: along.map((z) => [z, valueAt(name, z, alpha)]) },
      ],
    });
    this.points.update([-4, -2, -1, -0.5, 0, 0.5, 1, 2, 4].map((z) => (
      [formatShort(z), formatNumber(valueAt(name, z, alpha), 4), formatNumber(slopeAt(name, z, alpha), 4)]
    )));
  }

  /** Bars of equal width over the range of the values, their heights as shares of all. */
  drawHistogram(rows) {
    const all = rows.flatMap((row) => [...row]).filter(Number.isFinite);
    const reach = Math.max(1e-12, ...all.map(Math.abs));
    const low = all.some((value) => value < 0) ? -reach : 0;
    const width = (reach - low) / BINS;
    const counts = new Array(BINS).fill(0);
    for (const value of all) counts[Math.min(BINS - 1, Math.floor((value - low) / width))] += 1;
    const shares = counts.map((count) => count / all.length);
    this.histogram.draw({
      xRange: [low, reach], yRange: [0, Math.max(...shares) * 1.05],
      bars: shares.map((height, i) => ({ from: low + i * width, to: low + (i + 1) * width, height, tone: "ink" })),
    });
  }
}

function verdict(size) {
  if (size < FADED) return "The signal fades: after ten layers hardly anything is left of it.";
  if (size > GROWN) return "The signal grows from layer to layer: it would soon be too large to compute with.";
  return "The signal survives all ten layers.";
}

customElements.define("nn-activation", Activation);
