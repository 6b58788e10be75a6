// Sliding windows: kernel, stride, dilation and padding, as given by ONNX's attributes.
import { bounded } from '../arrange';
import type { Call } from '../call';

/** A window's reach along each spatial dimension. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Padding before and after. */
  readonly padding: readonly (readonly [before: number, after: number])[];
}

/** The extent of a dilated kernel, from its first to its last tap. */
export const reach = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** A stride or dilation this large leaves every tensor; larger ones are refused. */
const MOST_STEP = 2 ** 28;

/** Windows of `kernel` over an input of the given spatial sizes. */
export function windowsOf(call: Call, sizes: readonly number[], kernel: readonly number[]): Windows {
  const rank = sizes.length;
  if (rank < 1 || rank > 3) call.fail(`expected 1 to 3 spatial dimensions, but got ${rank}`);
  if (kernel.length !== rank) call.fail(`expected a kernel of ${rank} sizes, but got [${kernel.join(', ')}]`);
  const each = (name: string) => {
    const given = call.ints(name, new Array<number>(rank).fill(1));
    if (given.length === rank && given.every((step) => step >= 1 && step <= MOST_STEP)) return given;
    return call.fail(`expected '${name}' of ${rank} numbers from 1 to 2^28, but got [${given.join(', ')}]`);
  };
  if (!kernel.every((size) => size >= 1))
    call.fail(`expected a kernel of sizes of at least 1, but got [${kernel.join(', ')}]`);
  const [stride, dilation] = [each('strides'), each('dilations')];
  const padding = paddingOf(call, sizes, kernel, stride, dilation);
  bounded(
    call,
    sizes.map((size, d) => size + padding[d]![0] + padding[d]![1]),
  );
  return { kernel, stride, dilation, padding };
}

function paddingOf(
  call: Call,
  sizes: readonly number[],
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): [number, number][] {
  const auto = call.text('auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === '') return givenPadding(call, sizes.length);
  if (auto === 'VALID') return sizes.map(() => [0, 0]);
  return sizes.map((size, d) => {
    const count = Math.ceil(size / stride[d]!);
    const total = Math.max(0, (count - 1) * stride[d]! + reach(kernel[d]!, dilation[d]!) - size);
    return halves(total, auto === 'SAME_UPPER');
  });
}

/** Splits a total padding in two. With `upper`, the larger half of an odd total is at the end. */
export const halves = (total: number, upper: boolean): [number, number] =>
  upper ? [Math.floor(total / 2), Math.ceil(total / 2)] : [Math.ceil(total / 2), Math.floor(total / 2)];

/** The attribute `pads`: all starts, then all ends. */
export function givenPadding(call: Call, rank: number): [number, number][] {
  const pads = call.ints('pads', new Array<number>(2 * rank).fill(0));
  if (pads.length !== 2 * rank) call.fail(`expected ${2 * rank} pads, but got [${pads.join(', ')}]`);
  return Array.from({ length: rank }, (_, d) => [pads[d]!, pads[rank + d]!]);
}

/**
 * The number of windows along each dimension. With `ceil`, a window may reach over the end, but none may begin beyond
 * the input.
 */
export function countsOf(sizes: readonly number[], { kernel, stride, dilation, padding }: Windows, ceil: boolean) {
  return sizes.map((size, d) => {
    const [before, after] = padding[d]!;
    const steps = (size + before + after - reach(kernel[d]!, dilation[d]!)) / stride[d]!;
    const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    return ceil && (count - 1) * stride[d]! >= size + before ? count - 1 : count;
  });
}
