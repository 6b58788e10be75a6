// Rounds the way Python, PyTorch and ONNX do.

/** The nearest whole number. Halves are rounded to the nearest even number. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
