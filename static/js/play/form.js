/** The playground's settings as native inputs. */

import { button, selectRow, stepperRow } from "../figure/controls.js";
import { freshId, html, setText } from "../figure/dom.js";
import { DATASETS } from "./data.js";
import { BATCHES, LIMITS, OWN } from "./settings.js";

const ACTIVATION_NAMES = [["tanh", "tanh"], ["sigmoid", "sigmoid"], ["relu", "ReLU"], ["linear", "none (linear)"]];
const START_NAMES = [["random", "random"], ["zero", "all zero"]];
const OPTIMIZER_NAMES = [["sgd", "SGD"], ["adam", "Adam"]];
const BATCH_NAMES = BATCHES.map((size) => [size, size === "all" ? "all rows" : size]);
const EXAMPLE = "0.2, 0.7, 1\n-0.5, 0.1, 0";

/** `onChange` takes the settings that changed; `onOwn` the text of the reader's own rows. */
export function settingsForm({ onChange, onOwn }) {
  const own = ownRows(onOwn);
  const names = Object.entries(DATASETS).map(([name, { label }]) => [name, label]);
  const data = selectRow("Data", [...names, [OWN, "your own"]], (name) => {
    if (name === OWN) own.open();
    else onChange({ data: name });
  });
  const rows = {
    noise: numberRow("Noise", 0, LIMITS.noise, (noise) => onChange({ noise })),
    seed: numberRow("Seed", 0, LIMITS.seed, (seed) => onChange({ seed: Math.round(seed) })),
    activation: selectRow("Activation", ACTIVATION_NAMES, (activation) => onChange({ activation })),
    start: selectRow("Weights start", START_NAMES, (start) => onChange({ start })),
    optimizer: selectRow("Optimizer", OPTIMIZER_NAMES, (optimizer) => onChange({ optimizer })),
    rate: numberRow("Learning rate", 0, LIMITS.rate, (rate) => onChange({ rate })),
    momentum: numberRow("Momentum", 0, LIMITS.momentum, (momentum) => onChange({ momentum })),
    decay: numberRow("Weight decay (L2)", 0, LIMITS.decay, (decay) => onChange({ decay })),
    batch: selectRow("Rows in a batch", BATCH_NAMES, (batch) => onChange({ batch })),
  };
  const hidden = hiddenRows((units) => onChange({ hidden: units }));
  const group = (title, ...parts) => html("fieldset", { class: "play-group" }, html("legend", {}, title), ...parts);
  const element = html("div", { class: "play-settings" },
    group("Data", data.row, rows.noise.row, rows.seed.row, own.element),
    group("Network", hidden.element, rows.activation.row, rows.start.row),
    group("Training", rows.optimizer.row, rows.rate.row, rows.momentum.row, rows.decay.row, rows.batch.row));
  const show = (settings) => {
    data.show(settings.data);
    hidden.show(settings.hidden);
    for (const [name, row] of Object.entries(rows)) row.show(settings[name]);
    rows.noise.row.hidden = settings.data === OWN;
    rows.momentum.row.hidden = settings.optimizer !== "sgd";
  };
  return { element, show, showOwnError: own.showError };
}

/** A number with its limits; what lies beyond is named, and nothing changes. */
function numberRow(label, lowest, highest, onInput) {
  const input = html("input", {
    type: "number", id: freshId("setting"), min: lowest, max: highest, step: "any", inputmode: "decimal", autocomplete: "off",
  });
  const error = html("p", { class: "field-error", id: freshId("error") });
  input.setAttribute("aria-describedby", error.id);
  input.addEventListener("change", () => {
    const value = input.valueAsNumber;
    const isFine = Number.isFinite(value) && value >= lowest && value <= highest;
    input.setAttribute("aria-invalid", String(!isFine));
    setText(error, isFine ? "" : `${label} is ${input.value || "empty"}; it must be a number from ${lowest} to ${highest}.`);
    if (isFine) onInput(value);
  });
  const row = html("div", { class: "play-number" }, html("label", { for: input.id }, label), input, error);
  const show = (value) => {
    if (document.activeElement === input || input.getAttribute("aria-invalid") === "true") return;
    input.value = value;
  };
  return { row, show };
}

/** How many hidden layers, and the units of each. */
function hiddenRows(onChange) {
  let units = [];
  const count = stepperRow({
    label: "Hidden layers", lowest: () => 0, highest: () => LIMITS.layers,
    onInput: (wanted) => {
      const more = Array.from({ length: Math.max(0, wanted - units.length) }, () => units.at(-1) ?? 4);
      onChange([...units.slice(0, wanted), ...more]);
    },
  });
  const layers = Array.from({ length: LIMITS.layers }, (_, l) => stepperRow({
    label: `Units in layer ${l + 1}`, lowest: () => 1, highest: () => LIMITS.units,
    onInput: (wanted) => onChange(units.map((old, i) => (i === l ? wanted : old))),
  }));
  const element = html("div", {}, count.row, ...layers.map(({ row }) => row));
  const show = (now) => {
    units = now;
    count.show(now.length);
    layers.forEach(({ row, show: showUnits }, l) => {
      row.hidden = l >= now.length;
      if (l < now.length) showUnits(now[l]);
    });
  };
  return { element, show };
}

function ownRows(onOwn) {
  const text = html("textarea", { id: freshId("own"), rows: 5, placeholder: EXAMPLE, spellcheck: false });
  const error = html("p", { class: "field-error", id: freshId("error"), role: "status" });
  text.setAttribute("aria-describedby", error.id);
  const element = html("details", { class: "play-own" },
    html("summary", {}, "Your own rows"),
    html("label", { for: text.id }, "One row a line: x₁, x₂, class 0 or 1"), text, error,
    html("div", { class: "controls" }, button("Use these rows", () => onOwn(text.value))));
  const showError = (message) => {
    setText(error, message);
    text.setAttribute("aria-invalid", String(Boolean(message)));
  };
  const open = () => {
    element.open = true;
    text.focus();
  };
  return { element, showError, open };
}
