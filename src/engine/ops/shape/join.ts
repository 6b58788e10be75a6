// Values that share one buffer: cat, and the packing of many values into one flat buffer and back.
import { movedAsHalves } from '../../compiler/fusion/read-inputs';
import { gridFor, input, numbered, type Operand, output, type Pass } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { ArgumentError, DTypeError, invariant, ShapeError } from '../../core/errors';
import { byteLength, bytesPerElement, type DType, type Meta, numel, type Shape, showShape } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { reshape } from './cast';
import { resolveDim } from './dims';
import { narrow, pad } from './shape';

const catSource: Text = '#joins/cat';

const WORKGROUP = 64;
/** Inputs of one pass. With the output they stay within the 8 storage buffers that every WebGPU device has. */
const INPUTS_PER_PASS = 6;

const catOp: Op<{ readonly dim: number }> = {
  name: 'cat',
  takesHalf: true,
  remakes: true,
  saves: { inputs: [] },
  infer(inputs, { dim }) {
    const [first] = inputs;
    for (const x of inputs) {
      if (x.dtype !== first.dtype) {
        throw new DTypeError(
          `cat: expected inputs of one dtype, but got ${first.dtype} and ${x.dtype}; convert them with .to('${first.dtype}')`,
        );
      }
      if (x.shape.length !== first.shape.length || x.shape.some((size, d) => d !== dim && size !== first.shape[d])) {
        throw new ShapeError(
          `cat: expected shapes that agree except in dimension ${dim}, but got ${showShape(first.shape)} and ${showShape(x.shape)}`,
        );
      }
    }
    const total = inputs.reduce((sum, x) => sum + x.shape[dim]!, 0);
    return [{ shape: first.shape.map((size, d) => (d === dim ? total : size)), dtype: first.dtype }];
  },
  joins: ({ outputs: [y], attrs: { dim } }) => numel(y!.shape.slice(0, dim)) === 1,
  growth: 'joined',
  lower({ inputs, outputs: [y], attrs: { dim } }) {
    const inner = numel(y.shape.slice(dim + 1));
    const filled = inputs.flatMap((x, i) => (numel(x.shape) > 0 ? [{ i, cols: x.shape[dim]! * inner }] : []));
    const rows = numel(y.shape.slice(0, dim));
    const passes: Pass[] = [];
    let offset = 0;
    for (let start = 0; start < filled.length; start += INPUTS_PER_PASS) {
      const group = filled.slice(start, start + INPUTS_PER_PASS);
      let cols = 0;
      const ends = group.map((part) => {
        cols += part.cols;
        return cols;
      });
      passes.push(
        catPass(
          y.dtype,
          group.map(({ i }) => input(i)),
          output(),
          { rows, pitch: y.shape[dim]! * inner, offset, ends },
        ),
      );
      offset += cols;
    }
    return { kind: 'passes', passes, ...(rows === 1 && { joins: byteOffsets(inputs) }) };
  },
  vjp([dy], { inputs, attrs: { dim }, needs }) {
    let start = 0;
    return inputs.map((x, i) => {
      const length = x.shape[dim]!;
      start += length;
      return needs[i] ? narrow(dy!, dim, start - length, length) : null;
    });
  },
};

/**
 * Where the inputs go. Rows of the result are `pitch` elements apart. In each row the first input begins at `offset`,
 * and input k ends at `offset + ends[k]`.
 */
interface CatPlaces {
  readonly rows: number;
  readonly pitch: number;
  readonly offset: number;
  readonly ends: readonly number[];
}

/** A pass that writes up to six operands side by side. */
export function catPass(
  dtype: DType,
  from: readonly Operand[],
  to: Operand,
  { rows, pitch, offset, ends }: CatPlaces,
): Pass {
  const cols = ends.at(-1)!;
  const slots = Array.from({ length: INPUTS_PER_PASS }, (_, k) => k);
  return {
    source: [catSource],
    ...(dtype === 'float16' && { edit: movedAsHalves }),
    label: 'cat',
    // The shader has a fixed number of bindings, so unused ones are bound to the first input.
    reads: slots.map((k) => from[k] ?? from[0]!),
    writes: [to],
    params: {
      count: rows * cols,
      cols,
      pitch,
      offset,
      ...numbered('end', INPUTS_PER_PASS - 1, (k) => ends[k] ?? cols),
    },
    grid: gridFor(rows * cols, WORKGROUP),
  };
}

