/** A small map of a function of two numbers: level lines, its lowest point, and a path with its walker. */

import { svg } from "./dom.js";

const WIDTH = 300;
const HEIGHT = 190;
/** Cells of the map in either direction: with 120 a bend looks round, and twice as many take four times as long. */
const GRID = 120;
/** How far outside the map a point of a path is still drawn; beyond it browsers lose track. */
const FAR = 20;

/** The level lines of `value(x, y)` over a map, as the d of one SVG path for each level. */
export function levelPaths(value, levels, { xRange, yRange }) {
  const place = (range, i) => range[0] + ((range[1] - range[0]) * i) / GRID;
  const heights = Array.from({ length: GRID + 1 }, (_, row) => (
    Float64Array.from({ length: GRID + 1 }, (__, column) => value(place(xRange, column), place(yRange, row)))
  ));
  const parts = levels.map(() => []);
  for (let row = 0; row < GRID; row += 1) {
    for (let column = 0; column < GRID; column += 1) {
      const [here, below] = [heights[row], heights[row + 1]];
      const lowest = Math.min(here[column], here[column + 1], below[column], below[column + 1]);
      const highest = Math.max(here[column], here[column + 1], below[column], below[column + 1]);
      levels.forEach((level, i) => {
        if (lowest < level && level <= highest) parts[i].push(...cellLines(heights, level, column, row));
      });
    }
  }
  return parts.map((lines) => lines.join(""));
}

/** The line of one level through one cell of the grid, between the places where it crosses the sides. */
function cellLines(heights, level, column, row) {
  const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
  const crossings = [];
  corners.forEach(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % 4];
    const here = heights[y][x] - level;
    const there = heights[nextY][nextX] - level;
    if ((here < 0) === (there < 0)) return;
    const share = here / (here - there);
    const across = ((x + share * (nextX - x)) * WIDTH) / GRID;
    const up = HEIGHT - ((y + share * (nextY - y)) * HEIGHT) / GRID;
    crossings.push(`${across.toFixed(1)} ${up.toFixed(1)}`);
  });
  const lines = [];
  for (let i = 0; i + 1 < crossings.length; i += 2) lines.push(`M${crossings[i]}L${crossings[i + 1]}`);
  return lines;
}

export class ContourMap {
  /** `label` names the picture; the rest comes with `lay` and `show`. */
  constructor(label) {
    this.levels = svg("g", { class: "contour-levels" });
    this.path = svg("polyline", { class: "contour-path" });
    this.stops = svg("g", { class: "contour-stops" });
    this.walker = svg("circle", { class: "contour-walker", r: 6 });
    this.root = svg("svg", {
      class: "contour-map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label,
    }, this.levels, this.path, this.stops, this.walker);
  }

  /** Put the level lines of another function there, and a cross at its lowest point. */
  lay(paths, ranges, lowest) {
    this.ranges = ranges;
    const [x, y] = this.place(lowest);
    this.levels.replaceChildren(
      ...paths.map((d) => svg("path", { d })),
      svg("path", { class: "contour-lowest", d: `M${x - 6} ${y}h12M${x} ${y - 6}v12` }),
    );
  }

  /** Show the points of a path up to now; the last is the walker, the others get a dot while they are few. */
  show(points, dots) {
    const places = points.map((point) => this.place(point));
    this.path.setAttribute("points", places.map((place) => place.join()).join(" "));
    const last = places.at(-1);
    this.walker.setAttribute("cx", last[0]);
    this.walker.setAttribute("cy", last[1]);
    const shown = places.slice(0, -1).slice(0, dots);
    this.stops.replaceChildren(...shown.map(([cx, cy]) => svg("circle", { cx, cy, r: 2.5 })));
  }

  place([x, y]) {
    const { xRange, yRange } = this.ranges;
    const across = held((x - xRange[0]) / (xRange[1] - xRange[0]));
    const up = held((y - yRange[0]) / (yRange[1] - yRange[0]));
    return [Number((across * WIDTH).toFixed(1)), Number(((1 - up) * HEIGHT).toFixed(1))];
  }
}

function held(share) {
  return Math.min(FAR, Math.max(-FAR, Number.isFinite(share) ? share : FAR));
}
