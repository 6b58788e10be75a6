// The passes of a convolution's gradients by weight and bias.
import {
  grid,
  gridFor,
  i32,
  input,
  type Lowering,
  type Operand,
  output,
  type Pass,
  scratch,
  spare,
  varied,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { pairsBeside, sumChunkPairs, sumChunkPairsOnGpu } from '../reduce/chunks';
import { type ConvGeometry, flattened, geometryParams, stepParams } from './geometry';
import { bySegments, isSegmentGradTile } from './late-segments';
import { ceilDiv, LONGEST_SUM } from './tiles';
import { hasSmallMaps, mapPasses } from './weight-grad-maps';
import { stripPasses } from './weight-grad-strips';
import {
  chooseWeightGradTile,
  generalRegisterTile,
  isStripTile,
  isWorkgroupTile,
  type RegisterTile,
  SIDE,
  spanOf,
  type WeightGradTile,
  type WorkgroupTile,
} from './weight-grad-tiles';

const source: Text = '#convGrad/conv2dWeightGrad';
const padSource: Text = '#convGrad/conv2dWeightGradPad';
const workgroupSource: Text = '#convWorkgroup/conv2dWeightGradWorkgroup';

const WORKGROUP = 64;

/**
 * The batch is split until there are about this many invocations, so that every core has some. Measured on a CPU with
 * two cores.
 */
const INVOCATIONS = { software: 512, gpu: 32768 };

/** The batch is split until there are about this many workgroups: enough for the GPUs with the most cores. */
const BLOCKS = 512;

/** A workgroup sums at least this many pixels, since storing its sums and adding them later has a cost, too. */
const FEWEST_PIXELS = 256;

/** An invocation walks at least this many pairs of columns, since storing its sums has a cost, too. */
const FEWEST_PAIRS = 16;

/**
 * The maximum number of bytes of a padded copy, if the device allows them. A larger batch is copied and processed in
 * parts.
 */
const LARGEST_COPY = 2 ** 27;

/** The pairs that an invocation of the copy writes; the same number as in the shader. */
const STRETCH = 8;

/** dw and db, of inputs x and dy: partial sums over chunks of the batch's output rows, then their sum. */
export function weightGradPasses(geometry: ConvGeometry, adapter: AdapterProfile, given?: WeightGradTile): Lowering {
  if (!given && hasSmallMaps(geometry, adapter)) return mapPasses(geometry, adapter);
  const tile = given ?? chooseWeightGradTile(geometry, adapter);
  if (isSegmentGradTile(tile)) return bySegments().segmentGradPasses(flattened(geometry), tile);
  if (isStripTile(tile)) return stripPasses(geometry, tile);
  return isWorkgroupTile(tile) ? workgroupPasses(geometry, tile) : registerPasses(flattened(geometry), adapter, tile);
}

function registerPasses(g: ConvGeometry, adapter: AdapterProfile, tile: RegisterTile): Lowering {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const [rows, cols] = g.size;
  const [outRows, outCols] = g.outSize;
  const { kernelRows, kernelCols } = tile;
  const [pTiles, qTiles] = [ceilDiv(kh, kernelRows), ceilDiv(kw, kernelCols)];
  const outPairs = ceilDiv(outCols, 2);
  const span = spanOf(g, tile);

  // The rows and pairs of columns of x that whole tiles read.
  const needRows = (outRows - 1) * sh + (pTiles * kernelRows - 1) * dh + 1;
  const needPairs = Math.floor(((qTiles - 1) * kernelCols * dw) / 2) + (outPairs - 1) * sw + span;
  const fits = g.padding[0] === 0 && g.padding[2] === 0 && cols % 2 === 0 && needRows <= rows && 2 * needPairs <= cols;
  const channels = g.groups * g.groupOut;
  const planes = g.groups * g.groupIn;
  const imageBytes = planes * needRows * needPairs * 2 * BYTES_PER_ELEMENT;
  const copied = outCols % 2 !== 0;
  const copiedBytes = g.batch * channels * outRows * outPairs * 2 * BYTES_PER_ELEMENT;
  const limit = Math.min(LARGEST_COPY, adapter.maxStorageBufferBindingSize);
  const parts = fits ? 1 : Math.max(1, ceilDiv(g.batch, Math.max(1, Math.floor(limit / imageBytes))));
  const images = ceilDiv(g.batch, parts);

  const base = tilesOf(g, tile);
  const partRows = images * outRows;
  const wanted = Math.max(
    Math.min(ceilDiv(INVOCATIONS[adapter.kind], base * parts), ceilDiv(partRows * outPairs, FEWEST_PAIRS)),
    ceilDiv(partRows * outCols, LONGEST_SUM),
  );
  const chunkRows = ceilDiv(partRows, Math.max(1, Math.min(partRows, wanted))) || 1;
  const partChunks = Math.max(1, ceilDiv(partRows, chunkRows));
  const chunks = parts * partChunks;
  const count = channels * g.groupIn * kh * kw;

  const bytes: number[] = [];
  const reserve = (length: number): Operand => scratch(bytes.push(length) - 1);
  const x = fits ? input(0) : reserve(images * imageBytes);
  const dy = copied ? reserve(copiedBytes) : input(1);
  const [toWeight, toBias] =
    chunks === 1
      ? [output(0), output(1)]
      : [reserve(chunks * count * BYTES_PER_ELEMENT), reserve(chunks * channels * BYTES_PER_ELEMENT)];
  const general = generalRegisterTile(g, adapter);
  const passes: Pass[] = [];
  for (let part = 0; part < parts; part++) {
    const first = part * images;
    const last = Math.min(first + images, g.batch) - 1;
    const xStretches = ceilDiv(needPairs, STRETCH);
    const dyStretches = ceilDiv(outPairs, STRETCH);
    const xCount = fits ? 0 : (last - first + 1) * planes * needRows * xStretches;
    const dyCount = copied && part === 0 ? g.batch * channels * outRows * dyStretches : 0;
    if (xCount + dyCount > 0) {
      passes.push({
        source: [padSource],
        label: 'conv2d weight gradient pad',
        reads: [input(0), input(1)],
        // The number of bindings is fixed, so a spare buffer takes the place of a copy that is not needed.
        writes: [fits ? spare : x, copied ? dy : spare],
        params: {
          xCount,
          xStretches,
          xRows: rows,
          xCols: cols,
          xPaddedRows: needRows,
          xPairs: needPairs,
          xTop: i32(g.padding[0]),
          xLeft: i32(g.padding[2]),
          xFirst: first * planes,
          dyCount,
          dyStretches,
          dyCols: outCols,
          dyPairs: outPairs,
        },
        grid: gridFor(xCount + dyCount, WORKGROUP),
      });
    }
    const summing = (by: RegisterTile): Pass => ({
      ...registerKernel(g, by),
      reads: [x, dy],
      writes: [toWeight, toBias],
      params: {
        tiles: tilesOf(g, by) * partChunks,
        oTiles: ceilDiv(g.groupOut, by.outs),
        cTiles: ceilDiv(g.groupIn, by.ins),
        pTiles: ceilDiv(kh, by.kernelRows),
        qTiles: ceilDiv(kw, by.kernelCols),
        chunkRows,
        firstChunk: part * partChunks,
        firstRow: first * outRows,
        endRow: (last + 1) * outRows,
        firstImage: fits ? 0 : first,
        groups: g.groups,
        groupIn: g.groupIn,
        groupOut: g.groupOut,
        inRows: fits ? rows : needRows,
        inPairs: fits ? cols / 2 : needPairs,
        outRows,
        outPairs,
        kh,
        kw,
        sh,
        dh,
      },
      grid: gridFor(tilesOf(g, by) * partChunks, WORKGROUP),
    });
    passes.push(
      varied(summing(tile), {
        general: summing(general),
        apart: true,
        ...(chunks === 1 && { besides: pairsBeside }),
      }),
    );
  }
  const sum = adapter.kind === 'gpu' ? sumChunkPairsOnGpu : sumChunkPairs;
  if (chunks > 1) passes.push(sum([toWeight, toBias], [output(0), output(1)], [count, channels], chunks));
  return { kind: 'passes', passes, scratch: bytes };
}

/** The number of tiles that cover all sums. */
const tilesOf = ({ groups, groupIn, groupOut, kernel }: ConvGeometry, tile: RegisterTile): number =>
  groups *
  ceilDiv(groupOut, tile.outs) *
  ceilDiv(groupIn, tile.ins) *
  ceilDiv(kernel[0], tile.kernelRows) *
  ceilDiv(kernel[1], tile.kernelCols);

function registerKernel(g: ConvGeometry, tile: RegisterTile): Pick<Pass, 'label' | 'consts' | 'source'> {
  const { outs, ins, kernelRows, kernelCols, shifted } = tile;
  const sw = g.stride[1];
  const span = spanOf(g, tile);
  const kept = Math.max(0, span - sw);
  const lines = ins * kernelRows;
  const sums = outs * lines * kernelCols;
  const consts = {
    TO: outs,
    TC: ins,
    KHT: kernelRows,
    KWT: kernelCols,
    LINES: lines,
    ACC: sums,
    OUT: sums + outs,
    SW: sw,
    DW: g.dilation[1],
    SPAN: span,
    KEPT: kept,
    FRESH: span - kept,
    WINDOW: lines * span,
    ALIGNED: shifted ? 0 : 1,
    SHIFTED: shifted ? 1 : 0,
  };
  return { label: 'conv2d weight gradient', consts, source: [source] };
}

function workgroupPasses(g: ConvGeometry, { outs, taps }: WorkgroupTile): Lowering {
  const [kh, kw] = g.kernel;
  const [outRows, outCols] = g.outSize;
  const pixels = g.batch * outRows * outCols;
  const [oBlocks, rBlocks] = [ceilDiv(g.groupOut, outs * SIDE), ceilDiv(g.groupIn * kh * kw, taps * SIDE)];
  const base = oBlocks * rBlocks * g.groups;
  const wanted = Math.max(
    Math.min(ceilDiv(BLOCKS, base), ceilDiv(pixels, FEWEST_PIXELS)),
    ceilDiv(pixels, LONGEST_SUM),
    1,
  );
  const chunk = Math.max(1, ceilDiv(ceilDiv(pixels, wanted), SIDE)) * SIDE;
  const chunks = Math.max(1, ceilDiv(pixels, chunk));
  const channels = g.groups * g.groupOut;
  const count = channels * g.groupIn * kh * kw;
  const consts = {
    SIDE,
    TO: outs,
    TR: taps,
    ACC: outs * taps,
    O_PITCH: SIDE * outs + 1,
    R_PITCH: SIDE * taps + 1,
    DY_TILE: SIDE * (SIDE * outs + 1),
    X_TILE: SIDE * (SIDE * taps + 1),
  };
  const partial = [scratch(0), scratch(1)] as const;
  const pass: Pass = {
    source: [workgroupSource],
    label: 'conv2d weight gradient',
    consts,
    reads: [input(0), input(1)],
    writes: chunks === 1 ? [output(0), output(1)] : partial,
    params: {
      blocks: base * chunks,
      oBlocks,
      rBlocks,
      pixels,
      chunk,
      ...geometryParams(g),
      ...stepParams(g),
      padTop: i32(g.padding[0]),
      padLeft: i32(g.padding[2]),
      steps: SIDE,
    },
    grid: grid(base * chunks),
  };
  if (chunks === 1) return { kind: 'passes', passes: [pass] };
  return {
    kind: 'passes',
    passes: [pass, sumChunkPairsOnGpu(partial, [output(0), output(1)], [count, channels], chunks)],
    scratch: [chunks * count * BYTES_PER_ELEMENT, chunks * channels * BYTES_PER_ELEMENT],
  };
}
