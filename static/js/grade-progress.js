/** <grade-progress data-url>: ask the server how the grading goes, politely, until it is done. */

import { setText } from "./figure/dom.js";

const FIRST_WAIT = 1;
const LONGEST_BACK_OFF = 30;
const LONGEST_WAIT = 300;
const PATIENCE = 15000;
const OFFLINE = "You are offline. Grading goes on; this page asks again when the connection is back.";
const UNREACHABLE = "The server does not answer. Grading goes on; this page keeps asking.";
const GONE = "This submission is not here any more. Reload the page.";

class GradeProgress extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    this.failures = 0;
    this.shown = null;
    const { signal } = this.life;
    document.addEventListener("visibilitychange", () => this.visibilityChanged(), { signal });
    window.addEventListener("online", () => this.ask(), { signal });
    this.askAfter(FIRST_WAIT);
  }

  disconnectedCallback() {
    this.life.abort();
    this.asking?.abort();
    clearTimeout(this.timer);
  }

  /** The status line inside this element, or the nearest one before it among its siblings. */
  get status() {
    const inside = this.querySelector('[role="status"]');
    if (inside) return inside;
    let sibling = this.previousElementSibling;
    while (sibling && sibling.getAttribute("role") !== "status") sibling = sibling.previousElementSibling;
    return sibling;
  }

  get container() {
    return this.querySelector("[data-fragment]") ?? this;
  }

  visibilityChanged() {
    clearTimeout(this.timer);
    if (!document.hidden) this.ask();
  }

  /** Jitter keeps a class that submitted together from asking together. */
  askAfter(seconds) {
    clearTimeout(this.timer);
    if (document.hidden || this.finished) return;
    this.timer = setTimeout(() => this.ask(), seconds * (850 + 300 * Math.random()));
  }

  async ask() {
    if (this.finished || this.asking || this.life.signal.aborted) return;
    clearTimeout(this.timer);
    this.asking = new AbortController();
    const clock = setTimeout(() => this.asking.abort(), PATIENCE);
    try {
      const response = await fetch(this.dataset.url, {
        headers: { Accept: "text/html", "X-Requested-With": "fetch" },
        cache: "no-store",
        signal: this.asking.signal,
      });
      await this.take(response);
    } catch (error) {
      if (this.life.signal.aborted) return;
      if (!(error instanceof TypeError) && error.name !== "AbortError") throw error;
      this.retry(null);
    } finally {
      clearTimeout(clock);
      this.asking = null;
    }
  }

  async take(response) {
    if (isSignIn(response, this.dataset.url)) {
      this.finished = true;
      window.location.assign(signInAddress(response, this.dataset.loginUrl));
    } else if (response.status === 404 || response.status === 410) {
      this.finished = true;
      this.say(GONE);
    } else if (!response.ok) {
      this.retry(retryAfter(response));
    } else {
      this.show(await response.text(), response.headers.get("X-Done") === "1");
      this.failures = 0;
      this.askAfter(pollAfter(response));
    }
  }

  retry(wanted) {
    this.failures += 1;
    this.say(navigator.onLine ? UNREACHABLE : OFFLINE);
    this.askAfter(wanted ?? Math.min(LONGEST_BACK_OFF, 2 ** (this.failures - 1)));
  }

  show(text, done) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const source = page.querySelector("[data-sentence]");
    const title = page.querySelector("[data-title]")?.dataset.title;
    this.finished = done;
    if (text !== this.shown) this.replaceFragment(page);
    this.shown = text;
    if (source) this.say(source.dataset.sentence);
    if (title || (done && source)) document.title = title || source.dataset.sentence;
  }

  /** Put the new fragment in place; the status line stays, and so does the focus where it can. */
  replaceFragment(page) {
    const { container, status } = this;
    const focused = container.contains(document.activeElement) ? document.activeElement.id : "";
    for (const node of [...container.childNodes]) {
      if (node !== status && !node.contains(status)) node.remove();
    }
    page.body.querySelectorAll('[role="status"]').forEach((element) => { if (status) element.removeAttribute("role"); });
    container.append(...[...page.body.childNodes].map((node) => document.adoptNode(node)));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  say(sentence) {
    if (this.status) setText(this.status, sentence);
  }
}

function pollAfter(response) {
  const seconds = Number(response.headers.get("X-Poll-After"));
  return seconds > 0 ? Math.min(seconds, LONGEST_BACK_OFF) : FIRST_WAIT;
}

/** Seconds to wait, from a number or a date; null when the server did not say. */
function retryAfter(response) {
  const text = response.headers.get("Retry-After");
  if (!text) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(LONGEST_WAIT, Math.max(1, seconds)) : null;
}

function isSignIn(response, url) {
  if (response.status === 401 || response.status === 403) return true;
  return response.redirected && new URL(response.url).pathname !== new URL(url, window.location.href).pathname;
}

/** The sign-in page that the server named, and from there back to this page. */
function signInAddress(response, loginUrl) {
  const named = response.redirected ? new URL(response.url).pathname : loginUrl;
  const address = new URL(named ?? "/accounts/login/", window.location.origin);
  address.searchParams.set("next", window.location.pathname + window.location.search);
  return address.href;
}

customElements.define("grade-progress", GradeProgress);
