/** <nn-gates>: one McCulloch-Pitts neuron to set up as a gate, and which gates it can be at all. */

import { button, checkbox, copyText, selectRow, stepperRow } from "./figure/controls.js";
import { html, setText } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { chooseGates, describeSetting, findGate, functionTiles, inputName } from "./figure/gates.js";
import { inputRows, mpNeuron, mpReachable } from "./figure/maths.js";
import { drawNetwork } from "./figure/net.js";
import { clamp, readInteger, stateLink } from "./figure/state.js";
import { countRight, verdictTable } from "./figure/verdicts.js";

/** AND with the threshold one too high: three rows right, and one thing to mend. */
const START = { gate: "and", threshold: 3, inhibitory: [] };

class Gates extends Figure {
  build() {
    this.gates = chooseGates(this.config.gates);
    this.takeStart();
    if (!this.hides("builder")) this.buildBuilder();
    if (!this.hides("functions")) {
      this.tiles = functionTiles(this.hides("builder") ? null : (gate) => this.choose(gate));
      this.body.append(this.tiles.element);
    }
  }

  takeStart() {
    const named = findGate(this.config.gate) ?? this.gates[0];
    this.gate = named;
    const { threshold, inhibitory } = { ...START, ...this.config };
    this.inhibitory = keepInputs(Array.isArray(inhibitory) ? inhibitory : [], named.count);
    this.threshold = clamp(Number.isInteger(threshold) ? threshold : START.threshold, 0, named.count + 1);
    this.inputs = new Array(named.count).fill(0);
  }

  buildBuilder() {
    const offered = this.gates.includes(this.gate) ? this.gates : [this.gate, ...this.gates];
    const options = (this.hides("functions") ? offered : [...new Set([...offered, ...chooseGates(null)])]);
    this.gateChoice = selectRow("Gate to build", options.map(({ id, name }) => [id, name]), (id) => this.choose(findGate(id)));
    this.thresholdRow = stepperRow({
      label: "Threshold θ", lowest: () => 0, highest: () => this.gate.count + 1,
      onInput: (value) => this.set({ threshold: value }),
    });
    this.diagram = html("div", { class: "gate-diagram" });
    this.inputRows = html("fieldset", { class: "gate-inputs" });
    this.sentence = html("p", { class: "gate-sentence" });
    this.tableFrame = html("div");
    this.possible = html("p", { class: "figure-note" });
    this.body.append(html("div", { class: "figure-grid" },
      html("div", {}, this.hides("gate") ? "" : this.gateChoice.row, this.thresholdRow.row, this.inputRows,
        this.diagram, this.sentence),
      html("div", { class: "figure-judgement" }, this.tableFrame, this.summary, this.buildPossible(), this.buildControls())));
    this.buildForCount();
  }

  buildPossible() {
    if (this.hides("functions")) return "";
    return html("details", { class: "possible" }, html("summary", {}, "Is this gate possible at all?"), this.possible);
  }

  buildControls() {
    const note = html("span", { role: "status", class: "copy-note" });
    const reset = button("Reset", () => { this.takeStart(); this.changed(); });
    const link = button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied."));
    return html("div", { class: "controls" }, reset, this.hides("link") ? "" : link, note);
  }

  /** What depends on how many inputs the gate has. */
  buildForCount() {
    const { count } = this.gate;
    this.builtCount = count;
    this.net = drawNeuron(count);
    this.diagram.replaceChildren(this.net.svg);
    this.table = verdictTable("What this neuron answers",
      [...names(count), "sum", "y", "target"], 2 ** count);
    this.tableFrame.replaceChildren(this.table.element);
    this.checks = names(count).map((name, i) => ({
      on: checkbox(`${name} is on`, (checked) => this.setInput(i, checked)),
      inhibitory: checkbox(`${name} is inhibitory`, (checked) => this.setInhibitory(i + 1, checked)),
    }));
    const rows = this.checks.map(({ on, inhibitory }) => html("div", { class: "gate-input" }, on.row, inhibitory.row));
    this.inputRows.replaceChildren(html("legend", {}, "Inputs"), ...rows);
  }

  choose(gate) {
    if (!gate) return;
    this.set({
      gate,
      threshold: Math.min(this.threshold, gate.count + 1),
      inhibitory: keepInputs(this.inhibitory, gate.count),
      inputs: Array.from({ length: gate.count }, (_, i) => this.inputs[i] ?? 0),
    });
  }

  setInput(i, on) {
    this.set({ inputs: this.inputs.with(i, on ? 1 : 0) });
  }

  setInhibitory(number, chosen) {
    const others = this.inhibitory.filter((other) => other !== number);
    this.set({ inhibitory: chosen ? [...others, number].sort() : others });
  }

