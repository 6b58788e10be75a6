// Reads the coefficients of a scan, sequential or progressive.
// Source: ITU-T T.81, annexes F and G.
import { Bits, type Code, type Fail } from './bits';

/** A component: its place in the sampling grid, and its coefficients, 64 a block. */
export interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly table: number;
  /** Number of blocks of the component itself, and of the complete units in scans of several components. */
  readonly columns: number;
  readonly rows: number;
  readonly allColumns: number;
  readonly allRows: number;
  readonly coefficients: Int16Array;
}

export interface ScanPart {
  readonly component: Component;
  readonly dc: Code | undefined;
  readonly ac: Code | undefined;
}

export interface Scan {
  readonly parts: readonly ScanPart[];
  readonly start: number;
  readonly end: number;
  /** The lowest bit that this scan gives, and that of the previous scan; `high` is 0 in the first scan. */
  readonly low: number;
  readonly high: number;
  readonly progressive: boolean;
  readonly restart: number;
}

/** The position in the block (row by row) of each coefficient in the order of the file. */
export const ZIGZAG = Uint8Array.of(
  0,
  1,
  8,
  16,
  9,
  2,
  3,
  10,
  17,
  24,
  32,
  25,
  18,
  11,
  4,
  5,
  12,
  19,
  26,
  33,
  40,
  48,
  41,
  34,
  27,
  20,
  13,
  6,
  7,
  14,
  21,
  28,
  35,
  42,
  49,
  56,
  57,
  50,
  43,
  36,
  29,
  22,
  15,
  23,
  30,
  37,
  44,
  51,
  58,
  59,
  52,
  45,
  38,
  31,
  39,
  46,
  53,
  60,
  61,
  54,
  47,
  55,
  62,
  63,
);

/** Reads a scan that begins at `at`; returns where it ends. */
export function readScan(bytes: Uint8Array, at: number, scan: Scan, fail: Fail): number {
  const bits = new Bits(bytes, at, fail);
  const reader = new BlockReader(bits, scan, fail);
  const { parts, restart } = scan;
  const [only] = parts;
  const single = parts.length === 1 ? only!.component : null;
  const unitColumns = single ? single.columns : only!.component.allColumns / only!.component.h;
  const unitRows = single ? single.rows : only!.component.allRows / only!.component.v;
  const units = unitColumns * unitRows;
  for (let unit = 0; unit < units; unit++) {
    if (restart > 0 && unit > 0 && unit % restart === 0) {
      bits.restart();
      reader.reset();
    }
    const x = unit % unitColumns;
    const y = (unit - x) / unitColumns;
    if (single) reader.block(0, only!, y * single.allColumns + x);
    else {
      parts.forEach((part, i) => {
        const { h, v, allColumns } = part.component;
        for (let row = 0; row < v; row++) {
          for (let column = 0; column < h; column++) reader.block(i, part, (y * v + row) * allColumns + x * h + column);
        }
      });
    }
  }
  return bits.at;
}

class BlockReader {
  private readonly before = [0, 0, 0, 0];
  /** How many of the next blocks are known to have no more coefficients. */
  private empty = 0;

  constructor(
    private readonly bits: Bits,
    private readonly scan: Scan,
    private readonly fail: Fail,
  ) {}

  reset(): void {
    this.before.fill(0);
    this.empty = 0;
  }

  block(i: number, { component, dc, ac }: ScanPart, index: number): void {
    const { start, end, high, progressive } = this.scan;
    const to = component.coefficients.subarray(64 * index, 64 * index + 64);
    if (start === 0) {
      if (high > 0) {
        if (this.bits.bit()) to[0] = to[0]! | (1 << this.scan.low);
      } else this.first(i, to, dc ?? this.fail('a code is missing'));
    }
    if (end === 0) return;
    const code = ac ?? this.fail('a code is missing');
    if (!progressive) this.sequential(to, code);
    else if (high > 0) this.refine(to, code);
    else this.band(to, code);
  }

  private first(i: number, to: Int16Array, dc: Code): void {
    const size = dc.read(this.bits);
    if (size > 15) this.fail('a coefficient is too large');
    this.before[i] = this.before[i]! + this.bits.signed(size);
    to[0] = this.before[i]! << this.scan.low;
  }

  private sequential(to: Int16Array, ac: Code): void {
    for (let k = 1; k < 64; k++) {
      const letter = ac.read(this.bits);
      const size = letter & 15;
      const run = letter >> 4;
      if (size === 0) {
        if (run < 15) return;
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) this.fail('a block has more than 64 coefficients');
      to[ZIGZAG[k]!] = this.bits.signed(size);
    }
  }

  private band(to: Int16Array, ac: Code): void {
    if (this.empty > 0) {
      this.empty--;
      return;
    }
    const { start, end, low } = this.scan;
    for (let k = start || 1; k <= end; k++) {
      const letter = ac.read(this.bits);
      const size = letter & 15;
      const run = letter >> 4;
      if (size === 0) {
        if (run < 15) {
          this.empty = (1 << run) - 1 + this.bits.bits(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) this.fail('a block has more than 64 coefficients');
      to[ZIGZAG[k]!] = this.bits.signed(size) * (1 << low);
    }
  }

  /** Reads one more bit of each nonzero coefficient, and new coefficients of a single bit (G.1.2.3). */
  private refine(to: Int16Array, ac: Code): void {
    const { start, end, low } = this.scan;
    const unit = 1 << low;
    let k = start || 1;
    if (this.empty === 0) {
      for (; k <= end; k++) {
        const letter = ac.read(this.bits);
        let run = letter >> 4;
        let value = 0;
        if ((letter & 15) !== 0) value = this.bits.bit() ? unit : -unit;
        else if (run < 15) {
          this.empty = (1 << run) + this.bits.bits(run);
          break;
        }
        for (; k <= end; k++) {
          const at = ZIGZAG[k]!;
          if (to[at] !== 0) this.addBit(to, at, unit);
          else if (run-- === 0) {
            if (value !== 0) to[at] = value;
            break;
          }
        }
      }
    }
    if (this.empty > 0) {
      for (; k <= end; k++) if (to[ZIGZAG[k]!] !== 0) this.addBit(to, ZIGZAG[k]!, unit);
      this.empty--;
    }
  }

  private addBit(to: Int16Array, at: number, unit: number): void {
    const value = to[at]!;
    if (this.bits.bit() && (Math.abs(value) & unit) === 0) to[at] = value + (value > 0 ? unit : -unit);
  }
}
