// Code generation for clusters of pointwise expressions, put into shaders/pointwise.wgsl.
import template from '../../shaders/pointwise.wgsl?raw';
import { input, output, type Param, type Pass, type PointwiseBody, scalar, u32 } from './ir';
import { gridFor } from './lowering';
import { contiguousStrides, type Meta, numel, type Scalar, type Shape, sameShape, scalarOf } from './meta';

const WORKGROUP = 64;
const generated = /\/\/ generated-begin[\s\S]*\/\/ generated-end/;

/** An argument of an expression: an earlier member of the cluster, or a value in memory with the shape it is read in. */
export type Source = { readonly member: number } | { readonly external: number; readonly meta: Meta };

export interface Member {
  readonly name: string;
  readonly body: PointwiseBody;
  readonly inputs: readonly Source[];
  /** Indices of the dynamic scalars in the program's list. */
  readonly scalars: readonly number[];
  readonly result: Meta;
}

/** Expressions over the same number of elements (fills may have any), in an order in which each follows its arguments. */
export interface Cluster {
  readonly members: readonly Member[];
  readonly externals: readonly Meta[];
  /** Members whose results are written to memory. */
  readonly outputs: readonly number[];
}

/** The one pass that evaluates a cluster: reads the externals, writes the outputs. */
export function clusterPass(cluster: Cluster): Pass {
  const { members, externals, outputs } = cluster;
  const count = numel(members[outputs[0]!]!.result.shape);
  const lanes = count % 4 === 0 ? 4 : 1;
  const params: Param[] = [u32(count / lanes)];
  for (const { scalars, body } of members) for (const s of scalars) params.push(scalar(s, body.scalarType));
  const libs = new Set(members.flatMap(({ body }) => body.lib ?? []));
  const names = members.filter(({ inputs }) => inputs.length > 0).map(({ name }) => name);
  return {
    label: names.length > 0 ? names.join(' ') : members[0]!.name,
    source: [...libs, template.replace(generated, () => generate(cluster, lanes))],
    reads: externals.map((_, i) => input(i)),
    writes: outputs.map((_, i) => output(i)),
    params,
    grid: gridFor(count / lanes, WORKGROUP),
  };
}

function generate({ members, externals, outputs }: Cluster, lanes: 1 | 4): string {
  const lines: string[] = [];
  const scalarNames = members.map(({ scalars }, m) => scalars.map((_, i) => `m${m}s${i}`));
  lines.push(`struct Params { ${['count: u32', ...fieldsOf(members)].join(', ')} }`);

  const wide = externals.map((_, e) => lanes === 4 && members.every((member) => readsWhole(member, e)));
  externals.forEach((x, e) => {
    const type = scalarOf(x.dtype);
    lines.push(`@group(0) @binding(${e}) var<storage, read> x${e}: array<${wide[e] ? `vec4<${type}>` : type}>;`);
  });
  outputs.forEach((m, o) => {
    const type = scalarOf(members[m]!.result.dtype);
    const store = lanes === 4 ? `vec4<${type}>` : type;
    lines.push(`@group(0) @binding(${externals.length + o}) var<storage, read_write> y${o}: array<${store}>;`);
  });
  lines.push(`@group(0) @binding(${externals.length + outputs.length}) var<uniform> params: Params;`);

  lines.push(...functionsOf(members, 'apply'));
  lines.push('fn evaluate(i: u32) {');
  externals.forEach((_, e) => {
    if (wide[e]) lines.push(`  let w${e} = x${e}[i];`);
  });
  for (let lane = 0; lane < lanes; lane++) {
    members.forEach(({ inputs, result }, m) => {
      const args = inputs.map((source) => {
        if ('member' in source) return `v${source.member}_${lane}`;
        if (wide[source.external]) return `w${source.external}.${'xyzw'[lane]}`;
        const at = lanes === 4 ? `(i * 4u + ${lane}u)` : 'i';
        return `x${source.external}[${broadcastIndex(source.meta.shape, result.shape, at)}]`;
      });
      const call = [...args, ...scalarNames[m]!.map((name) => `params.${name}`)].join(', ');
      lines.push(`  let v${m}_${lane} = apply${m}(${call});`);
    });
  }
  outputs.forEach((m, o) => {
    const lanesOf = Array.from({ length: lanes }, (_, lane) => `v${m}_${lane}`);
    const type = scalarOf(members[m]!.result.dtype);
    lines.push(`  y${o}[i] = ${lanes === 4 ? `vec4<${type}>(${lanesOf.join(', ')})` : lanesOf[0]};`);
  });
  lines.push('}');
  return lines.join('\n');
}

/** A member as the functions and uniforms of its kernel see it; its arguments may also be the element being stored. */
type Evaluated = Omit<Member, 'inputs'> & { readonly inputs: readonly (Source | 'stored')[] };

/** One function a member, `prefix0` and so on, of its arguments and scalars. */
export function functionsOf(members: readonly Evaluated[], prefix: string): string[] {
  const typeOf = (source: Source | 'stored'): Scalar => {
    if (source === 'stored') return 'f32';
    return scalarOf('member' in source ? members[source.member]!.result.dtype : source.meta.dtype);
  };
  return members.map(({ body, inputs, scalars, result }, m) => {
    const parameters = [
      ...inputs.map((source, i) => `a${i}: ${typeOf(source)}`),
      ...scalars.map((_, i) => `s${i}: ${body.scalarType ?? 'f32'}`),
    ];
    return `fn ${prefix}${m}(${parameters.join(', ')}) -> ${scalarOf(result.dtype)} { return ${body.expr}; }`;
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

/** WGSL for the element of an input of shape `from` that meets element `at` of a result of shape `to`. */
export function broadcastIndex(from: Shape, to: Shape, at: string): string {
  if (sameShape(from, to)) return at;
  const lead = to.length - from.length;
  const strides = contiguousStrides(from);
  // Runs of dimensions that the input has or lacks together are one dimension.
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
