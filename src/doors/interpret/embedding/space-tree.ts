// Owns a tree of points in up to three dimensions, by which the repulsion of all others is added up in n log n steps: far cells count as one point.
// Source: Barnes & Hut 1986; van der Maaten 2014, "Accelerating t-SNE using Tree-Based Algorithms", JMLR 15.

/** Halvings after which points count as in one place: doubles have no more bits. */
const DEEPEST = 52;

/**
 * Cells in the order of a walk that goes down first. The root is the box of all points, and each cell in a cell is a half of it along every axis, the largest that divides its points;
 * `skip` is the next cell outside of it, so that a cell without cells in it is a leaf: one point, or several in one place.
 */
export class SpaceTree {
  readonly #n: number;
  readonly #dims: number;
  readonly #points: readonly Float64Array[];
  /** Points, those of a cell together. */
  readonly #order: Int32Array;
  readonly #sorted: Int32Array;
  readonly #parts: Uint8Array;
  #cells = 0;
  readonly #skip: Int32Array;
  readonly #mass: Float64Array;
  /** Means of the points of cells, by axis; there are always three. */
  readonly #means: readonly [Float64Array, Float64Array, Float64Array];
  /** Squared longest sides of cells. */
  readonly #squaredSide: Float64Array;
  /** Sides of the root. */
  readonly #sides = [0, 0, 0];

  constructor(n: number, dims: number) {
    this.#n = n;
    this.#dims = dims;
    this.#points = Array.from({ length: 3 }, () => new Float64Array(n));
    this.#order = Int32Array.from({ length: n }, (_, i) => i);
    this.#sorted = new Int32Array(n);
    this.#parts = new Uint8Array(n);
    // Every cell that is no leaf has two at least in it.
    const most = 2 * n;
    this.#skip = new Int32Array(most);
    this.#mass = new Float64Array(most);
    this.#means = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
    this.#squaredSide = new Float64Array(most);
  }

  /** Builds the tree of points [n, dims]. */
  build(y: Float64Array): void {
    const lows = [0, 0, 0];
    for (let axis = 0; axis < this.#dims; axis++) {
      const column = this.#points[axis]!;
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < this.#n; i++) {
        const value = y[i * this.#dims + axis]!;
        column[i] = value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      lows[axis] = low;
      this.#sides[axis] = high - low;
    }
    this.#cells = 0;
    this.#cell(0, this.#n, lows, 0);
  }

  /** Makes the cell of the points from `from` to `to` in the order, and those in it: its lowest corner, and how often the root was halved. */
  #cell(from: number, to: number, lows: readonly number[], level: number): void {
    const cell = this.#cells++;
    let isOnePlace = true;
    for (let axis = 0; axis < this.#dims; axis++) {
      const column = this.#points[axis]!;
      const first = column[this.#order[from]!]!;
      let sum = 0;
      let isEqual = true;
      for (let at = from; at < to; at++) {
        const value = column[this.#order[at]!]!;
        sum += value;
        isEqual &&= value === first;
      }
      // Where all are in one place, their mean must be that place to the last bit.
      this.#means[axis]![cell] = isEqual ? first : sum / (to - from);
      isOnePlace &&= isEqual;
    }
    this.#mass[cell] = to - from;
    this.#squaredSide[cell] = (Math.max(...this.#sides) / 2 ** level) ** 2;
    if (!isOnePlace) this.#divide(cell, from, to, lows, level);
    this.#skip[cell] = this.#cells;
  }

  #divide(cell: number, from: number, to: number, lows: readonly number[], level: number): void {
    const halves = this.#sides.map((side) => side / 2 ** (level + 1));
    const middles = lows.map((low, axis) => low + halves[axis]!);
    const parts = this.#parts;
    const ends = new Array<number>(2 ** this.#dims).fill(0);
    for (let at = from; at < to; at++) {
      const i = this.#order[at]!;
      let part = 0;
      for (let axis = 0; axis < this.#dims; axis++) {
        if (this.#points[axis]![i]! > middles[axis]!) part |= 1 << axis;
      }
      parts[i] = part;
      ends[part]!++;
    }
    const cornerOf = (part: number) => lows.map((low, axis) => (part & (1 << axis) ? middles[axis]! : low));
    const whole = ends.indexOf(to - from);
    if (whole >= 0) {
      // The half that holds all of them is the cell.
      this.#squaredSide[cell]! /= 4;
      if (level < DEEPEST) this.#divide(cell, from, to, cornerOf(whole), level + 1);
      return;
    }
    for (let part = 0, begin = 0; part < ends.length; part++) {
      const count = ends[part]!;
      ends[part] = begin;
      begin += count;
    }
    for (let at = from; at < to; at++) {
      const i = this.#order[at]!;
      this.#sorted[ends[parts[i]!]!++] = i;
    }
    this.#order.set(this.#sorted.subarray(0, to - from), from);
    for (let part = 0, begin = 0; part < ends.length; begin = ends[part++]!) {
      if (ends[part]! > begin) this.#cell(from + begin, from + ends[part]!, cornerOf(part), level + 1);
    }
  }

  /**
   * Writes Σ_j m_j w_j b_j (y_i − y_j) for every point into `forces` [n, dims], and gives Σ_i Σ_j m_j w_j, over cells j whose longest side is less than `angle` times their
   * distance, and leaves; b = 1 / (1 + d² / ν), w = b^{(ν + 1) / 2}. With angle 0 all of them are leaves.
   */
  repel(forces: Float64Array, angle: number, freedom: number): number {
    const dims = this.#dims;
    const [xs, ys, zs] = this.#points as [Float64Array, Float64Array, Float64Array];
    const [meanX, meanY, meanZ] = this.#means;
    const skip = this.#skip;
    const mass = this.#mass;
    const squaredSide = this.#squaredSide;
    const cells = this.#cells;
    const squaredAngle = angle * angle;
    const power = (freedom + 1) / 2;
    let total = 0;
    for (let at = 0; at < this.#n; at++) {
      const i = this.#order[at]!;
      const [x, y, z] = [xs[i]!, ys[i]!, zs[i]!];
      let [forceX, forceY, forceZ, sum] = [0, 0, 0, 0];
      for (let cell = 0; cell < cells; ) {
        const dx = x - meanX[cell]!;
        const dy = y - meanY[cell]!;
        const dz = z - meanZ[cell]!;
        const squared = dx * dx + dy * dy + dz * dz;
        const behind = skip[cell]!;
        if (behind !== cell + 1 && squaredSide[cell]! >= squaredAngle * squared) {
          cell++;
          continue;
        }
        const base = 1 / (1 + squared / freedom);
        const weight = mass[cell]! * (power === 1 ? base : base ** power);
        sum += weight;
        forceX += weight * base * dx;
        forceY += weight * base * dy;
        forceZ += weight * base * dz;
        cell = behind;
      }
      // The leaf that the point is in has counted it.
      total += sum - 1;
      forces[i * dims] = forceX;
      if (dims > 1) forces[i * dims + 1] = forceY;
      if (dims > 2) forces[i * dims + 2] = forceZ;
    }
    return total;
  }
}
