// F.pad: by a constant, or by the input's own edges.

import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Value } from '../../../engine/graph/value';
import { expand } from '../../../engine/ops/reduction/reduce';
import { cat } from '../../../engine/ops/shape/join';
import { flip, narrow } from '../../../engine/ops/shape/shape';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

/** The elements that a tensor is padded with: a number, or its own elements in some order. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

interface PadArguments {
  /** What is added in front of and behind each dimension, the last dimension first; negative amounts crop. */
  pad: readonly number[];
  mode?: PadMode;
  /** For mode 'constant', default 0. */
  value?: number | null;
}

/**
 * x with `pad` added around its last dimensions: [left, right] of the last one, then [top, bottom] of the one before, and
 * so on. Negative amounts crop. Modes 'reflect', 'replicate' and 'circular' pad the last 1 to 3 dimensions of batches of channels.
 */
export const pad = callable(
  'pad(input, pad: list, ...)',
  (input: Tensor, ...args: Arguments<PadArguments, ['pad', 'mode', 'value']>): Tensor => {
    const given = parseArgs<PadArguments>('pad', ['pad'], { mode: 'constant', value: null }, args);
    const { pad: amounts, mode, value } = given;
    const rank = input.shape.length;
    if (amounts.length % 2 !== 0 || amounts.length > 2 * rank || !amounts.every(Number.isInteger)) {
      throw new ShapeError(
        `pad: expected at most ${rank} pairs of integers for shape [${input.shape.join(', ')}], but got [${amounts.join(', ')}]`,
      );
    }
    const around = (d: number): [number, number] => {
      const i = 2 * (rank - 1 - d);
      return [amounts[i] ?? 0, amounts[i + 1] ?? 0];
    };
    if (mode === 'constant') return input.pad(amounts, { value: value ?? 0 });
    const extend = edges[mode];
    if (!extend) {
      throw new ArgumentError(`pad: expected mode 'constant', 'reflect', 'replicate' or 'circular', but got '${mode}'`);
    }
    if (value) throw new ArgumentError(`pad: mode '${mode}' takes no value`);
    checkRoom(mode, input, amounts);
    return Tensor.of(
      input.shape.reduce<Value>(
        (y, _, d) => (around(d).some((n) => n !== 0) ? extend(y, d, ...around(d)) : y),
        input.value,
      ),
    );
  },
);

/**
 * Checks x for the modes that pad with its own elements: one or two dimensions before the padded ones and, except for
 * 'circular', no bool and no dimension of size 0 but the batch.
 */
function checkRoom(mode: string, x: Tensor, amounts: readonly number[]): void {
  const rank = x.dim();
  const padded = amounts.length / 2;
  const shape = `[${x.shape.join(', ')}]`;
  if (padded < 1 || padded > 3 || rank < padded + 1 || rank > padded + 2) {
    throw new ShapeError(
      `pad: expected amounts for the last 1 to 3 dimensions, with 1 or 2 before them, in mode '${mode}', but got ${padded} pairs for shape ${shape}`,
    );
  }
  if (mode === 'circular') return;
  if (x.dtype === 'bool') {
    throw new DTypeError(`pad: expected numbers in mode '${mode}', but got dtype bool; convert it with .to('uint8')`);
  }
  if (x.shape.slice(rank === padded + 2 ? 1 : 0).includes(0)) {
    throw new ShapeError(
      `pad: expected no dimension of size 0 but the batch in mode '${mode}', but got shape ${shape}`,
    );
  }
}

type Extend = (x: Value, dim: number, before: number, after: number) => Value;

const edges: Record<Exclude<PadMode, 'constant'>, Extend> = {
  /** c b | a b c | b a */
  reflect(x, dim, before, after) {
    const size = x.shape[dim]!;
    checkAmounts('reflect', x, dim, before, after, size - 1, 1);
    const all = joined(
      dim,
      [before, () => flip(narrow(x, dim, 1, before), [dim])],
      [size, () => x],
      [after, () => flip(narrow(x, dim, size - 1 - after, after), [dim])],
    );
    return cropped(all, dim, before, after);
  },
  /** a a | a b c | c c */
  replicate(x, dim, before, after) {
    const size = x.shape[dim]!;
    checkAmounts('replicate', x, dim, before, after, Number.POSITIVE_INFINITY, 1);
    const repeated = (start: number, count: number) =>
      expand(
        narrow(x, dim, start, 1),
        x.shape.map((n, d) => (d === dim ? count : n)),
      );
    const all = joined(
      dim,
      [before, () => repeated(0, before)],
      [size, () => x],
      [after, () => repeated(size - 1, after)],
    );
    return cropped(all, dim, before, after);
  },
  /** b c | a b c | a b, of the part left after cropping */
  circular(x, dim, before, after) {
    checkAmounts('circular', x, dim, before, after, x.shape[dim]!, 0);
    const rest = cropped(x, dim, before, after);
    const size = rest.shape[dim]!;
    checkAmounts('circular', rest, dim, Math.max(before, 0), Math.max(after, 0), size, 0);
    return joined(
      dim,
      [before, () => narrow(rest, dim, size - before, before)],
      [size, () => rest],
      [after, () => narrow(rest, dim, 0, after)],
    );
  },
};

/** @throws ShapeError if a side is padded by more than `most`, or the final size is less than `least` */
function checkAmounts(
  mode: string,
  x: Value,
  dim: number,
  before: number,
  after: number,
  most: number,
  least: number,
): void {
  const size = x.shape[dim]! + before + after;
  if (Math.max(before, after) <= most && size >= least) return;
  throw new ShapeError(
    `pad: expected amounts of at most ${most}, and a size of at least ${least} in the end, in mode '${mode}' for dimension ${dim} of [${x.shape.join(', ')}], but got [${before}, ${after}]`,
  );
}

/** x without the elements that negative amounts crop. */
function cropped(x: Value, dim: number, before: number, after: number): Value {
  const [start, end] = [Math.max(0, -before), Math.max(0, -after)];
  return start + end === 0 ? x : narrow(x, dim, start, x.shape[dim]! - start - end);
}

/** The non-empty parts end to end; if all are empty, the middle one. */
function joined(dim: number, ...parts: readonly (readonly [size: number, part: () => Value])[]): Value {
  const full = parts.flatMap(([size, part]) => (size > 0 ? [part()] : []));
  return full.length > 0 ? cat(full, dim) : parts[1]![1]();
}
