/** <nn-loss>: squared error and cross-entropy of one sigmoid neuron, and how hard each pulls on its sum. */

import { button, copyText, rangeRow, selectRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { sigmoid } from "./figure/maths.js";
import { Plot } from "./figure/plot.js";
import { readChoice, readNumbers, stateLink } from "./figure/state.js";
import { binaryCrossEntropy, logit, squaredError } from "./maths/losses.js";

const REACH = 6;
const PARTS = 160;
/** Over the answer the ends are left out, where the cross-entropy is infinite. */
const EDGE = 0.0025;
const HIGHEST = 5.5;
/** How far an arrow reaches for a pull of 1, as a part of the width. */
const ARROW_SHARE = 0.25;
/** The neuron is on the wrong side and sure; a pull below that is a whisper. */
const SURE = 3;
const TABLE_AT = [-5, -3, -1, 0, 1, 3, 5];
const VIEWS = [["sum", "the sum z"], ["answer", "the answer ŷ"]];
const CURVES = [
  { name: "cross-entropy", of: binaryCrossEntropy, tone: "ink", dash: false },
  { name: "squared", of: squaredError, tone: "soft", dash: true },
];

class Loss extends Figure {
  build() {
    this.first = { z: Number(this.config.z ?? -5), target: this.config.target === 0 ? 0 : 1, view: "sum" };
    this.values = { ...this.first };
    this.plot = new Plot({ xRange: [-REACH, REACH], yRange: [0, HIGHEST], yLabel: "loss", label: "The two losses; their values are in the table." });
    this.rows = {
      z: rangeRow({ label: "sum z", reach: REACH, limit: REACH, stride: 0.1, onInput: (z) => this.set({ z }) }),
      target: selectRow("Target y", [["1", "1"], ["0", "0"]], (target) => this.set({ target: Number(target) })),
      view: selectRow("Show the losses over", VIEWS, (view) => this.set({ view })),
    };
    this.reading = html("p", { class: "figure-note" });
    const columns = ["sum z", "answer ŷ", "squared error", "its pull", "cross-entropy", "its pull"];
    this.table = dataTable({ title: "Losses and pulls as a table", columns });
    const note = html("span", { role: "status", class: "copy-note" });
    this.body.append(this.plot.element, html("div", { class: "range-rows" }, this.rows.z.row),
      html("div", { class: "controls" }, this.rows.target.row, this.rows.view.row,
        button("Reset", () => this.set(this.first)),
        button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied.")), note),
      this.reading, this.summary, this.table.element);
  }

  set(change) {
    this.values = { ...this.values, ...change };
    this.changed();
  }

  state() {
    const { z, target, view } = this.values;
    return [["z", z], ["y", target], ["over", view]];
  }

  restore(state) {
    const [z] = readNumbers(state.get("z"), 1, REACH) ?? [this.first.z];
    const target = Number(readChoice(state.get("y"), ["0", "1"]) ?? this.first.target);
    const view = readChoice(state.get("over"), VIEWS.map(([name]) => name)) ?? this.first.view;
    this.values = { z, target, view };
  }

  render() {
    const { z, target, view } = this.values;
    this.rows.z.show(z);
    this.rows.target.show(String(target));
    this.rows.view.show(view);
    this.drawPlot();
    const [entropy, squared] = CURVES.map(({ of }) => of(z, target));
    setText(this.reading, `Answer ŷ = ${formatNumber(sigmoid(z), 4)}. Squared error ${formatNumber(squared.loss, 3)}, pull on z `
      + `${formatNumber(-squared.slope, 4)}; cross-entropy ${formatNumber(entropy.loss, 3)}, pull ${formatNumber(-entropy.slope, 4)}.`);
    this.say(verdict(z, target));
    this.table.update(TABLE_AT.map((at) => {
      const [one, other] = CURVES.map(({ of }) => of(at, target));
      return [formatShort(at), formatNumber(sigmoid(at), 4), formatNumber(other.loss, 4), formatNumber(-other.slope, 4),
        formatNumber(one.loss, 4), formatNumber(-one.slope, 4)];
    }));
  }

  drawPlot() {
    const { z, target, view } = this.values;
    const overSum = view === "sum";
    const [low, high] = overSum ? [-REACH, REACH] : [EDGE, 1 - EDGE];
    const along = Array.from({ length: PARTS + 1 }, (_, i) => low + (i / PARTS) * (high - low));
    const sumAt = (at) => (overSum ? at : logit(at));
    const here = overSum ? z : Math.min(high, Math.max(low, sigmoid(z)));
    const lines = CURVES.map(({ name, of, tone, dash }) => ({
      name, tone, dash, label: name, points: along.map((at) => [at, of(sumAt(at), target).loss]),
    }));
    const dots = CURVES.map(({ of, tone }) => ({ x: here, y: of(sumAt(here), target).loss, tone, shape: "circle" }));
    const arrows = CURVES.map(({ of, tone }) => {
      const { loss, slope } = of(sumAt(here), target);
      const length = -slope * ARROW_SHARE * (high - low);
      return { from: [here, loss], to: [here + length, loss], tone };
    }).filter(({ from, to }) => Math.abs(to[0] - from[0]) > 0.01 * (high - low));
    this.plot.draw({
      xRange: overSum ? [-REACH, REACH] : [0, 1], xLabel: overSum ? "sum z" : "answer ŷ", lines, dots, arrows,
    });
  }
}

function verdict(z, target) {
  const wrongBy = target ? -z : z;
  if (wrongBy > SURE) return "Wrong and sure: the squared error hardly pulls, the cross-entropy pulls with almost 1.";
  if (wrongBy < -SURE) return "Right and sure: neither has much to say.";
  return "Undecided or nearly so: both pull.";
}

customElements.define("nn-loss", Loss);
