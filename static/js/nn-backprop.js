/** <nn-backprop>: one step of back-propagation, number by number: forward, back, and to the new weights. */

import { chainDiagram } from "./figure/chain-diagram.js";
import { button, copyText, rangeRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, formatShort, html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { slider } from "./figure/slider.js";
import { clamp, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";
import { backward, descend, error, finiteDifferences, forward } from "./maths/backprop.js";

const START = { weights: [0.11, 0.21, 0.12, 0.08, 0.14, 0.15], example: [2, 3, 1], rate: 0.05, step: 8 };
const NAMES = ["w₁", "w₂", "w₃", "w₄", "w₅", "w₆"];
const CHAINS = ["δ · w₅ · i₁", "δ · w₅ · i₂", "δ · w₆ · i₁", "δ · w₆ · i₂", "δ · h₁", "δ · h₂"];
const EXAMPLE = ["input i₁", "input i₂", "target t"];
const [LIMIT, HIGHEST_RATE, PACE] = [10, 1, 1600];
/** How far a weight is moved up and down for the finite difference. */
const REACH = 0.001;
/** What each turn finds out, in order, and which parts of the diagram (nodes, or lines by number) it uses. */
const TURNS = [
  ["h1", ["h1", 0, 1]], ["h2", ["h2", 2, 3]], ["y", ["y", 4, 5]], ["error", ["y"]], ["delta", ["y"]],
  ["g4", [4]], ["g5", [5]], ["s1", ["h1", 4]], ["s2", ["h2", 5]],
  ["g0", [0]], ["g1", [1]], ["g2", [2]], ["g3", [3]], ["step", [0, 1, 2, 3, 4, 5]],
];

class Backprop extends Figure {
  build() {
    const { weights, example, rate, step } = { ...START, ...this.config };
    this.first = { weights, example, rate };
    Object.assign(this, this.first, { position: clamp(step, 0, TURNS.length) });
    this.diagram = chainDiagram();
    this.phase = html("p", { class: "map-title" });
    this.sentence = html("p", { class: "chain-sentence" });
    this.player = turnPlayer({
      count: () => TURNS.length, pace: PACE, label: "Number", goTo: (position) => this.choose({ position }),
    });
    this.table = dataTable({
      title: "Derivatives against finite differences",
      columns: ["weight", "chain", "derivative", "difference", "new weight"],
    });
    this.table.element.open = true;
    this.body.append(
      html("div", { class: "figure-grid chain-grid" }, this.diagram.element,
        html("div", { class: "figure-judgement" }, this.phase, this.sentence, this.summary)),
      this.player.element, ...this.buildNumbers(), this.table.element, this.buildFoot());
  }

  buildNumbers() {
    this.weightRows = NAMES.map((label, k) => numberRow(label, 1, (value) => this.put("weights", k, value)));
    this.exampleRows = EXAMPLE.map((label, k) => numberRow(label, 5, (value) => this.put("example", k, value)));
    this.rateRow = slider({
      label: "learning rate η", lowest: 0, highest: HIGHEST_RATE, stride: 0.01, write: formatShort,
      onInput: (rate) => this.choose({ rate }),
    });
    const groups = [["weights", this.weightRows], ["example", [...this.exampleRows, this.rateRow]]];
    return groups.filter(([name]) => !this.hides(name)).map(([, rows]) => (
      html("div", { class: "chain-numbers" }, ...rows.map(({ row }) => row))
    ));
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    return html("p", { class: "controls" },
      this.hides("take") ? "" : button("Take the step", () => this.takeStep()),
      button("First numbers", () => this.choose({ ...this.first, position: 0 })),
      this.hides("link") ? "" : button("Copy link", copy), note);
  }

  put(list, k, value) {
    this.choose({ [list]: this[list].map((old, i) => (i === k ? value : old)) });
  }

  /** Go on from the new weights, as training does. */
  takeStep() {
    this.pause();
    const weights = descend(this.weights, this.example, this.rate).map((weight) => clamp(weight, -LIMIT, LIMIT));
    this.choose({ weights, position: 0 });
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
      ["w", this.weights.map((weight) => Number(weight.toFixed(9))).join()], ["x", this.example.join()],
      ["rate", this.rate], ["at", this.position],
    ];
  }

  restore(state) {
    this.weights = readNumbers(state.get("w"), NAMES.length, LIMIT) ?? this.weights;
    this.example = readNumbers(state.get("x"), EXAMPLE.length, LIMIT) ?? this.example;
    const [rate] = readNumbers(state.get("rate"), 1, HIGHEST_RATE) ?? [this.rate];
    this.rate = Math.abs(rate);
    this.position = readInteger(state.get("at"), 0, TURNS.length) ?? this.position;
  }

  render() {
    const { weights, example, rate, position } = this;
    const found = { ...forward(weights, example), ...backward(weights, example), error: error(weights, example) };
    const moved = descend(weights, example, rate);
    const after = { weights: moved, y: forward(moved, example).y, error: error(moved, example) };
    const known = TURNS.slice(0, position).map(([name]) => name);
    const [turn, current] = TURNS[position - 1] ?? ["start", ["i1", "i2"]];
    const text = explain(turn, weights, example, found, after);
    setText(this.phase, `${phase(position)} ${position} of ${TURNS.length}`);
    setText(this.sentence, text);
    this.diagram.update({
      weights: turn === "step" ? moved : weights, current,
      label: `Network with two inputs, two hidden units and one output. ${text}`,
      values: { i1: example[0], i2: example[1], ...only(found, known, ["h1", "h2", "y"]) },
      signals: signalTexts(found, known),
      gradients: found.gradients.map((value, k) => (known.includes(`g${k}`) && turn !== "step" ? value : null)),
    });
    this.showNumbers();
    const slow = finiteDifferences(weights, example, REACH);
    this.table.update(NAMES.map((name, k) => [
      name, CHAINS[k].replaceAll(" ", "\u00a0"), formatNumber(found.gradients[k], 5), formatNumber(slow[k], 5), long(moved[k], 7),
    ]));
    this.say(verdict(found, after));
  }

  showNumbers() {
    this.weightRows.forEach(({ show }, k) => show(this.weights[k]));
    this.exampleRows.forEach(({ show }, k) => show(this.example[k]));
    this.rateRow.show(this.rate);
    this.player.show(this.position);
  }
}

function numberRow(label, reach, onInput) {
  return rangeRow({ label, reach, limit: LIMIT, stride: 0.01, onInput });
}

function only(found, known, names) {
  return Object.fromEntries(names.filter((name) => known.includes(name)).map((name) => [name, found[name]]));
}

/** The signals that are known so far, as they stand beside the nodes. */
function signalTexts(found, known) {
  const all = { y: ["delta", "δ", found.delta], h1: ["s1", "δw₅", found.s1], h2: ["s2", "δw₆", found.s2] };
  return Object.fromEntries(Object.entries(all).filter(([, [name]]) => known.includes(name))
    .map(([id, [, letter, value]]) => [id, `${letter} = ${formatNumber(value, 3)}`]));
}

function phase(position) {
  if (position === 0) return "Before the step:";
  if (position <= 4) return "Forward:";
  return position < TURNS.length ? "Backward:" : "New weights:";
}

/** One sentence: the factor of the chain that this turn adds, with its numbers. */
function explain(turn, w, [i1, i2, t], { h1, h2, y, delta, s1, s2, gradients, error: e }, after) {
  const below = [i1, i2, i1, i2, h1, h2];
  const letters = ["i₁", "i₂", "i₁", "i₂", "h₁", "h₂"];
  const links = {
    start: () => "The example is in place. Step, and the numbers move forward.",
    h1: () => `h₁ = w₁ i₁ + w₂ i₂ = ${product(w[0], i1)} + ${product(w[1], i2)} = ${long(h1)}.`,
    h2: () => `h₂ = w₃ i₁ + w₄ i₂ = ${product(w[2], i1)} + ${product(w[3], i2)} = ${long(h2)}.`,
    y: () => `ŷ = w₅ h₁ + w₆ h₂ = ${product(w[4], h1)} + ${product(w[5], h2)} = ${long(y)}.`,
    error: () => `The target is ${formatShort(t)}, so the error is E = ½(ŷ − t)² = ${long(e)}.`,
    delta: () => `The first factor of every chain is ∂E/∂ŷ = δ = ŷ − t = ${long(delta)}.`,
    s1: () => `From ŷ to h₁ the factor is the old weight w₅: the signal at h₁ is δ w₅ = ${product(delta, w[4])} = ${long(s1)}.`,
    s2: () => `From ŷ to h₂ the factor is the old weight w₆: the signal at h₂ is δ w₆ = ${product(delta, w[5])} = ${long(s2)}.`,
    step: () => `All six weights move at once, by −η times their derivatives. Forward again, ŷ is ${long(after.y)}.`,
  };
  if (links[turn]) return links[turn]();
  const k = Number(turn.slice(1));
  const signal = [s1, s1, s2, s2, delta, delta][k];
  return `The last factor of ${NAMES[k]} is what comes in below, ${letters[k]}: ∂E/∂${NAMES[k]} = ${CHAINS[k]} = `
    + `${product(signal, below[k])} = ${long(gradients[k])}.`;
}

function verdict({ delta, error: before }, after) {
  if (before < 1e-12) return "The answer is right: every derivative is 0, and nothing moves.";
  const side = delta < 0 ? "too low, so δ is negative" : "too high, so δ is positive";
  const effect = after.error < before ? "lowers" : after.error > before ? "goes too far and raises" : "does not change";
  return `The answer is ${side}. One step ${effect} the error.`;
}

function product(one, other) {
  return [one, other].map((value) => (value < 0 ? `(${long(value)})` : long(value))).join(" · ");
}

/** Up to five digits after the point, or so many as asked, without padding. */
function long(value, digits = 5) {
  return String(Number(value.toFixed(digits)) || 0).replace("-", "−");
}

customElements.define("nn-backprop", Backprop);
