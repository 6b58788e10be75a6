// Evenly spaced numbers, rounded as by PyTorch's linspace.
const { fround } = Math;

/**
 * `steps` float32 numbers from `start` to `end`, computed from both ends towards the middle, so that both ends are
 * exact.
 */
export function evenly(start: number, end: number, steps: number): Float32Array {
  const [low, high] = [fround(start), fround(end)];
  const step = steps === 1 ? 0 : fround(fround(high - low) / (steps - 1));
  const half = Math.floor(steps / 2);
  return Float32Array.from({ length: steps }, (_, i) =>
    steps === 1 || i < half ? low + step * i : high - step * (steps - 1 - i),
  );
}
