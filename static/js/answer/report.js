/** The report of the visible checks as elements: a sentence, the checks in words, a counter-example. */

import { formatShort, html } from "../figure/dom.js";

export function showReport(report) {
  const checks = Array.isArray(report.checks) ? report.checks : [];
  const passed = checks.filter((check) => check.passed).length;
  const failure = checks.find((check) => check.counterexample);
  const parts = [
    html("h3", {}, "Visible checks"),
    html("p", {}, `${passed} of ${checks.length} visible checks passed. Nothing was recorded.`),
    table(["Check", "Result", "Points"], checks.map(checkRow)),
    ...(report.notes ?? []).map((note) => html("p", { class: "note" }, String(note))),
  ];
  if (failure) parts.push(showCounterexample(failure.counterexample));
  return html("div", { class: "check-report" }, ...parts);
}

function checkRow({ name, passed, message, points, max_points: most }) {
  const what = html("td", {}, String(name));
  if (message && !passed) what.append(html("br"), html("span", { class: "meta" }, String(message)));
  return html("tr", { class: passed ? "" : "failed" }, what,
    html("td", {}, passed ? "✓ passed" : points > 0 ? "✗ in part" : "✗ failed"), html("td", { class: "number" }, `${show(points)} of ${show(most)}`));
}

function showCounterexample({ inputs = {}, expected, got, units = [] }) {
  const place = Object.entries(inputs).map(([name, value]) => `${name} = ${show(value)}`).join(", ");
  const sentence = `For ${place} your answer gives ${show(got)}; expected: ${show(expected)}.`;
  const section = html("div", { class: "counterexample" }, html("p", {}, sentence));
  if (units.length) section.append(table(["Unit", "Sum", "Output"], units.map(unitRow)));
  return section;
}

function unitRow({ unit, sum, output }) {
  return html("tr", {}, html("th", { scope: "row" }, String(unit)), html("td", {}, show(sum)), html("td", {}, show(output)));
}

function table(columns, rows) {
  const heads = columns.map((text) => html("th", { scope: "col" }, text));
  return html("div", { class: "scroll" },
    html("table", { class: "table-plain" }, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows)));
}

function show(value) {
  return typeof value === "number" ? formatShort(value) : String(value);
}
