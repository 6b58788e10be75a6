// Computes programs on the host, node by node: what kernels are to compute, written once more and slowly.
import type { KernelOp, Program, ProgramNode, StridedView } from '../../src/engine/compiler/ir';
import { bytesPerElement, contiguousStrides, type Meta, numel, type Shape, scalarOf } from '../../src/engine/core/meta';
import { type AssembleAttrs, windowsOf } from '../../src/engine/ops/shape/assemble';
import { adapterOf, roomy } from './adapter';

export type Numbers = Float32Array | Int32Array | Uint32Array;

const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array };

export const arrayFor = ({ dtype }: Pick<Meta, 'dtype'>, count: number): Numbers => new arrays[scalarOf(dtype)](count);

const adapter = adapterOf('gpu', roomy);

/** What expressions of WGSL call, by name. */
const functions = {
  ...Object.fromEntries(
    (['abs', 'ceil', 'exp', 'floor', 'log', 'max', 'min', 'sign', 'sqrt'] as const).map((name) => [name, Math[name]]),
  ),
  f32: (x: number | boolean) => Number(x),
  u32: (x: number | boolean) => Math.trunc(Number(x)) >>> 0,
  i32: (x: number | boolean) => Math.trunc(Number(x)) | 0,
  select: (no: number, yes: number, condition: boolean) => (condition ? yes : no),
  math_exp: Math.exp,
  math_expm1: Math.expm1,
  math_relu: (x: number) => Math.max(x, 0),
  math_sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  math_tanh: Math.tanh,
  special_hypot: Math.hypot,
  trig_cos: Math.cos,
  trig_sin: Math.sin,
};

type Expression = (a: readonly number[], s: readonly number[]) => number;
const expressions = new Map<string, Expression>();

