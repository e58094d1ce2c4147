/** <nn-perceptron>: a line over labelled points, moved by hand or by the perceptron's learning rule. */

import { button, copyText, rangeRow, selectRow } from "./figure/controls.js";
import { formatShort, html, setText } from "./figure/dom.js";
import { Figure, prefersReducedMotion } from "./figure/element.js";
import { chooseGates, findGate } from "./figure/gates.js";
import { lineHandles } from "./figure/line-handles.js";
import { DecisionMap, mapLegend } from "./figure/map.js";
import { inputRows, isTie, perceptronRun, perceptronSum, step } from "./figure/maths.js";
import { describeEnd, rulePlayer } from "./figure/rule-player.js";
import { readInteger, readNumbers, stateLink } from "./figure/state.js";
import { countRight, verdictTable } from "./figure/verdicts.js";

const GATES = ["and", "or", "nand", "nor", "xor"];
const LABELS = ["w₁", "w₂", "b"];
const REACH = 5;
const LIMIT = 100;
const PACE = 650;
const ZERO = [0, 0, 0];
/** Without the rule there must be a line to move: this one is one point short of AND. */
const HAND_START = [2, 1, -1.5];
const CORNERS = { xRange: [-0.5, 1.5], yRange: [-0.5, 1.5] };

class Perceptron extends Figure {
  build() {
    this.ownPoints = readPoints(this.config.points);
    this.gate = findGate(this.config.gate) ?? findGate("and");
    this.initial = readLine(this.config.weights) ?? (this.hides("rule") ? HAND_START : ZERO);
    this.takePoints();
    this.restart(this.initial);
    const view = this.buildMap();
    this.body.append(html("div", { class: "figure-grid" }, view, this.buildSettings()));
    if (this.hides("rule")) return;
    this.player = rulePlayer({
      step: () => this.walk(1), back: () => this.walk(-1), play: () => this.togglePlay(), reset: () => this.reset(),
    });
    view.append(this.player.element);
  }

  takePoints() {
    this.points = this.ownPoints ?? inputRows(2).map((x, i) => ({ x, target: Number(this.gate.answers[i]) }));
  }

  /** Begin the rule afresh at these weights. */
  restart(weights) {
    this.run = perceptronRun(weights, this.points);
    this.begin = weights;
    this.position = 0;
  }

  get weights() {
    return this.position === 0 ? this.begin : this.run.steps[this.position - 1].after;
  }

  buildMap() {
    this.map = new DecisionMap(this.ownPoints ? rangesOf(this.points) : CORNERS);
    this.handles = lineHandles(this.map, (weights) => this.moveLine(weights));
    const frame = html("div", { class: "map-frame" }, this.map.canvas);
    if (!this.hides("line")) frame.append(this.handles.overlay);
    this.equation = html("p", { class: "figure-note" });
    return html("div", {}, frame, mapLegend("— z = 0"), this.equation);
  }

  buildSettings() {
    const gates = chooseGates(this.config.gates ?? GATES).filter((gate) => gate.count === 2);
    this.gateChoice = selectRow("Points", gates.map(({ id, name }) => [id, name]), (id) => this.chooseGate(findGate(id)));
    this.rows = LABELS.map((label, i) => rangeRow({
      label, reach: REACH, limit: LIMIT, stride: 0.1, onInput: (value) => this.moveLine(this.weights.with(i, value)),
    }));
    this.table = verdictTable("What this perceptron answers", ["x₁", "x₂", "z", "y", "target"], this.points.length);
    const parts = [this.table.element, this.summary, this.buildLink()];
    if (!this.hides("line")) {
      parts.unshift(html("fieldset", { class: "range-rows" },
        html("legend", { class: "visually-hidden" }, "Weights and bias"), ...this.rows.map(({ row }) => row)));
    }
    if (!this.ownPoints && !this.hides("gates")) parts.unshift(this.gateChoice.row);
    return html("div", { class: "figure-judgement" }, ...parts);
  }

  buildLink() {
    const note = html("span", { role: "status", class: "copy-note" });
    const link = button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied."));
    const reset = this.hides("rule") ? button("Reset", () => this.reset()) : "";
    return html("div", { class: "controls" }, reset, this.hides("link") ? "" : link, note);
  }

  chooseGate(gate) {
    this.pause();
    this.gate = gate;
    this.takePoints();
    this.restart(this.position > 0 ? this.initial : this.begin);
    this.changed();
  }

  moveLine(weights) {
    this.pause();
    this.restart(weights);
    this.changed();
  }

  walk(by) {
    this.pause();
    this.goTo(this.position + by);
  }

