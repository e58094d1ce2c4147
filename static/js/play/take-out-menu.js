/** Take the network along as text, or hand it in to an exercise that asks for one like it. */

import { button, copyText } from "../figure/controls.js";
import { html, setText } from "../figure/dom.js";
import { stateFragment } from "../figure/state.js";
import { asJson, asNumpy, asTorch, tidy } from "./take-out.js";

/** The keys under which an exercise page looks for weights, and for fields of its form, in its address. */
const ANSWER_KEY = "answer";
const FORM_KEY = "form";
/** XOR has four rows: a larger batch holds them all. */
const XOR_ROWS = 4;

export function takeOutMenu(network) {
  const note = html("span", { role: "status", class: "copy-note" });
  const text = html("textarea", { readonly: true, rows: 8, "aria-label": "The network as text", hidden: true });
  const choices = [["JSON", asJson], ["NumPy", asNumpy], ["PyTorch", asTorch]].map(([name, write]) => (
    button(`Copy ${name}`, () => {
      text.value = write(network());
      text.hidden = false;
      copyText(text.value, note, `${name} copied.`);
    }, "button button-quiet")
  ));
  return html("details", { class: "export" },
    html("summary", {}, "Take the network with you"),
    html("div", { class: "controls" }, ...choices, note), text);
}

/**
 * Links to the exercises that take these nine weights, or this training; in place of one, what is missing for it.
 * `targets` is {weights: {url, title}, training: {url, title}}, each where it is published.
 */
export function submitMenu(targets = {}) {
  const entries = [
    handIn(targets.weights, "the weights", weightsFragment,
      "needs one hidden layer of two sigmoid units. Choose these, and train them on XOR."),
    handIn(targets.training, "the training", trainingFragment,
      "needs a training on XOR with a random start. Choose these, and train."),
  ].filter(Boolean);
  const element = html("div", { class: "hand-in" }, ...entries.map((entry) => entry.element));
  return { element, show: (trainer) => entries.forEach((entry) => entry.show(trainer)) };
}

function handIn(target, what, fragmentOf, missing) {
  if (typeof target?.url !== "string" || !target.url.startsWith("/")) return null;
  const link = html("a", { class: "button" }, `Submit ${what} to “${target.title}”`);
  const advice = html("p", { class: "figure-note" });
  setText(advice, `“${target.title}” ${missing}`);
  const show = (trainer) => {
    const fragment = fragmentOf(trainer);
    link.hidden = fragment === null;
    advice.hidden = fragment !== null;
    if (fragment !== null) link.href = `${target.url}#${fragment}`;
  };
  return { element: html("div", { class: "controls" }, link, advice), show };
}

/** The nine numbers of a 2-2-1 network with sigmoid units; null for any other network. */
function weightsFragment({ network: { sizes, activation, layers } }) {
  if (sizes.join() !== "2,2,1" || activation !== "sigmoid") return null;
  const numbers = layers.flatMap(({ weight, bias }) => [...weight.flat(), ...bias]);
  return stateFragment(ANSWER_KEY, [["w", numbers.map(tidy).join()]]);
}

/** The settings of a training on XOR under the names of the answer's fields; null for other data, or untrained. */
function trainingFragment({ settings, epoch }) {
  if (settings.data !== "xor" || settings.start !== "random" || epoch === 0) return null;
  const bend = settings.activation === "linear" ? [] : [settings.activation];
  const layers = [...settings.hidden.flatMap((units) => [`linear ${units}`, ...bend]), "linear 1"];
  const isSgd = settings.optimizer === "sgd";
  return stateFragment(FORM_KEY, [
    ["config.layers", layers.join(",")],
    ["config.optimizer.type", settings.optimizer],
    ["config.optimizer.lr", settings.rate],
    ["config.optimizer.momentum", isSgd ? settings.momentum || "" : ""],
    ["config.optimizer.weight_decay", settings.decay || ""],
    ["config.epochs", epoch],
    ["config.batch_size", Number(settings.batch) < XOR_ROWS ? settings.batch : ""],
    ["config.init.type", "torch"],
    ["config.init.std", ""],
  ]);
}
