// Runs one wave of a kernel by its assembly, without a GPU, and without numbers from memory: what control flow asks for follows
// from the workgroup's place, the lanes' places and the uniforms, which are known. So every instruction that the wave would take
// is counted, whatever the loops look like. A condition that hangs on data is guessed to hold, and that is counted, too.
import type { Instruction } from './isa';
import { comparisons, scalar, TELLS_ZERO, vector, wide } from './lanes';
import { EXEC, NULL, type Operand, operand, SCC, VCC } from './operands';

/** A buffer as the kernel finds it at its binding. */
export interface Buffer {
  readonly bytes: number;
  readonly contents?: Uint8Array | undefined;
}

export interface Start {
  /** The registers that the driver fills, by number. */
  readonly scalars: ReadonlyMap<number, number>;
  /** Each lane's place in its workgroup, in each direction. */
  readonly places: readonly [Uint32Array, Uint32Array, Uint32Array];
  /** The place of a buffer's descriptor in its set, in words of four, is its binding. */
  readonly buffers: ReadonlyMap<number, Buffer>;
  readonly groups: readonly number[];
  readonly lanes: number;
}

/** Hears of every instruction that the wave takes. */
export interface Listener {
  /** `lanes`: how many take part; `address`: their bytes in the buffer at `binding`, if known. */
  step(one: Instruction, lanes: number, address?: Uint32Array, binding?: number): void;
}

export interface Outcome {
  readonly steps: number;
  /** Conditions that hang on data. */
  readonly guesses: number;
  readonly isComplete: boolean;
}

/** What the driver's pointer to the set of descriptors holds here, and descriptors in their first word. */
export const SET = 0x5e700000;
/** The same of the pointer to the grid's size. */
export const GRID = 0x6d100000;
const DESCRIPTOR = 0xb0000000;

/** How often a condition that hangs on data holds at one place before it does not. */
const HOLDS = 16;

/** Buffers of fewer bytes hold flags, of which none is set. */
const FLAGS = 64;

const LANES = 64;
const MASK = 0xffffffffffffffffn;

interface Decoded {
  readonly one: Instruction;
  readonly name: string;
  readonly operands: readonly Operand[];
}

/** RDNA 3 calls some instructions otherwise than all GPUs before it. */
const OLDER_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(and|or)_not1_/, '$1n2_'],
  [/^(and|or)_not0_/, '$1n1_'],
  [/^ctz_i32_b32$/, 'ffbl_b32'],
  [/^clz_i32_u32$/, 'ffbh_u32'],
];
const OLDER_SCALARS: readonly (readonly [RegExp, string])[] = [
  [/^ctz_i32_b(32|64)$/, 'ff1_i32_b$1'],
  [/^clz_i32_u(32|64)$/, 'flbit_i32_b$1'],
];

/** What an instruction is called here: without its unit, and by its older name. */
function nameOf(op: string): string {
  const names = op.startsWith('s_') ? [...OLDER_SCALARS, ...OLDER_NAMES] : OLDER_NAMES;
  const name = op.replace(/^[vs]_/, '');
  const [pattern, older] = names.find(([newer]) => newer.test(name)) ?? [];
  return pattern && older ? name.replace(pattern, older) : name;
}

export const decode = (code: readonly Instruction[]): readonly Decoded[] =>
  code.map((one) => ({ one, name: nameOf(one.op), operands: one.args.map(operand) }));

export class Wave {
  private readonly s = new Uint32Array(132);
  private readonly sKnown = new Uint8Array(132).fill(1);
  private readonly v = new Uint32Array(256 * LANES);
  private readonly vKnown = new Uint8Array(256 * LANES).fill(1);
  private readonly allUnknown = new Uint8Array(256);
  private readonly guessed = new Map<Decoded, number>();
  private guesses = 0;
  private readonly address = new Uint32Array(LANES);
  /** Whether what was read last is known. */
  private known = true;

