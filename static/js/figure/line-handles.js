/** Two handles on a straight line over a map: one shifts it, one turns it, by pointer or by arrow keys. */

import { formatShort, html } from "./dom.js";

const SHIFT = 0.05;
const TURN = Math.PI / 36;
/** How far inside the map the turning handle keeps, as a share of the width: off the points. */
const INSET = 0.07;

/**
 * Handles for the line w1 x1 + w2 x2 + b = 0 over `map` (a DecisionMap).
 * `onLine(weights)` receives new weights of the same length; `show(weights)` places the handles
 * and hides them when there is no line.
 */
export function lineHandles(map, onLine) {
  const shift = handle("Shift the line", "shift");
  const turn = handle("Turn the line", "turn");
  const overlay = html("div", { class: "map-handles" }, shift, turn);
  let line = null;
  const move = (angle, pivot) => {
    line = { ...line, angle, pivot };
    onLine(weightsOf(line));
    place();
  };
  const place = () => placeHandles(map, line, shift, turn);
  onArrows(shift, (by) => move(line.angle, along(line.pivot, line.angle, -by * SHIFT)));
  onArrows(turn, (by) => move(line.angle + by * TURN, line.pivot));
  onDrag(shift, overlay, map, (point) => move(line.angle, footOn(point, line)));
  onDrag(turn, overlay, map, (point) => move(angleOver(point, line), line.pivot));
  const show = (weights) => {
    const length = Math.hypot(weights[0], weights[1]);
    overlay.hidden = length < 1e-6;
    if (overlay.hidden || (line && near(weightsOf(line), weights))) return;
    line = lineOf(weights, length, map);
    place();
  };
  return { overlay, show };
}

function handle(label, kind) {
  return html("span", {
    class: `map-handle ${kind}`, role: "slider", tabindex: 0, "aria-label": label,
    "aria-valuemin": kind === "turn" ? -180 : -10, "aria-valuemax": kind === "turn" ? 180 : 10,
  }, kind === "turn" ? "↻" : "↕");
}

/** The line as its normal's angle and length, and the point of it nearest the middle of the map. */
function lineOf([w1, w2, bias], length, map) {
  const middle = [map.xRange, map.yRange].map(([low, high]) => (low + high) / 2);
  const distance = (w1 * middle[0] + w2 * middle[1] + bias) / length;
  const angle = Math.atan2(w2, w1);
  return { angle, length, pivot: along(middle, angle, -distance) };
}

function weightsOf({ angle, length, pivot }) {
  const w1 = length * Math.cos(angle);
  const w2 = length * Math.sin(angle);
  return [w1, w2, -(w1 * pivot[0] + w2 * pivot[1])].map((weight) => Number(weight.toFixed(3)) || 0);
}

function along([x, y], angle, distance) {
  return [x + distance * Math.cos(angle), y + distance * Math.sin(angle)];
}

/** Where the handle goes when the line is dragged through `point`: straight across, not along. */
function footOn(point, { angle, pivot }) {
  const across = (point[0] - pivot[0]) * Math.cos(angle) + (point[1] - pivot[1]) * Math.sin(angle);
  return along(pivot, angle, across);
}

function angleOver([x, y], { pivot }) {
  return Math.atan2(y - pivot[1], x - pivot[0]) - Math.PI / 2;
}

function near(one, other) {
  return one.every((weight, i) => Math.abs(weight - other[i]) < 2e-3);
}

function placeHandles(map, { angle, pivot }, shift, turn) {
  const tip = along(pivot, angle + Math.PI / 2, distanceToRim(map, pivot, angle + Math.PI / 2));
  for (const [element, point] of [[shift, pivot], [turn, tip]]) {
    const [left, top] = map.place(...point).map((pixel) => Math.min(97, Math.max(3, (100 * pixel) / map.size)));
    element.style.left = `${left}%`;
    element.style.top = `${top}%`;
  }
  const degrees = Math.round((Math.atan2(Math.sin(angle), Math.cos(angle)) * 180) / Math.PI);
  const offset = pivot[0] * Math.cos(angle) + pivot[1] * Math.sin(angle);
  shift.setAttribute("aria-valuenow", offset.toFixed(2));
  shift.setAttribute("aria-valuetext", `${formatShort(Number(offset.toFixed(2)))} from the origin`);
  turn.setAttribute("aria-valuenow", degrees);
  turn.setAttribute("aria-valuetext", `class 1 lies towards ${degrees} degrees`);
}

/** How far the line runs from `pivot` in a direction until it leaves the inset of the map. */
function distanceToRim(map, pivot, angle) {
  const reaches = [[map.xRange, Math.cos(angle), pivot[0]], [map.yRange, Math.sin(angle), pivot[1]]]
    .map(([[low, high], slope, from]) => {
      const inset = INSET * (high - low);
      const wall = slope > 0 ? high - inset : low + inset;
      return Math.abs(slope) < 1e-9 ? Infinity : (wall - from) / slope;
    });
  return Math.max(INSET, Math.min(...reaches));
}

function onArrows(element, change) {
  const directions = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 4, PageDown: -4 };
  element.addEventListener("keydown", (event) => {
    if (!(event.key in directions) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    change(directions[event.key]);
  });
}

function onDrag(element, overlay, map, drag) {
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.focus();
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const box = overlay.getBoundingClientRect();
    const [left, right] = map.xRange;
    const [bottom, top] = map.yRange;
    drag([
      left + ((event.clientX - box.left) / box.width) * (right - left),
      top - ((event.clientY - box.top) / box.height) * (top - bottom),
    ]);
  });
}
