// Masks of dropout as PyTorch draws them on the processor, for those who want its numbers by the same seed.

import { oneOf } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { add, mul } from '../../../engine/ops/pointwise/arithmetic';
import { reshape } from '../../../engine/ops/shape/cast';
import { hostFloats } from '../../../engine/storage/allocate';
import { fillBernoulli } from '../../../engine/storage/random/distributions';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { fillInMemoryOrder } from '../../../engine/storage/random/order';
import { type DropByHand, dropBy } from './dropout';

const byGenerator: DropByHand = (x, p, inner, { scale, shift = 0, dropped = 0 }) => {
  const kept = hostFloats(x.numel() / inner);
  const fill = (numbers: typeof kept): void => {
    fillBernoulli(numbers, 1 - p, defaultGenerator());
  };
  if (inner === 1) fillInMemoryOrder(kept, x.shape, x.strides, fill);
  else fill(kept);
  const shape = inner === 1 ? x.shape : [kept.length, 1];
  const each = (yes: number, no: number) =>
    fromHost(
      kept.map((keeps) => (keeps ? yes : no)),
      shape,
      'float32',
    );
  return (value) => {
    const rows = inner === 1 ? value : reshape(value, [kept.length, inner]);
    const scaled = mul(rows, each(scale, 0));
    return reshape(shift === 0 ? scaled : add(scaled, each(shift, dropped)), value.shape);
  };
};

interface MaskArguments {
  /** Where masks are drawn: `device` or `generator`. */
  from: 'device' | 'generator';
}

/**
 * Chooses where masks of dropout are drawn. `device` (default): by the kernel itself, at no cost. `generator`: by the
 * generator that `torch.manualSeed` seeds, number by number as PyTorch's CPU does, so that masks and all draws after
 * them are PyTorch's for the same seed; each mask is then made by the processor and uploaded.
 */
export function dropoutMasks(...args: Arguments<MaskArguments, ['from']>): void {
  const { from } = parseArgs<MaskArguments>('dropoutMasks', ['from'], {}, args, { from: oneOf('device', 'generator') });
  dropBy(from === 'generator' ? byGenerator : null);
}
