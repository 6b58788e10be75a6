// Makes tensors of sequences (logspace, range), of indices of triangles (trilIndices, triuIndices), and of powers
// (vander).

import { MOST_FEATURES, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, OutOfMemoryError, ShapeError } from '../../../engine/core/errors';
import type { Shape } from '../../../engine/core/meta';
import { expectKind, isPlainObject, parseArgs } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { allocated } from '../../../engine/storage/allocate';
import { readHostData } from '../../../engine/storage/host-data';
import { callable, isTensor } from '../calling/callable';
import { expectNumbers } from '../calling/expect-numbers';
import { type CompleteOptions, type TensorOptions, tensorOptions, withTensorOptions } from '../calling/sizes';
import { cat } from '../joining/cat-stack';
import type { Tensor } from '../tensor';
import { full, ones, zeros } from './creation';
import { evenlyBetween } from './linspace';
import { makeTensor } from './make-leaf';

const { fround } = Math;

function fromNumbers(op: string, numbers: Float64Array, { dtype, requiresGrad }: CompleteOptions): Tensor {
  const { data, shape } = readHostData(op, numbers, dtype);
  return makeTensor(op, fromHost(data, shape, dtype), requiresGrad);
}

interface LogspaceOptions extends TensorOptions {
  base?: number;
}

interface SpacedEnds {
  start: number | Tensor;
  end: number | Tensor;
  /** How many numbers there are. */
  steps: number;
}

/**
 * `steps` powers of `base` (default 10) with evenly spaced exponents from `start` to `end`, both included. float32 by
 * default. Shape: [steps].
 */
export function logspace(
  ...args:
    | [start: number | Tensor, end: number | Tensor, steps: number, base: number, options?: TensorOptions]
    | [start: number | Tensor, end: number | Tensor, steps: number, options?: LogspaceOptions]
    | [named: LogspaceOptions & SpacedEnds]
): Tensor {
  const { given, options: named } = withTensorOptions<SpacedEnds & { base?: number }>(
    'logspace',
    ['start', 'end', 'steps'],
    { base: 10 },
    args,
  );
  const { start, end, steps, base } = given;
  const options = tensorOptions('logspace', named, 'float32');
  expectKind('logspace', 'steps', steps, whole(0, MOST_FEATURES));
  if (isTensor(start) || isTensor(end)) {
    expectNumbers('logspace', { base });
    const powers = full([steps], base).pow(evenlyBetween('logspace', start, end, steps, {}));
    const typed = powers.to(options.dtype ?? 'float32');
    return options.requiresGrad ? typed.requiresGrad_() : typed;
  }
  expectNumbers('logspace', { start, end, base });
  const [low, high] = [fround(start), fround(end)];
  const step = steps === 1 ? 0 : fround(fround(high - low) / (steps - 1));
  // Computed from both ends towards the middle, in float32, as in PyTorch.
  const numbers = Float64Array.from({ length: steps }, (_, i) => {
    const fromStart = steps === 1 || i < Math.floor(steps / 2);
    const exponent = fromStart ? fround(low + fround(step * i)) : fround(high - fround(step * (steps - 1 - i)));
    return fround(base ** exponent);
  });
  return fromNumbers('logspace', numbers, options);
}

/**
 * The numbers start, start + step, … up to and including `end`: `range(start, end, step)`. float32 by default. Shape:
 * [⌊(end - start) / step⌋ + 1]. PyTorch has deprecated it: prefer `arange`.
 * @throws ArgumentError if the step is 0 or leads away from `end`
 */
export const range = callable(
  'range(start: number, end: number, ...)',
  (
    start: number,
    end: number,
    ...args: [step?: number, options?: TensorOptions] | [options?: TensorOptions & { step?: number }]
  ): Tensor => {
    const { given, options: named } = withTensorOptions<{ step?: number }>('range', [], { step: 1 }, args);
    const { step } = given;
    const options = tensorOptions('range', named, 'float32');
    if (![start, end, step].every(Number.isFinite)) {
      throw new ArgumentError(`range: expected finite numbers, but got start ${start}, end ${end} and step ${step}`);
    }
    if (step === 0 || (end - start) / step < 0) {
      throw new ArgumentError(`range: expected a step from start ${start} towards end ${end}, but got ${step}`);
    }
    const length = Math.floor((end - start) / step) + 1;
    return fromNumbers(
      'range',
      allocated(Float64Array, length).map((_, i) => start + step * i),
      options,
    );
  },
);

