/** <nn-xor-lab>: a 2-2-1 network whose nine numbers the reader changes, trains, copies and submits. */

import { button, copyText } from "./figure/controls.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure, prefersReducedMotion } from "./figure/element.js";
import { DecisionMap, mapLegend } from "./figure/map.js";
import { XOR_ROWS, crossEntropy, descend, forward, sigmoid, solvedWithMargin } from "./figure/maths.js";
import { drawNetwork } from "./figure/net.js";
import { clamp, readNumbers, readState, stateFragment, stateLink } from "./figure/state.js";
import { countRight, verdictTable } from "./figure/verdicts.js";
import {
  LABELS, LECTURE, LIMIT, START, exportMenu, formFields, fromStateDict, ownFields, tidy,
} from "./figure/xor-weights.js";

const RATE = 0.1;
const MARGIN = 0.4;
const MOST_STEPS = 20000;
const ANSWER_KEY = "answer";
const HIDDEN_RANGE = [-0.25, 1.25];
/** On an exercise page the figure previews an answer; it does not find one. */
const HIDDEN_BESIDE_A_FORM = ["train", "lecture", "submit"];

class XorLab extends Figure {
  /** Beside a form the state is the answer itself, so that a lesson can link to it without knowing ids. */
  get key() {
    return this.form ? ANSWER_KEY : super.key;
  }

  get form() {
    return document.getElementById(this.getAttribute("form") ?? "");
  }

  hiddenParts() {
    return this.form ? [...HIDDEN_BESIDE_A_FORM, ...super.hiddenParts()] : super.hiddenParts();
  }

  linkedState() {
    return readState(this.key) ?? readState(this.id);
  }

  build() {
    this.initial = fromStateDict(this.config.weights) ?? START;
    this.empty = 0;
    this.cross = null;
    this.outcome = "";
    this.fields = this.form ? formFields(this.form) : null;
    if (this.fields) {
      this.followForm();
    } else {
      this.fields = ownFields((i, value) => this.setWeight(i, value));
      this.weights = [...this.initial];
    }
    const columns = [this.buildDiagram(), this.buildMap()];
    if (this.fields.element) columns.push(html("div", {}, this.fields.element));
    columns.push(this.buildJudgement());
    this.body.append(html("div", { class: "figure-grid" }, ...columns));
    this.body.classList.toggle("beside-form", !this.fields.element);
  }

  followForm() {
    this.readForm();
    this.initial = this.fields.first();
    this.form.addEventListener("input", () => {
      if (this.filling) return;
      this.pause();
      this.readForm();
      this.changed();
    });
  }

  readForm() {
    const numbers = this.fields.read();
    this.empty = numbers.filter((number) => number === null).length;
    this.weights = numbers.map((number) => clamp(number ?? 0, -LIMIT, LIMIT));
    this.outcome = "";
  }

  buildDiagram() {
    const nodes = [
      { id: "x1", x: 40, y: 46, text: "x₁" }, { id: "x2", x: 40, y: 172, text: "x₂" },
      { id: "h1", x: 176, y: 46, text: "h₁" }, { id: "h2", x: 176, y: 172, text: "h₂" },
      { id: "y", x: 300, y: 109, text: "y" },
    ];
    const edges = [
      { from: "x1", to: "h1", at: 0.5 }, { from: "x2", to: "h1", at: 0.24 },
      { from: "x1", to: "h2", at: 0.24 }, { from: "x2", to: "h2", at: 0.5 },
      { from: "h1", to: "y", at: 0.5 }, { from: "h2", to: "y", at: 0.5 },
    ];
    const where = this.fields.element ? "the fields below" : "the answer form";
    const label = `Diagram of the network; its nine numbers are in ${where}.`;
    this.net = drawNetwork({ label, width: 340, height: 222, nodes, edges, reach: 20 });
    this.unitMaps = this.hides("units") ? [] : ["h1", "h2"].map((unit) => (
      { unit, map: new DecisionMap({ size: 132, axes: null }) }
    ));
    const figures = this.unitMaps.map(({ unit, map }) => unitMap(`What h${"₀₁₂"[unit[1]]} sees`, map));
    if (!this.hides("units")) {
      this.spaceMap = new DecisionMap({ size: 132, xRange: HIDDEN_RANGE, yRange: HIDDEN_RANGE, axes: null });
      figures.push(unitMap("What y sees", this.spaceMap));
    }
    return html("div", {}, this.net.svg, html("div", { class: "unit-maps" }, ...figures));
  }