  goTo(position) {
    if (position < 0 || position > this.run.steps.length) return;
    this.position = position;
    this.changed();
  }

  togglePlay() {
    const end = this.run.steps.length;
    if (this.playing) {
      this.pause();
    } else if (prefersReducedMotion()) {
      this.goTo(end);
    } else if (this.position < end) {
      this.goTo(this.position + 1);
      this.playing = setInterval(() => this.playStep(), PACE);
      this.render();
    }
  }

  playStep() {
    this.goTo(this.position + 1);
    if (this.position === this.run.steps.length) this.pause();
  }

  pause() {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    this.render();
  }

  reset() {
    this.pause();
    this.restart(this.initial);
    this.changed();
  }

  state() {
    const entries = [["w", this.begin.join()], ["step", this.position]];
    return this.ownPoints ? entries : [["gate", this.gate.id], ...entries];
  }

  restore(state) {
    const gate = findGate(state.get("gate"));
    const weights = readNumbers(state.get("w"), 3, LIMIT);
    if (!weights || (!this.ownPoints && gate?.count !== 2)) return;
    if (!this.ownPoints) this.gate = gate;
    this.takePoints();
    this.restart(weights);
    this.position = readInteger(state.get("step"), 0, this.run.steps.length) ?? 0;
  }

  recolour() {
    this.map.forgetColours();
  }

  render() {
    const { weights } = this;
    this.gateChoice.show(this.gate.id);
    this.rows.forEach((row, i) => row.show(weights[i]));
    const answers = this.points.map(({ x, target }) => judge(perceptronSum(weights, x), target));
    const seen = this.position > 0 ? this.run.steps[this.position - 1].index : null;
    this.renderMap(answers, seen);
    this.table.update(this.points.map(({ x, target }, i) => ({
      cells: [...x, answers[i].z, answers[i].y, target].map(formatShort),
      verdict: answers[i].verdict,
      current: i === seen,
    })));
    this.player?.show({ run: this.run, position: this.position, playing: Boolean(this.playing), points: this.points });
    const ended = this.player && this.position > 0 && this.position === this.run.steps.length;
    const right = countRight(answers.map((answer) => answer.verdict), "points");
    this.say(ended ? `${right} ${describeEnd(this.run)}` : right);
  }

  renderMap(answers, seen) {
    const { weights } = this;
    const z = (x1, x2) => perceptronSum(weights, [x1, x2]);
    this.map.draw({
      value: (x1, x2) => step(z(x1, x2)),
      level: z,
      points: this.points.map(({ x, target }, i) => (
        { x: x[0], y: x[1], target, right: answers[i].y === target, seen: i === seen }
      )),
    });
    this.handles.show(weights);
    setText(this.equation, describeLine(weights));
  }
}

function judge(z, target) {
  const y = step(z);
  if (y !== target) return { z, y, verdict: "wrong" };
  return { z, y, verdict: isTie(z) ? "tie" : "right" };
}

function describeLine([w1, w2, bias]) {
  if (w1 === 0 && w2 === 0) return `No line yet: z = ${formatShort(bias)} everywhere, so y = ${step(bias)} everywhere.`;
  const signed = (value) => `${value < 0 ? "−" : "+"} ${formatShort(Math.abs(value))}`;
  return `The line: ${formatShort(w1)} x₁ ${signed(w2)} x₂ ${signed(bias)} = 0. It answers 1 where w points, in blue.`;
}

/** Weights of one linear layer as in the answers: {"0.weight": [[w1, w2]], "0.bias": [b]}. */
function readLine(weights) {
  const numbers = [weights?.["0.weight"], weights?.["0.bias"]].flat(3);
  return numbers.length === 3 && numbers.every(Number.isFinite) ? numbers : null;
}

/** Points as [x1, x2, target] rows; null when there are none or one of them is malformed. */
function readPoints(rows) {
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > 200) return null;
  const good = rows.every((row) => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite));
  return good ? rows.map(([x1, x2, target]) => ({ x: [x1, x2], target: target ? 1 : 0 })) : null;
}

/** A square window around the points, a quarter wider than they are. */
function rangesOf(points) {
  const axes = [0, 1].map((axis) => points.map(({ x }) => x[axis]));
  const spans = axes.map((values) => [Math.min(...values), Math.max(...values)]);
  const half = Math.max(...spans.map(([low, high]) => high - low), 1) * 0.625;
  const [xRange, yRange] = spans.map(([low, high]) => [(low + high) / 2 - half, (low + high) / 2 + half]);
  return { xRange, yRange };
}

customElements.define("nn-perceptron", Perceptron);
