// Generates the reads of the inputs of pointwise expressions: broadcast, one element or four neighbours at a time.

import { contiguousStrides, type Meta, type Shape, sameShape, scalarOf, storedOf } from '../../core/meta';
import { type Param, type PointwiseBody, type Stage, u32 } from '../ir';

/**
 * Arrays of at least MIN_SIZED elements are declared with their length, in kernels that have an array of at least LONG.
 */
const MIN_SIZED = 64;
const LONG = 4096;

/**
 * An argument of an expression: an earlier member of the cluster, or a value in memory with the shape it is read in.
 */
export type Source =
  | { readonly member: number }
  | {
      readonly external: number;
      readonly meta: Meta /** `pairs`: the elements are pairs of floats. */;
      readonly pairs?: boolean;
    };

export interface Member {
  readonly name: string;
  readonly body: PointwiseBody;
  readonly inputs: readonly Source[];
  /** Indices of the dynamic scalars in the program's list. */
  readonly scalars: readonly number[];
  readonly result: Meta;
}

/** A member as the functions and uniforms of its kernel see it; its arguments may also be the element being stored. */
export type Evaluated = Omit<Member, 'inputs'> & { readonly inputs: readonly (Source | 'stored')[] };

/** The lengths of storage arrays by name, in elements of their declared type. */
export type Lengths = Readonly<Record<string, number>>;

/**
 * Whether a kernel gains from arrays of fixed length. SwiftShader on a CPU otherwise finds the length by a division at
 * each access: a quarter of the time for long arrays, at most 30 µs a dispatch for others (measured).
 */
export const paysToKnow = (lengths: Lengths): boolean => Object.values(lengths).some((length) => length >= LONG);

/** The source with fixed lengths for its storage arrays: `x: array<f32>;` becomes `x: array<f32, 4096>;`. */
export const withLengths = (source: string, lengths: Lengths): string =>
  source.replace(/> (\w+): array<([\w<>]+)>;/g, (line, name: string, type: string) => {
    const length = Math.ceil(lengths[name] ?? 0);
    return length < MIN_SIZED ? line : `> ${name}: array<${type}, ${length}>;`;
  });

/**
 * The sizes that generated code computes with. Sizes are uniforms, so that one kernel serves all sizes. A size is named
 * by its role in the computation, never by its value: two sizes that happen to be equal must not lead to another
 * kernel.
 */
export class Sizes {
  private readonly byPart = new Map<string, { readonly name: string; readonly value: number }>();

  /** @param tag the prefix of the names */
  constructor(private readonly tag = '') {}

  /** The WGSL name of a size. */
  nameOf(part: string, value: number): string {
    const known = this.byPart.get(part);
    if (known) return known.name;
    const name = `${this.tag}n${this.byPart.size}`;
    this.byPart.set(part, { name, value });
    return name;
  }

  /** Fields of the uniform struct. */
  get fields(): string[] {
    return [...this.byPart.values()].map(({ name }) => `${name}: u32`);
  }

  get params(): Param[] {
    return [...this.byPart.values()].map(({ value }) => u32(value));
  }

  /**
   * Statements that load the sizes into variables (with `lines`: only those the lines use), since each use of a uniform
   * is a load.
   */
  loadsFrom(uniforms: string, lines?: readonly string[]): string[] {
    return [...this.byPart.values()]
      .filter(({ name }) => lines?.some((line) => new RegExp(`\\b${name}\\b`).test(line)) ?? true)
      .map(({ name }) => `  let ${name} = ${uniforms}.${name};`);
  }
}

/** Changes the source of a kernel that moves 32-bit words to move 16-bit elements. */
export const movedAsHalves = (source: string): string => source.replaceAll('array<u32>', 'array<f16>');

interface Run {
  size: number;
  readonly stride: number;
  /** The stride counts groups of four. A stride of 1 is then a coincidence, and the code must not depend on it. */
  readonly fours?: boolean;
}

/**
 * The dimensions of a result as strides in an input's memory, outermost first. Neighbouring dimensions merge into one
 * run if the input is contiguous over all of them, or broadcast over all of them (stride 0).
 */
