// Strided reading: the pass that copies a view of a value, each of whose sizes and strides is known to the plan or to a run alone.
import source from '../../shaders/strided.wgsl?raw';
import type { DType } from '../core/meta';
import { movedAsHalves } from './fusion/read-inputs';
import { i32, input, output, type Param, type Pass, u32 } from './ir';
import { gridFor } from './lowering';

const WORKGROUP = 64;
/** Dimensions that the kernel has parameters for. */
export const MAX_RANK = 8;

/** Eight values as two vec4 of Params. */
export const vec8 = (values: readonly number[], rest: number, param: (value: number) => Param): Param[] =>
  Array.from({ length: MAX_RANK }, (_, d) => param(values[d] ?? rest));

/** The elements that a pass reads: up to `room`. It writes `count` of them. */
export interface StridedRead {
  readonly room: number;
  readonly count: Param;
  /** Of the first element. */
  readonly offset: Param;
  /** The outermost first. */
  readonly axes: readonly { readonly size: Param; readonly stride: Param }[];
}

export function stridedPass(dtype: DType, { room, count, offset, axes }: StridedRead): Pass {
  const inward = axes.toReversed();
  const eight = (param: (d: number) => Param) => Array.from({ length: MAX_RANK }, (_, d) => param(d));
  return {
    source: [dtype === 'float16' ? movedAsHalves(source) : source],
    label: 'strided',
    consts: { RANK: axes.length },
    reads: [input(0)],
    writes: [output()],
    params: [
      count,
      offset,
      u32(0),
      u32(0),
      ...eight((d) => inward[d]?.size ?? u32(1)),
      ...eight((d) => inward[d]?.stride ?? i32(0)),
    ],
    grid: gridFor(room, WORKGROUP),
  };
}
