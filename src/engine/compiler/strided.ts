// Strided reading: the pass that copies a view of a value. Each size and stride is a constant of the plan or a scalar
// of the run.
import source from '../../../shaders/strided.wgsl?raw';
import type { DType } from '../core/meta';
import { movedAsHalves } from './fusion/read-inputs';
import { gridFor, i32, input, numbered, output, type Param, type ParamFields, type Pass } from './ir';

const WORKGROUP = 64;
/** The maximum number of dimensions that the kernel has parameters for. */
export const MAX_RANK = 8;

/** Eight values as fields that fill two vec4; missing ones become `rest`. */
export const vec8 = (name: string, values: readonly (number | Param)[], rest: number | Param): ParamFields =>
  numbered(name, MAX_RANK, (d) => values[d] ?? rest);

/** The view that a pass copies: `count` elements, at most `room`. */
export interface StridedRead {
  readonly room: number;
  readonly count: Param;
  /** The offset of the first element. */
  readonly offset: Param;
  /** The axes, the outermost first. */
  readonly axes: readonly { readonly size: Param; readonly stride: Param }[];
}

export function stridedPass(dtype: DType, { room, count, offset, axes }: StridedRead): Pass {
  const inward = axes.toReversed();
  return {
    source: [dtype === 'float16' ? movedAsHalves(source) : source],
    label: 'strided',
    consts: { RANK: axes.length },
    reads: [input(0)],
    writes: [output()],
    params: {
      count,
      offset,
      padding0: 0,
      padding1: 0,
      ...vec8(
        'sizes',
        inward.map(({ size }) => size),
        1,
      ),
      ...vec8(
        'strides',
        inward.map(({ stride }) => stride),
        i32(0),
      ),
    },
    grid: gridFor(room, WORKGROUP),
  };
}
