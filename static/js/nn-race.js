/** <nn-race>: four optimizers descend the same function side by side, each with a learning rate of its own. */

import { ContourMap, levelPaths } from "./figure/contours.js";
import { button, copyText, selectRow } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { html, setText } from "./figure/dom.js";
import { Figure, prefersReducedMotion } from "./figure/element.js";
import { Plot } from "./figure/plot.js";
import { rateRow, writeValue } from "./figure/rates.js";
import { clamp, readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { FUNCTIONS, shownSteps, walk } from "./maths/optimizers.js";

const FRAMES = 60;
const PACE = 120;
const MOST_DOTS = 40;
const LOWEST_VALUE = 1e-8;
const RACERS = [
  { id: "sgd", name: "Gradient descent", short: "descent", tone: "ink", dash: false },
  { id: "momentum", name: "Momentum", short: "momentum", tone: "ink", dash: true },
  { id: "rmsprop", name: "RMSProp", short: "RMSProp", tone: "soft", dash: false },
  { id: "adam", name: "Adam", short: "Adam", tone: "soft", dash: true },
];
const PLACES = {
  ravine: {
    title: "Ravine, ½(x² + 25y²)", start: [10, 1], lowest: [0, 0], steps: 120, rates: [0.077, 0.05, 0.3, 0.5], momentum: 0.5,
    ranges: { xRange: [-7, 11], yRange: [-3, 3] }, levels: [0.5, 3, 10, 25, 50, 90],
  },
  rosenbrock: {
    title: "Rosenbrock’s valley", start: [-1.2, 1], lowest: [1, 1], steps: 2000, rates: [0.002, 0.001, 0.004, 0.05],
    momentum: 0.9,
    ranges: { xRange: [-2, 2], yRange: [-1, 2.6] }, levels: [1, 4, 12, 40, 120, 400],
  },
  bowl: {
    title: "Bowl, ½(x² + y²)", start: [3, 2], lowest: [0, 0], steps: 120, rates: [0.1, 0.1, 0.1, 0.1], momentum: 0.5,
    ranges: { xRange: [-4.5, 4.5], yRange: [-3.3, 3.3] }, levels: [0.2, 1, 2.5, 5, 8, 12],
  },
};

class Race extends Figure {
  build() {
    this.choose(readChoice(this.config.function, Object.keys(PLACES)) ?? "ravine");
    this.rates = readNumbers([this.config.rates].flat().join(), RACERS.length, 10) ?? this.rates;
    this.compute();
    this.position = clamp(Number(this.config.position) || 0, 0, this.steps.length - 1);
    this.body.append(this.buildHead(), this.buildPanels(), this.buildPlayer(), this.summary, ...this.buildFoot());
  }

  /** Take another function with its own rates; the walks are computed apart. */
  choose(name) {
    this.name = name;
    this.rates = [...PLACES[name].rates];
    this.drawn = null;
  }

  compute() {
    const { start, steps, momentum } = PLACES[this.name];
    this.walks = RACERS.map(({ id }, i) => walk(this.name, id, { lr: this.rates[i], momentum }, start, steps));
    this.steps = shownSteps(steps, FRAMES);
  }

  buildHead() {
    this.choice = selectRow("Function", Object.entries(PLACES).map(([id, { title }]) => [id, title]), (name) => {
      this.pause();
      this.choose(name);
      this.compute();
      this.position = 0;
      this.changed();
    });
    return this.hides("function") ? html("p", { class: "map-title" }, PLACES[this.name].title) : this.choice.row;
  }

  buildPanels() {
    this.panels = RACERS.map(({ name }, i) => {
      const map = new ContourMap(`${name}: its path over the level lines; the values are in the table.`);
      const note = html("p", { class: "figure-note" });
      const rate = rateRow({ name }, (value) => {
        this.pause();
        this.rates[i] = value;
        this.compute();
        this.changed();
      });
      const title = html("p", { class: "map-title" }, name);
      const parts = [title, map.root, note];
      if (!this.hides("rates")) parts.push(rate.row);
      return { map, title, note, rate, element: html("div", { class: "race-panel" }, ...parts) };
    });
    return html("div", { class: "race-panels" }, ...this.panels.map(({ element }) => element));
  }

  buildPlayer() {
    this.playButton = button("Play", () => this.togglePlay(), "button button-primary");
    this.scrub = html("input", { type: "range", min: 0, step: 1, "aria-label": "Moment of the race" });
    this.scrub.addEventListener("input", () => this.jump(this.scrub.valueAsNumber));
    this.stepNote = html("span", { class: "race-step" });
    return html("div", { class: "race-player" }, html("div", { class: "controls" },
      this.playButton, button("Back", () => this.jump(this.position - 1)), button("Step", () => this.jump(this.position + 1)),
    ), this.scrub, this.stepNote);
  }

  buildFoot() {
    this.plot = new Plot({
      xRange: [0, 120], yRange: [LOWEST_VALUE, 100], xLabel: "step", yLabel: "f", yLog: true,
      label: "The value of the function over the steps, a line for each optimizer; the values are in the table.",
    });
    this.table = dataTable({ title: "The values as a table", columns: ["step", ...RACERS.map(({ name }) => name)] });
    const note = html("span", { role: "status", class: "copy-note" });
    const controls = [
      ["reset", button("Reset", () => this.reset())],
      ["link", button("Copy link", () => copyText(stateLink(this.key, this.state()), note, "Link copied."))],
    ].filter(([part]) => !this.hides(part)).map(([, control]) => control);
    return [
      ...(this.hides("plot") ? [] : [this.plot.element]), html("div", { class: "controls" }, ...controls, note),
      this.table.element,
    ];
  }

  jump(position) {
    this.pause();
    this.position = clamp(position, 0, this.steps.length - 1);
    this.changed();
  }

  reset() {
    this.choose(this.name);
    this.compute();
    this.jump(0);
  }

  togglePlay() {
    if (this.playing) {
      this.pause();
      return;
    }
    const last = this.steps.length - 1;
    if (this.position === last) this.position = 0;
    if (prefersReducedMotion()) {
      this.jump(last);
      return;
    }
    setText(this.playButton, "Pause");
    this.playing = setInterval(() => {
      this.position += 1;
      if (this.position >= last) this.jump(last);
      else this.render();
    }, PACE);
    this.render();
  }

  pause() {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    setText(this.playButton, "Play");
    this.changed();
  }

  state() {
    return [["f", this.name], ["r", this.rates.map((rate) => Number(rate.toPrecision(4))).join()], ["at", this.position]];
  }

  restore(state) {
    const name = readChoice(state.get("f"), Object.keys(PLACES)) ?? this.name;
    const rates = readNumbers(state.get("r"), RACERS.length, 10);
    if (name !== this.name) this.choose(name);
    if (rates) this.rates = rates.map((rate) => Math.max(rate, 0));
    this.compute();
    this.position = clamp(readInteger(state.get("at"), 0, FRAMES) ?? this.position, 0, this.steps.length - 1);
  }

  render() {
    const step = this.steps[this.position];
    if (this.drawn !== this.walks) this.renderWalks();
    this.panels.forEach(({ map, note, rate }, i) => {
      const { points, values, left } = this.walks[i];
      const now = Math.min(step, values.length - 1);
      map.show(points.slice(0, now + 1), MOST_DOTS);
      rate.show(this.rates[i]);
      setText(note, left !== null && step >= left ? `left at step ${left}` : `f = ${writeValue(values[now])}`);
    });
    this.scrub.value = this.position;
    this.scrub.setAttribute("aria-valuetext", `step ${step}`);
    setText(this.stepNote, `step ${step} of ${this.steps.at(-1)}`);
    this.renderPlot(step);
    this.say(this.verdict(step));
  }

  /** What changes only with the function or a rate: the table, the ends of the scrubber, the maps. */
  renderWalks() {
    if (this.laid !== this.name) this.layMaps();
    this.scrub.max = this.steps.length - 1;
    this.table.update(this.steps.map((step) => [
      step, ...this.walks.map(({ values, left }) => (left !== null && step >= left ? "left" : writeValue(values[step]))),
    ]));
    this.drawn = this.walks;
  }

  layMaps() {
    const { ranges, levels, lowest, momentum } = PLACES[this.name];
    const paths = levelPaths(FUNCTIONS[this.name].value, levels, ranges);
    this.panels.forEach(({ map }) => map.lay(paths, ranges, lowest));
    setText(this.panels[1].title, `${RACERS[1].name}, μ = ${momentum}`);
    this.choice.show(this.name);
    this.laid = this.name;
  }

  renderPlot(step) {
    if (this.hides("plot")) return;
    const lines = RACERS.map(({ short, tone, dash }, i) => {
      const { values } = this.walks[i];
      const shown = this.steps.filter((each) => each < values.length);
      const points = shown.map((each) => [each, Math.max(values[each], LOWEST_VALUE)]);
      return { name: short, label: short, tone, dash, points };
    });
    const marks = [{ x: step, label: "now" }];
    this.plot.draw({ lines, marks, xRange: [0, this.steps.at(-1)], yRange: [LOWEST_VALUE, 1000] });
  }

  verdict(step) {
    const racing = this.walks.map(({ values, left }, i) => (
      { i, left: left !== null && step >= left ? left : null, value: values[Math.min(step, values.length - 1)] }
    ));
    const gone = racing.filter(({ left }) => left !== null)
      .map(({ i, left }) => `${RACERS[i].short} left at step ${left}, its rate is too large`);
    const rest = racing.filter(({ left }) => left === null).sort((one, other) => one.value - other.value);
    const lead = rest.length ? `Lowest now: ${RACERS[rest[0].i].short}.` : "All four have left.";
    return step === 0 ? "All four stand at the start." : [lead, ...gone.map((words) => `${capital(words)}.`)].join(" ");
  }
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

customElements.define("nn-race", Race);
