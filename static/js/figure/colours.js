/** The colours of the figures: read from the page's tokens, and mixed into the ramp of a map. */

const STEPS = 41;

/** Resolve a token such as "--ink" to [red, green, blue], whatever notation the style sheet uses. */
export function readColour(element, token) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = `var(${token})`;
  element.append(probe);
  const colour = window.getComputedStyle(probe).color;
  probe.remove();
  const parts = (colour.match(/-?[\d.]+(e-?\d+)?/g) ?? []).slice(0, 3).map(Number);
  if (parts.length < 3) return [0, 0, 0];
  return colour.startsWith("color(") ? parts.map((part) => Math.round(part * 255)) : parts;
}

export function css([red, green, blue]) {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Colours for the values 0 to 1 in 41 equal steps: class 0, undecided, class 1, mixed in linear light. */
export function signRamp(element) {
  const [low, middle, high] = ["--map-neg", "--map-mid", "--map-pos"].map((token) => readColour(element, token));
  return Array.from({ length: STEPS }, (_, i) => {
    const share = (2 * i) / (STEPS - 1);
    return share < 1 ? mix(low, middle, share) : mix(middle, high, share - 1);
  });
}

export function rampColour(ramp, value) {
  return ramp[Math.round(Math.min(1, Math.max(0, value)) * (ramp.length - 1))];
}

/** Call `redraw` whenever the theme changes, by the toggle or by the system, until `signal` aborts. */
export function watchTheme(redraw, signal) {
  const observer = new MutationObserver(redraw);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  signal.addEventListener("abort", () => observer.disconnect());
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    window.matchMedia(query).addEventListener("change", redraw, { signal });
  }
}

function mix(from, to, share) {
  return from.map((start, i) => fromLinear((1 - share) * toLinear(start) + share * toLinear(to[i])));
}

function toLinear(channel) {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function fromLinear(light) {
  const part = light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(part * 255);
}
