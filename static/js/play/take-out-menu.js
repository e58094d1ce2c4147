/** Take the network along as text, or to an exercise that asks for one like it. */

import { button, copyText } from "../figure/controls.js";
import { html } from "../figure/dom.js";
import { stateFragment } from "../figure/state.js";
import { asJson, asNumpy, asTorch } from "./take-out.js";

/** The key under which an exercise page looks for an answer in its address. */
const ANSWER_KEY = "answer";

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

/** A link to the XOR exercise for a 2-2-1 network with sigmoid units; otherwise what is missing. */
export function submitMenu({ submit_url: url, submit_title: title }) {
  if (typeof url !== "string" || !url.startsWith("/")) return { element: "", show: () => {} };
  const link = html("a", { class: "button" }, `Submit to “${title}”`);
  const advice = html("p", { class: "figure-note" },
    `“${title}” takes a network with one hidden layer of two sigmoid units: choose these, and train it on XOR.`);
  const element = html("div", { class: "controls" }, link, advice);
  const show = ({ sizes, activation, layers }) => {
    const fits = sizes.join() === "2,2,1" && activation === "sigmoid";
    link.hidden = !fits;
    advice.hidden = fits;
    if (!fits) return;
    const numbers = layers.flatMap(({ weight, bias }) => [...weight.flat(), ...bias]);
    const tidy = numbers.map((number) => Number(number.toFixed(6)) || 0);
    link.href = `${url}#${stateFragment(ANSWER_KEY, [["w", tidy.join()]])}`;
  };
  return { element, show };
}
