/** <nn-replay>: trainings that the engine did and recorded, played frame by frame: borders, or curves. */

import { button, copyText } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { html } from "./figure/dom.js";
import { Figure } from "./figure/element.js";
import { readInteger, stateLink } from "./figure/state.js";
import { turnPlayer } from "./figure/turns.js";

const PACE = 180;

class Recorded extends Figure {
  /** Load only what this figure plays: a page has room for 200 KB. */
  async start() {
    const { film } = this.config.replay[0].shows === "curves"
      ? await import("./figure/recorded-curves.js") : await import("./figure/recorded-borders.js");
    if (this.body || !this.isConnected) return;
    this.film = film(this.config.replay);
    super.start();
  }

  build() {
    const { replay, frame = 0 } = this.config;
    this.last = replay[0].steps.length - 1;
    this.frame = Math.min(frame, this.last);
    this.table = dataTable(this.film.table);
    this.table.update(this.film.table.rows);
    this.player = turnPlayer({
      count: () => this.last, pace: PACE, label: "Frame", goTo: (frame) => this.choose(frame),
    });
    this.body.append(...this.film.above, this.player.element, ...this.film.below,
      this.summary, this.table.element, this.buildFoot());
  }

  buildFoot() {
    const note = html("span", { class: "copy-note", role: "status" });
    const copy = () => copyText(stateLink(this.key, this.state()), note, "Link copied.");
    return html("p", { class: "controls" }, this.hides("link") ? "" : button("Copy link", copy), note);
  }

  choose(frame) {
    this.frame = frame;
    this.changed();
  }

  pause() {
    this.player?.pause();
  }

  recolour() {
    this.film.recolour();
  }

  state() {
    return [["n", this.frame]];
  }

  restore(state) {
    this.frame = readInteger(state.get("n"), 0, this.last) ?? this.frame;
  }

  render() {
    this.player.show(this.frame);
    this.say(this.film.draw(this.frame));
  }
}

customElements.define("nn-replay", Recorded);
