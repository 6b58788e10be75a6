// Compilation: turns a pruned program into passes over addresses in memory. Pure: no GPU is needed.
import copySource from '../../../shaders/copy.wgsl?raw';
import { DTypeError, invariant } from '../core/errors';
import { allHere, LatePart, whenLoaded } from '../core/late';
import { byteLength } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';
import { SMALL_BYTES } from '../gpu/memory';
import { codeOf } from '../wgsl/kernel-code';
import { shake } from '../wgsl/shake';
import { isMarked, writing } from '../wgsl/unroll';
import { fillsFirst, type PackTarget, packTargets } from './direct-writes';
import { faultFlow } from './fault-flow';
import { inlining } from './fusion/inlining';
import { clusterPass } from './fusion/pointwise';
import {
  gridFor,
  input,
  type LoweredProgram,
  type Lowering,
  type Operand,
  type Overwrite,
  output,
  type Pass,
  type Program,
  type ProgramNode,
  paramsOf,
} from './ir';
import { framing, hasFrames } from './passes/frames';
import { hasHalves, widening } from './passes/halves';
import { type CompilerPass, compilerPasses } from './passes/index';
import { type Address, type ExportMode, type InputMode, type Location, operandsOf, type Plan, type Step } from './plan';
import { withTexts } from './texts';

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

/**
 * Slices up to this many bytes are copied into a slot, since a bound slice needs another bind group for each offset.
 * For larger slices, the bind group costs less than the copy.
 */
const MAX_COPIED_SLICE = 1 << 22;

/**
 * Compiles a program to a plan. Call it within `whenLoaded`. Other `passes` are for tests; the plan computes the same
 * with any.
 */
export function compile(
  recorded: Program,
  adapter: AdapterProfile,
  passes: readonly CompilerPass[] = compilerPasses,
): Plan {
  if (hasHalves(recorded)) expectHalf(adapter);
  const isFramed = hasFrames(recorded);
  const program = fillsFirst((isFramed && framing.here?.joinFrames(recorded)) || recorded);
  const first: LoweredProgram = { program, lowerings: lowerings(program, adapter) };
  // Thrown only now, so that kernels which `lowerings` found missing load at the same time.
  if (isFramed) void framing.now;
  const lowered = passes.reduce((before, pass) => pass(before), first);
  const plan = { ...new Planner(lowered).run(), faults: faultFlow(lowered) };
  if (!writing.here && plan.steps.some(({ pass }) => pass.source.some(isMarked))) void writing.now;
  return plan.locations.some(({ bytes }) => bytes > adapter.maxStorageBufferBindingSize)
    ? large.now.inRanges(plan, recorded, adapter, passes === compilerPasses ? compile : null, needed, clusterPass)
    : plan;
}

/** The WGSL of a pass without the functions that its entry does not call. */
const needed = (pass: Pass): string => shake(codeOf(pass), pass.entry ?? 'main');

/** Cuts dispatches that would take too long, binds values larger than a binding may be, and refuses those larger than a buffer. */
const large = new LatePart('large', () => import('./large'));

/**
 * A typical adapter, as a guess before the real one is known. On Intel's GPUs the fewest kernels differ from those of
 * other devices; what another one needs besides comes when it is known.
 */
const usual: AdapterProfile = {
  kind: 'gpu',
  vendor: 'intel',
  architecture: '',
  description: '',
  features: new Set(),
  maxStorageBufferBindingSize: 1 << 27,
  maxBufferSize: 1 << 28,
};

/**
 * Loads the code and the texts that the plan of a program will probably need, while the device is being requested. A
 * wrong guess costs nothing.
 */
export function foresee(program: Program): void {
  // An error is reported when the plan is made for the real adapter.
  whenLoaded(() => lowerings(program, usual)).catch(() => {});
}

export const supportsHalf = ({ features }: AdapterProfile): boolean => features.has('shader-f16');

