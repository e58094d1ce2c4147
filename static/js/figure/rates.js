/** Learning rates as controls, and values over many powers of ten as text. */

import { formatShort, freshId, html } from "./dom.js";

/** A learning rate η as a slider over powers of ten, by default from a ten-thousandth to 3, and a field. */
export function rateRow({ name, powers = [-4, 0.5], most = 10 }, onInput) {
  const id = freshId("rate");
  const range = html("input", {
    type: "range", min: powers[0], max: powers[1], step: 0.02, "aria-label": `${name}: learning rate, slider`,
  });
  const number = html("input", { type: "number", id, min: 0, max: most, step: "any", inputmode: "decimal", autocomplete: "off" });
  const label = html("label", { for: id }, "η", html("span", { class: "visually-hidden" }, ` of ${name}`));
  range.addEventListener("input", () => onInput(Number((10 ** range.valueAsNumber).toPrecision(2))));
  number.addEventListener("input", () => {
    if (number.valueAsNumber >= 0) onInput(Math.min(number.valueAsNumber, most));
  });
  const show = (value) => {
    if (document.activeElement !== number || number.valueAsNumber !== value) number.value = String(Number(value.toPrecision(4)));
    range.value = Math.log10(Math.max(value, 10 ** powers[0]));
    range.setAttribute("aria-valuetext", formatShort(value));
  };
  return { row: html("div", { class: "range-row race-rate" }, label, range, number), show };
}

/** A value with two digits, and powers of ten where the value is small: 24, 0.0086, 6.7·10⁻⁹. */
export function writeValue(value) {
  if (value === 0 || (value >= 0.001 && value < 1e5)) {
    return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
  }
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits}·10${[...String(Number(power))].map((sign) => SUPERSCRIPT[sign]).join("")}`;
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