interface Triangle {
  /** The number of rows. */
  row: number;
  /** The number of columns. */
  col: number;
  /** Which diagonal: 0 is the main one, positive ones are above. Default: 0. */
  offset?: number;
}

/** The maximum number of elements that a result may index: their rows and columns take a gigabyte. */
const MOST_PLACES = 2 ** 27;

/** The rows and columns [2, n] of a matrix's elements on and beside a diagonal, row by row. */
function places(op: string, args: readonly unknown[], isLower: boolean): Tensor {
  const last = args.at(-1);
  const { dtype = 'int64', device, ...named } = (isPlainObject(last) ? last : {}) as TensorOptions & Partial<Triangle>;
  const positions = isPlainObject(last) ? [...args.slice(0, -1), named] : args;
  const { row, col, offset } = parseArgs<Triangle>(op, ['row', 'col'], { offset: 0 }, positions);
  if (![row, col].every((size) => Number.isInteger(size) && size >= 0) || !Number.isInteger(offset)) {
    throw new ArgumentError(
      `${op}: expected whole numbers row ≥ 0, col ≥ 0 and offset, but got ${row}, ${col} and ${offset}`,
    );
  }
  // Rows without elements are left out, so that the loops are no longer than the result.
  const [top, bottom] = isLower ? [Math.max(-offset, 0), row] : [0, Math.min(row, col - offset)];
  const from = (i: number) => (isLower ? 0 : Math.max(i + offset, 0));
  const to = (i: number) => (isLower ? Math.min(i + offset + 1, col) : col);
  let count = 0;
  for (let i = top; i < bottom && col > 0; i++) {
    count += to(i) - from(i);
    if (count <= MOST_PLACES) continue;
    throw new OutOfMemoryError(`${op}: expected at most ${MOST_PLACES} places, but a matrix ${row} × ${col} has more`);
  }
  const numbers = allocated(Float64Array, 2 * count);
  let at = 0;
  for (let i = top; i < bottom && at < count; i++) {
    for (let j = from(i); j < to(i); j++, at++) {
      numbers[at] = i;
      numbers[count + at] = j;
    }
  }
  return fromNumbers(op, numbers, tensorOptions(op, { dtype, device }, 'int64')).reshape([2, count]);
}

type TriangleArguments =
  | [row: number, col: number, offset?: number, options?: Pick<TensorOptions, 'dtype' | 'device'>]
  | [row: number, col: number, options: Pick<TensorOptions, 'dtype' | 'device'> & { offset?: number }]
  | [named: Triangle & Pick<TensorOptions, 'dtype' | 'device'>];

/** Row and column of each element on or below a diagonal of a `row` × `col` matrix, row by row; int64 by default. Shape: [2, n]. */
export const trilIndices = (...args: TriangleArguments): Tensor => places('trilIndices', args, true);

/** Row and column of each element on or above a diagonal of a `row` × `col` matrix, row by row; int64 by default. Shape: [2, n]. */
export const triuIndices = (...args: TriangleArguments): Tensor => places('triuIndices', args, false);

interface VanderSettings {
  /** The number of powers. Default: the length of the vector. */
  N?: number | null;
  /** Whether the powers increase, from x⁰ on. Default: false, they decrease down to x⁰. */
  increasing?: boolean;
}

/** Powers of each number of a vector: y_ij = x_i^(N - 1 - j), or x_i^j if `increasing`. Shape: [n] → [n, N]. */
export const vander = callable(
  'vander(x, ...)',
  (x: Tensor, ...args: [N?: number, increasing?: boolean] | [options?: VanderSettings]): Tensor => {
    const { N, increasing } = parseArgs<VanderSettings>('vander', [], { N: null, increasing: false }, args);
    if (x.shape.length !== 1) throw new ShapeError(`vander: expected a vector, but got shape [${x.shape.join(', ')}]`);
    const powers = N ?? x.length;
    if (!Number.isInteger(powers) || powers < 0) {
      throw new ArgumentError(`vander: expected a whole number of powers N ≥ 0, but got ${powers}`);
    }
    const numbers = x.isFloatingPoint() ? x : x.to('int64');
    const like = { dtype: numbers.dtype };
    const size = (columns: number): Shape => [x.length, columns];
    if (powers === 0) return zeros(size(0), like);
    const factors = cat([ones(size(1), like), numbers.unsqueeze(1).expand(size(powers - 1))], 1);
    const ascending = factors.cumprod(1);
    return increasing ? ascending : ascending.flip([1]);
  },
);
