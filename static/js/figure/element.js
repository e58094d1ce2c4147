/** The life of a live figure: start near the screen, stop off it, keep its state in the address. */

import { watchTheme } from "./colours.js";
import { html, setText } from "./dom.js";
import { readState, writeState } from "./state.js";

/** A figure is built when it is within two screens of the reader. */
const START_MARGIN = "200% 0px";
const WRITE_DELAY = 250;

/**
 * The base of the figures. A subclass gives `build()` (make the elements inside this.body),
 * `render()` (show the current values), `restore(state)` (take values from a link, already split,
 * not yet checked), `state()` (the entries to put in a link), and may give `pause()` and `recolour()`.
 */
export class Figure extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    if (this.body) {
      this.listen();
      return;
    }
    this.config = readConfig(this);
    if (this.config) this.whenNear(() => this.start());
  }

  disconnectedCallback() {
    this.life.abort();
    clearTimeout(this.writing);
    this.pause();
  }

  get key() {
    return this.id || this.localName;
  }

  start() {
    this.body = html("div", { class: "figure-live" });
    this.summary = html("output", { class: "figure-summary" });
    this.build();
    const fallback = this.querySelector(".fallback");
    if (fallback) fallback.hidden = true;
    this.append(this.body);
    const state = this.linkedState();
    if (state) this.restore(state);
    this.render();
    this.listen();
  }

  listen() {
    const { signal } = this.life;
    watchTheme(() => {
      this.recolour();
      this.render();
    }, signal);
    window.addEventListener("hashchange", () => {
      const state = this.linkedState();
      if (!state) return;
      this.pause();
      this.restore(state);
      this.render();
    }, { signal });
    this.pauseWhenOffScreen();
  }

  linkedState() {
    return readState(this.key);
  }

  /** Say a verdict; saying the same again is silent. */
  say(text) {
    setText(this.summary, text);
  }

  /** Show new values, and put them into the address when the hand has come to rest. */
  changed() {
    this.render();
    clearTimeout(this.writing);
    this.writing = setTimeout(() => writeState(this.key, this.state()), WRITE_DELAY);
  }

  hides(part) {
    return this.hiddenParts().includes(part);
  }

  hiddenParts() {
    return Array.isArray(this.config.hide) ? this.config.hide : [];
  }

  pause() {}

  recolour() {}

  restore() {}

  whenNear(callback) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      callback();
    }, { rootMargin: START_MARGIN });
    observer.observe(this);
    this.life.signal.addEventListener("abort", () => observer.disconnect());
  }

  pauseWhenOffScreen() {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1).isIntersecting) this.pause();
    });
    observer.observe(this);
    this.life.signal.addEventListener("abort", () => observer.disconnect());
  }
}

export function prefersReducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The configuration, {} when there is none, or null (the fallback stays) when it cannot be read. */
function readConfig(element) {
  const source = element.querySelector('script[type="application/json"]');
  if (!source) return {};
  try {
    const config = JSON.parse(source.textContent);
    return config && typeof config === "object" ? config : null;
  } catch {
    return null;
  }
}
