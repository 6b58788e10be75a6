// The passes of a convolution's gradient by its input, which is also the forward pass of a transposed convolution.
import { gridFor, input, type Lowering, output, type Pass, scratch, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters } from '../lane-registers';
import { type BlockTile, blockCounts, blockTiles, chooseBlockTile, generalBlockTile, spills } from './block-tiles';
import { correlate, type Laid } from './forward';
import { type ConvGeometry, elementsOf, geometryParams } from './geometry';
import type { StrideTile } from './input-grad-segment-tiles';
import { bySegments, takesSegments } from './late-segments';
import { inputImages, sumsOfImages } from './planes';
import { lanesOf, weightsOf } from './register-tiles';
import { promising } from './tile-costs';
import { bestTile, ceilDiv, partsFor, WORKGROUP } from './tiles';

const gatherSource: Text = '#convGrad/conv2dInputGrad';
const blockSource: Text = '#convGrad/conv2dInputGradBlock';

/** About how many columns an invocation of the strided gradient computes. */
const TRANSPOSED_COLS = 8;

/** dx. Inputs: dy, w and, optionally, b. At stride 1 this is a correlation of dy with the reversed kernel. */
export function inputGradPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  if (sh === 1 && sw === 1) {
    return correlate(
      {
        ...g,
        groupIn: g.groupOut,
        groupOut: g.groupIn,
        size: g.outSize,
        outSize: g.size,
        padTop: (kh - 1) * dh - g.padding[0],
        padLeft: (kw - 1) * dw - g.padding[2],
        weight: { group: g.groupOut * g.groupIn * kh * kw, out: kh * kw, in: g.groupIn * kh * kw },
        flip: true,
        bias,
      },
      adapter,
    );
  }
  if (takesSegments(adapter) && !suitsBlocks(g, adapter)) {
    if (bySegments().suitsPatches(g)) return bySegments().patchPasses(g, bias, adapter);
    const segments = bySegments().expectedStrideTile(g, adapter);
    if (segments) return bySegments().stridePasses(g, bias, chooseStrideTile(g, adapter, segments));
  }
  // Of a block, lanes with few registers spill the weights.
  const tile = dh === 1 && dw === 1 && !hasFewRegisters(adapter) ? chooseBlockTile(g, adapter) : undefined;
  const general = tile && generalBlockTile(g, adapter);
  if (!tile || !general) return gatherPasses(g, bias, adapter);
  const pass = varied(blockPass(g, bias, tile, adapter), {
    general: blockPass(g, bias, general, { ...adapter, general: true }),
    apart: true,
  });
  return { kind: 'passes', passes: [pass] };
}

/** Fewer channels leave lanes of segments idle; so many blocks occupy a GPU. */
const FEWEST_OF_SEGMENTS = 4;
const MANY_BLOCKS = 10_000;

/** Whether the gradient by pictures of few colours is better computed by blocks, one to a lane, on a GPU, too. */
function suitsBlocks(g: ConvGeometry, adapter: AdapterProfile): boolean {
  if (g.groupIn >= FEWEST_OF_SEGMENTS || g.dilation.some((step) => step > 1)) return false;
  const [tile] = blockTiles(g, adapter);
  if (!tile || spills(g, tile, adapter)) return false;
  const { tiles, cTiles } = blockCounts(g, tile);
  return tiles * cTiles * g.groups >= MANY_BLOCKS;
}

/** The tile of segments that was measured to be the fastest; if there is none, the expected one. */
function chooseStrideTile(g: ConvGeometry, adapter: AdapterProfile, expected: StrideTile): StrideTile {
  const { strideTiles, strideCost } = bySegments();
  const tiles = () => [expected, ...promising(strideTiles(g, adapter), (tile) => strideCost(g, tile))];
  const shape = [g.batch, g.groups, g.groupIn, g.groupOut, ...g.size, ...g.outSize, ...g.kernel, ...g.stride];
  return tuned<StrideTile>(adapter, 'conv2d input gradient', [...shape, ...g.dilation], tiles, expected);
}

/** The pass by blocks of whole strides in both directions, for kernels without dilation. */
function blockPass(g: ConvGeometry, bias: boolean, tile: BlockTile, adapter: Laid): Pass {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [height, width] = [tile.rows * sh, tile.cols * sw];
  const [padTop, , padLeft] = g.padding;
  const beforeH = Math.max(0, ceilDiv(kh - 1 - padTop, sh));
  const beforeW = Math.max(0, ceilDiv(kw - 1 - padLeft, sw));
  const shiftH = padTop + beforeH * sh;
  const shiftW = padLeft + beforeW * sw;
  const rows = Math.floor((height - 1 + shiftH) / sh) + 1;
  const cols = Math.floor((width - 1 + shiftW) / sw) + 1;
  const { tiles, cTiles, xTiles, yTiles } = blockCounts(g, tile);
  const { lanes, workgroup, invocations } = lanesOf(tiles, cTiles * g.groups, tile.shares, adapter);
  const patch = tile.depth * rows * cols;
  const quarter = ceilDiv(patch, 4);
  const shared = tile.shares === 'patch';
  const consts = {
    WORKGROUP: workgroup,
    BESIDE: shared ? 1 : 0,
    PATCH_SHARED: shared ? 1 : 0,
    TY: tile.rows,
    TX: tile.cols,
    TO: tile.channels,
    QUADS: ceilDiv(tile.channels, 4),
    LANES: Math.min(4, tile.channels),
    HEIGHT: height,
    WIDTH: width,
    STORED: tile.channels === 1 ? height : 1,
    PIXELS: height * width,
    ACC: height * width * tile.channels,
    TC: tile.depth,
    KH: kh,
    KW: kw,
    SH: sh,
    SW: sw,
    KHP: ceilDiv(kh, sh),
    KWP: ceilDiv(kw, sw),
    KERNEL: kh * kw,
    WEIGHTS: tile.depth * kh * kw * Math.min(4, tile.channels),
    SHIFT_H: shiftH,
    SHIFT_W: shiftW,
    BEFORE_H: beforeH,
    BEFORE_W: beforeW,
    ROWS: rows,
    COLS: cols,
    PATCH: patch,
    QUARTER: quarter,
    VALUES: shared ? 4 * quarter : patch,
  };
  return {
    source: [weightsOf(tile), blockSource],
    label: 'conv2d input gradient',
    consts,
    reads: [input(0), input(1), input(bias ? 2 : 1)],
    writes: [output()],
    params: { lanes, tiles, cTiles, xTiles, yTiles, ...geometryParams(g), bias: bias ? 1 : 0 },
    grid: gridFor(invocations, workgroup),
  };
}

