/** The report of the visible checks as elements: a sentence, the checks in words, a counter-example. */

import { formatShort, html } from "../figure/dom.js";

export function showReport(report) {
  const checks = Array.isArray(report.checks) ? report.checks : [];
  const passed = checks.filter((check) => check.passed).length;
  const failure = checks.find((check) => check.counterexample);
  const parts = [
    html("p", { class: "check-sentence" }, `${passed} of ${checks.length} visible checks passed. Nothing was recorded.`),
    html("ul", { class: "check-list" }, ...checks.map(showCheck)),
    ...(report.notes ?? []).map((note) => html("p", { class: "note" }, String(note))),
  ];
  if (failure) parts.push(showCounterexample(failure.counterexample));
  return html("div", { class: "check-report" }, ...parts);
}

function showCheck({ name, passed, message }) {
  const verdict = html("span", { class: `verdict ${passed ? "pass" : "fail"}` }, passed ? "✓ passed" : "✗ failed");
  const line = html("li", {}, verdict, " ", html("span", {}, String(name)));
  if (message) line.append(html("p", { class: "check-message" }, String(message)));
  return line;
}

function showCounterexample({ inputs = {}, expected, got, units = [] }) {
  const place = Object.entries(inputs).map(([name, value]) => `${name} = ${show(value)}`).join(", ");
  const sentence = `For ${place} your answer gives ${show(got)}; expected: ${show(expected)}.`;
  const section = html("div", { class: "counterexample" }, html("p", {}, sentence));
  if (units.length) section.append(unitTable(units));
  return section;
}

function unitTable(units) {
  const heads = ["unit", "sum", "output"].map((text) => html("th", { scope: "col" }, text));
  const rows = units.map(({ unit, sum, output }) => (
    html("tr", {}, html("th", { scope: "row" }, String(unit)), html("td", {}, show(sum)), html("td", {}, show(output)))
  ));
  const table = html("table", { class: "table-plain" },
    html("caption", {}, "The way through the network"),
    html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows));
  return html("div", { class: "scroll" }, table);
}

function show(value) {
  return typeof value === "number" ? formatShort(value) : String(value);
}
