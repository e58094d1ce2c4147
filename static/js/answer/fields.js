/** An answer form and its JSON: the name of an input is the path of its number. */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** A field that cannot be read; the same shape as a refusal by the server. */
export class FieldMistake extends Error {
  constructor(problems) {
    super("The form has a field that cannot be read.");
    this.problems = problems;
  }
}

/** The answer that the form holds; pasted JSON goes before the fields. */
export function readAnswer(form) {
  const pasted = form.elements.namedItem("answer_json");
  if (pasted?.value?.trim()) return parsePasted(pasted.value);
  const answer = {};
  const problems = [];
  for (const input of answerInputs(form)) {
    const path = splitName(input.name);
    if (input.type === "checkbox") {
      const list = place(answer, path, []);
      if (input.checked) list.push(Number(input.value));
    } else if (input.type === "radio") {
      if (input.checked) put(answer, path, input.value);
    } else {
      const number = typedNumber(input.value);
      if (number === null) problems.push(describeMistake(input));
      else put(answer, path, number);
    }
  }
  if (problems.length) throw new FieldMistake(problems);
  return answer;
}

/** Whether only the server can read the fields: some hold text or a selection, and no JSON is pasted. */
export function isReadByServer(form) {
  if (form.elements.namedItem("answer_json")?.value?.trim()) return false;
  return answerInputs(form).some(({ type }) => type === "textarea" || type === "select-one");
}

/** The file that was chosen in place of everything else; FieldMistake when it is too large to be sent. */
export function chosenFile(form) {
  const input = form.elements.namedItem("file");
  const file = input?.files?.[0] ?? null;
  const most = Number(input?.dataset.maxBytes);
  if (file && file.size > most) {
    const message = `The file has ${file.size.toLocaleString("en")} bytes; at most ${most.toLocaleString("en")} are allowed.`;
    throw new FieldMistake([{ field: "file", value: file.name, limit: String(most), message }]);
  }
  return file;
}

/** The inputs whose names are paths of the answer, in document order. */
export function answerInputs(form) {
  return [...form.elements].filter((element) => (
    element.name?.includes(".") && !["hidden", "file", "submit", "button"].includes(element.type)
  ));
}

/** The number in a field, with a minus sign of either kind; null when there is none. */
export function typedNumber(text) {
  const plain = text.trim().replace("\u2212", "-");
  return NUMBER.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

/** What the page calls an input: its label, or the legend of its group. */
export function labelOf(input) {
  const group = ["checkbox", "radio"].includes(input.type) && input.closest("fieldset")?.querySelector("legend");
  return (group || input.labels?.[0])?.textContent.trim() || input.name;
}

/**
 * "weights.0.weight[1][0]" -> ["weights", "0.weight", 1, 0] and
 * "gates.and.threshold" -> ["gates", "and", "threshold"], as for "runs": the names of a state_dict keep their dots.
 */
export function splitName(name) {
  const [stem, ...indexes] = name.split("[");
  const dot = stem.indexOf(".");
  const root = stem.slice(0, dot);
  const rest = stem.slice(dot + 1);
  const keys = root === "gates" || root === "runs" ? splitLast(rest) : [rest];
  return [root, ...keys, ...indexes.map((index) => Number.parseInt(index, 10))];
}

function splitLast(text) {
  const dot = text.lastIndexOf(".");
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function put(answer, path, value) {
  const holder = path.slice(0, -1).reduce((node, key, i) => child(node, key, path[i + 1]), answer);
  holder[path.at(-1)] = value;
}

/** The value at a path, set to `empty` first when there is none. */
function place(answer, path, empty) {
  const holder = path.slice(0, -1).reduce((node, key, i) => child(node, key, path[i + 1]), answer);
  holder[path.at(-1)] ??= empty;
  return holder[path.at(-1)];
}

function child(node, key, next) {
  if (!Object.hasOwn(node, key)) node[key] = typeof next === "number" ? [] : {};
  return node[key];
}

function describeMistake(input) {
  const label = labelOf(input);
  const message = input.value.trim() === "" && !input.validity.badInput
    ? `${label}: type a number.`
    : `${label}: “${input.value.slice(0, 40)}” is not a number. Write it like -1.5 or 20.`;
  return { field: input.name, value: input.value, limit: null, message };
}

function parsePasted(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `This is not JSON: ${error.message}`;
    throw new FieldMistake([{ field: "answer_json", value: null, limit: null, message }]);
  }
}
