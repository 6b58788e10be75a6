// Replacing elements at random (dropout). No mask is stored: the kernel recomputes it from its key, in backward too.
import { gridFor, input, output, type Pass, scalar } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { numel } from '../../core/meta';
import { expectFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const sources: Text[] = ['#random/philox', '#random/dropout'];

const WORKGROUP = 64;
const ELEMENTS_PER_INVOCATION = 4;

interface DropoutAttrs {
  /** How many neighbouring elements are kept or dropped together. */
  readonly inner: number;
}

/**
 * Dynamic scalars: the key's two words, the bound below which a draw keeps its element, scale, shift, and the value
 * of dropped elements.
 */
const dropoutOp: Op<DropoutAttrs> = {
  name: 'nativeDropout',
  remakes: true,
  saves: { inputs: [] },
  infer([x]) {
    expectFloat('dropout', 'input', x!);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs: [x], attrs: { inner } }) {
    const count = numel(x!.shape);
    const word = (index: number) => scalar(index, 'u32');
    const pass: Pass = {
      source: sources,
      label: 'dropout',
      reads: [input(0)],
      writes: [output()],
      params: {
        count,
        inner: Math.max(inner, 1),
        key0: word(0),
        key1: word(1),
        keep: word(2),
        scale: scalar(3),
        shift: scalar(4),
        dropped: scalar(5),
      },
      grid: gridFor(Math.ceil(count / ELEMENTS_PER_INVOCATION), WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
  growth: 'rows',
  // The same mask and scale; shift and the value of dropped elements are constants, so their gradient is 0.
  vjp: ([dy], { attrs, scalars }) => [record(dropoutOp, [dy!], attrs, [...scalars.slice(0, 4), 0, 0])],
};

export interface Mask {
  /** Two words of 32 bits; the same key gives the same mask. */
  readonly key: readonly [number, number];
  /** A draw of 32 bits below it keeps its element. */
  readonly bound: number;
  /** Neighbouring elements that are kept or dropped together. */
  readonly inner: number;
}

/** The bound below which a draw keeps its element, if elements are dropped with probability p in [0, 1). */
export const boundOf = (p: number): number => Math.min(Math.round((1 - p) * 2 ** 32), 2 ** 32 - 1);

/** Kept elements become x · scale + shift, the others `dropped`. Shape: that of x. */
export const dropout = (
  x: Value,
  { key, bound, inner }: Mask,
  { scale, shift = 0, dropped = 0 }: { scale: number; shift?: number; dropped?: number },
): Value => record(dropoutOp, [x], { inner }, [...key, bound, scale, shift, dropped]);
