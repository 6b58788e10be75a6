// Constant folding: the part of a pointwise operation that depends only on constant values (inputs that the program
// does not overwrite) is computed once, and kept from run to run. Pure.

import { byteLength, type Meta, numel } from '../../core/meta';
import type { LoweredProgram, Lowering, ProgramNode } from '../ir';

/**
 * Bindings begin at multiples of this many bytes. An alias at another offset is copied, so it does not count as
 * constant.
 */
const ALIGNMENT = 256;

/** A plan may keep this part of the bytes of its inputs (mostly parameters), or LITTLE bytes if that is more. */
const KEPT_PART = 0.1;
const LITTLE = 1 << 14;

/** The inputs of a program that no node overwrites, and the aliases of these. */
export function constantValues({ program, lowerings }: LoweredProgram): ReadonlySet<number> {
  const { nodes, inputCount } = program;
  const standing = new Set(Array.from({ length: inputCount }, (_, v) => v));
  const root = Int32Array.from(program.values.keys());
  nodes.forEach(({ inputs, outputs }, n) => {
    const lowering = lowerings[n]!;
    if (lowering.kind !== 'alias') return;
    root[outputs[0]!] = root[inputs[0]!]!;
    if (standing.has(inputs[0]!) && lowering.byteOffset % ALIGNMENT === 0) standing.add(outputs[0]!);
  });
  const overwritten = new Set(
    nodes.flatMap(({ op, attrs, inputs }) => (op.inPlace?.(attrs) ?? []).map(([, i]) => root[inputs[i]!]!)),
  );
  for (const v of standing) if (overwritten.has(root[v]!)) standing.delete(v);
  return standing;
}

/**
 * Splits operations whose inputs after the first are constant, such as a batch norm with running statistics. The part
 * that depends on the constants is kept; the rest reads fewer buffers and does less work per element. Weights are not
 * changed, so only the small kept part needs memory.
 */
export function foldConstant(lowered: LoweredProgram): LoweredProgram {
  const { program, lowerings } = lowered;
  const standing = constantValues(lowered);
  const values: Meta[] = [...program.values];
  const inputBytes = values.slice(0, program.inputCount).reduce((sum, meta) => sum + byteLength(meta), 0);
  let left = Math.max(KEPT_PART * inputBytes, LITTLE);
  const nodes: ProgramNode[] = [];
  const changed: Lowering[] = [];
  program.nodes.forEach((node, n) => {
    const lowering = lowerings[n]!;
    const [x, ...others] = node.inputs as [number, number];
    const folded = lowering.kind === 'pointwise' ? lowering.folded : undefined;
    const first = values[others[0]!];
    if (!folded || !first || !others.every((v) => standing.has(v)) || 8 * numel(first.shape) > left) {
      nodes.push(node);
      changed.push(lowering);
      return;
    }
    left -= 8 * numel(first.shape);
    const pairs = values.push({ shape: [...first.shape, 2], dtype: 'float32' }) - 1;
    const op = { name: folded.pass.label, lower: node.op.lower };
    nodes.push({ ...node, op, inputs: others, outputs: [pairs] });
    changed.push({ kind: 'passes', passes: [folded.pass], kept: true });
    nodes.push({ ...node, inputs: [x, pairs], scalarCount: 0 });
    changed.push({ kind: 'pointwise', body: folded.body });
  });
  return { program: { ...program, values, nodes }, lowerings: changed };
}
