// The passes of a convolution, and of every other sum over a window that moves with the output.
import {
  grid,
  gridFor,
  i32,
  input,
  type Lowering,
  output,
  type Pass,
  type Pooling,
  scratch,
  varied,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { mayGrow } from '../../compiler/tuning/tuning';
import { sameShape } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import type { CorrelationShape } from './chosen-tiles';
import { depthwisePass, isDepthwise } from './depthwise';
import { type ConvGeometry, elementsOf, geometryParams, stepParams, type WeightSteps, weightParams } from './geometry';
import { bySegments, isSegmentTile } from './late-segments';
import { outputImages, sumsOfImages } from './planes';
import { isProduct, productPasses } from './product';
import {
  type CorrelationTile,
  chooseCorrelationTile,
  choosePooledTile,
  correlationCounts,
  generalCorrelationTile,
  lanesOf,
  oftenTile,
  patchSize,
  shapeOf,
  weightsOf,
} from './register-tiles';
import { ceilDiv } from './tiles';
import { choosesWinograd, winogradPasses } from './winograd';
import { SIDE, type WorkgroupTile, workgroupChunk } from './workgroup-tiles';

const source: Text = '#conv/conv2d';
const workgroupSource: Text = '#convWorkgroup/conv2dWorkgroup';
const firstMaxLib: Text = '#conv/libFirstMax';
const outputsEach: Text = '#conv/libOutputsEach';
const outputsMax: Text = '#conv/libOutputsMax';

/** A cross-correlation: the forward sum, or the gradient by the input as a sum over dy. */
export interface Correlation extends CorrelationShape {
  readonly size: readonly [number, number];
  readonly padTop: number;
  readonly padLeft: number;
  readonly weight: WeightSteps;
  readonly flip: boolean;
  readonly bias: boolean;
  /** If images and channels of x and y are not contiguous: their strides, in elements. */
  readonly steps?: {
    readonly x: { readonly image: number; readonly group: number; readonly in: number };
    readonly y: { readonly image: number; readonly channel: number };
  };
}

/** If the kernel is a single tap and no pixel is left out: the same sum over images of one row. */
function flattened(c: Correlation): Correlation {
  const single = c.kernel[0] * c.kernel[1] === 1 && c.stride[0] * c.stride[1] === 1;
  const [rows, cols] = c.size;
  if (!single || c.padTop !== 0 || c.padLeft !== 0 || c.outSize[0] !== rows || c.outSize[1] !== cols) return c;
  return { ...c, size: [1, rows * cols], outSize: [1, rows * cols] };
}

export function correlate(correlation: Correlation, adapter: AdapterProfile): Lowering {
  const c = flattened(correlation);
  if (isProduct(c, adapter)) return productPasses(c, adapter);
  if (choosesWinograd(c, adapter)) return winogradPasses(c, adapter);
  const pooled = (pooling: Pooling) => pooledPasses(correlation, pooling, adapter);
  if (isDepthwise(c, adapter)) return { kind: 'passes', passes: [depthwisePass(c)], pooled };
  const tile = chooseCorrelationTile(c, adapter);
  if (isSegmentTile(tile)) return { ...bySegments().segmentPasses(c, tile), pooled };
  if ('outs' in tile) {
    const { chunks } = workgroupChunk(c, tile);
    return { ...sumsOfImages(outputImages(c, c.bias), chunks, workgroupPass(c, tile, EACH, chunks)), pooled };
  }
  return { kind: 'passes', passes: [anyPass(c, tile, adapter)], pooled };
}

/**
 * The passes of a correlation whose outputs are max pooled in the same kernel; undefined unless a tile can hold whole
 * windows.
 */
function pooledPasses(c: Correlation, { size, window }: Pooling, adapter: AdapterProfile): Lowering | undefined {
  if (!sameShape(size, c.outSize)) return undefined;
  const tile = choosePooledTile(c, window, adapter);
  if (!tile) return undefined;
  return { kind: 'passes', passes: [anyPass(c, tile, adapter, window)] };
}

type Window = Pooling['window'];

/** The pass with its own tile; its general variant has a tile that images of other sizes share. */
function anyPass(c: Correlation, tile: CorrelationTile | WorkgroupTile, adapter: AdapterProfile, window = EACH): Pass {
  if ('outs' in tile) return workgroupPass(c, tile, window);
  const general = generalCorrelationTile(c, tile, adapter, window);
  return varied(registerPass(c, tile, adapter, window), {
    ...(mayGrow(adapter, 'conv2d', shapeOf(c)) && {
      often: () => registerPass(c, oftenTile(c, tile, adapter, window), { ...adapter, often: true }, window),
    }),
    ...(general && { general: registerPass(c, general, { ...adapter, general: true }, window) }),
  });
}

/** A window of one output, that is, no pooling. */
const EACH: Window = [1, 1];

/** The libraries by which kernels store their outputs, with or without pooling, and the outputs that they write. */
const outputsOf = (window: Window) => ({
  libs: window === EACH ? [outputsEach] : [firstMaxLib, outputsMax],
  writes: window === EACH ? [output()] : [output(0), output(1)],
});

function workgroupPass(c: Correlation, tile: WorkgroupTile, window = EACH, chunks = 1): Pass {
  const { outs, pixels } = tile;
  const [high, wide] = window;
  const windows = pixels / (high * wide);
  const count = c.batch * Math.floor(c.outSize[0] / high) * Math.floor(c.outSize[1] / wide);
  const blocks = ceilDiv(count, SIDE * windows);
  const oBlocks = ceilDiv(c.groupOut, SIDE * outs);
  const workgroups = blocks * oBlocks * c.groups * chunks;
  const { taps, chunk } = workgroupChunk(c, tile);
  const { kh, kw, ...steps } = stepParams(c);
  const consts = {
    TO: outs,
    TM: pixels,
    ACC: outs * pixels,
    PIXELS: SIDE * pixels,
    STRIDE_K: SIDE / pixels,
    LOADS: pixels,
    KERNEL: kh * kw,
    KW: kw,
    O_PITCH: SIDE * outs + 1,
    W_TILE: SIDE * (SIDE * outs + 1),
    X_TILE: SIDE * SIDE * pixels,
    WINDOW_H: high,
    WINDOW_W: wide,
    WINDOW: high * wide,
    WINDOWS: windows,
  };
  const { libs, writes } = outputsOf(window);
  return {
    source: [...libs, workgroupSource],
    label: 'conv2d',
    consts,
    reads: [input(0), input(1), input(c.bias ? 2 : 1)],
    writes: chunks === 1 ? writes : [scratch()],
    params: {
      workgroups,
      mBlocks: blocks,
      oBlocks,
      windows: count,
      taps,
      chunk: chunks === 1 ? taps : chunk,
      outputs: elementsOf(c).y,
      ...geometryParams(c),
      ...steps,
      padTop: i32(c.padTop),
      padLeft: i32(c.padLeft),
      ...weightParams(c),
      bias: c.bias && chunks === 1 ? 1 : 0,
      steps: SIDE,
    },
    grid: grid(workgroups),
  };
}

/** The strides of contiguous images and channels; `kept`: the outputs that are stored for each channel. */
function plainSteps({ groups, groupIn, groupOut, size }: Correlation, kept: number): NonNullable<Correlation['steps']> {
  const plane = size[0] * size[1];
  return {
    x: { image: groups * groupIn * plane, group: groupIn * plane, in: plane },
    y: { image: groups * groupOut * kept, channel: kept },
  };
}

/**
 * The kind of adapter that a kernel is for. `general`: for any number of images. `often`: for a layer that runs often.
 */
export type Laid = Pick<AdapterProfile, 'kind'> & { readonly general?: boolean; readonly often?: boolean };

/** If a tile covers the whole padded image: the part of it that is not border. Otherwise undefined. */
function insideOf({ size, outSize, kernel, stride, dilation, padTop, padLeft }: Correlation, tile: CorrelationTile) {
  const covers = tile.rows >= outSize[0] && tile.cols >= outSize[1];
  const whole = tile.kernelRows === kernel[0] && tile.kernelCols === kernel[1];
  if (!covers || !whole || padTop < 0 || padLeft < 0) return undefined;
  const reach = (side: 0 | 1, outputs: number, pad: number) =>
    Math.min(size[side], (outputs - 1) * stride[side] + (kernel[side] - 1) * dilation[side] + 1 - pad);
  return { patch: [reach(0, tile.rows, padTop), reach(1, tile.cols, padLeft)], edge: [padTop, padLeft] } as const;
}

/** The pass with a register tile; it keeps only the maximum of each window. */
export function registerPass(c: Correlation, tile: CorrelationTile, adapter: Laid, window = EACH): Pass {
  const [high, wide] = window;
  const [kh, kw] = c.kernel;
  const [sh, sw] = c.stride;
  const [dh, dw] = c.dilation;
  const [outRows, outCols] = c.outSize;
  const kept = { ...c, outSize: [outRows - (outRows % high), outCols - (outCols % wide)] } as const;
  const { tiles, oTiles, xTiles, yTiles } = correlationCounts(kept, tile);
  const { lanes, workgroup, invocations } = lanesOf(tiles, oTiles * c.groups, tile.shares, adapter);
  const inside = adapter.often ? insideOf(c, tile) : undefined;
  const [patchRows, patchCols] = inside?.patch ?? patchSize(c, tile);
  const pixels = tile.images * tile.rows * tile.cols;
  const patch = tile.images * tile.depth * patchRows * patchCols;
  const quarter = ceilDiv(patch, 4);
  const shared = tile.shares === 'patch';
  const consts = {
    WORKGROUP: workgroup,
    BESIDE: shared ? 1 : 0,
    PATCH_SHARED: shared ? 1 : 0,
    TN: tile.images,
    TY: tile.rows,
    TX: tile.cols,
    TO: tile.channels,
    QUADS: ceilDiv(tile.channels, 4),
    LANES: Math.min(4, tile.channels),
    PIXELS: pixels,
    ACC: pixels * tile.channels,
    TC: tile.depth,
    KH: kh,
    KW: kw,
    KHT: tile.kernelRows,
    KWT: tile.kernelCols,
    KHS: kh / tile.kernelRows,
    KWS: kw / tile.kernelCols,
    WEIGHTS: tile.depth * tile.kernelRows * tile.kernelCols * Math.min(4, tile.channels),
    ROWS: patchRows,
    COLS: patchCols,
    PATCH: patch,
    QUARTER: quarter,
    VALUES: shared ? 4 * quarter : patch,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    EDGE_TOP: inside?.edge[0] ?? 0,
    EDGE_LEFT: inside?.edge[1] ?? 0,
    WINDOW_H: high,
    WINDOW_W: wide,
    WINDOWS_H: tile.rows / high,
    WINDOWS_W: tile.cols / wide,
    STORED: tile.channels === 1 ? Math.max(tile.images, tile.rows / high, tile.cols / wide) : 1,
  };
  const { libs, writes } = outputsOf(window);
  const windows = [Math.floor(outRows / high), Math.floor(outCols / wide)] as const;
  const { x, y } = c.steps ?? plainSteps(c, windows[0] * windows[1]);
  return {
    source: [weightsOf(tile), ...libs, source],
    label: 'conv2d',
    ...(!c.steps && { stage: { where: window === EACH ? 'store' : 'finish', run: outRows * outCols } }),
    ...(!c.steps &&
      adapter.kind === 'software' && { variants: { layerLengths: elementsOf({ ...c, outSize: windows }) } }),
    consts,
    reads: [input(0), input(1), input(c.bias ? 2 : 1)],
    writes,
    params: {
      lanes,
      tiles,
      oTiles,
      xTiles,
      yTiles,
      batch: c.batch,
      ...geometryParams(c),
      padTop: i32(inside ? 0 : c.padTop),
      padLeft: i32(inside ? 0 : c.padLeft),
      ...weightParams(c),
      bias: c.bias ? 1 : 0,
      xImage: x.image,
      xGroup: x.group,
      xIn: x.in,
      yImage: y.image,
      yChannel: y.channel,
    },
    grid: gridFor(invocations, workgroup),
  };
}

/** y = conv(x, w) + b. Inputs: x, w and, optionally, b. */
export function forwardPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const taps = g.kernel[0] * g.kernel[1];
  return correlate(
    {
      ...g,
      padTop: g.padding[0],
      padLeft: g.padding[2],
      weight: { group: g.groupOut * g.groupIn * taps, out: g.groupIn * taps, in: taps },
      flip: false,
      bias,
    },
    adapter,
  );
}
