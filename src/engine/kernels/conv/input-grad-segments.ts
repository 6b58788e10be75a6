// The passes of a strided convolution's gradient by its input, by segments of rows with workgroup memory: for GPUs.
import source from '../../../../shaders/conv2d-input-grad-segments.wgsl?raw';
import { grid, input, type Lowering, output, type Pass, scratch, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { type ConvGeometry, elementsOf } from './geometry';
import {
  generalStrideTile,
  phasesOf,
  type StrideTile,
  strideChunk,
  strideCounts,
  strideSizes,
} from './input-grad-segment-tiles';
import { inputImages, sumsOfImages } from './planes';
import { MOST_PRODUCTS } from './segment-tiles';
import { ceilDiv } from './tiles';

const outputsEach: Text = '#conv/libOutputsEach';

/** dx, over chunks of the channels of dy, and then their sum. Inputs: dy, w and, optionally, b. */
export function stridePasses(g: ConvGeometry, bias: boolean, tile: StrideTile): Lowering {
  const { chunks } = tile;
  const general = generalStrideTile(g, tile);
  const pass = varied(
    stridePass(g, bias, tile),
    general ? { general: stridePass(g, bias, general, strideChunk(g, tile)) } : {},
  );
  return sumsOfImages(inputImages(g, bias), chunks, pass);
}

/** The pass with its own tile, or with the general one, for `given` channels in a chunk. */
function stridePass(g: ConvGeometry, bias: boolean, tile: StrideTile, given?: number): Pass {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const { outLanes, segmentLanes, channels, strides, lines, chunks } = tile;
  const { cols, pitch, before, threads, outs, xLoads, wLoads } = strideSizes(g, tile);
  const { xTiles, sBlocks, oBlocks, workgroups } = strideCounts(g, tile);
  const rows = phasesOf(g, 0);
  const chunk = given ?? strideChunk(g, tile);
  const width = strides * sw;
  const sums = chunks === 1;
  // The channels of a turn, by the phase; the last chunk may be shorter than the others.
  const depths = rows.taps.map((taps) => Math.floor(lines / taps));
  const isShort = given !== undefined || depths.some((depth) => chunk % depth !== 0 || g.groupOut % depth !== 0);
  const isIdle = depths.some((depth, phase) => depth * rows.taps[phase]! < lines);
  const consts = {
    LO: outLanes,
    LR: segmentLanes,
    THREADS: threads,
    TO: channels,
    QUADS: channels / 4,
    OUTS: outs,
    TX: strides,
    WIDTH: width,
    ACC: channels * width,
    KH: kh,
    KW: kw,
    TAPS: kh * kw,
    SH: sh,
    SW: sw,
    DH: dh,
    PAD_TOP: g.padding[0],
    P_STEP: rows.tapStep,
    P_COMMON: rows.common,
    P_BETWEEN: Math.max(1, rows.common - 1),
    PHASES: rows.taps.length,
    PARTS: ceilDiv(sh, rows.taps.length),
    X_STEP: rows.step,
    COLS: cols,
    PITCH: pitch,
    BEFORE: before,
    SHIFT: g.padding[2] + (before + 1) * sw,
    Q_BACK: dw,
    Q_ON: sw - (dw % sw),
    LINES: lines,
    IDLE: isIdle ? 1 : 0,
    LINES_AT_ONCE: !isIdle && lines * kw * channels * strides <= MOST_PRODUCTS ? lines : 1,
    X_ROWS: lines * segmentLanes,
    X_LOADS: xLoads,
    X_TILE: xLoads * threads,
    W_LOADS: wLoads,
    W_COUNT: lines * kw * outs,
    W_PITCH: outs / 4 + 1,
    W_TILE: lines * kw * (outs + 4),
    SHORT: isShort ? 1 : 0,
    BIAS: bias && sums ? 1 : 0,
  };
  return {
    source: [outputsEach, source],
    label: 'conv2d input gradient',
    ...(sums && { stage: { where: 'store', run: g.size[0] * g.size[1] } }),
    consts,
    reads: [input(0), input(1), input(bias ? 2 : 1)],
    writes: [sums ? output() : scratch()],
    params: {
      workgroups,
      sBlocks,
      oBlocks,
      xTiles,
      batch: g.batch,
      chunk,
      chunks,
      outputs: elementsOf(g).x,
      groups: g.groups,
      groupIn: g.groupOut,
      groupOut: g.groupIn,
      inRows: g.outSize[0],
      inCols: g.outSize[1],
      outRows: g.size[0],
      outCols: g.size[1],
    },
    grid: grid(workgroups),
  };
}
