/** A native slider between two ends, with its value written beside it. */

import { freshId, html, setText } from "./dom.js";

/** `write` turns a value into text; `values` replaces even steps by a list, such as [2, 4, 8]. */
export function slider({ label, lowest, highest, stride, values, write = String, onInput }) {
  const id = freshId("slider");
  const ends = values ? { min: 0, max: values.length - 1, step: 1 } : { min: lowest, max: highest, step: stride };
  const range = html("input", { type: "range", id, ...ends });
  const shown = html("output", { for: id });
  range.addEventListener("input", () => onInput(values ? values[range.valueAsNumber] : range.valueAsNumber));
  const show = (value) => {
    range.value = values ? values.indexOf(value) : value;
    range.setAttribute("aria-valuetext", write(value));
    setText(shown, write(value));
  };
  return { row: html("div", { class: "slider-row" }, html("label", { for: id }, label), range, shown), show };
}
