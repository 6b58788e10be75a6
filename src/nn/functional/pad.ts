// Owns F.pad: by a constant, or by the input's own edges.

import { ArgumentError, ShapeError } from '../../errors';
import type { Value } from '../../graph/value';
import { cat } from '../../ops/join';
import { expand } from '../../ops/reduce';
import { flip, narrow } from '../../ops/shape';
import { callable } from '../../tensor/callable';
import { type Arguments, parseArgs } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

interface PadArguments {
  pad: readonly number[];
  mode?: PadMode;
  /** For mode 'constant', default 0. */
  value?: number | null;
}

/**
 * x with `pad` added around its last dimensions: [left, right] of the last one, then [top, bottom] of the one before, and
 * so on. Mode 'constant' (default) takes negative amounts too, which crop.
 */
export const pad = callable(
  'pad(input, pad: list, ...)',
  (x: Tensor, ...args: Arguments<PadArguments, ['pad', 'mode', 'value']>): Tensor => {
    const given = parseArgs<PadArguments>('pad', ['pad'], { mode: 'constant', value: null }, args);
    const { pad: amounts, mode, value } = given;
    const rank = x.shape.length;
    if (amounts.length % 2 !== 0 || amounts.length > 2 * rank || !amounts.every(Number.isInteger)) {
      throw new ShapeError(
        `pad: expected at most ${rank} pairs of integers for shape [${x.shape.join(', ')}], but got [${amounts.join(', ')}]`,
      );
    }
    const around = (d: number): [number, number] => {
      const i = 2 * (rank - 1 - d);
      return [amounts[i] ?? 0, amounts[i + 1] ?? 0];
    };
    if (mode === 'constant') return x.pad(amounts, { value: value ?? 0 });
    const extend = edges[mode];
    if (!extend) {
      throw new ArgumentError(`pad: expected mode 'constant', 'reflect', 'replicate' or 'circular', but got '${mode}'`);
    }
    if (value !== null) throw new ArgumentError(`pad: mode '${mode}' takes no value`);
    return Tensor.of(x.shape.reduce<Value>((y, _, d) => extend(y, d, ...around(d)), x.value));
  },
);

type Extend = (x: Value, dim: number, before: number, after: number) => Value;

const edges: Record<Exclude<PadMode, 'constant'>, Extend> = {
  /** c b | a b c | b a */
  reflect(x, dim, before, after) {
    const size = x.shape[dim]!;
    checkAmounts('reflect', x, dim, before, after, size - 1);
    return joined(
      dim,
      [before, () => flip(narrow(x, dim, 1, before), [dim])],
      [size, () => x],
      [after, () => flip(narrow(x, dim, size - 1 - after, after), [dim])],
    );
  },
  /** a a | a b c | c c */
  replicate(x, dim, before, after) {
    const size = x.shape[dim]!;
    checkAmounts('replicate', x, dim, before, after, size > 0 ? Number.POSITIVE_INFINITY : 0);
    const repeated = (start: number, count: number) =>
      expand(
        narrow(x, dim, start, 1),
        x.shape.map((n, d) => (d === dim ? count : n)),
      );
    return joined(dim, [before, () => repeated(0, before)], [size, () => x], [after, () => repeated(size - 1, after)]);
  },
  /** b c | a b c | a b */
  circular(x, dim, before, after) {
    const size = x.shape[dim]!;
    checkAmounts('circular', x, dim, before, after, size);
    return joined(
      dim,
      [before, () => narrow(x, dim, size - before, before)],
      [size, () => x],
      [after, () => narrow(x, dim, 0, after)],
    );
  },
};

function checkAmounts(mode: string, x: Value, dim: number, before: number, after: number, most: number): void {
  if (before >= 0 && after >= 0 && Math.max(before, after) <= most) return;
  throw new ShapeError(
    `pad: expected amounts from 0 to ${most} in mode '${mode}' for dimension ${dim} of [${x.shape.join(', ')}], but got [${before}, ${after}]`,
  );
}

/** The parts that are not empty, end to end. */
function joined(dim: number, ...parts: readonly (readonly [size: number, part: () => Value])[]): Value {
  return cat(
    parts.flatMap(([size, part]) => (size > 0 ? [part()] : [])),
    dim,
  );
}
