/** What the reader chooses in the playground, its limits, and its form in a link. */

import { ACTIVATIONS } from "../maths/mlp.js";
import { readChoice, readInteger, readNumbers } from "../figure/state.js";
import { DATASETS, readCsv, writeCsv } from "./data.js";

export const LIMITS = { layers: 3, units: 8, rate: 10, noise: 1, decay: 1, momentum: 0.99, seed: 9999, epochs: 5000 };
export const BATCHES = ["all", "50", "10", "1"];
export const OPTIMIZERS = ["sgd", "adam"];
export const STARTS = ["random", "zero"];
export const OWN = "own";
/** Own rows go into a link up to this many characters. */
export const LONGEST_OWN = 3000;

/** The state that a reader arrives in: it trains to a good answer within seconds, and not at once. */
export const FIRST = {
  data: "moons", noise: 0.1, seed: 1, hidden: [4], activation: "tanh", start: "random",
  optimizer: "sgd", rate: 0.3, momentum: 0.9, decay: 0, batch: "all", epochs: 0, own: [],
};

/** Entries for the link; what is as at first is left out. */
export function toEntries(settings) {
  const { hidden, own, ...plain } = settings;
  const entries = Object.entries(plain).filter(([name, value]) => value !== FIRST[name]);
  if (hidden.join() !== FIRST.hidden.join()) entries.push(["hidden", hidden.join() || "none"]);
  const rows = ownAsText(own);
  if (settings.data === OWN && rows.length <= LONGEST_OWN) entries.push(["own", rows]);
  return entries;
}

export function ownAsText(rows) {
  return writeCsv(rows).replaceAll("\n", "_");
}

/** Settings from a link, everything checked and held within its limits. */
export function fromEntries(state) {
  const number = (name, lowest, highest) => {
    const found = readNumbers(state.get(name), 1, highest)?.[0];
    return found === undefined ? FIRST[name] : Math.max(lowest, found);
  };
  const choice = (name, choices) => readChoice(state.get(name), choices) ?? FIRST[name];
  const own = state.has("own") ? readCsv(state.get("own").replaceAll("_", "\n")).data : null;
  const data = own ? OWN : choice("data", Object.keys(DATASETS));
  return {
    data,
    own: own ? allRows(own) : [],
    noise: number("noise", 0, LIMITS.noise),
    seed: readInteger(state.get("seed"), 0, LIMITS.seed) ?? FIRST.seed,
    hidden: readHidden(state.get("hidden")),
    activation: choice("activation", Object.keys(ACTIVATIONS)),
    start: choice("start", STARTS),
    optimizer: choice("optimizer", OPTIMIZERS),
    rate: number("rate", 0, LIMITS.rate),
    momentum: number("momentum", 0, LIMITS.momentum),
    decay: number("decay", 0, LIMITS.decay),
    batch: choice("batch", BATCHES),
    epochs: readInteger(state.get("epochs"), 0, LIMITS.epochs) ?? 0,
  };
}

/** The rows in the order in which they were given. */
export function allRows({ train, test }) {
  if (train === test) return train;
  const rows = [];
  for (let i = 0, j = 0; i < train.length || j < test.length;) {
    rows.push(rows.length % 5 === 4 ? test[j++] : train[i++]);
  }
  return rows;
}

function readHidden(text) {
  if (text === "none") return [];
  const units = (text ?? "").split(",");
  if (units.length > LIMITS.layers) return [...FIRST.hidden];
  const read = units.map((unit) => readInteger(unit, 1, LIMITS.units));
  return read.includes(null) ? [...FIRST.hidden] : read;
}
