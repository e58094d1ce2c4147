/** A table of inputs with what the network answers, what was wanted, and the verdict in words. */

import { html, setText } from "./dom.js";

/** The mark and its word stay on one line. */
const WORDS = {
  right: "✓\u00a0right", wrong: "✗\u00a0wrong", tie: "✓\u00a0right, by\u00a0a\u00a0tie", undecided: "✗\u00a0undecided",
};

/** A verdict of this kind fails the row. */
export function isFailure(verdict) {
  return verdict === "wrong" || verdict === "undecided";
}

/** `update(rows)` takes one {cells, verdict, current} for each row; cells are text, without the verdict. */
export function verdictTable(caption, columns, count) {
  const rows = Array.from({ length: count }, () => {
    const cells = [...columns, ""].map(() => html("td"));
    return { cells, element: html("tr", {}, ...cells) };
  });
  const heads = [...columns, "verdict"].map((text) => html("th", { scope: "col" }, text));
  const table = html("table", { class: "table-plain verdict-table" },
    html("caption", {}, caption),
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...rows.map((row) => row.element)));
  const update = (values) => {
    rows.forEach(({ cells, element }, i) => {
      const { cells: texts, verdict, current = false } = values[i];
      element.classList.toggle("wrong", isFailure(verdict));
      element.classList.toggle("current", current);
      [...texts, WORDS[verdict]].forEach((text, column) => setText(cells[column], text));
      cells.at(-1).className = `verdict ${isFailure(verdict) ? "fail" : "pass"}`;
    });
  };
  return { element: html("div", { class: "scroll" }, table), update };
}

/** "3 of 4 inputs right." */
export function countRight(verdicts, noun) {
  const right = verdicts.filter((verdict) => !isFailure(verdict)).length;
  return `${right} of ${verdicts.length} ${noun} right.`;
}
