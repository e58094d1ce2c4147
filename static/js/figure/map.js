/**
 * A decision map on a canvas: the answer as colour, the border as a line, the points on top.
 * The canvas is decoration for the eye; the figure beside it says the same in a table.
 */

import { css, rampColour, readColour, signRamp } from "./colours.js";
import { html } from "./dom.js";

const FINE = 101;
const COARSE = 51;
const PIXELS_PER_UNIT = 2;

export class DecisionMap {
  /**
   * `size` is the width in CSS pixels that the drawing is made for; ranges are [lowest, highest];
   * `dot` scales the points, for maps with many.
   */
  constructor({ size = 336, xRange = [-0.5, 1.5], yRange = [-0.5, 1.5], axes = ["x₁", "x₂"], dot = 1 } = {}) {
    this.size = size;
    this.dot = dot;
    this.grid = size < 200 ? COARSE : FINE;
    this.xRange = xRange;
    this.yRange = yRange;
    this.axes = axes;
    this.canvas = html("canvas", {
      class: "map", width: size * PIXELS_PER_UNIT, height: size * PIXELS_PER_UNIT, "aria-hidden": "true",
    });
    this.field = html("canvas", { width: this.grid, height: this.grid });
    this.colours = null;
  }

  /** Read the colours again at the next drawing, after a change of theme. */
  forgetColours() {
    this.colours = null;
  }

  /**
   * Draw `value(x, y)` in 0..1 as colour, and the line where it is one half, or where `level(x, y)`
   * is 0 when the values jump; points are {x, y, target, right, seen}, `cross` an [x, y] or null.
   */
  draw({ value, level = null, points = [], cross = null }) {
    this.colours ??= this.readColours();
    const pen = this.canvas.getContext("2d");
    pen.setTransform(PIXELS_PER_UNIT, 0, 0, PIXELS_PER_UNIT, 0, 0);
    const values = this.sample(value);
    this.paintField(pen, values);
    this.paintBorder(pen, level ? this.sample(level) : values, level ? 0 : 0.5);
    if (this.axes) this.paintAxes(pen);
    points.forEach((point) => this.paintPoint(pen, point));
    if (cross) this.paintCross(pen, cross);
  }

  readColours() {
    const read = (token) => css(readColour(this.canvas.parentElement, token));
    return {
      ramp: signRamp(this.canvas.parentElement),
      ink: read("--ink"), paper: read("--surface"), fail: read("--fail"),
      font: window.getComputedStyle(this.canvas).fontFamily,
    };
  }

  /** The function at every place of the grid, row by row from the top. */
  sample(height) {
    const { grid } = this;
    const heights = new Float64Array(grid * grid);
    for (let row = 0; row < grid; row += 1) {
      const y = this.gridPlace(row, [this.yRange[1], this.yRange[0]]);
      for (let column = 0; column < grid; column += 1) {
        heights[row * grid + column] = height(this.gridPlace(column, this.xRange), y);
      }
    }
    return heights;
  }

  paintField(pen, values) {
    const brush = this.field.getContext("2d");
    const image = brush.createImageData(this.grid, this.grid);
    values.forEach((value, i) => {
      const colour = rampColour(this.colours.ramp, value);
      for (let channel = 0; channel < 3; channel += 1) image.data[4 * i + channel] = colour[channel];
      image.data[4 * i + 3] = 255;
    });
    brush.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = true;
    const cell = this.size / (this.grid - 1);
    pen.drawImage(this.field, -cell / 2, -cell / 2, this.size + cell, this.size + cell);
  }

  /** Marching squares: in each cell, join the places where the height passes `zero`. */
  paintBorder(pen, heights, zero) {
    pen.beginPath();
    for (let row = 0; row < this.grid - 1; row += 1) {
      for (let column = 0; column < this.grid - 1; column += 1) {
        const first = row * this.grid + column;
        const above = heights[first] < zero;
        const mixed = [first + 1, first + this.grid, first + this.grid + 1].some((i) => (heights[i] < zero) !== above);
        if (mixed) this.borderInCell(pen, heights, zero, [column, row]);
      }
    }
    pen.strokeStyle = this.colours.ink;
    pen.lineWidth = Math.max(1.25, this.size / 160);
    pen.lineCap = "round";
    pen.stroke();
  }

