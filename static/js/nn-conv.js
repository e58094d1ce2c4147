/** <nn-conv>: a kernel that slides over a digit, cell by cell, and the map and the pooled map that it leaves. */

import { CellGrid } from "./figure/cell-grid.js";
import { button, copyText, selectRow } from "./figure/controls.js";
import { formatShort, freshId, html, setText } from "./figure/dom.js";
import { Figure, prefersReducedMotion } from "./figure/element.js";
import { kernelFields, productTable } from "./figure/kernel-fields.js";
import { readChoice, readInteger, readNumbers, stateLink } from "./figure/state.js";
import { convolve, padded, products, reluMaxPool, sum, windowAt } from "./maths/convolution.js";

const SIZE = 3;
const POOL = 2;
const FULL = 16;
const PACE = 350;
const LIMIT = 20;
const NINTH = 1 / 9;
const KERNELS = {
  vertical: ["vertical edges", [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]],
  horizontal: ["horizontal edges", [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]],
  mean: ["mean (blur)", [[NINTH, NINTH, NINTH], [NINTH, NINTH, NINTH], [NINTH, NINTH, NINTH]]],
  sharpen: ["sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]],
  points: ["points and thin lines", [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]],
  copy: ["copy", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]],
};
const RING = { name: "a ring", pixels: [
  [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 8, 16, 16, 8, 0, 0], [0, 8, 16, 4, 4, 16, 8, 0], [0, 16, 4, 0, 0, 4, 16, 0],
  [0, 16, 4, 0, 0, 4, 16, 0], [0, 8, 16, 4, 4, 16, 8, 0], [0, 0, 8, 16, 16, 8, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
] };

class Convolution extends Figure {
  build() {
    this.digits = readDigits(this.config.digits) ?? [RING];
    this.digit = 0;
    this.kernel = readKernel([this.config.kernel].flat(2)) ?? KERNELS.vertical[1];
    this.stride = 1;
    this.padding = 0;
    this.compute();
    const [row, column] = Array.isArray(this.config.cell) ? this.config.cell : [0, 0];
    this.position = this.held(row * this.map[0].length + column);
    this.body.append(this.summary, this.buildGrid(), this.buildTables(), this.buildFoot());
  }

  buildGrid() {
    const show = (parts) => html("div", { class: "conv-part" }, ...parts);
    this.picture = new CellGrid({ ink: true, format: formatShort, label: () => (
      `${this.digits[this.digit].name}, the window at row ${this.row}, column ${this.column}`
    ) });
    this.mapGrid = new CellGrid({
      format: brief, label: (values) => `Feature map of ${values.length} by ${values[0].length}`,
      onPick: (row, column) => this.jump(row * this.map[0].length + column),
    });
    this.poolGrid = new CellGrid({ format: brief, label: (values) => (
      `Pooled map of ${values.length} by ${values[0].length}`
    ) });
    this.fields = kernelFields(SIZE, (k, l, value) => this.setWeight(k, l, value));
    this.products = productTable(SIZE);
    this.sentence = html("p", { class: "conv-sentence" });
    this.mapTitle = html("p", { class: "map-title" });
    this.poolTitle = html("p", { class: "map-title" });
    this.kernelChoice = selectRow("Kernel", [
      ...Object.entries(KERNELS).map(([id, [name]]) => [id, name]), ["own", "your own numbers"],
    ], (id) => this.choose({ kernel: KERNELS[id]?.[1] ?? this.kernel }));
    this.digitChoice = selectRow("Picture", this.digits.map(({ name }, i) => [String(i), name]),
      (index) => this.choose({ digit: Number(index) }));
    this.strideChoice = selectRow("Stride", [["1", "1"], ["2", "2"]], (text) => this.choose({ stride: Number(text) }));
    this.paddingChoice = selectRow("Padding", [["0", "0"], ["1", "1"]],
      (text) => this.choose({ padding: Number(text) }));
    const layout = html("div", { class: "controls" }, this.strideChoice.row, this.paddingChoice.row);
    return html("div", { class: "conv-grid" },
      show([this.digitChoice.row, this.picture.element]),
      show([this.hides("layout") ? "" : layout, this.mapTitle, this.mapGrid.element]),
      html("div", { class: "conv-player" }, this.sentence, this.buildPlayer()),
      show([this.kernelChoice.row, this.fields.element, this.products.element]),
      this.hides("pooling") ? "" : show([this.poolTitle, this.poolGrid.element]));
  }

  buildPlayer() {
    const id = freshId("cell");
    this.range = html("input", { type: "range", id, min: 0, step: 1 });
    this.range.addEventListener("input", () => this.jump(this.range.valueAsNumber));
    this.playButton = button("Play", () => this.togglePlay());
    return html("div", { class: "controls" },
      button("Step", () => this.jump(this.position + 1), "button button-primary"),
      button("Back", () => this.jump(this.position - 1)),
      this.playButton,
      button("Reset", () => this.jump(0)),
      html("label", { for: id }, "Cell of the map"), this.range);
  }

  buildTables() {
    this.pictureRows = html("tbody");
    this.mapRows = html("tbody");
    const table = (caption, rows) => html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      html("table", { class: "table-plain" }, html("caption", {}, caption), rows));
    return html("details", {}, html("summary", {}, "Picture and map as tables"),
      table("Picture, with its padding", this.pictureRows), table("Feature map", this.mapRows));
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    return html("p", { class: "controls" }, this.hides("link") ? "" : button("Copy link", copy), note);
  }

  get row() {
    return Math.floor(this.position / this.map[0].length);
  }

  get column() {
    return this.position % this.map[0].length;
  }

  get last() {
    return this.map.length * this.map[0].length - 1;
  }

  held(position) {
    return Math.min(this.last, Math.max(0, position));
  }

  compute() {
    this.source = padded(this.digits[this.digit].pixels, this.padding);
    this.map = convolve(this.digits[this.digit].pixels, this.kernel, this);
    this.pooled = reluMaxPool(this.map, POOL);
  }

  /** Change what is computed; where the map gets another size, the window starts again. */
  choose(change) {
    this.pause();
    const cells = this.last;
    Object.assign(this, change);
    this.compute();
    if (this.last !== cells) this.position = 0;
    this.changed();
  }

  setWeight(k, l, value) {
    const kernel = this.kernel.map((row) => [...row]);
    kernel[k][l] = value;
    this.choose({ kernel });
  }

  jump(position) {
    this.pause();
    this.goTo(position);
  }

  goTo(position) {
    this.position = this.held(position);
    this.changed();
  }

  togglePlay() {
    if (this.playing) {
      this.pause();
    } else if (prefersReducedMotion()) {
      this.goTo(this.last);
    } else {
      if (this.position === this.last) this.position = -1;
      this.playing = setInterval(() => this.playStep(), PACE);
      this.playStep();
    }
  }

  playStep() {
    this.goTo(this.position + 1);
    if (this.position === this.last) this.pause();
  }

  pause() {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    this.render();
  }

  state() {
    return [["d", this.digit], ["k", this.kernel.flat().join()], ["s", this.stride], ["p", this.padding],
      ["cell", this.position]];
  }

  restore(state) {
    const kernel = readKernel(readNumbers(state.get("k"), SIZE * SIZE, LIMIT));
    if (!kernel) return;
    this.kernel = kernel;
    this.digit = readInteger(state.get("d"), 0, this.digits.length - 1) ?? 0;
    this.stride = Number(readChoice(state.get("s"), ["1", "2"]) ?? 1);
    this.padding = Number(readChoice(state.get("p"), ["0", "1"]) ?? 0);
    this.compute();
    this.position = this.held(readInteger(state.get("cell"), 0, this.last) ?? 0);
  }

  render() {
    const { row, column, stride, kernel } = this;
    const pixels = windowAt(this.source, row, column, SIZE, stride);
    const results = products(pixels, kernel);
    this.showControls();
    this.picture.draw(this.source, {
      scale: FULL, around: this.padding, frame: { row: row * stride, column: column * stride, size: SIZE },
    });
    this.products.show(pixels, kernel, results);
    const rows = results.map((line) => signed(sum([line])));
    setText(this.sentence, `Row ${row}, column ${column}: ${rows.join(" + ")} = ${formatShort(sum(results))}.`);
    this.showMaps();
    this.say(describe(kernel, this.map));
  }

  showControls() {
    const known = Object.keys(KERNELS).find((id) => String(KERNELS[id][1]) === String(this.kernel));
    this.kernelChoice.show(known ?? "own");
    this.digitChoice.show(String(this.digit));
    this.strideChoice.show(String(this.stride));
    this.paddingChoice.show(String(this.padding));
    this.fields.show(this.kernel);
    this.range.max = this.last;
    this.range.value = this.position;
    setText(this.playButton, this.playing ? "Pause" : "Play");
  }

  /** Show of both maps what the window has computed so far. */
  showMaps() {
    const { map, pooled, row, column, position } = this;
    const width = map[0].length;
    const scale = Math.max(1, ...map.flat().map(Math.abs));
    const seen = map.map((line, i) => line.map((value, j) => (i * width + j <= position ? value : null)));
    const whole = pooled.map((line, i) => line.map((value, j) => (
      seen[POOL * i + POOL - 1][POOL * j + POOL - 1] === null ? null : value
    )));
    this.mapGrid.draw(seen, { scale, frame: { row, column, size: 1 } });
    if (whole.length) this.poolGrid.draw(whole, { scale });
    setText(this.mapTitle, `Feature map, ${map.length} × ${width}`);
    setText(this.poolTitle, `After ReLU and max pooling, ${pooled.length} × ${pooled[0].length}`);
    fill(this.pictureRows, this.source);
    fill(this.mapRows, map);
  }
}

