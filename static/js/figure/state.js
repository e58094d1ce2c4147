/**
 * The state of the figures of a page, kept in the address: #figure-1:w=6,-4&gate=and;figure-2:...
 * Whatever a link says is checked here before a figure sees it.
 */

const LONGEST_HASH = 4000;
const NUMBER = /^-?\d{1,9}(\.\d{1,17})?(e-?\d{1,2})?$/i;

/** The state of one figure as a Map of text, or null when the address has none for it. */
export function readState(id, hash = window.location.hash) {
  return splitHash(hash).get(id) ?? null;
}

/** Put the state of one figure into the address; the states of the others stay. */
export function writeState(id, entries) {
  window.history.replaceState(window.history.state, "", stateLink(id, entries));
}

/** The address of this page with the given state of one figure in it. */
export function stateLink(id, entries) {
  const states = splitHash(window.location.hash);
  states.set(id, new Map(entries));
  const link = new URL(window.location.href);
  link.hash = joinStates(states);
  return link.href;
}

/** Take the state of one figure out of the address. */
export function dropState(id) {
  const states = splitHash(window.location.hash);
  states.delete(id);
  const link = new URL(window.location.href);
  link.hash = joinStates(states);
  window.history.replaceState(window.history.state, "", link.href);
}

/** The part after "#" for one figure alone, for a link to another page. */
export function stateFragment(id, entries) {
  return joinStates(new Map([[id, new Map(entries)]]));
}

/** Exactly `count` numbers separated by commas, each held within the limit; otherwise null. */
export function readNumbers(text, count, limit) {
  const parts = (text ?? "").split(",");
  if (parts.length !== count || !parts.every((part) => NUMBER.test(part))) return null;
  return parts.map((part) => clamp(Number(part), -limit, limit));
}

export function readInteger(text, lowest, highest) {
  if (!/^-?\d{1,6}$/.test(text ?? "")) return null;
  return clamp(Number(text), lowest, highest);
}

export function readChoice(text, choices) {
  return choices.includes(text) ? text : null;
}

export function clamp(value, lowest, highest) {
  return Math.min(highest, Math.max(lowest, value));
}

function splitHash(hash) {
  const states = new Map();
  if (hash.length > LONGEST_HASH) return states;
  for (const part of decode(hash.slice(1)).split(";")) {
    const colon = part.indexOf(":");
    if (colon < 1) continue;
    const entries = part.slice(colon + 1).split("&").map((pair) => pair.split("="));
    states.set(part.slice(0, colon), new Map(entries.filter((pair) => pair.length === 2)));
  }
  return states;
}

function joinStates(states) {
  return [...states].map(([id, entries]) => (
    `${id}:${[...entries].map(([key, value]) => `${key}=${value}`).join("&")}`
  )).join(";");
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