const batchOp: typeof catOp = { ...catOp, vjp: undefined };

/** Stacks items of one shape along a new first dimension. The result has no gradient. */
export const batch = (items: readonly Value[]): Value =>
  record(
    batchOp,
    items.map((x) => reshape(x, [1, ...x.shape])),
    { dim: 0 },
  );

/** The byte offset of each value when the values lie one after another. */
function byteOffsets(inputs: readonly Meta[]): number[] {
  let end = 0;
  return inputs.map((x) => {
    const start = end;
    end += numel(x.shape) * bytesPerElement(x.dtype);
    return start;
  });
}

/** Joins the inputs along an existing dimension. Their other sizes must agree. */
export function cat(inputs: readonly Value[], dim = 0): Value {
  const [first] = inputs;
  if (!first) throw new ArgumentError('cat: expected at least one tensor, but got an empty list');
  if (first.shape.length === 0) throw new ShapeError('cat: expected tensors of rank ≥ 1, but got rank 0; use stack()');
  const at = resolveDim('cat', dim, first.shape.length);
  return inputs.length === 1 ? first : record(catOp, inputs, { dim: at });
}

// ── One flat buffer for many values ──

interface PackAttrs {
  /** The byte offset of each value. */
  readonly offsets: readonly number[];
  readonly totalElements: number;
}

/** Inputs: the values, and last, if given, the flat buffer whose memory is reused. */
const packOp: Op<PackAttrs> = {
  name: 'pack',
  takesHalf: true,
  saves: { inputs: [] },
  infer(inputs, { offsets, totalElements }) {
    const [first] = inputs;
    offsets.forEach((offset, i) => {
      invariant(
        offset + byteLength(inputs[i]!) <= byteLength({ shape: [totalElements], dtype: first.dtype }),
        'pack: value past the end',
      );
      invariant(inputs[i]!.dtype === first.dtype, 'pack: values of several dtypes');
    });
    return [{ shape: [totalElements], dtype: first.dtype }];
  },
  lower: ({ attrs }) => ({ kind: 'pack', offsets: attrs.offsets }),
  vjp: ([dy], { inputs, attrs: { offsets } }) =>
    inputs.map((x, i) =>
      i < offsets.length ? sliceOfFlat(dy!, offsets[i]! / bytesPerElement(dy!.dtype), x.shape) : null,
    ),
};
const repackOp: Op<PackAttrs> = { ...packOp, vjp: undefined, inPlace: ({ offsets }) => [[0, offsets.length]] };

/**
 * One flat buffer that holds each value at its byte offset (a multiple of 256). With `old`, a flat buffer of the same length,
 * the result reuses the memory of `old`, and the bytes between the values stay as they are.
 */
export function pack(values: readonly Value[], offsets: readonly number[], totalElements: number, old?: Value): Value {
  invariant(values.length === offsets.length && values.length > 0, 'pack: one offset a value');
  const attrs = { offsets, totalElements };
  if (!old) return record(packOp, values, attrs);
  invariant(old.numel === totalElements, `pack: old buffer of ${old.numel} elements for ${totalElements}`);
  return record(repackOp, [...values, old], attrs);
}

const windowOp: Op<{ readonly offset: number; readonly shape: Shape }> = {
  name: 'window',
  takesHalf: true,
  saves: { inputs: [] },
  infer([flat], { offset, shape }) {
    invariant(offset + numel(shape) <= numel(flat.shape), 'window: past the end of the flat buffer');
    return [{ shape, dtype: flat.dtype }];
  },
  run: ({ attrs: { offset } }) => offset,
  lower: ({ inputs: [flat], attrs }) => ({ kind: 'alias', byteOffset: attrs.offset * bytesPerElement(flat.dtype) }),
  vjp([dy], { inputs: [flat], attrs: { offset, shape } }) {
    const count = numel(shape);
    return [pad(reshape(dy!, [count]), [offset], [flat.numel - offset - count])];
  },
};

/** A value that shares a flat buffer's memory, from element `offset` (a multiple of 64, for float16 of 128). */
export const sliceOfFlat = (flat: Value, offset: number, shape: Shape): Value =>
  record(windowOp, [flat], { offset, shape });
