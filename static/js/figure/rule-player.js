/** The perceptron's learning rule one step at a time: what it looked at, what it did, how it ended. */

import { button } from "./controls.js";
import { formatShort, html, setText } from "./dom.js";

const ACTIONS = {
  1: unbroken("Too low:", "w ← w + x,", "b ← b + 1."),
  "-1": unbroken("Too high:", "w ← w − x,", "b ← b − 1."),
  0: "Right: nothing changes.",
};

/** `actions` are the functions step, back, play and reset; `show` takes {run, position, playing, points}. */
export function rulePlayer(actions) {
  const sentence = html("p", { class: "rule-sentence" });
  const counts = html("p", { class: "figure-note" });
  const buttons = {
    step: button("Step", actions.step, "button button-primary"),
    back: button("Back", actions.back),
    play: button("Play", actions.play),
    reset: button("Reset", actions.reset),
  };
  const log = html("tbody");
  const element = html("section", { class: "rule-player" },
    html("p", { class: "map-title" }, "The learning rule, step by step"),
    sentence, counts,
    html("div", { class: "controls" }, ...Object.values(buttons)),
    stepTable(log));
  const show = ({ run, position, playing, points }) => {
    setText(sentence, describeStep(run.steps[position - 1], points) ?? describeStart(run));
    setText(counts, countSteps(run, position));
    setText(buttons.play, playing ? "Pause" : "Play");
    setDisabled(buttons.step, position === run.steps.length);
    setDisabled(buttons.back, position === 0);
    setDisabled(buttons.play, position === run.steps.length);
    fillLog(log, run.steps.slice(0, position), points);
  };
  return { element, show };
}

/** How many corrections the first `position` steps made. */
export function countUpdates(run, position) {
  return run.steps.slice(0, position).filter((step) => step.sign !== 0).length;
}

/** How the run ended, in words. */
export function describeEnd(run) {
  const updates = countUpdates(run, run.steps.length);
  if (run.end === "clean") return `Epoch ${run.epoch} was clean: the rule stops after ${updates} updates.`;
  if (run.end === "cycle") {
    const since = run.since === 0 ? "the start" : `epoch ${run.since}`;
    return `Epoch ${run.epoch} ended on the weights of ${since}: the rule goes round for ever. `
      + "No line separates these points.";
  }
  return `Stopped after ${run.epoch} epochs without a clean one.`;
}

export function describeWeights([w1, w2, bias]) {
  return `w = (${formatShort(w1)}, ${formatShort(w2)}), b = ${formatShort(bias)}`;
}

function describeStart(run) {
  return `Start: ${describeWeights(run.steps[0].before)}. Each step shows the rule one point.`;
}

function describeStep(step, points) {
  if (!step) return null;
  const { x, target } = points[step.index];
  const seen = `Point (${x.map(formatShort).join(", ")}), target ${target}: z = ${formatShort(step.z)}, so y = ${step.y}.`;
  const now = step.sign === 0 ? "" : ` Now ${describeWeights(step.after)}.`;
  return `${seen} ${ACTIONS[step.sign]}${now}`;
}

function countSteps(run, position) {
  const updates = countUpdates(run, position);
  const epoch = position === 0 ? 0 : run.steps[position - 1].epoch;
  return `Epoch ${epoch}, step ${position}, ${updates} ${updates === 1 ? "update" : "updates"} so far.`;
}

/** A button that is switched off keeps the focus, so that a keyboard reader is not thrown off the figure. */
function setDisabled(element, disabled) {
  element.setAttribute("aria-disabled", String(disabled));
}

function stepTable(body) {
  const heads = ["epoch", "x₁, x₂", "target", "z", "y", "change", "w₁, w₂, b after"];
  const table = html("table", { class: "table-plain" },
    html("thead", {}, html("tr", {}, ...heads.map((text) => html("th", { scope: "col" }, text)))), body);
  return html("details", { class: "rule-log" },
    html("summary", {}, "All steps so far as a table"),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Steps so far" }, table));
}

function fillLog(body, steps, points) {
  while (body.rows.length > steps.length) body.deleteRow(-1);
  const known = body.rows.length && body.rows[body.rows.length - 1].dataset.step;
  const current = steps[body.rows.length - 1];
  if (known && known !== stamp(current)) body.replaceChildren();
  for (const step of steps.slice(body.rows.length)) body.append(logRow(step, points[step.index]));
}

function logRow(step, { x, target }) {
  const change = step.sign === 0 ? "none" : step.sign > 0 ? "+ x" : "− x";
  const cells = [step.epoch, x.map(formatShort).join(", "), target, formatShort(step.z), step.y, change,
    step.after.map(formatShort).join(", ")];
  return html("tr", { "data-step": stamp(step) }, ...cells.map((cell) => html("td", {}, String(cell))));
}

function stamp(step) {
  return [step.epoch, step.index, step.z, step.sign, ...step.after].join();
}

/** Keep each part on one line. */
function unbroken(...parts) {
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" ");
}
