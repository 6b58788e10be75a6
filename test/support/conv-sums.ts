// What convolutions should give, summed on the host.
import type { ConvGeometry } from '../../src/engine/kernels/conv/geometry';

/** Whole numbers, so that all the arithmetic is exact. */
export const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7 + seed * 13) % 11) - 5);

/** Calls `visit` with the places in y, x and w of every product of the sum. */
export function eachProduct(g: ConvGeometry, visit: (y: number, x: number, w: number) => void): void {
  const [[rows, cols], [outRows, outCols], [kh, kw]] = [g.size, g.outSize, g.kernel];
  const outs = g.groups * g.groupOut;
  for (let i = 0; i < g.batch * outs * outRows * outCols; i++) {
    const o = Math.floor(i / (outRows * outCols)) % outs;
    const n = Math.floor(i / (outs * outRows * outCols));
    const group = Math.floor(o / g.groupOut);
    for (let k = 0; k < g.groupIn * kh * kw; k++) {
      const [p, q] = [Math.floor(k / kw) % kh, k % kw];
      const row = (Math.floor(i / outCols) % outRows) * g.stride[0] + p * g.dilation[0] - g.padding[0];
      const col = (i % outCols) * g.stride[1] + q * g.dilation[1] - g.padding[2];
      if (row < 0 || col < 0 || row >= rows || col >= cols) continue;
      const plane = (n * g.groups + group) * g.groupIn + Math.floor(k / (kh * kw));
      visit(i, (plane * rows + row) * cols + col, o * g.groupIn * kh * kw + k);
    }
  }
}