  borderInCell(pen, heights, zero, [column, row]) {
    const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
    const crossings = [];
    corners.forEach(([x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % 4];
      const here = heights[y * this.grid + x] - zero;
      const there = heights[nextY * this.grid + nextX] - zero;
      if ((here < 0) === (there < 0)) return;
      const share = here / (here - there);
      crossings.push([x + share * (nextX - x), y + share * (nextY - y)]);
    });
    const cell = this.size / (this.grid - 1);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      pen.moveTo(crossings[i][0] * cell, crossings[i][1] * cell);
      pen.lineTo(crossings[i + 1][0] * cell, crossings[i + 1][1] * cell);
    }
  }

  paintAxes(pen) {
    pen.fillStyle = this.colours.ink;
    pen.font = `600 13px ${this.colours.font}`;
    pen.textAlign = "right";
    pen.fillText(`${this.axes[0]} →`, this.size - 8, this.size - 9);
    pen.textAlign = "left";
    pen.fillText(`↑ ${this.axes[1]}`, 8, 19);
  }

  /** A wrong point wears a ring in the colour of failure; the point that a rule looks at, a thin square. */
  paintPoint(pen, { x, y, target, right, seen = false }) {
    const [left, top] = this.place(x, y);
    const radius = (this.dot * this.size) / 27;
    if (seen) this.paintSeen(pen, left, top, radius * 2.1);
    if (!right) {
      pen.beginPath();
      pen.arc(left, top, radius * 1.5, 0, 2 * Math.PI);
      pen.fillStyle = this.colours.paper;
      pen.strokeStyle = this.colours.fail;
      pen.lineWidth = radius * 0.42;
      pen.fill();
      pen.stroke();
    }
    pen.beginPath();
    if (target) {
      diamond(pen, left, top, radius * 1.15);
    } else {
      pen.arc(left, top, radius * 0.85, 0, 2 * Math.PI);
    }
    pen.fillStyle = target ? this.colours.ink : this.colours.paper;
    pen.strokeStyle = this.colours.ink;
    pen.lineWidth = radius * 0.28;
    pen.fill();
    pen.stroke();
  }

  paintSeen(pen, left, top, half) {
    pen.strokeStyle = this.colours.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(left - half, top - half, 2 * half, 2 * half);
  }

  paintCross(pen, [x, y]) {
    const [left, top] = this.place(x, y);
    const arm = this.size / 36;
    for (const [colour, width] of [[this.colours.paper, 7], [this.colours.fail, 4]]) {
      pen.beginPath();
      pen.moveTo(left - arm, top - arm);
      pen.lineTo(left + arm, top + arm);
      pen.moveTo(left + arm, top - arm);
      pen.lineTo(left - arm, top + arm);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
    }
  }

  /** From the plane to the drawing, in CSS pixels of the design size; the second axis points up. */
  place(x, y) {
    const [left, right] = this.xRange;
    const [bottom, top] = this.yRange;
    return [((x - left) / (right - left)) * this.size, ((top - y) / (top - bottom)) * this.size];
  }

  gridPlace(index, [first, last]) {
    return first + (index / (this.grid - 1)) * (last - first);
  }
}

/** The legend under a map, drawn with the same marks. */
export function mapLegend(border, extra = []) {
  const items = ["○ target 0", "◆ target 1", border, ...extra];
  return html("p", { class: "map-legend" }, ...items.map((item) => html("span", {}, item)));
}

function diamond(pen, left, top, radius) {
  pen.moveTo(left, top - radius);
  pen.lineTo(left + radius, top);
  pen.lineTo(left, top + radius);
  pen.lineTo(left - radius, top);
  pen.closePath();
}
