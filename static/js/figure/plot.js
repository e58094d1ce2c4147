/**
 * An SVG plot: axes with round numbers, lines labelled at their ends, dots, bars, bands, arrows, marks.
 *
 * It is made in two widths, because a drawing of 560 units has unreadable letters on a phone; the style sheet
 * shows the one that fits its container. The same input gives the same picture.
 */

import { freshId, svg } from "./dom.js";

const WIDE = { width: 560, height: 310, left: 56, right: 24, top: 32, bottom: 46, ticks: 6 };
const NARROW = { width: 340, height: 270, left: 50, right: 20, top: 30, bottom: 44, ticks: 4 };
/** Labels at line ends stay this far apart. */
const LABEL_GAP = 15;
/** A letter of a label is about as wide; the labels get so much room on the right. */
const LETTER = 7.6;
const DOT = 5;
const ARROW = 7;

export class Plot {
  /** Ranges are [lowest, highest]; `label` names the picture for those who do not see it. */
  constructor({ xRange, yRange, xLabel = "", yLabel = "", yLog = false, label = "" }) {
    this.settings = { xRange, yRange, yLog };
    this.sizes = [new Drawing(WIDE, "plot-wide"), new Drawing(NARROW, "plot-narrow")];
    this.labels = { xLabel, yLabel };
    const [wide, narrow] = this.sizes;
    wide.root.setAttribute("aria-label", label);
    wide.root.setAttribute("role", "img");
    narrow.root.setAttribute("aria-label", label);
    narrow.root.setAttribute("role", "img");
    this.element = document.createElement("div");
    this.element.className = "plot";
    this.element.append(wide.root, narrow.root);
  }

  /** Draw everything anew; ranges and an x label that are given stay for the next drawing. Values that are not finite leave gaps. */
  draw({ xRange, yRange, xLabel, ...content }) {
    if (xLabel) this.labels.xLabel = xLabel;
    if (xRange) this.settings.xRange = xRange;
    if (yRange) this.settings.yRange = yRange;
    this.sizes.forEach((drawing) => drawing.show({ ...this.settings, ...this.labels, ...content }));
  }
}

/** One of the two sizes. */
class Drawing {
  constructor(size, name) {
    this.least = size;
    this.size = size;
    this.clip = freshId("plot-clip");
    this.root = svg("svg", { class: `plot-svg ${name}`, viewBox: `0 0 ${size.width} ${size.height}` });
  }

  show({ xRange, yRange, yLog, xLabel, yLabel, lines = [], dots = [], bars = [], bands = [], marks = [], arrows = [] }) {
    const longest = Math.max(0, ...lines.map(({ label }) => label?.length ?? 0));
    this.size = { ...this.least, right: Math.max(this.least.right, longest * LETTER + 10) };
    this.x = scale(xRange, [this.size.left, this.size.width - this.size.right], false);
    this.y = scale(yRange, [this.size.height - this.size.bottom, this.size.top], yLog);
    const inside = svg("g", { "clip-path": `url(#${this.clip})` });
    const { left, top } = this.size;
    const frame = { x: left, y: top - 4, width: this.innerWidth(), height: this.size.height - this.size.bottom - top + 8 };
    inside.append(
      ...bands.map((band) => this.band(band)), ...bars.map((bar) => this.bar(bar)),
      ...marks.map((mark) => this.mark(mark)), ...lines.flatMap((line) => this.line(line)),
      ...arrows.map((arrow) => this.arrow(arrow)),
    );
    this.root.replaceChildren(
      svg("clipPath", { id: this.clip }, svg("rect", frame)),
      ...this.axes(xRange, yRange, yLog, xLabel, yLabel), inside,
      ...marks.filter(({ label }) => label).map((mark) => this.markLabel(mark)),
      ...dots.flatMap((dot) => this.dot(dot)), ...this.lineLabels(lines),
    );
  }

  innerWidth() {
    return this.size.width - this.size.left - this.size.right;
  }

  axes(xRange, yRange, yLog, xLabel, yLabel) {
    const { left, right, width, height, bottom, ticks } = this.size;
    const floor = height - bottom;
    const parts = [];
    for (const value of yLog ? powersOfTen(yRange) : roundTicks(yRange, 5)) {
      const y = this.y(value);
      parts.push(svg("line", { class: "plot-grid", x1: left, x2: width - right, y1: y, y2: y }));
      parts.push(svg("text", { class: "plot-tick plot-tick-y", x: left - 7, y: y + 4 }, yLog ? powerText(value) : tickText(value)));
    }
    for (const value of roundTicks(xRange, ticks)) {
      const x = this.x(value);
      parts.push(svg("line", { class: "plot-axis", x1: x, x2: x, y1: floor, y2: floor + 5 }));
      parts.push(svg("text", { class: "plot-tick", x, y: floor + 19 }, tickText(value)));
    }
    parts.push(svg("line", { class: "plot-axis", x1: left, x2: width - right, y1: floor, y2: floor }));
    parts.push(svg("text", { class: "plot-name", x: (left + width - right) / 2, y: height - 7 }, xLabel));
    parts.push(svg("text", { class: "plot-name plot-name-y", x: 4, y: 11 }, yLabel));
    return parts;
  }

  line({ points, tone = "ink", dash = false, thin = false }) {
    return runs(points, (point) => this.place(point)).map((run) => svg("polyline", {
      class: `plot-line tone-${tone}${dash ? " dashed" : ""}${thin ? " thin" : ""}`, points: run.map((place) => place.join()).join(" "),
    }));
  }

