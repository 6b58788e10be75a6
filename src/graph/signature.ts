// Structural signatures: a small integer for each distinct (op, attributes, input shapes and dtypes), never scalar values.
// What an op infers depends on the same things, so it is inferred once and remembered with the signature.
import type { Meta } from '../compiler/meta';
import type { Op, Value } from './value';

/** A shape and dtype with its number: equal metas have equal numbers. */
export interface InternedMeta extends Meta {
  readonly id: number;
}

/** What is known of a node before it runs. */
export interface Inferred {
  /** Equal numbers mean that the compiler would produce equal passes. */
  readonly signature: number;
  readonly metas: readonly InternedMeta[];
}

/** Past this many entries everything is forgotten, so that ever-changing shapes do not pile up. Numbers are never used twice. */
const MAX_ENTRIES = 50_000;

const metas = new Map<string, InternedMeta>();
let inferred = new WeakMap<Op, Map<number | string, Inferred>>();
let entries = 0;
let nextNumber = 1;

export function internMeta({ shape, dtype }: Meta): InternedMeta {
  const key = `${dtype}${shape.join(',')}`;
  let meta = metas.get(key);
  if (!meta) {
    // Every value of this shape will share it, and the array may be the user's.
    meta = { shape: Object.freeze(shape.slice()), dtype, id: nextNumber++ };
    metas.set(key, meta);
    forgetIfMany();
  }
  return meta;
}

/** Checks the inputs by the op's own rule and infers the outputs; throws what `op.infer` throws. */
export function infer(op: Op, inputs: readonly Value[], attrs: unknown, scalarCount: number): Inferred {
  let known = inferred.get(op);
  if (!known) {
    known = new Map();
    inferred.set(op, known);
  }
  const key = keyOf(inputs, attrs, scalarCount);
  let result = known.get(key);
  if (!result) {
    result = { metas: op.infer(inputs, attrs).map(internMeta), signature: nextNumber++ };
    known.set(key, result);
    forgetIfMany();
  }
  return result;
}

/** A number where the parts fit into one, else a string. */
function keyOf(inputs: readonly Value[], attrs: unknown, scalarCount: number): number | string {
  const [a, b] = inputs;
  if (attrs === undefined && inputs.length <= 2 && scalarCount < 16) {
    const first = a?.metaId ?? 0;
    const second = b?.metaId ?? 0;
    if (first < 65536 && second < 65536) return (second * 65536 + first) * 16 + scalarCount;
  }
  let key = String(scalarCount);
  for (const x of inputs) key += `,${x.metaId}`;
  return attrs === undefined ? key : key + JSON.stringify(attrs);
}

function forgetIfMany(): void {
  if (++entries < MAX_ENTRIES) return;
  entries = 0;
  metas.clear();
  inferred = new WeakMap();
}
