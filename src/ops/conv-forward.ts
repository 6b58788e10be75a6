// The GPU passes of a convolution, and the tiles they choose.
import source from '../../shaders/conv2d.wgsl?raw';
import { i32, input, type Lowering, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { BYTES_PER_ELEMENT } from '../compiler/meta';
import type { AdapterProfile } from '../gpu/device';
import type { ConvGeometry } from './conv-geometry';
import { bestTile, ceilDiv, divisorUpTo, MAX_TAPS, PAD_FROM_CHANNELS, padPass, WORKGROUP } from './conv-tiles';
import { unroll } from './unroll';

/** What the stride-1-in-x kernel computes: the forward sum, or the gradient by the input as a sum over dy. */
export interface Correlation {
  readonly batch: number;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
  readonly size: readonly [number, number];
  readonly outSize: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padTop: number;
  readonly padLeft: number;
  /** Steps in the weight from group to group and from channel to channel. */
  readonly weight: { readonly group: number; readonly out: number; readonly in: number };
  readonly flip: boolean;
  readonly bias: boolean;
}

export function correlate(c: Correlation, adapter: AdapterProfile): Lowering {
  const [kh, kw] = c.kernel;
  const [sh, sw] = c.stride;
  const [dh, dw] = c.dilation;
  const [rows, cols] = c.size;
  const [outRows, outCols] = c.outSize;
  const tx = bestTile(outCols, sw > 2 ? [4] : c.groupOut >= 4 ? [4, 7, 8] : [4, 7, 8, 14]);
  const to = bestTile(c.groupOut, c.groupOut < 4 ? [1, 2] : [4, 8]);
  const kwt = divisorUpTo(kw, MAX_TAPS);
  const kht = kh * kwt <= MAX_TAPS ? kh : 1;
  const xTiles = ceilDiv(outCols, tx);
  const oTiles = ceilDiv(c.groupOut, to);
  // The rows and columns that whole tiles touch.
  const needRows = (outRows - 1) * sh + (kh - 1) * dh + 1;
  const needCols = (xTiles * tx - 1) * sw + (kw - 1) * dw + 1;
  const fits = c.padTop === 0 && c.padLeft === 0 && needRows <= rows && needCols <= cols;
  const planes = c.batch * c.groups * c.groupIn;
  const paddedBytes = planes * needRows * needCols * BYTES_PER_ELEMENT;
  const padded = !fits && c.groupOut >= PAD_FROM_CHANNELS && paddedBytes <= adapter.maxStorageBufferBindingSize;
  const tiles = xTiles * outRows * c.batch * oTiles * c.groups;
  const consts = {
    TX: tx,
    TO: to,
    ACC: tx * to,
    KH: kh,
    KW: kw,
    KHT: kht,
    KWT: kwt,
    KHS: kh / kht,
    KWS: kw / kwt,
    ROW: (tx - 1) * sw + (kwt - 1) * dw + 1,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    BORDER: fits || padded ? 0 : 1,
  };
  const pass: Pass = {
    source: [unroll(source, consts)],
    label: 'conv2d',
    consts,
    reads: [padded ? scratch() : input(0), input(1), input(c.bias ? 2 : 1)],
    writes: [output()],
    params: [
      u32(tiles),
      u32(xTiles),
      u32(oTiles),
      u32(c.batch),
      u32(c.groups),
      u32(c.groupIn),
      u32(c.groupOut),
      u32(padded ? needRows : rows),
      u32(padded ? needCols : cols),
      u32(outRows),
      u32(outCols),
      i32(padded ? 0 : c.padTop),
      i32(padded ? 0 : c.padLeft),
      u32(c.weight.group),
      u32(c.weight.out),
      u32(c.weight.in),
      u32(c.flip ? kh * kw - 1 : 0),
      u32(c.flip ? 0xffffffff : 1),
      u32(c.bias ? 1 : 0),
    ],
    grid: gridFor(tiles, WORKGROUP),
  };
  if (!padded) return { kind: 'passes', passes: [pass] };
  const pad = padPass(input(0), planes, c.size, [needRows, needCols], c.padTop, c.padLeft);
  return { kind: 'passes', passes: [pad, pass], scratch: [paddedBytes] };
}

/** y = conv(x, w) + b, of inputs x, w and perhaps b. */
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
