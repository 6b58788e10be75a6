// The GPU passes of a convolution's gradient by its weight where the lanes of a quad load dy for each other.
import source from '../../shaders/conv2d-weight-grad-strip.wgsl?raw';
import { i32, input, type Lowering, output, type Pass, scratch, u32 } from '../compiler/ir';
import { grid } from '../compiler/lowering';
import { BYTES_PER_ELEMENT } from '../compiler/meta';
import { sumChunkPairs } from './chunks';
import { type ConvGeometry, geometryParams } from './conv-geometry';
import { type StripTile, stripColumns, stripPlan } from './conv-weight-grad-tiles';
import { unroll } from './unroll';

/** dw and db, of inputs x and dy: partial sums over chunks of the batch's strips of columns, then their sum. */
export function stripPasses(g: ConvGeometry, tile: StripTile): Lowering {
  const { outs, ins, cols } = tile;
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const { oTiles, cTiles, stripsOfImage, strips, chunk, chunks, kept } = stripPlan(g, tile);
  const workgroups = g.groups * oTiles * cTiles * chunks;
  const channels = g.groups * g.groupOut;
  const count = channels * g.groupIn * kh * kw;
  const under = stripColumns(g, cols);
  const consts = {
    TO: outs,
    QUADS: outs / 4,
    TC: ins,
    TX: cols,
    SPREAD: 4 * cols,
    KH: kh,
    KW: kw,
    LINES: ins * kh,
    ACC: outs * ins * kh * kw,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    COLS: under,
    KEPT: kept,
    FRESH: kh - kept,
    WINDOW: ins * kh * under,
  };
  const partial = [scratch(0), scratch(1)] as const;
  const pass: Pass = {
    source: [unroll(source, consts)],
    label: 'conv2d weight gradient',
    consts,
    reads: [input(0), input(1)],
    writes: chunks === 1 ? [output(0), output(1)] : partial,
    params: [
      u32(workgroups),
      u32(oTiles),
      u32(cTiles),
      u32(strips),
      u32(stripsOfImage),
      u32(chunk),
      ...geometryParams(g),
      i32(g.padding[0]),
      i32(g.padding[2]),
    ],
    grid: grid(workgroups),
  };
  if (chunks === 1) return { kind: 'passes', passes: [pass] };
  return {
    kind: 'passes',
    passes: [pass, sumChunkPairs(partial, [output(0), output(1)], [count, channels], chunks)],
    scratch: [chunks * count * BYTES_PER_ELEMENT, chunks * channels * BYTES_PER_ELEMENT],
  };
}
