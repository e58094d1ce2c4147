/** <nn-batch-norm>: the sums of one unit before and after batch normalisation, batch after batch. */

import { button, copyText, selectRow, stepperRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { slider } from "./figure/slider.js";
import { clamp, readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";
import { followBatches, histogram, normalised } from "./maths/batch-norm.js";
import { normals, randomStream } from "./maths/random.js";

/** Where the sums of the unit really come from. */
const [MEAN, SPREAD] = [3, 2];
const SIZES = [2, 4, 8, 16, 32, 64, 128];
const MOST = 80;
const PACE = 300;
const [SPAN, BOXES] = [[-6, 10], 16];
const CURVE = Array.from({ length: 81 }, (_, i) => SPAN[0] + (i * (SPAN[1] - SPAN[0])) / 80);
const TABLE_ROWS = 20;
const MODES = [["train", "training: by the batch"], ["predict", "predicting: by the running averages"]];
const QUANTITIES = [["mean", "mean"], ["variance", "variance"]];
const TRUE = { mean: MEAN, variance: SPREAD ** 2 };
const FAR = 0.25;

class BatchNorm extends Figure {
  build() {
    const { size = 16, seed = 1, step = 12, gamma = 1, beta = 0 } = this.config;
    Object.assign(this, { size, seed, gamma, beta, position: step, mode: "train", quantity: "mean" });
    this.before = new Plot({
      xRange: SPAN, yRange: [0, 0.3], xLabel: "x before, y after", yLabel: "share",
      label: "Histogram of the batch before normalising and, further left, after it",
    });
    this.over = new Plot({
      xRange: [0, 20], yRange: [-1, 7], xLabel: "batches", yLabel: "", label: "Statistic of each batch and its running average",
    });
    this.table = dataTable({
      title: "The last batches as a table", columns: ["batch", "mean", "variance", "running mean", "running variance"],
    });
    this.sentence = html("p", { class: "mask-sentence" });
    this.player = turnPlayer({
      count: () => MOST, first: 1, pace: PACE, label: "Batch", goTo: (position) => this.choose({ position }),
    });
    this.quantityRow = selectRow("Follow the", QUANTITIES, (quantity) => this.choose({ quantity }));
    this.body.append(
      html("div", { class: "figure-grid" },
        html("div", { class: "figure-judgement" },
          html("p", { class: "map-title" }, "The batch before (grey) and after (blue)"), this.before.element, this.sentence),
        html("div", { class: "figure-judgement" }, this.quantityRow.row, this.over.element, this.summary)),
      this.player.element, this.buildSettings(), this.table.element, this.buildFoot());
  }

  buildSettings() {
    this.rows = {
      size: slider({ label: "examples in a batch", values: SIZES, onInput: (size) => this.choose({ size }) }),
      mode: selectRow("Normalise", MODES, (mode) => this.choose({ mode })),
      gamma: slider({
        label: "scale γ", lowest: 0.1, highest: 3, stride: 0.1, write: formatShort, onInput: (gamma) => this.choose({ gamma }),
      }),
      beta: slider({
        label: "shift β", lowest: -4, highest: 4, stride: 0.1, write: formatShort, onInput: (beta) => this.choose({ beta }),
      }),
      seed: stepperRow({
        label: "Seed", lowest: () => 1, highest: () => 999, onInput: (seed) => this.choose({ seed }),
      }),
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

  pause() {
    this.player?.pause();
  }

  state() {
    return [
      ["b", this.size], ["n", this.position], ["y", [this.gamma, this.beta].join()], ["mode", this.mode],
      ["q", this.quantity], ["seed", this.seed],
    ];
  }

  restore(state) {
    const size = readInteger(state.get("b"), SIZES[0], SIZES.at(-1));
    if (SIZES.includes(size)) this.size = size;
    const [gamma, beta] = readNumbers(state.get("y"), 2, 4) ?? [this.gamma, this.beta];
    this.gamma = clamp(gamma, 0.1, 3);
    this.beta = beta;
    this.position = readInteger(state.get("n"), 1, MOST) ?? this.position;
    this.seed = readInteger(state.get("seed"), 1, 999) ?? this.seed;
    this.mode = readChoice(state.get("mode"), MODES.map(([id]) => id)) ?? this.mode;
    this.quantity = readChoice(state.get("q"), QUANTITIES.map(([id]) => id)) ?? this.quantity;
  }

  /** The batches so far; the same seed and size, the same batches. */
  batches() {
    const draw = normals(randomStream(this.seed));
    return Array.from({ length: this.position }, () => (
      Array.from({ length: this.size }, () => MEAN + SPREAD * draw())
    ));
  }

  render() {
    const batches = this.batches();
    const trace = followBatches(batches);
    const { batch, running } = trace.at(-1);
    const used = this.mode === "train" ? batch : running;
    this.drawBatch(batches.at(-1), normalised(batches.at(-1), used, this.gamma, this.beta));
    this.drawTrace(trace);
    setText(this.sentence, this.describe(used));
    this.showControls();
    const from = Math.max(0, this.position - TABLE_ROWS);
    this.table.update(trace.slice(from).map((one, i) => [from + i + 1, ...[
      one.batch.mean, one.batch.variance, one.running.mean, one.running.variance,
    ].map((value) => formatNumber(value, 3))]));
    this.say(this.verdict(batch, running));
  }

  drawBatch(values, after) {
    const half = (SPAN[1] - SPAN[0]) / BOXES / 2;
    const bars = [
      ...histogram(values, SPAN, BOXES).map((bar) => ({ ...bar, to: bar.to - half, tone: "soft" })),
      ...histogram(after, SPAN, BOXES).map((bar) => ({ ...bar, from: bar.from + half, tone: "pos" })),
    ];
    const highest = Math.max(0.25, ...bars.map(({ height }) => height));
    this.before.draw({
      yRange: [0, highest * 1.15], bars: bars.filter(({ height }) => height > 0),
      lines: [{ name: "true", points: CURVE.map((x) => [x, 2 * half * bell(x)]), tone: "soft" }],
      marks: [{ x: this.beta, label: "β" }, { x: MEAN, label: "true mean" }],
    });
  }

  drawTrace(trace) {
    const pick = (part) => trace.map((one, i) => [i + 1, one[part][this.quantity]]);
    const values = [...pick("batch"), ...pick("running")].map(([, value]) => value);
    const end = Math.max(20, trace.length);
    const goal = TRUE[this.quantity];
    this.over.draw({
      xRange: [0, end], yRange: [Math.min(0, ...values), Math.max(goal * 1.6, ...values) * 1.05],
      lines: [
        { name: "goal", points: [[0, goal], [end, goal]], tone: "neg", dash: true, label: "true" },
        { name: "batch", points: pick("batch"), tone: "soft", label: "batch" },
        { name: "running", points: pick("running"), tone: "pos", label: "running" },
      ],
      dots: trace.length > 40 ? [] : pick("batch").map(([x, y]) => ({ x, y, tone: "soft" })),
    });
  }

  showControls() {
    for (const name of ["size", "mode", "gamma", "beta", "seed"]) this.rows[name].show(this[name]);
    this.quantityRow.show(this.quantity);
    this.player.show(this.position);
  }

  describe({ mean, variance }) {
    const by = this.mode === "train" ? `Batch ${this.position} has` : `After ${this.position} ${this.position === 1 ? "batch" : "batches"}: running`;
    return `${by} mean ${formatNumber(mean, 2)} and variance ${formatNumber(variance, 2)}; `
      + `y = ${formatShort(this.gamma)} · (x − ${formatNumber(mean, 2)}) / ${formatNumber(Math.sqrt(variance), 2)} + ${formatShort(this.beta)}`
        .replaceAll("− −", "+ ").replaceAll("+ −", "− ");
  }

  verdict(batch, running) {
    if (this.size === 2 && this.mode === "train") return "In a batch of two every normalised number is −1 or 1.";
    const strays = `The mean of ${this.size} examples strays by about ${formatNumber(SPREAD / Math.sqrt(this.size), 2)}`;
    const behind = Math.abs(running.mean - MEAN) > FAR ? "has not arrived yet" : "is close to the true one";
    return `${strays}; the running mean, ${formatNumber(running.mean, 2)}, ${behind}.`;
  }
}

/** The density of the sums: where the grey bars come from. */
function bell(x) {
  return Math.exp(-(((x - MEAN) / SPREAD) ** 2) / 2) / (SPREAD * Math.sqrt(2 * Math.PI));
}

customElements.define("nn-batch-norm", BatchNorm);