function describe(kernel, map) {
  const total = sum(kernel);
  const even = Math.abs(total) < 1e-9
    ? "The weights add up to 0: even areas answer 0, only changes count."
    : `The weights add up to ${formatShort(total)}: an even area is multiplied by that.`;
  return `${even} The map has ${map.length} × ${map[0].length} numbers.`;
}

function fill(body, values) {
  body.replaceChildren(...values.map((row) => html("tr", {}, ...row.map((value) => (
    html("td", {}, formatShort(value))
  )))));
}

/** A number for a cell: at most one decimal, none from 100 on. */
function brief(value) {
  return formatShort(Number(value.toFixed(Math.abs(value) < 100 ? 1 : 0)));
}

function signed(value) {
  return value < 0 ? `(${formatShort(value)})` : formatShort(value);
}

/** Nine numbers as three rows; null when there are none, or not nine. */
function readKernel(numbers) {
  if (numbers?.length !== SIZE * SIZE || !numbers.every(Number.isFinite)) return null;
  return [0, 1, 2].map((k) => numbers.slice(SIZE * k, SIZE * (k + 1)));
}

/** Pictures of a lesson, 4 to 12 rows each and as many columns, ink from 0 to 16; null when one is malformed. */
function readDigits(list) {
  if (!Array.isArray(list) || list.length === 0 || list.length > 12) return null;
  const good = list.every(({ name, pixels }) => (
    typeof name === "string" && Array.isArray(pixels) && pixels.length >= 4 && pixels.length <= 12
    && pixels.every((row) => row.length === pixels.length && row.every((ink) => ink >= 0 && ink <= FULL))
  ));
  return good ? list : null;
}

customElements.define("nn-conv", Convolution);