  band({ lower, upper, tone = "soft" }) {
    const places = [...lower, ...[...upper].reverse()].map((point) => this.place(point)).filter(Boolean);
    return svg("polygon", { class: `plot-band tone-${tone}`, points: places.map((place) => place.join()).join(" ") });
  }

  bar({ from, to, height, tone = "ink" }) {
    const floor = this.size.height - this.size.bottom;
    const [left, right, top] = [this.x(from), this.x(to), this.y(height)];
    return svg("rect", {
      class: `plot-bar tone-${tone}`, x: left + 0.5, y: Math.min(top, floor),
      width: Math.max(0, right - left - 1), height: Math.max(0, floor - top),
    });
  }

  mark({ x }) {
    const at = this.x(x);
    return svg("line", { class: "plot-mark", x1: at, x2: at, y1: this.size.top, y2: this.size.height - this.size.bottom });
  }

  markLabel({ x, label }) {
    return svg("text", { class: "plot-label plot-mark-label", x: this.x(x) + 4, y: this.size.top + 9 }, label);
  }

  arrow({ from, to, tone = "ink" }) {
    const [start, end] = [this.place(from), this.place(to)];
    if (!start || !end) return svg("g");
    const turn = Math.atan2(end[1] - start[1], end[0] - start[0]);
    const barb = (side) => [
      end[0] - ARROW * Math.cos(turn + side * 0.45), end[1] - ARROW * Math.sin(turn + side * 0.45),
    ].join();
    return svg("g", { class: `plot-arrow tone-${tone}` },
      svg("line", { x1: start[0], y1: start[1], x2: end[0], y2: end[1] }),
      svg("polyline", { points: `${barb(1)} ${end.join()} ${barb(-1)}` }));
  }

  dot({ x, y, shape = "circle", tone = "ink", label = "" }) {
    const place = this.place([x, y]);
    if (!place) return [];
    const [left, top] = place;
    const parts = [marker(shape, left, top, tone)];
    if (label) parts.push(svg("text", { class: "plot-label", x: left + DOT + 4, y: top - DOT - 2 }, label));
    return parts;
  }

  /** Labels at the ends of the lines, pushed apart where they would touch. */
  lineLabels(lines) {
    const labels = lines.filter(({ label }) => label).map(({ label, tone = "ink", points }) => {
      const last = points.findLast((point) => this.place(point));
      return last ? { label, tone, y: this.place(last)[1], x: this.place(last)[0] } : null;
    }).filter(Boolean).sort((one, other) => one.y - other.y);
    const floor = this.size.height - this.size.bottom;
    labels.forEach((label, i) => {
      label.y = Math.max(Math.min(label.y, floor), this.size.top);
      if (i) label.y = Math.max(label.y, labels[i - 1].y + LABEL_GAP);
    });
    for (let i = labels.length - 1; i >= 0; i -= 1) {
      const below = i === labels.length - 1 ? floor + LABEL_GAP : labels[i + 1].y;
      labels[i].y = Math.min(labels[i].y, below - LABEL_GAP);
    }
    return labels.map(({ label, tone, x, y }) => svg("text", {
      class: `plot-label tone-${tone}`, x: Math.min(x, this.size.width - this.size.right) + 6, y: y + 4,
    }, label));
  }

  /** Where a point is drawn, or null when it cannot be. */
  place([x, y]) {
    const place = [this.x(x), this.y(y)];
    return place.every(Number.isFinite) ? place.map((value) => Math.round(value * 100) / 100) : null;
  }
}

/** From values to the drawing; on a logarithmic scale what is not above 0 has no place. */
function scale([low, high], [start, end], isLog) {
  const bend = isLog ? (value) => (value > 0 ? Math.log10(value) : NaN) : (value) => value;
  const [first, last] = [bend(low), bend(high)];
  return (value) => start + ((bend(value) - first) / (last - first || 1)) * (end - start);
}

/** Unbroken runs of places. */
function runs(points, place) {
  const found = [[]];
  for (const point of points) {
    const where = place(point);
    if (where) found.at(-1).push(where);
    else if (found.at(-1).length) found.push([]);
  }
  return found.filter((run) => run.length);
}

/** About `count` round numbers within the range: steps of 1, 2 or 5 times a power of ten. */
export function roundTicks([low, high], count) {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stride = [1, 2, 5, 10].map((times) => times * power).find((value) => value >= rough - 1e-12);
  const first = Math.ceil(low / stride - 1e-9);
  const last = Math.floor(high / stride + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * stride).toPrecision(12)));
}

/** Powers of ten within the range, at most seven of them. */
export function powersOfTen([low, high]) {
  if (!(low > 0) || !(high > low)) return [];
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first) / 6));
  const powers = [];
  for (let power = first; power <= last; power += stride) powers.push(10 ** power);
  return powers;
}

function tickText(value) {
  return String(value).replace("-", "\u2212");
}

function powerText(value) {
  const power = Math.round(Math.log10(value));
  if (power >= -2 && power <= 3) return tickText(10 ** power);
  return `10${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] ?? "⁻").join("")}`;
}

function marker(shape, x, y, tone) {
  const name = `plot-dot tone-${tone}`;
  if (shape === "diamond") {
    const r = DOT * 1.25;
    return svg("polygon", { class: name, points: `${x},${y - r} ${x + r},${y} ${x},${y + r} ${x - r},${y}` });
  }
  if (shape === "cross") {
    return svg("path", { class: `${name} cross`, d: `M${x - DOT} ${y - DOT}L${x + DOT} ${y + DOT}M${x + DOT} ${y - DOT}L${x - DOT} ${y + DOT}` });
  }
  return svg("circle", { class: name, cx: x, cy: y, r: DOT });
}
