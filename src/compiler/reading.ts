// How kernels read the inputs of pointwise expressions: broadcast, an element or four neighbouring elements at a time.
import { contiguousStrides, type DType, type Meta, type Shape, sameShape, storedOf } from './meta';
import type { Evaluated, Source } from './pointwise';

/** Arrays from this length on are declared with it. */
const MIN_SIZED = 64;

/**
 * A storage array's WGSL type. A known length spares each access the division by which a processor (SwiftShader) finds it;
 * short arrays go without, so that kernels over few elements are shared.
 */
export const arrayOf = (type: string, length: number): string =>
  length < MIN_SIZED ? `array<${type}>` : `array<${type}, ${length}>`;

/** The source with the lengths of the storage arrays named: `x: array<f32>;` becomes `x: array<f32, 4096>;`. */
export function withLengths(source: string, lengths: Readonly<Record<string, number>>): string {
  return source.replace(/> (\w+): array<([\w<>]+)>;/g, (line, name: string, type: string) =>
    lengths[name] === undefined ? line : `> ${name}: ${arrayOf(type, Math.ceil(lengths[name]))};`,
  );
}

/** The source of a kernel that moves elements, whatever they are, in words: for float16, in halves of words. */
export const movedAs = (dtype: DType, source: string): string =>
  dtype === 'float16' ? source.replaceAll('array<u32>', 'array<f16>') : source;

interface Run {
  size: number;
  readonly stride: number;
}

/** The dimensions of a result in an input's memory, outermost first; those that the input has or lacks together are one run. */
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

function indexOf(runs: readonly Run[], at: string): string {
  const terms: string[] = [];
  let below = 1;
  for (let r = runs.length - 1; r >= 0; r--) {
    const { size, stride } = runs[r]!;
    if (stride > 0) {
      let term = below === 1 ? at : `${at} / ${below}u`;
      if (r > 0) term = `(${term}) % ${size}u`;
      terms.push(stride === 1 ? `(${term})` : `(${term}) * ${stride}u`);
    }
    below *= size;
  }
  return terms.length > 0 ? terms.join(' + ') : '0u';
}

/** WGSL for the element of an input of shape `from` that meets element `at` of a result of shape `to`. */
export const broadcastIndex = (from: Shape, to: Shape, at: string): string =>
  sameShape(from, to) ? at : indexOf(runsOf(from, to), at);

/** What four neighbouring elements of a result meet in an input: four neighbours, one element, or any elements. */
export type FourRead =
  | { readonly kind: 'four' | 'one'; readonly index: string }
  /** `broadcastIndex` says which, one by one. */
  | { readonly kind: 'each' };

/** `i` counts fours of the result; the index of a four counts fours of the input. */
export function fourRead(from: Shape, to: Shape, i: string): FourRead {
  if (sameShape(from, to)) return { kind: 'four', index: i };
  const runs = runsOf(from, to);
  if (runs.every(({ stride }) => stride === 0)) return { kind: 'one', index: '0u' };
  const inner = runs.at(-1)!;
  if (inner.size % 4 !== 0 || inner.stride > 1) return { kind: 'each' };
  const outer = runs.slice(0, -1);
  const innermost = { size: inner.size / 4, stride: inner.stride };
  if (inner.stride === 0) return { kind: 'one', index: indexOf([...outer, innermost], i) };
  const quarters = outer.map(({ size, stride }) => ({ size, stride: stride / 4 }));
  return { kind: 'four', index: indexOf([...quarters, innermost], i) };
}

const isExternal = (source: Source | 'stored', e: number): source is Exclude<Source, { readonly member: number }> =>
  source !== 'stored' && 'external' in source && source.external === e;

/** Whether all members read an external in fours, if at all. */
export const readsFours = (members: readonly Evaluated[], e: number): boolean =>
  members.every(({ inputs, result }) =>
    inputs.every((source) => !isExternal(source, e) || fourRead(source.meta.shape, result.shape, '').kind === 'four'),
  );

export interface Evaluation {
  /** What is stored is called `value`. */
  readonly members: readonly Evaluated[];
  readonly externals: readonly Meta[];
  /** Elements that are evaluated together: `i` counts them. */
  readonly lanes: 1 | 4;
  /** Elements of the results. */
  readonly count: number;
  nameOf(external: number): string;
  /** WGSL of a member's function and of its scalars. */
  call(member: number, args: readonly string[]): string;
}

/** Declarations of externals' element types, and statements that leave member m's result for lane l in `v{m}_{l}`. */
export function evaluation({ members, externals, lanes, count, nameOf, call }: Evaluation) {
  const inFours = externals.map((_, e) => lanes === 4 && readsFours(members, e));
  const loads = new Map<string, string>();
  /** The name of what is read there; each place is read once. */
  const loaded = (external: number, at: string, type: 'f32' | 'vec4f' = 'f32'): string => {
    const stored = `${nameOf(external)}[${at}]`;
    const place = externals[external]!.dtype === 'float16' ? `${type}(${stored})` : stored;
    const name = loads.get(place) ?? `r${loads.size}`;
    loads.set(place, name);
    return name;
  };
  // The last four may reach past the end.
  const place = (lane: number) => (count % 4 === 0 ? `(i * 4u + ${lane}u)` : `min(i * 4u + ${lane}u, ${count - 1}u)`);
  const read = (source: Exclude<Source, { readonly member: number }>, to: Shape, lane: number): string => {
    const { external, meta } = source;
    if (lanes === 1) return loaded(external, broadcastIndex(meta.shape, to, 'i'));
    const four = fourRead(meta.shape, to, 'i');
    if (four.kind === 'four' && inFours[external]) return `${loaded(external, four.index, 'vec4f')}.${'xyzw'[lane]}`;
    if (four.kind === 'one') return loaded(external, four.index);
    return loaded(external, broadcastIndex(meta.shape, to, place(lane)));
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
    return inFours[e] ? `vec4<${type}>` : type;
  };
  return { lines: [...reads, ...lines], inFours, typeOf };
}
