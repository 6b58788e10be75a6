// A convolution's gradients by weight and bias from segments of rows, with workgroup memory: for GPUs.

import source from '../../../../shaders/conv2d-weight-grad-segments.wgsl?raw';
import anySource from '../../../../shaders/conv2d-weight-grad-segments-any.wgsl?raw';
import { grid, i32, input, type Lowering, output, type Pass, scratch, varied } from '../../compiler/ir';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import { pairsBesideOnGpu, sumChunkPairsOnGpu } from '../reduce/chunks';
import { type ConvGeometry, geometryParams } from './geometry';
import { columnsUnder, LONGEST_SEGMENT, WORKGROUP_BYTES } from './segment-tiles';
import { ceilDiv, divisorUpTo } from './tiles';
import { type SegmentGradTile, segmentGradCounts, segmentGradSizes } from './weight-grad-segment-tiles';

/** A loop adds the sums of up to this many slices before it tests for its end. */
const LONGEST_RUN = 8;

/** dw and db, of inputs x and dy: sums over chunks of the segments, then their sum. */
export function segmentGradPasses(g: ConvGeometry, tile: SegmentGradTile): Lowering {
  const { chunks } = tile;
  const general = anyPass(g, tile);
  const pass = varied(ownPass(g, tile), {
    ...(general && { general, apart: true }),
    besides: pairsBesideOnGpu,
  });
  if (chunks === 1) return { kind: 'passes', passes: [pass] };
  const biases = g.groups * g.groupOut;
  const count = biases * g.groupIn * g.kernel[0] * g.kernel[1];
  return {
    kind: 'passes',
    passes: [pass, sumChunkPairsOnGpu(partial, [output(0), output(1)], [count, biases], chunks)],
    scratch: [chunks * count * BYTES_PER_ELEMENT, chunks * biases * BYTES_PER_ELEMENT],
  };
}

const partial = [scratch(0), scratch(1)] as const;

/** What both kernels read and write. */
const commonOf = (chunks: number) => ({
  label: 'conv2d weight gradient',
  reads: [input(0), input(1)],
  writes: chunks === 1 ? [output(0), output(1)] : partial,
});

const padParams = (g: ConvGeometry) => ({
  ...geometryParams(g),
  padTop: i32(g.padding[0]),
  padLeft: i32(g.padding[2]),
});

/** The most lanes with other lines, all lanes, and the channels of a lane; of long rows of taps a lane takes one. */
const ANY_LINES = 16;
const ANY_THREADS = 64;
const ANY_CHANNELS = 4;
const LONG_ROW = 8;

/** The kernel for images of any number and size; undefined if its columns are too many. */
function anyPass(g: ConvGeometry, tile: SegmentGradTile): Pass | undefined {
  const [kh, kw] = g.kernel;
  const { slices, pixels, chunks } = tile;
  const { pitch, colX, colQ, colRun, colStep } = columnsUnder(g, LONGEST_SEGMENT);
  const channels = kw > LONG_ROW ? 1 : ANY_CHANNELS;
  const bytesOf = (lanes: number) => 4 * (lanes * pitch + LONGEST_SEGMENT * ((ANY_THREADS / lanes) * channels + 1));
  const lineLanes = [ANY_LINES, ANY_LINES / 2, ANY_LINES / 4].find((lanes) => bytesOf(lanes) <= WORKGROUP_BYTES);
  if (!lineLanes || pixels > LONGEST_SEGMENT) return undefined;
  const outLanes = ANY_THREADS / lineLanes;
  const outs = outLanes * channels;
  const { xTiles, segments, chunk } = segmentGradCounts(g, tile);
  const [oBlocks, lBlocks] = [ceilDiv(g.groupOut, outs), ceilDiv(g.groupIn * kh, lineLanes)];
  const workgroups = oBlocks * lBlocks * g.groups * chunks;
  return {
    ...commonOf(chunks),
    source: [anySource],
    consts: {
      LO: outLanes,
      LL: lineLanes,
      THREADS: ANY_THREADS,
      TO: channels,
      OUTS: outs,
      O_PITCH: outs + 1,
      MOST: LONGEST_SEGMENT,
      KH: kh,
      KW: kw,
      ACC: channels * kw,
      SH: g.stride[0],
      SW: g.stride[1],
      DH: g.dilation[0],
      DW: g.dilation[1],
      PITCH: pitch,
      COL_X: colX,
      COL_Q: colQ,
      COL_RUN: colRun,
      COL_STEP: colStep,
      X_TILE: lineLanes * pitch,
      DY_TILE: LONGEST_SEGMENT * (outs + 1),
      DY_LOADS: (outs * LONGEST_SEGMENT) / ANY_THREADS,
    },
    params: { workgroups, oBlocks, lBlocks, xTiles, segments, chunk, slices, pixels, ...padParams(g) },
    grid: grid(workgroups),
  };
}

function ownPass(g: ConvGeometry, tile: SegmentGradTile): Pass {
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
    APART: sizes.apart ? 1 : 0,
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

  return {
    ...commonOf(chunks),
    source: [source],
    consts,
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
      ...padParams(g),
    },
    grid: grid(workgroups),
  };
}
