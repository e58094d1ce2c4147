/** <nn-bias>: polynomials fitted to thirty data sets, and the two parts of what they are expected to miss. */

import { button, copyText, stepperRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { slider } from "./figure/slider.js";
import { readInteger, readNumbers, stateLink } from "./figure/state.js";
import { decomposed, fitted, PLACES, places, smoother, truth } from "./maths/polynomial.js";
import { normals, randomStream } from "./maths/random.js";

const SETS = 30;
const MOST = 12;
const DRAWN = 61;
const SIZES = [15, 20, 30, 60, 100, 240];
const NOISES = [0.05, 0.1, 0.2, 0.3, 0.6];
const RIDGES = [0, 0.0001, 0.001, 0.01, 0.1, 1, 10];
const LOWEST = 1e-4;
/** A logarithm needs something above 0; it lies far below the plot. */
const NOTHING = 1e-12;
const AT = places(PLACES);
const SEEN = places(DRAWN);
/** What comes within a tenth of the best degree is good. */
const NEAR = 1.1;

class Bias extends Figure {
  build() {
    const { degree = 9, size = 15, noise = 0.3, ridge = 0, seed = 1 } = this.config;
    Object.assign(this, { degree, size, noise, ridge, seed });
    this.known = new Map();
    this.cloud = new Plot({
      xRange: [0, 1], yRange: [-1.8, 1.8], xLabel: "x", yLabel: "",
      label: "Thirty fits to thirty data sets, their mean and the truth",
    });
    this.parts = new Plot({
      xRange: [0, MOST], yRange: [LOWEST, 1], yLog: true, xLabel: "degree", yLabel: "error, averaged over x",
      label: "Squared bias, variance and their sum for each degree",
    });
    this.table = dataTable({
      title: "The parts of the error as a table", columns: ["degree", "squared bias", "variance", "together"],
    });
    this.sentence = html("p", { class: "mask-sentence" });
    this.body.append(
      html("div", { class: "figure-grid" },
        html("div", { class: "figure-judgement" },
          html("p", { class: "map-title" }, "30 data sets, 30 fits"), this.cloud.element, this.sentence),
        html("div", { class: "figure-judgement" },
          html("p", { class: "map-title" }, "What a fit is expected to miss"), this.parts.element, this.summary)),
      this.buildSettings(), this.table.element, this.buildFoot());
  }

  buildSettings() {
    this.rows = {
      degree: slider({ label: "degree", lowest: 0, highest: MOST, stride: 1, onInput: (degree) => this.choose({ degree }) }),
      size: slider({ label: "measurements", values: SIZES, onInput: (size) => this.choose({ size }) }),
      noise: slider({ label: "noise σ", values: NOISES, write: formatShort, onInput: (noise) => this.choose({ noise }) }),
      ridge: slider({ label: "ridge λ", values: RIDGES, write: String, onInput: (ridge) => this.choose({ ridge }) }),
      seed: stepperRow({ label: "Seed", lowest: () => 1, highest: () => 999, onInput: (seed) => this.choose({ seed }) }),
    };
    return html("div", { class: "figure-settings" },
      ...Object.entries(this.rows).filter(([name]) => !this.hides(name)).map(([, { row }]) => row));
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    return html("p", { class: "controls" }, this.hides("link") ? "" : button("Copy link", copy), note);
  }

  choose(change) {
    Object.assign(this, change);
    this.changed();
  }

  state() {
    return [["d", this.degree], ["n", this.size], ["s", this.noise], ["r", this.ridge], ["seed", this.seed]];
  }

  restore(state) {
    this.degree = readInteger(state.get("d"), 0, MOST) ?? this.degree;
    const size = readInteger(state.get("n"), SIZES[0], SIZES.at(-1));
    if (SIZES.includes(size)) this.size = size;
    this.noise = oneOf(NOISES, state.get("s")) ?? this.noise;
    this.ridge = oneOf(RIDGES, state.get("r")) ?? this.ridge;
    this.seed = readInteger(state.get("seed"), 1, 999) ?? this.seed;
  }

  /** The parts of the error for every degree; kept for each size and ridge, since noise only scales one of them. */
  errors(ridge) {
    const key = `${this.size} ${ridge}`;
    if (!this.known.has(key)) {
      this.known.set(key, Array.from({ length: MOST + 1 }, (_, degree) => (
        decomposed(smoother(this.size, AT, degree, ridge), AT)
      )));
    }
    return this.known.get(key).map(({ bias2, variance }) => {
      const scaled = variance * this.noise ** 2;
      return { bias2, variance: scaled, error: bias2 + scaled };
    });
  }

  /** The measurements of one data set after the other; the same seed, the same data sets. */
  measurements() {
    const draw = normals(randomStream(this.seed));
    const x = places(this.size);
    return Array.from({ length: SETS }, () => x.map((at) => truth(at) + this.noise * draw()));
  }

  render() {
    const errors = this.errors(this.ridge);
    this.drawCloud();
    this.drawParts(errors);
    for (const [name, row] of Object.entries(this.rows)) row.show(this[name]);
    const { bias2, variance, error } = errors[this.degree];
    setText(this.sentence, `Degree ${this.degree}: squared bias ${formatNumber(bias2, 4)} + variance ${formatNumber(variance, 4)} = ${formatNumber(error, 4)}.`);
    this.table.update(errors.map((one, degree) => [degree, ...[one.bias2, one.variance, one.error].map((value) => formatNumber(value, 4))]));
    this.say(this.verdict(errors));
  }

  drawCloud() {
    const columns = smoother(this.size, SEEN, this.degree, this.ridge);
    const sets = this.measurements();
    const join = (values) => values.map((value, i) => [SEEN[i], value]);
    const fits = sets.map((y) => fitted(columns, y));
    const mean = SEEN.map((_, i) => fits.reduce((total, fit) => total + fit[i], 0) / SETS);
    const x = places(this.size);
    this.cloud.draw({
      lines: [
        ...fits.map((fit, i) => ({ name: `fit ${i}`, points: join(fit), tone: "soft", thin: true })),
        { name: "truth", points: join(SEEN.map(truth)), tone: "neg", dash: true, label: "truth" },
        { name: "mean", points: join(mean), tone: "pos", label: "mean" },
      ],
      dots: this.size > 30 ? [] : sets.at(-1).map((y, i) => ({ x: x[i], y, tone: "ink" })).filter(({ y }) => Math.abs(y) < 1.8),
    });
  }

  drawParts(errors) {
    const line = (part) => errors.map((one, degree) => [degree, Math.max(one[part], NOTHING)]);
    this.parts.draw({
      lines: [
        { name: "bias", points: line("bias2"), tone: "neg", dash: true, label: "bias²" },
        { name: "variance", points: line("variance"), tone: "pos", label: "variance" },
        { name: "sum", points: line("error"), tone: "ink", label: "sum" },
      ],
      marks: [{ x: this.degree, label: "" }],
      dots: [{ x: this.degree, y: Math.max(errors[this.degree].error, LOWEST), tone: "ink" }],
    });
  }

  verdict(errors) {
    const free = this.errors(0).map(({ error }) => error);
    const lowest = Math.min(...free);
    const best = free.indexOf(lowest);
    const { error, bias2, variance } = errors[this.degree];
    if (error <= NEAR * lowest) return `Good for ${this.size} measurements with noise ${formatShort(this.noise)}.`;
    const less = `Degree ${best} without a ridge comes to ${formatNumber(lowest, 4)}.`;
    if (this.degree < best || bias2 > variance) return `Too stiff: the fits agree, and their mean misses the truth. ${less}`;
    return `Too flexible: right on average, and each fit wrong in its own way. ${less}`;
  }
}

/** The entry of a list that a text names, or null. */
function oneOf(values, text) {
  const [value] = readNumbers(text, 1, 1000) ?? [];
  return values.includes(value) ? value : null;
}

customElements.define("nn-bias", Bias);