  buildMap() {
    this.map = new DecisionMap();
    this.crossNote = html("p", { class: "figure-note" });
    return html("div", {}, html("div", { class: "map-frame" }, this.map.canvas), mapLegend("— y = 0.5"), this.crossNote);
  }

  buildJudgement() {
    this.table = verdictTable("What this network answers", ["x₁", "x₂", "target", "y"], XOR_ROWS.length);
    this.loss = html("p", { class: "figure-note" });
    return html("div", { class: "figure-judgement" }, this.table.element, this.summary, this.loss, ...this.buildControls());
  }

  buildControls() {
    const note = html("span", { role: "status", class: "copy-note" });
    this.trainButton = button("Train", () => this.toggleTraining(), "button button-primary");
    this.submitLink = html("a", { class: "button" }, "Submit these weights");
    const controls = [
      ["train", this.trainButton],
      ["train", button("One step", () => this.stepOnce())],
      ["reset", button("Reset", () => this.reset())],
      ["lecture", button("Show the lecture’s weights", () => this.put([...LECTURE]))],
      ["link", button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied."))],
    ].filter(([part]) => !this.hides(part)).map(([, control]) => control);
    if (this.submitUrl()) controls.push(this.submitLink);
    const parts = [html("div", { class: "controls" }, ...controls, note)];
    if (!this.hides("export")) parts.push(exportMenu(() => this.weights));
    return parts;
  }

  submitUrl() {
    const url = this.config.submit_url;
    return typeof url === "string" && url.startsWith("/") && !this.hides("submit") ? url : null;
  }

  setWeight(i, value) {
    this.pause();
    this.outcome = "";
    this.weights[i] = value;
    this.changed();
  }

  /** Replace all nine numbers, in the form too when there is one. */
  put(weights, outcome = "") {
    this.pause();
    this.assign(weights);
    this.outcome = outcome;
    this.changed();
  }

  assign(weights) {
    this.weights = weights.map((weight) => weight ?? 0);
    this.empty = weights.filter((weight) => weight === null).length;
    this.filling = true;
    this.fields.show(this.empty ? weights : tidy(weights));
    this.filling = false;
  }

  reset() {
    this.cross = null;
    this.put([...this.initial]);
  }

  stepOnce() {
    this.put(this.descended());
  }

  toggleTraining() {
    if (this.training) {
      this.pause();
      return;
    }
    this.steps = 0;
    this.outcome = "";
    if (prefersReducedMotion()) {
      while (!this.trainingIsOver()) this.trainSome(100);
      this.finish();
      return;
    }
    setText(this.trainButton, "Stop");
    this.training = requestAnimationFrame(() => this.trainFrame());
  }

  /** One frame; the steps in a frame grow, so that a plateau does not bore and a quick success shows. */
  trainFrame() {
    this.trainSome(1 + Math.floor(this.steps / 20));
    if (this.trainingIsOver()) {
      this.finish();
      return;
    }
    this.render();
    this.training = requestAnimationFrame(() => this.trainFrame());
  }

  trainSome(count) {
    for (let i = 0; i < count && !this.trainingIsOver(); i += 1) {
      this.weights = this.descended();
      this.steps += 1;
    }
  }

  descended() {
    return descend(this.weights, RATE).map((weight) => clamp(weight, -LIMIT, LIMIT));
  }

  trainingIsOver() {
    return this.steps >= MOST_STEPS || solvedWithMargin(this.weights, MARGIN);
  }

  finish() {
    const solved = solvedWithMargin(this.weights, MARGIN);
    const words = solved
      ? `Trained for ${this.steps} steps: every answer is at least ${MARGIN} away from one half.`
      : `Stopped after ${this.steps} steps: gradient descent can get stuck. Change a weight and train again.`;
    this.put(this.weights, words);
  }

  pause() {
    if (!this.training) return;
    cancelAnimationFrame(this.training);
    this.training = null;
    setText(this.trainButton, "Train");
    this.assign(this.weights);
    this.changed();
  }

  /** A form with empty fields has no nine numbers to link to. */
  state() {
    const entries = this.empty ? [] : [["w", tidy(this.weights).join()]];
    return this.cross ? [...entries, ["cross", this.cross.join()]] : entries;
  }

  restore(state) {
    const weights = readNumbers(state.get("w"), 9, LIMIT);
    this.cross = readNumbers(state.get("cross"), 2, 1.5);
    const same = !this.empty && weights?.join() === tidy(this.weights).join();
    if (!weights || same) return;
    this.outcome = "";
    this.assign(weights);
  }

  recolour() {
    [this.map, this.spaceMap, ...this.unitMaps.map(({ map }) => map)].forEach((map) => map?.forgetColours());
  }

  render() {
    const { weights } = this;
    if (this.fields.element) this.fields.show(weights);
    this.renderDiagram();
    const rows = XOR_ROWS.map(({ x, target }) => {
      const { y } = forward(weights, x);
      return { x, target, y, verdict: judge(y, target) };
    });
    this.renderMaps(rows);
    this.table.update(rows.map(({ x, target, y, verdict }) => (
      { cells: [x[0], x[1], target, formatNumber(y, 3)].map(String), verdict }
    )));
    const empty = this.empty ? ` ${countEmpty(this.empty)}` : "";
    this.say([countRight(rows.map((row) => row.verdict), "inputs") + empty, this.outcome].join(" ").trim());
    setText(this.loss, `Loss (mean cross-entropy): ${formatNumber(crossEntropy(weights), 4)}`);
    if (this.submitUrl()) {
      this.submitLink.href = `${this.submitUrl()}#${stateFragment(ANSWER_KEY, [["w", tidy(weights).join()]])}`;
    }
  }

  renderDiagram() {
    const { weights } = this;
    const edgeOrder = [0, 1, 2, 3, 6, 7];
    const bias = (i) => `b ${formatNumber(weights[i], 1)}`;
    this.net.update({
      edges: edgeOrder.map((i) => ({ weight: weights[i], text: formatNumber(weights[i], 1) })),
      notes: { h1: bias(4), h2: bias(5), y: bias(8) },
    });
  }

  renderMaps(rows) {
    const { weights } = this;
    const points = rows.map(({ x, target, verdict }) => ({ x: x[0], y: x[1], target, right: verdict === "right" }));
    const output = (x1, x2) => forward(weights, [x1, x2]).y;
    this.map.draw({ value: output, points, cross: this.cross });
    this.unitMaps.forEach(({ unit, map }) => {
      const value = (x1, x2) => forward(weights, [x1, x2])[unit];
      map.draw({ value, points: points.map((point) => ({ ...point, right: true })) });
    });
    this.spaceMap?.draw({
      value: (h1, h2) => sigmoid(weights[6] * h1 + weights[7] * h2 + weights[8]),
      points: rows.map(({ x, target, verdict }) => {
        const { h1, h2 } = forward(weights, x);
        return { x: h1, y: h2, target, right: verdict === "right" };
      }),
    });
    const place = this.cross?.map((number) => formatShort(number)).join(", ");
    setText(this.crossNote, this.cross ? `✗ marks (${place}): y = ${formatNumber(output(...this.cross), 3)} there.` : "");
  }
}

function unitMap(title, map) {
  return html("div", { class: "unit-map" }, html("p", { class: "map-title" }, title), map.canvas);
}

function judge(y, target) {
  const lead = (y - 0.5) * (target ? 1 : -1);
  if (lead === 0) return "undecided";
  return lead > 0 ? "right" : "wrong";
}

function countEmpty(count) {
  if (count === 1) return "1 number is empty; the preview takes it as 0.";
  return `${count} numbers are empty; the preview takes them as 0.`;
}

customElements.define("nn-xor-lab", XorLab);
