// Code generation for clusters of pointwise expressions, put into shaders/pointwise.wgsl.
import halfLib from '../../../../shaders/lib/half.wgsl?raw';
import template from '../../../../shaders/pointwise.wgsl?raw';
import { type DType, type Meta, numel, type Scalar, sameShape, scalarOf, storedOf } from '../../core/meta';
import { gridFor, input, output, type Param, type Pass, scalar, u32, varied } from '../ir';
import { type Evaluated, evaluation, type Lengths, type Member, Sizes, type Source } from './read-inputs';

const WORKGROUP = 64;
/** Up to this many elements are evaluated one by one, unless their number is a multiple of 4. */
const FEW = 8;
const generated = /\/\/ generated-begin[\s\S]*\/\/ generated-end/;

/** Expressions over the same number of elements (fills may have any number), each after its arguments. */
export interface Cluster {
  readonly members: readonly Member[];
  readonly externals: readonly Meta[];
  /** Members whose results are written to memory. */
  readonly outputs: readonly number[];
}

/**
 * An external that an output overwrites in place: both share one binding, and each element is read before it is
 * written.
 */
export interface Merge {
  readonly external: number;
  readonly output: number;
}

/** The external-output pairs that may be merged: only the element that is being written is read of the external. */
export function mergesOf({ members, externals, outputs }: Cluster): Merge[] {
  return externals.flatMap((x, external) => {
    if (!members.every((member) => readsWhole(member, external))) return [];
    const output = outputs.findIndex((m) => {
      const { result } = members[m]!;
      return storedOf(result.dtype) === storedOf(x.dtype) && numel(result.shape) === numel(x.shape);
    });
    return output < 0 ? [] : [{ external, output }];
  });
}

/** The one pass that evaluates a cluster: reads the externals, writes the outputs. */
export function clusterPass(cluster: Cluster, merge?: Merge): Pass {
  const count = countOf(cluster);
  const inFours = () => lanesPass(cluster, 4, merge);
  return count % 4 === 0 || count > FEW
    ? inFours()
    : varied(lanesPass(cluster, 1, merge), { general: inFours(), apart: true });
}

const countOf = ({ members, outputs }: Cluster): number => numel(members[outputs[0]!]!.result.shape);

/**
 * The pass with `lanes` elements per invocation. The last four may reach past the end, as bindings are multiples of 16
 * bytes.
 */
function lanesPass(cluster: Cluster, lanes: 1 | 4, merge?: Merge): Pass {
  const { members, externals, outputs } = cluster;
  const count = countOf(cluster);
  const { code, sizes, lengths } = generate(cluster, count, lanes, merge);
  const params: Param[] = [u32(Math.ceil(count / lanes)), ...sizes.params];
  for (const { scalars, body } of members) for (const s of scalars) params.push(scalar(s, body.scalarType));
  const names = members.filter(({ inputs }) => inputs.length > 0).map(({ name }) => name);
  return {
    label: names.length > 0 ? names.join(' ') : members[0]!.name,
    source: [...libsOf(members), template.replace(generated, () => code)],
    // A pass without inputs only fills, usually once, so one kernel serves all lengths.
    ...(externals.length > 0 && { variants: { lengths } }),
    reads: externals.map((_, i) => input(i)).filter((_, i) => i !== merge?.external),
    writes: outputs.map((_, i) => output(i)),
    params,
    grid: gridFor(Math.ceil(count / lanes), WORKGROUP),
  };
}

