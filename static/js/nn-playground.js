/** <nn-playground>: choose data, network and optimizer, train in the browser, share it, take it along. */

import { button, copyText } from "./figure/controls.js";
import { dataTable } from "./figure/data-table.js";
import { formatNumber, html, setText } from "./figure/dom.js";
import { Figure, prefersReducedMotion } from "./figure/element.js";
import { DecisionMap, mapLegend } from "./figure/map.js";
import { sigmoid } from "./figure/maths.js";
import { Plot } from "./figure/plot.js";
import { stateLink } from "./figure/state.js";
import { forward, logit } from "./maths/mlp.js";
import { readCsv } from "./play/data.js";
import { settingsForm } from "./play/form.js";
import { networkView } from "./play/network-view.js";
import { FIRST, LIMITS, LONGEST_OWN, OWN, allRows, fromEntries, ownAsText, toEntries } from "./play/settings.js";
import { submitMenu, takeOutMenu } from "./play/take-out-menu.js";
import { Trainer } from "./play/trainer.js";

/** Milliseconds of training in one frame; drawing takes about as long. */
const FRAME = 12;
/** With reduced motion, how many epochs a press of Train runs before the picture changes. */
const LEAP = 300;
const MOST_POINTS = 400;
const DOT = 0.42;

class Playground extends Figure {
  build() {
    this.settings = { ...FIRST };
    this.form = settingsForm({
      onChange: (change) => this.change(change),
      onOwn: (text) => this.takeOwn(text),
    });
    this.body.append(html("div", { class: "play" }, this.form.element, this.buildNetwork(), this.buildOutput()));
    this.body.append(this.buildRest());
    this.restart();
  }

  buildNetwork() {
    this.view = networkView();
    return html("section", { class: "play-network" },
      html("p", { class: "map-title" }, "What each hidden unit answers"), this.view.element);
  }

  buildOutput() {
    this.map = new DecisionMap({ xRange: [-2, 2], yRange: [-2, 2], dot: DOT });
    this.plot = new Plot({
      xRange: [0, 1], yRange: [0, 1], xLabel: "epoch", yLabel: "loss", label: "Loss on training and test data by epoch",
    });
    this.trainButton = button("Train", () => this.toggle(), "button button-primary");
    this.numbers = html("p", { class: "figure-note" });
    this.note = html("span", { role: "status", class: "copy-note" });
    const controls = html("div", { class: "controls" }, this.trainButton,
      button("One epoch", () => this.stepOnce()), button("Start again", () => this.startAgain()),
      button("Copy link", () => this.copyLink()), this.note);
    return html("section", { class: "play-output" },
      html("div", { class: "map-frame" }, this.map.canvas), mapLegend("— probability one half"),
      controls, this.numbers, this.summary, this.plot.element);
  }

  buildRest() {
    this.losses = dataTable({ title: "The losses as a table", columns: ["epoch", "training loss", "test loss"] });
    this.submit = submitMenu(this.config.submit);
    return html("div", { class: "play-rest" }, this.view.table, this.losses.element,
      takeOutMenu(() => this.trainer.network), this.submit.element);
  }

  change(change) {
    this.pause();
    this.settings = { ...this.settings, ...change, epochs: 0 };
    this.restart();
    this.changed();
  }

  takeOwn(text) {
    const { data, error } = readCsv(text);
    this.form.showOwnError(error ?? "");
    if (data) this.change({ data: OWN, own: allRows(data) });
  }

  restart() {
    this.trainer = new Trainer(this.settings);
    this.until = LIMITS.epochs;
    this.said = "";
    this.frameOf(this.trainer.data);
  }

  /** The square that shows every row; the four generators share one. */
  frameOf({ train, test }) {
    const values = [...train, ...test].flatMap((row) => row.x);
    const own = Math.max(...values.map(Math.abs)) * 1.15;
    const reach = this.settings.data === OWN ? Math.max(own, 0.5) : 2;
    this.map.xRange = [-reach, reach];
    this.map.yRange = [-reach, reach];
    this.view.setReach(reach);
  }

  startAgain() {
    this.change({});
  }

  stepOnce() {
    this.pause();
    if (!this.trainer.isOver) this.trainer.trainEpoch();
    this.settled();
  }

