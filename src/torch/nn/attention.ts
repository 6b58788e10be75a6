// Nn.attention: which of PyTorch's kernels attention may use, of which there is one here.

import { callback, either, flag, nonEmpty, oneOf } from '../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../engine/core/options';

/** PyTorch's kernels of attention, and its number of each. Here one kernel, which holds no table of weights, does for all. */
export const SDPBackend = {
  ERROR: -1,
  MATH: 0,
  FLASH_ATTENTION: 1,
  EFFICIENT_ATTENTION: 2,
  CUDNN_ATTENTION: 3,
  OVERRIDEABLE: 4,
} as const;

type Backend = (typeof SDPBackend)[keyof typeof SDPBackend];

interface KernelArguments<R> {
  /** Kernels of `SDPBackend`, one or a list. */
  backends: Backend | readonly Backend[];
  fn: () => R;
  /** Whether the list is in the order of preference. */
  setPriority?: boolean;
}

const backend = oneOf(...Object.values(SDPBackend));

/**
 * Runs `fn`, and returns what it returns: attention is computed by the same kernel whichever backends are named.
 *
 *     nn.attention.sdpaKernel(SDPBackend.FLASH_ATTENTION, () => F.scaledDotProductAttention(q, k, v));
 */
export function sdpaKernel<R>(...args: Arguments<KernelArguments<R>, ['backends', 'fn', 'setPriority']>): R {
  const { fn } = parseArgs<KernelArguments<R>>('sdpaKernel', ['backends', 'fn'], { setPriority: false }, args, {
    backends: either(backend, nonEmpty(backend)),
    fn: callback,
    setPriority: flag,
  });
  return fn();
}
