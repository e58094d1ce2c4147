/** A picture or a map as a square of cells, drawn in SVG, with one place of it framed. */

import { setText, svg } from "./dom.js";

const CELL = 40;
const LONG = 4;
const TINTS = 0.45;
const DARK_FROM = 0.53;

/**
 * `draw(values, { frame, pick })`: values is a list of rows, null where nothing is known yet; `frame` is
 * { row, column, size }. With `ink` the values 0 to 16 are shades of ink, otherwise blue and orange by sign.
 */
export class CellGrid {
  constructor({ ink = false, label, onPick = null, format }) {
    this.ink = ink;
    this.format = format;
    this.onPick = onPick;
    this.label = label;
    this.cells = svg("g");
    this.frames = ["cell-halo", "cell-frame"].map((name) => svg("rect", { class: name }));
    this.element = svg("svg", { class: "cell-grid", role: "img" }, this.cells, ...this.frames);
    this.shape = "";
  }

  draw(values, { frame = null, scale = 1, around = 0 } = {}) {
    this.reshape(values.length, values[0].length);
    this.element.setAttribute("aria-label", this.label(values));
    values.forEach((row, i) => row.forEach((value, j) => {
      const outside = around > 0 && (Math.min(i, j) < around || Math.max(i, j) >= values.length - around);
      this.drawCell(this.parts[i][j], value, scale, outside);
    }));
    this.drawFrame(frame);
  }

  reshape(rows, columns) {
    if (this.shape === `${rows} ${columns}`) return;
    this.shape = `${rows} ${columns}`;
    this.element.setAttribute("viewBox", `-3 -3 ${columns * CELL + 6} ${rows * CELL + 6}`);
    this.parts = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => this.cell(i, j)));
    this.cells.replaceChildren(...this.parts.flat().map((part) => part.group));
  }

  cell(row, column) {
    const [x, y] = [column * CELL, row * CELL];
    const back = svg("rect", { class: "cell-back", x, y, width: CELL, height: CELL });
    const tint = svg("rect", { x, y, width: CELL, height: CELL });
    const text = svg("text", { x: x + CELL / 2, y: y + CELL / 2 });
    const group = svg("g", {}, back, tint, text);
    if (this.onPick) group.addEventListener("click", () => this.onPick(row, column));
    return { group, tint, text };
  }

  drawCell({ group, tint, text }, value, scale, outside) {
    const share = value === null ? 0 : Math.min(1, Math.abs(value) / scale);
    const dark = this.ink && share >= DARK_FROM;
    const shade = this.ink ? inkShade(share, dark) : TINTS * share;
    tint.setAttribute("class", this.ink ? "cell-ink" : value < 0 ? "cell-neg" : "cell-pos");
    tint.setAttribute("fill-opacity", shade.toFixed(3));
    group.setAttribute("class", outside ? "cell outside" : value === null ? "cell unknown" : "cell");
    text.setAttribute("class", dark ? "cell-text on-dark" : "cell-text");
    const words = value === null ? "" : this.format(value);
    text.classList.toggle("long", words.length > LONG);
    setText(text, words);
  }

  drawFrame(frame) {
    for (const rect of this.frames) {
      rect.setAttribute("visibility", frame ? "visible" : "hidden");
      if (!frame) continue;
      rect.setAttribute("x", frame.column * CELL);
      rect.setAttribute("y", frame.row * CELL);
      rect.setAttribute("width", frame.size * CELL);
      rect.setAttribute("height", frame.size * CELL);
    }
  }
}

/** Half-tones are left out, so that the number can be read on every cell. */
function inkShade(share, dark) {
  return dark ? 0.62 + 0.38 * ((share - DARK_FROM) / (1 - DARK_FROM)) : share * 0.9;
}