  constructor(
    private readonly code: readonly Decoded[],
    private readonly start: Start,
  ) {
    for (const [at, value] of start.scalars) this.s[at] = value;
    start.places.forEach((places, at) => {
      this.v.set(places, at * LANES);
    });
    this.setWide(EXEC, start.lanes >= 64 ? MASK : (1n << BigInt(start.lanes)) - 1n);
  }

  run(listener: Listener, limit: number): Outcome {
    let steps = 0;
    for (let at = 0; at < this.code.length; steps++) {
      if (steps >= limit) return { steps, guesses: this.guesses, isComplete: false };
      const decoded = this.code[at]!;
      const { one } = decoded;
      if (one.op === 's_endpgm') return { steps, guesses: this.guesses, isComplete: true };
      if (one.kind === 'branch') {
        listener.step(one, LANES);
        at = one.to !== undefined && this.branches(decoded) ? one.to : at + 1;
        continue;
      }
      if (one.kind === 'load' || one.kind === 'store' || one.kind === 'atomic') this.memory(decoded, listener);
      else {
        const isVector = one.kind === 'fma' || one.kind === 'valu' || one.kind === 'ldsRead' || one.kind === 'ldsWrite';
        listener.step(one, isVector ? this.active() : LANES);
        this.execute(decoded);
      }
      at++;
    }
    return { steps, guesses: this.guesses, isComplete: true };
  }

  private execute(decoded: Decoded): void {
    const { one, name, operands } = decoded;
    if (one.kind === 'salu') this.scalar(decoded);
    else if (one.kind === 'scalarLoad') this.scalarLoad(decoded);
    else if (one.kind === 'fma') this.forget(operands[0]!, 1);
    else if (one.kind === 'valu') {
      if (name.startsWith('cmp')) this.compare(decoded);
      else this.vector(decoded);
    } else if (one.kind === 'ldsRead' || one.kind === 'lane') this.forget(operands[0]!, Math.max(1, one.bytes / 4));
  }

  // Scalars

  private wide(at: Operand): bigint {
    if (at.kind === 's' && at.at < SCC) {
      this.known = this.sKnown[at.at]! > 0 && this.sKnown[at.at + 1]! > 0;
      return BigInt(this.s[at.at]!) | (BigInt(this.s[at.at + 1]!) << 32n);
    }
    const low = this.word(at);
    return at.kind === 'constant' && at.isWide ? BigInt(low | 0) & MASK : BigInt(low);
  }

  private setWide(at: number, value: bigint, known = true): void {
    this.set(at, Number(value & 0xffffffffn), known);
    this.set(at + 1, Number((value >> 32n) & 0xffffffffn), known);
  }

  private set(at: number, value: number, known = this.known): void {
    if (at === NULL) return;
    this.s[at] = value;
    this.sKnown[at] = known ? 1 : 0;
  }

  /** A scalar, or lane 0 of a vector. */
  private word(of: Operand | undefined): number {
    if (of?.kind === 'constant') {
      this.known = true;
      return of.value;
    }
    if (of?.kind === 's') {
      if (of.at === SCC + 1) return this.isZero(VCC);
      if (of.at === SCC + 2) return this.isZero(EXEC);
      this.known = of.at === NULL || this.sKnown[of.at]! > 0;
      return of.at === NULL ? 0 : this.s[of.at]!;
    }
    this.known = false;
    return 0;
  }

  private isZero(at: number): number {
    this.known = this.sKnown[at]! > 0 && this.sKnown[at + 1]! > 0;
    return this.s[at] === 0 && this.s[at + 1] === 0 ? 1 : 0;
  }

