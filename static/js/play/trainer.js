/** One training in the browser: the same settings give the same weights after the same epochs. */

import { accuracy, meanLoss, startNetwork, startOptimizer, trainStep } from "../maths/mlp.js";
import { randomStream, shuffled } from "../maths/random.js";
import { makeData, readCsv, writeCsv } from "./data.js";
import { LIMITS, OWN } from "./settings.js";

/** Streams of their own, so that another data set does not change where the weights start. */
const START_STREAM = 101;
const ORDER_STREAM = 202;
/** A loss beyond this will not come back. */
const HOPELESS = 1e6;

export class Trainer {
  constructor(settings) {
    this.settings = settings;
    this.data = settings.data === OWN
      ? readCsv(writeCsv(settings.own)).data
      : makeData(settings.data, settings.noise, settings.seed);
    const random = settings.start === "zero" ? null : randomStream(settings.seed * 1000 + START_STREAM);
    this.network = startNetwork([2, ...settings.hidden, 1], settings.activation, random);
    this.memory = startOptimizer(this.network);
    this.order = randomStream(settings.seed * 1000 + ORDER_STREAM);
    this.epoch = 0;
    this.history = [];
    this.measure();
  }

  get hasDiverged() {
    const { loss } = this.history.at(-1);
    return !Number.isFinite(loss) || loss > HOPELESS;
  }

  get isOver() {
    return this.hasDiverged || this.epoch >= LIMITS.epochs;
  }

  /** Everything once, in batches; with one batch the order does not matter and is not drawn. */
  trainEpoch() {
    const { train } = this.data;
    const { optimizer, rate, momentum, decay, batch } = this.settings;
    const step = { type: optimizer, rate, momentum, decay };
    const size = batch === "all" ? train.length : Number(batch);
    const order = size < train.length ? shuffled(train.length, this.order) : null;
    for (let start = 0; start < train.length; start += size) {
      const rows = order ? order.slice(start, start + size).map((i) => train[i]) : train;
      trainStep(this.network, this.memory, rows, step);
    }
    this.epoch += 1;
    this.measure();
  }

  measure() {
    const { network, data } = this;
    this.history.push({ epoch: this.epoch, loss: meanLoss(network, data.train), test: meanLoss(network, data.test) });
  }

  shares() {
    return { train: accuracy(this.network, this.data.train), test: accuracy(this.network, this.data.test) };
  }
}