function runsOf(from: Shape, to: Shape): Run[] {
  const lead = to.length - from.length;
  const strides = contiguousStrides(from);
  const runs: { size: number; stride: number }[] = [];
  for (let d = 0; d < to.length; d++) {
    const size = to[d]!;
    if (size === 1) continue;
    const stride = d >= lead && from[d - lead] !== 1 ? strides[d - lead]! : 0;
    const last = runs[runs.length - 1];
    if (last && (stride === 0 ? last.stride === 0 : last.stride === stride * size)) {
      last.size *= size;
      last.stride = stride;
    } else runs.push({ size, stride });
  }
  return runs;
}

/** Gives a name to a number of a run: the product of the sizes below it, its own size, or its stride. */
type NameOf = (part: string, value: number) => string;

function indexOf(runs: readonly Run[], at: string, nameOf: NameOf): string {
  const terms: string[] = [];
  let below = 1;
  for (let r = runs.length - 1; r >= 0; r--) {
    const { size, stride, fours } = runs[r]!;
    if (stride > 0) {
      let term = r === runs.length - 1 ? at : `${at} / ${nameOf(`below ${r}`, below)}`;
      if (r > 0) term = `(${term}) % ${nameOf(`size ${r}`, size)}`;
      terms.push(stride === 1 && !fours ? `(${term})` : `(${term}) * ${nameOf(`stride ${r}`, stride)}`);
    }
    below *= size;
  }
  return terms.length > 0 ? terms.join(' + ') : '0u';
}

/** Whether all elements of one stage read the same element of an input. */
function isOfStage(from: Shape, to: Shape, { run, of }: Stage): boolean {
  let below = 1;
  return runsOf(from, to)
    .reverse()
    .every(({ size, stride }) => {
      const first = below;
      below *= size;
      return stride === 0 || (first % run === 0 && (of === undefined || (run * of) % below === 0));
    });
}

/** Names for the sizes of the runs in which an input is read, one element or four at a time. */
const namesFor =
  (sizes: Sizes, input: number, runs: readonly Run[], lanes: 1 | 4): NameOf =>
  (part, value) => {
    const runsRead = runs.map(({ size, stride }) => `${size} ${stride}`).join(', ');
    return sizes.nameOf(`${part} of ${input} by ${lanes}: ${runsRead}`, value);
  };

/** Whether a result's elements match the input's one for one: there is a single run, with a stride. */
const isWhole = (runs: readonly Run[]): boolean => runs.length === 1 && runs[0]!.stride > 0;

/** WGSL for the index that element `at` of a result of shape `to` reads in input number `input`, of shape `from`. */
export function broadcastIndex(from: Shape, to: Shape, at: string, sizes: Sizes, input = 0): string {
  const runs = runsOf(from, to);
  return sameShape(from, to) || isWhole(runs) ? at : indexOf(runs, at, namesFor(sizes, input, runs, 1));
}

/**
 * Which elements of an input four neighbouring elements of a result read: four neighbours, one element, or any
 * elements.
 */
export type FourKind = 'four' | 'one' | 'each';

export function fourKind(from: Shape, to: Shape): FourKind {
  const runs = runsOf(from, to);
  if (sameShape(from, to) || isWhole(runs)) return 'four';
  if (runs.every(({ stride }) => stride === 0)) return 'one';
  const inner = runs.at(-1)!;
  if (inner.size % 4 !== 0 || inner.stride > 1) return 'each';
  return inner.stride === 0 ? 'one' : 'four';
}

/**
 * WGSL for the index of the four neighbours, or of the one element, that four elements of a result read. `i` counts
 * groups of four of the result; an index of four neighbours counts groups of four of the input. For kind `'each'`, use
 * `broadcastIndex` for each element.
 */
export function fourIndex(from: Shape, to: Shape, i: string, sizes: Sizes, input = 0): string {
  const runs = runsOf(from, to);
  if (sameShape(from, to) || isWhole(runs)) return i;
  if (runs.every(({ stride }) => stride === 0)) return '0u';
  const fours = fourKind(from, to) === 'four';
  const { size, stride } = runs.at(-1)!;
  const outer = runs.slice(0, -1).map((run) => ({ size: run.size, stride: run.stride / (fours ? 4 : 1), fours }));
  return indexOf([...outer, { size: size / 4, stride }], i, namesFor(sizes, input, runs, 4));
}

const isExternal = (source: Source | 'stored', e: number): source is Exclude<Source, { readonly member: number }> =>
  source !== 'stored' && 'external' in source && source.external === e;

/** Whether all members read an external in fours, if at all. */
export const readsFours = (members: readonly Evaluated[], e: number): boolean =>
  members.every(({ inputs, result }) =>
    inputs.every(
      (source) => !isExternal(source, e) || (!source.pairs && fourKind(source.meta.shape, result.shape) === 'four'),
    ),
  );

