// The passes of a cross-correlation by segments of rows, with workgroup memory: for GPUs.
import source from '../../../../shaders/conv2d-segments.wgsl?raw';
import { grid, i32, input, type Lowering, output, type Pass, scratch, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import type { Correlation } from './forward';
import { elementsOf, geometryParams, weightParams } from './geometry';
import { outputImages, sumsOfImages } from './planes';
import {
  chunkOf,
  generalSegmentTile,
  MOST_PRODUCTS,
  partsOf,
  type SegmentTile,
  segmentCounts,
  segmentSizes,
  workgroupsOf,
} from './segment-tiles';
import { ceilDiv } from './tiles';

const outputsEach: Text = '#conv/libOutputsEach';

/** y = Σ x ⋆ w + b, over chunks of the input channels, and then their sum. Inputs: x, w and, optionally, b. */
export function segmentPasses(c: Correlation, tile: SegmentTile): Lowering & { readonly kind: 'passes' } {
  const { chunks } = tile;
  const general = generalSegmentTile(c, tile);
  // Chunks of parts of channels are none of a kernel with other parts, whose last chunk would begin behind its end.
  const isShared = general && (chunks === 1 || general.rows === tile.rows);
  const pass = varied(segmentPass(c, tile), isShared ? { general: segmentPass(c, general, chunkOf(c, tile)) } : {});
  return sumsOfImages(outputImages(c, c.bias), chunks, pass);
}

/** With fewer turns, storing the last one's elements once more costs more than it saves. */
const MANY_TURNS = 8;

/** The pass with its own tile, or with the general one, for `chunk` channels or parts of channels in a chunk. */
function segmentPass(c: Correlation, tile: SegmentTile, chunk?: number): Pass {
  const [, kw] = c.kernel;
  const { outLanes, segmentLanes, slices, channels, depth, rows, chunks } = tile;
  const {
    cols,
    apart,
    colX,
    colQ,
    pitch,
    colRun,
    colStep,
    threads,
    outs,
    vec,
    wPitch,
    wTile,
    portion,
    xLoads,
    wLoads,
  } = segmentSizes(c, tile);
  const { xTiles, segments } = segmentCounts(c, tile);
  const own = chunkOf(c, tile);
  const isGeneral = chunk !== undefined;
  const taps = rows * kw;
  const products = channels * tile.cols * kw;
  const sums = chunks === 1;
  const workgroups = workgroupsOf(c, tile);
  // The taps of a channel lie side by side; of w it is loaded along what comes next.
  const outFirst = c.weight.out > c.weight.in;
  const consts = {
    LO: outLanes,
    LR: segmentLanes,
    LANES: outLanes * segmentLanes,
    SLICES: slices,
    THREADS: threads,
    TO: channels,
    VEC: vec,
    VECS: channels / vec,
    OUTS: outs,
    TX: tile.cols,
    ACC: channels * tile.cols,
    KW: kw,
    PARTS: partsOf(c, tile),
    ROWS: rows,
    TAPS: taps,
    SH: c.stride[0],
    SW: c.stride[1],
    DH: c.dilation[0],
    DW: c.dilation[1],
    DEPTH: depth,
    OWN_DEPTH: depth / slices,
    DEPTH_AT_ONCE: (depth / slices) * rows * products <= MOST_PRODUCTS ? depth / slices : 1,
    ROWS_AT_ONCE: rows * products <= MOST_PRODUCTS ? rows : 1,
    COLS: cols,
    PITCH: pitch,
    COL_X: colX,
    COL_Q: colQ,
    COL_RUN: colRun,
    COL_STEP: colStep,
    APART: apart ? 1 : 0,
    X_ROWS: depth * segmentLanes * rows,
    X_LOADS: xLoads,
    X_TILE: xLoads * threads,
    W_LOADS: wLoads,
    W_COUNT: depth * taps * outs,
    W_OUT_RUN: outFirst ? depth * taps : taps,
    W_IN_RUN: outFirst ? taps : outs * taps,
    W_PITCH: wPitch,
    W_TILE: wTile,
    PORTION: portion,
    PORTIONS: (channels * tile.cols) / portion,
    SHORT: depth > 1 && (isGeneral || c.groupIn % depth !== 0) ? 1 : 0,
    AHEAD: !isGeneral && own === depth ? 0 : 1,
    LATE: isGeneral || own >= MANY_TURNS * depth ? 1 : 0,
    BIAS: c.bias && sums ? 1 : 0,
  };
  return {
    source: [outputsEach, source],
    label: 'conv2d',
    ...(sums && { stage: { where: 'store', run: c.outSize[0] * c.outSize[1], finished: true } }),
    consts,
    reads: [input(0), input(1), input(c.bias ? 2 : 1)],
    writes: [sums ? output() : scratch()],
    params: {
      workgroups,
      sBlocks: ceilDiv(segments, segmentLanes),
      oBlocks: ceilDiv(c.groupOut, outs),
      xTiles,
      segments,
      chunk: chunk ?? own,
      outputs: elementsOf(c).y,
      ...geometryParams(c),
      padTop: i32(c.padTop),
      padLeft: i32(c.padLeft),
      ...weightParams(c),
    },
    grid: grid(workgroups),
  };
}
