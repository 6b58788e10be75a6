// Structural signatures: a small integer for each distinct (op, attributes, input shapes and dtypes), never scalar values.
import type { Meta } from '../compiler/meta';
import type { Op } from './value';

const interned = new Map<string, number>();
const opIds = new WeakMap<Op, number>();
let nextOp = 0;

function opId(op: Op): number {
  let id = opIds.get(op);
  if (id === undefined) {
    id = nextOp++;
    opIds.set(op, id);
  }
  return id;
}

/** Equal numbers mean that the compiler would produce equal passes. */
export function signatureOf(op: Op, inputs: readonly Meta[], attrs: unknown, scalarCount: number): number {
  let key = `${opId(op)}/${scalarCount}`;
  for (const { shape, dtype } of inputs) key += `|${dtype}${shape.join(',')}`;
  if (attrs !== undefined) key += `#${JSON.stringify(attrs)}`;
  return intern(key);
}

/** A number for an input of a program, by its shape and dtype. */
export function metaSignature(meta: Meta): number {
  return intern(`${meta.dtype}${meta.shape.join(',')}`);
}

function intern(key: string): number {
  let signature = interned.get(key);
  if (signature === undefined) {
    signature = interned.size + 1;
    interned.set(key, signature);
  }
  return signature;
}
