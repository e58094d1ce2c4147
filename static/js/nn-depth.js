/** <nn-depth>: how large values and gradients are at each layer of a network that was just drawn. */

import { button, copyText, rangeRow, selectRow, stepperRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { html } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { writeValue } from "./figure/rates.js";
import { slider } from "./figure/slider.js";
import { clamp, readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { ACTIVATIONS } from "./maths/activations.js";
import { randomNetwork, throughAndBack } from "./maths/depth.js";

const [WIDTH, ROWS] = [32, 16];
const [LEAST, MOST] = [2, 24];
const LIMIT = 5;
const SPAN = [1e-12, 1e8];
/** Below the first a signal has faded, above the second it has grown out of hand. */
const [FADED, GROWN] = [0.1, 10];

class Depth extends Figure {
  build() {
    const { activation = "sigmoid", spread = 1, layers = 10, seed = 1 } = this.config;
    Object.assign(this, { activation, spread, layers, seed });
    this.plot = new Plot({
      xRange: [0, layers], yRange: [1e-8, 10], yLog: true, xLabel: "layer", yLabel: "root mean square",
      label: "Size of the values on their way forward and of the gradient on its way back, at each layer",
    });
    this.table = dataTable({ title: "The sizes as a table", columns: ["layer", "values", "gradient"] });
    this.body.append(this.plot.element, this.summary, this.buildSettings(), this.table.element, this.buildFoot());
  }

  buildSettings() {
    const names = Object.entries(ACTIVATIONS).map(([name, { label }]) => [name, label]);
    this.rows = {
      activation: selectRow("Activation", names, (activation) => this.choose({ activation })),
      layers: slider({ label: "layers", lowest: LEAST, highest: MOST, stride: 1, onInput: (layers) => this.choose({ layers }) }),
      spread: rangeRow({
        label: "spread s", reach: 3, limit: LIMIT, stride: 0.05, onInput: (spread) => this.choose({ spread: Math.max(0, spread) }),
      }),
      seed: stepperRow({ label: "Seed", lowest: () => 1, highest: () => 999, onInput: (seed) => this.choose({ seed }) }),
    };
    return html("div", { class: "figure-settings" },
      ...Object.entries(this.rows).filter(([name]) => !this.hides(name)).map(([, { row }]) => row));
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    const fit = () => this.choose({ activation: "relu", spread: 1.414 });
    return html("p", { class: "controls" }, this.hides("fit") ? "" : button("ReLU with He’s start", fit),
      this.hides("link") ? "" : button("Copy link", copy), note);
  }

  choose(change) {
    Object.assign(this, change);
    this.changed();
  }

  state() {
    return [["f", this.activation], ["s", this.spread], ["l", this.layers], ["seed", this.seed]];
  }

  restore(state) {
    this.activation = readChoice(state.get("f"), Object.keys(ACTIVATIONS)) ?? this.activation;
    const [spread] = readNumbers(state.get("s"), 1, LIMIT) ?? [this.spread];
    this.spread = clamp(spread, 0, LIMIT);
    this.layers = readInteger(state.get("l"), LEAST, MOST) ?? this.layers;
    this.seed = readInteger(state.get("seed"), 1, 999) ?? this.seed;
  }

  render() {
    const { activation, spread, layers, seed } = this;
    const network = randomNetwork({ seed, layers, width: WIDTH, rows: ROWS, spread });
    const { forward, backward } = throughAndBack(network, activation);
    const shown = [...forward, ...backward].filter((size) => size > 0);
    this.plot.draw({
      xRange: [0, layers],
      yRange: [clamp(Math.min(...shown) / 3, SPAN[0], 0.01), clamp(3 * Math.max(...shown), 10, SPAN[1])],
      lines: [
        { name: "values", points: forward.map((size, i) => [i, size]), tone: "pos", label: "values" },
        { name: "gradient", points: backward.map((size, i) => [i, size]), tone: "neg", dash: true, label: "gradient" },
      ],
      dots: [{ x: layers, y: forward.at(-1), tone: "pos" }, { x: 0, y: backward[0], tone: "neg", shape: "diamond" }],
    });
    for (const [name, row] of Object.entries(this.rows)) row.show(this[name]);
    this.table.update(forward.map((size, i) => [i, writeValue(size), writeValue(backward[i])]));
    this.say(this.verdict(forward.at(-1), backward[0]));
  }

  verdict(arrived, returned) {
    const told = `After ${this.layers} layers the values have the size ${writeValue(arrived)}; of the gradient ${writeValue(returned)} comes back.`;
    if (returned < FADED) return `${told} It vanishes: the first layers hardly learn.`;
    if (returned > GROWN) return `${told} It explodes: a step throws the first layers away.`;
    return `${told} Both survive.`;
  }
}

customElements.define("nn-depth", Depth);
