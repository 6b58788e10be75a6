// Code generation for pointwise expressions: bindings and one `element` function, put into shaders/pointwise.wgsl.
import template from '../../shaders/pointwise.wgsl?raw';
import { input, output, type Param, type Pass, type PointwiseBody, scalar, u32 } from './ir';
import { gridFor } from './lowering';
import { contiguousStrides, type Meta, numel, type Shape, sameShape, scalarOf } from './meta';

const WORKGROUP = 64;
const generated = /\/\/ generated-begin[\s\S]*\/\/ generated-end/;

/** The pass for an expression over inputs that broadcast to the output's shape. */
export function pointwisePass(
  label: string,
  body: PointwiseBody,
  inputs: readonly Meta[],
  result: Meta,
  scalarCount: number,
): Pass {
  const count = numel(result.shape);
  const lanes = count % 4 === 0 ? 4 : 1;
  const params: Param[] = [u32(count / lanes)];
  for (let i = 0; i < scalarCount; i++) params.push(scalar(i, body.scalarType));
  return {
    label,
    source: [...(body.lib ?? []), template.replace(generated, generate(body, inputs, result, scalarCount, lanes))],
    reads: inputs.map((_, i) => input(i)),
    writes: [output()],
    params,
    grid: gridFor(count / lanes, WORKGROUP),
  };
}

function generate(
  body: PointwiseBody,
  inputs: readonly Meta[],
  result: Meta,
  scalarCount: number,
  lanes: 1 | 4,
): string {
  const type = scalarOf(result.dtype);
  const scalarType = body.scalarType ?? 'f32';
  const lines: string[] = [];
  const scalars = Array.from({ length: scalarCount }, (_, i) => `s${i}`);
  lines.push(`struct Params { count: u32, ${scalars.map((s) => `${s}: ${scalarType}, `).join('')}}`);
  inputs.forEach((x, i) => {
    const element = scalarOf(x.dtype);
    const wide = lanes === 4 && sameShape(x.shape, result.shape);
    lines.push(`@group(0) @binding(${i}) var<storage, read> x${i}: array<${wide ? `vec4<${element}>` : element}>;`);
  });
  const store = lanes === 4 ? `vec4<${type}>` : type;
  lines.push(`@group(0) @binding(${inputs.length}) var<storage, read_write> y: array<${store}>;`);
  lines.push(`@group(0) @binding(${inputs.length + 1}) var<uniform> params: Params;`);

  const parameters = inputs
    .map((x, i) => `a${i}: ${scalarOf(x.dtype)}`)
    .concat(scalars.map((s) => `${s}: ${scalarType}`));
  lines.push(`fn apply(${parameters.join(', ')}) -> ${type} { return ${body.expr}; }`);

  const calls = Array.from({ length: lanes }, (_, lane) => {
    const at = lanes === 4 ? `i * 4u + ${lane}u` : 'i';
    const loads = inputs.map((x, i) => load(i, x, result.shape, lanes, lane, at));
    return `apply(${loads.concat(scalars.map((s) => `params.${s}`)).join(', ')})`;
  });
  lines.push(`fn element(i: u32) -> ${store} { return ${lanes === 4 ? `${store}(${calls.join(', ')})` : calls[0]}; }`);
  return lines.join('\n');
}

function load(i: number, x: Meta, shape: Shape, lanes: 1 | 4, lane: number, at: string): string {
  if (sameShape(x.shape, shape)) return lanes === 4 ? `x${i}[i].${'xyzw'[lane]}` : `x${i}[i]`;
  return `x${i}[${broadcastIndex(x.shape, shape, `(${at})`)}]`;
}

/** WGSL for the element of an input of shape `from` that meets element `at` of a result of shape `to`. */
export function broadcastIndex(from: Shape, to: Shape, at: string): string {
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
