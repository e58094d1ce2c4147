/** Take the network along as text, or hand it in to an exercise that asks for one like it. */

import { button, copyText } from "../figure/controls.js";
import { formatNumber, html, setText } from "../figure/dom.js";
import { stateFragment } from "../figure/state.js";
import { LIMIT } from "../figure/xor-weights.js";
import { OWN } from "./settings.js";
import { asJson, asNumpy, asTorch, onZeroOne, tidy } from "./take-out.js";

/** The keys under which an exercise page looks for weights, and for fields of its form, in its address. */
const ANSWER_KEY = "answer";
const FORM_KEY = "form";
/** XOR has four rows: a larger batch holds them all. */
const XOR_ROWS = 4;
/** Data whose network may be meant for the exercise on XOR. */
const HAND_IN_DATA = ["xor", OWN];
const CONVERTED = "has inputs 0 and 1, where XOR lies between −1 and 1 here. So the link doubles the weights from the "
  + "inputs and subtracts their sum from the bias: each corner gets the same answer.";
const AS_THEY_ARE = "has inputs 0 and 1. The link takes the weights as they are; they fit if your rows have these inputs.";
const SMALLER = "Train for fewer epochs, or with weight decay.";

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
 * Links to the exercises that take these nine weights, or this training, and what there is to know of it; without
 * a link, what is missing for it.
 * `targets` is {weights: {url, title}, training: {url, title}}, each where it is published.
 */
export function submitMenu(targets = {}) {
  const entries = [
    handIn(targets.weights, "the weights", weightsToHandIn),
    handIn(targets.training, "the training", trainingToHandIn),
  ].filter(Boolean);
  const element = html("div", { class: "hand-in" }, ...entries.map((entry) => entry.element));
  return { element, show: (trainer) => entries.forEach((entry) => entry.show(trainer)) };
}

/** `answerOf` gives {fragment, advice} for a trainer; without a fragment there is no link. */
function handIn(target, what, answerOf) {
  if (typeof target?.url !== "string" || !target.url.startsWith("/")) return null;
  const link = html("a", { class: "button" }, `Submit ${what} to “${target.title}”`);
  const note = html("p", { class: "figure-note" });
  const show = (trainer) => {
    const { fragment, advice } = answerOf(trainer);
    link.hidden = !fragment;
    if (fragment) link.href = `${target.url}#${fragment}`;
    setText(note, advice && `“${target.title}” ${advice}`);
  };
  return { element: html("div", { class: "controls" }, link, note), show };
}

/** The nine numbers of a trained 2-2-1 network with sigmoid units, as the exercise reads its inputs. */
function weightsToHandIn({ settings, epoch, hasDiverged, network: { sizes, activation, layers } }) {
  const fits = sizes.join() === "2,2,1" && activation === "sigmoid" && HAND_IN_DATA.includes(settings.data);
  if (!fits || epoch === 0 || hasDiverged) {
    return { advice: "needs one hidden layer of two sigmoid units, trained on XOR or on rows of your own." };
  }
  const isXor = settings.data === "xor";
  const numbers = (isXor ? onZeroOne(layers) : layers).flatMap(({ weight, bias }) => [...weight.flat(), ...bias]);
  const tooLarge = numbers.find((number) => Math.abs(number) > LIMIT);
  if (tooLarge !== undefined) {
    return { advice: `takes numbers from −${LIMIT} to ${LIMIT}, and one would be ${formatNumber(tooLarge, 1)}. ${SMALLER}` };
  }
  return {
    fragment: stateFragment(ANSWER_KEY, [["w", numbers.map(tidy).join()]]),
    advice: isXor ? CONVERTED : AS_THEY_ARE,
  };
}

/** The settings of a training on XOR under the names of the answer's fields. */
function trainingToHandIn({ settings, epoch }) {
  if (settings.data !== "xor" || settings.start !== "random" || epoch === 0) {
    return { advice: "needs a training on XOR with a random start. Choose these, and train." };
  }
  const bend = settings.activation === "linear" ? [] : [settings.activation];
  const layers = [...settings.hidden.flatMap((units) => [`linear ${units}`, ...bend]), "linear 1"];
  const isSgd = settings.optimizer === "sgd";
  const fragment = stateFragment(FORM_KEY, [
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
  return { fragment, advice: "" };
}
