/** <nn-dropout>: mask after mask on a small network, and what their sums come to on average. */

import { button, checkbox, copyText, selectRow, stepperRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { maskDiagram } from "./figure/mask-diagram.js";
import { Plot } from "./figure/plot.js";
import { slider } from "./figure/slider.js";
import { readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";
import { drawMasks, keptFactor, masked, overAllMasks, runningMeans, weightedSum } from "./maths/dropout.js";

const X = [2, 1, 3, 4];
const W = [0.5, -1, 0.5, -0.25];
const MOST = 300;
const PACE = 140;
const HIGHEST_P = 0.9;
const MODES = [["train", "training: a mask in every step"], ["predict", "predicting: no mask"]];
const TABLE_ROWS = 20;
const CLOSE = 0.1;

class Dropout extends Figure {
  build() {
    const { p = 0.5, seed = 4, step = 30 } = this.config;
    Object.assign(this, { p, seed, position: step, mode: "train", scaled: true });
    this.diagram = maskDiagram({ inputs: 3, w: W, label: describeMask });
    this.plot = new Plot({
      xRange: [0, 30], yRange: [-5, 6], xLabel: "masks drawn", yLabel: "z", label: "The sum z of each mask and their running mean",
    });
    this.table = dataTable({ title: "The last masks as a table", columns: ["draw", "mask", "z", "mean so far"] });
    this.sentence = html("p", { class: "mask-sentence" });
    this.player = turnPlayer({
      count: () => MOST, first: 1, pace: PACE, label: "Draw", goTo: (position) => this.choose({ position }),
    });
    this.body.append(
      html("div", { class: "figure-grid" },
        html("div", { class: "figure-judgement" }, this.diagram.element, this.sentence),
        html("div", { class: "figure-judgement" }, this.plot.element, this.summary)),
      this.player.element, this.buildSettings(), this.table.element, this.buildFoot());
  }

  buildSettings() {
    this.pRow = slider({
      label: "p, the share that is dropped", lowest: 0, highest: HIGHEST_P, stride: 0.05, write: formatShort,
      onInput: (p) => this.choose({ p }),
    });
    this.modeRow = selectRow("Mode", MODES, (mode) => {
      this.pause();
      this.choose({ mode });
    });
    this.scaledRow = checkbox("divide what is kept by 1 − p", (scaled) => this.choose({ scaled }));
    this.seedRow = stepperRow({
      label: "Seed", lowest: () => 1, highest: () => 999, onInput: (seed) => this.choose({ seed }),
    });
    const parts = { p: this.pRow, mode: this.modeRow, scale: this.scaledRow, seed: this.seedRow };
    return html("div", { class: "figure-settings" },
      ...Object.entries(parts).filter(([name]) => !this.hides(name)).map(([, { row }]) => row));
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
    return [["p", this.p], ["n", this.position], ["mode", this.mode], ["scaled", Number(this.scaled)], ["seed", this.seed]];
  }

  restore(state) {
    const [p] = readNumbers(state.get("p"), 1, HIGHEST_P) ?? [this.p];
    this.p = Math.max(0, p);
    this.position = readInteger(state.get("n"), 1, MOST) ?? this.position;
    this.seed = readInteger(state.get("seed"), 1, 999) ?? this.seed;
    this.mode = readChoice(state.get("mode"), MODES.map(([id]) => id)) ?? this.mode;
    this.scaled = state.get("scaled") !== "0";
  }

  render() {
    const training = this.mode === "train";
    const factor = keptFactor(this.p, this.scaled);
    const masks = drawMasks(this.seed, this.position, X.length, this.p);
    const sums = masks.map((mask) => weightedSum(masked(X, mask, factor), W));
    const means = runningMeans(sums);
    const mask = training ? masks.at(-1) : X.map(() => 1);
    const y = training ? masked(X, mask, factor) : X;
    const z = weightedSum(y, W);
    this.diagram.update({ x: X, mask, y, z });
    setText(this.sentence, describe(training, this.position, mask, y, z));
    this.drawPlot(sums, means);
    this.showControls();
    const from = Math.max(0, this.position - TABLE_ROWS);
    this.table.update(masks.slice(from).map((row, i) => [
      from + i + 1, row.join(" "), formatNumber(sums[from + i], 3), formatNumber(means[from + i], 3),
    ]));
    this.say(this.verdict(factor));
  }

  drawPlot(sums, means) {
    const end = Math.max(30, this.position);
    const whole = weightedSum(X, W);
    const reach = Math.max(6, ...sums.map(Math.abs)) * 1.1;
    this.plot.draw({
      xRange: [0, end], yRange: [-reach, reach],
      dots: sums.length > 60 ? [] : sums.map((value, i) => ({ x: i + 1, y: value, tone: "soft" })),
      lines: [
        { name: "each", points: sums.length > 60 ? sums.map((value, i) => [i + 1, value]) : [], tone: "soft" },
        { name: "predicting", points: [[0, whole], [end, whole]], tone: "neg", dash: true, label: "predicts" },
        { name: "mean", points: means.map((value, i) => [i + 1, value]), tone: "pos", label: "mean" },
      ],
    });
  }

  showControls() {
    this.pRow.show(this.p);
    this.modeRow.show(this.mode);
    this.scaledRow.show(this.scaled);
    this.seedRow.show(this.seed);
    this.player.show(this.position);
  }

  verdict(factor) {
    const whole = weightedSum(X, W);
    const { mean, spread } = overAllMasks(X, W, this.p, factor);
    const found = `Over all masks z is ${formatShort(mean)} on average, give or take ${formatNumber(spread, 2)}`;
    if (this.p === 0) return `With p = 0 nothing is dropped: every step gives ${formatShort(whole)}.`;
    if (Math.abs(mean - whole) < 1e-9) return `${found}: just what the network predicts.`;
    const far = Math.abs(mean - whole) > CLOSE ? "but" : "and";
    return `${found}, ${far} the network predicts ${formatShort(whole)}. The factor is missing.`;
  }
}

function describeMask(mask) {
  const dropped = mask.map((kept, i) => (kept ? null : i + 1)).filter(Boolean);
  return dropped.length ? `Four units and their sum; dropped: ${dropped.join(", ")}` : "Four units and their sum; none is dropped";
}

function describe(training, position, mask, y, z) {
  const terms = y.map((value, i) => formatShort(value * W[i]));
  const sum = terms.reduce((text, term, i) => {
    if (i === 0) return term;
    return term.startsWith("−") ? `${text} − ${term.slice(1)}` : `${text} + ${term}`;
  }, "");
  const name = training ? `Draw ${position}, mask (${mask.join(", ")})` : "Predicting, all units";
  return `${name}: z = ${sum} = ${formatShort(z)}`;
}

customElements.define("nn-dropout", Dropout);
