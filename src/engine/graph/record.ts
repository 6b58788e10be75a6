// Recording: appends the node of an op to the graph, without running anything.

import { bring, type HostData, LateData, noteFailure } from '../compiler/contents';
import { DTypeError, invariant } from '../core/errors';
import { toHalves } from '../core/half';
import { byteLength, type DType, isFloat, type Meta, type Shape, scalarOf } from '../core/meta';
import { mode } from './mode';
import { notePlace } from './places';
import { infer, internMeta } from './signature';
import { gradNameOf, Node, type Op, Value } from './value';

const noScalars: readonly number[] = [];

function anyWantsGradient(inputs: readonly Value[]): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad) return true;
  return false;
}

function allSpent(inputs: readonly Value[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    if (x.requiresGrad && !(x.sink === null && x.maker!.spent)) return false;
  }
  return true;
}

/** Appends a node and returns its outputs. Throws the op's shape and dtype errors immediately. */
export function recordAll<A>(op: Op<A>, inputs: readonly Value[], attrs: A, scalars = noScalars): readonly Value[] {
  const { metas, signature, widens } = infer(op as Op, inputs, attrs, scalars.length);
  if (widens) return recordWidened(op, inputs, attrs, scalars);
  const requiresGrad = mode.grad && op.vjp !== undefined && anyWantsGradient(inputs);
  mode.recorded++;
  if (mode.refusal !== null && !op.views && !op.constant) throw mode.refusal(op.name);
  const node = new Node(op as Op, inputs, attrs, scalars, signature, metas, requiresGrad, mode.keepSaved);
  // A graph that hangs on spent nodes only can never be walked again, so nothing of it needs to be kept.
  node.spent = requiresGrad && allSpent(inputs);
  notePlace(node);
  return node.outputs;
}

const castFloatOp: Op<{ readonly dtype: DType }> = {
  name: 'cast',
  gradName: 'ToCopyBackward0',
  takesHalf: true,
  remakes: true,
  elementwise: true,
  saves: { inputs: [] },
  infer: ([x], { dtype }) => [{ shape: x!.shape, dtype }],
  lower: () => ({ kind: 'pointwise', body: { expr: 'a0' } }),
  vjp: ([dy], { inputs: [x] }) => [castFloat(dy!, x!.dtype)],
};

/** Converts floats to another float dtype; returns x itself if it already has that dtype. */
export const castFloat = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : record(castFloatOp, [x], { dtype });

/**
 * If x is a float32 copy of a float16 value, returns that value, from which the copy can be made again; otherwise
 * returns x.
 */
export function unwidened(x: Value): Value {
  const { node } = x;
  const from = node?.op === castFloatOp ? node.inputs[0] : undefined;
  return from?.dtype === 'float16' && x.dtype === 'float32' ? from : x;
}

/** Records an op on float32 copies of its float16 inputs, and rounds its float32 results to float16. */
function recordWidened<A>(op: Op<A>, inputs: readonly Value[], attrs: A, scalars: readonly number[]): readonly Value[] {
  if (inputs.some(({ dtype }) => dtype === 'float32')) {
    throw new DTypeError(
      `${op.name}: expected floats of one dtype, but got float16 and float32; convert those of float16 with .float()`,
    );
  }
  const wide = inputs.map((x) => {
    if (x.dtype !== 'float16') return x;
    const copy = castFloat(x, 'float32');
    copy.liesIn(x);
    return copy;
  });
  const outputs = recordAll(op, wide, attrs, scalars);
  return outputs.map((y) => (y.dtype === 'float32' ? named(castFloat(y, 'float16'), gradNameOf(y)) : y));
}

/** `recordAll` for an op with one output. */
export function record<A>(op: Op<A>, inputs: readonly Value[], attrs: A, scalars = noScalars): Value {
  return recordAll(op, inputs, attrs, scalars)[0]!;
}

/** Names the gradient function that printed tensors show for a value that several ops made. */
export function named(value: Value, gradName: string): Value {
  if (value.node) value.node.gradName = gradName;
  return value;
}

/**
 * A value from host data, which is uploaded when first needed. `data` must not change afterwards. For float16, the
 * numbers are rounded.
 */
export function fromHost(data: HostData | LateData, shape: Shape, dtype: DType): Value {
  const value = new Value(internMeta({ shape, dtype }), null, 0);
  const given = dtype === 'float16' && data instanceof LateData ? data.make() : data;
  const halves = dtype === 'float16' && !(given instanceof LateData) && !(given instanceof Uint16Array);
  const stored = halves ? toHalves(given) : given;
  const perWord = stored instanceof Uint8Array && dtype === 'uint8' ? 4 : 1;
  invariant(
    perWord * stored.byteLength === byteLength(value),
    `host data of ${data.byteLength} bytes for shape [${shape.join(', ')}]`,
  );
  bring(value, stored);
  return value;
}

/** A value that has no contents and counts as failed from the start. `why` is the error that reading it throws. */
export function withoutContents(meta: Meta, why: Error): Value {
  const value = new Value(internMeta(meta), null, 0);
  noteFailure(value, why);
  return value;
}

/** Throws DTypeError for bools. */
export function expectNumber(op: string, name: string, meta: Meta): void {
  if (meta.dtype === 'bool') {
    throw new DTypeError(`${op}: expected ${name} of numbers, but got dtype bool; convert it with .to('int64')`);
  }
}

/** Throws DTypeError unless the dtype is a float type. */
export function expectFloat(op: string, name: string, meta: Meta): void {
  if (scalarOf(meta.dtype) !== 'f32') {
    throw new DTypeError(
      `${op}: expected ${name} of dtype float32, but got ${meta.dtype}; convert it with .to('float32')`,
    );
  }
}

/**
 * Throws DTypeError if an input does not have the dtype of the layer's weight, or float32 if the layer has no weight.
 * `isMixed`: any float dtype is accepted. A uint8 input is assumed to be a picture, so the error says how to scale it.
 */
export function expectOfWeight(op: string, x: Meta, weight?: Meta | null, isMixed = false): void {
  if (isMixed && weight && !isFloat(weight.dtype)) weight = null;
  const to = weight?.dtype ?? 'float32';
  if (x.dtype === to || (isFloat(x.dtype) && (isMixed || !isFloat(to)))) return;
  const convert = to === 'float32' ? '.float()' : `.to('${to}')`;
  const remedy = x.dtype === 'uint8' && isFloat(to) ? `the picture with ${convert}.div(255)` : `it with ${convert}`;
  throw new DTypeError(
    `${op}: expected input of ${weight ? "the weight's dtype" : 'dtype'} ${to}, but got ${x.dtype}; convert ${remedy}`,
  );
}