/** An expression over `a0, a1, …` and `s0, s1, …` as a function. */
function expressionOf(expr: string): Expression {
  const known = expressions.get(expr);
  if (known) return known;
  const js = expr
    .replace(/\b(0x[0-9a-f]+|\d+)u\b/g, '$1')
    .replace(/(\d)f\b/g, '$1')
    .replace(/\ba(\d+)\b/g, 'a[$1]')
    .replace(/\bs(\d+)\b/g, 's[$1]');
  const called = [...js.matchAll(/\b([a-z_]\w*)\s*[(<]/g)].map(([, name]) => name!);
  const missing = called.find((name) => !Object.hasOwn(functions, name));
  if (missing) throw new Error(`the host computes no ${missing}, which "${expr}" calls`);
  const names = Object.keys(functions);
  const made = new Function(...names, `return (a, s) => ${js};`)(...Object.values(functions)) as Expression;
  expressions.set(expr, made);
  return made;
}

const walks = new Map<string, Int32Array>();

/** The position in a contiguous or strided value of each element of a shape, in order. */
function positions({ shape, strides, offset }: StridedView): Int32Array {
  const key = `${shape}:${strides}:${offset}`;
  const known = walks.get(key);
  if (known) return known;
  let found = Int32Array.of(offset);
  shape.forEach((size, d) => {
    const before = found;
    found = new Int32Array(before.length * size);
    before.forEach((at, k) => {
      for (let i = 0; i < size; i++) found[k * size + i] = at + i * strides[d]!;
    });
  });
  walks.set(key, found);
  return found;
}

/** Where in a value of shape `from` the elements of `to` are, to which it is broadcast. */
function spread(from: Shape, to: Shape): Int32Array {
  const own = contiguousStrides(from);
  const lead = to.length - from.length;
  return positions({
    shape: to,
    strides: to.map((_, d) => (d < lead || from[d - lead] === 1 ? 0 : own[d - lead]!)),
    offset: 0,
  });
}

const pick = (x: Numbers, from: Int32Array): Float64Array => Float64Array.from(from, (at) => x[at]!);

interface Node {
  readonly inputs: readonly Numbers[];
  readonly metas: readonly Meta[];
  readonly outputs: readonly Meta[];
  readonly scalars: readonly number[];
}

/** Operations whose kernels are more than an expression or a view. Each gives output 0. */
const kernels: Readonly<Record<string, (node: Node, attrs: never) => ArrayLike<number>>> = {
  sum: ({ inputs: [x], metas: [meta] }, { dims }: { dims: readonly number[] }) => {
    const shape = meta!.shape.map((size, d) => (dims.includes(d) ? 1 : size));
    const sums = new Float64Array(numel(shape));
    spread(shape, meta!.shape).forEach((to, i) => {
      sums[to]! += x![i]!;
    });
    return sums;
  },
  expand: ({ inputs: [x], metas: [meta], outputs: [y] }) => pick(x!, spread(meta!.shape, y!.shape)),
  assemble: ({ inputs, outputs: [y], scalars }, attrs: AssembleAttrs) => {
    const sums = new Float64Array(numel(y!.shape));
    windowsOf(attrs).forEach((axes, k) => {
      const view = { shape: axes.map(({ size }) => size), strides: axes.map(({ stride }) => stride) };
      positions({ ...view, offset: scalars[k]! * attrs.lanes }).forEach((at, i) => {
        sums[at]! += inputs[k]![i]!;
      });
    });
    return sums;
  },
  overlapAdd: (
    { inputs: [x], metas: [meta], outputs: [y] },
    { dim, step, dilation, order }: { dim: number; step: number; dilation: number; order: readonly number[] },
  ) => {
    const own = contiguousStrides(y!.shape);
    const strides = [...own.map((stride, d) => (d === dim ? stride * step : stride)), own[dim]! * dilation];
    const sums = new Float64Array(numel(y!.shape));
    positions({ shape: meta!.shape, strides: order.map((d) => strides[d]!), offset: 0 }).forEach((at, i) => {
      sums[at]! += x![i]!;
    });
    return sums;
  },
  sgd: ({ inputs: [param, grad], scalars: [lr, weightDecay] }) =>
    param!.map((p, i) => p - lr! * (grad![i]! + weightDecay! * p)),
  stridedScatter: (
    { inputs: [x, base], outputs: [y], scalars: [offset, fill] },
    { window }: { window: Omit<StridedView, 'offset'> },
  ) => {
    const result = base ? base.slice() : arrayFor(y!, numel(y!.shape)).fill(fill!);
    positions({ ...window, offset: offset! }).forEach((at, i) => {
      result[at] = x![i]!;
    });
    return result;
  },
};

/** A view whose offset may be a dynamic scalar. */
type Placed = Omit<StridedView, 'offset'> & { readonly offset?: number };

function output(op: KernelOp, attrs: unknown, node: Node): ArrayLike<number> {
  const { inputs, metas, outputs, scalars } = node;
  const [y] = outputs;
  const kernel = kernels[op.name];
  if (kernel) return kernel(node, attrs as never);
  const lowering = op.lower({ inputs: metas, outputs, attrs, adapter });
  if (lowering.kind === 'pointwise') {
    const compute = expressionOf(lowering.body.expr);
    const from = metas.map(({ shape }) => spread(shape, y!.shape));
    const a: number[] = [];
    return Float64Array.from({ length: numel(y!.shape) }, (_, i) => {
      inputs.forEach((x, k) => {
        a[k] = x[from[k]![i]!]!;
      });
      return Number(compute(a, scalars));
    });
  }
  if (lowering.kind === 'pack') {
    const result = arrayFor(y!, numel(y!.shape));
    lowering.offsets.forEach((offset, i) => {
      result.set(inputs[i]!, offset / bytesPerElement(y!.dtype));
    });
    return result;
  }
  const viewing = 'viewing' in lowering ? lowering.viewing : undefined;
  if (viewing) return pick(inputs[0]!, positions(viewing.view));
  if (lowering.kind === 'alias') {
    const start = lowering.byteOffset / bytesPerElement(y!.dtype);
    return inputs[0]!.subarray(start, start + numel(y!.shape));
  }
  if (lowering.moves) return pick(inputs[0]!, positions({ ...(attrs as Placed), offset: scalars[0]! }));
  throw new Error(`the host computes no ${op.name}`);
}

/** The contents of a program's exports, from those of its inputs. */
export function computed(program: Program, inputs: readonly Numbers[], scalars: readonly number[]): Numbers[] {
  const contents: Numbers[] = [...inputs];
  const metasOf = (indices: readonly number[]) => indices.map((v) => program.values[v]!);
  for (const { op, attrs, scalarBase, scalarCount, ...node } of program.nodes as readonly ProgramNode[]) {
    const outputs = metasOf(node.outputs);
    const result = arrayFor(outputs[0]!, numel(outputs[0]!.shape));
    result.set(
      output(op, attrs, {
        inputs: node.inputs.map((v) => contents[v]!),
        metas: metasOf(node.inputs),
        outputs,
        scalars: scalars.slice(scalarBase, scalarBase + scalarCount),
      }),
    );
    contents[node.outputs[0]!] = result;
  }
  return program.exports.map((v) => contents[v]!);
}
