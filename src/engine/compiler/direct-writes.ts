// Packing: finds the values that their producers can write straight into the buffer of a pack (such as a
// concatenation), which saves a copy.

import { byteLength } from '../core/meta';
import type { Lowering, Program } from './ir';

/** The place in a pack that a producer writes its value to directly. */
export interface PackTarget {
  readonly node: number;
  readonly offset: number;
}

/**
 * Moves to the front the nodes that fill a buffer which is later written in place: a buffer that exists from the start
 * can take direct writes from every producer.
 */
export function fillsFirst(program: Program): Program {
  const overwritten = new Set(
    program.nodes.flatMap(({ op, attrs, inputs }) => (op.inPlace?.(attrs) ?? []).map(([, i]) => inputs[i]!)),
  );
  const first = program.nodes.filter(({ inputs, outputs }) => inputs.length === 0 && overwritten.has(outputs[0]!));
  const moved = new Set(first);
  return { ...program, nodes: [...first, ...program.nodes.filter((node) => !moved.has(node))] };
}

/**
 * For each value that can be computed directly inside a pack's buffer: its place there. The conditions: a node computes
 * the value with passes; no other pack contains it; nobody reads it after the pack's buffer is itself overwritten; and
 * no pass would read and write the same buffer. For the last, the producer must read nothing that is in the pack,
 * nobody else may read the buffer's earlier contents, and the buffer must exist before the producer runs.
 */
export function packTargets(program: Program, lowerings: readonly Lowering[]): ReadonlyMap<number, PackTarget> {
  const producer = new Map<number, number>();
  const madeAt = new Map<number, number>();
  const root = program.values.map((_, v) => v);
  const readers = program.values.map(() => 0);
  const lastRead = program.values.map(() => -1);
  const overwrittenAt = new Map<number, number>();
  program.nodes.forEach((node, n) => {
    const lowering = lowerings[n]!;
    for (const v of node.inputs) {
      readers[root[v]!]!++;
      lastRead[root[v]!] = n;
    }
    const inPlace = node.op.inPlace?.(node.attrs) ?? [];
    for (const [, i] of inPlace) {
      const v = root[node.inputs[i]!]!;
      if (!overwrittenAt.has(v)) overwrittenAt.set(v, n);
    }
    const replaced = new Set(inPlace.map(([o]) => node.outputs[o]!));
    for (const v of node.outputs) {
      madeAt.set(v, n);
      if (lowering.kind === 'passes' && !replaced.has(v)) producer.set(v, n);
      if (lowering.kind === 'alias') root[v] = root[node.inputs[0]!]!;
    }
  });
  for (const v of program.exports) {
    readers[root[v]!]!++;
    lastRead[root[v]!] = program.nodes.length;
  }
  const targets = new Map<number, PackTarget>();
  program.nodes.forEach((node, n) => {
    const lowering = lowerings[n]!;
    if (lowering.kind !== 'pack') return;
    const [pair] = node.op.inPlace?.(node.attrs) ?? [];
    const old = pair && node.inputs[pair[1]]!;
    if (old !== undefined && readers[root[old]!]! > 1) return;
    const start = old === undefined ? -1 : (madeAt.get(old) ?? -1);
    const until = overwrittenAt.get(node.outputs[0]!) ?? program.nodes.length;
    const members = new Set(lowering.offsets.map((_, i) => root[node.inputs[i]!]!));
    lowering.offsets.forEach((offset, i) => {
      const member = node.inputs[i]!;
      const v = root[member]!;
      const by = producer.get(v);
      if (by === undefined || by <= start || targets.has(v) || lastRead[v]! > until) return;
      if (byteLength(program.values[v]!) !== byteLength(program.values[member]!)) return;
      if (program.nodes[by]!.inputs.some((u) => members.has(root[u]!))) return;
      targets.set(v, { node: n, offset });
    });
  });
  return targets;
}
