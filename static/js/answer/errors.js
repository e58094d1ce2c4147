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
    return html("li", {}, html("a", { href: `#${input.id}` }, named(text, labelOf(input))));
  });
  const count = problems.length === 1 ? "One thing" : `${problems.length} things`;
  return html("div", { class: "check-summary", tabindex: -1 },
    html("p", { class: "field-error" }, `✗ ${count} to mend before this can be checked`), html("ul", {}, ...items));
}

export function clearErrors(form) {
  for (const input of form.querySelectorAll("[aria-invalid]")) clearInput(input);
}

export function clearInput(input) {
  input.removeAttribute("aria-invalid");
  const note = document.getElementById(`error-${input.id}`);
  if (note) note.textContent = "";
}

/** The input with this path, or the first one inside it: "weights.0.bias" finds "weights.0.bias[0]". */
function findInput(form, path) {
  const field = (path ?? "").replace(/^answer\./, "");
  if (!field) return null;
  const inputs = [...form.elements].filter((element) => element.name && element.type !== "hidden");
  const input = inputs.find(({ name }) => name === field)
    ?? inputs.find(({ name }) => name.startsWith(`${field}[`) || name.startsWith(`${field}.`));
  if (input && !input.id) input.id = freshId("field");
  return input ?? null;
}

function markInput(input, text) {
  input.setAttribute("aria-invalid", "true");
  const id = `error-${input.id}`;
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
