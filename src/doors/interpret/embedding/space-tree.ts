// A tree of points in up to three dimensions, which sums the repulsion of all points in n log n steps: a far cell
// counts as one point.
// Source: Barnes & Hut 1986; van der Maaten 2014, "Accelerating t-SNE using Tree-Based Algorithms", JMLR 15.

/** The maximum number of halvings; points that are still together count as equal, because doubles have no more bits. */
const DEEPEST = 52;

/**
 * Cells are stored in depth-first order. The root is the box of all points. A cell's children are its halves along
 * every axis (4 in the plane); a cell with only one nonempty part is replaced by that part, so every inner cell divides
 * its points. `skip` is the next cell outside a cell; a leaf, whose `skip` is the next cell, holds one point, or
 * several equal ones.
 */
export class SpaceTree {
  readonly #n: number;
  readonly #dims: number;
  readonly #points: readonly Float64Array[];
  /** Point indices, sorted so that each cell's points are consecutive. */
  readonly #order: Int32Array;
  readonly #sorted: Int32Array;
  readonly #parts: Uint8Array;
  #cells = 0;
  readonly #skip: Int32Array;
  readonly #mass: Float64Array;
  /** The mean of each cell's points, one array per axis; always three axes. */
  readonly #means: readonly [Float64Array, Float64Array, Float64Array];
  /** The squared longest side of each cell. */
  readonly #squaredSide: Float64Array;
  /** The sides of the root. */
  readonly #sides = [0, 0, 0];

  constructor(n: number, dims: number) {
    this.#n = n;
    this.#dims = dims;
    this.#points = Array.from({ length: 3 }, () => new Float64Array(n));
    this.#order = Int32Array.from({ length: n }, (_, i) => i);
    this.#sorted = new Int32Array(n);
    this.#parts = new Uint8Array(n);
    // Every inner cell has at least two children, so there are fewer than 2n cells.
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

  /**
   * Makes the cell of the points from `from` to before `to` in the order, and the cells below it. `lows` is its lowest
   * corner, `level` the number of halvings of the root.
   */
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
      // If all points are equal, their mean must equal them to the last bit.
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
      // One part holds all points: shrink the cell to that part.
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
   * Writes Σ_j m_j w_j b_j (y_i − y_j) for every point into `forces` [n, dims], and returns Σ_i Σ_j m_j w_j. The sums
   * run over leaves, and over cells j whose longest side is less than `angle` times their distance; b = 1 / (1 + d² /
   * ν), w = b^{(ν + 1) / 2}. With angle 0, only leaves count, so the sums are exact.
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
      // Subtract the point itself, which its own leaf has counted with weight 1.
      total += sum - 1;
      forces[i * dims] = forceX;
      if (dims > 1) forces[i * dims + 1] = forceY;
      if (dims > 2) forces[i * dims + 2] = forceZ;
    }
    return total;
  }
}