  set(values) {
    Object.assign(this, values);
    this.changed();
  }

  state() {
    return [["gate", this.gate.id], ["t", this.threshold], ["i", this.inhibitory.join("")], ["x", this.inputs.join("")]];
  }

  restore(state) {
    const gate = findGate(state.get("gate"));
    if (!gate) return;
    this.gate = gate;
    this.threshold = readInteger(state.get("t"), 0, gate.count + 1) ?? Math.min(this.threshold, gate.count + 1);
    this.inhibitory = keepInputs([...(state.get("i") ?? "")].map(Number), gate.count);
    const digits = state.get("x") ?? "";
    this.inputs = Array.from({ length: gate.count }, (_, i) => (digits[i] === "1" ? 1 : 0));
  }

  render() {
    this.tiles?.show(this.gate.id);
    if (!this.net) return;
    if (this.builtCount !== this.gate.count) this.buildForCount();
    this.gateChoice.show(this.gate.id);
    this.thresholdRow.show(this.threshold);
    this.checks.forEach(({ on, inhibitory }, i) => {
      on.show(this.inputs[i] === 1);
      inhibitory.show(this.inhibitory.includes(i + 1));
    });
    this.renderNeuron();
    this.renderTable();
    setText(this.possible, possibility(this.gate));
  }

  renderNeuron() {
    const result = mpNeuron(this.inputs, this.threshold, this.inhibitory);
    const on = this.inputs.flatMap((value, i) => (value ? [`x${i + 1}`] : []));
    this.net.update({
      edges: this.inputs.map((_, i) => {
        const inhibits = this.inhibitory.includes(i + 1);
        return { weight: inhibits ? -1 : 1, text: inhibits ? "veto" : "+1", inhibitory: inhibits };
      }),
      notes: { y: `θ = ${this.threshold}` },
      names: { y: `y = ${result.y}` },
      on: result.y ? [...on, "y"] : on,
    });
    setText(this.sentence, explain(this.inputs, this.threshold, result));
  }

  renderTable() {
    const verdicts = [];
    this.table.update(inputRows(this.gate.count).map((row, i) => {
      const { sum, vetoes, y } = mpNeuron(row, this.threshold, this.inhibitory);
      const target = Number(this.gate.answers[i]);
      verdicts.push(y === target ? "right" : "wrong");
      const cells = [...row, vetoes.length ? "veto" : sum, y, target].map(String);
      return { cells, verdict: verdicts[i], current: row.join() === this.inputs.join() };
    }));
    this.say(`${countRight(verdicts, "rows")}${verdicts.includes("wrong") ? "" : ` This neuron is ${this.gate.name}.`}`);
  }
}

function names(count) {
  return Array.from({ length: count }, (_, i) => inputName(i + 1));
}

function keepInputs(numbers, count) {
  return [...new Set(numbers)].filter((number) => Number.isInteger(number) && number >= 1 && number <= count).sort();
}

function drawNeuron(count) {
  const height = Math.max(150, 66 * count + 24);
  const first = height / 2 - 33 * (count - 1);
  const inputs = names(count).map((text, i) => ({ id: `x${i + 1}`, x: 50, y: first + 66 * i, text }));
  const nodes = [...inputs, { id: "y", x: 270, y: height / 2, text: "y", radius: 30 }];
  const edges = inputs.map(({ id }) => ({ from: id, to: "y", at: 0.42 }));
  const label = "Diagram of the neuron; its settings are in the fields beside it.";
  return drawNetwork({ label, width: 340, height, nodes, edges, reach: 3 });
}

/** Why the neuron answers what it answers, in one sentence. */
function explain(inputs, threshold, { sum, vetoes, y }) {
  const given = inputs.map((value, i) => `${inputName(i + 1)} = ${value}`).join(", ");
  if (vetoes.length) {
    const verb = vetoes.length === 1 ? "is" : "are";
    return `${vetoes.map(inputName).join(" and ")} ${verb} inhibitory and on: vetoed, y = 0 whatever the sum.`;
  }
  const relation = y ? `reaches θ = ${threshold}, so y = 1` : `is below θ = ${threshold}, so y = 0`;
  return `${given}: the sum ${sum} ${relation}.`;
}

function possibility(gate) {
  const setting = mpReachable(gate.count).get(gate.answers);
  if (setting) return `Yes, for instance with ${describeSetting(setting)}.`;
  const tried = 2 ** gate.count * (gate.count + 2);
  return `No. All ${tried} settings of θ and of the inhibitory inputs were tried, and each gets a row wrong.`;
}

customElements.define("nn-gates", Gates);
