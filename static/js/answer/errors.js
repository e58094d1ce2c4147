/** Refusals of an answer, shown beside the fields they name and in a summary with links to them. */

import { freshId, html } from "../figure/dom.js";
import { labelOf } from "./fields.js";

/** Show every problem; gives back the summary, for the place where results go. */
export function showErrors(form, problems) {
  clearErrors(form);
  const items = problems.map((problem) => {
    const input = findInput(form, problem.field);
    const text = describe(problem);
    if (!input) return html("li", {}, `${problem.field ? `${problem.field}: ` : ""}${text}`);
    markInput(input, text);
    return html("li", {}, html("a", { href: `#${targetId(input)}` }, named(text, labelOf(input))));
  });
  const count = problems.length === 1 ? "One thing" : `${problems.length} things`;
  return html("div", { class: "error-summary", tabindex: -1 },
    html("h3", {}, `${count} to mend before this can be checked`), html("ul", {}, ...items));
}

export function clearErrors(form) {
  for (const input of form.querySelectorAll("[aria-invalid]")) clearInput(input);
}

/** Take back the error of the field that an input belongs to. */
export function clearField(form, name) {
  const inputs = [...form.elements].filter((element) => element.name === name);
  if (inputs.some((input) => input.hasAttribute("aria-invalid"))) inputs.forEach(clearInput);
}

function clearInput(input) {
  input.removeAttribute("aria-invalid");
  const note = document.getElementById(`error-${targetId(input)}`);
  if (note) note.textContent = "";
}

/** The id of a field: the input's own, or that of its group of choices. */
function targetId(input) {
  if (!input.id) {
    const group = input.closest(".choices[id]");
    if (group) return group.id;
    input.id = freshId("field");
  }
  return input.id;
}

/** The input with this path, or the first one inside it: "weights.0.bias" finds "weights.0.bias[0]". */
function findInput(form, path) {
  const field = (path ?? "").replace(/^answer\./, "");
  if (!field) return null;
  const inputs = [...form.elements].filter((element) => element.name && element.type !== "hidden");
  return inputs.find(({ name }) => name === field)
    ?? inputs.find(({ name }) => name.startsWith(`${field}[`) || name.startsWith(`${field}.`))
    ?? null;
}

function markInput(input, text) {
  input.setAttribute("aria-invalid", "true");
  const id = `error-${targetId(input)}`;
  const note = document.getElementById(id) ?? html("span", { id, class: "field-error" });
  if (!note.isConnected) input.after(note);
  note.hidden = false;
  note.textContent = text;
  const known = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  if (!known.includes(id)) input.setAttribute("aria-describedby", [...known, id].join(" "));
}

/** Most messages begin with the label already. */
function named(text, label) {
  return text.startsWith(label) ? text : `${label}: ${text}`;
}

function describe({ message, detail }) {
  return String(message ?? detail ?? "This value is not accepted.");
}