/** Throws unless the device computes with float16; `where` begins the message. */
export function expectHalf(adapter: AdapterProfile, where = 'float16'): void {
  if (supportsHalf(adapter)) return;
  throw new DTypeError(
    `${where}: expected a dtype that this device computes in, but got float16, which needs a GPU with 'shader-f16', and ${adapter.description || 'this one'} lacks it; use float32`,
  );
}

/** Lowers the nodes of a program. @throws MissingParts if code or texts have not been loaded */
const lowerings = (program: Program, adapter: AdapterProfile): Lowering[] => {
  const { nodes, values } = program;
  return allHere(
    nodes.map(({ op, attrs, ...node }) => () => {
      const inputs = node.inputs.map((v) => values[v]!);
      const outputs = node.outputs.map((v) => values[v]!);
      return withTexts(op.lower({ inputs, outputs, attrs, adapter }));
    }),
    // A program with late kernels nearly always needs these parts, too.
    [inlining, writing, ...(hasHalves(program) ? [widening] : []), ...(hasFrames(program) ? [framing] : [])],
  );
};

class Planner {
  private readonly locations: Location[] = [];
  private steps: Step[] = [];
  private readonly addresses: (Address | undefined)[];
  private readonly program: Program;
  private readonly lowerings: readonly Lowering[];
  private readonly lastUse: number[];
  private readonly exported: ReadonlySet<number>;
  /** For each location that is overwritten in place: the first node that does so. */
  private readonly overwrittenAt = new Map<number, number>();
  /** The results of passes that only fill scratch buffers, for later passes that are equal. */
  private readonly scratchResults = new Map<string, Address>();
  /** The locations that any node overwrites in place. */
  private readonly overwrites = new Set<number>();
  /** Slices that are copied straight to their places in a joined value. */
  private readonly joined = new Map<number, Address>();
  private readonly users: readonly number[];

  constructor({ program, lowerings }: LoweredProgram) {
    const { values, nodes, inputCount, exports } = program;
    this.program = program;
    this.lowerings = lowerings;
    this.addresses = new Array(values.length);
    this.exported = new Set(exports);
    this.lastUse = new Array<number>(values.length).fill(-1);
    const users = new Array<number>(values.length).fill(0);
    nodes.forEach((node, n) => {
      for (const v of node.inputs) {
        this.lastUse[v] = n;
        users[v]!++;
      }
    });
    this.users = users;
    for (const v of exports) this.lastUse[v] = nodes.length;
    for (let v = 0; v < inputCount; v++) this.addresses[v] = this.newAddress(byteLength(values[v]!), v);
  }

  run(): Omit<Plan, 'faults'> {
    const { nodes, inputCount } = this.program;
    const overwrites = this.inPlaceNodes();
    for (const v of overwrites.keys()) if (v < inputCount) this.overwrites.add(this.addresses[v]!.location);
    const targets = packTargets(this.program, this.lowerings);
    nodes.forEach((node, n) => {
      const lowering = this.lowerings[n]!;
      if (lowering.kind === 'alias') this.alias(node, lowering.byteOffset, overwrites, n);
      else if (lowering.kind === 'pack') this.pack(node, lowering.offsets, n);
      else if (lowering.kind === 'passes' && lowering.joins && this.joinsSlices(node)) this.join(node, lowering.joins);
      else this.emit(node, lowering, n, targets);
    });
    const inputs = Array.from({ length: inputCount }, (_, i): InputMode => {
      const { location, bytes } = this.addresses[i]!;
      if (this.locations[location]!.input === i && this.overwrittenAt.has(location)) return 'bindAndOverwrite';
      const isSlice = this.isSlice(i);
      if (this.joined.has(i)) return 'copy';
      if (bytes <= (isSlice ? MAX_COPIED_SLICE : SMALL_BYTES)) return 'copy';
      return isSlice ? 'slice' : 'bind';
    });
    const exports = this.exportModes();
    this.steps = [...this.steps.filter(({ kept }) => kept), ...this.steps.filter(({ kept }) => !kept)];
    this.measureLives();
    return { locations: this.locations, steps: this.steps, inputs, joined: this.joined, exports };
  }

