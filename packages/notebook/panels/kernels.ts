// The classic kernels of computer vision, each at the sizes that it has.

/** Numbers of a side of a kernel that can be chosen. */
export type Side = 1 | 3 | 5;

interface Classic {
  readonly label: string;
  /** Its numbers by rows, where it has this size. */
  readonly 1?: readonly number[];
  readonly 3?: readonly number[];
  readonly 5?: readonly number[];
}

/** What each of two neighbours further away counts: the binomial numbers, which come close to a bell. */
const BELL = [1, 4, 6, 4, 1].flatMap((a) => [1, 4, 6, 4, 1].map((b) => (a * b) / 256));

export const KERNELS: Readonly<Record<string, Classic>> = {
  edges: { label: 'Edges, upright (Sobel)', 3: [1, 0, -1, 2, 0, -2, 1, 0, -1] },
  level: { label: 'Edges, level (Sobel)', 3: [1, 2, 1, 0, 0, 0, -1, -2, -1] },
  outline: { label: 'Outline (Laplace)', 3: [0, 1, 0, 1, -4, 1, 0, 1, 0] },
  sharpen: {
    label: 'Sharpen',
    3: [0, -1, 0, -1, 5, -1, 0, -1, 0],
    // Twice the picture, less its blur.
    5: BELL.map((value, i) => (i === 12 ? 2 : 0) - value),
  },
  blur: { label: 'Blur (box)', 3: Array<number>(9).fill(1 / 9), 5: Array<number>(25).fill(1 / 25) },
  gauss: { label: 'Blur (Gauss)', 3: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16), 5: BELL },
  emboss: { label: 'Emboss', 3: [-2, -1, 0, -1, 1, 1, 0, 1, 2] },
  identity: { label: 'Nothing changes', 1: [1] },
  twice: { label: 'Twice as much', 1: [2] },
  negative: { label: 'The negative', 1: [-1] },
};

const sideOf = (values: readonly number[]): number => Math.sqrt(values.length);

/** The classic kernels that a size has room for, with what is read of each. */
export const kernelsOf = (side: Side): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(KERNELS).flatMap(([name, { label, ...sizes }]) =>
      Object.keys(sizes).some((size) => Number(size) <= side) ? [[name, label]] : [],
    ),
  );

/** A kernel around the same middle at another size: zeros come around it, or its outer numbers go. */
export function framed(values: readonly number[], side: Side): number[] {
  const from = sideOf(values);
  const edge = (side - from) / 2;
  return Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side) - edge, (i % side) - edge];
    return row >= 0 && column >= 0 && row < from && column < from ? (values[row * from + column] ?? 0) : 0;
  });
}

/** A classic kernel at a size; where it has a smaller one alone, with zeros around it. */
export function classic(name: string, side: Side): number[] {
  const { 1: dot, 3: small = dot, 5: large = small } = KERNELS[name] ?? {};
  return framed((side === 5 ? large : side === 3 ? small : dot) ?? [1], side);
}