  private scalar({ name, operands }: Decoded): void {
    const [to, a, b] = operands;
    const saving = /^(\w+)_saveexec_b64$/.exec(name)?.[1];
    if (saving) {
      const given = this.wide(a!);
      const known = this.known;
      const exec = this.wide({ kind: 's', at: EXEC });
      // `andn1` and its like turn their operand over; `andn2` the mask of lanes.
      const result = saving.endsWith('n1')
        ? wide[saving.replace('n1', 'n2_b64')]?.(exec, given)
        : wide[`${saving}_b64`]?.(given, exec);
      if (to?.kind === 's') this.setWide(to.at, exec);
      this.setWide(EXEC, known ? (result ?? exec) & MASK : exec);
      this.set(SCC, this.isZero(EXEC) ? 0 : 1, true);
      return;
    }
    if (name.startsWith('cmp')) {
      this.scalarCompare(name, operands);
      return;
    }
    if (/^bitcmp[01]_b32$/.test(name)) {
      const [x, y] = this.words(to, a);
      this.set(SCC, ((x >>> (y & 31)) & 1) === Number(name[6]) ? 1 : 0);
      return;
    }
    if (to?.kind !== 's') return;
    if (name === 'cselect_b32') {
      const choice = this.word({ kind: 's', at: SCC });
      const known = this.known;
      const value = this.word(choice ? a : b);
      this.set(to.at, value, known && this.known);
      return;
    }
    if (name === 'cselect_b64') {
      const choice = this.word({ kind: 's', at: SCC });
      const known = this.known;
      const value = this.wide(choice ? a! : b!);
      this.setWide(to.at, value, known && this.known);
      return;
    }
    if (/^cmov(k_i|_b)32$/.test(name)) {
      if (this.word({ kind: 's', at: SCC })) this.set(to.at, this.word(a));
      return;
    }
    if (/^(mov|add|mul)k_i32$/.test(name)) {
      const [old, short] = this.words(name.startsWith('mov') ? undefined : to, a);
      const value = (short << 16) >> 16;
      this.known = name.startsWith('mov') || this.known;
      this.set(to.at, name.startsWith('mov') ? value : name.startsWith('add') ? old + value : Math.imul(old, value));
      return;
    }
    if (/^(add|sub|addc|subb)_[ui]32$/.test(name)) {
      this.scalarSum(name, to.at, a, b);
      return;
    }
    if (name === 'ff1_i32_b64' || name === 'bcnt1_i32_b64') {
      const value = this.wide(a!);
      const bits = value.toString(2);
      const first = value === 0n ? -1 : bits.length - 1 - bits.lastIndexOf('1');
      this.set(to.at, name.startsWith('ff1') ? first : [...bits].filter((bit) => bit === '1').length);
      return;
    }
    const pair = wide[name];
    if (pair) {
      const x = this.wide(a!);
      const isKnown = this.known;
      const y = b ? this.wide(b) : 0n;
      const known = isKnown && (!b || this.known);
      const value = pair(x, y) & MASK;
      this.setWide(to.at, value, known);
      if (TELLS_ZERO.test(name)) this.set(SCC, value === 0n ? 0 : 1, known);
      return;
    }
    const compute = scalar[name];
    const [x, y] = this.words(a, b);
    if (!compute) this.known = false;
    const value = (compute?.(x, y, 0) ?? 0) >>> 0;
    this.set(to.at, value);
    if (/^(min|max)_/.test(name)) this.set(SCC, value === x ? 1 : 0);
    else if (TELLS_ZERO.test(name)) this.set(SCC, value === 0 ? 0 : 1);
  }

  /** Two scalars; known is whether both are. */
  private words(a: Operand | undefined, b: Operand | undefined): readonly [number, number] {
    const x = this.word(a);
    const known = this.known;
    const y = b ? this.word(b) : 0;
    this.known = known && (!b || this.known);
    return [x, y];
  }

  private scalarSum(name: string, to: number, a: Operand | undefined, b: Operand | undefined): void {
    const [x, y] = this.words(a, b);
    const known = this.known;
    const carry = /^(addc|subb)/.test(name) ? this.word({ kind: 's', at: SCC }) : 0;
    const sum = name.startsWith('add') ? x + y + carry : x - y - carry;
    this.set(to, sum >>> 0, known);
    const signed = name.endsWith('i32') ? (name.startsWith('add') ? (x | 0) + (y | 0) : (x | 0) - (y | 0)) : 0;
    const isOver = name.endsWith('i32') ? signed !== (signed | 0) : sum < 0 || sum > 0xffffffff;
    this.set(SCC, isOver ? 1 : 0, known);
  }