  private isSlice(v: number): boolean {
    return this.program.slices?.[v] ?? false;
  }

  /**
   * Whether a node concatenates slices that nothing else reads: then each can be copied straight to its place in the
   * result.
   */
  private joinsSlices({ inputs }: ProgramNode): boolean {
    return inputs.every((v) => this.isSlice(v) && this.users[v] === 1 && !this.exported.has(v));
  }

  private join(node: ProgramNode, offsets: readonly number[]): void {
    const [out] = node.outputs as [number];
    const address = this.newAddress(byteLength(this.program.values[out]!));
    this.locations[address.location]!.filled = true;
    this.addresses[out] = address;
    node.inputs.forEach((v, i) => {
      const { bytes } = this.addresses[v]!;
      this.joined.set(v, { location: address.location, offset: offsets[i]!, bytes });
    });
  }

  /** For each value that is overwritten in place: the node that does so. Aliases of such a value are included. */
  private inPlaceNodes(): Map<number, number> {
    const root = new Map<number, number>();
    const at = new Map<number, number>();
    this.program.nodes.forEach((node, n) => {
      if (this.lowerings[n]!.kind === 'alias') {
        const source = node.inputs[0]!;
        root.set(node.outputs[0]!, root.get(source) ?? source);
      }
      for (const [, i] of node.op.inPlace?.(node.attrs) ?? []) at.set(node.inputs[i]!, n);
    });
    for (const [value, source] of root) if (at.has(source)) at.set(value, at.get(source)!);
    return at;
  }

  private alias(node: ProgramNode, byteOffset: number, overwrites: Map<number, number>, n: number): void {
    const [from] = node.inputs as [number];
    const [to] = node.outputs as [number];
    const source = this.addresses[from]!;
    const offset = source.offset + byteOffset;
    const bytes = byteLength(this.program.values[to]!);
    const overwritten = overwrites.get(to);
    const outlives = overwritten !== undefined && overwritten >= n && this.lastUse[to]! > overwritten;
    if (offset % ALIGNMENT === 0 && !outlives) this.addresses[to] = { location: source.location, offset, bytes };
    else this.addresses[to] = this.copy(source, byteOffset, bytes);
  }

  private pack(node: ProgramNode, offsets: readonly number[], n: number): void {
    const packed = this.packAddress(node, n);
    this.addresses[node.outputs[0]!] = packed;
    offsets.forEach((offset, i) => {
      const v = node.inputs[i]!;
      const bytes = byteLength(this.program.values[v]!);
      const from = this.addresses[v]!;
      const to = { location: packed.location, offset: packed.offset + offset, bytes };
      if (from.location !== to.location || from.offset !== to.offset) this.copyInto(to, from, bytes);
    });
  }

  /** The memory of a pack: allocated at its first direct writer or at the pack itself, whichever comes first. */
  private packAddress(node: ProgramNode, n: number): Address {
    const out = node.outputs[0]!;
    const existing = this.addresses[out];
    if (existing) return existing;
    const [pair] = node.op.inPlace?.(node.attrs) ?? [];
    const bytes = byteLength(this.program.values[out]!);
    const address = pair ? this.overwrite(node.inputs[pair[1]]!, n) : this.newAddress(bytes);
    this.addresses[out] = address;
    return address;
  }

