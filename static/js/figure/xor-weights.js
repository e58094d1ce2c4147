/** The nine numbers of the XOR network: their names, their start, and the formats they travel in. */

import { html } from "./dom.js";
import { typedNumber } from "../answer/fields.js";
import { button, copyText, rangeRow } from "./controls.js";

/** In the order of the state: 0.weight by rows, 0.bias, 2.weight, 2.bias. */
export const LABELS = [
  "x₁ → h₁", "x₂ → h₁", "x₁ → h₂", "x₂ → h₂", "bias h₁", "bias h₂", "h₁ → y", "h₂ → y", "bias y",
];
const FIELD_NAMES = [
  "weights.0.weight[0][0]", "weights.0.weight[0][1]", "weights.0.weight[1][0]", "weights.0.weight[1][1]",
  "weights.0.bias[0]", "weights.0.bias[1]",
  "weights.2.weight[0][0]", "weights.2.weight[0][1]", "weights.2.bias[0]",
];
/** Unit by unit, as a reader thinks of them: into h1, into h2, into y. */
const READING_ORDER = [0, 1, 4, 2, 3, 5, 6, 7, 8];

export const START = [6, -4, -5, 7, -2, -3, 8, 8, -4];
export const LECTURE = [20, 20, -20, -20, -10, 30, 20, 20, -30];
export const LIMIT = 100;
const REACH = 30;

export function fromStateDict(weights) {
  const numbers = [weights?.["0.weight"], weights?.["0.bias"], weights?.["2.weight"], weights?.["2.bias"]].flat(3);
  return numbers.length === 9 && numbers.every(Number.isFinite) ? numbers : null;
}

export function toStateDict([a, b, c, d, b1, b2, e, f, b3]) {
  return { "0.weight": [[a, b], [c, d]], "0.bias": [b1, b2], "2.weight": [[e, f]], "2.bias": [b3] };
}

/** Sliders and fields of the figure's own, for a lesson. */
export function ownFields(onInput) {
  const rows = LABELS.map((label, i) => rangeRow({
    label, reach: REACH, limit: LIMIT, stride: 0.5, onInput: (value) => onInput(i, value),
  }));
  const element = html("fieldset", { class: "range-rows" },
    html("legend", { class: "visually-hidden" }, "Weights and biases"),
    ...READING_ORDER.map((i) => rows[i].row));
  return { element, show: (weights) => rows.forEach((row, i) => row.show(weights[i])) };
}

/** The nine inputs of an answer form; null when the form has other fields. */
export function formFields(form) {
  const inputs = FIELD_NAMES.map((name) => form?.elements.namedItem(name));
  if (!inputs.every((input) => input instanceof HTMLInputElement)) return null;
  const read = () => inputs.map((input) => typedNumber(input.value));
  const show = (weights) => {
    inputs.forEach((input, i) => { input.value = weights[i] === null ? "" : weights[i]; });
    inputs[0].dispatchEvent(new Event("input", { bubbles: true }));
  };
  /** What a reset goes back to: the network that the exercise starts from, or what stands there now. */
  const first = () => inputs.map((input) => typedNumber("start" in form.dataset ? input.defaultValue : input.value));
  return { read, show, first };
}

/** A closed list of formats to copy; the text stands below to be copied by hand as well. */
export function exportMenu(weights) {
  const note = html("span", { role: "status", class: "copy-note" });
  const text = html("textarea", { readonly: true, rows: 6, "aria-label": "The weights as text", hidden: true });
  const choices = [["JSON", asJson], ["NumPy", asNumpy], ["PyTorch", asTorch]].map(([name, write]) => (
    button(`Copy ${name}`, () => {
      text.value = write(weights());
      text.hidden = false;
      copyText(text.value, note, `${name} copied.`);
    }, "button button-quiet")
  ));
  return html("details", { class: "export" },
    html("summary", {}, "Take the weights with you"),
    html("div", { class: "controls" }, ...choices, note), text);
}

/** A fresh copy of the numbers without the noise of binary fractions. */
export function tidy(weights) {
  return weights.map((weight) => Number(weight.toFixed(6)) || 0);
}

export function asJson(weights) {
  return JSON.stringify({ weights: toStateDict(tidy(weights)) });
}

export function asNumpy(weights) {
  const state = toStateDict(tidy(weights));
  return `import numpy as np

W1 = np.array(${floats(state["0.weight"])})  # row j holds the weights into h_j
b1 = np.array(${floats(state["0.bias"])})
W2 = np.array(${floats(state["2.weight"])})
b2 = np.array(${floats(state["2.bias"])})


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
print(sigmoid(sigmoid(X @ W1.T + b1) @ W2.T + b2))
`;
}

export function asTorch(weights) {
  const entries = Object.entries(toStateDict(tidy(weights)));
  const lines = entries.map(([name, value]) => `    "${name}": torch.tensor(${floats(value)}),`);
  return `import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())
model.load_state_dict({
${lines.join("\n")}
})
print(model(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])))
`;
}

/** Nested numbers as Python writes floats: 20 becomes 20.0. */
function floats(value) {
  if (Array.isArray(value)) return `[${value.map(floats).join(", ")}]`;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
