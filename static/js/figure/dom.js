/** Build elements without ever parsing HTML: text stays text. */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `attributes` set to true, false or null follow the rules of boolean attributes. */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Change the text of an element only if it differs, so that a live region speaks once. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let lastId = 0;

export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** A number for a caption or a diagram, with a real minus sign. */
export function formatNumber(value, digits) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
}

/** A number with up to three decimals and no padding: 2, 0.5, −1.25. */
export function formatShort(value) {
  return String(Number(value.toFixed(3)) || 0).replace("-", "\u2212");
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