function generate({ members, externals, outputs }: Cluster, count: number, lanes: 1 | 4, merge?: Merge) {
  const nameOf = (e: number) => (e === merge?.external ? `y${merge.output}` : `x${e}`);
  const scalars = members.map((member, m) => member.scalars.map((_, i) => `m${m}s${i}`));
  const call = (m: number, args: readonly string[]) => `apply${m}(${[...args, ...scalars[m]!].join(', ')})`;
  const sizes = new Sizes();
  const evaluated = evaluation({ members, externals, lanes, count, sizes, nameOf, call });

  const fields = ['count: u32', ...sizes.fields, ...fieldsOf(members)];
  const lines = [`struct Params { ${fields.join(', ')} }`];
  const lengths: Record<string, number> = {};
  let binding = 0;
  externals.forEach((x, e) => {
    if (e === merge?.external) return;
    lengths[nameOf(e)] = numel(x.shape) / evaluated.widthOf(e);
    lines.push(`@group(0) @binding(${binding++}) var<storage, read> ${nameOf(e)}: array<${evaluated.typeOf(e)}>;`);
  });
  outputs.forEach((m, o) => {
    const type = storedOf(members[m]!.result.dtype);
    const store = lanes === 4 ? `vec4<${type}>` : type;
    lengths[`y${o}`] = count / lanes;
    lines.push(`@group(0) @binding(${binding++}) var<storage, read_write> y${o}: array<${store}>;`);
  });
  lines.push(`@group(0) @binding(${binding}) var<uniform> params: Params;`);

  lines.push(...functionsOf(members, 'apply'));
  // Each use of a uniform is a load.
  const loads = scalars.flat().map((name) => `  let ${name} = params.${name};`);
  lines.push('fn evaluate(i: u32) {', ...sizes.loadsFrom('params'), ...loads, ...evaluated.lines);
  outputs.forEach((m, o) => {
    lines.push(`  y${o}[i] = ${resultOf(members, m, lanes)};`);
  });
  lines.push('}');
  return { code: lines.join('\n'), sizes, lengths: lengths as Lengths };
}

/** The libraries that the functions of members call. */
export function libsOf(members: readonly Evaluated[]): string[] {
  const libs = new Set(members.flatMap(({ body }) => body.lib ?? []));
  if (members.some(({ result }) => result.dtype === 'float16')) libs.add(halfLib);
  return [...libs];
}

/** WGSL for a member's result as it is stored, for one lane or four. */
export function resultOf(members: readonly Evaluated[], m: number, lanes: 1 | 4): string {
  const { dtype } = members[m]!.result;
  const computed =
    lanes === 1 ? `v${m}_0` : `vec4<${scalarOf(dtype)}>(${[0, 1, 2, 3].map((lane) => `v${m}_${lane}`).join(', ')})`;
  if (dtype !== 'float16') return computed;
  return lanes === 1 ? `f16(${computed})` : `vec4<f16>(${computed})`;
}

const rounded = (expr: string, dtype: DType): string => (dtype === 'float16' ? `half_nearest(${expr})` : expr);

/** One function per member, `prefix0` and so on, with the member's arguments and scalars as parameters. */
export function functionsOf(members: readonly Evaluated[], prefix: string): string[] {
  const typeOf = (source: Source | 'stored'): Scalar | 'vec2f' => {
    if (source === 'stored') return 'f32';
    if ('external' in source && source.pairs) return 'vec2f';
    return scalarOf('member' in source ? members[source.member]!.result.dtype : source.meta.dtype);
  };
  return members.map(({ body, inputs, scalars, result }, m) => {
    const parameters = [
      ...inputs.map((source, i) => `a${i}: ${typeOf(source)}`),
      ...scalars.map((_, i) => `s${i}: ${body.scalarType ?? 'f32'}`),
    ];
    return `fn ${prefix}${m}(${parameters.join(', ')}) -> ${scalarOf(result.dtype)} { return ${rounded(body.expr, result.dtype)}; }`;
  });
}

/** The fields of a uniform struct for the members' scalars: `m0s0: f32` and so on. */
export const fieldsOf = (members: readonly Evaluated[]): string[] =>
  members.flatMap(({ body, scalars }, m) => scalars.map((_, i) => `m${m}s${i}: ${body.scalarType ?? 'f32'}`));

/** Whether a member, if it reads an external at all, reads it element by element. */
const readsWhole = ({ inputs, result }: Member, external: number): boolean =>
  inputs.every(
    (source) => !('external' in source) || source.external !== external || sameShape(source.meta.shape, result.shape),
  );