  private scalarCompare(name: string, [a, b]: readonly Operand[]): void {
    const [, isShort, relation = '', type = ''] = /^cmp(k?)_(\w+?)_(\w+)$/.exec(name) ?? [];
    if (type === 'u64') {
      const x = this.wide(a!);
      const known = this.known;
      const y = this.wide(b!);
      this.set(SCC, (relation === 'eq') === (x === y) ? 1 : 0, known && this.known);
      return;
    }
    const [x, second] = this.words(a, b);
    const y = isShort && type === 'i32' ? (second << 16) >> 16 : second;
    const holds = type === 'i32' ? comparisons[relation]?.(x | 0, y | 0) : comparisons[relation]?.(x, y);
    this.set(SCC, holds ? 1 : 0, this.known && holds !== undefined);
  }

  private scalarLoad({ one, operands }: Decoded): void {
    const [to, from, offset] = operands;
    if (to?.kind !== 's' || from?.kind !== 's') return;
    const base = this.word(from);
    let known = this.known;
    const [, extra = 0] = /offset:(\w+)/.exec(one.args.at(-1) ?? '') ?? [];
    const shift = this.word(offset) + Number(extra);
    known &&= this.known;
    const isBuffer = one.op.startsWith('s_buffer');
    const contents = this.start.buffers.get(base - DESCRIPTOR)?.contents;
    for (let word = 0; word < one.bytes / 4; word++) {
      const at = shift + 4 * word;
      if (!known) this.set(to.at + word, 0, false);
      else if (isBuffer) this.set(to.at + word, contents ? read(contents, at) : 0, contents !== undefined);
      else if (base >= GRID)
        this.set(to.at + word, this.start.groups[(base - GRID + at) >>> 2] ?? 1, base < DESCRIPTOR);
      else this.set(to.at + word, this.descriptor(base - SET + at), base >= SET);
    }
  }

  /** A word of the set of descriptors. */
  private descriptor(at: number): number {
    const binding = at >>> 4;
    const word = (at >>> 2) & 3;
    return word === 0 ? DESCRIPTOR + binding : word === 2 ? (this.start.buffers.get(binding)?.bytes ?? 0) : 0;
  }

  private branches(decoded: Decoded): boolean {
    const { op } = decoded.one;
    if (op === 's_branch') return true;
    const [, what = '', value] = /^s_cbranch_(scc|vcc|exec)(n?z|[01])/.exec(op) ?? [];
    if (what === 'scc') {
      const scc = this.word({ kind: 's', at: SCC });
      // Loops go on, and what stands between is not jumped over.
      if (!this.known) return this.guess(decoded) === decoded.one.to! <= this.code.indexOf(decoded);
      return scc === Number(value);
    }
    return (this.isZero(what === 'vcc' ? VCC : EXEC) === 1) === (value === 'z');
  }

  private guess(at: Decoded): boolean {
    const times = (this.guessed.get(at) ?? 0) + 1;
    this.guessed.set(at, times);
    this.guesses++;
    return times % (HOLDS + 1) !== 0;
  }

  // Vectors

  private active(): number {
    let n = 0;
    for (let at = EXEC; at < EXEC + 2; at++) for (let rest = this.s[at]!; rest; rest &= rest - 1) n++;
    return n;
  }

  private isActive(lane: number): boolean {
    return (this.s[EXEC + (lane >> 5)]! & (1 << (lane & 31))) !== 0;
  }

  private forget(of: Operand, registers: number): void {
    if (of.kind === 's') for (let k = 0; k < registers; k++) this.set(of.at + k, 0, false);
    if (of.kind !== 'v') return;
    const isFull = this.s[EXEC] === 0xffffffff && this.s[EXEC + 1] === 0xffffffff;
    for (let at = of.at; at < of.at + registers && at < 256; at++) {
      if (this.allUnknown[at]) continue;
      if (isFull) {
        this.vKnown.fill(0, at * LANES, (at + 1) * LANES);
        this.allUnknown[at] = 1;
      } else for (let lane = 0; lane < LANES; lane++) if (this.isActive(lane)) this.vKnown[at * LANES + lane] = 0;
    }
  }