  private emit(
    node: ProgramNode,
    lowering: Lowering & { kind: 'passes' | 'pointwise' },
    n: number,
    targets: ReadonlyMap<number, PackTarget>,
  ): void {
    invariant(lowering.kind === 'passes', 'pointwise bodies are lowered before they are emitted');
    const inPlace = new Map((node.op.inPlace?.(node.attrs) ?? []).map(([o, i]) => [o, i]));
    const reuse = lowering.overwrites?.find((overwrite) => this.mayOverwrite(node, overwrite, n, targets));
    const passes = reuse ? reuse.passes() : lowering.passes;
    node.outputs.forEach((v, o) => {
      const bytes = byteLength(this.program.values[v]!);
      const i = inPlace.get(o);
      const target = targets.get(v);
      if (o === reuse?.output) this.addresses[v] = this.addresses[node.inputs[reuse.input]!]!;
      else if (i !== undefined) this.addresses[v] = this.overwrite(node.inputs[i]!, n);
      else if (target) {
        const packed = this.packAddress(this.program.nodes[target.node]!, target.node);
        this.addresses[v] = { location: packed.location, offset: packed.offset + target.offset, bytes };
      } else this.addresses[v] = this.newAddress(bytes);
    });
    const temporaries = (lowering.scratch ?? []).map((bytes) => this.newAddress(bytes));
    const find = (operand: Operand): Address | 'fault' => {
      if (operand.from === 'fault') return 'fault';
      if (operand.from === 'scratch') return temporaries[operand.index]!;
      return this.addresses[(operand.from === 'input' ? node.inputs : node.outputs)[operand.index]!]!;
    };
    if (reuse) this.overwrites.add(this.addresses[node.outputs[reuse.output]!]!.location);
    for (const pass of passes) {
      const reused = this.reusable(pass, passes, find);
      if (reused?.address) temporaries[reused.scratch] = reused.address;
      else {
        const addresses = operandsOf(pass).map(({ operand }) => find(operand));
        const kept = lowering.kept && this.keep(pass, addresses);
        this.push(pass, addresses, node, kept);
        if (reused) this.scratchResults.set(reused.key, temporaries[reused.scratch]!);
      }
    }
  }

  /**
   * If a pass reads only inputs of the program: marks its results as kept, and returns these inputs. Otherwise
   * undefined.
   */
  private keep(pass: Pass, addresses: readonly (Address | 'fault')[]): readonly number[] | undefined {
    const operands = operandsOf(pass);
    const [from, to] = (['r', 'w'] as const).map((kind) => addresses.filter((_, i) => operands[i]!.kind === kind));
    const inputs = from!.map((address) => (address === 'fault' ? undefined : this.locations[address.location]!.input));
    if (to!.includes('fault') || inputs.some((i) => i === undefined || this.joined.has(i))) return undefined;
    for (const address of to as Address[]) this.locations[address.location]!.kept = true;
    return [...new Set(inputs as number[])];
  }

  /** Whether an input is a temporary of the output's size that nobody reads after node `n`. */
  private mayOverwrite(
    node: ProgramNode,
    { input, output }: Overwrite,
    n: number,
    targets: ReadonlyMap<number, PackTarget>,
  ): boolean {
    const address = this.addresses[node.inputs[input]!]!;
    const location = this.locations[address.location]!;
    const v = node.outputs[output]!;
    const bytes = byteLength(this.program.values[v]!);
    // Kept results are read again by the next run, so they must not be overwritten.
    if (location.input !== undefined || location.kept || targets.has(v)) return false;
    if (address.bytes !== location.bytes || bytes !== address.bytes) return false;
    return this.addresses.every((other, u) => other?.location !== address.location || this.lastUse[u]! <= n);
  }

  /**
   * For a pass that only fills one scratch buffer: a key, and the address of the result of an equal earlier pass, if
   * any.
   */
  private reusable(
    pass: Pass,
    passes: readonly Pass[],
    find: (operand: Operand) => Address | 'fault',
  ): { readonly key: string; readonly scratch: number; readonly address?: Address } | null {
    const [written] = pass.writes;
    const dynamic = paramsOf(pass.params).some(([, value]) => typeof value !== 'number');
    if (pass.writes.length !== 1 || written?.from !== 'scratch' || dynamic || pass.extras) return null;
    const fills = ({ writes }: Pass) => writes.some((o) => o.from === 'scratch' && o.index === written.index);
    const reads = pass.reads.map(find);
    // A buffer that is overwritten in place holds another value later, so passes that read it are not equal.
    if (
      passes.filter(fills).length !== 1 ||
      reads.some((address) => address === 'fault' || this.overwrites.has(address.location))
    ) {
      return null;
    }
    const { reads: _, writes, ...rest } = pass;
    const key = JSON.stringify([rest, reads]);
    return { key, scratch: written.index, address: this.scratchResults.get(key) };
  }

