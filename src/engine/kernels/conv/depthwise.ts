// Depthwise convolution on a CPU: each invocation walks down a strip of columns of one channel, or computes a whole
// small image.
import { gridFor, i32, input, output, type Pass, varied } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import type { AdapterProfile } from '../../gpu/device';
import type { Correlation } from './forward';
import { elementsOf } from './geometry';
import { ceilDiv } from './tiles';

const source: Text = '#depthwise/conv2dDepthwise';
const mapSource: Text = '#depthwise/conv2dDepthwiseMap';

/** The maximum number of taps of a kernel whose weights an invocation keeps. */
const MOST_TAPS = 49;

/** The maximum number of channels of y for each channel of x: each of them reads x again. */
const MOST_MULTIPLES = 2;

/**
 * Whether to use these kernels: each channel of y is a sum over a window of one channel of x, and the adapter is a CPU.
 * There, loads and tests of the border are most of the work, and a strip does both once. A kernel of one row gains
 * nothing, as it has nothing to keep from row to row.
 */
export function isDepthwise(c: Correlation, { kind }: AdapterProfile): boolean {
  const [kh, kw] = c.kernel;
  const alone = c.groupIn === 1 && c.groups > 1 && c.groupOut <= MOST_MULTIPLES;
  const dense = c.dilation.every((step) => step === 1) && c.stride.every((step, d) => step <= c.kernel[d]!);
  const inOrder = c.weight.group === c.groupOut * kh * kw && (c.groupOut === 1 || c.weight.out === kh * kw);
  return kind === 'software' && alone && dense && inOrder && kh > 1 && kh * kw <= MOST_TAPS;
}

/**
 * The numbers of columns of a strip. Wider strips load less per column but keep more values; with a stride, twice as
 * many.
 */
const STRIPS = { dense: [2, 4, 7, 8], strided: [2, 4] } as const;

const stripsOf = ({ stride }: Correlation): readonly number[] => (stride[1] === 1 ? STRIPS.dense : STRIPS.strided);

/**
 * The number of invocations that keeps a CPU busy. Strips are not cut into more, as each also reads the rows above its
 * own.
 */
const BUSY = 128;

const WORKGROUP = 16;

/**
 * The maximum number of pixels of x and of y, and the most products, of a channel that one invocation computes whole.
 * On SwiftShader, 3 × 3 taps on 7² pixels take 0.7 of the strips' time and 1.6 times as long to compile. On 8² pixels,
 * compiling takes 1.8 times as long, and too little time is saved.
 */
const MOST_PIXELS = 49;
const MOST_PRODUCTS = 450;

/** Whether each invocation computes a whole channel: if images are small, and enough of them to keep a CPU busy. */
function isHeldWhole(c: Correlation): boolean {
  const [inside, outside] = [c.size[0] * c.size[1], c.outSize[0] * c.outSize[1]];
  const few = Math.max(inside, outside) <= MOST_PIXELS && outside * c.kernel[0] * c.kernel[1] <= MOST_PRODUCTS;
  return few && c.padTop >= 0 && c.padLeft >= 0 && c.batch * c.groups * c.groupOut >= BUSY;
}

/** y = conv(x, w) + b, with inputs x, w and perhaps b: by whole channels, or by strips of the width that fits best. */
export function depthwisePass(c: Correlation): Pass {
  const lengths = stripsOf(c);
  const covered = (cols: number) => ceilDiv(c.outSize[1], cols) * cols;
  const own = lengths.reduce((best, cols) => (covered(cols) <= covered(best) ? cols : best));
  return varied(isHeldWhole(c) ? mapPass(c) : stripPass(c, own), { general: stripPass(c, lengths.at(-1)!) });
}

/** The parts that both passes have in common. */
const commonOf = (c: Correlation) =>
  ({
    label: 'conv2d',
    stage: { where: 'store', run: c.outSize[0] * c.outSize[1] },
    variants: { layerLengths: elementsOf(c) },
    reads: [input(0), input(1), input(c.bias ? 2 : 1)],
    writes: [output()],
  }) as const;

/** The index of the first tap, the step from tap to tap, and whether there is a bias. */
const tapParams = ({ kernel: [kh, kw], flip, bias }: Correlation) => ({
  tapFirst: flip ? kh * kw - 1 : 0,
  tapStep: flip ? 0xffffffff : 1,
  bias: bias ? 1 : 0,
});

function mapPass(c: Correlation): Pass {
  const [kh, kw] = c.kernel;
  const [rows, cols] = c.outSize;
  const channels = c.groups * c.groupOut;
  const consts = {
    WORKGROUP,
    KH: kh,
    KW: kw,
    TAPS: kh * kw,
    SH: c.stride[0],
    SW: c.stride[1],
    PAD_TOP: c.padTop,
    PAD_LEFT: c.padLeft,
    IN_ROWS: c.size[0],
    IN_COLS: c.size[1],
    IN_PIXELS: c.size[0] * c.size[1],
    OUT_ROWS: rows,
    OUT_COLS: cols,
    ACC: rows * cols,
    MOVED: (rows - 1) * cols,
  };
  return {
    ...commonOf(c),
    source: [mapSource],
    consts,
    params: { images: c.batch * channels, channels, multiplier: c.groupOut, ...tapParams(c) },
    grid: gridFor(c.batch * channels, WORKGROUP),
  };
}

function stripPass(c: Correlation, cols: number): Pass {
  const [kh, kw] = c.kernel;
  const [sh, sw] = c.stride;
  const [outRows, outCols] = c.outSize;
  const channels = c.groups * c.groupOut;
  const across = ceilDiv(outCols, cols) * channels * c.batch;
  // A batch may be empty.
  const rows = Math.max(ceilDiv(outRows, ceilDiv(BUSY, Math.max(across, 1))), 1);
  const down = ceilDiv(outRows, rows);
  const open = ceilDiv(kh, sh);
  const patch = (cols - 1) * sw + kw;
  const consts = {
    WORKGROUP,
    TX: cols,
    KH: kh,
    KW: kw,
    TAPS: kh * kw,
    SH: sh,
    SW: sw,
    OPEN: open,
    CLOSED: open - 1,
    ACC: open * cols,
    MOVED: (open - 1) * cols,
    COLS: patch,
    VALUES: sh * patch,
  };
  return {
    ...commonOf(c),
    source: [source],
    consts,
    params: {
      strips: across * down,
      xStrips: ceilDiv(outCols, cols),
      yStrips: down,
      stripRows: rows,
      channels,
      multiplier: c.groupOut,
      inRows: c.size[0],
      inCols: c.size[1],
      outRows,
      outCols,
      padTop: i32(c.padTop),
      padLeft: i32(c.padLeft),
      ...tapParams(c),
    },
    grid: gridFor(across * down, WORKGROUP),
  };
}
