// Numbers at equal distances, as PyTorch's linspace rounds them.
const { fround } = Math;

/** `steps` numbers of float32 from `start` to `end`, from both ends towards the middle, each rounded once: so both ends are exact. */
export function evenly(start: number, end: number, steps: number): Float32Array {
  const [low, high] = [fround(start), fround(end)];
  const step = steps === 1 ? 0 : fround(fround(high - low) / (steps - 1));
  const half = Math.floor(steps / 2);
  return Float32Array.from({ length: steps }, (_, i) =>
    steps === 1 || i < half ? low + step * i : high - step * (steps - 1 - i),
  );
}
