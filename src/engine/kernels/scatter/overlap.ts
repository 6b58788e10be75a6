// The pass that adds windows where they overlap.
import { gridFor, input, type LowerContext, type Lowering, output } from '../../compiler/ir';
import { vec8 } from '../../compiler/strided';
import type { Text } from '../../compiler/texts';
import { numel } from '../../core/meta';
import { countOf, plainStrides, type WindowAttrs } from '../../ops/pooling/window-attrs';

const source: Text = '#scatter/overlapAdd';

const WORKGROUP = 64;

/** Input: windows. */
export function overlapAdd({ inputs: [x], outputs: [y], attrs }: LowerContext<WindowAttrs>): Lowering {
  const { dim, size, step, dilation } = attrs;
  const rank = y!.shape.length;
  const count = numel(y!.shape);
  const strides = plainStrides(x!, attrs);
  const pass = {
    source: [source],
    label: 'overlapAdd',
    consts: { RANK: rank, AXIS: rank - 1 - dim },
    reads: [input(0)],
    writes: [output()],
    params: {
      count,
      windows: countOf(attrs),
      windowSize: size,
      elementStride: strides[rank]!,
      step,
      dilation,
      padding0: 0,
      padding1: 0,
      ...vec8('sizes', y!.shape.toReversed(), 1),
      ...vec8('strides', strides.slice(0, rank).toReversed(), 0),
    },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}