  toggle() {
    if (this.training) {
      this.pause();
      return;
    }
    const leap = prefersReducedMotion() ? LEAP : LIMITS.epochs;
    this.trainUntil(Math.min(this.trainer.epoch + leap, LIMITS.epochs));
  }

  trainUntil(epoch) {
    this.until = epoch;
    if (this.isThere()) return;
    setText(this.trainButton, "Pause");
    this.training = requestAnimationFrame(() => this.frame());
  }

  isThere() {
    return this.trainer.isOver || this.trainer.epoch >= this.until;
  }

  frame() {
    const end = performance.now() + FRAME;
    do this.trainer.trainEpoch(); while (performance.now() < end && !this.isThere());
    if (this.isThere()) {
      this.pause();
      return;
    }
    if (!prefersReducedMotion()) this.render();
    this.training = requestAnimationFrame(() => this.frame());
  }

  pause() {
    if (!this.training) return;
    cancelAnimationFrame(this.training);
    this.training = null;
    setText(this.trainButton, "Train");
    this.settled();
  }

  /** The hand or the training has come to rest: the epochs go into the link, and the outcome is said. */
  settled() {
    this.settings.epochs = this.trainer.epoch;
    this.said = this.outcome();
    this.changed();
  }

  outcome() {
    const { trainer } = this;
    if (trainer.hasDiverged) return `The training diverged in epoch ${trainer.epoch}: try a smaller learning rate.`;
    const { train, test } = trainer.shares();
    return `After ${trainer.epoch} epochs ${percent(train)} of the training points and ${percent(test)} of the test points are right.`;
  }

  copyLink() {
    const length = this.settings.data === OWN ? ownAsText(this.settings.own).length : 0;
    if (length > LONGEST_OWN) {
      setText(this.note, `Your own rows have ${length} characters, and a link holds ${LONGEST_OWN}: send them as a file.`);
      return;
    }
    copyText(stateLink(this.key, this.state()), this.note, "Link copied.");
  }

  state() {
    return toEntries(this.settings);
  }

  restore(state) {
    const settings = fromEntries(state);
    const { epochs } = settings;
    this.settings = settings;
    this.restart();
    this.trainUntil(epochs);
  }

  recolour() {
    this.map.forgetColours();
    this.view.forgetColours();
  }

  render() {
    const { trainer } = this;
    const { network, data } = trainer;
    this.form.show(this.settings);
    const points = data.train.slice(0, MOST_POINTS).map(({ x, target }) => ({ x: x[0], y: x[1], target, right: true }));
    this.map.draw({ value: (x1, x2) => sigmoid(logit(network, [x1, x2])), points });
    this.view.draw(network, (x1, x2) => forward(network, [x1, x2]));
    this.renderLosses();
    this.say(this.said);
    this.submit.show(trainer);
  }

  renderLosses() {
    const { history, epoch } = this.trainer;
    const finite = history.filter(({ loss, test }) => Number.isFinite(loss) && Number.isFinite(test));
    const thin = thinned(finite, 200);
    const highest = Math.max(0.7, ...thin.map(({ loss, test }) => Math.max(loss, test)).filter((value) => value < 5));
    this.plot.draw({
      xRange: [0, Math.max(10, epoch)], yRange: [0, highest],
      lines: [
        { name: "train", tone: "pos", label: "training", points: thin.map((row) => [row.epoch, row.loss]) },
        { name: "test", tone: "neg", dash: true, label: "test", points: thin.map((row) => [row.epoch, row.test]) },
      ],
    });
    const last = history.at(-1);
    setText(this.numbers, `Epoch ${epoch}: training loss ${formatNumber(last.loss, 3)}, test loss ${formatNumber(last.test, 3)}.`);
    this.losses.update(thinned(finite, 20).map((row) => [row.epoch, formatNumber(row.loss, 4), formatNumber(row.test, 4)]));
  }
}

/** At most about `count` of the rows, the first and the last among them. */
function thinned(rows, count) {
  const stride = Math.ceil(rows.length / count);
  return rows.filter((_, i) => i % stride === 0 || i === rows.length - 1);
}

function percent(share) {
  return `${Math.floor(100 * share + 1e-9)} %`;
}

customElements.define("nn-playground", Playground);
