/** An answer that came along in the link, #form:config.epochs=200&...: it goes into the fields of these names. */

import { setText } from "../figure/dom.js";
import { dropState, readState } from "../figure/state.js";
import { answerInputs } from "./fields.js";

const FORM_KEY = "form";

/** Fill the form from the address, once: a reload then shows what the student has made of it. */
export function fillFromLink(form, note) {
  const state = readState(FORM_KEY);
  if (!state) return;
  const filled = answerInputs(form).filter((input) => state.has(input.name) && take(input, state.get(input.name)));
  dropState(FORM_KEY);
  if (!filled.length) return;
  filled[0].dispatchEvent(new Event("input", { bubbles: true }));
  if (note) setText(note, "Filled in from your link; nothing is sent until you submit.");
  filled[0].focus();
}

/** Text, numbers and selections; the lines of a text are parted by commas. Whatever it is, the server reads it as typed. */
function take(input, text) {
  if (input.type === "checkbox" || input.type === "radio") return false;
  if (input.type === "select-one" && ![...input.options].some(({ value }) => value === text)) return false;
  input.value = input.type === "textarea" ? text.replaceAll(",", "\n") : text;
  return true;
}
