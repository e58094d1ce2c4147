/** The weights of a kernel as native number fields, and the products with the pixels under it. */

import { formatShort, html, setText } from "./dom.js";
import { clamp } from "./state.js";

const LIMIT = 20;

/** `onInput(row, column, value)` is called for each number that can be read. */
export function kernelFields(size, onInput) {
  const fields = Array.from({ length: size }, (_, k) => Array.from({ length: size }, (__, l) => {
    const field = html("input", {
      type: "number", min: -LIMIT, max: LIMIT, step: "any", inputmode: "decimal", autocomplete: "off",
      "aria-label": `weight, row ${k}, column ${l}`,
    });
    field.addEventListener("input", () => {
      if (Number.isFinite(field.valueAsNumber)) onInput(k, l, clamp(field.valueAsNumber, -LIMIT, LIMIT));
    });
    return field;
  }));
  const element = html("div", { class: "kernel-fields", role: "group", "aria-label": "Weights of the kernel" }, ...fields.flat());
  const show = (kernel) => fields.forEach((row, k) => row.forEach((field, l) => {
    const text = String(Number(kernel[k][l].toFixed(3)));
    if (document.activeElement !== field && field.value !== text) field.value = text;
  }));
  return { element, show };
}

/** A table with pixel, weight and product in each cell. */
export function productTable(size) {
  const cells = Array.from({ length: size }, () => Array.from({ length: size }, () => (
    { factors: html("span", { class: "factors" }), product: html("b") }
  )));
  const rows = cells.map((row) => html("tr", {}, ...row.map(({ factors, product }) => (
    html("td", {}, factors, product)
  ))));
  const element = html("table", { class: "product-table" },
    html("caption", {}, "pixel × weight = product"), html("tbody", {}, ...rows));
  const show = (pixels, kernel, results) => cells.forEach((row, k) => row.forEach(({ factors, product }, l) => {
    const weight = formatShort(kernel[k][l]);
    setText(factors, `${formatShort(pixels[k][l])} × ${kernel[k][l] < 0 ? `(${weight})` : weight} = `);
    setText(product, formatShort(results[k][l]));
    product.className = results[k][l] < 0 ? "neg" : results[k][l] > 0 ? "pos" : "";
  }));
  return { element, show };
}
