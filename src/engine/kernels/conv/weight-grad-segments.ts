// A convolution's gradients by weight and bias from segments of rows, with workgroup memory: for GPUs.
import source from '../../../../shaders/conv2d-weight-grad-segments.wgsl?raw';
import { i32, input, type Lowering, output, type Pass, scratch } from '../../compiler/ir';
import { grid } from '../../compiler/lowering';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import { sumChunkPairsOnGpu } from '../reduce/chunks';
import { type ConvGeometry, geometryParams } from './geometry';
import { divisorUpTo } from './tiles';
import { type SegmentGradTile, segmentGradCounts, segmentGradSizes } from './weight-grad-segment-tiles';

/** A loop adds the sums of up to this many slices before it tests for its end. */
const LONGEST_RUN = 8;

/** dw and db, of inputs x and dy: sums over chunks of the segments, then their sum. */
export function segmentGradPasses(g: ConvGeometry, tile: SegmentGradTile): Lowering {
  const [kh, kw] = g.kernel;
  const { outLanes, lineLanes, slices, channels, lines, pixels, chunks } = tile;
  const sizes = segmentGradSizes(g, tile);
  const { threads, vec, outs, xLoads, dyLoads } = sizes;
  const { xTiles, segments, chunk, oBlocks, lBlocks, workgroups } = segmentGradCounts(g, tile);
  const consts = {
    LO: outLanes,
    LL: lineLanes,
    LANES: sizes.lanes,
    SLICES: slices,
    SLICE_RUN: divisorUpTo(slices, LONGEST_RUN),
    THREADS: threads,
    TO: channels,
    VEC: vec,
    VECS: channels / vec,
    OUTS: outs,
    TL: lines,
    LINES: lineLanes * lines,
    TX: pixels,
    KH: kh,
    KW: kw,
    ACC: channels * lines * kw,
    SH: g.stride[0],
    SW: g.stride[1],
    DH: g.dilation[0],
    DW: g.dilation[1],
    COLS: sizes.cols,
    ROW: lines * sizes.cols,
    PITCH: sizes.pitch,
    COL_X: sizes.colX,
    COL_Q: sizes.colQ,
    COL_RUN: sizes.colRun,
    COL_STEP: sizes.colStep,
    X_LOADS: xLoads,
    X_SLICE: sizes.xSlice,
    X_TILE: sizes.xTile,
    DY_COUNT: outs * pixels,
    DY_LOADS: dyLoads,
    O_PITCH: sizes.outPitch,
    DY_SLICE: sizes.dySlice,
    DY_TILE: slices * sizes.dySlice,
    PORTION: sizes.portion,
    PORTIONS: (channels * lines * kw) / sizes.portion,
  };

  const whole = chunks === 1;
  const partial = [scratch(0), scratch(1)] as const;
  const pass: Pass = {
    source: [source],
    label: 'conv2d weight gradient',
    consts,
    reads: [input(0), input(1)],
    writes: whole ? [output(0), output(1)] : partial,
    params: {
      workgroups,
      oBlocks,
      lBlocks,
      xTiles,
      segments,
      chunk,
      stepN: Math.floor(slices / xTiles / g.outSize[0]),
      stepI: Math.floor(slices / xTiles) % g.outSize[0],
      stepJ: (slices % xTiles) * pixels,
      rowEnd: xTiles * pixels,
      ...geometryParams(g),
      padTop: i32(g.padding[0]),
      padLeft: i32(g.padding[2]),
    },
    grid: grid(workgroups),
  };
  if (whole) return { kind: 'passes', passes: [pass] };
  const biases = g.groups * g.groupOut;
  const count = biases * g.groupIn * kh * kw;
  return {
    kind: 'passes',
    passes: [pass, sumChunkPairsOnGpu(partial, [output(0), output(1)], [count, biases], chunks)],
    scratch: [chunks * count * BYTES_PER_ELEMENT, chunks * biases * BYTES_PER_ELEMENT],
  };
}
