// Numbers that every library starts from: the same on every run, held in PyTorch's layouts.

/** How an array is laid out in a library that differs from PyTorch: seen as `view`, its axes permuted, then reshaped. */
export interface Layout {
  readonly view?: readonly number[];
  readonly permute: readonly number[];
  readonly reshape?: readonly number[];
}

/** An array in PyTorch's layout, and the layouts in which other libraries want it. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** They are indices: each library gets them in the dtype that it has for such. */
  readonly indices?: boolean;
  readonly tfjs?: Layout;
  readonly jax?: Layout;
}

export const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** [N, C, H, W] in PyTorch and JAX, [N, H, W, C] in TensorFlow.js. */
export const image: Layout = { permute: [0, 2, 3, 1] };

/** [O, I, H, W] in PyTorch and JAX, [H, W, I, O] in TensorFlow.js; likewise [I, O, H, W] and [H, W, O, I] of a transposed one. */
export const filter: Layout = { permute: [2, 3, 1, 0] };

/** [out, in] in PyTorch, [in, out] elsewhere. */
export const linear: Layout = { permute: [1, 0] };

/** A linear layer's weight behind a flattened [C, H, W] image, whose channels come last in TensorFlow.js. */
export const linearAfterImage = (out: number, c: number, h: number, w: number): Layout => ({
  view: [out, c, h, w],
  permute: [2, 3, 1, 0],
  reshape: [h * w * c, out],
});

/** A generator of uniform numbers in [0, 1): Marsaglia's xorshift32 (2003). */
export function uniform(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers of the given spread, by Box and Muller. */
export function normal(
  seed: number,
  shape: readonly number[],
  spread = 1,
  layouts: Pick<HostArray, 'tfjs' | 'jax'> = {},
): HostArray {
  const draw = uniform(seed);
  const data = new Float32Array(elements(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = spread * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  }
  return { shape, data, ...layouts };
}

/** Whole numbers below `limit`, some of them several times. */
export function indices(seed: number, count: number, limit: number): HostArray {
  const draw = uniform(seed);
  const data = Float32Array.from({ length: count }, () => Math.floor(draw() * limit));
  return { shape: [count], data, indices: true };
}

/** Every element equal to `value`. */
export const constant = (shape: readonly number[], value: number): HostArray => ({
  shape,
  data: new Float32Array(elements(shape)).fill(value),
});

/** The array in another library's layout. */
export function arrange(
  { shape, data }: Pick<HostArray, 'shape' | 'data'>,
  layout: Layout | undefined,
): Pick<HostArray, 'shape' | 'data'> {
  if (!layout) return { shape, data };
  const arranged = permute({ shape: layout.view ?? shape, data }, layout.permute);
  return layout.reshape ? { shape: layout.reshape, data: arranged.data } : arranged;
}

/** Back to PyTorch's layout: undoes `arrange` for an array of PyTorch's shape `shape`. */
export function restore(data: Float32Array, layout: Layout | undefined, shape: readonly number[]): Float32Array {
  if (!layout) return data;
  const view = layout.view ?? shape;
  const inverse = layout.permute.map((_, axis) => layout.permute.indexOf(axis));
  return permute({ shape: layout.permute.map((axis) => view[axis]!), data }, inverse).data;
}

function permute(
  { shape, data }: Pick<HostArray, 'shape' | 'data'>,
  order: readonly number[],
): Pick<HostArray, 'shape' | 'data'> {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(data.length);
  const index = to.map(() => 0);
  let from = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[from]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < to[axis]!) break;
      from -= steps[axis]! * to[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: to, data: result };
}
