/** The answer form: check at once, keep a draft, submit once. Without this module the form still posts. */

import { clearErrors, clearField, showErrors } from "./answer/errors.js";
import { FieldMistake, chosenFile, isReadByServer, readAnswer } from "./answer/fields.js";
import { keepDraft } from "./answer/draft.js";
import { fillFromLink } from "./answer/from-link.js";
import { showReport } from "./answer/report.js";
import { html } from "./figure/dom.js";

const SHORTCUT_KEY = "shortcut:submit";
const PATIENCE = 15000;
const SIGNED_OUT = "You are signed out. Sign in again in another tab; your answer stays here.";
const UNREACHABLE = "The server could not be reached. Your answer is still here; check again when you are connected.";

const form = document.getElementById("answer-form");
if (form) attachAnswerForm(form);

export function attachAnswerForm(form) {
  const note = form.querySelector("#saved-note");
  const result = form.querySelector("#check-result") ?? document.getElementById("check-result");
  const check = form.querySelector('button[name="action"][value="check"]');
  keepDraft(form, note);
  fillFromLink(form, note);
  refuseLargeFile(form, result);
  submitOnce(form);
  addShortcut(form, note);
  form.addEventListener("input", (event) => {
    if (event.target.name) clearField(form, event.target.name);
  });
  if (check && result && form.dataset.checkUrl) {
    check.addEventListener("click", (event) => {
      if (!hasFile(form) && isReadByServer(form)) return;
      event.preventDefault();
      checkNow(form, check, result);
    });
  }
  if (result?.children.length) {
    result.tabIndex = -1;
    result.focus();
  }
}

async function checkNow(form, button, result) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  clearErrors(form);
  try {
    result.replaceChildren(showReport(await askForReport(form, requestOf(form))));
  } catch (error) {
    showFailure(form, result, error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** An error that is shown as it is written. */
class Refusal extends Error {}

/** The body of a check and its type: the chosen file, else the answer as JSON. */
function requestOf(form) {
  const file = chosenFile(form);
  if (!file) return { body: JSON.stringify({ answer: readAnswer(form) }), type: { "Content-Type": "application/json" } };
  const body = new FormData();
  body.set("file", file);
  return { body, type: {} };
}

async function askForReport(form, { body, type }) {
  const response = await fetch(form.dataset.checkUrl, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken")?.value ?? "",
      ...type,
    },
    body,
    signal: AbortSignal.timeout(PATIENCE),
  });
  const data = await readJson(response);
  if (response.ok && data?.checks) return data;
  if (response.ok && data?.report?.checks) return data.report;
  if (Array.isArray(data?.errors) && data.errors.length) throw new FieldMistake(data.errors);
  throw new Refusal(explainStatus(response, data));
}

async function readJson(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  return response.json();
}

function explainStatus(response, data) {
  if (response.redirected || response.status === 401) return SIGNED_OUT;
  if (response.status === 429) {
    const wait = Number(response.headers.get("Retry-After"));
    return `Too many checks in a short time. Try again in ${wait > 0 ? `${wait} s` : "a moment"}.`;
  }
  const unknown = `The check did not run (HTTP ${response.status}). Nothing was recorded; try again.`;
  return String(data?.detail ?? data?.title ?? unknown);
}

function showFailure(form, result, error) {
  if (error instanceof FieldMistake) {
    const summary = showErrors(form, error.problems);
    result.replaceChildren(summary);
    summary.focus();
    return;
  }
  const text = error instanceof Refusal ? error.message : UNREACHABLE;
  result.replaceChildren(html("p", { class: "field-error" }, text));
}

function hasFile(form) {
  return Boolean(form.elements.namedItem("file")?.files?.length);
}

/** Hold back a file that the server would not take: its answer would be a page without what was typed. */
function refuseLargeFile(form, result) {
  form.addEventListener("submit", (event) => {
    try {
      chosenFile(form);
    } catch (error) {
      event.preventDefault();
      event.stopImmediatePropagation();
      showFailure(form, result, error);
    }
  });
}

/** Let the first submission through and hold back the rest; its idempotency key stays as it is. */
function submitOnce(form) {
  const buttons = () => form.querySelectorAll('button[type="submit"]');
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => buttons().forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    buttons().forEach((button) => { button.disabled = false; });
  });
}

/** Ctrl+Enter (or Cmd+Enter) submits, unless the student has switched that off in this browser. */
function addShortcut(form, note) {
  const submit = form.querySelector('button[type="submit"]:not([name])');
  if (!submit) return;
  const box = html("input", { type: "checkbox", checked: readShortcut() });
  const label = html("label", { class: "shortcut-switch" }, box, " Ctrl+Enter submits");
  (note ?? submit).after(label);
  const announce = () => {
    submit.title = box.checked ? "Ctrl+Enter" : "";
    if (box.checked) submit.setAttribute("aria-keyshortcuts", "Control+Enter");
    else submit.removeAttribute("aria-keyshortcuts");
  };
  announce();
  box.addEventListener("change", () => {
    announce();
    writeShortcut(box.checked);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !box.checked) return;
    event.preventDefault();
    form.requestSubmit(submit);
  });
}

function readShortcut() {
  try {
    return window.localStorage.getItem(SHORTCUT_KEY) !== "off";
  } catch {
    return true;
  }
}

function writeShortcut(on) {
  try {
    window.localStorage.setItem(SHORTCUT_KEY, on ? "on" : "off");
  } catch {
    // Without storage the choice holds for this page only.
  }
}