  /** The address of an input that node `n` overwrites. If later nodes read the old contents, copies them first. */
  private overwrite(value: number, n: number): Address {
    const address = this.addresses[value]!;
    if (this.locations[address.location]!.kept) return this.copy(address, 0, address.bytes);
    if (this.lastUse[value]! > n) this.addresses[value] = this.copy(address, 0, address.bytes);
    if (!this.overwrittenAt.has(address.location)) this.overwrittenAt.set(address.location, n);
    return address;
  }

  private copy(source: Address, byteOffset: number, bytes: number): Address {
    const address = this.newAddress(bytes);
    this.copyInto(address, source, bytes, byteOffset);
    return address;
  }

  private copyInto(to: Address, from: Address, bytes: number, byteOffset = 0): void {
    const words = bytes / 4;
    const pass: Pass = {
      label: 'copy',
      source: [copySource],
      reads: [input(0)],
      writes: [output()],
      params: { count: words, offset: byteOffset / 4 },
      grid: gridFor(words, 64),
    };
    this.push(pass, [from, to]);
  }

  private push(
    pass: Pass,
    addresses: readonly (Address | 'fault')[],
    node?: ProgramNode,
    kept?: readonly number[],
  ): void {
    if (pass.grid.includes(0)) return;
    const operands = operandsOf(pass);
    const written = new Set(
      addresses.map((address, i) => address !== 'fault' && operands[i]!.kind === 'w' && address.location),
    );
    // WebGPU refuses a buffer that one dispatch both reads and writes, even in separate ranges.
    const safe = addresses.map((address, i) => {
      const clash = operands[i]!.kind === 'r' && address !== 'fault' && written.has(address.location);
      return clash ? this.copy(address, 0, address.bytes) : address;
    });
    const scalarBase = node?.scalarBase ?? 0;
    for (const part of pass.parts ? large.now.cut(pass, pass.parts, needed) : [pass])
      this.steps.push({ pass: part, addresses: safe, scalarBase, ...(node && { node }), ...(kept && { kept }) });
  }

  private newAddress(bytes: number, inputIndex?: number): Address {
    this.locations.push({ bytes, ...(inputIndex === undefined ? {} : { input: inputIndex }), first: -1, last: -1 });
    return { location: this.locations.length - 1, offset: 0, bytes };
  }

  private exportModes(): ExportMode[] {
    const { exports, nodes, roomy } = this.program;
    const users = new Map<number, number>();
    for (const v of exports) {
      const { location } = this.addresses[v]!;
      users.set(location, (users.get(location) ?? 0) + 1);
    }
    const lasting = new Set<number>();
    nodes.forEach((node, n) => {
      if (this.lowerings[n]!.kind === 'pack') lasting.add(node.outputs[0]!);
      for (const [o] of node.op.inPlace?.(node.attrs) ?? []) lasting.add(node.outputs[o]!);
    });
    return exports.map((v, index): ExportMode => {
      const address = this.addresses[v]!;
      const location = this.locations[address.location]!;
      const whole = address.offset === 0 && address.bytes === location.bytes;
      if (location.input !== undefined && this.overwrittenAt.has(address.location) && whole && lasting.has(v)) {
        return { kind: 'takeover', input: location.input };
      }
      const own = location.input === undefined && whole && users.get(address.location) === 1;
      if (own && !roomy?.[index] && (address.bytes > SMALL_BYTES || lasting.has(v))) {
        location.export = index;
        return { kind: 'bind' };
      }
      return { kind: 'copy', address, dedicated: lasting.has(v) };
    });
  }

  private measureLives(): void {
    const live = (address: Address, s: number) => {
      const location = this.locations[address.location]!;
      if (location.first < 0) location.first = s;
      location.last = s;
    };
    this.steps.forEach(({ addresses }, s) => {
      for (const address of addresses) if (address !== 'fault') live(address, s);
    });
    for (const v of this.exported) live(this.addresses[v]!, this.steps.length);
  }
}
