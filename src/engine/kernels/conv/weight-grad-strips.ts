// The passes of a convolution's gradient by its weight in which the lanes of a quad load dy for each other.
import { grid, i32, input, type Lowering, output, type Pass, scratch, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import { pairsBeside, sumChunkPairs } from '../reduce/chunks';
import { type ConvGeometry, geometryParams } from './geometry';
import { ceilDiv } from './tiles';
import { QUAD, type StripTile, stripColumns, stripPlan } from './weight-grad-tiles';

const source: Text = '#convGrad/conv2dWeightGradStrip';
const anySource: Text = '#convGrad/conv2dWeightGradStripAny';

/** dw and db, of inputs x and dy: partial sums over chunks of the batch's strips of columns, then their sum. */
export function stripPasses(g: ConvGeometry, tile: StripTile): Lowering {
  const [kh, kw] = g.kernel;
  const { strips, stripsOfImage, chunk, chunks } = stripPlan(g, tile);
  const channels = g.groups * g.groupOut;
  const count = channels * g.groupIn * kh * kw;
  const partial = [scratch(0), scratch(1)] as const;
  const summing = (kernel: Kernel): Pass => {
    const workgroups = g.groups * kernel.oTiles * kernel.cTiles * chunks;
    return {
      source: [kernel.source],
      label: 'conv2d weight gradient',
      consts: kernel.consts,
      reads: [input(0), input(1)],
      writes: chunks === 1 ? [output(0), output(1)] : partial,
      params: {
        workgroups,
        oTiles: kernel.oTiles,
        cTiles: kernel.cTiles,
        strips,
        stripsOfImage,
        chunk,
        ...geometryParams(g),
        padTop: i32(g.padding[0]),
        padLeft: i32(g.padding[2]),
        ...kernel.params,
      },
      grid: grid(workgroups),
    };
  };
  const pass = varied(summing(ownKernel(g, tile)), { general: summing(anyKernel(g, tile)), apart: true });
  if (chunks === 1) return { kind: 'passes', passes: [varied(pass, { besides: pairsBeside })] };
  return {
    kind: 'passes',
    passes: [pass, sumChunkPairs(partial, [output(0), output(1)], [count, channels], chunks)],
    scratch: [chunks * count * BYTES_PER_ELEMENT, chunks * channels * BYTES_PER_ELEMENT],
  };
}

/** A kernel, its numbers of tiles of output and input channels, and its extra parameters. */
interface Kernel {
  readonly source: string;
  readonly consts: Readonly<Record<string, number>>;
  readonly oTiles: number;
  readonly cTiles: number;
  readonly params: { readonly width?: number };
}

/** The constants that both kernels have. */
function constsOf({ kernel: [kh, kw], stride: [sh, sw], dilation: [dh, dw] }: ConvGeometry, cols: number) {
  return { TX: cols, SPREAD: QUAD * cols, KH: kh, KW: kw, SH: sh, SW: sw, DH: dh, DW: dw };
}

function ownKernel(g: ConvGeometry, tile: StripTile): Kernel {
  const { outs, ins, cols } = tile;
  const [kh, kw] = g.kernel;
  const { oTiles, cTiles, kept } = stripPlan(g, tile);
  const under = stripColumns(g, cols);
  const consts = {
    ...constsOf(g, cols),
    TO: outs,
    QUADS: outs / QUAD,
    TC: ins,
    LINES: ins * kh,
    ACC: outs * ins * kh * kw,
    COLS: under,
    KEPT: kept,
    FRESH: kh - kept,
    WINDOW: ins * kh * under,
  };
  return { source, consts, oTiles, cTiles, params: {} };
}

/** The columns that the kernel for strips of any width takes at a time. */
const COLUMNS = 4;

function anyKernel(g: ConvGeometry, { cols }: StripTile): Kernel {
  const taps = g.kernel[0] * g.kernel[1];
  const under = stripColumns(g, COLUMNS);
  return {
    source: anySource,
    consts: { ...constsOf(g, COLUMNS), TAPS: taps, ACC: QUAD * taps, COLS: under, WINDOW: g.kernel[0] * under },
    oTiles: ceilDiv(g.groupOut, QUAD),
    cTiles: ceilDiv(g.groupIn, QUAD),
    params: { width: cols },
  };
}
