// Convolution by Winograd's minimal filtering F(2×2, 3×3): 16 products for four outputs where the sum over the window
// has 36.
import {
  gridFor,
  i32,
  input,
  type Lowering,
  type Operand,
  output,
  type Param,
  placed,
  scratch,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { tuned } from '../../compiler/tuning/tuning';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { matmulPasses, type Product } from '../matmul/passes';
import type { Correlation } from './forward';
import { ceilDiv, WORKGROUP } from './tiles';

const inputSource: Text = '#winograd/winogradInput';
const outputSource: Text = '#winograd/winogradOutput';
const weightSource: Text = '#winograd/winogradWeight';

/** The number of values of a patch, and of products of a tile. */
const POINTS = 16;

/** The maximum number of bytes that the patches or the products of all tiles may take. */
const MOST_BYTES = 2 ** 26;

const tilesOf = (c: Correlation): readonly [rows: number, cols: number, all: number] => {
  const [rows, cols] = [ceilDiv(c.outSize[0], 2), ceilDiv(c.outSize[1], 2)];
  return [rows, cols, c.batch * rows * cols];
};

/** Whether the passes below can compute it. */
function fitsWinograd(c: Correlation, adapter: AdapterProfile): boolean {
  const largest = POINTS * Math.max(c.groupIn, c.groupOut) * tilesOf(c)[2] * BYTES_PER_ELEMENT;
  return (
    c.kernel.every((n) => n === 3) &&
    [...c.stride, ...c.dilation, c.groups].every((n) => n === 1) &&
    largest <= Math.min(MOST_BYTES, adapter.maxStorageBufferBindingSize)
  );
}

/** With fewer channels there is no gain: each value is transformed once, and used once for each channel. */
const FEWEST_CHANNELS = 16;

/** The candidates for a correlation that Winograd's filtering can compute. */
const methods = [{ winograd: false }, { winograd: true }] as const;

/**
 * Whether the passes below were measured to be faster. Without a measurement they are not used: on SwiftShader they
 * take 0.94 of the time of the direct sum with 256 channels on 13² pixels, and 1.3 times as long with 64 channels on
 * 28².
 */
export function choosesWinograd(c: Correlation, adapter: AdapterProfile): boolean {
  if (Math.min(c.groupIn, c.groupOut) < FEWEST_CHANNELS || !fitsWinograd(c, adapter)) return false;
  const flags = [c.padTop, c.padLeft, Number(c.flip), Number(c.bias)];
  const shape = [c.batch, c.groupIn, c.groupOut, ...c.size, ...c.outSize, ...flags];
  return tuned<(typeof methods)[number]>(adapter, 'conv2d method', shape, methods, methods[0]).winograd;
}

/**
 * The correlation of x and w (and perhaps b): transforms both, multiplies 16 pairs of matrices, and transforms the
 * products back.
 */
export function winogradPasses(c: Correlation, adapter: AdapterProfile): Lowering {
  const [yTiles, xTiles, tiles] = tilesOf(c);
  const { groupIn, groupOut } = c;
  const sizes = [groupOut * groupIn, groupIn * tiles, groupOut * tiles] as const;
  const [u, v, m] = [scratch(0), scratch(1), scratch(2)];
  const product = multiply(groupOut, groupIn, tiles, adapter);
  const pass = (
    label: string,
    source: string,
    reads: Operand[],
    to: Operand,
    count: number,
    params: Readonly<Record<string, number | Param>>,
  ) => ({
    source: [source],
    label,
    reads,
    writes: [to],
    params: { count, ...params },
    grid: gridFor(count, WORKGROUP),
  });
  return {
    kind: 'passes',
    passes: [
      pass('conv2d winograd weight', weightSource, [input(1)], u, sizes[0], {
        groupIn,
        outStep: c.weight.out,
        inStep: c.weight.in,
        firstTap: c.flip ? 8 : 0,
        tapStep: c.flip ? 0xffffffff : 1,
      }),
      pass('conv2d winograd input', inputSource, [input(0)], v, sizes[1], {
        tiles,
        xTiles,
        yTiles,
        channels: groupIn,
        inRows: c.size[0],
        inCols: c.size[1],
        padTop: i32(c.padTop),
        padLeft: i32(c.padLeft),
      }),
      ...product.passes.map((own) => placed(own, place)),
      pass('conv2d winograd', outputSource, [m, input(c.bias ? 2 : 0)], output(), sizes[2], {
        tiles,
        xTiles,
        yTiles,
        channels: groupOut,
        outRows: c.outSize[0],
        outCols: c.outSize[1],
        bias: c.bias ? 1 : 0,
      }),
    ],
    scratch: [...sizes.map((size) => POINTS * size * BYTES_PER_ELEMENT), ...(product.scratch ?? [])],
  };
}

/**
 * Maps the product's operands to the passes' scratch buffers: 0 and 1 are multiplied into 2; the product's own scratch
 * comes after.
 */
function place(operand: Operand): Operand {
  if (operand.from === 'fault') return operand;
  if (operand.from === 'input') return scratch(Math.min(operand.index, 1));
  return scratch(operand.from === 'output' ? 2 : 3 + operand.index);
}

/** m[k,o,t] = Σ_c u[k,o,c] · v[k,c,t] */
function multiply(outs: number, ins: number, tiles: number, adapter: AdapterProfile) {
  const single = { size: 1, a: 0, b: 0 };
  const shape: Product = {
    m: outs,
    k: ins,
    n: tiles,
    batch: POINTS,
    transposeA: false,
    transposeB: false,
    sums: false,
    bias: false,
    steps: { m: ins, ka: 1, kb: tiles, n: 1 },
    dims: [single, single, single, { size: POINTS, a: outs * ins, b: ins * tiles }],
  };
  const lowering = matmulPasses(shape, adapter);
  if (lowering.kind !== 'passes') throw new TypeError('internal: a matrix product without passes');
  return lowering;
}