/** The columns of an invocation, counted in strides, if the width of images is not known. Not for long strides. */
const FEW_COLS = 4;

/** The channels of an invocation of the strided gradient, and its columns, counted in strides. */
interface GatherTile {
  readonly tc: number;
  readonly tx: number;
}

/** The tile for images of the width of `g`, or for `general` images; `few`: whether an invocation has few registers. */
function gatherTile({ size, stride: [, sw], groupIn }: ConvGeometry, few: boolean, general = false): GatherTile {
  if (few) return fewGatherTile(groupIn, sw);
  const usual = general ? FEW_COLS : bestTile(ceilDiv(size[1], sw), groupIn < 4 ? [FEW_COLS, 7] : [FEW_COLS]);
  const tx = sw > 2 ? Math.max(1, Math.floor(TRANSPOSED_COLS / sw)) : usual;
  const tc = tx * sw > 2 * TRANSPOSED_COLS ? 1 : bestTile(groupIn, groupIn < 4 ? [1, 2] : [4, 8]);
  return { tc, tx };
}

/** The most sums of an invocation with few registers. */
const FEW_SUMS = 16;

/** The tile of at most so many sums whose channels are least idle; among those, one with several columns. */
function fewGatherTile(groupIn: number, sw: number): GatherTile {
  const tc = bestTile(
    groupIn,
    [1, 2, 4].filter((channels) => channels === 1 || channels * sw <= FEW_SUMS),
  );
  return { tc, tx: Math.max(1, Math.floor(FEW_SUMS / Math.max(tc, 2) / sw)) };
}

/** So many invocations keep a GPU busy. A chunk has at least so many channels of dy. */
const BUSY = 16384;
const SHORTEST_CHUNK = 16;

/** The passes by some columns of one row, for any dilation: over chunks of the channels of dy on a GPU, and their sum. */
function gatherPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const few = hasFewRegisters(adapter);
  const tile = gatherTile(g, few);
  const most = adapter.kind === 'gpu' ? g.groupOut / SHORTEST_CHUNK : 1;
  const chunk = ceilDiv(g.groupOut, partsFor(gatherCounts(g, tile).tiles, BUSY, most));
  const chunks = ceilDiv(g.groupOut, chunk) || 1;
  const pass = varied(gatherPass(g, bias, tile, chunk), {
    general: gatherPass(g, bias, gatherTile(g, few, true), chunk),
    apart: true,
  });
  return sumsOfImages(inputImages(g, bias), chunks, pass);
}

/** The number of tiles of a gather: in a row, of a group's channels, and in all. */
function gatherCounts({ batch, groups, groupIn, size, stride }: ConvGeometry, { tc, tx }: GatherTile) {
  const xTiles = ceilDiv(size[1], tx * stride[1]);
  const cTiles = ceilDiv(groupIn, tc);
  return { xTiles, cTiles, tiles: xTiles * batch * size[0] * cTiles * groups };
}

function gatherPass(g: ConvGeometry, bias: boolean, tile: GatherTile, chunk: number): Pass {
  const { tc, tx } = tile;
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const cols = tx * sw;
  const { xTiles, cTiles, tiles: ofChunk } = gatherCounts(g, tile);
  const chunks = ceilDiv(g.groupOut, chunk) || 1;
  const tiles = ofChunk * chunks;
  const before = Math.max(0, ceilDiv((kw - 1) * dw - g.padding[2], sw));
  const shift = g.padding[2] + before * sw;
  const consts = {
    TC: tc,
    COLS: cols,
    TX: tx,
    ACC: tc * cols,
    KW: kw,
    SW: sw,
    DW: dw,
    SHIFT: shift,
    BEFORE: before,
    ROW: Math.floor((cols - 1 + shift) / sw) + 1,
  };
  return {
    source: [gatherSource],
    label: 'conv2d input gradient',
    consts,
    reads: [input(0), input(1), input(bias ? 2 : 1)],
    writes: [chunks === 1 ? output() : scratch()],
    params: {
      tiles,
      xTiles,
      cTiles,
      batch: g.batch,
      ...geometryParams(g),
      padTop: g.padding[0],
      strideH: sh,
      dilationH: dh,
      kernelH: kh,
      chunk,
      outputs: elementsOf(g).x,
      bias: bias && chunks === 1 ? 1 : 0,
    },
    grid: gridFor(tiles, WORKGROUP),
  };
}
