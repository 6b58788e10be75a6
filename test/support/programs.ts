// Programs for tests of the compiler's passes: written as lines, lowered, and described in words.
import type { KernelOp, LoweredProgram, Lowering, Pass, Program, ProgramNode } from '../../src/engine/compiler/ir';
import type { Meta, Shape } from '../../src/engine/core/meta';

/** One node: its operation, the values it reads, the shapes of its results. Values count from the inputs on. */
export type Line = readonly [op: KernelOp, inputs: readonly number[], ...outputs: Shape[]];

export interface Options {
  /** By line: attributes, and the number of dynamic scalars. */
  readonly attrs?: Readonly<Record<number, unknown>>;
  readonly scalars?: Readonly<Record<number, number>>;
}

/** A lowered program over float32 inputs of the given shapes. */
export function lowered(
  inputs: readonly Shape[],
  lines: readonly Line[],
  exports: readonly number[],
  { attrs = {}, scalars = {} }: Options = {},
): LoweredProgram {
  const values: Meta[] = inputs.map((shape) => ({ shape, dtype: 'float32' }));
  let scalarBase = 0;
  const nodes = lines.map(([op, from, ...shapes], n): ProgramNode => {
    const outputs = shapes.map((shape) => values.push({ shape, dtype: 'float32' }) - 1);
    const scalarCount = scalars[n] ?? 0;
    scalarBase += scalarCount;
    return { op, attrs: attrs[n], inputs: from, outputs, scalarBase: scalarBase - scalarCount, scalarCount };
  });
  const program: Program = { values, inputCount: inputs.length, nodes, exports };
  const lowerings = nodes.map((node) => {
    const metas = (list: readonly number[]) => list.map((v) => values[v]!);
    const context = { inputs: metas(node.inputs), outputs: metas(node.outputs), attrs: node.attrs };
    return node.op.lower({ ...context, adapter: {} as never });
  });
  return { program, lowerings };
}

/** An operation of a fixed lowering. */
export const operation = (name: string, lowering: Lowering, rest: Partial<KernelOp> = {}): KernelOp => ({
  name,
  lower: () => lowering,
  ...rest,
});

export const pointwiseOp = (name: string, expr = 'a0', scales = false): KernelOp =>
  operation(name, { kind: 'pointwise', body: { expr, scales } });

const emptyPass: Pass = { label: '', source: [''], reads: [], writes: [], grid: [1, 1, 1] };

/** A kernel that fusion leaves alone. */
export const kernelOp = (name: string, rest: Partial<KernelOp> = {}): KernelOp =>
  operation(name, { kind: 'passes', passes: [{ ...emptyPass, label: name }] }, rest);

export const aliasOp = operation('alias', { kind: 'alias', byteOffset: 0 });

/** The nodes as `name(inputs) -> outputs`. */
export const described = ({ program }: LoweredProgram): string[] =>
  program.nodes.map(({ op, inputs, outputs }) => `${op.name}(${inputs}) -> ${outputs}`);
