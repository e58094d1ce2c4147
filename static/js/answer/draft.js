/** What a student has typed, kept in this browser until the server has an answer of its own. */

import { setText } from "../figure/dom.js";
import { answerInputs } from "./fields.js";

const DELAY = 800;

/** Save after each pause in typing; restore only into a form as it comes first: empty, or with a start. */
export function keepDraft(form, note) {
  const key = `draft:${form.dataset.draftKey ?? form.dataset.exercise}`;
  restore(form, load(key));
  let waiting = 0;
  const save = () => {
    clearTimeout(waiting);
    if (!store(key, JSON.stringify(collect(form)))) return;
    const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    if (note) setText(note, `saved ${clock.format(new Date())}`);
  };
  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    clearTimeout(waiting);
    waiting = setTimeout(save, DELAY);
  });
  window.addEventListener("pagehide", () => { if (waiting) save(); });
}

function fields(form) {
  const pasted = form.elements.namedItem("answer_json");
  return pasted ? [...answerInputs(form), pasted] : answerInputs(form);
}

function isChoice(input) {
  return input.type === "checkbox" || input.type === "radio";
}

function collect(form) {
  return fields(form).map((input) => [
    input.name, isChoice(input) ? input.value : null, isChoice(input) ? input.checked : input.value,
  ]);
}

function restore(form, draft) {
  const inputs = fields(form);
  if (!Array.isArray(draft) || !inputs.every("start" in form.dataset ? isAsSent : isUntouched)) return;
  for (const entry of draft) {
    if (!Array.isArray(entry)) continue;
    const [name, choice, value] = entry;
    const input = inputs.find((one) => one.name === name && (!isChoice(one) || one.value === choice));
    if (!input) continue;
    if (isChoice(input)) input.checked = value === true;
    else if (typeof value === "string") input.value = value;
  }
  inputs[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The value that the server sent with an input. */
function sentValue(input) {
  if (input.type !== "select-one") return input.defaultValue;
  return ([...input.options].find((option) => option.defaultSelected) ?? input.options[0])?.value ?? "";
}

/** Empty as the server sent it and empty now: neither a redisplayed answer nor one from a link. */
function isUntouched(input) {
  if (isChoice(input)) return !input.defaultChecked && !input.checked;
  if (input.type === "select-one") return input.value === sentValue(input);
  return input.defaultValue.trim() === "" && input.value.trim() === "";
}

/** As the server sent it, where that is what the exercise starts from. */
function isAsSent(input) {
  return isChoice(input) ? input.checked === input.defaultChecked : input.value === sentValue(input);
}

/** Storage may be full or forbidden; a draft is a courtesy, so its absence is not an error. */
function load(key) {
  try {
    return JSON.parse(window.localStorage.getItem(key));
  } catch {
    return null;
  }
}

function store(key, text) {
  try {
    window.localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
