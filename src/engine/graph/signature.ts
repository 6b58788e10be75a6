// Structural signatures: a small integer for each distinct combination of op, attributes, input shapes and input
// dtypes. Scalar values do not matter. The shapes and dtypes of the outputs depend on the same things, so they are
// inferred once and cached with the signature.
import type { Meta } from '../core/meta';
import type { Op, Value } from './value';

/** A shape and dtype with a number. Equal shapes and dtypes have equal numbers. */
export interface InternedMeta extends Meta {
  readonly id: number;
}

/** The facts about a node that are known before the node runs. */
export interface Inferred {
  /** Nodes with equal signatures compile to equal passes. */
  readonly signature: number;
  readonly metas: readonly InternedMeta[];
  /** Some input is float16, and the op does not take float16. In that case `metas` is empty. */
  readonly widens: boolean;
}

/** The outputs that an op inferred, with everything that they depend on. */
interface Known extends Inferred {
  /** The ids of the inputs' metas. */
  readonly inputs: readonly number[];
  readonly attrs: unknown;
  readonly scalarCount: number;
  readonly op: Op;
  /** The inference that followed this one the last time. */
  next: Known | null;
}

/**
 * At this many entries the caches are emptied, so that ever-changing shapes do not pile up. Numbers are never reused.
 */
const MAX_ENTRIES = 50_000;

const metas = new Map<string, InternedMeta>();
let inferred = new WeakMap<Op, Map<number, Known[]>>();
/** The last inference. A repeated step makes the same inferences in the same order, so `latest.next` is tried first. */
let latest: Known | null = null;
let entries = 0;
let nextNumber = 1;

export function internMeta({ shape, dtype }: Meta): InternedMeta {
  const key = `${dtype}${shape.join(',')}`;
  let meta = metas.get(key);
  if (!meta) {
    // The shape is copied and frozen, because all values of this shape share it, and the given array may belong to the
    // user.
    meta = { shape: Object.freeze(shape.slice()), dtype, id: nextNumber++ };
    metas.set(key, meta);
    forgetIfMany();
  }
  return meta;
}

/** Checks the inputs with `op.infer` and infers the outputs. @throws the errors of `op.infer` */
export function infer(op: Op, inputs: readonly Value[], attrs: unknown, scalarCount: number): Inferred {
  const before = latest;
  const guess = before?.next;
  if (guess && guess.op === op && fits(guess, inputs, attrs, scalarCount)) {
    latest = guess;
    return guess;
  }
  const found = lookUp(op, inputs, attrs, scalarCount);
  if (before) before.next = found;
  latest = found;
  return found;
}

function lookUp(op: Op, inputs: readonly Value[], attrs: unknown, scalarCount: number): Known {
  let known = inferred.get(op);
  if (!known) {
    known = new Map();
    inferred.set(op, known);
  }
  const hash = hashOf(inputs, attrs, scalarCount);
  let bucket = known.get(hash);
  if (!bucket) {
    bucket = [];
    known.set(hash, bucket);
  }
  for (const entry of bucket) if (fits(entry, inputs, attrs, scalarCount)) return entry;
  const widens = !op.takesHalf && inputs.some(({ dtype }) => dtype === 'float16');
  const metas = widens ? [] : op.infer(inputs, attrs).map(internMeta);
  const entry: Known = {
    op,
    next: null,
    metas,
    widens,
    signature: nextNumber++,
    inputs: inputs.map(({ metaId }) => metaId),
    attrs: copyOf(attrs),
    scalarCount,
  };
  bucket.push(entry);
  forgetIfMany();
  return entry;
}

/** Hashes everything that `fits` compares, with FNV-1a, an integer rather than a byte at a time. */
function hashOf(inputs: readonly Value[], attrs: unknown, scalarCount: number): number {
  let hash = scalarCount ^ 0x811c9dc5;
  for (let i = 0; i < inputs.length; i++) hash = Math.imul(hash ^ inputs[i]!.metaId, 0x01000193);
  return attrs === undefined ? hash : mix(hash, attrs);
}

function mix(hash: number, attr: unknown): number {
  if (typeof attr === 'number') return Math.imul(hash ^ attr, 0x01000193);
  if (typeof attr === 'string') return Math.imul(hash ^ attr.length, 0x01000193);
  if (typeof attr === 'boolean') return Math.imul(hash ^ (attr ? 1 : 2), 0x01000193);
  if (attr === null || attr === undefined) return hash;
  let mixed = hash;
  if (Array.isArray(attr)) for (const part of attr) mixed = mix(mixed, part);
  else for (const name in attr) mixed = mix(mixed, (attr as Record<string, unknown>)[name]);
  return mixed;
}

function fits(known: Known, inputs: readonly Value[], attrs: unknown, scalarCount: number): boolean {
  if (known.scalarCount !== scalarCount || known.inputs.length !== inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) if (known.inputs[i] !== inputs[i]!.metaId) return false;
  return sameAttrs(known.attrs, attrs);
}

/**
 * Whether two sets of attributes, which are plain data, are equal, whatever the order of their names. Numbers and
 * strings are compared without a call, because most attributes are numbers or strings.
 */
export function sameAttrs(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    const { length } = a;
    if (!Array.isArray(b) || b.length !== length) return false;
    for (let i = 0; i < length; i++) if (!Object.is(a[i], b[i]) && !sameAttrs(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const name in left) {
    const own = left[name];
    if (!Object.is(own, right[name]) && !sameAttrs(own, right[name])) return false;
  }
  for (const name in right) if (left[name] === undefined && right[name] !== undefined) return false;
  return true;
}

/** Copies attributes, because a list in them may belong to the user and change later. */
function copyOf(attrs: unknown): unknown {
  if (typeof attrs !== 'object' || attrs === null) return attrs;
  if (Array.isArray(attrs)) return attrs.map(copyOf);
  return Object.fromEntries(Object.entries(attrs).map(([name, attr]) => [name, copyOf(attr)]));
}

function forgetIfMany(): void {
  if (++entries < MAX_ENTRIES) return;
  entries = 0;
  metas.clear();
  inferred = new WeakMap();
  latest = null;
}