/** Whether an external's elements are pairs. */
const inPairs = (members: readonly Evaluated[], e: number): boolean =>
  members.some(({ inputs }) => inputs.some((source) => isExternal(source, e) && source.pairs));

/** An element of an input that all elements of a stage read, and the variable that holds it. */
export interface StagedRead {
  readonly name: string;
  readonly type: string;
  readonly from: string;
}

export interface Evaluation {
  /** The stored value is called `value`. */
  readonly members: readonly Evaluated[];
  readonly externals: readonly Meta[];
  /** The number of elements that are evaluated together; `i` counts groups of this size. */
  readonly lanes: 1 | 4;
  /** The number of elements of the results. */
  readonly count: number;
  readonly sizes: Sizes;
  nameOf(external: number): string;
  /**
   * Describes the elements for which the kernel calls `stage` once: reads that they share are hoisted into that call.
   */
  readonly stage?: Stage | undefined;
  /** The prefix of the names of these hoisted reads. */
  readonly staged?: string;
  /** WGSL for a call of a member's function with these arguments and the member's scalars. */
  call(member: number, args: readonly string[]): string;
}

/**
 * Generates the evaluation of a cluster: statements that leave member m's result for lane l in `v{m}_{l}`, the reads of
 * the stage, and for each external its element type and how many numbers an element holds.
 */
export function evaluation({
  members,
  externals,
  lanes,
  count,
  sizes,
  nameOf,
  stage,
  staged: stagedTag = 'staged_',
  call,
}: Evaluation) {
  const inFours = externals.map((_, e) => lanes === 4 && readsFours(members, e));
  const widthOf = (e: number): 1 | 2 | 4 => (inFours[e] ? 4 : inPairs(members, e) ? 2 : 1);
  const loads = new Map<string, string>();
  /** The name of the variable for the value at that place, which is read once only. */
  const loaded = (external: number, at: string, type: 'f32' | 'vec4f' = 'f32'): string => {
    const stored = `${nameOf(external)}[${at}]`;
    const place = externals[external]!.dtype === 'float16' ? `${type}(${stored})` : stored;
    const name = loads.get(place) ?? `r${loads.size}`;
    loads.set(place, name);
    return name;
  };
  const staged = new Map<string, StagedRead>();
  // The last four may reach past the end.
  const place = (lane: number) => `min(i * 4u + ${lane}u, ${sizes.nameOf('last', count - 1)})`;
  const read = (source: Exclude<Source, { readonly member: number }>, to: Shape, lane: number): string => {
    const { external, meta } = source;
    const { shape } = meta;
    if (lanes === 1) {
      const from = broadcastIndex(shape, to, 'i', sizes, external);
      if (!stage || !isOfStage(shape, to, stage)) return loaded(external, from);
      const read = `${nameOf(external)}[${from}]`;
      const name = staged.get(read)?.name ?? `x${staged.size}`;
      const wide = externals[external]!.dtype === 'float16' ? `f32(${read})` : read;
      staged.set(read, { name, type: source.pairs ? 'vec2f' : scalarOf(meta.dtype), from: wide });
      return `${stagedTag}${name}`;
    }
    const kind = fourKind(shape, to);
    const four = () => fourIndex(shape, to, 'i', sizes, external);
    if (kind === 'four' && inFours[external]) return `${loaded(external, four(), 'vec4f')}.${'xyzw'[lane]}`;
    if (kind === 'one') return loaded(external, four());
    return loaded(external, broadcastIndex(shape, to, place(lane), sizes, external));
  };
  const lines: string[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    members.forEach(({ inputs, result }, m) => {
      const args = inputs.map((source) => {
        if (source === 'stored') return lanes === 4 ? `value.${'xyzw'[lane]}` : 'value';
        return 'member' in source ? `v${source.member}_${lane}` : read(source, result.shape, lane);
      });
      lines.push(`  let v${m}_${lane} = ${call(m, args)};`);
    });
  }
  const reads = [...loads].map(([from, name]) => `  let ${name} = ${from};`);
  const typeOf = (e: number): string => {
    const type = storedOf(externals[e]!.dtype);
    const width = widthOf(e);
    return width > 1 ? `vec${width}<${type}>` : type;
  };
  return { lines: [...reads, ...lines], staged: [...staged.values()], widthOf, typeOf };
}