  private lane(of: Operand | undefined, lane: number): number {
    if (of?.kind !== 'v') return this.word(of);
    this.known = this.vKnown[of.at * LANES + lane]! > 0;
    return this.v[of.at * LANES + lane]!;
  }

  private write(at: number, lane: number, value: number, known: boolean): void {
    this.v[at * LANES + lane] = value;
    this.vKnown[at * LANES + lane] = known ? 1 : 0;
    if (known) this.allUnknown[at] = 0;
  }

  private vector(decoded: Decoded): void {
    const { one, name, operands } = decoded;
    const [to, a, b, c] = operands;
    if (this.special(name, operands)) return;
    const compute = vector[name.replace('_nc_', '_')];
    const isPlain = !/_(sdwa|dpp)$/.test(one.op) && operands.every(({ kind }, k) => kind !== 'none' || k > 3);
    if (!compute || !isPlain || to?.kind !== 'v') {
      const registers = /64$/.test(name) ? 2 : 1;
      this.forget(to ?? { kind: 'none' }, registers);
      return;
    }
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const x = this.lane(a, lane);
      let known = this.known;
      const y = b ? this.lane(b, lane) : 0;
      known &&= !b || this.known;
      const z = c ? this.lane(c, lane) : 0;
      known &&= !c || this.known;
      this.write(to.at, lane, known ? compute(x, y, z) >>> 0 : 0, known);
    }
  }

  /** Does what is none of `vector`; false where it is. */
  private special(name: string, operands: readonly Operand[]): boolean {
    if (name === 'readfirstlane_b32' || name === 'readlane_b32') this.readLane(name, operands);
    else if (name === 'cndmask_b32') this.choose(operands);
    else if (/^mbcnt_(lo|hi)/.test(name)) this.countBelow(name, operands);
    else if (/^(lshlrev|lshrrev)_b64$/.test(name)) this.shiftWide(name, operands);
    else if (/^(add|sub)(c|b|brev|rev)?(_co)?(_ci)?_u32$/.test(name) && operands.length > 3)
      this.addWithCarry(name, operands);
    else if (name === 'swap_b32') this.swap(operands);
    else return false;
    return true;
  }

  private readLane(name: string, [to, from, which]: readonly Operand[]): void {
    if (to?.kind !== 's') return;
    let lane = 0;
    if (name === 'readlane_b32') lane = this.word(which) & 63;
    else while (lane < 63 && !this.isActive(lane)) lane++;
    this.set(to.at, this.lane(from, lane));
  }

  private choose([to, a, b, by]: readonly Operand[]): void {
    if (to?.kind !== 'v') return;
    const at = by?.kind === 's' ? by.at : VCC;
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const bit = this.s[at + (lane >> 5)]! & (1 << (lane & 31));
      const isKnown = this.sKnown[at + (lane >> 5)]! > 0;
      const value = this.lane(bit ? b : a, lane);
      this.write(to.at, lane, value, this.known && isKnown);
    }
  }

  private countBelow(name: string, [to, mask, base]: readonly Operand[]): void {
    if (to?.kind !== 'v') return;
    const bits = this.word(mask);
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const first = name.startsWith('mbcnt_lo') ? 0 : 32;
      const below = Math.min(Math.max(lane - first, 0), 32);
      let n = this.lane(base, lane);
      for (let bit = 0; bit < below; bit++) n += (bits >>> bit) & 1;
      this.write(to.at, lane, n, this.known);
    }
  }

  private shiftWide(name: string, [to, by, from]: readonly Operand[]): void {
    if (to?.kind !== 'v' || from?.kind === 'v' || from === undefined) {
      this.forget(to ?? { kind: 'none' }, 2);
      return;
    }
    const shift = BigInt(this.word(by) & 63);
    const value = this.wide(from);
    const known = this.known;
    const result = name.startsWith('lshl') ? (value << shift) & MASK : value >> shift;
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      this.write(to.at, lane, Number(result & 0xffffffffn), known);
      this.write(to.at + 1, lane, Number(result >> 32n), known);
    }
  }

  private addWithCarry(name: string, [to, out, a, b, by]: readonly Operand[]): void {
    if (to?.kind !== 'v' || out?.kind !== 's') return;
    const carries: [number, number] = [0, 0];
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const x = this.lane(a, lane);
      let known = this.known;
      const y = this.lane(b, lane);
      known &&= this.known;
      const carry = by?.kind === 's' ? (this.s[by.at + (lane >> 5)]! >>> (lane & 31)) & 1 : 0;
      const sum = name.startsWith('add')
        ? x + y + carry
        : name.startsWith('subrev') || name.startsWith('subbrev')
          ? y - x - carry
          : x - y - carry;
      if (sum < 0 || sum > 0xffffffff) carries[lane >> 5]! |= 1 << (lane & 31);
      this.write(to.at, lane, sum >>> 0, known);
    }
    this.set(out.at, carries[0], true);
    this.set(out.at + 1, carries[1], true);
  }

  private swap([a, b]: readonly Operand[]): void {
    if (a?.kind !== 'v' || b?.kind !== 'v') return;
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const [x, isX] = [this.lane(a, lane), this.known];
      const [y, isY] = [this.lane(b, lane), this.known];
      this.write(a.at, lane, y, isY);
      this.write(b.at, lane, x, isX);
    }
  }

  private compare(decoded: Decoded): void {
    const { name, operands } = decoded;
    const [, isMask, relation = '', type = ''] = /^cmp(x?)_(\w+?)_(\w+?)$/.exec(name) ?? [];
    const isShort = operands.length === 2;
    const [to, a, b] = isShort ? [undefined, ...operands] : operands;
    const test = comparisons[relation];
    const bits: [number, number] = [0, 0];
    let guess: boolean | undefined;
    const once = (): boolean => {
      guess ??= this.guess(decoded);
      return guess;
    };
    for (let lane = 0; lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const x = this.lane(a, lane);
      let known = this.known;
      const y = this.lane(b, lane);
      known &&= this.known && test !== undefined && (type === 'u32' || type === 'i32');
      const holds = known ? (type === 'u32' ? test!(x, y) : test!(x | 0, y | 0)) : once();
      if (holds) bits[lane >> 5]! |= 1 << (lane & 31);
    }
    const at = to?.kind === 's' ? to.at : isMask ? EXEC : VCC;
    for (const half of [0, 1] as const) {
      this.set(at + half, bits[half], true);
      if (isMask) this.set(EXEC + half, bits[half], true);
    }
  }

  // Memory

  private memory({ one, operands }: Decoded, listener: Listener): void {
    const [data, at, resource, base] = operands;
    const first = resource?.kind === 's' ? this.word(resource) - DESCRIPTOR : -1;
    const binding = this.known && first >= 0 && first < 4096 ? first : undefined;
    const [, extra = 0] = /offset:(\w+)/.exec(one.args.at(-1) ?? '') ?? [];
    const shift = this.word(base) + Number(extra);
    let known = this.known && binding !== undefined;
    const lanes = this.active();
    let filled = 0;
    for (let lane = 0; known && lane < LANES; lane++) {
      if (!this.isActive(lane)) continue;
      const index = at?.kind === 'v' ? this.lane(at, lane) : 0;
      known &&= at?.kind !== 'v' || this.known;
      this.address[filled++] = index + shift;
    }
    listener.step(one, lanes, known ? this.address.subarray(0, filled) : undefined, binding);
    if (one.kind !== 'load' && !/glc/.test(one.args.at(-1) ?? '')) return;
    const words = Math.max(1, one.bytes / 4);
    const isFlag = binding !== undefined && (this.start.buffers.get(binding)?.bytes ?? FLAGS) < FLAGS;
    if (!isFlag || data?.kind !== 'v') {
      this.forget(data!, words);
      return;
    }
    for (let lane = 0; lane < LANES; lane++)
      if (this.isActive(lane)) for (let word = 0; word < words; word++) this.write(data.at + word, lane, 0, true);
  }
}

const read = (bytes: Uint8Array, at: number): number =>
  at + 4 <= bytes.length ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true) : 0;
