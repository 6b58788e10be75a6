// How fast a program of the gallery goes, by the steps or rounds that it reports.

/**
 * The step or round of a report; null where it tells of none.
 * @param {Readonly<Record<string, unknown>>} values
 */
export function progressOf({ step, round }) {
  const count = step ?? round;
  return typeof count === 'number' ? count : null;
}

/** @typedef {{ readonly count: number, readonly time: number }} Moment */

export class Progress {
  /** @type {Moment | null} */
  #first = null;
  /** @type {Moment | null} */
  #last = null;

  /**
   * @param {number | null} count
   * @param {number} time in milliseconds
   */
  heard(count, time) {
    // Programs report other things of a step, too, and begin anew.
    if (count === null || count <= (this.#last?.count ?? Number.NEGATIVE_INFINITY)) return;
    this.#first ??= { count, time };
    this.#last = { count, time };
  }

  /** Between the first report and the last. */
  get milliseconds() {
    return (this.#last?.time ?? 0) - (this.#first?.time ?? 0);
  }

  /** Null where fewer than two reports came. */
  get perSecond() {
    if (!this.#first || !this.#last || this.milliseconds === 0) return null;
    return (1000 * (this.#last.count - this.#first.count)) / this.milliseconds;
  }
}
