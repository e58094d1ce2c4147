/** Go through numbered turns: step, back, play, pause, reset, and a native slider to move through all of them. */

import { button } from "./controls.js";
import { freshId, html, setText } from "./dom.js";
import { prefersReducedMotion } from "./element.js";

/**
 * `count()` is the last turn, `first` where Reset goes. With reduced motion Play jumps to the end.
 * `show(position)` brings the controls up to date, `pause()` stops.
 */
export function turnPlayer({ count, goTo, pace, label, first = 0 }) {
  let position = first;
  let playing = null;
  const id = freshId("turn");
  const range = html("input", { type: "range", id, min: first, step: 1 });
  const pause = () => {
    clearInterval(playing);
    playing = null;
    setText(play, "Play");
  };
  const jump = (to) => {
    pause();
    if (to >= first && to <= count()) goTo(to);
  };
  const tick = () => {
    if (position < count()) goTo(position + 1);
    if (position >= count()) pause();
  };
  const toggle = () => {
    if (playing) {
      pause();
    } else if (prefersReducedMotion()) {
      goTo(count());
    } else if (position < count()) {
      playing = setInterval(tick, pace);
      setText(play, "Pause");
      tick();
    }
  };
  const play = button("Play", toggle);
  const back = button("Back", () => jump(position - 1));
  const step = button("Step", () => jump(position + 1), "button button-primary");
  range.addEventListener("input", () => jump(range.valueAsNumber));
  const element = html("div", { class: "controls turns" },
    step, back, play, button("Reset", () => jump(first)),
    html("span", { class: "turns-range" }, html("label", { for: id }, label), range));
  const show = (now) => {
    position = now;
    range.max = count();
    range.value = now;
    step.setAttribute("aria-disabled", String(now >= count()));
    play.setAttribute("aria-disabled", String(now >= count()));
    back.setAttribute("aria-disabled", String(now <= first));
  };
  return { element, show, pause };
}
