/** The controls that the figures share: native inputs with labels, buttons, choices, copying. */

import { freshId, html, setText } from "./dom.js";
import { clamp } from "./state.js";

export function button(text, onClick, className = "button") {
  const element = html("button", { type: "button", class: className }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** One number as a slider and a field; the field takes values past the ends of the slider. */
export function rangeRow({ label, reach, limit, stride, onInput }) {
  const id = freshId("number");
  const range = html("input", {
    type: "range", min: -reach, max: reach, step: stride, "aria-label": `${label}, slider`,
  });
  const number = html("input", {
    type: "number", id, min: -limit, max: limit, step: "any", inputmode: "decimal", autocomplete: "off",
  });
  const row = html("div", { class: "range-row" }, html("label", { for: id }, label), range, number);
  range.addEventListener("input", () => {
    number.value = range.value;
    onInput(range.valueAsNumber);
  });
  number.addEventListener("input", () => {
    if (!Number.isFinite(number.valueAsNumber)) return;
    range.value = number.value;
    onInput(clamp(number.valueAsNumber, -limit, limit));
  });
  let shown = 0;
  const show = (value) => {
    shown = value;
    if (document.activeElement !== number || number.valueAsNumber !== value) number.value = rounded(value);
    range.value = value;
  };
  number.addEventListener("change", () => { number.value = rounded(shown); });
  return { row, show };
}

export function selectRow(label, options, onChange) {
  const select = html("select", { id: freshId("choice") }, ...options.map(([value, text]) => (
    html("option", { value }, text)
  )));
  select.addEventListener("change", () => onChange(select.value));
  const row = html("div", { class: "select-row" }, html("label", { for: select.id }, label), select);
  return { row, show: (value) => { select.value = value; } };
}

/** A whole number with a minus and a plus button on either side of a native field. */
export function stepperRow({ label, lowest, highest, onInput }) {
  const number = html("input", {
    type: "number", id: freshId("whole"), step: 1, inputmode: "numeric", autocomplete: "off",
  });
  const set = (value) => {
    if (Number.isInteger(value)) onInput(clamp(value, lowest(), highest()));
  };
  const change = (by) => () => set(number.valueAsNumber + by);
  const less = button("\u2212", change(-1), "button button-step");
  const more = button("+", change(1), "button button-step");
  less.setAttribute("aria-label", `Lower ${label}`);
  more.setAttribute("aria-label", `Raise ${label}`);
  number.addEventListener("input", () => set(number.valueAsNumber));
  let shown = 0;
  number.addEventListener("change", () => { number.value = shown; });
  const show = (value) => {
    shown = value;
    number.min = lowest();
    number.max = highest();
    if (number.valueAsNumber !== value) number.value = value;
    less.disabled = value <= lowest();
    more.disabled = value >= highest();
  };
  const row = html("div", { class: "stepper-row" }, html("label", { for: number.id }, label), less, number, more);
  return { row, show };
}

export function checkbox(label, onChange) {
  const input = html("input", { type: "checkbox" });
  input.addEventListener("change", () => onChange(input.checked));
  return {
    row: html("label", { class: "check-row" }, input, html("span", {}, label)),
    show: (checked) => { input.checked = checked; },
  };
}

/** Copy to the clipboard and say so; without a clipboard, say what to do instead. */
export async function copyText(text, note, done) {
  try {
    await window.navigator.clipboard.writeText(text);
    setText(note, done);
  } catch {
    setText(note, "This browser does not allow copying here: select the text and copy it by hand.");
  }
}

function rounded(value) {
  return String(Number(value.toFixed(4)));
}
