/** The table under a plot: the same numbers for those who would rather read them. */

import { html, setText } from "./dom.js";

/** `columns` are the headings; `update(rows)` takes rows of texts or numbers. */
export function dataTable({ title, columns }) {
  const body = html("tbody");
  const element = html("details", { class: "data-table" },
    html("summary", {}, title),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      html("table", { class: "table-plain" },
        html("thead", {}, html("tr", {}, ...columns.map((name) => html("th", { scope: "col" }, name)))), body)));
  const update = (rows) => {
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((cells, i) => {
      const row = body.rows[i] ?? body.insertRow();
      cells.forEach((value, j) => setText(row.cells[j] ?? row.insertCell(), String(value)));
    });
  };
  return { element, update };
}
