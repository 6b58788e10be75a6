// The GPU passes of a convolution's gradients by weight and bias.
import weightGradSource from '../../shaders/conv2d-weight-grad.wgsl?raw';
import { i32, input, type Lowering, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { BYTES_PER_ELEMENT } from '../compiler/meta';
import type { AdapterProfile } from '../gpu/device';
import { sumChunkPairs } from './chunks';
import type { ConvGeometry } from './conv-geometry';
import { bestTile, ceilDiv, divisorUpTo, MAX_TAPS, PAD_FROM_CHANNELS, padPass, WORKGROUP } from './conv-tiles';
import { unroll } from './unroll';

/** Invocations that a weight gradient aims at by splitting the batch: some workgroups for every core of a processor or GPU. */
const WEIGHT_GRAD_INVOCATIONS = { software: 512, gpu: 32768 };

/** Products that one invocation adds up, at most: rounding errors grow with their number. */
const LONGEST_SUM = 16384;

/** dw and db, of inputs x and dy: partial sums over chunks of the batch's output rows, then their sum. */
export function weightGradPasses(g: ConvGeometry, adapter: AdapterProfile): Lowering {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const [rows, cols] = g.size;
  const [outRows, outCols] = g.outSize;
  const kwt = divisorUpTo(kw, MAX_TAPS);
  const kht = kh * kwt <= 9 ? kh : 1;
  const to = bestTile(g.groupOut, g.groupOut < 4 ? [1, 2] : [4, 8]);
  const tc = kht * kwt > 2 ? 1 : bestTile(g.groupIn, [1, 2, 4]);
  const seg = sw > 2 ? 4 : bestTile(outCols, [4, 7]);
  const oTiles = ceilDiv(g.groupOut, to);
  const cTiles = ceilDiv(g.groupIn, tc);
  const base = cTiles * oTiles * (kh / kht) * (kw / kwt) * g.groups;
  const allRows = g.batch * outRows;
  const wanted = Math.max(
    ceilDiv(WEIGHT_GRAD_INVOCATIONS[adapter.kind], base),
    ceilDiv(allRows * outCols, LONGEST_SUM),
  );
  const chunkRows = ceilDiv(allRows, Math.max(1, Math.min(allRows, wanted))) || 1;
  const chunks = Math.max(1, ceilDiv(allRows, chunkRows));
  const tiles = base * chunks;
  const count = g.groups * g.groupOut * g.groupIn * kh * kw;
  const needRows = (outRows - 1) * sh + (kh - 1) * dh + 1;
  const needCols = (ceilDiv(outCols, seg) * seg - 1) * sw + (kw - 1) * dw + 1;
  const fits = g.padding[0] === 0 && g.padding[2] === 0 && needRows <= rows && needCols <= cols;
  const planes = g.batch * g.groups * g.groupIn;
  const paddedBytes = planes * needRows * needCols * BYTES_PER_ELEMENT;
  const padded = !fits && g.groupOut >= 2 * PAD_FROM_CHANNELS && paddedBytes <= adapter.maxStorageBufferBindingSize;
  const partial = [scratch(padded ? 1 : 0), scratch(padded ? 2 : 1)] as const;
  const consts = {
    TO: to,
    TC: tc,
    KHT: kht,
    KWT: kwt,
    ACC: to * tc * kht * kwt,
    SEG: seg,
    SEGS: ceilDiv(outCols, seg),
    DYS: to * seg,
    ROW: (seg - 1) * sw + (kwt - 1) * dw + 1,
    KH: kh,
    KW: kw,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    BORDER: fits || padded ? 0 : 1,
    EDGE: outCols % seg === 0 ? 0 : 1,
  };
  const passes: Pass[] = [];
  const bytes: number[] = [];
  if (padded) {
    passes.push(padPass(input(0), planes, g.size, [needRows, needCols], g.padding[0], g.padding[2]));
    bytes.push(paddedBytes);
  }
  passes.push({
    source: [unroll(weightGradSource, consts)],
    label: 'conv2d weight gradient',
    consts,
    reads: [padded ? scratch() : input(0), input(1)],
    writes: chunks === 1 ? [output(0), output(1)] : partial,
    params: [
      u32(tiles),
      u32(chunks),
      u32(chunkRows),
      u32(oTiles),
      u32(cTiles),
      u32(g.batch),
      u32(g.groups),
      u32(g.groupIn),
      u32(g.groupOut),
      u32(padded ? needRows : rows),
      u32(padded ? needCols : cols),
      u32(outRows),
      u32(outCols),
      i32(padded ? 0 : g.padding[0]),
      i32(padded ? 0 : g.padding[2]),
    ],
    grid: gridFor(tiles, WORKGROUP),
  });
  if (chunks > 1) {
    const channels = g.groups * g.groupOut;
    passes.push(sumChunkPairs(partial, [output(0), output(1)], [count, channels], chunks));
    bytes.push(chunks * count * BYTES_PER_ELEMENT, chunks * channels * BYTES_PER_ELEMENT);
  }
  return { kind: 'passes', passes, scratch: bytes };
}
